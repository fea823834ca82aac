"""The self-checks of the M steps, of one feature and of several."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gmm_helpers.checks.diagnosis import diagnose
from gmm_helpers.checks.exercise import Table, number
from gmm_helpers.checks.hidden_data import mixture, points
from gmm_helpers.checks.result import Check
from gmm_helpers.checks.values import describe
from gmm_helpers.model import em
from gmm_helpers.model.mixture import Mixture
from gmm_helpers.model.validation import ShapeError, SingularCovarianceError, WeightSumError


def check_m_step(m_step: Callable) -> Check:
    """Check an M step, called as `m_step(x, b)`.

    Parameters
    ----------
    m_step : callable
        Takes x of shape (n,) and responsibilities of shape (n, K); returns a Mixture, as
        `Mixture.from_1d(weights, means, variances)` makes it.

    Examples
    --------
    >>> def m_step(x, b):
    ...     totals = b.sum(axis=0)
    ...     return Mixture.from_1d(totals, x @ b / totals, np.ones(len(totals)))
    >>> check_m_step(m_step).slip
    'weights_not_divided'
    """
    return diagnose(m_step, M_STEP)


def check_m_step_vector(m_step: Callable) -> Check:
    """Check an M step that may meet any K, and data far from 0; called as `m_step(x, b)`.

    Takes and returns what `check_m_step` does.

    Examples
    --------
    >>> def m_step(x, b):
    ...     totals = b.sum(axis=0)
    ...     means = b.T @ x / totals
    ...     return Mixture.from_1d(totals / len(x), means, b.T @ x**2 / totals - means**2)
    >>> check_m_step_vector(m_step).slip
    'cancellation'
    """
    return diagnose(m_step, M_STEP_VECTOR)


def check_m_step_2d(m_step: Callable) -> Check:
    """Check an M step in any number of dimensions, called as `m_step(x, b)`.

    Parameters
    ----------
    m_step : callable
        Takes x of shape (n, D) and responsibilities of shape (n, K); returns a
        `Mixture(weights, means, covariances)`.

    Examples
    --------
    >>> def m_step(x, b):
    ...     totals = b.sum(axis=0)
    ...     means = b.T @ x / totals[:, None]
    ...     return Mixture(totals / len(x), means, [np.cov(x.T, bias=True)] * len(totals))
    >>> check_m_step_2d(m_step).slip
    'unweighted'
    """
    return diagnose(m_step, M_STEP_2D)


# --- what the expressions are made of -------------------------------------------------------------


def _hard(b):
    return np.eye(b.shape[1])[b.argmax(axis=1)]


def _mean(x, b):
    return (x.T @ b / b.sum(axis=0)).T  # (K,), and (K, D) for x of shape (n, D)


def _outer(x, b, centres):
    """Return Σ_i b_ik (x_i − c_k)(x_i − c_k)ᵀ, shape (K, D, D)."""
    deviations = x - np.broadcast_to(centres, (b.shape[1], x.shape[1]))[:, None]  # (K, n, D)
    return np.einsum("nk,knd,kne->kde", b, deviations, deviations)


def _outer_with_b_inside(x, b, centres):
    inside = b.T[:, :, None] * x - centres[:, None]  # (K, n, D)
    return np.einsum("knd,kne->kde", inside, inside)


def _one_variance(C):
    return np.einsum("kdd->k", C)[:, None, None] / C.shape[1] * np.eye(C.shape[1])


def _correlations(C):
    deviations = np.sqrt(np.einsum("kdd->kd", C))
    return C / (deviations[:, :, None] * deviations[:, None, :])


def _sums(x, b):
    N, mu = b.sum(axis=0), _mean(x, b)
    spreads = (_outer(x.reshape(len(x), -1), b, mu.reshape(len(N), -1)).T / N).T
    names = {"n": len(x), "K": len(N), "N": N, "mu": mu, "spreads": spreads}
    return names | ({"D": x.shape[1]} if x.ndim == 2 else {"spreads": spreads[:, 0, 0]})


def _an_m_step(x, weights, means, variances, moved=0):
    x = np.array(x)
    return x + moved, np.array(Mixture.from_1d(weights, means, variances).responsibilities(x))


def _an_m_step_2d(n, K, D, start):
    x = points(n, D, start)
    return x, np.array(mixture(K, D, start).responsibilities(x))


# --- an old mean in the spreads -------------------------------------------------------------------


def _recognise_old_means(cases, found, wanted):
    """Find spreads about the same points c_k in every case: (μ_k − c_k)(μ_k − c_k)ᵀ too large.

    c_k is μ_k plus or minus the one vector whose outer product is what is too much; of the two it
    is the one that comes again.
    """
    candidates = []
    for case, f, w in zip(cases, found, wanted, strict=True):
        if f.shape != w.shape:
            return
        too_much = (f - w).reshape(len(f), *(f.shape[1:] or (1, 1)))
        sizes, directions = np.linalg.eigh(too_much)
        if abs(sizes[:, :-1]).max(initial=0) > 1e-8 or sizes.min() < -1e-8:  # of rank 1, or 0
            return
        steps = np.sqrt(sizes[:, -1:].clip(0)) * directions[:, :, -1]
        means = _mean(*case).reshape(steps.shape)
        candidates.append(means + np.array([-1, 1])[:, None, None] * steps)
    if len({each.shape for each in candidates}) > 1 or len(candidates) < 2:
        return
    one, two = candidates[:2]
    gaps = abs(one[:, None] - two).max(axis=-1)  # (2, 2, K)
    if gaps.min(axis=(0, 1)).max() > 1e-6:
        return
    nearest = gaps.min(axis=1).argmin(axis=0)
    centres = [_write(centre) for centre in one[nearest, range(len(nearest))]]
    several = "several features" if found[0].ndim > 1 else None
    raise TABLE.finding("old_mean", several, centres=_listed(centres))


def _write(centre):
    coordinates = ", ".join(number(round(value, 3) + 0) for value in centre)
    return coordinates if len(centre) == 1 else f"({coordinates})"


def _listed(words):
    return " and ".join([", ".join(words[:-1]), words[-1]])


# --- what is read, and what a mixture refuses -----------------------------------------------------


def _read_m_step(result, x, b):
    _check_mixture(result, len(x), (b.shape[1], 1), "one Mixture, by `Mixture.from_1d`")
    return result.weights, result.means[:, 0], result.variances


def _read_m_step_2d(result, x, b):
    _check_mixture(result, len(x), (b.shape[1], x.shape[1]), "one `Mixture`")
    return result.weights, result.means, result.covariances


def _check_mixture(result, n, asked, packing):
    """Find that a result on `n` points is no mixture with means of the shape that is asked for."""
    if isinstance(result, (tuple, list)) and len(result) == 3:
        raise TABLE.finding("not_a_mixture", "three things", packing=packing)
    if not isinstance(result, Mixture):
        raise TABLE.finding("not_a_mixture", result=describe(result))
    found = result.means.shape
    if found != asked:
        name = "wrong_axis" if found[0] == n else "wrong_shape"
        raise TABLE.finding(name, "of a mixture", found=found, asked=asked)


def _explain_weights(error, x, b):
    """Name what made a mixture refuse the learner's weights."""
    n, K = b.shape
    if isinstance(error, WeightSumError):
        names = {"weights_not_divided": n, "weights_divided_by_k": n / K}
        known = [name for name, total in names.items() if np.isclose(error.total, total)]
        raise TABLE.finding(*(known or ["weights_sum"]), total=error.total, n=n, K=K)
    if not isinstance(error, ShapeError) or error.name != "means" or len(error.wanted) != 2:
        return
    n_weights = error.wanted[0]  # the means are as many as they should be, and these are not
    if error.found[:1] == (K,) and n_weights != K:
        name = "wrong_axis" if n_weights == n else "wrong_shape"
        raise TABLE.finding(name, "of weights", n_weights=n_weights, K=K)


