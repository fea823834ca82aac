"""Expectation-maximisation for Gaussian mixtures: the two steps, and the loop around them.

Inside, data are `points` (D, n) and responsibilities `b` (K, n): each row contiguous in memory. The
density and b stand in `Mixture`; ℓ and the sums in `_look`; φ_k, μ_k and Σ_k in `_from_averages`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from gmm_helpers.model import validation
from gmm_helpers.model.blocks import cut
from gmm_helpers.model.learner_steps import OwnSteps
from gmm_helpers.model.mixture import Mixture, check_mixtures
from gmm_helpers.model.trace import EMError, Recorder, Trace, failure

_EMPTY = 1e-290  # below it, N_k is so near to float64's smallest number that it has few digits
# In `_m_step_from_sums`: so much of mean(z²) may be mean(z)², and what is far from underflow.
_MOST, _TINY = 0.99, 1e-200
_LAST_DIGIT = 4 * np.finfo(float).eps


def e_step(x: ArrayLike, mixture: Mixture) -> tuple[np.ndarray, float]:
    """Weigh every component for every point: b_ik = φ_k N(x_i | μ_k, Σ_k) / p(x_i).

    Parameters
    ----------
    x : array_like, shape (n, D), or (n,) for D = 1
    mixture : Mixture

    Returns
    -------
    responsibilities : ndarray, shape (n, K)
        Each row sums to 1.
    log_likelihood : float
        ℓ = Σ_i log p(x_i), in nats, of the mixture that was given.

    Examples
    --------
    >>> mixture = Mixture.from_1d([0.5, 0.5], [-1, 1], [1, 1])
    >>> responsibilities, log_likelihood = e_step([0.0, 2.0], mixture)
    >>> responsibilities.round(3)
    array([[0.5  , 0.5  ],
           [0.018, 0.982]])

    References
    ----------
    Bishop (2006), *Pattern Recognition and Machine Learning*, eqs. 9.13 and 9.14.
    """
    check_mixtures(mixture=mixture)
    b, log_density = mixture._posterior(validation.as_points(x, mixture.n_features))
    b.setflags(write=False)
    return b.T, float(log_density.sum())


def m_step(
    x: ArrayLike,
    responsibilities: ArrayLike,
    *,
    covariance_type: str = "full",
    ridge: float = 0.0,
) -> Mixture:
    """Fit every component to all points, each point weighted by its responsibility.

    N_k = Σ_i b_ik, φ_k = N_k / n, μ_k = Σ_i b_ik x_i / N_k and
    Σ_k = Σ_i b_ik (x_i − μ_k)(x_i − μ_k)ᵀ / N_k, with the new μ_k.

    Parameters
    ----------
    x : array_like, shape (n, D), or (n,) for D = 1
    responsibilities : array_like, shape (n, K)
    covariance_type : {"full", "tied", "diag", "spherical"}
        Σ_k free, one Σ for all, diagonal, or σ_k² times the identity matrix.
    ridge : float
        Added to every variance, as a fraction of that feature's variance over all data
        (spherical: of their mean). With 0 the step is exact.

    Returns
    -------
    Mixture

    Raises
    ------
    EMError
        If a component has lost all its points or has collapsed.

    Examples
    --------
    >>> m_step([0.0, 2.0, 5.0, 7.0], [[1, 0], [1, 0], [0, 1], [0, 1]]).variances
    array([1., 1.])

    References
    ----------
    Bishop (2006), *Pattern Recognition and Machine Learning*, eqs. 9.24 to 9.27.
    """
    points = validation.as_points(x)
    b = validation.as_responsibilities(responsibilities, points.shape[1])
    validation.check_fittable(points, len(b))
    return _m_step(points, b, validation.as_model(points, covariance_type, ridge))


_MODULES_E_STEP, _MODULES_M_STEP = e_step, m_step  # in run_em these names are its arguments


def run_em(
    x: ArrayLike,
    start: Mixture,
    *,
    max_iter: int = 100,
    tol: float = 1e-6,
    covariance_type: str = "full",
    ridge: float = 0.0,
    record: bool = True,
    e_step: Callable | None = None,
    m_step: Callable | None = None,
) -> Trace:
    """Repeat E and M from a given start until the log-likelihood hardly rises.

    Parameters
    ----------
    x : array_like, shape (n, D), or (n,) for D = 1
    start : Mixture
        With covariances of the type asked for; else the first iteration may lower ℓ.
    max_iter : int
        The most iterations, at least 0.
    tol : float
        Stop when ℓ changes by less than this per point, in nats; 0 runs all `max_iter`.
    covariance_type, ridge
        As in `m_step`.
    record : bool
        Whether to keep every half-step: n × K numbers for each iteration.
    e_step, m_step : callable, optional
        Steps to use in place of the module's, called as `e_step(x, mixture)` and
        `m_step(x, responsibilities)`. One that returns None is an untouched stub: the module's
        stands in, and the trace's `stubs` says so.

    Returns
    -------
    Trace

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above.
    EMError
        If the run cannot go on; the sentence names the component, the iteration and the remedy.

    Examples
    --------
    >>> start = Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1])
    >>> trace = run_em([0.0, 0.1, 0.3, 5.0, 5.2, 5.3], start)
    >>> trace.mixture.means.ravel().round(3)
    array([0.133, 5.167])

    References
    ----------
    Dempster, Laird & Rubin (1977), J. R. Stat. Soc. B 39, 1–38, section 2.
    """
    check_mixtures(start=start)
    points = validation.as_points(x, start.n_features)
    validation.check_fittable(points, start.n_components)
    validation.check_flags(record=record)
    limits = validation.as_limits(max_iter, tol)
    model = validation.as_model(points, covariance_type, ridge)
    e_step = None if e_step is _MODULES_E_STEP else e_step
    m_step = None if m_step is _MODULES_M_STEP else m_step
    if m_step is not None and (covariance_type, ridge) != ("full", 0):
        raise ValueError("covariance_type and ridge are for the module's m_step, not for yours.")
    own = None if e_step is m_step is None else OwnSteps(x, start, e_step, m_step)
    return climb(points, start, model, record=record, own=own, **limits)


@np.errstate(all="ignore")  # what leaves float64's range is looked for where it matters
def climb(points, start, model, *, max_iter, tol, record=False, own=None, report=None):
    """Do what `run_em` does, with checked arguments; tell `report` of each iteration."""
    blocks = cut(points, start.n_components)
    taken_down = Recorder(model, record, report)

    def expect(mixture):
        """Return b (K, n), or None if nobody needs it, ℓ, and the sums if b is the module's."""
        if result := own and own.e_step(mixture):
            return *result, None
        b = np.empty((start.n_components, points.shape[1])) if record or own else None
        return b, *_look(points, blocks, mixture, model, b)

    def maximise(b, sums):
        result = own and own.m_step(b) or sums and _m_step_from_sums(mixture, *sums, model=model)
        return result or _m_step(points, mixture._posterior(points)[0] if b is None else b, model)

    mixture, iteration, converged = start, 0, False
    try:
        b, log_likelihood, sums = expect(mixture)
        taken_down.note("start", iteration, mixture, None, log_likelihood)
        while iteration < max_iter and not converged:
            iteration += 1
            taken_down.note("E", iteration, mixture, b, log_likelihood)
            used, mixture, before = b, maximise(b, sums), log_likelihood
            b, log_likelihood, sums = expect(mixture)
            taken_down.note("M", iteration, mixture, used, log_likelihood)
            converged = abs(log_likelihood - before) < tol * points.shape[1]
    except ValueError as error:
        if own and not taken_down.log_likelihoods:  # the start can be shown by the module's
            log_likelihood, _ = _look(points, blocks, mixture, model)
            taken_down.note("start", iteration, mixture, None, log_likelihood)
        raise EMError(
            f"Iteration {iteration}: {error}",
            component=getattr(error, "component", None),
            iteration=iteration,
            trace=taken_down.trace(own) if taken_down.log_likelihoods else None,
        ) from error.__cause__  # where the caller's own step went wrong, if it was that
    return taken_down.trace(own, converged)


