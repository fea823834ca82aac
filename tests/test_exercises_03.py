"""The self-checks of notebook 03: right in several styles, untouched, and each slip by its name.

The wrong answers here are written as learners write them, in NumPy, and not as the checks do.
"""

import re

import numpy as np
import pytest
from scipy.linalg import solve_triangular, sqrtm
from scipy.special import logsumexp
from scipy.stats import multivariate_normal
from wrong_answers import slips_told

import gmm_helpers as gmm
from gmm_helpers import Mixture, exercises_03

EXERCISES = {
    gmm.check_covariance: exercises_03._COVARIANCE,
    gmm.check_ellipse: exercises_03._ELLIPSE,
    gmm.check_e_step_2d: exercises_03._E_STEP_2D,
    gmm.check_log_gaussian: exercises_03._LOG_GAUSSIAN,
    gmm.check_m_step_2d: exercises_03._M_STEP_2D,
}
all_checks = pytest.mark.parametrize("check", EXERCISES)


# --- right answers --------------------------------------------------------------------------------


def log_2_pi():
    return np.log(2 * np.pi)


def covariance_from(sigma_1, sigma_2, rho):
    between = rho * sigma_1 * sigma_2
    return np.array([[sigma_1**2, between], [between, sigma_2**2]])


def covariance_by_products(sigma_1, sigma_2, rho):
    D = np.diag([sigma_1, sigma_2])
    return D @ np.array([[1, rho], [rho, 1]]) @ D


def covariance_entry_by_entry(sigma_1, sigma_2, rho):
    S = np.empty((2, 2))
    S[0, 0], S[1, 1] = sigma_1**2, sigma_2**2
    S[0, 1] = S[1, 0] = rho * sigma_1 * sigma_2
    return S


def circle(angles):
    """Return points on the circle, shape (m, 2)."""
    return np.column_stack([np.cos(angles), np.sin(angles)])


def ellipse(mean, covariance, radius, angles):
    return mean + radius * circle(angles) @ np.linalg.cholesky(covariance).T


def ellipse_by_eigenvectors(mean, covariance, radius, angles):
    values, vectors = np.linalg.eigh(covariance)
    return mean + radius * (circle(angles) * np.sqrt(values)) @ vectors.T


def ellipse_by_turned_eigenvectors(mean, covariance, radius, angles):
    values, vectors = np.linalg.eigh(covariance)
    half_axes = (vectors * [-1, 1] * np.sqrt(values))[:, ::-1]
    return np.array([mean + radius * half_axes @ [np.sin(a), np.cos(a)] for a in angles])


def ellipse_by_root(mean, covariance, radius, angles):
    return (mean[:, None] + radius * sqrtm(covariance) @ circle(angles).T).T


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
    return np.array(values)


def log_gaussian_by_scipy(x, mean, covariance):
    return np.atleast_1d(multivariate_normal(mean, covariance).logpdf(x))


def log_gaussian_by_rows(x, mean, covariance):
    L = np.linalg.cholesky(covariance)
    z = (x - mean) @ np.linalg.inv(L).T
    return -0.5 * len(mean) * log_2_pi() - np.log(np.diag(L)).sum() - 0.5 * (z**2).sum(axis=1)


def logs(x, mixture):
    """Return log(φ_k N(x_i | μ_k, Σ_k)), shape (n, K)."""
    parameters = zip(mixture.weights, mixture.means, mixture.covariances, strict=True)
    with np.errstate(divide="ignore"):
        return np.column_stack([np.log(w) + log_gaussian(x, m, S) for w, m, S in parameters])


def e_step(x, mixture):
    a = logs(x, mixture)
    log_p = logsumexp(a, axis=1)
    return np.exp(a - log_p[:, None]), log_p.sum()


def e_step_by_maximum(x, mixture):
    a = logs(x, mixture)
    largest = a.max(axis=1, keepdims=True)
    e = np.exp(a - largest)
    totals = e.sum(axis=1, keepdims=True)
    return e / totals, float((largest + np.log(totals)).sum())


