"""EM: both steps against their formulas, whole runs against scikit-learn and exact arithmetic."""

import pickle
import warnings

import exact_em
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from one_way import each_once

from gmm_helpers import (
    EMError,
    Mixture,
    e_step,
    four_gaussians,
    galaxies,
    m_step,
    old_faithful,
    run_em,
    start_from_means,
    start_from_random_points,
    two_gaussians,
)

TYPES = ("full", "tied", "diag", "spherical")
all_types = pytest.mark.parametrize("covariance_type", TYPES)
examples = settings(derandomize=True, deadline=None, max_examples=60)


def blobs(n, D, K, seed=0):
    """Draw points (n, D) around K centres, each blob with a shape of its own."""
    rng = np.random.default_rng(seed)
    factors = np.eye(D) + 0.4 * rng.standard_normal((K, D, D))
    centres = 3 * rng.standard_normal((K, D))
    z = np.arange(n) % K
    return centres[z] + np.einsum("nij,nj->ni", factors[z], rng.standard_normal((n, D)))


def soft(n, K, seed=0):
    """Draw responsibilities (n, K)."""
    return np.random.default_rng(seed).dirichlet(np.full(K, 0.7), size=n)


def constrain(covariances, weights, covariance_type):
    """Make full covariances (K, D, D) obey `covariance_type`, as the textbooks have it."""
    D = covariances.shape[1]
    if covariance_type == "tied":
        return np.array(
            [sum(w * c for w, c in zip(weights, covariances, strict=True))] * len(weights)
        )
    if covariance_type == "diag":
        return np.array([np.diag(np.diag(c)) for c in covariances])
    if covariance_type == "spherical":
        return np.array([np.trace(c) / D * np.eye(D) for c in covariances])
    return covariances


# --- the two steps by themselves -----------------------------------------------------------------


def test_e_step_is_the_mixtures_bayes_rule():
    mixture, x = Mixture.from_1d([0.3, 0.7], [-1, 2], [0.25, 4]), np.linspace(-4, 6, 9)
    b, log_likelihood = e_step(x, mixture)
    np.testing.assert_array_equal(b, mixture.responsibilities(x))
    assert log_likelihood == pytest.approx(mixture.log_density(x).sum(), rel=1e-15)
    assert type(log_likelihood) is float


@each_once(size=[(20_000, 2, 2), (30, 3, 3), (30, 1, 2), (30, 3, 1)], covariance_type=TYPES)
def test_m_step_is_the_textbooks(size, covariance_type):
    """n = 20,000 takes several blocks."""
    n, D, K = size
    x, b = blobs(n, D, K), soft(n, K)
    totals = b.sum(axis=0)
    means = np.array([(b[:, k, None] * x).sum(axis=0) / totals[k] for k in range(K)])
    covariances = np.array(
        [(b[:, k, None] * (x - means[k])).T @ (x - means[k]) / totals[k] for k in range(K)]
    )
    mixture = m_step(x, b, covariance_type=covariance_type)
    np.testing.assert_allclose(mixture.weights, totals / n, rtol=1e-12)
    np.testing.assert_allclose(mixture.means, means, rtol=1e-11)
    expected = constrain(covariances, totals / n, covariance_type)
    np.testing.assert_allclose(mixture.covariances, expected, rtol=1e-11, atol=1e-13)


@all_types
def test_m_step_maximises_the_bound(covariance_type):
    """No neighbour of the same covariance type has a larger Σ_ik b_ik log(φ_k N(x_i | k))."""
    rng = np.random.default_rng(0)
    x, b = blobs(40, 2, 2), soft(40, 2)

    def bound(weights, means, covariances):
        lone = [
            Mixture([1], [mean], [cov]).log_density(x)
            for mean, cov in zip(means, covariances, strict=True)
        ]
        return (b * (np.log(weights) + np.array(lone).T)).sum()

    best = m_step(x, b, covariance_type=covariance_type)
    highest = bound(best.weights, best.means, best.covariances)
    for size in (0.3, 0.01, 1e-4):
        for _ in range(20):
            weights = best.weights * np.exp(size * rng.standard_normal(2))
            stretch = np.eye(2) + size * rng.standard_normal((2, 2, 2))
            moved = stretch @ best.covariances @ stretch.transpose(0, 2, 1)
            for neighbour in (
                (weights / weights.sum(), best.means, best.covariances),
                (best.weights, best.means + size * rng.standard_normal((2, 2)), best.covariances),
                (best.weights, best.means, constrain(moved, best.weights, covariance_type)),
            ):
                assert bound(*neighbour) < highest


def test_one_dimensional_data_need_no_second_axis():
    x, b = blobs(30, 1, 2), soft(30, 2)
    np.testing.assert_array_equal(m_step(x[:, 0], b).variances, m_step(x, b).variances)


def test_responsibilities_in_single_precision_are_good_enough():
    """Thirds in float32 sum to 1.00000003, and the weights that follow have to sum to 1."""
    mixture = m_step(blobs(30, 1, 3), np.full((30, 3), 1 / 3, dtype=np.float32))
    np.testing.assert_allclose(mixture.weights, 1 / 3, rtol=1e-6)
    assert mixture.weights.sum() == pytest.approx(1, abs=1e-15)