def _look(points, blocks, mixture, model, keep=None):
    """Do the E step, and sum the same b and z for the M step while they are in the cache.

    Return ℓ, and N_k = Σ_i b_ik, Σ_i b_ik z_ik and Σ_i b_ik z_ik z_ikᵀ; write b into `keep`.
    """
    log_likelihood, totals, firsts, seconds = 0.0, 0, 0, 0
    for block in blocks:
        log_likelihood += float(np.add.reduce(mixture._weigh(block)))  # ℓ = Σ_i log p(x_i)
        if keep is not None:
            keep[:, block.where] = block.b
        totals += np.add.reduce(block.b, axis=1)
        firsts += (block.z @ block.b[..., None])[..., 0]
        if mixture._is_diagonal and model.is_diagonal:  # then z² will do: `_weigh` left it in spare
            seconds += block.spare @ block.b[..., None] * np.eye(len(block.x))
        else:
            bz = np.multiply(block.b[:, None], block.z, out=block.spare)
            seconds += (block.z[:, None] @ bz[..., None])[..., 0]  # Σ_i z (bz)ᵀ by rows: quicker
    if not np.isfinite(log_likelihood):
        mixture._posterior(points)  # raises, and names the point
    return log_likelihood, (totals, firsts, seconds)


def _m_step_from_sums(mixture, totals, firsts, seconds, model):
    """Do the M step by the sums that `_look` took for `mixture`, or return None.

    They are in old coordinates: z = L_k⁻¹ (x − μ_k), measured from the old mean in old widths. So
    mean(z²) − mean(z)² hardly cancels, unless a component moves by many times its new width, or
    has next to no points; then `_m_step` looks at the data again.
    """
    mean_z, mean_zz = firsts / totals[:, None], seconds / totals[:, None, None]
    kept = firsts * mean_z + _TINY < _MOST * seconds.diagonal(axis1=1, axis2=2)
    if np.count_nonzero(kept) < kept.size:  # or if there is a NaN
        return None
    return _from_averages(totals, mixture.means, mixture._factors, mean_z, mean_zz, model)


