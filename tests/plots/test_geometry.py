"""Shapes and limits as numbers: those of static pictures and of the browser's alike."""

import numpy as np
import pytest

import gmm_helpers as gmm
from gmm_helpers.plots import geometry


def test_limits_hold_the_points_and_ellipses_up_to_a_quarter_of_their_span():
    x = np.array([[0.0, 0.0], [10.0, 20.0]])
    np.testing.assert_allclose(geometry.plane_limits(x), [[-0.6, -1.2], [10.6, 21.2]])
    mixture = gmm.Mixture([0.5, 0.5], [[5, 1], [5, 10]], [np.diag([1, 4]), np.diag([99, 1])])
    ellipses = geometry.ellipse_maps(mixture)
    np.testing.assert_allclose(geometry.plane_limits(x, ellipses), [[-2.5, -3.3], [12.5, 21.2]])
    tilted = geometry.ellipse_maps(gmm.Mixture([1], [[1, 2]], [[[4, 1], [1, 9]]]))
    np.testing.assert_allclose(geometry.reach(tilted), [[-3, -4], [5, 8]])
    assert geometry.share_a_scale(x, None) and not geometry.share_a_scale(x * [1, 9], None)
    low, high = geometry.around(np.full((3, 2), [0.0, 5.0]), 0.06)  # never two equal ones
    assert (low < [0, 5]).all() and (high > [0, 5]).all()


@pytest.mark.parametrize("low, high", [(-1, 1), (1e-7, 2e-7), (1e9, 1e9 + 3), (-1e299, 1e300)])
def test_ticks_are_round_and_lie_inside(low, high):
    ticks = geometry.ticks(low, high)
    assert 2 <= len(ticks) <= 8
    assert all(low <= value <= high for value, _ in ticks)
    assert len({text for _, text in ticks} - {"−0.0e0"}) == len(ticks)
    assert geometry.ticks(-1098.61466, -1098.61458, 5)[0][1] == "−1098.61464"  # as in the words
