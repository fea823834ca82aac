"""The bound and its gap: what is drawn lies where the numbers say, at each position."""

import numpy as np
import pytest
from scenes import marks, placed, read, shown_at

import gmm_helpers as gmm


@pytest.fixture(scope="module")
def run():
    x = np.array([1.0, 2.0, 3.0, 4.0, 7.0, 8.0, 10.0])
    return x, gmm.run_em(x, gmm.Mixture.from_1d([0.5, 0.5], [4, 6], [4, 4]), max_iter=2)


def test_bars_reach_the_bound_and_the_gap_reaches_on_to_the_log_likelihood(run):
    x, trace = run
    view = gmm.BoundBars(x, trace).view
    bars, lines = marks(view, "area"), marks(view, "line")
    for i, step in enumerate(trace.steps):
        q = np.full((7, 2), 0.5) if i == 0 else step.responsibilities
        bound = gmm.lower_bound(x, step.mixture, q)
        (_, baseline), (_, top) = read(view, bars[2 * i]["shape"])[:2]
        assert baseline == view.content["panels"][0]["views"][0]["limits"][2] < bound
        assert top == pytest.approx(bound, abs=1e-8)
        frame, line = (read(view, each["shape"])[:, 1] for each in lines[2 * i : 2 * i + 2])
        assert frame.min() == top and frame.max() == line[0] == line[1]
        assert line[0] == pytest.approx(step.log_likelihood, abs=1e-8)
        stripes = read(view, bars[2 * i + 1]["shape"])
        assert not len(stripes) or (top <= stripes[0, 1] and np.nanmax(stripes[:, 1]) <= line[0])
        assert [shown_at(bars[2 * i], p) for p in range(5)] == [p >= i for p in range(5)]


def test_the_bound_touches_the_curve_where_the_ring_is():
    grid, q = np.linspace(-2, 2, 41), np.eye(2)
    positions = [("Start", -1.0, None), ("E step 1", -1.0, q), ("M step 1", 0.5, q)]
    touching = np.poly1d([-2, -2, -1])  # at −1, where it is −1 and rises by 2, as −t² does
    view = gmm.BoundCurve(grid, lambda t: -(t**2), lambda t, q: touching(t), positions).view
    curve, bound, gap = marks(view, "line")
    np.testing.assert_array_equal(read(view, curve["shape"]), np.column_stack([grid, -(grid**2)]))
    np.testing.assert_array_equal(read(view, bound["shape"])[0, :, 1], touching(grid))
    assert [shown_at(bound, p) for p in range(3)] == [shown_at(gap, p) for p in range(3)]
    assert bound["by"]["hidden"] == [1, 0, 0] and view.content["glides"][1:] == [0, 1]
    np.testing.assert_allclose(placed(view, gap, 2), [[0.5, -2.5], [0.5, -0.25]])
    [ring] = marks(view, "marker")
    places = read(view, ring["by"]["map"])[:, 4:]
    np.testing.assert_allclose(places, [[-1, -1], [-1, -1], [0.5, -0.25]])


def test_where_the_gap_stays_closed_no_bar_says_that_it_opens():
    run = gmm.run_em([1.0, 2.0], gmm.Mixture.from_1d([1], [0], [1]))
    texts, rest = gmm.BoundBars([1.0, 2.0], run).texts, "step 1: the gap stays closed,"
    assert texts[1].startswith(f"E {rest}") and texts[2].startswith(f"M {rest}")


def test_of_one_share_the_curve_is_the_bound_and_the_gap_reaches_up_to_log_p():
    mixture = gmm.Mixture.from_1d([0.5, 0.5], [4, 6], [4, 4])
    view = gmm.OneShare(1.0, mixture).view
    top, curve, gap = marks(view, "line")
    q, F = read(view, curve["shape"]).T
    table = np.column_stack([q, 1 - q])
    np.testing.assert_allclose(F, [gmm.lower_bound([1.0], mixture, row[None]) for row in table])
    assert q[F.argmax()] == pytest.approx(mixture.responsibilities([1.0])[0, 0], abs=0.0125)
    log_p = mixture.log_density([1.0])[0]
    maps = read(view, gap["by"]["map"])
    np.testing.assert_allclose(maps[:, 3] + maps[:, 5], log_p)
    assert read(view, top["shape"])[0, 1] == pytest.approx(log_p)


def test_each_start_has_its_way_and_its_end():
    ways = [[0, 1], [2, 1.5, 1]]
    starts = gmm.Starts([0, 1, 2], lambda value: -((value - 1) ** 2), ways)
    curve, way = marks(starts.view, "line")
    second = read(starts.view, way["shape"])[1]
    np.testing.assert_array_equal(second, [[2, -1], [1.5, -0.25], [1, 0]])
    first, last = (read(starts.view, m["by"]["map"])[:, 4:] for m in marks(starts.view, "marker"))
    np.testing.assert_array_equal(first, [[0, -1], [2, -1]])
    np.testing.assert_array_equal(last, [[1, 0], [1, 0]])
