"""The landscape: its contours lie where the surface has their height, and paths on top."""

import numpy as np
import pytest

import gmm_helpers as gmm
from gmm_helpers import drawing

FIRST, SECOND = np.linspace(-2, 2, 81), np.linspace(-1, 3, 61)


def surface(first, second):
    return -(first**2) - 3 * (second - 1) ** 2


@pytest.fixture
def ax():
    return gmm.new_figure()[1]


@pytest.fixture
def paths():
    return np.cumsum(np.random.default_rng(0).normal(size=(5, 7, 2)), axis=1)


def test_contours_run_so_far_below_the_top(ax):
    heights = surface(FIRST[:, None], SECOND)
    contours = gmm.draw_landscape(ax, FIRST, SECOND, heights, below=(2, 0.5))
    np.testing.assert_allclose(contours.levels, [-2, -0.5], atol=1e-12)
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        np.testing.assert_allclose(surface(*path.vertices.T), level, atol=0.02)
        # The ellipse is wide along the first parameter, which runs along x.
        assert np.ptp(path.vertices[:, 0]) > 1.5 * np.ptp(path.vertices[:, 1])


def test_higher_is_brighter_and_the_lowest_is_shaded_too(ax):
    gmm.draw_landscape(ax, FIRST, SECOND, surface(FIRST[:, None], SECOND), below=(1, 3))
    filled = ax.collections[0]
    shades = [colour[0] for colour in filled.get_facecolors()]
    assert shades == sorted(shades) and len(shades) == 3 and shades[-1] == 1
    assert ax.get_aspect() == 1


def test_paths_are_drawn_up_to_the_step_with_a_marker_at_the_end(ax, paths):
    artists = gmm.draw_paths(ax, paths)
    for step in (6, 0, 3):
        gmm.update_paths(artists, paths, step)
        trail, heads = artists
        points = trail.get_xydata()
        lifted = np.isnan(points).all(axis=1)
        assert lifted.sum() == 5
        np.testing.assert_array_equal(points[~lifted], paths[:, : step + 1].reshape(-1, 2))
        np.testing.assert_array_equal(heads.get_xydata(), paths[:, step])


def test_groups_have_their_own_colour_and_marker(ax, paths):
    artists = gmm.draw_paths(ax, paths, [1, 0, 1, 1, 0])
    assert len(artists) == 4
    for group, mine in enumerate([[1, 4], [0, 2, 3]]):
        trail, heads = artists[2 * group : 2 * group + 2]
        np.testing.assert_array_equal(heads.get_xydata(), paths[mine, -1])
        assert trail.get_color() == heads.get_color() == drawing.COLOURS[group]
        assert heads.get_marker() == drawing.MARKERS[group]


def test_a_group_may_be_empty(ax, paths):
    artists = gmm.draw_paths(ax, paths, [2, 0, 2, 0, 0])
    assert len(artists[3].get_xydata()) == 0 and len(artists[5].get_xydata()) == 2