@all_types
def test_ridge_is_a_fraction_of_each_features_variance(covariance_type):
    x, b = blobs(40, 3, 2) * [1, 100, 1e-3], soft(40, 2)
    added = 0.25 * np.diag(x.var(axis=0))
    if covariance_type == "spherical":
        added = 0.25 * x.var(axis=0).mean() * np.eye(3)
    exact = m_step(x, b, covariance_type=covariance_type)
    widened = m_step(x, b, covariance_type=covariance_type, ridge=0.25)
    np.testing.assert_allclose(widened.covariances, exact.covariances + added, rtol=1e-12)
    np.testing.assert_array_equal(widened.means, exact.means)


# --- whole runs against scikit-learn --------------------------------------------------------------

DATA = {
    "two Gaussians": (two_gaussians(rng=np.random.default_rng(0)).x, 2),
    "galaxies": (galaxies().x, 3),
    "four Gaussians": (four_gaussians(400, rng=np.random.default_rng(0)).x, 4),
    "Old Faithful": (old_faithful().x, 2),
    "three dimensions": (blobs(200, 3, 3), 3),
    "five dimensions": (blobs(200, 5, 2), 2),
}


@each_once(name=DATA, covariance_type=TYPES)
def test_run_is_scikit_learns(name, covariance_type):
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    x, K = DATA[name]
    iterations = 12
    rng = np.random.default_rng(0)
    start = start_from_random_points(x, K, rng=rng, covariance_type=covariance_type)
    precisions = np.linalg.inv(start.covariances)
    judge = GaussianMixture(
        K,
        covariance_type=covariance_type,
        reg_covar=0,
        tol=0,
        max_iter=iterations,
        weights_init=start.weights,
        means_init=start.means,
        precisions_init={
            "full": precisions,
            "tied": precisions[0],
            "diag": np.diagonal(precisions, axis1=1, axis2=2),
            "spherical": precisions[:, 0, 0],
        }[covariance_type],
        init_params="random",  # only so that k-means does not run in vain
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        judge.fit(x.reshape(len(x), -1))
    # Its lower bounds are those of each E step, per point; the one after the last M step is extra.
    judged = [*judge.lower_bounds_, judge.score(x.reshape(len(x), -1))]

    trace = run_em(x, start, max_iter=iterations, tol=0, covariance_type=covariance_type)
    np.testing.assert_allclose(trace.log_likelihoods, np.multiply(judged, len(x)), rtol=1e-12)
    np.testing.assert_allclose(trace.mixture.weights, judge.weights_, rtol=1e-9)
    np.testing.assert_allclose(trace.mixture.means, judge.means_, rtol=1e-9)


# --- right for the very numbers stored ------------------------------------------------------------


@each_once(scale=[1.0, 1e-150, 1e-8, 1e8, 1e150], covariance_type=TYPES)
def test_run_is_exact_in_any_unit(scale, covariance_type):
    x = blobs(24, 2, 2) * scale
    start = start_from_means(x, x[:2], covariance_type=covariance_type)
    expected, (weights, means, covariances) = exact_em.run(x, start, 6, covariance_type)
    trace = run_em(x, start, max_iter=6, tol=0, covariance_type=covariance_type)
    np.testing.assert_allclose(trace.log_likelihoods, expected, rtol=1e-12)
    np.testing.assert_allclose(trace.mixture.weights, weights, rtol=1e-11)
    np.testing.assert_allclose(trace.mixture.means / scale, means / scale, rtol=1e-11)
    np.testing.assert_allclose(
        trace.mixture.covariances / scale / scale,
        covariances / scale / scale,
        rtol=1e-11,
        atol=1e-13,
    )


@each_once(covariance_type=TYPES, shift=[1e8, -1e12])
def test_steps_are_exact_far_from_0(shift, covariance_type):
    """Here the textbook's Σ b x² / N − μ² would have no correct digit."""
    x, b = blobs(24, 2, 2) + shift, soft(24, 2)
    mixture = m_step(x, b, covariance_type=covariance_type)
    with exact_em.digits():
        exact = exact_em.m_step(exact_em.exact(x), exact_em.exact(b), covariance_type)
        weights, means, covariances = (exact_em.rounded(values) for values in exact)
    np.testing.assert_allclose(mixture.weights, weights, rtol=1e-14)
    assert (abs(mixture.means - means) <= np.spacing(abs(shift))).all()
    np.testing.assert_allclose(mixture.covariances, covariances, rtol=1e-12, atol=1e-14)
    assert e_step(x, mixture)[1] == pytest.approx(exact_em.log_likelihood(x, mixture), rel=1e-14)


@all_types
def test_shifted_run_is_the_run_shifted(covariance_type):
    """A mean near 1e8 is stored to 1.5e-8, so that is how close the runs can stay."""
    x = np.round(blobs(60, 2, 3) * 2**20) / 2**20  # so that x + 1e8 is exact
    start = start_from_means(x, x[:3], covariance_type=covariance_type)
    shifted = Mixture(start.weights, start.means + 1e8, start.covariances)
    options = {"max_iter": 30, "tol": 0, "covariance_type": covariance_type}
    near, far = run_em(x, start, **options), run_em(x + 1e8, shifted, **options)
    np.testing.assert_allclose(far.log_likelihoods, near.log_likelihoods, rtol=1e-8)
    np.testing.assert_allclose(far.mixture.means - 1e8, near.mixture.means, atol=1e-6)
    np.testing.assert_allclose(far.mixture.covariances, near.mixture.covariances, atol=1e-6)


def test_each_mixture_of_a_trace_has_the_log_likelihood_beside_it():
    """Exactly: nothing is kept with more digits than the mixture that is handed out."""
    x = old_faithful().x
    trace = run_em(x, start_from_means(x, x[:2]), max_iter=5)
    for step in trace.steps:
        assert step.log_likelihood == e_step(x, step.mixture)[1]


@each_once(small=[1e-15, 1e-100, 1e-250], scale=[1.0, 2.0**498, 2.0**-498])
def test_a_tiny_share_of_the_points_keeps_its_digits(small, scale):
    """Σ b x and Σ b x² must not underflow on their way to μ and Σ, which no scale of b changes."""
    x = 1e5 + np.arange(10.0)
    share = np.linspace(1, 3, 10)
    mixture = m_step(x * scale, np.column_stack([small * share, 1 - small * share]))
    alone = m_step(x, np.column_stack([share, 3 - share]) / 3)
    assert mixture.means[0, 0] / scale == pytest.approx(alone.means[0, 0], rel=1e-15)
    assert mixture.variances[0] / scale / scale == pytest.approx(alone.variances[0], rel=1e-12)


@pytest.mark.parametrize("distance", [60.0, 1e4, 1e9])
def test_one_far_point_keeps_everything_finite(distance):
    x = np.append(blobs(30, 1, 2)[:, 0], distance)
    trace = run_em(x, Mixture.from_1d([0.5, 0.5], [-1, 1], [1, 1]), max_iter=10, ridge=1e-6)
    assert np.isfinite(trace.log_likelihoods).all()
    for step in trace.steps[:3]:
        expected = exact_em.log_likelihood(x, step.mixture)
        assert step.log_likelihood == pytest.approx(expected, rel=1e-13)


def test_far_apart_clusters_are_not_collinear_features():
    """Both clusters are round; that their centres lie on a line says nothing about a feature."""
    x = np.random.default_rng(0).standard_normal((40, 2))
    x[20:] += 1e8
    start = Mixture([0.5, 0.5], [[0, 0], [1e8, 1e8]], [np.eye(2)] * 2)
    mixture = run_em(x, start).mixture
    np.testing.assert_allclose(mixture.covariances[0], np.cov(x[:20].T, bias=True), rtol=1e-9)


def test_a_narrow_cluster_near_0_beside_a_far_one_has_not_collapsed():
    """Numbers near 0 have digits enough for σ = 1e-5, however large another point is."""
    x = np.random.default_rng(0).standard_normal(40) * np.repeat([1e-5, 1e7], 20)
    x[20:] += 1e12
    mixture = run_em(x, Mixture.from_1d([0.5, 0.5], [0, 1e12], [1e-10, 1e14])).mixture
    assert mixture.variances[0] == pytest.approx(x[:20].var(), rel=1e-9)


def test_a_tight_cluster_under_a_wide_start_keeps_its_digits():
    """It moves by 3e7 times its new width: sums about the old mean, in old widths, would cancel."""
    x = np.append(3 + 1e-7 * np.linspace(-1, 1, 9) ** 3, [7.0, 8.0, 10.0])
    start = Mixture.from_1d([0.5, 0.5], [0, 8], [1, 1])
    expected, (_, _, covariances) = exact_em.run(x, start, 1)
    trace = run_em(x, start, max_iter=1, tol=0)
    np.testing.assert_allclose(trace.log_likelihoods, expected, rtol=1e-12)
    np.testing.assert_allclose(trace.mixture.covariances, covariances, rtol=1e-10)


def test_a_component_with_hardly_any_share_keeps_its_digits():
    """Its N_k is 1e-260, but where its points are is known as well as for any other."""
    x = np.linspace(-1, 1, 9) ** 3
    start = Mixture.from_1d([0.5, 0.5], [0, 35], [1, 1])
    expected, (_, means, covariances) = exact_em.run(x, start, 1)
    trace = run_em(x, start, max_iter=1, tol=0)
    assert 1e-270 < trace.mixture.weights[1] < 1e-240
    np.testing.assert_allclose(trace.log_likelihoods, expected, rtol=1e-12)
    np.testing.assert_allclose(trace.mixture.means, means, rtol=1e-11)
    np.testing.assert_allclose(trace.mixture.covariances, covariances, rtol=1e-11)


def test_points_more_widths_away_than_float64_can_count_do_no_harm():
    """From the second component they are 1e311 σ away: z is infinite, and 0 · z is not a number."""
    x = np.array([0, 1e-161, -1e150, 1e150, 0.5e150])
    start = Mixture.from_1d([0.5, 0.5], [0, 0], [1e300, 1e-322])
    expected = m_step(x, e_step(x, start)[0])
    trace = run_em(x, start, max_iter=1)
    np.testing.assert_array_equal(trace.mixture.means, expected.means)
    np.testing.assert_array_equal(trace.mixture.covariances, expected.covariances)


@pytest.mark.parametrize("ridge", [0, 0.44])
def test_largest_span_that_is_taken_does_not_overflow_in_a_sum(ridge):
    x = np.resize([-0.49e152, 0.49e152], 100_000)
    mixture = m_step(x, np.ones((100_000, 1)), ridge=ridge)
    expected = 0.49e152 * np.sqrt(1 + ridge)
    assert np.sqrt(mixture.variances[0]) == pytest.approx(expected, rel=1e-12)


# --- properties -----------------------------------------------------------------------------------


@st.composite
def lattice_runs(draw):
    """Run EM on a few points of a coarse lattice: ties, duplicates, collapses and all."""
    D, n = draw(st.integers(1, 3)), draw(st.integers(3, 25))
    x = draw(arrays(np.int64, (n, D), elements=st.integers(-6, 6)))
    distinct = np.unique(x, axis=0)
    K = draw(st.integers(1, min(4, len(distinct))))
    chosen = draw(st.permutations(range(len(distinct))))[:K]
    covariance_type = draw(st.sampled_from(TYPES))
    try:
        start = start_from_means(x, distinct[chosen], covariance_type=covariance_type)
    except ValueError:  # a constant or a dependent feature
        assume(False)
    try:
        return run_em(x, start, max_iter=30, tol=0, covariance_type=covariance_type)
    except EMError as error:
        return error.trace


@examples
@given(lattice_runs())
def test_log_likelihood_never_drops(trace):
    slack = 1e-9 * abs(trace.log_likelihoods).max()
    assert (np.diff(trace.log_likelihoods) >= -slack).all()


@examples
@given(lattice_runs())
def test_rows_of_responsibilities_sum_to_1(trace):
    for step in trace.steps[1:]:
        np.testing.assert_allclose(step.responsibilities.sum(axis=1), 1, rtol=1e-14)
        assert step.responsibilities.min() >= 0


@examples
@given(lattice_runs())
def test_covariances_are_symmetric_positive_definite(trace):
    for step in trace.steps:
        covariances = step.mixture.covariances
        np.testing.assert_array_equal(covariances, covariances.transpose(0, 2, 1))
        deviations = np.sqrt(np.diagonal(covariances, axis1=1, axis2=2))
        correlations = covariances / deviations[:, :, None] / deviations[:, None, :]
        assert np.linalg.eigvalsh(correlations).min() > 0  # of a comparable size, so to be trusted


@st.composite
def tame_runs(draw):
    """Return data, a start and options with which EM is far from any collapse."""
    D, K, seed = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(0, 999))
    covariance_type = draw(st.sampled_from(TYPES))
    x = blobs(60, D, K, seed)
    start = start_from_means(x, x[:K], covariance_type=covariance_type)
    return x, start, {"max_iter": 5, "tol": 0, "covariance_type": covariance_type}, seed


