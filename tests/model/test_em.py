"""EM: its steps against exact arithmetic, whole runs by their properties, and a caller's steps."""

import pickle
import traceback
from functools import partial

import exact_em
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from one_way import each_once

import gmm_helpers as gmm
from gmm_helpers import EMError, Mixture, e_step, m_step, run_em, start_from_means

TYPES = ("full", "tied", "diag", "spherical")
all_types = pytest.mark.parametrize("covariance_type", TYPES)


def blobs(n, D, K, seed=0):
    """Draw points (n, D) around K centres, each blob with a shape of its own."""
    rng = np.random.default_rng(seed)
    factors = np.eye(D) + 0.4 * rng.standard_normal((K, D, D))
    centres = 3 * rng.standard_normal((K, D))
    z = np.arange(n) % K
    return centres[z] + np.einsum("nij,nj->ni", factors[z], rng.standard_normal((n, D)))


PLANE = blobs(24, 2, 2)
ROUND = Mixture([0.4, 0.6], [[-1, 0], [2, 1]], [np.eye(2)] * 2)
TILTED = Mixture([0.4, 0.6], [[-1, 0], [2, 1]], [[[2, 0.6], [0.6, 1]]] * 2)
LINE = blobs(30, 1, 2)[:, 0]
CURVED = np.linspace(-1, 1, 9) ** 3
BETWEEN = Mixture.from_1d([0.5, 0.5], [-1, 1], [1, 1])


def check_iteration(x, start, covariance_type="full"):
    """Check the first iteration of a run, and both steps by themselves, by exact arithmetic."""
    expected_b, expected, parameters = exact_em.iteration(x, start, covariance_type)
    with np.errstate(all="raise"):  # which a course on underflow may have set
        trace = run_em(x, start, max_iter=1, tol=0, covariance_type=covariance_type)
        b, log_likelihood = e_step(x, start)
        by_itself = m_step(x, b, covariance_type=covariance_type)
    assert trace.log_likelihoods[0] == pytest.approx(expected, rel=1e-12)
    assert log_likelihood == pytest.approx(expected, rel=1e-12) and type(log_likelihood) is float
    np.testing.assert_allclose(b, expected_b, rtol=1e-9, atol=1e-15)
    check_parameters(trace.mixture, *parameters)
    check_parameters(by_itself, *parameters)
    # Nothing is kept with more digits than the mixture that is handed out.
    assert trace.log_likelihoods[1] == e_step(x, trace.mixture)[1]


def check_parameters(mixture, weights, means, covariances):
    """Check a mixture to 11 digits; of means and covariances these are digits of the widths."""
    widths = np.sqrt(np.diagonal(covariances, axis1=1, axis2=2))
    np.testing.assert_allclose(mixture.weights, weights, rtol=1e-11)
    assert (abs(mixture.means - means) <= 1e-11 * np.maximum(abs(means), widths)).all()
    slack = 1e-11 * widths[:, :, None] * widths[:, None, :] + 1e-322  # the last numbers above 0
    assert (abs(mixture.covariances - covariances) <= slack).all()


@pytest.mark.parametrize("start", [ROUND, TILTED], ids=["round", "tilted"])
@each_once(
    covariance_type=TYPES * 2,
    unit=[(1, 0), (1e-150, 0), (1e-8, 0), (1e8, 0), (1e150, 0), (1, 1e8), (1, -1e12)],
)
def test_steps_are_exact_in_any_unit_and_far_from_0(start, covariance_type, unit):
    """Far out the textbook's Σ b x² / N − μ² would have no correct digit."""
    scale, shift = unit
    moved = scale * (start.means + shift)
    moved_start = Mixture(start.weights, moved, scale**2 * start.covariances)
    check_iteration(scale * (PLANE + shift), moved_start, covariance_type)