def e_step_by_loops(x, mixture):
    b, total = [], 0.0
    for row in logs(x, mixture):
        log_p = np.logaddexp.reduce(row)
        b.append([np.exp(value - log_p) for value in row])
        total += log_p
    return np.array(b), total


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
    gmm.check_covariance: [covariance_from, covariance_by_products, covariance_entry_by_entry],
    gmm.check_ellipse: [
        ellipse,
        ellipse_by_eigenvectors,
        ellipse_by_turned_eigenvectors,
        ellipse_by_root,
    ],
    gmm.check_e_step_2d: [e_step, e_step_by_maximum, e_step_by_loops, gmm.e_step],
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


COVARIANCE_SLIPS = [
    ("correlation", lambda s, t, r: [[s**2, r], [r, t**2]]),
    ("correlation", lambda s, t, r: [[s**2, r], [r, s**2]]),
    ("variances_multiplied", lambda s, t, r: [[s**2, r * (s * t) ** 2], [r * (s * t) ** 2, t**2]]),
    ("root", lambda s, t, r: [[s**2, r * np.sqrt(s * t)], [r * np.sqrt(s * t), t**2]]),
    ("correlation_forgotten", lambda s, t, r: [[s**2, s * t], [s * t, t**2]]),
    ("correlation_squared", lambda s, t, r: [[s**2, r * r * s * t], [r * r * s * t, t**2]]),
    ("divided", lambda s, t, r: [[s**2, r / (s * t)], [r / (s * t), t**2]]),
    ("divided", lambda s, t, r: [[s**2, r / s / t], [r / s / t, t**2]]),
    ("added", lambda s, t, r: [[s**2, r * (s + t)], [r * (s + t), t**2]]),
    ("one_deviation", lambda s, t, r: [[s**2, r * s], [r * s, t**2]]),
    ("zero", lambda s, t, r: np.diag([s**2, t**2])),
    ("sign", lambda s, t, r: [[s**2, -r * s * t], [-r * s * t, t**2]]),
    ("deviations", lambda s, t, r: [[s, r * s * t], [r * s * t, t]]),
    ("deviations", lambda s, t, r: [[s, r], [r, t]]),
    ("root_of_deviations", lambda s, t, r: [[s**0.5, r * s * t], [r * s * t, t**0.5]]),
    ("ones", lambda s, t, r: [[1, r * s * t], [r * s * t, 1]]),
    ("ones", lambda s, t, r: [[1, r], [r, 1]]),
    ("diagonal_swapped", lambda s, t, r: [[t**2, r * s * t], [r * s * t, s**2]]),
    ("one_variance_twice", lambda s, t, r: [[s**2, r * s * t], [r * s * t, s**2]]),
    ("one_corner", lambda s, t, r: [[s**2, r * s * t], [0, t**2]]),
    ("opposite_signs", lambda s, t, r: [[s**2, -r * s * t], [r * s * t, t**2]]),
    ("one_variance_twice", lambda s, t, r: [[t**2, r], [r, t**2]]),
    ("wrong_diagonal", lambda s, t, r: [[r * s * t, s**2], [t**2, r * s * t]]),
    ("wrong_diagonal", lambda s, t, r: [[r, s], [t, r]]),
    ("factor", lambda s, t, r: np.linalg.cholesky(covariance_from(s, t, r))),
    ("wrong_shape", lambda s, t, r: [s**2, r * s * t, r * s * t, t**2]),
    ("constant", lambda s, t, r: [[4.0, 1.6], [1.6, 1.0]]),
]  # fmt: skip


def ellipse_of(stretch=np.linalg.cholesky, size=lambda radius: radius, centre=None):
    """Return an ellipse with a map, a radius or a centre written by a learner."""

    def ellipse_of_a_learner(mean, S, radius, angles):
        middle = mean if centre is None else centre(mean, S, radius)
        return middle + size(radius) * circle(angles) @ np.transpose(stretch(S))

    return ellipse_of_a_learner