def _explain_refusal(error, x, b):
    """Name what made a mixture of one feature refuse the learner's parameters."""
    _explain_weights(error, x, b)
    if isinstance(error, SingularCovarianceError):
        raise TABLE.finding("variance_not_positive", error=error)
    # `from_1d` makes means of two axes, and covariances that fit them: only `Mixture` itself can
    # be given others.
    if isinstance(error, ShapeError) and len(error.found) < len(error.wanted):
        raise TABLE.finding("not_from_1d", error=error)


def _explain_refusal_2d(error, x, b):
    """Name what made a mixture of several features refuse the learner's parameters."""
    _explain_weights(error, x, b)
    (n, D), K = x.shape, b.shape[1]
    if isinstance(error, SingularCovarianceError):
        raise TABLE.finding("covariance_not_positive", error=error)
    asked = {"means": (K, D), "covariances": (K, D, D)}
    if not isinstance(error, ShapeError) or error.name not in asked:
        return
    name, found = error.name, error.found
    if found == asked["means"] and name == "means":
        raise TABLE.finding("from_1d")
    if found == asked["covariances"] and name == "covariances":  # the means have another D
        name, found = "means", error.wanted[:2]
    letters = {n: "n", K: "K", D: "D"}  # the hidden data have other numbers for each
    when = f"{name} {''.join(letters.get(size, '?') for size in found)}"
    slip = TABLE.told_when(when)
    about = {"name": name, "found": found, "asked": asked[name]}
    raise TABLE.finding(slip or "wrong_shape", when if slip else None, **about)


TABLE = Table(
    __file__,
    hard=_hard,
    mean=_mean,
    outer=_outer,
    outer_with_b_inside=_outer_with_b_inside,
    one_variance=_one_variance,
    correlations=_correlations,
    an_m_step=_an_m_step,
    an_m_step_2d=_an_m_step_2d,
)
_PARTS = {
    "given": _sums,
    "recognise": dict.fromkeys(["variances", "covariances"], _recognise_old_means),
}
_ONE_FEATURE = {**_PARTS, "read": _read_m_step, "on_error": _explain_refusal}
M_STEP = TABLE.exercise("m_step", em.m_step, **_ONE_FEATURE)
M_STEP_VECTOR = TABLE.exercise("m_step_vector", em.m_step, **_ONE_FEATURE)
M_STEP_2D = TABLE.exercise(
    "m_step_2d", em.m_step, **_PARTS, read=_read_m_step_2d, on_error=_explain_refusal_2d
)