HARD = {
    "a point 60 σ away": (np.append(LINE, 60), BETWEEN),
    "a point 1e9 σ away": (np.append(LINE, 1e9), BETWEEN),
    # That the centres of two round clusters lie on a line says nothing about a feature.
    "clusters far apart": (
        np.vstack([PLANE, PLANE[::-1] + 1e8]),
        Mixture([0.5, 0.5], [[0, 0], [1e8, 1e8]], [np.eye(2)] * 2),
    ),
    # Numbers near 0 have digits enough for σ = 1e-5, however large another point is.
    "a narrow cluster beside a far one": (
        np.append(1e-5 * LINE, 1e12 + 1e7 * LINE),
        Mixture.from_1d([0.5, 0.5], [0, 1e12], [1e-10, 1e14]),
    ),
    # It moves by 3e7 times its new width: sums about the old mean, in old widths, would cancel.
    "a tight cluster under a wide start": (
        np.append(3 + 1e-7 * CURVED, [7.0, 8.0, 10.0]),
        Mixture.from_1d([0.5, 0.5], [0, 8], [1, 1]),
    ),
    # N_k is 1e-260, but where its points are is known as well as for any other.
    "hardly any share": (CURVED, Mixture.from_1d([0.5, 0.5], [0, 35], [1, 1])),
    "nor large numbers": (
        1e-150 * CURVED,
        Mixture.from_1d([0.5, 0.5], [0, 35e-150], [1e-300, 1e-300]),
    ),
    # From the second component some are 1e311 σ away: z is infinite, and 0 · z is not a number.
    "more widths than float64 can count": (
        np.array([0, 1e-161, -1e150, 1e150, 0.5e150]),
        Mixture.from_1d([0.5, 0.5], [0, 0], [1e300, 1e-322]),
    ),
}


@each_once(D=[1, 3, 4], K=[1, 2, 3, 2, 3], covariance_type=TYPES * 3)
def test_steps_are_exact_for_any_number_of_features_and_components(D, K, covariance_type):
    x = blobs(12, D, K)
    check_iteration(x, start_from_means(x, x[:K]), covariance_type)


@pytest.mark.parametrize("case", HARD)
def test_steps_are_exact_where_digits_are_scarce(case):
    check_iteration(*HARD[case])


@pytest.mark.parametrize("ridge", [0, 0.44])
def test_largest_span_that_is_taken_does_not_overflow_in_a_sum(ridge):
    x = np.resize([-0.49e152, 0.49e152], 100_000)
    mixture = m_step(x, np.ones((100_000, 1)), ridge=ridge)
    expected = 0.49e152 * np.sqrt(1 + ridge)
    assert np.sqrt(mixture.variances[0]) == pytest.approx(expected, rel=1e-12)


def test_responsibilities_in_single_precision_are_good_enough():
    """Thirds in float32 sum to 1.00000003, and the weights that follow have to sum to 1."""
    mixture = m_step(LINE, np.full((30, 3), 1 / 3, dtype=np.float32))
    np.testing.assert_allclose(mixture.weights, 1 / 3, rtol=1e-6)
    assert mixture.weights.sum() == pytest.approx(1, abs=1e-15)


@all_types
def test_ridge_is_a_fraction_of_each_features_variance(covariance_type):
    x, b = blobs(40, 3, 2) * [1, 100, 1e-3], np.random.default_rng(0).dirichlet([0.7, 0.7], 40)
    added = 0.25 * np.diag(x.var(axis=0))
    if covariance_type == "spherical":
        added = 0.25 * x.var(axis=0).mean() * np.eye(3)
    exact = m_step(x, b, covariance_type=covariance_type)
    widened = m_step(x, b, covariance_type=covariance_type, ridge=0.25)
    np.testing.assert_allclose(widened.covariances, exact.covariances + added, rtol=1e-12)
    np.testing.assert_array_equal(widened.means, exact.means)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    x=arrays(
        np.int64, st.tuples(st.integers(3, 25), st.integers(1, 3)), elements=st.integers(-6, 6)
    ),
    K=st.integers(1, 4),
    covariance_type=st.sampled_from(TYPES),
)
def test_log_likelihood_never_drops_and_each_step_leaves_a_mixture(x, K, covariance_type):
    """On a few points of a coarse lattice: ties, duplicates, collapses and all."""
    model, rng = {"covariance_type": covariance_type}, np.random.default_rng(0)
    try:
        start = gmm.start_from_random_points(x, K, rng=rng, **model)
    except ValueError:  # too few distinct points, a constant or a dependent feature
        assume(False)
    try:
        trace = run_em(x, start, max_iter=30, tol=0, **model)
    except EMError as error:
        trace = error.trace
    slack = 1e-9 * abs(trace.log_likelihoods).max()
    assert (np.diff(trace.log_likelihoods) >= -slack).all()
    for step in trace.steps:
        if step.kind != "start":
            np.testing.assert_allclose(step.responsibilities.sum(axis=1), 1, rtol=1e-14)
            assert step.responsibilities.min() >= 0
        covariances = step.mixture.covariances
        np.testing.assert_array_equal(covariances, covariances.transpose(0, 2, 1))
        deviations = np.sqrt(np.diagonal(covariances, axis1=1, axis2=2))
        correlations = covariances / deviations[:, :, None] / deviations[:, None, :]
        assert np.linalg.eigvalsh(correlations).min() > 0  # of a comparable size, so to be trusted


