"""The self-checks of the M steps, of one feature and of several."""

from collections.abc import Callable

import numpy as np

from gmm_helpers.checks.detectors import same
from gmm_helpers.checks.diagnosis import diagnose
from gmm_helpers.checks.exercise import Table
from gmm_helpers.checks.references import number
from gmm_helpers.checks.result import Check
from gmm_helpers.model.learner_steps import describe
from gmm_helpers.model.mixture import Mixture
from gmm_helpers.model.validation import ParameterError

TABLE = Table(__file__, globals())


def check_m_step(m_step: Callable) -> Check:
    """Check an M step, called as `m_step(x, b)`.

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
    return diagnose(m_step, TABLE.exercise("m_step"))


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
    return diagnose(m_step, TABLE.exercise("m_step_vector"))


def check_m_step_2d(m_step: Callable) -> Check:
    """Check an M step in any number of dimensions, called as `m_step(x, b)`.

    Takes x of shape (n, D) and responsibilities of shape (n, K); returns a `Mixture(weights,
    means, covariances)`.

    Examples
    --------
    >>> def m_step(x, b):
    ...     totals = b.sum(axis=0)
    ...     means = b.T @ x / totals[:, None]
    ...     return Mixture(totals / len(x), means, [np.cov(x.T, bias=True)] * len(totals))
    >>> check_m_step_2d(m_step).slip
    'unweighted'
    """
    return diagnose(m_step, TABLE.exercise("m_step_2d"))


# --- what the expressions are made of -------------------------------------------------------------


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


def _an_m_step(x, weights, means, variances, moved=0):
    x = np.array(x)
    return x + moved, np.array(Mixture.from_1d(weights, means, variances).responsibilities(x))


# --- an old mean in the spreads -------------------------------------------------------------------


@np.errstate(all="ignore")
def _recognise_old_means(cases, found, wanted):
    """Find spreads about the same points c_k in two cases: (μ_k − c_k)(μ_k − c_k)ᵀ too large.

    From one case to the next, μ_k moves by d_k, and what is too large less μ_k μ_kᵀ falls by
    c_k d_kᵀ + d_k c_kᵀ, a matrix that is linear in c_k.
    """
    if len(found) < 2 or any(f.shape != w.shape for f, w in zip(found, wanted, strict=True)):
        return
    means = np.array([_mean(x, b).reshape(b.shape[1], -1) for x, b in cases])
    K, D = means[0].shape
    too_large = [np.reshape(f - w, (K, D, D)) for f, w in zip(found, wanted, strict=True)]
    one, two = too_large - _products(means)
    d = means[1] - means[0]
    squares = (d**2).sum(axis=1, keepdims=True)
    along = np.einsum("kde,ke->kd", one - two, d) / squares
    centres = along - d * (along * d).sum(axis=1, keepdims=True) / (2 * squares)
    if not same(too_large, _products(means - centres)):
        return
    texts = [", ".join(number(round(value, 3) + 0) for value in centre) for centre in centres]
    *first, last = texts if D == 1 else [f"({text})" for text in texts]
    several = "several features" if found[0].ndim > 1 else None
    raise TABLE.finding("old_mean", several, centres=f"{', '.join(first)} and {last}")


def _products(vectors):
    return vectors[..., :, None] * vectors[..., None, :]


# --- what is read, and what a mixture refuses -----------------------------------------------------


def _read_m_step(result, x, b):
    """Return a mixture's parameters, if it is one with means of the shape that is asked for."""
    several = x.ndim == 2
    if isinstance(result, (tuple, list)) and len(result) == 3:
        packing = "one `Mixture`" if several else "one Mixture, by `Mixture.from_1d`"
        raise TABLE.finding("not_a_mixture", "three things", packing=packing)
    if not isinstance(result, Mixture):
        raise TABLE.finding("not_a_mixture", result=describe(result))
    if result.means.shape != _shapes(x, b)["means"]:
        raise _of_shape("means", result.means.shape, x, b)
    if several:
        return result.weights, result.means, result.covariances
    return result.weights, result.means[:, 0], result.variances


def _explain_refusal(error, x, b):
    """Name what made a mixture refuse the learner's parameters."""
    n, K = b.shape
    if not isinstance(error, ParameterError):
        return
    if hasattr(error, "total"):
        names = {"weights_not_divided": n, "weights_divided_by_k": n / K}
        known = [name for name, total in names.items() if np.isclose(error.total, total)]
        raise TABLE.finding(*(known or ["weights_sum"]), total=error.total, n=n, K=K)
    if hasattr(error, "component"):
        slip = "variance_not_positive" if x.ndim == 1 else "covariance_not_positive"
        raise TABLE.finding(slip, error=error)
    name, found, wanted = error.name, error.found, error.wanted
    n_weights = wanted[0] if name == "means" and len(wanted) == 2 else K
    if n_weights != K and found[:1] == (K,):  # as many means as there should be
        slip = "wrong_axis" if n_weights == n else "wrong_shape"
        raise TABLE.finding(slip, "of weights", n_weights=n_weights, K=K)
    if x.ndim == 2 and name in ("means", "covariances"):
        right = name == "covariances" and found == _shapes(x, b)[name]
        raise _of_shape("means", wanted[:2], x, b) if right else _of_shape(name, found, x, b)
    # `from_1d` makes means of two axes, and covariances that fit them: only `Mixture` itself can
    # be given others.
    if found == ():
        raise TABLE.finding("summed_over_all", error=error)
    if x.ndim == 1 and len(found) < len(wanted):
        raise TABLE.finding("not_from_1d", error=error)


def _shapes(x, b):
    K, D = b.shape[1], x.shape[1] if x.ndim == 2 else 1
    return {"means": (K, D), "covariances": (K, D, D)}


def _of_shape(name, found, x, b):
    """Return the slip that a shape shows, with the letters of its sizes."""
    asked = _shapes(x, b)[name]
    letters = dict(zip((*b.shape, asked[1]), "nKD", strict=True))  # other ones in the hidden data
    when = f"{name} {''.join(letters.get(size, '?') for size in found)}"
    slip = TABLE.told_when(when)
    about = {"name": name, "found": found, "asked": asked}
    return TABLE.finding(slip or "wrong_shape", when if slip else None, **about)
