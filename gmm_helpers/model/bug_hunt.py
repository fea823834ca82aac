"""EM with a bug in it, to be found from its curve: look for the bug before you read this file."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gmm_helpers.model import validation
from gmm_helpers.model.mixture import Mixture


def broken_steps(name: str) -> dict[str, Callable]:
    """Return the steps of an EM for D = 1 that has a bug, as arguments for `run_em`.

    Whatever the bug, the log-likelihood that is reported is that of the mixture, rightly computed.

    Parameters
    ----------
    name : {"A", "B", "C"}

    Returns
    -------
    dict
        With an `e_step` or an `m_step`: `run_em(x, start, **broken_steps("A"))`.

    Raises
    ------
    ValueError
        If there is no bug of that name.

    Examples
    --------
    >>> sorted(broken_steps("A"))
    ['m_step']
    """
    validation.check_one_of(name, "name", _BROKEN)
    return dict(_BROKEN[name])


def _variance_by_n(x, responsibilities):
    totals, means, sums = _moments(x, responsibilities)
    return Mixture.from_1d(totals / len(x), means, sums / len(x))


def _deviation_for_variance(x, responsibilities):
    totals, means, sums = _moments(x, responsibilities)
    return Mixture.from_1d(totals / len(x), means, np.sqrt(sums / totals))


def _without_weights(x, mixture):
    K = mixture.n_components
    equal = Mixture(np.full(K, 1 / K), mixture.means, mixture.covariances)
    return equal.responsibilities(x), mixture.log_density(x).sum()


def _moments(x, b):
    """Return N_k, μ_k, and the sums of squares around the means, each (K,)."""
    totals = b.sum(axis=0)
    means = b.T @ x / totals
    return totals, means, (b * (x[:, None] - means) ** 2).sum(axis=0)


_BROKEN = {
    "A": {"m_step": _variance_by_n},
    "B": {"m_step": _deviation_for_variance},
    "C": {"e_step": _without_weights},
}