def eigenvectors(S):
    """Return eigenvalues and eigenvectors, the largest first, turned so that V is a rotation."""
    values, V = np.linalg.eigh(S)
    values, V = values[::-1], V[:, ::-1]
    return values, V * [1, np.linalg.det(V)]


def by_axes(change, arrange=lambda V, lengths: V * lengths):
    """Return a map by the eigenvectors, with lengths that a learner made of the eigenvalues."""

    def stretch(S):
        values, V = eigenvectors(S)
        return arrange(V, change(values))

    return stretch


ELLIPSE_SLIPS = [
    ("mean_forgotten", {"centre": lambda mean, S, radius: 0}),
    ("mean_scaled", {"centre": lambda mean, S, radius: radius * mean}),
    ("mean_sign", {"centre": lambda mean, S, radius: -mean}),
    ("mean_mapped", {"centre": lambda mean, S, radius: np.linalg.cholesky(S) @ mean}),
    ("variance_for_deviation", {"stretch": by_axes(lambda values: values)}),
    ("variance_for_deviation", {"stretch": lambda S: S}),
    ("root_twice", {"stretch": by_axes(lambda values: values**0.25)}),
    ("factor_transposed", {"stretch": lambda S: np.linalg.cholesky(S).T}),
    ("rows_for_columns", {"stretch": by_axes(np.sqrt, lambda V, lengths: V.T * lengths)}),
    ("rows_for_columns", {"stretch": by_axes(np.sqrt, lambda V, lengths: (V * lengths).T)}),
    ("rows_for_columns", {"stretch": by_axes(np.sqrt, lambda V, lengths: V * lengths[:, None])}),
    ("half_axes_swapped", {"stretch": by_axes(lambda values: np.sqrt(values[::-1]))}),
    ("inverse", {"stretch": lambda S: np.linalg.inv(np.linalg.cholesky(S))}),
    ("inverse", {"stretch": lambda S: np.linalg.inv(np.linalg.cholesky(S)).T}),
    ("inverse", {"stretch": np.linalg.inv}),
    ("inverse", {"stretch": by_axes(lambda values: 1 / np.sqrt(values))}),
    ("root_of_entries", {"stretch": np.sqrt}),
    ("not_tilted", {"stretch": lambda S: np.diag(np.sqrt(np.diag(S)))}),
    ("not_tilted", {"stretch": lambda S: np.diag(np.diag(S))}),
    ("not_stretched", {"stretch": by_axes(np.ones_like)}),
    ("not_stretched", {"stretch": lambda S: np.eye(2)}),
    ("radius_squared", {"size": lambda radius: radius**2}),
    ("radius_root", {"size": np.sqrt}),
    ("radius_forgotten", {"size": lambda radius: 1}),
    ("radius_divides", {"size": lambda radius: 1 / radius}),
    ("diameter", {"size": lambda radius: 2 * radius}),
    ("transposed", lambda *given: ellipse(*given).T),
    ("wrong_shape", lambda *given: ellipse(*given)[:, 0]),
    ("other_angles", lambda m, S, r, angles: ellipse(m, S, r, np.radians(angles))),
    ("other_angles", lambda m, S, r, angles: ellipse(m, S, r, 2 * angles)),
    ("other_angles", lambda m, S, r, angles: (
        ellipse(m, S, r, np.linspace(0, 2 * np.pi, len(angles))))),
    ("not_an_ellipse", lambda m, S, r, angles: (
        m + r * np.column_stack([angles, np.sin(angles)]) @ np.linalg.cholesky(S).T)),
    ("flat", lambda m, S, r, angles: (
        m + r * np.column_stack([np.cos(angles)] * 2) @ np.linalg.cholesky(S).T)),
    ("flat", lambda m, S, r, angles: np.tile(m, (len(angles), 1))),
    ("not_finite", {"size": lambda radius: np.nan}),
    ("different", {"stretch": lambda S: np.linalg.cholesky(S) + 0.1}),
]  # fmt: skip


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
    ("half_of_covariance", {"distance": lambda d, L, S: squares(
        solve_triangular(S, d, lower=True))}),
    ("half_of_covariance", {"distance": lambda d, L, S: squares(solve_triangular(S, d))}),
    ("half_of_covariance", {
        "distance": lambda d, L, S: squares(solve_triangular(S, d, lower=True)),
        "determinant": lambda L, S: np.log(np.diag(S)).sum(),
    }),
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


