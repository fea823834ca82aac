"""The self-checks of a covariance matrix, and of the ellipse that is drawn for it."""

from collections.abc import Callable

import numpy as np

from gmm_helpers.checks.diagnosis import diagnose
from gmm_helpers.checks.exercise import Table
from gmm_helpers.checks.result import Check
from gmm_helpers.checks.values import as_numbers

TABLE = Table(__file__, globals())


def check_covariance(covariance_from: Callable) -> Check:
    """Check a covariance matrix, called as `covariance_from(sigma_1, sigma_2, rho)`.

    Takes two standard deviations and a correlation; returns Σ, shape (2, 2).

    Examples
    --------
    >>> def covariance_from(sigma_1, sigma_2, rho):
    ...     return np.array([[sigma_1**2, rho], [rho, sigma_2**2]])
    >>> check_covariance(covariance_from).slip
    'correlation'
    """
    return diagnose(covariance_from, TABLE.exercise("covariance_from"))


def check_ellipse(ellipse: Callable) -> Check:
    """Check the points of an ellipse, called as `ellipse(mean, covariance, radius, angles)`.

    Takes a mean (2,), a covariance (2, 2), a radius in standard deviations, and m angles in
    radians; returns the points μ + r A (cos, sin) for any A with A Aᵀ = Σ, shape (m, 2).

    Examples
    --------
    >>> def ellipse(mean, covariance, radius, angles):
    ...     values, vectors = np.linalg.eigh(covariance)
    ...     circle = np.array([np.cos(angles), np.sin(angles)])
    ...     return mean + radius * (vectors * values @ circle).T
    >>> check_ellipse(ellipse).slip
    'variance_for_deviation'
    """
    return diagnose(ellipse, TABLE.exercise("ellipse"))


def _arranged(rows, a, b, c):
    """Return the matrix with these rows, such as "ac cb"; a minus stands for −c."""
    entries = {"a": a, "b": b, "c": c, "-": -c, "0": 0}
    return np.array([[entries[letter] for letter in row] for row in rows.split()], dtype=float)


def _ellipse(mean, covariance, radius, angles):
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    return mean + radius * circle @ np.linalg.cholesky(covariance).T


def _read_ellipse(result, mean, covariance, radius, angles):
    """Return the ellipse's centre c and shape, of the points c + M (cos, sin).

    Of all M that give one ellipse, M Mᵀ is the same: r² Σ if it is the right one.
    """
    points = as_numbers(result, "the points")
    m = len(angles)
    if points.shape == (2, m):
        raise TABLE.finding("transposed", shape=points.shape, asked=(m, 2))
    if points.shape != (m, 2):
        raise TABLE.finding("wrong_shape", shape=points.shape, asked=(m, 2))
    if not np.isfinite(points).all():  # a case before has a covariance above 0, and passed
        raise TABLE.finding("root_of_entries" if covariance[0, 1] < 0 else "not_finite")
    design = np.column_stack([np.ones(m), np.cos(angles), np.sin(angles)])
    solution = np.linalg.lstsq(design, points)[0]
    if not np.allclose(design @ solution, points, rtol=1e-8, atol=1e-8 * abs(points).max()):
        z = np.linalg.solve(np.linalg.cholesky(covariance), (points - mean).T)
        on_it = np.allclose(np.linalg.norm(z, axis=0), radius)
        raise TABLE.finding("other_angles" if on_it else "not_an_ellipse")
    shape = solution[1:].T @ solution[1:]  # solution[1:] is Mᵀ
    if np.linalg.det(shape) < 1e-12 * np.trace(shape) ** 2:
        raise TABLE.finding("flat")
    return _without_noise(solution[0]), _without_noise(_reach(shape))


def _without_noise(values):
    """Return numbers with zeros for what is rounding, which is another on each machine."""
    return np.where(abs(values) < 1e-13, 0, values)


def _reach(shape):
    """Return how far an ellipse with M Mᵀ = `shape` reaches, and where its rightmost point is."""
    (right, between), (_, up) = shape
    return np.array([np.sqrt(right), np.sqrt(up), between / np.sqrt(right)])


def _from_axes(values, V):
    """Return V diag(λ) Vᵀ."""
    return V * values @ V.T


def _an_ellipse(radius, covariance):
    mean = np.array([0.7 - radius, 0.4 + radius / 2])
    return mean, np.array(covariance), radius, np.array([0.2, 0.9, 1.7, 2.4, 3.3, 4.1, 5.6])


_REACHES = ("the reach to the right", "the reach upwards", "the rightmost point's height")
