"""The self-checks of what chooses K: free parameters, AIC and BIC, held-out log-likelihood."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from gmm_helpers.checks.diagnosis import diagnose
from gmm_helpers.checks.exercise import Table, number
from gmm_helpers.checks.hidden_data import MANY_POINTS
from gmm_helpers.checks.result import Check
from gmm_helpers.model import criteria
from gmm_helpers.model.em import run_em
from gmm_helpers.model.starts import start_from_means


def check_free_parameters(free_parameters: Callable) -> Check:
    """Check a count of free parameters, called as `free_parameters(K, D, covariance_type)`.

    Parameters
    ----------
    free_parameters : callable
        Takes two whole numbers and "full", "tied", "diag" or "spherical"; returns a number.

    Examples
    --------
    >>> check_free_parameters(lambda K, D, covariance_type: K + K * D + K * D * (D + 1) / 2).slip
    'weights_sum_ignored'
    """
    return diagnose(free_parameters, FREE_PARAMETERS)


def check_aic(aic: Callable) -> Check:
    """Check Akaike's criterion, called as `aic(log_likelihood, n_parameters)`.

    Parameters
    ----------
    aic : callable
        Takes ℓ over all points, in nats, and the number of free parameters; returns 2 m − 2 ℓ.

    Examples
    --------
    >>> check_aic(lambda log_likelihood, n_parameters: 2 * log_likelihood - 2 * n_parameters).slip
    'sign'
    """
    return diagnose(aic, AIC)


def check_bic(bic: Callable) -> Check:
    """Check the Bayesian criterion, called as `bic(log_likelihood, n_parameters, n)`.

    Parameters
    ----------
    bic : callable
        Takes ℓ over all points, in nats, the number of free parameters, and that of points;
        returns m log n − 2 ℓ.

    Examples
    --------
    >>> check_bic(lambda log_likelihood, n_parameters, n: n_parameters * n - log_likelihood).slip
    'log_forgotten'
    """
    return diagnose(bic, BIC)


def check_held_out(held_out: Callable) -> Check:
    """Check a held-out log-likelihood, called as `held_out(x_train, x_test, fit)`.

    Parameters
    ----------
    held_out : callable
        Takes data of shape (n, D), or (n,) for D = 1, to fit to, others to judge by, and a
        function: `fit(x)` returns the Mixture fitted to x. Returns ℓ of the data to judge by
        under the mixture fitted to the others: the total, in nats.

    Examples
    --------
    >>> check_held_out(lambda x_train, x_test, fit: fit(x_test).log_density(x_test).sum()).slip
    'fitted_to_test'
    """
    return diagnose(held_out, HELD_OUT)


# --- counting free parameters ---------------------------------------------------------------------


def _types(K, D, covariance_type):
    """Return what picks one type's count of the covariances' numbers."""
    return {"spread": lambda **counts: counts[covariance_type]}


def _tell_unknown_type(error, K, D, covariance_type):
    """Where a dictionary of the learner's does not know a type, tell how the types are written."""
    if isinstance(error, KeyError) and error.args == (covariance_type,):
        raise TABLE.finding("type_not_found", type=covariance_type)


# --- AIC and BIC ----------------------------------------------------------------------------------


def _letters(log_likelihood, n_parameters, n=None):
    return {"ell": log_likelihood, "m": n_parameters}


def _recognise_coefficients(cases, found, wanted):
    """Find that ℓ and the price of the parameters count other than they should."""
    negative = [values for (ell, *_), values in zip(cases, found, strict=True) if np.max(ell) < 0]
    if negative and all(np.isnan(values).all() for values in negative):
        raise TABLE.finding("log_of_log", what="gives not a number")
    if len(cases) < 3 or any(values.size != 1 for values in found) or not np.isfinite(found).all():
        return
    terms = np.array([[ell, m * np.log([*n, np.e])[0]] for ell, m, *n in cases])
    values = np.ravel(found)
    counts = np.linalg.lstsq(terms, values, rcond=None)[0]
    if np.allclose(terms @ counts, values, rtol=1e-9, atol=1e-9):
        price, right = ("m log n", 1) if len(cases[0]) == 3 else ("m", 2)
        counted = {"fit": number(counts[0] + 0, 4), "counted": number(counts[1], 4)}
        raise TABLE.finding("coefficients", price=price, right=right, **counted)


def _recognise_log_that_raises(error, log_likelihood, *rest):
    """Where `math.log` refuses a negative number, NumPy's would have given NaN."""
    if type(error) is ValueError and np.ndim(log_likelihood) == 0 and log_likelihood < 0:
        if re.search("math domain|positive", str(error)):
            raise TABLE.finding("log_of_log", what=f"raised {error}")


# --- held-out log-likelihood ----------------------------------------------------------------------


def _fit(x):
    """Fit two components from a start that depends on the points, not on their order."""
    means = np.quantile(x, [0.25, 0.75], axis=0)
    return run_em(
        x, start_from_means(x, means, ridge=0.1), max_iter=5, ridge=0.1, record=False
    ).mixture


def _held_out(x_train, x_test, fit):
    return criteria.held_out_log_likelihood(fit(x_train), x_test)


def _scored(x_train, x_test, fit):
    mixture = fit(x_train)
    names = {"ells": mixture.log_density(x_test), "seen": mixture.log_density(x_train)}
    return names | {"both": np.concatenate([x_train, x_test])}


def _read_held_out(result, *arguments):
    if isinstance(result, tuple) and len(result) == 2:
        raise TABLE.finding("two_results")
    if callable(result):
        raise TABLE.finding("not_called")
    return (result,)


TABLE = Table(__file__, fit=_fit, MANY_POINTS=MANY_POINTS)
FREE_PARAMETERS = TABLE.exercise(
    "free_parameters", criteria.free_parameters, given=_types, on_error=_tell_unknown_type
)
AIC = TABLE.exercise(
    *("aic", criteria.aic),
    given=_letters,
    recognise={"aic": _recognise_coefficients},
    on_error=_recognise_log_that_raises,
)
BIC = TABLE.exercise(
    *("bic", criteria.bic),
    given=_letters,
    recognise={"bic": _recognise_coefficients},
    on_error=_recognise_log_that_raises,
)
HELD_OUT = TABLE.exercise("held_out", _held_out, given=_scored, read=_read_held_out)