def rows(a):
    return a / a.sum(axis=1, keepdims=True)


def densities(x, mixture):
    each = zip(mixture.means, mixture.covariances, strict=True)
    return np.column_stack([np.exp(log_gaussian(x, m, S)) for m, S in each])


def columns(x, mixture):
    return mixture.weights * densities(x, mixture)


def e_step_of(make_logs):
    """Return an E step from a learner's log(φ_k N), shape (n, K)."""

    def e_step_of_a_learner(x, mixture):
        a = make_logs(x, mixture)
        log_p = logsumexp(a, axis=1)
        return np.exp(a - log_p[:, None]), log_p.sum()

    return e_step_of_a_learner


def e_step_with(b=None, ell=None):
    """Return an E step with one of its results written by a learner, from log(φ_k N)."""

    def e_step_of_a_learner(x, mixture):
        right = e_step(x, mixture)
        a = logs(x, mixture)
        return right[0] if b is None else b(a), right[1] if ell is None else ell(a)

    return e_step_of_a_learner


def logs_with(write):
    """Return log(φ_k N) with a log density written by a learner."""

    def logs_of_a_learner(x, m):
        each = zip(m.means, m.covariances, strict=True)
        return np.log(m.weights) + np.column_stack([write(x, mu, S) for mu, S in each])

    return logs_of_a_learner


def logs_of_one_covariance(x, m):
    return np.log(m.weights) + np.column_stack(
        [log_gaussian(x, mean, m.covariances[0]) for mean in m.means]
    )


def e_step_of_three(x, mixture):
    a = logs(x, mixture)[:, [0, 1, -1]]
    log_p = logsumexp(a, axis=1)
    return np.exp(a - log_p[:, None])[:, : mixture.n_components], log_p.sum()


