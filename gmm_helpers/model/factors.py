"""The triangular factors of covariances, and their inverses."""

import numpy as np

from gmm_helpers.model.validation import SMALLEST_SHARE, ParameterError, name_component


def factors_of(covariances, least_widths=0):
    """Return the lower factors L_k, Σ_k = L_k L_kᵀ; the error names the component without one.

    What is left of a feature's spread once those before it are known must be more than the least.
    """
    try:
        factors = np.linalg.cholesky(covariances)
    except np.linalg.LinAlgError as error:
        for component, covariance in enumerate(covariances):  # whose?
            try:
                np.linalg.cholesky(covariance)
            except np.linalg.LinAlgError:
                raise _singular(component, covariance) from error
        raise
    pivots = factors.diagonal(axis1=1, axis2=2)
    deviations = np.sqrt(covariances.diagonal(axis1=1, axis2=2))
    singular = pivots <= np.maximum(SMALLEST_SHARE * deviations, least_widths)
    if np.count_nonzero(singular):
        component = int(singular.any(axis=1).argmax())
        raise _singular(component, covariances[component])
    return factors


def inverses(factors):
    """Return the inverses of lower factors, row by row: SciPy's would take a kernel 24 MB more."""
    pivots = factors.diagonal(axis1=1, axis2=2)
    found = np.eye(pivots.shape[1]) / pivots[:, None]
    for j in range(1, pivots.shape[1]):
        found[:, j, :j] = (factors[:, j, None, :j] @ found[:, :j, :j])[:, 0] / -pivots[:, j, None]
    return found


def _singular(component, covariance):
    what = (
        "its covariance is not positive definite: in some direction its variance is 0 or less, "
        "or too small beside the others for float64"
    )
    if len(covariance) == 1:
        what = f"its variance must be positive; it is {covariance[0, 0]:g}"
    name = name_component(component).capitalize()
    return ParameterError(f"{name}: {what}.", component=component)
