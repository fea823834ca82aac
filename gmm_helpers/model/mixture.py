"""A Gaussian mixture: its parameters, its density, and what it says of given points."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from gmm_helpers.model import validation
from gmm_helpers.model.blocks import cut
from gmm_helpers.model.factors import factors_of, inverses

_ARRAYS = ("weights", "means", "covariances", "_factors", "_whiteners", "_log_heights")


@dataclass(frozen=True, eq=False, init=False)
class Mixture:
    """A mixture of K Gaussian components in D dimensions: p(x) = Σ_k φ_k N(x | μ_k, Σ_k).

    The arrays are checked, copied and made read-only.

    Parameters
    ----------
    weights : array_like, shape (K,)
        φ_k, not negative, with sum 1.
    means : array_like, shape (K, D)
        μ_k, in the units of the data.
    covariances : array_like, shape (K, D, D)
        Σ_k, symmetric positive definite, in squared units; this shape for every covariance type.

    Raises
    ------
    ValueError, TypeError
        If a shape or a value is not as above; the sentence names the component.

    Examples
    --------
    >>> mixture = Mixture.from_1d([0.5, 0.5], [-1.0, 1.0], [1.0, 1.0])
    >>> mixture.responsibilities([0.0, 10.0]).round(3)
    array([[0.5, 0.5],
           [0. , 1. ]])

    References
    ----------
    Bishop (2006), *Pattern Recognition and Machine Learning*, eqs. 2.43, 9.7 and 9.13.
    """

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray
    _factors: np.ndarray = field(repr=False)
    _whiteners: np.ndarray = field(repr=False)
    _log_heights: np.ndarray = field(repr=False)
    _is_diagonal: bool = field(repr=False)

    @np.errstate(divide="ignore")  # a weight of 0 is allowed; its log is −∞
    def __init__(self, weights: ArrayLike, means: ArrayLike, covariances: ArrayLike) -> None:
        self._store(*validation.as_mixture(weights, means, covariances))

    def _store(self, weights, means, covariances, least_widths=0):
        """Keep the arrays, read-only, with what every density needs of them; return self."""
        factors = factors_of(covariances, least_widths)
        # W_k = L_k⁻¹ turns x − μ_k into coordinates in which component k is a standard normal.
        whiteners = inverses(factors)
        log_heights = np.log(weights) - 0.5 * means.shape[1] * np.log(2 * np.pi)
        log_heights += np.add.reduce(np.log(whiteners.diagonal(axis1=1, axis2=2)), axis=1)
        arrays = weights, means, covariances, factors, whiteners, log_heights
        for array in arrays:
            array.setflags(write=False)
        is_diagonal = np.count_nonzero(covariances) == means.size
        self.__dict__.update(zip(_ARRAYS, arrays, strict=True), _is_diagonal=is_diagonal)
        return self

    def __reduce__(self):  # a copy or a pickle is made, and protected, by __init__ again
        return Mixture, (self.weights, self.means, self.covariances)

    @classmethod
    def from_1d(cls, weights: ArrayLike, means: ArrayLike, variances: ArrayLike) -> Mixture:
        """Make a mixture for D = 1 from three arrays of shape (K,); `variances` are σ_k²."""
        means = validation.as_parameter(means, "means", (None,), "(K,)")
        shape = means.shape
        variances = validation.as_parameter(variances, "variances", shape, f"(K,) = {shape}")
        return cls(weights, means[:, None], variances[:, None, None])

    @property
    def n_components(self) -> int:
        """K."""
        return len(self.weights)

    @property
    def n_features(self) -> int:
        """D."""
        return self.means.shape[1]

    @property
    def variances(self) -> np.ndarray:
        """σ_k² of a mixture with D = 1, shape (K,)."""
        if (D := self.n_features) != 1:
            raise ValueError(f"variances are for D = 1; here D = {D}: use the covariances.")
        return self.covariances[:, 0, 0]

    def log_density(self, x: ArrayLike) -> np.ndarray:
        """Return log p(x_i), shape (n,), for data `x` of shape (n, D), or (n,) for D = 1."""
        return self._posterior(validation.as_points(x, self.n_features))[1]

    def responsibilities(self, x: ArrayLike) -> np.ndarray:
        """Return b_ik = p(component k | x_i), shape (n, K); each row sums to 1."""
        return self._posterior(validation.as_points(x, self.n_features))[0].T

    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw `n` points: first a component by its weight, then a point from that component.

        Parameters
        ----------
        n : int
        rng : numpy.random.Generator

        Returns
        -------
        x : ndarray, shape (n, D), or (n,) if D = 1
        z : ndarray of int, shape (n,)
            The component that each point came from, 0 to K − 1.
        """
        n = validation.check_count(n, "n", at_least=1)
        z = validation.check_rng(rng).choice(self.n_components, size=n, p=self.weights)
        noise = rng.standard_normal((n, self.n_features))
        x = self.means[z] + np.einsum("nij,nj->ni", self._factors[z], noise)
        return (x[:, 0] if self.n_features == 1 else x), z

    @np.errstate(all="ignore")  # what leaves float64's range is looked for at the end
    def _posterior(self, points):
        """Return b (K, n) and log p (n,) for `points` (D, n)."""
        responsibilities = np.empty((self.n_components, points.shape[1]))
        log_density = np.empty(points.shape[1])
        for block in cut(points, self.n_components):
            log_density[block.where] = self._weigh(block)
            responsibilities[:, block.where] = block.b
        if not np.isfinite(log_density.sum()):
            raise ValueError(
                f"Row {log_density.argmin()} of x is so far from every component that its log "
                "density leaves the range of float64: check the data's unit against the means."
            )
        return responsibilities, log_density

    def _weigh(self, block):
        """Fill z, spare = z² and b = φ_k N(x | μ_k, Σ_k) / p(x), by log-sum-exp; return log p."""
        b = self._log_joint(block.x, block.spare, block.z, block.b)
        b -= np.maximum.reduce(b, axis=0, out=block.largest)
        np.exp(b, out=b)
        total = np.add.reduce(b, axis=0, out=block.total)
        b /= total
        return np.add(block.largest, np.log(total, out=total), out=total)

    def _log_joint(self, points, spare=None, z=None, joint=None):
        """Return log(φ_k N(x_i | μ_k, Σ_k)), (K, n), for `points` (D, n), in arrays or new ones.

        That is log φ_k − log((2π)^(D/2) |L_k|) − ½ |z_ik|² with z_ik = L_k⁻¹ (x_i − μ_k).
        """
        if self._is_diagonal:  # a product for each feature does
            z = np.subtract(points, self.means[:, :, None], out=z)
            z *= self._whiteners.diagonal(axis1=1, axis2=2)[..., None]
        else:
            from_mean = np.subtract(points, self.means[:, :, None], out=spare)
            z = np.matmul(self._whiteners, from_mean, out=z)
        joint = np.add.reduce(np.multiply(z, z, out=spare), axis=1, out=joint)
        joint *= -0.5
        joint += self._log_heights[:, None]
        return joint


check_mixtures = partial(validation.check_each, lambda m: isinstance(m, Mixture), "a Mixture")


def check_pair(mixture):
    """Check that there are two components in one dimension."""
    check_mixtures(mixture=mixture)
    K, D = mixture.means.shape
    if (K, D) != (2, 1):
        raise ValueError(f"mixture must have K = 2 and D = 1; it has K = {K} and D = {D}.")