E_STEP_SLIPS = [
    ("weights_forgotten", e_step_of(lambda x, m: np.log(densities(x, m)))),
    ("weights_forgotten", lambda x, m: (
        columns(x, m) / densities(x, m).sum(axis=1, keepdims=True), 0.0)),
    ("weights_twice", e_step_of(lambda x, m: np.log(m.weights) + logs(x, m))),
    ("weights_without_log", e_step_of(lambda x, m: m.weights + np.log(densities(x, m)))),
    ("weights_times_log", e_step_of(lambda x, m: m.weights * np.log(densities(x, m)))),
    ("weights_times_log", e_step_of(lambda x, m: np.log(m.weights) * np.log(densities(x, m)))),
    ("weights_sign", e_step_of(lambda x, m: np.log(densities(x, m)) - np.log(m.weights))),
    ("determinant_missing", e_step_of(logs_with(log_gaussian_with(determinant=lambda L, S: 0)))),
    ("determinant_half_missing", e_step_of(logs_with(
        log_gaussian_with(determinant=lambda L, S: np.log(np.linalg.det(S)))))),
    ("determinant_sign", e_step_of(logs_with(
        log_gaussian_with(determinant=lambda L, S: -np.log(np.diag(L)).sum())))),
    ("distance_half_missing", e_step_of(logs_with(log_gaussian_with(
        distance=lambda d, L, S: 2 * squares(np.linalg.solve(L, d)))))),
    ("constant_missing", e_step_of(logs_with(log_gaussian_with(constant=lambda x, D: 0)))),
    ("constant_half_missing", e_step_of(logs_with(
        log_gaussian_with(constant=lambda x, D: D * log_2_pi())))),
    ("variances_only", e_step_of(logs_with(
        lambda x, mean, S: log_gaussian(x, mean, np.diag(np.diag(S)))))),
    ("inverse", e_step_of(logs_with(lambda x, mean, S: log_gaussian(x, mean, np.linalg.inv(S))))),
    ("one_covariance", e_step_of(logs_of_one_covariance)),
    ("wrong_axis", {"b": lambda a: np.exp(a - logsumexp(a, axis=0))}),
    ("not_normalised", {"b": np.exp}),
    ("not_normalised", {"b": lambda a: np.exp(a - logsumexp(a))}),
    ("not_normalised", {"b": lambda a: np.exp(a - a.max(axis=1, keepdims=True))}),
    ("hard_labels", {"b": lambda a: np.eye(a.shape[1])[a.argmax(axis=1)]}),
    ("exponential_of_densities", {"b": lambda a: rows(np.exp(np.exp(a)))}),
    ("log_returned", {"b": lambda a: a - logsumexp(a, axis=1, keepdims=True)}),
    ("log_returned", {"b": lambda a: a}),
    ("log_inside", {"ell": np.sum}),
    ("log_likelihood_per_point", {"ell": lambda a: logsumexp(a, axis=1)}),
    ("log_likelihood_averaged", {"ell": lambda a: logsumexp(a, axis=1).mean()}),
    ("log_likelihood_negative", {"ell": lambda a: -logsumexp(a, axis=1).sum()}),
    ("log_of_sum", {"ell": logsumexp}),
    ("log_wrong_axis", {"ell": lambda a: logsumexp(a, axis=0).sum()}),
    ("no_log", {"ell": lambda a: np.exp(a).sum()}),
    ("other_log", {"ell": lambda a: logsumexp(a, axis=1).sum() / np.log(2)}),
    ("weights_forgotten", {"ell": lambda a: np.log(np.exp(a).mean(axis=1)).sum()}),
    ("from_responsibilities", {"ell": lambda a: np.log(rows(np.exp(a))).sum()}),
    ("expected_log_likelihood", {"ell": lambda a: (rows(np.exp(a)) * a).sum()}),
    ("largest_not_added", {"ell": lambda a: logsumexp(
        a - a.max(axis=1, keepdims=True), axis=1).sum()}),
    ("log_likelihood_missing", lambda x, m: e_step(x, m)[0]),
    ("swapped", lambda x, m: e_step(x, m)[::-1]),
    ("transposed", {"b": lambda a: np.exp(a - logsumexp(a, axis=1, keepdims=True)).T}),
    ("only_this_shape", e_step_of_three),
    ("underflow", lambda x, m: (rows(columns(x, m)), np.log(columns(x, m).sum(axis=1)).sum())),
    ("underflow", {"b": lambda a: rows(np.exp(a))}),
    ("underflow", {"b": lambda a: np.exp(a) / (np.exp(a).sum(axis=1, keepdims=True) + 1e-300)}),
    ("underflow", {"b": lambda a: np.nan_to_num(rows(np.exp(a)))}),
    ("underflow", {"b": lambda a: rows(np.exp(a) + 1e-300)}),
    ("minus_infinity", lambda x, m: e_step(x, m) if m.weights.all() else (0 * x / 0, np.nan)),
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


def cov_with(**options):
    """Return covariances by NumPy's function, which gives a number for D = 1."""
    return lambda x, b, N, mu: [np.cov(x.T, aweights=column, **options) for column in b.T]


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
    ("about_one_mean", {"covariances": lambda x, b, N, mu: outer(x, b, mu[[0] * 3]) / each(N)}),
    ("about_one_mean", {"covariances": lambda x, b, N, mu: outer(x, b, mu[[-1] * 3]) / each(N)}),
    ("bias_taken_out", {"covariances": cov_with()}),
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
    ("from_1d", lambda x, b: Mixture.from_1d(
        b.mean(axis=0), b.T @ x / b.sum(axis=0)[:, None], outer(x, b, b.T @ x))),
    ("not_a_mixture", lambda x, b: (b.mean(axis=0), b.T @ x, outer(x, b, b.T @ x))),
    ("wrong_axis", lambda x, b: Mixture(b.sum(axis=1) / b.sum(), x, [np.eye(x.shape[1])] * len(x))),
    ("wrong_axis", {"weights": lambda x, b, N: b.mean(axis=1)}),
    ("wrong_axis", {"weights": lambda x, b, N: b.sum(axis=1) / b.sum()}),
    ("wrong_shape", {"weights": lambda x, b, N: [1]}),
    ("wrong_shape", {"means": lambda x, b, N: (b.T @ x / N[:, None])[:, :1]}),
    ("only_this_shape", m_step_of_two),
]  # fmt: skip


