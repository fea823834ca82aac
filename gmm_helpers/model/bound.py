"""The lower bound under the log-likelihood: what the E step and the M step both raise."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gmm_helpers.model import validation
from gmm_helpers.model.mixture import Mixture, check_mixtures


def lower_bound(x: ArrayLike, mixture: Mixture, responsibilities: ArrayLike) -> float:
    """Return F(q, θ) = Σ_i Σ_k q_ik log(φ_k N(x_i | μ_k, Σ_k) / q_ik), which is never above ℓ(θ).

    The gap between them is ℓ − F = Σ_i Σ_k q_ik log(q_ik / b_ik), the Kullback–Leibler divergence
    from q to the mixture's own responsibilities b. It is 0 only where q = b.

    Parameters
    ----------
    x : array_like, shape (n, D), or (n,) for D = 1
    mixture : Mixture
        θ.
    responsibilities : array_like, shape (n, K)
        q: any numbers of at least 0 whose rows sum to 1. A term with q_ik = 0 counts 0, its limit.

    Returns
    -------
    float
        In nats; −∞ if q gives a share to a component of weight 0, or to one so far away that its
        log density leaves the range of float64.

    Examples
    --------
    >>> x, mixture = [0.0, 2.0], Mixture.from_1d([0.5, 0.5], [-1, 1], [1, 1])
    >>> round(mixture.log_density(x).sum(), 3)
    np.float64(-3.513)
    >>> round(lower_bound(x, mixture, [[0.5, 0.5], [0.5, 0.5]]), 3)
    -4.838
    >>> round(lower_bound(x, mixture, mixture.responsibilities(x)), 3)
    -3.513

    References
    ----------
    Bishop (2006), *Pattern Recognition and Machine Learning*, eqs. 9.70 to 9.72. Neal & Hinton
    (1998), in *Learning in Graphical Models*, ed. Jordan, 355–368, where −F is a free energy.
    """
    check_mixtures(mixture=mixture)
    points = validation.as_points(x, mixture.n_features)
    q = validation.as_responsibilities(responsibilities, points.shape[1], mixture.n_components)
    held = q > 0  # where not, 0 · log 0 = 0, and 0 · log(φ_k N) too, even for φ_k = 0
    with np.errstate(over="ignore"):  # a point so far away that F is −∞
        joint = mixture._log_joint(points)[held]
    return float(np.sum(q[held] * (joint - np.log(q[held]))))