X = gmm.galaxies().x
START = start_from_means(X, [10.0, 20.0, 30.0])
ROWS = np.full((len(X), 3), 1 / 3)


@each_once(size=[(50, 1, 3), (90_000, 2, 2), (60, 4, 3)], covariance_type=TYPES, ridge=[0, 0.1])
def test_the_loop_takes_the_two_steps_in_turn(size, covariance_type, ridge):
    """Although it looks at the data once for both; n = 90,000 takes several blocks."""
    x = blobs(*size)
    options = {"covariance_type": covariance_type, "ridge": ridge}
    mixture = start_from_means(x, x[: size[2]], **options)
    trace = run_em(x, mixture, max_iter=2, tol=0, **options)
    kinds = [(step.kind, step.iteration) for step in trace.steps]
    assert kinds == [("start", 0), ("E", 1), ("M", 1), ("E", 2), ("M", 2)]
    start, *halves = trace.steps
    assert start.mixture is mixture and start.responsibilities is None
    for e, m in zip(halves[::2], halves[1::2], strict=True):
        assert e.mixture is mixture
        b, log_likelihood = e_step(x, mixture)
        np.testing.assert_array_equal(e.responsibilities, b)
        np.testing.assert_array_equal(m.responsibilities, b)
        assert e.log_likelihood == pytest.approx(log_likelihood, rel=1e-14)
        assert m.log_likelihood == trace.log_likelihoods[m.iteration]
        mixture, expected = m.mixture, m_step(x, b, **options)
        np.testing.assert_allclose(mixture.weights, expected.weights, rtol=1e-14)
        np.testing.assert_allclose(mixture.means, expected.means, rtol=1e-13, atol=1e-14)
        found, wanted = mixture.covariances, expected.covariances
        np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-14 * abs(wanted).max())
    assert trace.mixture is mixture and trace.iterations == 2
    none = run_em(x, mixture, max_iter=0, **options)
    assert none.mixture is mixture and len(none.steps) == 1 and not none.converged