@examples
@given(tame_runs())
def test_order_of_the_points_does_not_matter(case):
    x, start, options, seed = case
    order = np.random.default_rng(seed).permutation(len(x))
    trace, shuffled = run_em(x, start, **options), run_em(x[order], start, **options)
    np.testing.assert_allclose(shuffled.log_likelihoods, trace.log_likelihoods, rtol=1e-11)
    b, shuffled_b = trace.steps[-1].responsibilities, shuffled.steps[-1].responsibilities
    np.testing.assert_allclose(shuffled_b, b[order], atol=1e-9)


@examples
@given(tame_runs())
def test_components_have_no_order(case):
    x, start, options, seed = case
    order = np.random.default_rng(seed).permutation(start.n_components)
    reordered = Mixture(start.weights[order], start.means[order], start.covariances[order])
    trace, other = run_em(x, start, **options), run_em(x, reordered, **options)
    np.testing.assert_allclose(other.log_likelihoods, trace.log_likelihoods, rtol=1e-11)
    np.testing.assert_allclose(other.mixture.means, trace.mixture.means[order], rtol=1e-9)


@examples
@given(tame_runs())
def test_a_change_of_coordinates_changes_nothing_else(case):
    """Shift, and the maps that each type allows: any, each feature's unit, or turn and zoom."""
    x, start, options, seed = case
    rng, D = np.random.default_rng(seed), x.shape[1]
    shift = rng.standard_normal(D)
    turn = np.linalg.qr(rng.standard_normal((D, D)))[0]
    linear = {
        "full": turn @ np.diag(rng.uniform(0.5, 2, D)) @ turn[::-1],
        "tied": turn @ np.diag(rng.uniform(0.5, 2, D)) @ turn[::-1],
        "diag": np.diag(10 ** rng.uniform(-3, 3, D)),
        "spherical": turn * 10 ** rng.uniform(-3, 3),
    }[options["covariance_type"]]
    moved_start = Mixture(
        start.weights, start.means @ linear.T + shift, linear @ start.covariances @ linear.T
    )
    trace, moved = run_em(x, start, **options), run_em(x @ linear.T + shift, moved_start, **options)
    stretched = len(x) * np.linalg.slogdet(linear)[1]
    np.testing.assert_allclose(
        moved.log_likelihoods + stretched, trace.log_likelihoods, rtol=1e-9, atol=1e-8
    )
    expected = linear @ trace.mixture.covariances @ linear.T
    np.testing.assert_allclose(moved.mixture.covariances, expected, rtol=1e-6, atol=1e-6)