def written(answer, make):
    """Return a learner's function, from the parts in which it differs from the right one."""
    return make(**answer) if isinstance(answer, dict) else answer


WRONG = {
    gmm.check_covariance: COVARIANCE_SLIPS,
    gmm.check_ellipse: [(slip, written(a, ellipse_of)) for slip, a in ELLIPSE_SLIPS],
    gmm.check_e_step_2d: [(slip, written(a, e_step_with)) for slip, a in E_STEP_SLIPS],
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
    tried = slips_told(check.__name__.removeprefix("check_"))
    if check is gmm.check_e_step_2d:  # what may be made of the columns is as in one dimension
        tried |= slips_told("e_step")
    assert names <= {slip for slip, _ in WRONG[check]} | tried


# --- what is said ---------------------------------------------------------------------------------


def test_what_is_right_so_far_is_said():
    result = gmm.check_m_step_2d(m_step_with(lambda x, b, N, mu: outer(x, b, mu)))
    assert result.message.startswith("Right so far: the weights, the means. ")
    assert "in D = 2, for component 1, entry (1, 1), it gives Σ = " in result.message


def test_an_old_mean_is_found_where_it_was():
    message = gmm.check_m_step_2d(m_step_with(old_means)).message
    assert "about (−0.5, −0.167), (0.167, 0.5) and (0.833, 1.167)," in message
    assert "never falls" in message and "slower" in message


def test_what_is_told_of_old_means_is_so():
    """ℓ never falls, covariances are too large by a step's product, EM ends where it would."""
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(-1, 1, (60, 2)), rng.normal(1.5, 0.7, (60, 2)) * [1, 2]])
    start = gmm.start_from_random_points(x, 2, rng=rng)

    def run(old):
        mixture, history = start, []
        for _ in range(100):
            b, log_likelihood = gmm.e_step(x, mixture)
            history.append(log_likelihood)
            new = gmm.m_step(x, b)
            if old:
                covariances = outer(x, b, mixture.means) / each(b.sum(axis=0))
                steps = new.means - mixture.means
                too_large = steps[:, :, None] * steps[:, None, :]
                np.testing.assert_allclose(covariances, new.covariances + too_large, atol=1e-9)
                new = Mixture(new.weights, new.means, covariances)
            mixture = new
        return mixture, np.array(history)

    (right, history), (other, with_old_means) = run(False), run(True)
    assert (np.diff(with_old_means) > -1e-9).all()
    np.testing.assert_allclose(other.means, right.means, atol=1e-5)
    np.testing.assert_allclose(other.covariances, right.covariances, atol=1e-5)
    assert with_old_means[1] < history[1]


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


def test_each_result_of_the_e_step_is_told_of_its_own_weights():
    forgets_in_b, forgets_in_ell = (
        gmm.check_e_step_2d(written(answer, e_step_with)).message
        for slip, answer in E_STEP_SLIPS
        if slip == "weights_forgotten" and answer is not E_STEP_SLIPS[1][1]
    )
    assert forgets_in_b.startswith("The responsibilities forget the weights, which are the prior")
    assert "The log-likelihood forgets the weights." in forgets_in_ell


