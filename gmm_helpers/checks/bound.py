"""The self-check of the lower bound."""

from collections.abc import Callable

from gmm_helpers.checks.diagnosis import diagnose
from gmm_helpers.checks.exercise import Table
from gmm_helpers.checks.result import Check

TABLE = Table(__file__, globals())


def check_lower_bound(lower_bound: Callable) -> Check:
    """Check the lower bound, called as `lower_bound(x, mixture, q)`.

    Takes x of shape (n,), a Mixture with D = 1, and q of shape (n, K), whose rows sum to 1 and
    which may hold zeros; returns F(q, θ), one number.

    Examples
    --------
    >>> check_lower_bound(lambda x, mixture, q: mixture.log_density(x).sum()).slip
    'log_likelihood'
    """
    return diagnose(lower_bound, TABLE.exercise("lower_bound"))