# --- the trace ------------------------------------------------------------------------------------

X = galaxies().x
START = start_from_means(X, [10.0, 20.0, 30.0])
ROWS = np.full((len(X), 3), 1 / 3)


def test_half_steps_follow_one_another():
    trace = run_em(X, START, max_iter=3, tol=0)
    kinds = [(step.kind, step.iteration) for step in trace.steps]
    expected = [("start", 0), ("E", 1), ("M", 1), ("E", 2), ("M", 2), ("E", 3), ("M", 3)]
    assert kinds == expected
    assert trace.iterations == 3
    ends = [step.log_likelihood for step in trace.steps if step.kind != "E"]
    np.testing.assert_array_equal(trace.log_likelihoods, ends)
    assert trace.steps[-1].mixture is trace.mixture


def test_each_half_step_is_what_its_kind_says():
    start, *halves = run_em(X, START, max_iter=3, tol=0).steps
    assert start.mixture is START
    assert start.responsibilities is None
    before = start
    for e, m in zip(halves[::2], halves[1::2], strict=True):
        assert e.mixture is before.mixture
        assert e.log_likelihood == before.log_likelihood
        np.testing.assert_array_equal(e.responsibilities, e_step(X, e.mixture)[0])
        np.testing.assert_array_equal(m.responsibilities, e.responsibilities)
        np.testing.assert_allclose(m.mixture.means, m_step(X, e.responsibilities).means, rtol=1e-14)
        before = m


