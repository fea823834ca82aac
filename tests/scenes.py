"""Scenes, read as the browser reads them."""

import numpy as np

from gmm_helpers.plots import geometry


def marks(scene, kind, panel=0):
    return [mark for mark in scene.content["panels"][panel]["marks"] if mark["kind"] == kind]


def read(scene, reference):
    """Return an array of a scene."""
    count = int(np.prod(reference["shape"]))
    kind = "<u2" if "low" in reference else "<f8"
    values = np.frombuffer(scene.data, kind, count, reference["at"]).reshape(reference["shape"])
    if "low" not in reference:
        return values
    return np.array(reference["low"]) + np.array(reference["step"]) * values


def placed(scene, mark, position):
    """Return the points of a mark in the data's coordinates at a position."""
    shape, by = read(scene, mark["shape"]), mark.get("by", {})
    if "which" in by:
        shape = shape[by["which"][position]]
    if "until" in by:
        shape = shape[: by["until"][position]]
    return geometry.place(shape, read(scene, by["map"])[position]) if "map" in by else shape


def shown_at(mark, position):
    """Say whether a mark is seen at a position."""
    return not mark["by"]["hidden"][position]
