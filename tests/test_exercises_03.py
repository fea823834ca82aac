"""The self-checks of notebook 03: right in several styles, untouched, and each slip by its name.

The wrong answers here are written as learners write them, in NumPy, and not as the checks do.
"""

import re

import numpy as np
import pytest
from scipy.linalg import solve_triangular
from scipy.stats import multivariate_normal

import gmm_helpers as gmm
from gmm_helpers import Mixture, exercises_03

EXERCISES = {
    gmm.check_log_gaussian: exercises_03._LOG_GAUSSIAN,
    gmm.check_m_step_2d: exercises_03._M_STEP_2D,
}
all_checks = pytest.mark.parametrize("check", EXERCISES)


# --- right answers --------------------------------------------------------------------------------


def log_2_pi():
    return np.log(2 * np.pi)


def log_gaussian(x, mean, covariance):
    L = np.linalg.cholesky(covariance)
    z = solve_triangular(L, (x - mean).T, lower=True)
    return -0.5 * len(mean) * log_2_pi() - np.log(np.diag(L)).sum() - 0.5 * (z**2).sum(axis=0)


def log_gaussian_by_slogdet(x, mean, covariance):
    d = x - mean
    squares = np.einsum("nd,de,ne->n", d, np.linalg.inv(covariance), d)
    return -0.5 * (x.shape[1] * log_2_pi() + np.linalg.slogdet(covariance)[1] + squares)


def log_gaussian_by_loop(x, mean, covariance):
    L = np.linalg.cholesky(covariance)
    values = []
    for row in x:
        z = np.linalg.solve(L, row - mean)
        values.append(-0.5 * z @ z - sum(np.log(L[d, d]) + 0.5 * log_2_pi() for d in range(len(L))))
    return values


def log_gaussian_by_scipy(x, mean, covariance):
    return np.atleast_1d(multivariate_normal(mean, covariance).logpdf(x))


def log_gaussian_by_rows(x, mean, covariance):
    L = np.linalg.cholesky(covariance)
    z = (x - mean) @ np.linalg.inv(L).T
    return -0.5 * len(mean) * log_2_pi() - np.log(np.diag(L)).sum() - 0.5 * (z**2).sum(axis=1)


def m_step(x, b):
    N = b.sum(axis=0)
    means = b.T @ x / N[:, None]
    covariances = []
    for k in range(len(N)):
        d = x - means[k]
        covariances.append((b[:, k, None] * d).T @ d / N[k])
    return Mixture(N / len(x), means, covariances)


def m_step_by_einsum(x, b):
    N = b.sum(axis=0)
    means = np.einsum("ik,id->kd", b, x) / N[:, None]
    d = x[:, None] - means
    return Mixture(N / len(x), means, np.einsum("ik,ikd,ike->kde", b, d, d) / N[:, None, None])


def m_step_by_loops(x, b):
    (n, D), K = x.shape, b.shape[1]
    weights, means, covariances = np.zeros(K), np.zeros((K, D)), np.zeros((K, D, D))
    for k in range(K):
        N = sum(b[:, k])
        weights[k] = N / n
        for i in range(n):
            means[k] += b[i, k] * x[i] / N
        for i in range(n):
            covariances[k] += b[i, k] * np.outer(x[i] - means[k], x[i] - means[k]) / N
    return Mixture(weights, means, covariances)


def m_step_by_moments(x, b):
    N = b.sum(axis=0)
    means = (b.T @ x) / N[:, None]
    second = [(x.T * b[:, k]) @ x / N[k] for k in range(b.shape[1])]
    return Mixture(b.mean(axis=0), means, second - means[:, :, None] * means[:, None, :])


def m_step_by_cov(x, b):
    covariances = [
        np.cov(x.T, aweights=column, bias=True).reshape(x.shape[1], x.shape[1]) for column in b.T
    ]
    means = [np.average(x, axis=0, weights=column) for column in b.T]
    return Mixture(b.mean(axis=0), means, covariances)


RIGHT = {
    gmm.check_log_gaussian: [
        log_gaussian,
        log_gaussian_by_slogdet,
        log_gaussian_by_loop,
        log_gaussian_by_scipy,
        log_gaussian_by_rows,
    ],
    gmm.check_m_step_2d: [
        m_step,
        m_step_by_einsum,
        m_step_by_loops,
        m_step_by_moments,
        m_step_by_cov,
        gmm.m_step,
    ],
}


