"""Scenes: what a widget shows, computed here once and drawn by the player in the browser.

A scene has P positions, which a slider walks through. It is a dict of plain JSON, and beside it
one block of bytes with all long arrays. An array in the dict is a reference into the bytes:
``{"at": offset, "shape": [...]}``, of 64-bit floats. One that has `low` and `step`, both for each
column, is of 16-bit integers: the numbers are ``low + step * integer``.

The scene
    `panels`, from left to right, or one below the other where the page is narrow.
    `headings`, `texts`, `tables`, `formulas`, `iterations`, `rests` (seconds before Play goes on)
    and `glides` (whether shapes may glide there from the position before): lists of P.
    `notes` stand above the picture, in full screen below all unless `above` is set; `legend` below
    it: rows of `colour`, `marker`, `dash`, `text`. `height` is the picture's, in pixels, where the
    usual one will not do. `drag` is there where a hand may move the means of the start.

A panel
    `title`, `labels` of both axes, `width` (its share of the row), `equal` (both axes have the
    same scale), and `views`: limits [x₀, x₁, y₀, y₁] with ticks `x` and `y`, rows of number and
    text. The first view is shown; `button` names what goes to the second and back.
    `marks`, from back to front. All coordinates are the data's own.

A mark
    `kind`:
    "line", "area"  the points of `shape`, in pieces where one is no number; drawn up to point
                    `until`, closed if `close`, with dots if `dots`; `extend` draws on to both edges
    "sum"           the sum of the lines with the indices `of`; an area if `fill`
    "points"        `shape` with the `shares` of the components, of `which` set (−1: none), each of
                    `radius`; said are its numbers (`features`, `decimals`), what `says` has,
                    and the shares, or where they are `hard` the group
    "label"         a `text` at the place of its `map`, or `lift` pixels above, in a ring if `ring`;
                    `anchor`, "start" or "middle", is what of it stands there
    "marker"        a `marker` of `radius` at the place of its `map`; a mere outline if `open`
    "image"         shades of grey, at the address `href`, that fill `box` (limits)
    `colour` is the number of a component, or "ink", "grey", "mark", "pale". A line has its `width`
    in pixels, and its `dash` in widths.
    `map` puts the shape in its place: see `plots.geometry`. `shape` may hold several, (S, m, 2).
    What changes from position to position stands in `by`, in lists or arrays of P: `map`, `which`
    (shape or set of shares), `until`, `faint`, `hidden`. A place (x, y), `at`, becomes a `map`.
    `drag` names what a hand or the arrow keys can move (not these where `keys` is false, since a
    slider does it), and `name` says it aloud; `id` names a mark that the page itself changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gmm_helpers.model import validation
from gmm_helpers.plots.geometry import shifts, ticks

_LARGEST, _TINY = 65535, 1e-300  # of 16 bits; a step where all numbers are alike
_GAP = 0.08  # between two bars, of their width
_KINDS = ("line", "area", "bars", "sum", "points", "label", "marker", "image")


class Scene:
    """A scene being made: `content`, the dict, and `data`, the bytes.

    Parameters
    ----------
    positions : int
        P.
    **content
        What else the dict holds, such as `headings` or `height`.

    Examples
    --------
    >>> scene = Scene(2, headings=["first", "second"])
    >>> panel = scene.panel([0, 1, 0, 1], labels=["x", "y"])
    >>> panel.mark("marker", marker="o", radius=8, colour=0, by={"at": [[0, 0.5], [1, 0.5]]})
    0
    """

    def __init__(self, positions: int, **content: Any) -> None:
        self.positions = validation.check_count(positions, "positions", at_least=1)
        self.content = {"positions": self.positions, "panels": [], "notes": [], "legend": []}
        self.content |= content
        self.data = b""

    def array(self, values: ArrayLike, *, short: bool = False) -> dict[str, Any]:
        """Keep an array; return its reference. Each number of a `short` one takes 16 bits."""
        values, kind = validation.as_real(values, "values"), "<f8"
        reference = {"at": len(self.data), "shape": list(values.shape)}
        if short:
            columns = values.reshape(-1, values.shape[-1])
            low, step = columns.min(axis=0), np.ptp(columns, axis=0) / _LARGEST + _TINY
            values, kind = np.rint((values - low) / step), "<u2"
            reference |= {"low": low.tolist(), "step": step.tolist()}
        block = np.ascontiguousarray(values, kind).tobytes()
        self.data += block + bytes(-len(block) % 8)
        return reference

    def panel(
        self, limits: ArrayLike, x_ticks: Any = None, y_ticks: Any = None, **content: Any
    ) -> Panel:
        """Add a panel whose first view has these limits; return it."""
        return Panel(self, content, limits, x_ticks, y_ticks)


class Panel:
    """A panel of a scene."""

    def __init__(self, scene, content, *view):
        self.scene, self.array = scene, scene.array
        plain = {"title": "", "labels": ["", ""], "width": 1}
        self.content = {**plain, **content, "views": [], "marks": []}
        scene.content["panels"].append(self.content)
        self.view(*view)

    def view(self, limits, x_ticks=None, y_ticks=None):
        """Add a view."""
        x0, x1, y0, y1 = limits = validation.as_parameter(limits, "limits", (4,)).tolist()
        if not (x0 < x1 and y0 < y1):
            raise ValueError(f"limits must go from left to right and upwards; they are {limits}.")
        x = ticks(x0, x1) if x_ticks is None else x_ticks
        y = ticks(y0, y1, 5) if y_ticks is None else y_ticks
        self.content["views"].append({"limits": limits, "x": x, "y": y})

    def mark(self, kind: str, *, shape: Any = None, by: Mapping | None = None, **style: Any) -> int:
        """Add a mark; return its number.

        Of "bars" the `shape` has rows of left, right, bottom and top; they are one area.
        """
        validation.check_one_of(kind, "kind", _KINDS)
        mark = {"kind": "area" if kind == "bars" else kind, **style}
        if isinstance(shape, dict):
            mark["shape"] = shape
        elif shape is not None:
            shape, columns = validation.as_real(shape, "shape"), 4 if kind == "bars" else 2
            if shape.shape[-1:] != (columns,):
                text = f"shape of {kind} must have {columns} columns, not shape {shape.shape}."
                raise ValueError(text)
            mark["shape"] = self.array(_outline(shape) if kind == "bars" else shape)
        by = {} if by is None else by
        validation.check_each(lambda value: isinstance(value, Mapping), "a dict", by=by)
        for name, values in by.items():
            if (found := len(validation.as_list(values))) != (P := self.scene.positions):
                text = f"`{name}` of a {kind} must have one entry for each of the {P} positions"
                raise ValueError(f"{text}; it has {found}.")
            if name == "at":
                name, values = "map", shifts(validation.as_parameter(values, "at", (P, 2)))
            values = self.array(values) if name == "map" else [*map(int, values)]
            mark.setdefault("by", {})[name] = values
        self.content["marks"].append(mark)
        return len(self.content["marks"]) - 1


def _outline(bars):
    """Return what goes around bars, with a gap where one touches the next."""
    left, right, bottom, top = bars.T
    right = right - _GAP * (right - left) * np.isin(right, left)
    apart = np.full_like(left, np.nan)
    corners = [left, bottom, left, top, right, top, right, bottom, apart, apart]
    return np.column_stack(corners).reshape(-1, 2)
