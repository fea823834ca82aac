"""The palette, as people with each kind of colour vision see it, and on a printer without colour.

Two colours count as told apart if their CIE 1976 distance in L*a*b* is 15 or more, under normal
vision and under each simulated one: more than six times what is just noticed (2.3). In grey they
count as told apart if their lightness L* differs by 10 or more. Pairs that fall short rest on the
second cues: each component has a marker, a dash pattern and a number of its own.
"""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from gmm_helpers import panels, panels_2d
from gmm_helpers.drawing import COLOURS, DASHES, MARKERS

FAR_APART, LIGHTER = 15, 10
# The pairs that a grey print tells apart by the second cues alone, counted from 1. Of four
# components these are two: 1 and 4, 3 and 4.
ALIKE_IN_GREY = {(1, 4), (3, 4), (2, 5), (2, 6), (3, 6), (4, 6), (5, 6)}
# Machado, Oliveira & Fernandes (2009), A physiologically-based model for simulation of color
# vision deficiency, IEEE TVCG 15(6): the full deficiency (severity 1.0), for linear RGB.
VISIONS = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
SRGB_TO_XYZ = np.array(  # IEC 61966-2-1; its white is that of D65
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)
GAUGE = (panels._NOW_LINE, panels._BEST_LINE, panels._EM_LINE)


def lab(colour, vision="normal"):
    """Return L*, a*, b* of a colour as that vision sees it."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(VISIONS[vision]) @ linear, 0, 1)
    x, y, z = SRGB_TO_XYZ @ seen / SRGB_TO_XYZ.sum(axis=1)
    f_x, f_y, f_z = (
        np.cbrt(share) if share > (6 / 29) ** 3 else share * (29 / 6) ** 2 / 3 + 4 / 29
        for share in (x, y, z)
    )
    return np.array([116 * f_y - 16, 500 * (f_x - f_y), 200 * (f_y - f_z)])


def distances(colours, vision):
    """Return each pair's distance, by the colours' numbers counted from 1."""
    places = {k: lab(colour, vision) for k, colour in enumerate(colours, start=1)}
    return {(j, k): np.linalg.norm(places[j] - places[k]) for j, k in combinations(places, 2)}


def test_the_measure_agrees_with_what_is_known():
    assert lab("white") == pytest.approx([100, 0, 0], abs=0.1)
    assert lab("#808080") == pytest.approx([53.6, 0, 0], abs=0.1)
    assert lab("red") == pytest.approx([53.2, 80.1, 67.2], abs=0.2)
    # Red and green of equal lightness: the pair that deuteranopia confuses.
    assert distances(["#c06060", "#6f8f3f"], "normal")[1, 2] > 50
    assert distances(["#c06060", "#6f8f3f"], "deuteranopia")[1, 2] < 25
    for vision, matrix in VISIONS.items():
        assert np.sum(matrix, axis=1) == pytest.approx(1, abs=1e-5), vision  # grey stays grey


@pytest.mark.parametrize("vision", VISIONS)
def test_all_components_are_told_apart_by_colour(vision):
    pairs = distances(COLOURS, vision)
    assert len(pairs) == 15
    assert {pair: gap for pair, gap in pairs.items() if gap < FAR_APART} == {}


def test_in_grey_the_listed_pairs_alone_rest_on_the_second_cues():
    lightness = {k: lab(colour)[0] for k, colour in enumerate(COLOURS, start=1)}
    gaps = {(j, k): abs(lightness[j] - lightness[k]) for j, k in combinations(lightness, 2)}
    assert {pair for pair, gap in gaps.items() if gap < LIGHTER} == ALIKE_IN_GREY


def test_each_component_has_second_cues_of_its_own():
    assert len(set(MARKERS)) == len(set(DASHES)) == len(set(COLOURS)) == 6


@pytest.mark.parametrize("vision", VISIONS)
def test_a_scores_marks_are_told_apart_by_colour_and_without(vision):
    """Also EM's curve, which stands among the curves of two components and the black sum."""
    colours = [line["color"] for line in GAUGE]
    among_curves = [*COLOURS[:2], "black", panels._EM_LINE["color"]]
    for together in (colours, among_curves):
        assert min(distances(together, vision).values()) >= FAR_APART
    styles = [(line["lw"], line.get("dashes")) for line in GAUGE]
    assert len(set(styles)) == len({width for width, _ in styles}) == 3


@pytest.mark.parametrize("vision", VISIONS)
def test_points_inside_and_outside_the_ellipses_are_told_apart_by_colour_and_without(vision):
    """Also the arrows, which lie among the points inside."""
    colours = [points["color"] for points in panels_2d._POINTS]
    assert min(distances(colours, vision).values()) >= FAR_APART
    for arrow in panels_2d._ARROWS["color"]:
        assert min(distances([arrow, *colours[:3]], vision).values()) >= FAR_APART
    assert distances(panels_2d._ARROWS["color"], vision)[1, 2] >= FAR_APART
    lightness = [lab(colour)[0] for colour in colours[:3]]
    assert np.diff(lightness).min() >= LIGHTER
    assert [points["marker"] for points in panels_2d._POINTS] == ["o", "o", "o", "x"]
    assert len(set(panels_2d._RINGS)) == 3