@pytest.mark.parametrize(
    ("check", "answer"), [(check, answer) for check in RIGHT for answer in RIGHT[check]]
)
def test_a_right_answer_is_right_and_is_gone_on_with(check, answer):
    result = check(answer)
    assert result.ok and result.slip is None, result
    assert result.working is answer


@all_checks
def test_the_courses_own_function_is_right(check):
    assert check(EXERCISES[check].course).ok


@all_checks
def test_an_untouched_stub_says_what_to_do_and_the_courses_own_stands_in(check):
    result = check(lambda *arguments: None)
    assert (result.ok, result.slip) == (False, "untouched")
    assert check(result.working).ok


@all_checks
def test_nothing_that_a_learner_writes_ends_in_an_exception(check):
    def raises(*arguments):
        raise KeyError("oh")

    answers = (raises, None, lambda *a: "text", lambda *a: np.nan, lambda: 1, lambda *a: [[1], []])
    for answer in (*answers, lambda *a: (1, 2, 3), lambda *a: np.zeros((0, 2)), lambda *a: {}):
        assert not check(answer).ok


# --- slips ----------------------------------------------------------------------------------------


def log_gaussian_with(distance=None, determinant=None, constant=None, finish=lambda value: value):
    """Return the log density with one term, or what is done to the sum, written by a learner."""

    def log_density(x, mean, covariance):
        L, d, D = np.linalg.cholesky(covariance), (x - mean).T, x.shape[1]
        squares = (solve_triangular(L, d, lower=True) ** 2).sum(axis=0)
        first = 0.5 * squares if distance is None else distance(d, L, covariance)
        second = np.log(np.diag(L)).sum() if determinant is None else determinant(L, covariance)
        third = 0.5 * D * log_2_pi() if constant is None else constant(x, D)
        return finish(-first - second - third)

    return log_density


def squares(z):
    return 0.5 * (z**2).sum(axis=0)


def log_gaussian_without_mean(x, mean, covariance):
    L = np.linalg.cholesky(covariance)
    z = solve_triangular(L, x.T, lower=True)
    return -0.5 * len(mean) * log_2_pi() - np.log(np.diag(L)).sum() - 0.5 * (z**2).sum(axis=0)


def log_gaussian_of_two(x, mean, covariance):
    (a, c), (_, b) = covariance[:2, :2]
    det, (u, v) = a * b - c * c, (x - mean)[:, :2].T
    return -log_2_pi() - 0.5 * np.log(det) - 0.5 * (b * u * u - 2 * c * u * v + a * v * v) / det