def test_rounding_is_told_as_zero():
    own = ellipse_of(centre=lambda mean, S, radius: 0 * mean)
    assert "of the centre, it gives 0.000; right is −0.8000." in gmm.check_ellipse(own).message
    own = ellipse_of(lambda S: np.diag(np.sqrt(np.diag(S))))
    assert (
        "height from the centre, it gives 0.000; right is 1.035." in gmm.check_ellipse(own).message
    )


def test_a_shape_is_said_once_where_it_has_no_letters():
    message = gmm.check_covariance(lambda s, t, r: [s**2, r * s * t, r * s * t, t**2]).message
    assert "it returns shape (4,), where (2, 2) is asked for. The numbers themselves" in message


def test_transposed_eigenvectors_are_right_where_they_are_symmetric():
    """A reflection is its own transpose, so the slip shows only if V is a rotation."""

    def transposed(mean, S, radius, angles):
        values, V = np.linalg.eigh(S)
        V = V * [1, -np.linalg.det(V)]  # a reflection
        return mean + radius * circle(angles) @ (V.T * np.sqrt(values)).T

    assert gmm.check_ellipse(transposed).ok


def test_the_ellipse_may_be_gone_round_from_anywhere_and_either_way():
    for angle in (0.3, 2.0, -1.0):
        for turn in (1, -1):
            Q = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            own = ellipse_of(lambda S, Q=Q, turn=turn: np.linalg.cholesky(S) @ Q * [1, turn])
            assert gmm.check_ellipse(own).ok


def test_what_is_told_of_a_matrix_is_what_the_number_shows():
    """A slip of the diagonal is told with a number on it, and one of the covariance with that."""
    part = exercises_03._COVARIANCE.parts[0]
    cases = exercises_03._COVARIANCE.groups[0].cases
    right = [exercises_03._COVARIANCE.course(*case) for case in cases]
    on_the_diagonal = set(exercises_03._DIAGONALS) - {None}
    between = set(exercises_03._BETWEEN) - {None}
    told = set()
    for slip in part.slips:
        made = [slip.wrong(*case) for case in cases]
        _, row, column = np.argwhere(~np.isclose(made, right))[0]
        if slip.name in on_the_diagonal | between:
            assert (row == column) == (slip.name in on_the_diagonal), slip.name
            told.add(slip.name)
    assert told == on_the_diagonal | between


def test_covariances_by_numpy_pass():
    """For D = 1 it makes no matrix, but the notebook has several features."""
    own = m_step_with(lambda x, b, N, mu: [np.cov(x.T, aweights=c, bias=True) for c in b.T])
    assert gmm.check_m_step_2d(own).ok


@pytest.mark.parametrize("weights", [lambda b: b.mean(axis=1), lambda b: b.sum(axis=1)])
def test_a_weight_for_each_point_is_told_as_that(weights):
    own = m_step_with(weights=lambda x, b, N: weights(b))
    message = gmm.check_m_step_2d(own).message
    assert (
        message == "There are 11 weights beside 3 means, one for each point: sum over the points."
    )


def test_means_of_another_number_of_features_are_told_by_their_shape():
    own = m_step_with(means=lambda x, b, N: (b.T @ x / N[:, None])[:, :1])
    message = gmm.check_m_step_2d(own).message
    assert message == "The means have shape (3, 1), where (3, 2) is asked for."


def test_a_small_number_against_dividing_by_zero_is_told_to_be_no_remedy():
    own = e_step_with(b=lambda a: np.exp(a) / (np.exp(a).sum(axis=1, keepdims=True) + 1e-300))
    message = gmm.check_e_step_2d(own).message
    assert "With a small number added" in message and "exponential last." in message
