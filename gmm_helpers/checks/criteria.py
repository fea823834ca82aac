"""The self-checks of what chooses K: free parameters, AIC and BIC, held-out log-likelihood."""

from collections.abc import Callable

import numpy as np

from gmm_helpers.checks.diagnosis import diagnose
from gmm_helpers.checks.exercise import Table
from gmm_helpers.checks.result import Check
from gmm_helpers.model.em import run_em
from gmm_helpers.model.starts import start_from_means

TABLE = Table(__file__, globals())


def check_free_parameters(free_parameters: Callable) -> Check:
    """Check a count of free parameters, called as `free_parameters(K, D, covariance_type)`.

    Takes two whole numbers and "full", "tied", "diag" or "spherical"; returns a number.

    Examples
    --------
    >>> check_free_parameters(lambda K, D, covariance_type: K + K * D + K * D * (D + 1) / 2).slip
    'weights_sum_ignored'
    """
    return diagnose(free_parameters, TABLE.exercise("free_parameters"))


def check_best_by_aic(best_by_aic: Callable) -> Check:
    """Check a choice of K, called as `best_by_aic(Ks, log_likelihoods, n_parameters)`.

    Takes three arrays, with an entry for each fit of a table; returns the K whose AIC is
    lowest.

    Examples
    --------
    >>> check_best_by_aic(lambda Ks, ells, counts: Ks[ells.argmax()]).slip
    'penalty_forgotten'
    >>> check_best_by_aic(lambda Ks, ells, counts: Ks[(ells - counts).argmax()])
    Right. `best_by_aic` gives the K with the lowest criterion in each table.
    """
    return diagnose(best_by_aic, TABLE.exercise("best_by_aic"))


def check_best_by_bic(best_by_bic: Callable) -> Check:
    """Check a choice of K among the fits of a table that are to be believed.

    Called as `best_by_bic(Ks, log_likelihoods, n_parameters, n, points, widths)`: arrays with
    an entry for each fit, but for the number of points n. Returns the K whose BIC is lowest,
    without the fits whose smallest component has fewer than 15 points and a width below 0.1.

    Examples
    --------
    >>> def best_by_bic(Ks, log_likelihoods, n_parameters, n, points, widths):
    ...     return Ks[np.argmin(n_parameters * np.log(n) - 2 * log_likelihoods)]
    >>> check_best_by_bic(best_by_bic).slip
    'spurious_kept'
    """
    return diagnose(best_by_bic, TABLE.exercise("best_by_bic"))


def check_held_out(held_out: Callable) -> Check:
    """Check a held-out log-likelihood, called as `held_out(x_train, x_test, fit)`.

    Takes data of shape (n, D), or (n,) for D = 1, to fit to, others to judge by, and a
    function: `fit(points)` returns the Mixture fitted to them. Returns ℓ of the data to judge
    by under the mixture fitted to the others: the total, in nats.

    Examples
    --------
    >>> check_held_out(lambda x_train, x_test, fit: fit(x_test).log_density(x_test).sum()).slip
    'fitted_to_test'
    """
    return diagnose(held_out, TABLE.exercise("held_out"))


def _tell_unknown_type(error, K, D, covariance_type):
    """Where a dictionary of the learner's does not know a type, tell how the types are written."""
    if isinstance(error, KeyError) and error.args == (covariance_type,):
        raise TABLE.finding("type_not_found", type=covariance_type)


def _first_minimum(criteria):
    """Return the place before the first rise; what is left out is infinite, and passed over."""
    kept = np.flatnonzero(np.isfinite(criteria))
    return kept[np.argmax(np.diff(criteria[kept], append=np.inf) > 0)]


def fit(points):
    """Fit two components from a start that depends on the points, not on their order."""
    means = np.quantile(points, [0.25, 0.75], axis=0)
    start = start_from_means(points, means, ridge=0.1)
    return run_em(points, start, max_iter=5, ridge=0.1, record=False).mixture


def _held_out(x_train, x_test, fit):
    return fit(x_train).log_density(x_test).sum()


def _read_held_out(result, *arguments):
    if isinstance(result, tuple) and len(result) == 2:
        raise TABLE.finding("two_results")
    return (result,)
