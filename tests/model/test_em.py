"""EM: its steps against exact arithmetic, whole runs by their properties, and a caller's steps."""

import pickle
import traceback

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
    galaxies,
    m_step,
    run_em,
    start_from_means,
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


def soft(n, K):
    """Draw responsibilities (n, K)."""
    return np.random.default_rng(0).dirichlet(np.full(K, 0.7), size=n)


# --- right for the very numbers stored ------------------------------------------------------------

PLANE = blobs(24, 2, 2)
ROUND = Mixture([0.4, 0.6], [[-1, 0], [2, 1]], [np.eye(2)] * 2)
TILTED = Mixture([0.4, 0.6], [[-1, 0], [2, 1]], [[[2, 0.6], [0.6, 1]]] * 2)
LINE = blobs(30, 1, 2)[:, 0]
CURVED = np.linspace(-1, 1, 9) ** 3
BETWEEN = Mixture.from_1d([0.5, 0.5], [-1, 1], [1, 1])


def check_iteration(x, start, covariance_type="full"):
    """Check the first iteration of a run, and both steps by themselves, by exact arithmetic."""
    expected, parameters = exact_em.iteration(x, start, covariance_type)
    trace = run_em(x, start, max_iter=1, tol=0, covariance_type=covariance_type)
    b, log_likelihood = e_step(x, start)
    assert trace.log_likelihoods[0] == pytest.approx(expected, rel=1e-12)
    assert log_likelihood == pytest.approx(expected, rel=1e-12) and type(log_likelihood) is float
    check_parameters(trace.mixture, *parameters)
    check_parameters(m_step(x, b, covariance_type=covariance_type), *parameters)
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
    "a point 1e4 σ away": (np.append(LINE, 1e4), BETWEEN),
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


@pytest.mark.parametrize("case", HARD)
def test_steps_are_exact_where_digits_are_scarce(case):
    check_iteration(*HARD[case])


def test_no_point_is_lost_where_two_blocks_meet():
    b = soft(24, 2)
    once, often = m_step(PLANE, b), m_step(np.tile(PLANE, (3000, 1)), np.tile(b, (3000, 1)))
    np.testing.assert_allclose(often.weights, once.weights, rtol=1e-10)
    np.testing.assert_allclose(often.covariances, once.covariances, rtol=1e-10)


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
    x, b = blobs(40, 3, 2) * [1, 100, 1e-3], soft(40, 2)
    added = 0.25 * np.diag(x.var(axis=0))
    if covariance_type == "spherical":
        added = 0.25 * x.var(axis=0).mean() * np.eye(3)
    exact = m_step(x, b, covariance_type=covariance_type)
    widened = m_step(x, b, covariance_type=covariance_type, ridge=0.25)
    np.testing.assert_allclose(widened.covariances, exact.covariances + added, rtol=1e-12)
    np.testing.assert_array_equal(widened.means, exact.means)


# --- whole runs -----------------------------------------------------------------------------------


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
def test_log_likelihood_never_drops_and_each_step_leaves_a_mixture(trace):
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


@examples
@given(
    D=st.integers(1, 4),
    K=st.integers(1, 3),
    seed=st.integers(0, 999),
    covariance_type=st.sampled_from(TYPES),
)
def test_no_order_and_no_coordinates_matter(D, K, seed, covariance_type):
    """Shift, and the maps that each type allows: any, each feature's unit, or turn and zoom."""
    x, rng = blobs(60, D, K, seed), np.random.default_rng(seed)
    start = start_from_means(x, x[:K], covariance_type=covariance_type)
    shift, points, order = rng.standard_normal(D), rng.permutation(60), rng.permutation(K)
    turn = np.linalg.qr(rng.standard_normal((D, D)))[0]
    linear = {
        "full": turn @ np.diag(rng.uniform(0.5, 2, D)) @ turn[::-1],
        "tied": turn @ np.diag(rng.uniform(0.5, 2, D)) @ turn[::-1],
        "diag": np.diag(10 ** rng.uniform(-3, 3, D)),
        "spherical": turn * 10 ** rng.uniform(-3, 3),
    }[covariance_type]
    moved_x, moved_means = x @ linear.T + shift, start.means @ linear.T + shift
    moved_start = Mixture(
        start.weights[order], moved_means[order], linear @ start.covariances[order] @ linear.T
    )
    options = {"max_iter": 5, "tol": 0, "covariance_type": covariance_type}
    trace, moved = run_em(x, start, **options), run_em(moved_x[points], moved_start, **options)
    stretched = len(x) * np.linalg.slogdet(linear)[1]
    np.testing.assert_allclose(
        moved.log_likelihoods + stretched, trace.log_likelihoods, rtol=1e-9, atol=1e-8
    )
    expected = linear @ trace.mixture.covariances[order] @ linear.T
    np.testing.assert_allclose(moved.mixture.covariances, expected, rtol=1e-6, atol=1e-6)
    b, moved_b = trace.steps[-1].responsibilities, moved.steps[-1].responsibilities
    np.testing.assert_allclose(moved_b, b[points][:, order], atol=1e-8)


