"""Starts, and `fit`: the best of several. Notebooks print its optima of the course's data."""

import io
import itertools
import sys

import numpy as np
import pytest
from scipy.stats import chisquare

import gmm_helpers as gmm
from gmm_helpers import EMError, Mixture, fit, m_step, run_em, start_from_means
from gmm_helpers.model import starts, validation

TYPES = ("full", "tied", "diag", "spherical")


def start_from_kmeans_plusplus(x, K, *, rng, covariance_type="full"):
    """Draw the one start that `fit` draws with n_init=1."""
    points = validation.as_points(x)
    model = validation.as_model(points, covariance_type, 0)
    return starts.sample_starts(points, K, 1, model, rng=rng)[0]


def split(x, mixture, component, *, covariance_type="full", ridge=0.0):
    """Split one component, as `compare` splits each."""
    points = validation.as_points(x)
    cut = starts._cut_in_two(points, mixture.responsibilities(x).T, component)
    return m_step(x, cut.T, covariance_type=covariance_type, ridge=ridge)


RANDOM_STARTS = {
    "random points": gmm.start_from_random_points,
    "k-means++": start_from_kmeans_plusplus,
}
X = gmm.galaxies().x


def seeded(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("covariance_type", TYPES)
def test_start_from_means_is_a_fair_guess(covariance_type):
    """Weights 1/K, and for each component the covariance that one Gaussian for all would have."""
    x, means = gmm.old_faithful().x, [[2, 55], [3, 60], [4, 80]]
    start = start_from_means(x, means, covariance_type=covariance_type)
    np.testing.assert_array_equal(start.weights, [1 / 3] * 3)
    np.testing.assert_array_equal(start.means, means)
    one = m_step(x, np.ones((272, 1)), covariance_type=covariance_type)
    np.testing.assert_array_equal(start.covariances, np.repeat(one.covariances, 3, axis=0))


@pytest.mark.parametrize("init", RANDOM_STARTS)
def test_a_random_start_is_one_from_distinct_points(init):
    """Even where nearly all points are duplicates of a few."""
    x = np.repeat([[0, 0], [1, 5], [2, 3], [9, 4]], [50, 50, 1, 1], axis=0)
    for seed in range(20):
        start = RANDOM_STARTS[init](x, 4, rng=seeded(seed), covariance_type="diag")
        assert sorted(start.means.tolist()) == [[0, 0], [1, 5], [2, 3], [9, 4]]
        rebuilt = start_from_means(x, start.means, covariance_type="diag")
        np.testing.assert_array_equal(start.covariances, rebuilt.covariances)


PAIRS = [(0, 1), (0, 3), (1, 0), (1, 3), (3, 0), (3, 1)]
# k-means++ draws by squared distance: from 0 the points 1 and 3 are drawn as 1 to 9, from 1 …
CHANCES = {
    "random points": [1 / 2] * 6,
    "k-means++": [1 / 10, 9 / 10, 1 / 5, 4 / 5, 9 / 13, 4 / 13],
}


@pytest.mark.parametrize("init", RANDOM_STARTS)
def test_points_are_drawn_by_their_chances(init):
    rng, draw = seeded(), RANDOM_STARTS[init]
    pairs = [tuple(draw([0.0, 1.0, 3.0], 2, rng=rng).means.ravel()) for _ in range(1500)]
    counts = [pairs.count(pair) for pair in PAIRS]
    assert chisquare(counts, 500 * np.array(CHANCES[init])).pvalue > 1e-3


@pytest.mark.parametrize("x", [[0, 1e-200, 1.0], np.resize([-0.49e152, 0.49e152], 100_000)])
def test_kmeans_plusplus_where_squared_distances_or_their_sums_leave_float64(x):
    """(1e-200)² is 0; the square of the widest span that is taken fits, 100,000 of them do not."""
    distinct = np.unique(x).tolist()
    means = start_from_kmeans_plusplus(x, len(distinct), rng=seeded()).means
    assert sorted(means.ravel().tolist()) == distinct


def test_kmeans_plusplus_knows_no_units():
    x = gmm.old_faithful().x
    means = start_from_kmeans_plusplus(x, 4, rng=seeded()).means
    rescaled = start_from_kmeans_plusplus(x * [2.0**20, 2.0**-20], 4, rng=seeded()).means
    np.testing.assert_array_equal(rescaled, means * [2.0**20, 2.0**-20])


@pytest.mark.parametrize("covariance_type", TYPES)
@pytest.mark.parametrize("units", [(1, 1), (2.0**-20, 2.0**20)])  # where it looks narrow
def test_a_split_cuts_a_component_where_its_points_are_most_spread(covariance_type, units):
    """There are three heaps, and the first component has two of them."""
    rng = seeded(3)
    x = np.concatenate([rng.normal(centre, [1, 0.1], (40, 2)) for centre in (0, [9, 0], [0, 50])])
    mixture = m_step(x * units, np.repeat([[1, 0], [0, 1]], [80, 40], axis=0))
    start = split(x * units, mixture, 0, covariance_type=covariance_type)
    thirds = np.repeat(np.eye(3), 40, axis=0)
    expected = m_step(x * units, thirds, covariance_type=covariance_type)
    order = [0, 2, 1] if start.means[0, 0] < 4 * units[0] else [2, 0, 1]
    widths = np.sqrt(np.diagonal(expected.covariances, axis1=1, axis2=2))
    assert (abs(start.means[order] - expected.means) < 1e-5 * widths).all()
    slack = 1e-5 * widths[:, :, None] * widths[:, None]
    assert (abs(start.covariances[order] - expected.covariances) < slack).all()
    np.testing.assert_allclose(start.weights, [1 / 3] * 3, rtol=1e-6)


def test_a_merger_has_the_weight_and_the_mean_of_both():
    points, model = validation.as_points(X), validation.as_model(validation.as_points(X), "full", 0)
    mixture = Mixture.from_1d([0.2, 0.3, 0.5], [10, 20, 30], [9, 4, 25])
    apart = m_step(X, mixture.responsibilities(X))
    pairs = itertools.combinations(range(3), 2)
    for (i, j), start in zip(pairs, starts.merge_each(points, mixture, model), strict=True):
        both = apart.weights[[i, j]]
        assert start.weights[-1] == pytest.approx(both.sum(), rel=1e-12)
        mean = np.average(apart.means[[i, j], 0], weights=both)
        assert start.means[-1, 0] == pytest.approx(mean, rel=1e-12)


def test_a_split_goes_by_responsibilities():
    """Of the points between, each half of a component gets the component's share only."""
    x = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    mixture = Mixture.from_1d([0.5, 0.5], [1.0, 3.0], [1.0, 1.0])
    b = mixture.responsibilities(x)
    cut = np.column_stack([b[:, 0], b[:, 1] * (x <= 3), b[:, 1] * (x > 3)])
    with pytest.raises(EMError, match="index 2. has collapsed"):  # beyond 3 there is one point
        split(x, mixture, 1)
    start = split(x, mixture, 1, ridge=0.1)
    expected = m_step(x, cut, ridge=0.1)
    np.testing.assert_allclose(start.means, expected.means, rtol=1e-12)
    np.testing.assert_allclose(start.weights.sum(), 1, rtol=1e-14)


def test_fit_takes_the_run_that_ends_highest_whatever_tol_is():
    """Three starts on one way up: with this loose `tol` all stop at once, a nat apart."""
    way_up = run_em(X, start_from_means(X, [10, 20, 30]), max_iter=4, tol=0).steps
    lowest, low, high = (step.mixture for step in way_up if step.kind == "M" and step.iteration > 1)
    trace = fit(X, 3, rng=seeded(), init=[lowest, high, low], tol=0.02)
    assert trace.steps[0].mixture is high
    expected = run_em(X, high, tol=0.02).log_likelihoods
    np.testing.assert_array_equal(trace.log_likelihoods, expected)


@pytest.mark.parametrize("init", RANDOM_STARTS)
def test_fit_draws_as_many_starts_as_asked_for(init):
    options = {"covariance_type": "diag", "tol": 1e-3}
    trace = fit(X, 2, rng=seeded(), init=init, n_init=3, **options)
    rng = seeded()
    drawn = [RANDOM_STARTS[init](X, 2, rng=rng, covariance_type="diag") for _ in range(3)]
    given = fit(X, 2, rng=seeded(), init=drawn, **options)
    assert trace.n_starts == given.n_starts == 3
    np.testing.assert_array_equal(trace.log_likelihoods, given.log_likelihoods)


@pytest.mark.parametrize("form", [lambda start: start, lambda start: iter([start])])
def test_fit_runs_from_a_given_start(form):
    start = start_from_means(X, [10.0, 20.0, 30.0])
    trace = fit(X, 3, rng=seeded(), init=form(start))
    expected = run_em(X, start, tol=1e-10, max_iter=2000)
    assert trace.steps[0].mixture is start
    np.testing.assert_array_equal(trace.log_likelihoods, expected.log_likelihoods)
    assert (trace.n_starts, trace.converged) == (1, True)


GOOD = Mixture.from_1d([0.5, 0.5], [0.0, 5.0], [1.0, 1.0])
TRAP = Mixture.from_1d([0.5, 0.5], [0.0, 0.1], [1.0, 1e-6])
SIX = [0.0, 0.1, 0.3, 5.0, 5.2, 5.3]


def test_fit_skips_starts_that_fail_and_counts_them_unless_all_do():
    trace = fit(SIX, 2, rng=seeded(), init=[TRAP, GOOD, TRAP])
    assert (trace.n_starts, trace.n_failed) == (3, 2)
    assert str(trace).startswith("Best of 3 starts (2 failed): ")
    np.testing.assert_allclose(sorted(trace.mixture.means.ravel()), [0.4 / 3, 15.5 / 3], rtol=1e-6)
    with pytest.raises(EMError, match="start .2 in all.*index 1. has collapsed.*ridge") as caught:
        fit(SIX, 2, rng=seeded(), init=[TRAP, TRAP])
    assert (caught.value.component, caught.value.iteration) == (1, 1)
    assert caught.value.trace.mixture is TRAP


def test_fit_says_that_it_has_not_converged():
    with pytest.warns(UserWarning, match="not converged after 1 iteration:") as caught:
        trace = fit(X, 2, rng=seeded(), max_iter=1)
    assert not trace.converged
    assert caught[0].filename == __file__  # the caller's line, not one of the module's


@pytest.mark.parametrize("covariance_type", ["full", "tied"])
def test_nearly_dependent_features_are_refused_with_a_remedy_that_works(covariance_type):
    """Where both can be fitted, the difference gives the same ℓ: the map has determinant 1."""
    first, noise = seeded().standard_normal((2, 300)) + 5 * (np.arange(300) % 2)
    options = {"covariance_type": covariance_type, "record": False}
    near, far = (np.column_stack([first, first + e * noise]) for e in (1.4e-6, 1e-3))
    with pytest.raises(ValueError, match="feature 1 of x the share 6.4e-07.*Subtract from"):
        fit(near, 2, rng=seeded(), **options)
    start = Mixture([0.5, 0.5], [[0, 0], [1, 1]], [np.eye(2)] * 2)
    with pytest.raises(EMError, match="too thin for float64.*Subtract from"):
        run_em(near, start, covariance_type=covariance_type)
    ends = {}
    for name, x in (("near", near), ("far", far)):
        x = np.column_stack([x[:, 0], x[:, 1] - x[:, 0]])
        ends[name] = fit(x, 2, rng=seeded(), **options).log_likelihoods[-1]
    assert ends["near"] - 300 * np.log(1e-3 / 1.4e-6) == pytest.approx(ends["far"], abs=1e-5)
    assert fit(far, 2, rng=seeded(), **options).log_likelihoods[-1] == pytest.approx(ends["far"])


def test_progress_is_one_line_that_is_rewritten(capsys):
    fit(X, 2, rng=seeded(), n_init=3)
    assert capsys.readouterr() == ("", "")
    trace = fit(X, 2, rng=seeded(), n_init=3, record=False, progress=True)
    out, err = capsys.readouterr()
    states = err.removeprefix("\r").removesuffix("\n").split("\r")
    assert (out, err.count("\n")) == ("", 1)
    assert states[0].startswith("start 1 of 3, iteration 1: ℓ = -")
    assert states[-1].startswith("start 3 of 3, iteration ")
    assert sorted(map(len, states)) == [*map(len, states)]  # no end of an older state is left
    assert trace.steps == ()


class Interrupting(io.StringIO):
    """A stream in place of standard error; at the first state that it is to show, Ctrl-C comes."""

    def write(self, text):
        super().write(text)
        if self.getvalue().count("iteration") == 1 and text.strip():
            raise KeyboardInterrupt


def test_an_interrupt_leaves_no_broken_state(monkeypatch):
    """The line is ended, NumPy heeds what it did before, and the same call gives the same again."""
    expected, heeded = fit(X, 3, rng=seeded()), np.geterr()
    monkeypatch.setattr(sys, "stderr", Interrupting())
    with pytest.raises(KeyboardInterrupt):
        fit(X, 3, rng=seeded(), progress=True)
    assert sys.stderr.getvalue().endswith("\n")
    assert np.geterr() == heeded
    again = fit(X, 3, rng=seeded())
    np.testing.assert_array_equal(again.log_likelihoods, expected.log_likelihoods)


def test_a_start_that_collapses_is_passed_over():
    points, equal = validation.as_points(X), np.full((2, len(X)), 0.5)
    on_one_point = np.vstack([np.eye(len(X))[0], 1 - np.eye(len(X))[0]])
    model = validation.as_model(points, "full", 0)
    assert len(starts._m_steps(points, [on_one_point, equal], model)) == 1