def test_a_trace_cannot_be_written_in():
    trace = run_em(X, START, max_iter=1)
    own = run_em(X, START, max_iter=1, e_step=lambda x, mixture: e_step(x, mixture))
    last = trace.steps[-1].responsibilities, own.steps[-1].responsibilities
    for array in (trace.log_likelihoods, *last, e_step(X, START)[0]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


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
    reached = f"{trace.log_likelihoods[-1]:.3f}"
    assert str(trace) == f"log-likelihood {reached} after 20 iterations, not converged."


@pytest.mark.parametrize("x", [X, X.tolist(), blobs(40, 2, 3)], ids=["(n,)", "a list", "(n, 2)"])
def test_own_steps_drive_the_run_and_get_arguments_that_they_may_write_in(x):
    start, given = start_from_means(x, x[:3]), []
    memory = np.empty((3, len(x)))  # (K, n), as the formulas often come out

    def rough_e_step(data, mixture):
        given.append((data.copy(), mixture))
        b, log_likelihood = e_step(data, mixture)
        data[:], memory[:] = 0, b.T
        return memory.T, log_likelihood

    def rough_m_step(data, b):
        given.append((data.copy(), b.copy()))
        result = m_step(data, b)
        data[:], b[:] = 0, 0
        return result

    trace = run_em(x, start, max_iter=2, tol=0, e_step=rough_e_step, m_step=rough_m_step)
    expected = run_em(x, start, max_iter=2, tol=0)
    np.testing.assert_allclose(trace.log_likelihoods, expected.log_likelihoods, rtol=1e-12)
    for step, right in zip(trace.steps[1:], expected.steps[1:], strict=True):
        np.testing.assert_allclose(step.responsibilities, right.responsibilities, atol=1e-12)
    assert trace.stubs == () and len(given) == 5
    for data, _ in given:
        np.testing.assert_array_equal(data, x)
        assert data.dtype == np.float64
    assert given[0][1] is start
    np.testing.assert_array_equal(given[1][1], e_step(x, start)[0])


def test_own_numbers_are_what_the_trace_shows():
    """Right or wrong: a learner's mistake has to be seen."""
    trace = run_em(X, START, max_iter=1, e_step=lambda x, mixture: (ROWS, -5.0))
    assert trace.log_likelihoods.tolist() == [-5, -5]
    np.testing.assert_array_equal(trace.steps[1].responsibilities, ROWS)
    np.testing.assert_allclose(trace.mixture.means, X.mean(), rtol=1e-12)
    fixed = Mixture.from_1d([0.2, 0.3, 0.5], [10, 20, 30], [4, 4, 4])
    trace = run_em(X, START, max_iter=1, m_step=lambda x, responsibilities: fixed)
    assert trace.mixture is fixed
    assert trace.log_likelihoods[1] == e_step(X, fixed)[1]


@pytest.mark.parametrize("names", [(), ("e_step",), ("m_step",), ("e_step", "m_step")], ids=str)
def test_the_modules_step_may_be_named_and_stands_in_for_an_untouched_stub(names):
    steps = {"e_step": e_step, "m_step": m_step} | dict.fromkeys(names, lambda x, given: None)
    options = {"max_iter": 5, "covariance_type": "full" if "m_step" in names else "tied"}
    trace = run_em(X, START, **options, **steps)
    assert trace.stubs == names
    expected = run_em(X, START, **options).log_likelihoods
    np.testing.assert_array_equal(trace.log_likelihoods, expected)


WRONG_E_STEPS = {
    "responsibilities alone": (ROWS, "must return two things.* array of shape"),
    "a third thing": ((ROWS, 0.0, 0), "must return two things.* tuple"),
    "one component too few": ((ROWS[:, :2], -1.0), "must have shape"),
    "a complex log-likelihood": ((ROWS, np.array(1j)), "log-likelihood"),
    "a log-likelihood in an array": ((ROWS, np.array([-1.0])), "log-likelihood"),
    "no log-likelihood": ((ROWS, None), "log-likelihood|NoneType"),
    "a NaN log-likelihood": ((ROWS, np.nan), "log-likelihood"),
}


@pytest.mark.parametrize("slip", WRONG_E_STEPS)
def test_what_is_wrong_with_an_own_e_step_is_said(slip):
    result, sentence = WRONG_E_STEPS[slip]
    with pytest.raises(EMError, match=f"Iteration 0: your e_step.*{sentence}") as caught:
        run_em(X, START, e_step=lambda x, mixture: result)
    [start] = caught.value.trace.steps  # which can be shown, with the module's numbers
    assert (start.mixture, start.log_likelihood) == (START, e_step(X, START)[1])


make = Mixture.from_1d
# What an m_step makes of b (n, 3), and what is said.
WRONG_M_STEPS = {
    "a tuple": (lambda b: (b, b), "your m_step.*must return a Mixture.* tuple"),
    "a component too few": (lambda b: BETWEEN, r"your m_step.*shape \(2, 1\).* \(3, 1\)"),
    "a dimension too many": (
        lambda b: Mixture(b[0], np.zeros((3, 2)), [np.eye(2)] * 3),
        r"your m_step.*shape \(3, 2\)",
    ),
    "weights of sum 3": (lambda b: make([1, 1, 1], [0, 1, 2], [1, 1, 1]), "weights must sum to 1"),
    "a variance below 0": (lambda b: make(b[0], [0, 1, 2], [1, -1, 1]), "m_step.*index 1.* -1"),
    "far means": (lambda b: make(b[0], [1e200] * 3, [1, 1, 1]), "far from every component"),
    "an error": (lambda b: b.no_such, "m_step raised AttributeError: .* line “run_em"),
}


@pytest.mark.parametrize("slip", WRONG_M_STEPS)
def test_what_is_wrong_with_an_own_m_step_is_said_and_leads_to_its_line(slip):
    make, sentence = WRONG_M_STEPS[slip]
    with pytest.raises(EMError, match=f"Iteration 1: .*{sentence}") as caught:
        run_em(X, START, m_step=lambda x, b: make(b))
    component = 1 if slip == "a variance below 0" else None
    assert (caught.value.iteration, caught.value.component) == (1, component)
    assert [step.kind for step in caught.value.trace.steps] == ["start", "E"]
    if slip in ("weights of sum 3", "an error"):  # where in the learner's code it came from
        assert "in <lambda>" in "".join(traceback.format_exception(caught.value))


def test_an_own_step_is_warned_as_ever():
    """The module's own arithmetic heeds no warning; a learner's has to."""
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        run_em(X, START, max_iter=1, m_step=lambda x, b: [m_step(x, b), np.log(x * 0)][0])


TWINS = np.array([10.0, 10.0, 11.0, 12.0, 13.0, 14.0])  # a trap at 10
TO_COLLAPSE = Mixture.from_1d([0.5, 0.5], [12.5, 10.0], [1.0, 0.3])
TO_EMPTINESS = Mixture.from_1d([0.5, 0.5], [12.0, 1e3], [1.0, 1e-3])
TRIANGLE = np.array([[0.0, 0.0], [4.0, 1.0], [1.0, 5.0]])
AT_ITS_CORNERS = Mixture([1 / 3] * 3, TRIANGLE, [0.1 * np.eye(2)] * 3)


@pytest.mark.parametrize(
    ("start", "sentence"),
    [(TO_COLLAPSE, "has collapsed.*ridge"), (TO_EMPTINESS, "has lost all.*fewer components.$")],
)
def test_what_ends_a_run_is_said_with_the_remedy_and_the_trace_until_then(start, sentence):
    with pytest.raises(EMError, match=f"Iteration .: Component 2 .index 1. {sentence}") as caught:
        run_em(TWINS, start, tol=0)
    error = caught.value
    assert error.component == 1
    assert (error.iteration > 1) == (start is TO_COLLAPSE)
    assert error.trace.steps[-1].kind == "E" and not error.trace.converged
    until_then = run_em(TWINS, start, tol=0, max_iter=error.iteration - 1)
    np.testing.assert_array_equal(error.trace.log_likelihoods, until_then.log_likelihoods)
    np.testing.assert_array_equal(error.trace.mixture.means, until_then.mixture.means)


@all_types
def test_as_many_components_as_points_collapse_in_every_type(covariance_type):
    """And the remedy is not what was done already."""
    with pytest.raises(EMError, match="index .. has collapsed") as caught:
        run_em(TRIANGLE, AT_ITS_CORNERS, max_iter=500, tol=0, covariance_type=covariance_type)
    assert ("covariance_type='tied'" in str(caught.value)) == (covariance_type != "tied")


def test_with_a_ridge_no_ridge_is_advised_and_nothing_collapses():
    with pytest.raises(EMError, match="has lost all") as caught:
        run_em(TWINS, TO_EMPTINESS, ridge=1e-3)
    assert "ridge" not in str(caught.value)
    trace = run_em(TWINS, TO_COLLAPSE, ridge=1e-3)
    assert (trace.converged, trace.ridge) == (True, 1e-3)
    assert trace.mixture.variances.min() >= 1e-3 * TWINS.var() * (1 - 1e-12)


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


def test_a_step_by_itself_knows_no_iteration():
    with pytest.raises(EMError, match="^Component 2 .index 1. has lost all its points") as caught:
        m_step(TWINS, np.column_stack([np.ones(6), np.zeros(6)]))
    assert (caught.value.component, caught.value.iteration) == (1, None)
    assert caught.value.trace is None


FAILING = partial(run_em, TWINS, TO_COLLAPSE), partial(make, [0.5, 0.5], [0, 1], [1, 0])


@pytest.mark.parametrize("fail", FAILING)
def test_errors_survive_a_process_boundary(fail):
    with pytest.raises(ValueError) as caught:
        fail()
    copied = pickle.loads(pickle.dumps(caught.value))
    assert (type(copied), str(copied)) == (type(caught.value), str(caught.value))
    assert copied.component == caught.value.component == 1