LOG_GAUSSIAN_SLIPS = [
    ("mean_forgotten", log_gaussian_without_mean),
    ("distance_half_missing", {"distance": lambda d, L, S: 2 * squares(np.linalg.solve(L, d))}),
    ("distance_sign", {"distance": lambda d, L, S: -squares(np.linalg.inv(L) @ d)}),
    ("inverse_for_factor", {"distance": lambda d, L, S: squares(np.linalg.inv(S) @ d)}),
    ("inverse_for_factor", {"distance": lambda d, L, S: squares(np.linalg.solve(S, d))}),
    ("factor_multiplied", {"distance": lambda d, L, S: squares(L @ d)}),
    ("factor_multiplied", {"distance": lambda d, L, S: squares((d.T @ L).T)}),
    ("factor_multiplied", {"distance": lambda d, L, S: squares(S @ d)}),
    ("factor_transposed", {"distance": lambda d, L, S: squares(np.linalg.solve(L.T, d))}),
    ("factor_transposed", {"distance": lambda d, L, S: squares((d.T @ np.linalg.inv(L)).T)}),
    ("factor_transposed", {"distance": lambda d, L, S: squares(solve_triangular(L.T, d))}),
    ("diagonal_only", {"distance": lambda d, L, S: squares(solve_triangular(L, d))}),
    ("diagonal_only", {"distance": lambda d, L, S: 0.5 * (d.T**2 / np.diag(S)).sum(axis=1)}),
    ("factor_missing", {"distance": lambda d, L, S: 0.5 * np.linalg.norm(d, axis=0) ** 2}),
    ("square_missing", {"distance": lambda d, L, S: (squares(np.linalg.solve(L, d)) / 2) ** 0.5}),
    ("square_missing", {"distance": lambda d, L, S: 0.5 * np.linalg.solve(L, d).sum(axis=0)}),
    ("squared_after_sum", {"distance": lambda d, L, S: (
        0.5 * np.linalg.solve(L, d).sum(axis=0) ** 2)}),
    ("wrong_axis", {"distance": lambda d, L, S: 0.5 * (np.linalg.solve(L, d) ** 2).sum(axis=1)}),
    ("summed_over_all", {"distance": lambda d, L, S: 0.5 * (np.linalg.solve(L, d) ** 2).sum()}),
    ("not_summed", {"distance": lambda d, L, S: 0.5 * np.linalg.solve(L, d) ** 2}),
    ("all_pairs", {"distance": lambda d, L, S: 0.5 * d.T @ np.linalg.inv(S) @ d}),
    ("determinant_missing", {"determinant": lambda L, S: 0}),
    ("determinant_half_missing", {"determinant": lambda L, S: np.log(np.linalg.det(S))}),
    ("determinant_half_missing", {"determinant": lambda L, S: 2 * np.log(np.diag(L)).sum()}),
    ("determinant_halved_twice", {"determinant": lambda L, S: 0.5 * np.log(np.diag(L)).sum()}),
    ("determinant_halved_twice", {"determinant": lambda L, S: 0.5 * np.log(np.linalg.det(L))}),
    ("determinant_sign", {"determinant": lambda L, S: -0.5 * np.log(np.linalg.det(S))}),
    ("determinant_without_log", {"determinant": lambda L, S: np.prod(np.diag(L))}),
    ("determinant_without_log", {"determinant": lambda L, S: np.diag(L).sum()}),
    ("determinant_by_sum", {"determinant": lambda L, S: np.log(np.trace(L))}),
    ("determinant_of_variances", {"determinant": lambda L, S: 0.5 * np.log(np.diag(S)).sum()}),
    ("constant_missing", {"constant": lambda x, D: 0}),
    ("constant_of_one_feature", {"constant": lambda x, D: 0.5 * log_2_pi()}),
    ("constant_half_missing", {"constant": lambda x, D: D * log_2_pi()}),
    ("constant_sign", {"constant": lambda x, D: -D / 2 * log_2_pi()}),
    ("constant_of_points", {"constant": lambda x, D: 0.5 * len(x) * log_2_pi()}),
    ("two_outside_log", {"constant": lambda x, D: D / 2 * np.log(np.pi)}),
    ("density_returned", {"finish": np.exp}),
    ("one_number", {"finish": np.sum}),
    ("one_number", {"finish": np.mean}),
    ("wrong_shape", {"finish": lambda value: value[:, None]}),
    ("only_two_features", {"constant": lambda x, D: log_2_pi()}),
    ("only_two_features", log_gaussian_of_two),
    ("determinant_underflow", {"determinant": lambda L, S: 0.5 * np.log(np.linalg.det(S))}),
]  # fmt: skip


def m_step_with(covariances=None, means=None, weights=None):
    """Return an M step with one of the results written by a learner."""

    def m_step_of_a_learner(x, b):
        right, N = m_step(x, b), b.sum(axis=0)
        return Mixture(
            right.weights if weights is None else weights(x, b, N),
            right.means if means is None else means(x, b, N),
            right.covariances if covariances is None else covariances(x, b, N, right.means),
        )

    return m_step_of_a_learner


def outer(x, b, centres):
    """Return Σ_i b_ik (x_i − c_k)(x_i − c_k)ᵀ for each k."""
    return np.array([(b[:, [k]] * (x - c)).T @ (x - c) for k, c in enumerate(centres)])


def each(values):
    return np.reshape(values, (-1, 1, 1))


def hard(b):
    return np.eye(b.shape[1])[b.argmax(axis=1)]


def to_correlations(C):
    return [c / np.outer(np.sqrt(np.diag(c)), np.sqrt(np.diag(c))) for c in C]


def old_means(x, b, N, mu):
    centres = np.arange(mu.size).reshape(mu.shape) / 3 - 0.5
    return outer(x, b, centres) / each(N)


def m_step_of_two(x, b):
    return m_step(x, b) if x.shape[1] == 2 else m_step(x, b[:, ::-1])