@np.errstate(all="ignore")  # a product of tiny numbers may well be 0
def _m_step(points, b, model):
    """Do the M step on `points` (D, n) and `b` (K, n), by two passes."""
    K, D = len(b), len(points)
    totals = b.sum(axis=1)  # N_k
    if totals.min() < _EMPTY:
        raise failure(int(totals.argmin()), model, collapsed=False)
    shares = b / totals[:, None]  # sum to 1 over the points: means are weighted, whatever b's scale
    means = shares @ points.T
    mean_z, mean_zz = np.zeros((K, D)), np.zeros((K, D, D))  # of z = x − the new mean
    for block in cut(points, K):
        from_mean = np.subtract(block.x, means[:, :, None], out=block.z)
        weighted = np.multiply(shares[:, None, block.where], from_mean, out=block.spare)
        mean_z += weighted.sum(axis=2)
        mean_zz += weighted @ from_mean.transpose(0, 2, 1)
    # Far from 0 a mean is rounded in its last digits. So mean_z is not quite 0, and puts that
    # right: the corrected two-pass algorithm (Chan, Golub & LeVeque 1983, eq. 1.7).
    return _from_averages(totals, means, np.eye(D), mean_z, mean_zz, model)


def _from_averages(totals, centres, L, mean_z, mean_zz, model):
    """Return the mixture with N_k = `totals`, from the averages over b of z and z zᵀ.

    With x = c + L z: μ = c + L mean(z), and Σ = L (mean(z zᵀ) − mean(z) mean(z)ᵀ) Lᵀ.
    """
    D = centres.shape[1]
    weights = totals / np.add.reduce(totals)  # φ_k = N_k / n
    means = centres + (L @ mean_z[:, :, None])[:, :, 0]  # μ_k
    spreads = mean_zz - mean_z[:, :, None] * mean_z[:, None, :]
    covariances = L @ spreads @ L.swapaxes(-1, -2)  # Σ_k
    covariances = (covariances + covariances.transpose(0, 2, 1)) / 2  # for rounding
    if model.covariance_type == "tied":
        covariances[:] = np.einsum("k,kde->de", weights, covariances)
    elif model.covariance_type == "diag":
        covariances *= np.eye(D)
    elif model.covariance_type == "spherical":
        covariances = np.einsum("kdd->k", covariances)[:, None, None] / D * np.eye(D)
    if model.ridge:
        covariances += np.diag(model.added)
    # What spread is left in some direction must be more than the last digit of the mean:
    # a component narrower than that sits on one point, or on a line or plane of points.
    least = _LAST_DIGIT * abs(means)
    try:
        return object.__new__(Mixture)._store(weights, means, covariances, least)  # not copied
    except validation.ParameterError as error:
        raise failure(error.component, model, collapsed=True) from None