# --- the trace ------------------------------------------------------------------------------------

X = galaxies().x
START = start_from_means(X, [10.0, 20.0, 30.0])
ROWS = np.full((len(X), 3), 1 / 3)


def test_half_steps_follow_one_another_and_are_what_their_kinds_say():
    trace = run_em(X, START, max_iter=2, tol=0)
    kinds = [(step.kind, step.iteration) for step in trace.steps]
    assert kinds == [("start", 0), ("E", 1), ("M", 1), ("E", 2), ("M", 2)]
    assert trace.iterations == 2
    before, *halves = trace.steps
    assert before.mixture is START and before.responsibilities is None
    for e, m in zip(halves[::2], halves[1::2], strict=True):
        assert e.mixture is before.mixture and e.log_likelihood == before.log_likelihood
        np.testing.assert_array_equal(m.responsibilities, e.responsibilities)
        assert m.log_likelihood == trace.log_likelihoods[m.iteration]
        before = m
    assert before.mixture is trace.mixture


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
    trace, own = run_em(X, START, max_iter=1), run_em(X, START, max_iter=1, **PLAIN)
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


# --- steps that the caller wrote ------------------------------------------------------------------

PLAIN = {"e_step": lambda x, mixture: e_step(x, mixture), "m_step": lambda x, b: m_step(x, b)}


@pytest.mark.parametrize("x", [X, X.tolist(), blobs(40, 2, 3)], ids=["(n,)", "a list", "(n, 2)"])
def test_own_steps_drive_the_run_and_get_exactly_two_arguments(x):
    start = start_from_means(x, x[:3])
    calls = []

    def watch(name):
        def step(*arguments, **named):
            calls.append((name, arguments, named))
            return PLAIN[name](*arguments)

        return step

    trace = run_em(x, start, max_iter=1, e_step=watch("e_step"), m_step=watch("m_step"))
    expected = run_em(x, start, max_iter=1).log_likelihoods
    np.testing.assert_allclose(trace.log_likelihoods, expected, rtol=1e-12)
    assert trace.stubs == ()
    assert [name for name, _, _ in calls] == ["e_step", "m_step", "e_step"]
    for _, (data, _), named in calls:
        np.testing.assert_array_equal(data, x)
        assert data.dtype == np.float64
        assert named == {}
    assert calls[0][1][1] is start
    np.testing.assert_array_equal(calls[1][1][1], e_step(x, start)[0])


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


@pytest.mark.parametrize("names", [["e_step"], ["m_step"], ["e_step", "m_step"]], ids="+".join)
def test_the_modules_step_stands_in_for_an_untouched_stub(names):
    trace = run_em(X, START, max_iter=5, **{name: lambda x, given: None for name in names})
    assert trace.stubs == tuple(names)
    expected = run_em(X, START, max_iter=5).log_likelihoods
    np.testing.assert_array_equal(trace.log_likelihoods, expected)


def test_the_modules_steps_may_be_named():
    named = run_em(X, START, covariance_type="tied", e_step=e_step, m_step=m_step)
    expected = run_em(X, START, covariance_type="tied").log_likelihoods
    np.testing.assert_array_equal(named.log_likelihoods, expected)


def test_steps_that_write_in_their_arguments_or_fill_one_array_again_spoil_nothing():
    x = X.copy()
    memory = np.empty((3, len(X)))  # (K, n), as the formulas often come out

    def rough_e_step(x, mixture):
        b, log_likelihood = e_step(x, mixture)
        x[:] = 0
        memory[:] = b.T
        return memory.T, log_likelihood

    def rough_m_step(x, responsibilities):
        result = m_step(x, responsibilities)
        x[:] = 0
        responsibilities[:] = 0
        return result

    trace = run_em(x, START, max_iter=3, tol=0, e_step=rough_e_step, m_step=rough_m_step)
    np.testing.assert_array_equal(x, X)
    expected = run_em(X, START, max_iter=3, tol=0, **PLAIN)
    np.testing.assert_array_equal(trace.log_likelihoods, expected.log_likelihoods)
    for step, right in zip(trace.steps[1:], expected.steps[1:], strict=True):
        np.testing.assert_array_equal(step.responsibilities, right.responsibilities)