M_STEP_SLIPS = [
    ("weights_equal", {"weights": lambda x, b, N: np.full(len(N), 1 / len(N))}),
    ("hard_labels", {"weights": lambda x, b, N: hard(b).mean(axis=0)}),
    ("weights_not_divided", {"weights": lambda x, b, N: N}),
    ("weights_divided_by_k", {"weights": lambda x, b, N: N / len(N)}),
    ("unweighted", {"means": lambda x, b, N: np.tile(x.mean(axis=0), (len(N), 1))}),
    ("divided_by_n", {"means": lambda x, b, N: b.T @ x / len(x)}),
    ("not_divided", {"means": lambda x, b, N: b.T @ x}),
    ("responsibilities_squared", {"means": lambda x, b, N: (b**2).T @ x / N[:, None]}),
    ("hard_labels", {"means": lambda x, b, N: hard(b).T @ x / hard(b).sum(axis=0)[:, None]}),
    ("divided_by_weights", {"means": lambda x, b, N: b.T @ x / (N / len(x))[:, None]}),
    ("transposed", {"means": lambda x, b, N: (b.T @ x / N[:, None]).T}),
    ("correlation", {"covariances": lambda x, b, N, mu: to_correlations(outer(x, b, mu))}),
    ("variances_only", {"covariances": lambda x, b, N, mu: [
        np.diag(b[:, k] @ (x - mu[k]) ** 2 / N[k]) for k in range(len(N))]}),
    ("one_variance", {"covariances": lambda x, b, N, mu: [
        np.trace(c) / len(c) * np.eye(len(c)) for c in outer(x, b, mu) / each(N)]}),
    ("inverse", {"covariances": lambda x, b, N, mu: np.linalg.inv(outer(x, b, mu) / each(N))}),
    ("shared_covariance", {"covariances": lambda x, b, N, mu: [
        outer(x, b, mu).sum(axis=0) / len(x)] * len(N)}),
    ("unweighted", {"covariances": lambda x, b, N, mu: [np.cov(x.T, bias=True)] * len(N)}),
    ("unweighted", {"covariances": lambda x, b, N, mu: outer(x, np.ones_like(b), mu) / each(N)}),
    ("unweighted", {"covariances": lambda x, b, N, mu: outer(x, np.ones_like(b), mu) / len(x)}),
    ("hard_labels", {"covariances": lambda x, b, N, mu: outer(x, hard(b), mu) / each(N)}),
    ("hard_labels", {"covariances": lambda x, b, N, mu: [
        np.cov(x[b.argmax(axis=1) == k].T, bias=True) for k in range(len(N))]}),
    ("responsibilities_squared", {"covariances": lambda x, b, N, mu: outer(x, b**2, mu) / each(N)}),
    ("about_overall_mean", {"covariances": lambda x, b, N, mu: (
        outer(x, b, [x.mean(axis=0)] * len(N)) / each(N))}),
    ("mean_not_subtracted", {"covariances": lambda x, b, N, mu: [
        (b[:, k] * x.T) @ x / N[k] for k in range(len(N))]}),
    ("divided_by_n", {"covariances": lambda x, b, N, mu: outer(x, b, mu) / len(x)}),
    ("divided_by_weights", {"covariances": lambda x, b, N, mu: outer(x, b, mu) / each(N / len(x))}),
    ("divided_by_one_less", {"covariances": lambda x, b, N, mu: outer(x, b, mu) / (len(x) - 1)}),
    ("not_divided", {"covariances": lambda x, b, N, mu: outer(x, b, mu)}),
    ("old_mean", {"covariances": old_means}),
    ("outer_product_wrong_axis", {"covariances": lambda x, b, N, mu: [
        (b[:, [k]] * (x - mu[k])) @ (x - mu[k]).T / N[k] for k in range(len(N))]}),
    ("outer_product_wrong_axis", {"covariances": lambda x, b, N, mu: [
        b.T @ b / N[k] for k in range(len(N))]}),
    ("outer_product_wrong_axis", {"covariances": lambda x, b, N, mu: np.einsum(
        "nk,nkd,nke->nde", b, x[:, None] - mu, x[:, None] - mu)}),
    ("outer_product_wrong_axis", {"covariances": lambda x, b, N, mu: np.einsum(
        "nk,nkd,nke->nkde", b, x[:, None] - mu, x[:, None] - mu)}),
    ("axes_swapped", {"covariances": lambda x, b, N, mu: (
        outer(x, b, mu) / each(N)).transpose(1, 2, 0)}),
    ("not_an_outer_product", {"covariances": lambda x, b, N, mu: [
        b[:, k] @ (x - mu[k]) ** 2 / N[k] for k in range(len(N))]}),
    ("one_matrix", {"covariances": lambda x, b, N, mu: (outer(x, b, mu) / each(N))[-1]}),
    ("covariance_not_positive", {"covariances": lambda x, b, N, mu: [
        np.outer(b[:, k] @ (x - mu[k]), b[:, k] @ (x - mu[k])) for k in range(len(N))]}),
    ("not_a_mixture", lambda x, b: (b.mean(axis=0), b.T @ x, outer(x, b, b.T @ x))),
    ("wrong_axis", lambda x, b: Mixture(b.sum(axis=1) / b.sum(), x, [np.eye(x.shape[1])] * len(x))),
    ("only_this_shape", m_step_of_two),
]  # fmt: skip