@each_once(size=[(50, 1, 3), (90_000, 2, 2), (60, 4, 3)], covariance_type=TYPES, ridge=[0, 0.1])
def test_the_loop_takes_the_two_steps(size, covariance_type, ridge):
    """Although it looks at the data once for both; n = 90,000 takes several blocks."""
    x = blobs(*size)
    options = {"covariance_type": covariance_type, "ridge": ridge}
    mixture = start_from_means(x, x[: size[2]], **options)
    for step in run_em(x, mixture, max_iter=2, tol=0, **options).steps[1:]:
        if step.kind == "E":
            b, log_likelihood = e_step(x, mixture)
            np.testing.assert_array_equal(step.responsibilities, b)
            assert step.log_likelihood == pytest.approx(log_likelihood, rel=1e-14)
        else:
            mixture, expected = step.mixture, m_step(x, b, **options)
            np.testing.assert_allclose(mixture.weights, expected.weights, rtol=1e-14)
            np.testing.assert_allclose(mixture.means, expected.means, rtol=1e-13, atol=1e-14)
            scale = abs(expected.covariances).max()
            np.testing.assert_allclose(
                mixture.covariances, expected.covariances, rtol=1e-13, atol=1e-14 * scale
            )


@pytest.mark.parametrize("covariance_type", ["full", "tied", "diag", "spherical"])
@pytest.mark.parametrize("correlation", [0, 0.6])
def test_a_start_of_another_type_is_taken(covariance_type, correlation):
    """So what the loop leaves out where nothing is correlated is left out only there."""
    x = blobs(200, 2, 2)
    start = Mixture([0.4, 0.6], [[-1, 0], [2, 1]], [[[2, correlation], [correlation, 1]]] * 2)
    trace = run_em(x, start, max_iter=1, tol=0, record=False, covariance_type=covariance_type)
    b, _ = e_step(x, start)
    expected = m_step(x, b, covariance_type=covariance_type)
    np.testing.assert_allclose(trace.mixture.covariances, expected.covariances, atol=1e-12)


def test_without_record_only_the_half_steps_are_missing():
    recorded, bare = run_em(X, START), run_em(X, START, record=False)
    assert bare.steps == ()
    assert bare.converged == recorded.converged
    np.testing.assert_array_equal(bare.log_likelihoods, recorded.log_likelihoods)
    np.testing.assert_array_equal(bare.mixture.means, recorded.mixture.means)


def test_no_iteration_leaves_the_start():
    trace = run_em(X, START, max_iter=0)
    assert [step.kind for step in trace.steps] == ["start"]
    assert trace.mixture is START
    assert trace.log_likelihoods.tolist() == [e_step(X, START)[1]]
    assert not trace.converged


