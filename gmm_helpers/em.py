"""Expectation-maximisation for Gaussian mixtures: the two steps, and the loop around them.

Inside, data are `points` of shape (D, n) and responsibilities `b` have shape (K, n), so that
each feature and each component lies contiguous in memory. Callers see (n, D) and (n, K).
"""

import numpy as np

from gmm_helpers import _checks
from gmm_helpers._own_steps import OwnSteps
from gmm_helpers.mixture import Mixture, blocks, check_mixture
from gmm_helpers.trace import EMError, Step, Trace

_EMPTY = 1e-290  # below it, N_k is so near to float64's smallest number that it has few digits


def e_step(x, mixture):
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
    check_mixture(mixture, "mixture")
    responsibilities, log_likelihood = _e_step(_checks.as_points(x, mixture.n_features), mixture)
    return responsibilities.T, log_likelihood


def m_step(x, responsibilities, *, covariance_type="full", ridge=0.0):
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
    points = _checks.as_points(x)
    b = _checks.as_responsibilities(responsibilities, points.shape[1])
    _checks.check_fittable(points, len(b))
    return _m_step(points, b, covariance_type, _added_variances(points, covariance_type, ridge))


_MODULES_E_STEP, _MODULES_M_STEP = e_step, m_step  # in run_em these names are its arguments