WRONG_E_STEPS = {
    "responsibilities alone": (ROWS, "must return two things.* array of shape"),
    "the other way round": ((-1.0, ROWS), "must have shape"),
    "one component too few": ((ROWS[:, :2], -1.0), "must have shape"),
    "rows that do not sum to 1": ((ROWS * 2, -1.0), "sum to 1"),
    "NaN": ((ROWS * np.nan, -1.0), "NaN.* row 0"),
    "a log-likelihood for each point": ((ROWS, ROWS[:, 0]), "log-likelihood"),
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


# What an m_step computes of b (n, 3); and what is said, and of which component.
WRONG_M_STEPS = {
    "a tuple": (lambda b: (b, b), "your m_step.*must return a Mixture.* tuple", None),
    "one component too few": (
        lambda b: Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1]),
        r"your m_step.*shape \(2, 1\).* \(3, 1\)",
        None,
    ),
    "one dimension too many": (
        lambda b: Mixture(b[0], np.zeros((3, 2)), [np.eye(2)] * 3),
        r"your m_step.*shape \(3, 2\)",
        None,
    ),
    "weights that do not sum to 1": (
        lambda b: Mixture.from_1d([1, 1, 1], [0, 1, 2], [1, 1, 1]),
        "your m_step.*weights must sum to 1",
        None,
    ),
    "a negative variance": (
        lambda b: Mixture.from_1d(b[0], [0, 1, 2], [1, -1, 1]),
        "your m_step.*index 1.* -1",
        1,
    ),
    "means at the other end of the world": (
        lambda b: Mixture.from_1d(b[0], [1e200] * 3, [1, 1, 1]),
        "far from every component",
        None,
    ),
    "an error": (
        lambda b: b.no_such_thing,
        "m_step raised AttributeError: .* line “run_em",
        None,
    ),
}


@pytest.mark.parametrize("slip", WRONG_M_STEPS)
def test_what_is_wrong_with_an_own_m_step_is_said(slip):
    make, sentence, component = WRONG_M_STEPS[slip]
    with pytest.raises(EMError, match=f"Iteration 1: .*{sentence}") as caught:
        run_em(X, START, m_step=lambda x, b: make(b))
    assert (caught.value.iteration, caught.value.component) == (1, component)
    assert [step.kind for step in caught.value.trace.steps] == ["start", "E"]


@pytest.mark.parametrize("slip", ["weights that do not sum to 1", "an error"])
def test_a_refused_own_step_leads_to_its_line(slip):
    """Else the learner sees the sentence, but not where in their code it came from."""

    def my_step(x, b):
        return WRONG_M_STEPS[slip][0](b)

    with pytest.raises(EMError) as caught:
        run_em(X, START, m_step=my_step)
    chain, error = "", caught.value
    while error is not None:
        chain += "".join(traceback.format_tb(error.__traceback__))
        error = error.__cause__
    assert "in my_step" in chain


def test_an_own_step_is_warned_as_ever():
    """The module's own arithmetic heeds no warning; a learner's has to."""
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        run_em(X, START, max_iter=1, m_step=lambda x, b: [m_step(x, b), np.log(x * 0)][0])


# --- what cannot go on ----------------------------------------------------------------------------

TWINS = np.array([10.0, 10.0, 11.0, 12.0, 13.0, 14.0])  # a trap at 10
TO_COLLAPSE = Mixture.from_1d([0.5, 0.5], [12.5, 10.0], [1.0, 0.3])
TO_EMPTINESS = Mixture.from_1d([0.5, 0.5], [12.0, 1e3], [1.0, 1e-3])
TRIANGLE = np.array([[0.0, 0.0], [4.0, 1.0], [1.0, 5.0]])
AT_ITS_CORNERS = Mixture([1 / 3] * 3, TRIANGLE, [0.1 * np.eye(2)] * 3)


@pytest.mark.parametrize(
    ("start", "sentence"),
    [(TO_COLLAPSE, "index 1. has collapsed"), (TO_EMPTINESS, "index 1. has lost all")],
)
def test_what_ends_a_run_is_said_with_the_remedy_and_the_trace_until_then(start, sentence):
    with pytest.raises(EMError, match=f"Iteration .: Component 2 .{sentence}.*ridge") as caught:
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
    assert trace.converged
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