def test_a_trace_cannot_be_written_in():
    trace = run_em(X, START, max_iter=1)
    own = run_em(X, START, max_iter=1, e_step=my_e_step)
    for array in (
        trace.log_likelihoods,
        trace.steps[-1].responsibilities,
        own.steps[-1].responsibilities,
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_a_trace_does_not_follow_later_changes_of_the_data():
    x = X.copy()
    trace = run_em(x, START, max_iter=1)
    before = trace.steps[-1].responsibilities.copy()
    x[:] = 0
    np.testing.assert_array_equal(trace.steps[-1].responsibilities, before)


def test_tol_is_the_rise_per_point_below_which_it_stops():
    rises = np.diff(run_em(X, START, max_iter=50, tol=0).log_likelihoods) / len(X)
    trace = run_em(X, START, max_iter=50, tol=1e-3)
    assert trace.converged
    assert trace.iterations == np.flatnonzero(rises < 1e-3)[0] + 1


def test_tol_0_runs_all_iterations_whatever_rounding_does():
    """With K = 1 nothing moves after the first."""
    trace = run_em(X, Mixture.from_1d([1], [0], [1]), max_iter=20, tol=0)
    assert trace.iterations == 20
    assert trace.log_likelihoods[1] == pytest.approx(trace.log_likelihoods[-1], rel=1e-15)
    assert not trace.converged


def test_trace_says_how_it_ended():
    trace = run_em(X, START, max_iter=2)
    reached = f"{trace.log_likelihoods[-1]:.3f}"
    assert str(trace) == f"log-likelihood {reached} after 2 iterations, not converged."


# --- steps that the caller wrote ------------------------------------------------------------------


def my_e_step(x, mixture):
    """What a learner writes for 1-D data."""
    joint = mixture.weights * np.exp(
        -0.5 * (x[:, None] - mixture.means[:, 0]) ** 2 / mixture.variances
    )
    joint /= np.sqrt(2 * np.pi * mixture.variances)
    density = joint.sum(axis=1)
    return joint / density[:, None], np.log(density).sum()


def my_m_step(x, responsibilities):
    """What a learner writes for 1-D data."""
    totals = responsibilities.sum(axis=0)
    means = responsibilities.T @ x / totals
    variances = (responsibilities * (x[:, None] - means) ** 2).sum(axis=0) / totals
    return Mixture.from_1d(totals / len(x), means, variances)


OWN = {"e_step": my_e_step, "m_step": my_m_step}
PLAIN = {"e_step": lambda x, mixture: e_step(x, mixture), "m_step": lambda x, b: m_step(x, b)}


@pytest.mark.parametrize("names", [["e_step"], ["m_step"], ["e_step", "m_step"]], ids="+".join)
def test_own_steps_drive_the_run(names):
    called = set()

    def watch(name):
        def step(*arguments):
            called.add(name)
            return OWN[name](*arguments)

        return step

    trace = run_em(X, START, **{name: watch(name) for name in names})
    assert called == set(names)
    np.testing.assert_allclose(trace.log_likelihoods, run_em(X, START).log_likelihoods, rtol=1e-12)
    assert trace.stubs == ()


def test_an_own_e_steps_numbers_are_what_the_trace_shows():
    """Right or wrong: a learner's mistake has to be seen."""
    trace = run_em(X, START, max_iter=1, e_step=lambda x, mixture: (ROWS, -5.0))
    assert trace.log_likelihoods.tolist() == [-5, -5]
    np.testing.assert_array_equal(trace.steps[1].responsibilities, ROWS)
    np.testing.assert_allclose(trace.mixture.means, X.mean(), rtol=1e-12)


def test_an_own_m_steps_mixture_is_what_the_trace_shows():
    fixed = Mixture.from_1d([0.2, 0.3, 0.5], [10, 20, 30], [4, 4, 4])
    trace = run_em(X, START, max_iter=1, m_step=lambda x, responsibilities: fixed)
    assert trace.mixture is fixed
    assert trace.log_likelihoods[1] == e_step(X, fixed)[1]


@pytest.mark.parametrize("x", [X, X.tolist(), blobs(40, 2, 3)], ids=["(n,)", "a list", "(n, 2)"])
def test_own_steps_get_exactly_two_arguments(x):
    start = start_from_means(x, x[:3])
    calls = []

    def own_e_step(*arguments, **named):
        calls.append(("e_step", arguments, named))
        return e_step(*arguments)

    def own_m_step(*arguments, **named):
        calls.append(("m_step", arguments, named))
        return m_step(*arguments)

    run_em(x, start, max_iter=1, e_step=own_e_step, m_step=own_m_step)
    assert [name for name, _, _ in calls] == ["e_step", "m_step", "e_step"]
    for _, (data, _), named in calls:
        np.testing.assert_array_equal(data, x)
        assert data.dtype == np.float64
        assert named == {}
    assert calls[0][1][1] is start
    np.testing.assert_array_equal(calls[1][1][1], e_step(x, start)[0])


@pytest.mark.parametrize("names", [["e_step"], ["m_step"], ["e_step", "m_step"]], ids="+".join)
def test_the_modules_step_stands_in_for_an_untouched_stub(names):
    trace = run_em(X, START, max_iter=5, **{name: lambda x, given: None for name in names})
    assert trace.stubs == tuple(names)
    np.testing.assert_array_equal(
        trace.log_likelihoods, run_em(X, START, max_iter=5).log_likelihoods
    )


def test_steps_that_write_in_their_arguments_spoil_nothing():
    x = X.copy()

    def rough_e_step(x, mixture):
        result = e_step(x, mixture)
        x[:] = 0
        return result

    def rough_m_step(x, responsibilities):
        result = m_step(x, responsibilities)
        x[:] = 0
        responsibilities[:] = 0
        return result

    trace = run_em(x, START, max_iter=3, e_step=rough_e_step, m_step=rough_m_step)
    np.testing.assert_array_equal(x, X)
    expected = run_em(X, START, max_iter=3, **PLAIN)
    np.testing.assert_array_equal(trace.log_likelihoods, expected.log_likelihoods)
    np.testing.assert_array_equal(
        trace.steps[-1].responsibilities, expected.steps[-1].responsibilities
    )


def test_a_step_that_fills_the_same_array_again_spoils_nothing():
    memory = np.empty((3, len(X)))  # (K, n), as the formulas often come out

    def thrifty_e_step(x, mixture):
        b, log_likelihood = e_step(x, mixture)
        memory[:] = b.T
        return memory.T, log_likelihood

    trace = run_em(X, START, max_iter=3, tol=0, e_step=thrifty_e_step)
    expected = run_em(X, START, max_iter=3, tol=0, e_step=PLAIN["e_step"])
    for step, right in zip(trace.steps[1:], expected.steps[1:], strict=True):
        np.testing.assert_array_equal(step.responsibilities, right.responsibilities)


WRONG_E_STEPS = {
    "responsibilities alone": (ROWS, "must return two things.* ndarray of shape"),
    "the other way round": ((-1.0, ROWS), "must have shape"),
    "(K, n)": ((ROWS.T, -1.0), "must have shape"),
    "one component too few": ((ROWS[:, :2], -1.0), "must have shape"),
    "rows that do not sum to 1": ((ROWS * 2, -1.0), "sum to 1"),
    "columns that sum to 1": ((ROWS / ROWS.sum(axis=0), -1.0), "sum to 1"),
    "negative": ((ROWS + [1, -1, 0], -1.0), "negative"),
    "NaN": ((ROWS * np.nan, -1.0), "NaN.* row 0"),
    "text": (("b", -1.0), "real numbers"),
    "a log-likelihood for each point": ((ROWS, ROWS[:, 0]), "log-likelihood"),
    "a complex log-likelihood": ((ROWS, np.array(1j)), "log-likelihood"),
    "a log-likelihood in a list": ((ROWS, [-1.0]), "log-likelihood"),
    "no log-likelihood": ((ROWS, None), "log-likelihood|NoneType"),
    "a NaN log-likelihood": ((ROWS, np.nan), "log-likelihood"),
}


@pytest.mark.parametrize("slip", WRONG_E_STEPS)
def test_what_is_wrong_with_an_own_e_step_is_said(slip):
    result, sentence = WRONG_E_STEPS[slip]
    with pytest.raises(EMError, match=f"Iteration 0: your e_step.*{sentence}"):
        run_em(X, START, e_step=lambda x, mixture: result)


WRONG_M_STEPS = {
    "a tuple": (lambda: (START.weights, START.means), "your m_step.*must return a Mixture.* tuple"),
    "one component too few": (
        lambda: Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1]),
        r"your m_step.*shape \(2, 1\).* \(3, 1\)",
    ),
    "one dimension too many": (
        lambda: Mixture([1 / 3] * 3, np.zeros((3, 2)), [np.eye(2)] * 3),
        r"your m_step.*shape \(3, 2\)",
    ),
    "weights that do not sum to 1": (
        lambda: Mixture.from_1d([1, 1, 1], [0, 1, 2], [1, 1, 1]),
        "your m_step.*weights must sum to 1",
    ),
    "a negative variance": (
        lambda: Mixture.from_1d([1 / 3] * 3, [0, 1, 2], [1, -1, 1]),
        "your m_step.*index 1.* -1",
    ),
    "means at the other end of the world": (
        lambda: Mixture.from_1d([1 / 3] * 3, [1e200] * 3, [1, 1, 1]),
        "far from every component",
    ),
}


