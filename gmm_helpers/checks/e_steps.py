"""The self-checks of a mixture's density, of the E steps, and of log-sum-exp, which these need."""

from collections.abc import Callable

import numpy as np

from gmm_helpers.checks.diagnosis import diagnose
from gmm_helpers.checks.exercise import Table
from gmm_helpers.checks.result import Check
from gmm_helpers.checks.values import shape_of
from gmm_helpers.model.learner_steps import describe

TABLE = Table(__file__, globals())


def check_mixture_density(mixture_density: Callable) -> Check:
    """Check a mixture's density, called as `mixture_density(x, weights, means, variances)`.

    Takes x of shape (n,) and three arrays of shape (K,); returns p(x_i), shape (n,).

    Examples
    --------
    >>> check_mixture_density(lambda x, weights, means, variances: None).slip
    'untouched'
    """
    return diagnose(mixture_density, TABLE.exercise("mixture_density"))


def check_e_step(e_step: Callable) -> Check:
    """Check an E step, called as `e_step(x, mixture)`.

    Takes x of shape (n,) and a Mixture with D = 1; returns the responsibilities, shape (n, K),
    and the log-likelihood.

    Examples
    --------
    >>> check_e_step(lambda x, mixture: mixture.responsibilities(x)).slip
    'log_likelihood_missing'
    """
    return diagnose(e_step, TABLE.exercise("e_step"))


def check_log_e_step(e_step: Callable) -> Check:
    """Check an E step that may meet points far from every component; `e_step(x, mixture)`.

    Takes and returns what `check_e_step` does.

    Examples
    --------
    >>> def e_step(x, mixture):
    ...     bells = np.exp(-((x[:, None] - mixture.means[:, 0]) ** 2) / 2 / mixture.variances)
    ...     columns = mixture.weights * bells / np.sqrt(2 * np.pi * mixture.variances)
    ...     density = columns.sum(axis=1)
    ...     return columns / density[:, None], np.log(density).sum()
    >>> check_log_e_step(e_step).slip
    'underflow'
    """
    return diagnose(e_step, TABLE.exercise("log_e_step"))


def check_e_step_2d(e_step: Callable) -> Check:
    """Check an E step in any number of dimensions, called as `e_step(x, mixture)`.

    Takes x of shape (n, D) and a Mixture; returns the responsibilities, shape (n, K), and the
    log-likelihood, also for points far from every component.

    Examples
    --------
    >>> check_e_step_2d(lambda x, mixture: mixture.responsibilities(x)).slip
    'log_likelihood_missing'
    """
    return diagnose(e_step, TABLE.exercise("e_step_2d"))


def check_log_sum_exp(log_sum_exp: Callable) -> Check:
    """Check log-sum-exp, called as `log_sum_exp(a)`.

    Takes a of shape (n, K); returns log Σ_k exp(a_ik), shape (n,), whatever the size of a.

    Examples
    --------
    >>> check_log_sum_exp(lambda a: np.log(np.exp(a).sum(axis=1))).slip
    'underflow'
    """
    return diagnose(log_sum_exp, TABLE.exercise("log_sum_exp"))


# --- what the expressions are made of -------------------------------------------------------------


def _bell(exponent, variances):
    return np.exp(exponent) / np.sqrt(2 * np.pi * variances)


def _shares(columns, axis, total=np.sum):
    return columns / (total(columns, axis=axis, keepdims=True) if callable(total) else total)


def _gaussians(x, means, covariances):
    """Return N(x_i | μ_k, Σ_k), shape (n, K)."""
    heights = 1 / np.sqrt(np.linalg.det(2 * np.pi * covariances))
    return heights * np.exp(-_distances(x, means, covariances))


def _distances(x, means, covariances):
    """Return (x_i − μ_k)ᵀ Σ_k⁻¹ (x_i − μ_k) / 2, shape (n, K)."""
    each = zip(means, np.linalg.cholesky(covariances), strict=True)
    return np.column_stack([(np.linalg.solve(L, (x - m).T) ** 2).sum(axis=0) / 2 for m, L in each])


def _read_e_step(result, x, mixture):
    if isinstance(result, tuple) and len(result) == 2:
        if shape_of(result[0]) == () and len(shape_of(result[1]) or ()) == 2:
            raise TABLE.finding("swapped")
        return result
    if shape_of(result) == (len(x), mixture.n_components):
        raise TABLE.finding("log_likelihood_missing")
    raise TABLE.finding("wrong_type", result=describe(result))
