"""The self-checks of one Gaussian's density: of a number, and in logarithms of several features."""

import math
from collections.abc import Callable

import numpy as np

from gmm_helpers.checks.diagnosis import diagnose
from gmm_helpers.checks.exercise import Table
from gmm_helpers.checks.result import Check

TABLE = Table(__file__, globals())
_erfc = np.vectorize(math.erfc)


def check_gaussian(gaussian: Callable) -> Check:
    """Check the density of a Gaussian, called as `gaussian(x, mean, variance)`.

    Numbers or arrays in, as NumPy broadcasts them; out comes N(x | mean, variance).

    Examples
    --------
    >>> check_gaussian(lambda x, mean, variance: np.exp(-((x - mean) ** 2) / (2 * variance))).slip
    'missing_constant'
    """
    return diagnose(gaussian, TABLE.exercise("gaussian"))


def check_log_gaussian(log_gaussian: Callable) -> Check:
    """Check the log density of a Gaussian, called as `log_gaussian(x, mean, covariance)`.

    Takes x of shape (n, D), a mean (D,) and a covariance (D, D); returns log N(x_i | μ, Σ),
    shape (n,).

    Examples
    --------
    >>> def log_gaussian(x, mean, covariance):
    ...     z = np.linalg.solve(np.linalg.cholesky(covariance), (x - mean).T)
    ...     return -0.5 * len(mean) * np.log(2 * np.pi) - 0.5 * (z**2).sum(axis=0)
    >>> check_log_gaussian(log_gaussian).slip
    'determinant_missing'
    """
    return diagnose(log_gaussian, TABLE.exercise("log_gaussian"))


def _probability(x, mean, variance):
    return 0.5 * _erfc((mean - x) / np.sqrt(2 * variance))


def _recognise_one_number(cases, found, wanted):
    if any(f.size == 1 and w.size > 1 for f, w in zip(found, wanted, strict=True)):
        raise TABLE.finding("one_number")
