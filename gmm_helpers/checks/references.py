"""What the tables of all subjects may use: densities, and data that learners have not seen."""

import numpy as np

from gmm_helpers.model import bound, criteria, em  # noqa: F401 - of which tables name functions
from gmm_helpers.model.mixture import Mixture

MANY_POINTS = (3 * np.sin(np.arange(2000.0) ** 1.5)).round(1)


def gaussian(x, mean, variance):
    """Return N(x | mean, variance)."""
    return np.exp(-((x - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)


def log_gaussian(x, mean, covariance):
    """Return log N(x_i | μ, Σ), shape (n,)."""
    return Mixture([1], [mean], [covariance]).log_density(x)


def hard_labels(b, axis=1):
    """Return 1 where a row is largest, and else 0."""
    return np.eye(b.shape[1])[b.argmax(axis=axis)]


def number(value, digits=6, form=""):
    """Write a number with a true minus sign."""
    return f"{value:{form}.{digits}g}".removesuffix(".").replace("-", "−")


def points(n, D, start):
    """Return points that look like drawn ones, each number from −3 to 3 with one decimal."""
    return (3 * np.sin(start + 2.4 * np.arange(1, n * D + 1) ** 1.5)).round(1).reshape(n, D)


def correlated(variances, correlation):
    """Return the covariance with these variances and one correlation between all features."""
    deviations = np.sqrt(variances)
    matrix = correlation * np.outer(deviations, deviations)
    return matrix + (1 - correlation) * np.diag(variances)


def mixture(K, D, start):
    """Return a mixture that overlaps with such points."""
    weights = np.arange(K) + 1.5 + 0.1 * start
    variances = 2 + np.cos(start + np.arange(K * D)).reshape(K, D)
    correlations = np.linspace(-0.3, 0.6, K)
    return Mixture(
        weights / weights.sum(),
        points(K, D, start + 0.5) / 2,
        [correlated(*each) for each in zip(variances, correlations, strict=True)],
    )
