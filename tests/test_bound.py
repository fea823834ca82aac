"""The lower bound: never above ℓ, touching it at the responsibilities, and its pictures."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gmm_helpers as gmm


def random_case(seed, K, D):
    """Return data, a mixture and a table q."""
    rng = np.random.default_rng(seed)
    n = 12
    half = rng.normal(size=(K, D, D))
    covariances = half @ half.transpose(0, 2, 1) + 0.1 * np.eye(D)
    mixture = gmm.Mixture(rng.dirichlet(np.ones(K)), rng.normal(size=(K, D)), covariances)
    return 2 * rng.normal(size=(n, D)), mixture, rng.dirichlet(0.3 * np.ones(K), n)


def directly(x, mixture, q):
    """Return the bound by its definition, one term after the other."""
    total = 0.0
    for i, k in itertools.product(range(len(x)), range(mixture.n_components)):
        if q[i, k] > 0:
            single = gmm.Mixture([1.0], mixture.means[k : k + 1], mixture.covariances[k : k + 1])
            log_density = single.log_density(x[i : i + 1])[0]
            total += q[i, k] * (np.log(mixture.weights[k]) + log_density - np.log(q[i, k]))
    return total


@pytest.mark.parametrize("K, D", [(1, 1), (2, 1), (3, 2), (2, 3)])
def test_it_is_the_sum_of_its_definition(K, D):
    x, mixture, q = random_case(1, K, D)
    q[0] = np.eye(K)[0]
    assert gmm.lower_bound(x, mixture, q) == pytest.approx(directly(x, mixture, q), rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), K=st.integers(1, 4), D=st.integers(1, 2))
def test_it_is_below_the_log_likelihood_by_the_divergence(seed, K, D):
    x, mixture, q = random_case(seed, K, D)
    b, log_likelihood = gmm.e_step(x, mixture)
    bound = gmm.lower_bound(x, mixture, q)
    divergence = np.sum(q * np.log(np.where(q > 0, q, 1) / b))
    assert bound <= log_likelihood + 1e-9
    assert log_likelihood - bound == pytest.approx(divergence, rel=1e-7, abs=1e-9)
    assert gmm.lower_bound(x, mixture, b) == pytest.approx(log_likelihood, rel=1e-10)


def test_both_half_steps_raise_it():
    x = gmm.two_gaussians(80, rng=np.random.default_rng(0)).x
    mixture, q = gmm.Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1]), np.full((80, 2), 0.5)
    for _ in range(5):
        before = gmm.lower_bound(x, mixture, q)
        q = mixture.responsibilities(x)
        between = gmm.lower_bound(x, mixture, q)
        mixture = gmm.m_step(x, q)
        assert before < between < gmm.lower_bound(x, mixture, q)


def test_zeros_count_nothing_and_a_share_of_an_empty_component_is_minus_infinity():
    mixture = gmm.Mixture.from_1d([1.0, 0.0], [0, 1], [1, 1])
    x = [0.0, 2.0]
    assert gmm.lower_bound(x, mixture, [[1, 0], [1, 0]]) == mixture.log_density(x).sum()
    assert gmm.lower_bound(x, mixture, [[1, 0], [0.5, 0.5]]) == -np.inf


def test_far_points_do_not_underflow():
    mixture = gmm.Mixture.from_1d([0.5, 0.5], [0, 3], [1, 1])
    found = gmm.lower_bound([60.0], mixture, [[0.5, 0.5]])
    assert found == pytest.approx(0.5 * (-1800 - 1624.5) - 0.5 * np.log(2 * np.pi), rel=1e-12)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (([0.0, 1.0], None, [[1, 0], [0, 1]]), "mixture must be a Mixture"),
        (([0.0, np.nan], ..., [[1, 0], [0, 1]]), "x has NaN or infinity, first in row 1"),
        (([0.0, 1.0], ..., [[1, 0]]), r"shape \(n, K\) = \(2, 2\)"),
        (([0.0, 1.0], ..., [[1, 0], [0.5, 0.4]]), "row 1 sums to 0.9"),
    ],
)
def test_bad_input_is_named(arguments, message):
    mixture = gmm.Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1])
    with pytest.raises((TypeError, ValueError), match=message):
        gmm.lower_bound(*(mixture if each is ... else each for each in arguments))


# --- the pictures ---------------------------------------------------------------------------------

BOUNDS, TOPS = [-20.0, -18.0, -17.5], [-18.0, -18.0, -17.0]


@pytest.fixture
def ax():
    return gmm.new_figure()[1]


@pytest.fixture
def bars(ax):
    return gmm.draw_bound_bars(ax, BOUNDS, TOPS, baseline=-21, names=["start", "E 1", "M 1"])


def test_bound_and_gap_stand_on_the_baseline_and_reach_up_to_the_log_likelihood(ax, bars):
    for i, (bound, top) in enumerate(zip(BOUNDS, TOPS, strict=True)):
        below, gap, line = bars[3 * i : 3 * i + 3]
        assert (below.get_y(), below.get_height()) == (-21, bound + 21)
        assert (gap.get_y(), gap.get_height()) == (bound, top - bound)
        assert set(line.get_ydata()) == {top}
    assert ax.get_ylim()[0] == -21 and ax.get_ylim()[1] > -17
    assert [label.get_text() for label in ax.get_xticklabels()] == ["start", "E 1", "M 1"]


def test_bound_and_gap_differ_by_more_than_colour(bars):
    assert bars[1].get_hatch() and not bars[0].get_hatch()


@pytest.mark.parametrize("position", [0, 1, 2])
def test_bars_show_up_to_the_position_and_those_before_are_pale(bars, position):
    gmm.update_bound_bars(bars, 2)
    gmm.update_bound_bars(bars, position)
    for i in range(3):
        assert {artist.get_visible() for artist in bars[3 * i : 3 * i + 3]} == {i <= position}
        alphas = {artist.get_alpha() for artist in bars[3 * i : 3 * i + 3]}
        assert (alphas == {1}) == (i == position)


def test_a_bound_above_its_log_likelihood_is_refused(ax):
    with pytest.raises(ValueError, match="lies above its log-likelihood"):
        gmm.draw_bound_bars(ax, [-17.9], [-18.0], baseline=-21, names=["E 1"])
    with pytest.raises(ValueError, match="baseline = -20 must lie below"):
        gmm.draw_bound_bars(ax, [-20.0], [-18.0], baseline=-20, names=["E 1"])
    gmm.draw_bound_bars(ax, [-18.0 + 1e-14], [-18.0], baseline=-21, names=["E 1"])  # rounding


def test_the_curve_holds_the_bound_the_gap_and_the_marker(ax):
    grid = np.linspace(0, 4, 9)
    curve, bounds = -((grid - 2) ** 2), -2 * (grid - 2) ** 2 - 0.5
    artists = gmm.draw_bound_curve(ax, grid, curve)
    gmm.update_bound_curve(artists, bounds, at=1.0, bound=-2.5, log_likelihood=-1.0)
    bound, gap, marker, line = artists
    np.testing.assert_array_equal(line.get_xydata(), np.column_stack([grid, curve]))
    np.testing.assert_array_equal(bound.get_xydata(), np.column_stack([grid, bounds]))
    assert gap.get_xydata().tolist() == [[1, -2.5], [1, -1]]
    assert marker.get_xydata().tolist() == [[1, -1]]
    assert bound.is_dashed() and not line.is_dashed()


def test_without_a_bound_none_is_drawn(ax):
    artists = gmm.draw_bound_curve(ax, np.arange(3.0), np.arange(3.0))
    gmm.update_bound_curve(artists, np.zeros(3), at=0, bound=0, log_likelihood=0)
    gmm.update_bound_curve(artists, None, at=1, bound=1, log_likelihood=1)
    assert np.isnan(artists[0].get_ydata()).all()


def test_a_bound_that_touches_at_the_lowest_point_still_shows(ax):
    gmm.draw_bound_curve(ax, np.linspace(-1, 1, 21), np.linspace(-1, 1, 21) ** 2)
    assert ax.get_ylim()[0] < -0.3