def run_em(
    x,
    start,
    *,
    max_iter=100,
    tol=1e-6,
    covariance_type="full",
    ridge=0.0,
    record=True,
    e_step=None,
    m_step=None,
):
    """Repeat E and M from a given start until the log-likelihood hardly rises.

    Parameters
    ----------
    x : array_like, shape (n, D), or (n,) for D = 1
    start : Mixture
        With covariances of the type asked for; else the first iteration may lower ℓ.
    max_iter : int
        The most iterations, at least 0.
    tol : float
        Stop when |change of ℓ| / n falls below it, in nats per point; 0 runs all `max_iter`.
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
    check_mixture(start, "start")
    points = _checks.as_points(x, start.n_features)
    _checks.check_fittable(points, start.n_components)
    max_iter = _checks.check_count(max_iter, "max_iter", at_least=0)
    smallest_change = _checks.check_not_negative(tol, "tol") * points.shape[1]
    added = _added_variances(points, covariance_type, ridge)
    e_step = None if e_step is _MODULES_E_STEP else e_step
    m_step = None if m_step is _MODULES_M_STEP else m_step
    if m_step is not None and (covariance_type, ridge) != ("full", 0):
        raise ValueError("covariance_type and ridge are for the module's m_step, not for yours.")
    own = OwnSteps(x, start, e_step, m_step)

    def expect(mixture):
        result = own.e_step(mixture)
        return _e_step(points, mixture) if result is None else result

    def maximise(b):
        result = own.m_step(b)
        return _m_step(points, b, covariance_type, added) if result is None else result

    mixture, iteration, converged, steps, log_likelihoods = start, 0, False, [], []

    def note(kind, b):
        if record:
            shown = None if b is None else b.T
            steps.append(Step(kind, iteration, mixture, shown, log_likelihoods[-1]))

    def trace():
        values = np.array(log_likelihoods)
        values.setflags(write=False)
        return Trace(
            mixture,
            values,
            converged,
            tuple(steps),
            own.stubs,
            covariance_type=covariance_type,
            ridge=ridge,
            own_steps=not (e_step is None is m_step),
        )

    try:
        b, log_likelihood = expect(mixture)
        log_likelihoods.append(log_likelihood)
        note("start", None)
        while iteration < max_iter and not converged:
            iteration += 1
            note("E", b)
            used, following = b, maximise(b)
            b, log_likelihood = expect(following)
            mixture = following
            log_likelihoods.append(log_likelihood)
            note("M", used)
            converged = abs(log_likelihoods[-1] - log_likelihoods[-2]) < smallest_change
    except ValueError as error:
        if not log_likelihoods and e_step is not None:  # the start can be shown by the module's
            log_likelihoods.append(_e_step(points, mixture)[1])
            note("start", None)
        raise EMError(
            f"Iteration {iteration}: {error}",
            component=getattr(error, "component", None),
            iteration=iteration,
            trace=trace() if log_likelihoods else None,
        ) from error.__cause__  # where the caller's own step went wrong, if it was that
    return trace()


def _e_step(points, mixture):
    b, log_density = mixture._posterior(points)
    b.setflags(write=False)
    return b, float(log_density.sum())


@np.errstate(all="ignore")  # a product of tiny numbers may well be 0
def _m_step(points, b, covariance_type, added):
    """Do the M step on `points` (D, n) and `b` (K, n); `added` (D,) goes onto the variances."""
    (D, n), K = points.shape, len(b)
    totals = b.sum(axis=1)  # N_k
    if totals.min() < _EMPTY:
        raise _failure(int(totals.argmin()), "has lost all its points", covariance_type, added)
    shares = b / totals[:, None]  # sum to 1 over the points: means are weighted, whatever b's scale
    means = shares @ points.T
    shifts, covariances = np.zeros((K, D)), np.zeros((K, D, D))
    for block in blocks(n, K * D):
        from_mean = points[:, block] - means[:, :, None]
        weighted = shares[:, None, block] * from_mean
        shifts += weighted.sum(axis=2)
        covariances += weighted @ from_mean.transpose(0, 2, 1)
    # Far from 0 a mean is rounded in its last digits. What the deviations from it sum to puts
    # that right: the corrected two-pass algorithm (Chan, Golub & LeVeque 1983, eq. 1.7).
    means += shifts
    covariances -= shifts[:, :, None] * shifts[:, None, :]
    covariances = (covariances + covariances.transpose(0, 2, 1)) / 2

    weights = totals / totals.sum()
    if covariance_type == "tied":
        covariances[:] = np.tensordot(weights, covariances, 1)
    elif covariance_type == "diag":
        covariances *= np.eye(D)
    elif covariance_type == "spherical":
        covariances = np.einsum("kdd->k", covariances)[:, None, None] / D * np.eye(D)
    variances = np.einsum("kdd->kd", covariances)
    variances += added  # a view: into the covariances
    try:
        mixture = Mixture._from_checked(weights, means, covariances)
    except _checks.SingularCovarianceError as error:
        component = error.component
    else:
        # What spread is left in some direction must be more than the last digit of the mean:
        # a component narrower than that sits on one point, or on a line or plane of points.
        pivots = mixture._factors.diagonal(axis1=1, axis2=2)
        collapsed = (pivots <= 4 * np.finfo(float).eps * abs(means)).any(axis=1)
        if not collapsed.any():
            return mixture
        component = int(collapsed.argmax())
    what = "has collapsed: up to rounding its points span no volume, and ℓ has no upper limit"
    raise _failure(component, what, covariance_type, added)


def _failure(component, what, covariance_type, added):
    """Return the error for a component that cannot go on, with what has not been tried yet."""
    remedies = ["start elsewhere", "use fewer components"]
    if covariance_type != "tied":
        remedies.append("share one covariance (covariance_type='tied')")
    if not added.any():
        remedies.append("add a small ridge (such as ridge=1e-3)")
    name = _checks.name_component(component).capitalize()
    return EMError(f"{name} {what}. Remedies: {', or '.join(remedies)}.", component=component)


def _added_variances(points, covariance_type, ridge):
    """Check the M step's options; return what the ridge adds to each feature's variance, (D,)."""
    _checks.check_covariance_type(covariance_type)
    ridge = _checks.check_not_negative(ridge, "ridge")
    if not ridge:
        if covariance_type in ("full", "tied"):
            _checks.check_independent(points)
        return np.zeros(len(points))
    with np.errstate(over="ignore"):
        added = ridge * _checks.standard_deviations(points) ** 2
    if not np.isfinite(added).all():
        raise ValueError(f"ridge = {ridge:g} is too large: it is a fraction of the variances.")
    return np.full_like(added, added.mean()) if covariance_type == "spherical" else added