@pytest.mark.parametrize("slip", WRONG_M_STEPS)
def test_what_is_wrong_with_an_own_m_step_is_said(slip):
    make, sentence = WRONG_M_STEPS[slip]
    with pytest.raises(EMError, match=f"Iteration 1: .*{sentence}") as caught:
        run_em(X, START, m_step=lambda x, responsibilities: make())
    assert caught.value.iteration == 1
    assert [step.kind for step in caught.value.trace.steps] == ["start", "E"]


def test_a_refused_own_step_names_the_component_too():
    with pytest.raises(EMError) as caught:
        run_em(X, START, m_step=lambda x, b: Mixture.from_1d([1 / 3] * 3, [0, 1, 2], [1, 0, 1]))
    assert caught.value.component == 1


def test_a_refused_own_step_leads_to_its_line():
    """Else the learner sees the sentence, but not where in their code it came from."""
    with pytest.raises(EMError) as caught:
        run_em(X, START, m_step=lambda x, b: Mixture.from_1d([1, 1, 1], [0, 1, 2], [1, 1, 1]))
    chain, error = [], caught.value
    while error is not None:
        entry = error.__traceback__
        while entry is not None:
            chain.append(entry.tb_frame.f_code.co_name)
            entry = entry.tb_next
        error = error.__cause__
    assert "<lambda>" in chain


def test_an_own_step_is_warned_as_ever():
    """The module's own arithmetic heeds no warning; a learner's has to."""
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        run_em(X, START, max_iter=1, m_step=lambda x, b: [m_step(x, b), np.log(x * 0)][0])


def test_any_error_of_an_own_step_ends_the_run_with_a_sentence_and_its_cause():
    def broken(x, b):
        return b.no_such_thing

    with pytest.raises(
        EMError, match="your m_step raised AttributeError: .*“return b.no_su"
    ) as info:
        run_em(X, START, m_step=broken)
    assert isinstance(info.value.__cause__, AttributeError)
    assert len(info.value.trace.steps) == 2


