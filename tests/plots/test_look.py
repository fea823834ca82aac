"""The palettes, as people with each kind of colour vision see them, and mixed, and in grey.

Two colours count as told apart if their CIE 1976 distance in L*a*b* is 15 or more, under normal
vision and under each simulated one: more than six times what is just noticed (2.3). In grey they
count as told apart if their lightness L* differs by 10 or more. Pairs that fall short rest on the
second cues: each component has a marker, a dash pattern and a number of its own.
"""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.markers import MarkerStyle

from gmm_helpers.plots.look import COLOURS, DARK_COLOURS, DASHES, MARKERS, look, mix_colours
from gmm_helpers.widgets import covariance_panel, panels

FAR_APART, LIGHTER = 15, 10
THEMES = {  # with JupyterLab's page; the paper, the ink and the grey of our pictures
    "light": (COLOURS, "#FFFFFF", "#FFFFFF", "#000000", "#666666"),
    "dark": (DARK_COLOURS, "#111111", "#000000", "#FFFFFF", "#A0A0A0"),
}
SHADES = [[share, 1 - share] for share in covariance_panel._SHADES]  # of points in the ellipses
# The pairs that a grey print tells apart by the second cues alone, counted from 1. Of four
# components these are two: 2 and 4, 3 and 4.
ALIKE_IN_GREY = {(2, 4), (3, 4), (1, 5), (2, 6), (3, 5), (4, 5), (4, 6)}
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


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", THEMES)
def test_what_stands_together_is_told_apart_by_colour(theme, vision):
    """Components; a score's marks, and EM's curve among others; points by ellipses, and arrows."""
    colours, _, paper, ink, grey = THEMES[theme]
    css = (Path(panels.__file__).parent / "widgets.css").read_text("utf-8")
    best, em = re.search("--gmm-mark: (.*?);", css)[1], colours[panels._EM["colour"]]
    shades = [tuple(rgb) for rgb in mix_colours(SHADES, [colours[0], paper])]
    by_ellipses = [[*shades, colours[k]] for k in (1, 2, 4)]
    for together in (colours, [grey, best, em], [*colours[:2], ink, em], *by_ellipses):
        gaps = distances(together, vision)
        assert {pair: gap for pair, gap in gaps.items() if gap < FAR_APART} == {}
    lightness = [lab(colour)[0] for colour in shades]
    assert abs(np.diff(lightness)).min() >= LIGHTER  # and the points outside are crosses
    assert "dash" in panels._EM and "dash" not in panels._BEST


@pytest.mark.parametrize("theme", THEMES)
def test_even_mixes_of_up_to_four_stay_apart_from_all_of_them(theme):
    palette = THEMES[theme][0]
    halves = [np.eye(4)[list(pair)].mean(axis=0) for pair in combinations(range(4), 2)]
    for mix in mix_colours(halves, palette):
        gaps = distances([mix, *palette[:4]], "normal")
        assert min(gaps[1, k] for k in range(2, 6)) >= 20


def test_colours_stand_out_from_the_page():
    """By 3:1, but for two on white, whose lines and markers are told by their other cues."""

    def contrast(*colours):
        # Y of a colour, back from its L*, which is above 8 for all these
        low, high = sorted(((lab(colour)[0] + 16) / 116) ** 3 for colour in colours)
        return (high + 0.05) / (low + 0.05)

    pale = {
        theme: [colour for colour in colours if contrast(colour, page) < 3]
        for theme, (colours, page, *_) in THEMES.items()
    }
    assert pale == {"light": ["#E69F00", "#56B4E9"], "dark": []}
    assert min(contrast(colour, "#212121") for colour in DARK_COLOURS) >= 3  # a code cell's


def test_a_share_of_1_keeps_its_colour_and_none_leaves_the_range():
    for palette in (COLOURS, DARK_COLOURS):
        np.testing.assert_array_equal(mix_colours(np.eye(6), palette), [to_rgb(c) for c in palette])
    mixed = mix_colours(np.random.default_rng(0).dirichlet(np.full(8, 0.3), 200), COLOURS)
    assert mixed.min() >= 0 and mixed.max() <= 1
    again = [to_rgb(colour) for colour in COLOURS[:2]]
    np.testing.assert_array_equal(mix_colours(np.eye(8)[6:], COLOURS), again)


def test_the_browsers_markers_are_matplotlibs():
    paths = look()["markers"]
    assert {*MARKERS, "x"} == set(paths)
    assert paths.pop("o") == "M1 0A1 1 0 0 1-1 0A1 1 0 0 1 1 0Z"  # matplotlib has eight curves
    for name, path in paths.items():
        style = MarkerStyle(name)
        outline = style.get_path().transformed(style.get_transform().frozen().scale(2, -2))
        corners = np.array(re.findall(r"-?[\d.]+", path), float).reshape(-1, 2)
        both = corners, outline.vertices.round(3) + 0
        ours, theirs = (np.unique(each, axis=0) for each in both)
        np.testing.assert_allclose(ours, theirs, atol=1e-3)


def test_in_grey_the_listed_pairs_alone_rest_on_the_second_cues_which_all_have():
    lightness = {k: lab(colour)[0] for k, colour in enumerate(COLOURS, start=1)}
    gaps = {(j, k): abs(lightness[j] - lightness[k]) for j, k in combinations(lightness, 2)}
    assert {pair for pair, gap in gaps.items() if gap < LIGHTER} == ALIKE_IN_GREY
    assert len(set(MARKERS)) == len(set(DASHES)) == len(set(COLOURS)) + 1 == 7