def written(answer, make):
    """Return a learner's function, from the parts in which it differs from the right one."""
    return make(**answer) if isinstance(answer, dict) else answer


WRONG = {
    gmm.check_log_gaussian: [(s, written(a, log_gaussian_with)) for s, a in LOG_GAUSSIAN_SLIPS],
    gmm.check_m_step_2d: [(s, written(a, m_step_with)) for s, a in M_STEP_SLIPS],
}


@pytest.mark.parametrize(
    ("check", "i", "slip"),
    [(check, i, slip) for check in WRONG for i, (slip, _) in enumerate(WRONG[check])],
)
def test_each_slip_is_called_by_its_name(check, i, slip):
    with np.errstate(all="ignore"):
        result = check(WRONG[check][i][1])
    assert (result.ok, result.slip) == (False, slip), result
    assert result.working is EXERCISES[check].course
    assert re.match(r"[A-Z`]", result.message) and result.message.endswith((".", "?"))
    assert "\n" not in result.message and "  " not in result.message
    text = re.sub("“.*?”", "", result.message)  # a line of the learner's own may be cited
    assert not re.search(r"np\.|axis=|keepdims|\.sum|exp\(|sqrt\(|log\(|\*\*|@|lower=", text)
    assert len(result.message) < 480


@pytest.mark.parametrize(
    ("check", "part"),
    [(check, part) for check in EXERCISES for part in range(len(EXERCISES[check].parts))],
)
@np.errstate(all="ignore")
def test_no_slip_is_taken_for_another(check, part):
    """On the hidden data each slip, and each set of slips, gives numbers of its own."""
    exercise = EXERCISES[check]
    cases = exercise.groups[0].cases
    right = [exercise.read((exercise.expected or exercise.course)(*c), *c)[part] for c in cases]
    made = {key_of(right): "right"}
    for slip in exercise.parts[part].slips:
        name = made.setdefault(key_of([slip.wrong(*case) for case in cases]), slip.name)
        assert name == slip.name


def key_of(numbers):
    """Return what two lists of arrays share if they agree in shape and to about 6 digits."""
    arrays = [np.asarray(value, dtype=float) for value in numbers]
    return tuple(a.shape for a in arrays), tuple(f"{v:.6g}" for a in arrays for v in a.ravel() + 0)


@all_checks
def test_each_slip_of_the_tables_is_tried_above(check):
    exercise = EXERCISES[check]
    names = {slip.name for part in exercise.parts for slip in part.slips}
    names |= {group.slip for group in exercise.groups if group.slip}
    assert names <= {slip for slip, _ in WRONG[check]}


# --- what is said ---------------------------------------------------------------------------------


def test_what_is_right_so_far_is_said():
    result = gmm.check_m_step_2d(m_step_with(lambda x, b, N, mu: outer(x, b, mu)))
    assert result.message.startswith("Right so far: the weights, the means. ")
    assert "in D = 2, for component 1, entry (1, 1), it gives Σ = " in result.message


def test_an_old_mean_is_found_where_it_was():
    message = gmm.check_m_step_2d(m_step_with(old_means)).message
    assert "about (−0.5, −0.167) and (0.167, 0.5) and (0.833, 1.167)," in message


def test_old_means_are_not_seen_where_one_case_has_others():
    """What depends on the responsibilities is no mean of an earlier mixture."""
    own = m_step_with(lambda x, b, N, mu: outer(x, b, mu + b[0, 0]) / each(N))
    assert gmm.check_m_step_2d(own).slip == "different"


def test_a_small_determinant_is_told_to_be_the_reason():
    message = gmm.check_log_gaussian(dict(WRONG[gmm.check_log_gaussian])["determinant_underflow"])
    assert message.message.endswith("diagonal, and add these up.")


def test_a_point_is_named_by_its_coordinates():
    message = gmm.check_log_gaussian(log_gaussian_with(finish=lambda value: value + 1)).message
    assert re.search(r"For point 1, x = \(−?\d\.?\d?, −?\d\.?\d?\), it gives log N = ", message)


def test_the_hidden_data_tell_all_axes_apart():
    """No n is K or D, and in the first group K is not D: a shape says which axis is which."""
    for x, b in exercises_03._M_STEP_2D.groups[0].cases:
        (n, D), K = x.shape, b.shape[1]
        assert len({n, D, K}) == 3