# --- what cannot go on ----------------------------------------------------------------------------

TWINS = np.array([10.0, 10.0, 11.0, 12.0, 13.0, 14.0])  # a trap at 10
TO_COLLAPSE = Mixture.from_1d([0.5, 0.5], [12.5, 10.0], [1.0, 1e-3])
TO_EMPTINESS = Mixture.from_1d([0.5, 0.5], [12.0, 1e3], [1.0, 1e-3])


@pytest.mark.parametrize(
    ("start", "sentence"),
    [(TO_COLLAPSE, "index 1. has collapsed"), (TO_EMPTINESS, "index 1. has lost all")],
)
def test_what_ends_a_run_is_said_with_the_remedy(start, sentence):
    with pytest.raises(EMError, match=f"Iteration 1: Component 2 .{sentence}.*ridge") as caught:
        run_em(TWINS, start)
    error = caught.value
    assert (error.component, error.iteration) == (1, 1)
    assert [step.kind for step in error.trace.steps] == ["start", "E"]
    assert error.trace.mixture is start
    assert not error.trace.converged


def test_the_trace_so_far_has_every_iteration_before():
    start = Mixture.from_1d([0.5, 0.5], [12.5, 10.0], [1.0, 0.3])
    with pytest.raises(EMError, match="collapsed") as caught:
        run_em(TWINS, start, tol=0)
    error = caught.value
    assert error.iteration > 1
    assert error.trace.iterations == error.iteration - 1
    again = run_em(TWINS, start, tol=0, max_iter=error.iteration - 1)
    np.testing.assert_array_equal(error.trace.log_likelihoods, again.log_likelihoods)


@all_types
def test_as_many_components_as_points_collapse_in_every_type(covariance_type):
    x = np.array([[0.0, 0.0], [4.0, 1.0], [1.0, 5.0]])
    start = Mixture([1 / 3] * 3, x, [0.1 * np.eye(2)] * 3)
    with pytest.raises(EMError, match="index .. has collapsed"):
        run_em(x, start, max_iter=500, tol=0, covariance_type=covariance_type)


def test_the_remedy_is_not_what_was_done_already():
    x = np.array([[0.0, 0.0], [4.0, 1.0], [1.0, 5.0]])
    with pytest.raises(EMError) as caught:
        run_em(x, Mixture([1 / 3] * 3, x, [0.1 * np.eye(2)] * 3), covariance_type="tied")
    assert "covariance_type='tied'" not in str(caught.value)
    with pytest.raises(EMError) as caught:
        run_em(TWINS, TO_EMPTINESS, ridge=1e-3)
    assert "ridge" not in str(caught.value)


def test_a_component_flat_but_for_rounding_has_collapsed_in_any_direction():
    """Across each line the points lie within a last digit, and no mean is stored finer than that.

    Each feature by itself has spread enough; ℓ would be 0.17 below its maximum.
    """
    rng = np.random.default_rng(0)
    along = 0.01 * rng.standard_normal(40)
    across = np.spacing(1e8) * rng.integers(-1, 2, 40)
    labels = np.arange(40) % 2  # along the one diagonal, and along the other
    x = 1e8 + np.column_stack([along, along * (1 - 2 * labels) + across])
    with pytest.raises(EMError, match="has collapsed"):
        m_step(x, np.eye(2)[labels])


def test_ridge_rescues_a_collapsing_run():
    trace = run_em(TWINS, TO_COLLAPSE, ridge=1e-3)
    assert trace.converged
    assert trace.mixture.variances.min() >= 1e-3 * TWINS.var() * (1 - 1e-12)


def test_a_step_by_itself_knows_no_iteration():
    with pytest.raises(EMError, match="^Component 2 .index 1. has lost all its points") as caught:
        m_step(TWINS, np.column_stack([np.ones(6), np.zeros(6)]))
    assert (caught.value.component, caught.value.iteration) == (1, None)
    assert caught.value.trace is None


def test_underflow_is_no_error_even_where_numpy_was_told_to_raise():
    """A responsibility of 1e-300 is as good as 0; a course on underflow may set this."""
    x = np.append(blobs(20, 1, 1)[:, 0], 38 + blobs(20, 1, 1, seed=1)[:, 0])
    with np.errstate(all="raise"):
        run_em(x, Mixture.from_1d([0.5, 0.5], [0, 38], [1, 1]), max_iter=2)


@pytest.mark.parametrize(
    "fail",
    [
        lambda: run_em(TWINS, TO_COLLAPSE),
        lambda: Mixture.from_1d([0.5, 0.5], [0.0, 1.0], [1.0, 0.0]),
    ],
    ids=["a collapse", "a refused mixture"],
)
def test_errors_survive_a_process_boundary(fail):
    with pytest.raises(ValueError) as caught:
        fail()
    copied = pickle.loads(pickle.dumps(caught.value))
    assert (type(copied), str(copied)) == (type(caught.value), str(caught.value))
    assert copied.component == caught.value.component == 1


def test_the_modules_steps_may_be_named():
    named = run_em(X, START, covariance_type="tied", e_step=e_step, m_step=m_step)
    np.testing.assert_array_equal(
        named.log_likelihoods, run_em(X, START, covariance_type="tied").log_likelihoods
    )
