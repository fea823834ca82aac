"""The self-checks of notebook 03, made like those in `exercises`."""

import re

import numpy as np

from gmm_helpers import em
from gmm_helpers import exercises as first
from gmm_helpers._checks import SingularCovarianceError
from gmm_helpers._diagnosis import (
    Exercise,
    Finding,
    Group,
    Part,
    as_numbers,
    diagnose,
    number,
    slips,
)
from gmm_helpers.mixture import Mixture


def _where_point(index, x, *arguments):
    coordinates = ", ".join(number(value) for value in x[index[0]])
    return f"For point {index[0] + 1}, x = ({coordinates}),"


def _points(n, D, start):
    """Return points that look like drawn ones, each number from −3 to 3 with one decimal."""
    return (3 * np.sin(start + 2.4 * np.arange(1, n * D + 1) ** 1.5)).round(1).reshape(n, D)


def _correlated(variances, correlation):
    """Return the covariance with these variances and one correlation between all features."""
    deviations = np.sqrt(variances)
    matrix = correlation * np.outer(deviations, deviations)
    return matrix + (1 - correlation) * np.diag(variances)


def _mixture(K, D, start):
    """Return a mixture that overlaps with such points."""
    weights = np.arange(K) + 1.5 + 0.1 * start
    variances = 2 + np.cos(start + np.arange(K * D)).reshape(K, D)
    correlations = np.linspace(-0.3, 0.6, K)
    return Mixture(
        weights / weights.sum(),
        _points(K, D, start + 0.5) / 2,
        [_correlated(*each) for each in zip(variances, correlations, strict=True)],
    )


# --- the covariance matrix ------------------------------------------------------------------------


def check_covariance(covariance_from):
    """Check a covariance matrix, called as `covariance_from(sigma_1, sigma_2, rho)`.

    Parameters
    ----------
    covariance_from : callable
        Takes two standard deviations and a correlation; returns Σ, shape (2, 2).

    Returns
    -------
    Check

    Examples
    --------
    >>> def covariance_from(sigma_1, sigma_2, rho):
    ...     return np.array([[sigma_1**2, rho], [rho, sigma_2**2]])
    >>> check_covariance(covariance_from).slip
    'correlation'
    """
    return diagnose(covariance_from, _COVARIANCE)


def _covariance_from(sigma_1, sigma_2, rho):
    between = rho * sigma_1 * sigma_2
    return np.array([[sigma_1**2, between], [between, sigma_2**2]])


# Here s and t are the standard deviations, r the correlation, and a, b and c what is made of them.
_BETWEEN = {
    None: lambda s, t, r: r * s * t,
    "correlation": lambda s, t, r: r,
    "variances_multiplied": lambda s, t, r: r * s**2 * t**2,
    "root": (lambda s, t, r: r * np.sqrt(s * t), lambda s, t, r: np.sqrt(abs(r)) * s * t),
    "correlation_forgotten": (lambda s, t, r: s * t, lambda s, t, r: s**2 * t**2),
    "correlation_squared": lambda s, t, r: r**2 * s * t,
    "divided": (
        lambda s, t, r: r / (s * t),
        lambda s, t, r: r / s * t,
        lambda s, t, r: r * s / t,
    ),
    "doubled": (lambda s, t, r: 2 * r * s * t, lambda s, t, r: r * s * t / 2),
    "added": (
        lambda s, t, r: r * (s + t),
        lambda s, t, r: r * (s + t) / 2,
        lambda s, t, r: r + s * t,
        lambda s, t, r: r + s + t,
    ),
    "one_deviation": (lambda s, t, r: r * s, lambda s, t, r: r * t),
    "zero": lambda s, t, r: 0,
}
_DIAGONALS = {
    None: lambda s, t: (s**2, t**2),
    "deviations": (lambda s, t: (s, t), lambda s, t: (s, t**2)),
    "root_of_deviations": lambda s, t: (np.sqrt(s), np.sqrt(t)),
    "twice_deviations": lambda s, t: (2 * s, 2 * t),
    "ones": lambda s, t: (1, 1),
    "diagonal_swapped": (lambda s, t: (t**2, s**2), lambda s, t: (t, s)),
    "one_variance_twice": lambda s, t: (t**2, t**2),
}
# Here the first wrong number, which is told, does not stand on the diagonal if another is wrong.
_DIAGONALS_THAT_START_RIGHT = {
    None: lambda s, t: (s**2, t**2),
    "one_variance_twice": lambda s, t: (s**2, s**2),
    "deviations": lambda s, t: (s**2, t),
}
_PLACES = {
    None: lambda a, b, c: [[a, c], [c, b]],
    "one_corner": (lambda a, b, c: [[a, c], [0, b]], lambda a, b, c: [[a, 0], [c, b]]),
    "opposite_signs": (lambda a, b, c: [[a, c], [-c, b]], lambda a, b, c: [[a, -c], [c, b]]),
}
_WRONG_PLACES = {
    "wrong_diagonal": (
        lambda a, b, c: [[c, a], [b, c]],
        lambda a, b, c: [[a, b], [c, c]],
        lambda a, b, c: [[a, c], [b, c]],
    )
}
_COVARIANCE_MESSAGES = {
    "correlation": "The correlation itself stands off the diagonal. The covariance has the units "
    "of both features: ρ = σ₁₂ / (σ₁ σ₂) has to be solved for σ₁₂.",
    "variances_multiplied": "The covariance has the variances in it, where the standard deviations "
    "belong.",
    "root": "A square root is taken of what stands off the diagonal. It is no square: it already "
    "has the units of σ₁ σ₂.",
    "correlation_forgotten": "The correlation does not get into the covariance.",
    "correlation_squared": "The correlation is squared on the way to the covariance.",
    "divided": "The correlation is divided by the standard deviations. ρ is what comes out of that "
    "division, so here they multiply.",
    "added": "Something is added that has to be multiplied: the covariance is a product.",
    "one_deviation": "Only one of the two standard deviations gets into the covariance.",
    "squared_twice": "Each standard deviation is squared once too often.",
    "zero": "The covariance is 0, whatever the correlation.",
    "sign": "The covariance has the wrong sign: it has that of the correlation.",
    "deviations": "A standard deviation stands on the diagonal, where a variance belongs.",
    "root_of_deviations": "On the diagonal stand roots of the standard deviations. The variances "
    "are their squares.",
    "ones": "On the diagonal stand ones: that is the correlation matrix. Σ has the variances "
    "there.",
    "diagonal_swapped": "The two numbers on the diagonal have changed places.",
    "one_variance_twice": "The same variance stands on the diagonal twice.",
    "one_corner": "The covariance stands in one corner only. Σ is symmetric: it stands in both.",
    "opposite_signs": "The covariance has opposite signs in the two corners. Σ is symmetric: it is "
    "the same number in both.",
    "wrong_diagonal": "A variance stands off the diagonal: each belongs in the row and in the "
    "column of its own feature.",
    "absolute": "The sign of the correlation is lost.",
    "doubled": "The covariance is twice what it should be, or half: ρ = σ₁₂ / (σ₁ σ₂) has no 2.",
    "twice_deviations": "On the diagonal stand the standard deviations times 2, not squared.",
    "inverse": "This is the inverse of Σ.",
    "correlation_everywhere": "The correlation gets into the variances as well. That of a feature "
    "with itself is 1, and its place is off the diagonal.",
    "factor": "This is the Cholesky factor of Σ. Σ itself is asked for.",
}


def _make_covariance(diagonal, between, place):
    return lambda s, t, r: np.array(place(*diagonal(s, t), between(s, t, r)), dtype=float)


# Of several slips at once, the one is told that the first wrong number, in reading order, shows.
_COVARIANCE_SLIPS = (
    *slips(_COVARIANCE_MESSAGES, _make_covariance, _DIAGONALS, _BETWEEN, _PLACES),
    *slips(
        _COVARIANCE_MESSAGES,
        lambda between, place, diagonal: _make_covariance(diagonal, between, place),
        _BETWEEN,
        _PLACES,
        _DIAGONALS_THAT_START_RIGHT,
    ),
    *slips(
        _COVARIANCE_MESSAGES,
        lambda place, diagonal, between: _make_covariance(diagonal, between, place),
        _WRONG_PLACES,
        _DIAGONALS | {"one_variance_twice": lambda s, t: (s**2, s**2)},
        _BETWEEN,
    ),
    *slips(
        _COVARIANCE_MESSAGES,
        lambda matrix: lambda *arguments: matrix(_covariance_from(*arguments)),
        {
            "sign": lambda S: 2 * np.diag(np.diag(S)) - S,
            "inverse": np.linalg.inv,
            "factor": (np.linalg.cholesky, lambda S: np.linalg.cholesky(S).T),
        },
    ),
    *slips(
        _COVARIANCE_MESSAGES,
        lambda matrix: matrix,
        {
            "absolute": lambda s, t, r: _covariance_from(s, t, abs(r)),
            "deviations": (
                lambda s, t, r: np.diag([s, t]) @ [[1, r], [r, 1]],
                lambda s, t, r: [[1, r], [r, 1]] @ np.diag([s, t]),
            ),
            "squared_twice": lambda s, t, r: _covariance_from(s**2, t**2, r),
            "correlation_everywhere": (
                lambda s, t, r: r * np.outer([s, t], [s, t]),
                lambda s, t, r: r * np.diag([s**2, t**2]),
                lambda s, t, r: r + np.diag([s**2, t**2]),
            ),
        },
    ),
)


def _where_entry(index, sigma_1, sigma_2, rho):
    texts = (number(value) for value in (sigma_1, sigma_2, rho))
    given = "σ₁ = {}, σ₂ = {} and ρ = {}".format(*texts)
    return f"For {given}, in row {index[0] + 1} and column {index[1] + 1},"


_COVARIANCE = Exercise(
    name="covariance_from",
    arguments=("sigma_1", "sigma_2", "rho"),
    course=_covariance_from,
    parts=(Part("the matrix", "", "(2, 2)", _where_entry, _COVARIANCE_SLIPS),),
    groups=(
        Group(((1.3, 0.7, 0.6), (0.8, 2.1, -0.45), (1.7, 1.2, 0.25))),
        Group(
            ((1.4, 0.9, 0.0),),
            "zero_correlation",
            "It is right but for a correlation of 0, which features may have.",
        ),
    ),
    right="the right matrices for numbers that you have not seen",
)


# --- the ellipse ----------------------------------------------------------------------------------


def check_ellipse(ellipse):
    """Check the points of an ellipse, called as `ellipse(mean, covariance, radius, angles)`.

    Parameters
    ----------
    ellipse : callable
        Takes a mean (2,), a covariance (2, 2), a radius in standard deviations, and m angles in
        radians; returns the points μ + r A (cos, sin) for any A with A Aᵀ = Σ, shape (m, 2).

    Returns
    -------
    Check

    Examples
    --------
    >>> def ellipse(mean, covariance, radius, angles):
    ...     values, vectors = np.linalg.eigh(covariance)
    ...     circle = np.array([np.cos(angles), np.sin(angles)])
    ...     return mean + radius * (vectors * values @ circle).T
    >>> check_ellipse(ellipse).slip
    'variance_for_deviation'
    """
    return diagnose(ellipse, _ELLIPSE)


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
        raise Finding(
            "transposed",
            f"The points are the columns of the result, of shape {points.shape}. One row for each "
            f"point is asked for, {(m, 2)}.",
        )
    if points.shape != (m, 2):
        text = f"It returns shape {points.shape}, where (m, 2) = {(m, 2)} is asked for."
        raise Finding("wrong_shape", text, vague=True)
    if not np.isfinite(points).all():
        if covariance[0, 1] < 0:  # a case before has a covariance above 0, and passed
            raise Finding(
                "root_of_entries",
                "NaN stands in the points where the covariance of the two features is negative. Is "
                "a root taken of each entry of Σ? A matrix A with A Aᵀ = Σ is asked for, and the "
                "roots of the entries make none.",
            )
        raise Finding("not_finite", "NaN or infinity stands in the points.", vague=True)
    design = np.column_stack([np.ones(m), np.cos(angles), np.sin(angles)])
    solution = np.linalg.lstsq(design, points)[0]
    if not np.allclose(design @ solution, points, rtol=1e-8, atol=1e-8 * abs(points).max()):
        raise _explain_other_points(points, mean, covariance, radius, angles)
    shape = solution[1:].T @ solution[1:]  # solution[1:] is Mᵀ
    if np.linalg.det(shape) < 1e-12 * np.trace(shape) ** 2:
        raise Finding(
            "flat",
            "The points do not go round, but lie on a line: the circle's two coordinates are a "
            "cosine and a sine.",
        )
    return _without_noise(solution[0]), _without_noise(_measure(shape))


def _without_noise(values):
    """Return numbers with zeros for what is rounding, which is another on each machine."""
    return np.where(abs(values) < 1e-13, 0, values)


def _measure(shape):
    """Return how far an ellipse with M Mᵀ = `shape` reaches, and where its rightmost point is."""
    (right, between), (_, up) = shape
    return np.array([np.sqrt(right), np.sqrt(up), between / np.sqrt(right)])


def _explain_other_points(points, mean, covariance, radius, angles):
    """Return what to say of points that are no stretched and tilted circle."""
    z = np.linalg.solve(np.linalg.cholesky(covariance), (points - mean).T)
    if np.allclose(np.linalg.norm(z, axis=0), radius):
        return Finding(
            "other_angles",
            "The points lie on the right ellipse, but they are not those of the given angles. Are "
            "the angles, which are in radians, used as they are?",
        )
    return Finding(
        "not_an_ellipse",
        "The points are not a circle's that has been stretched, tilted and moved. Point i of the "
        "circle has the cosine and the sine of angle i as its coordinates.",
        vague=True,
    )


_CENTRES_OF_ELLIPSES = {
    "mean_forgotten": lambda mean, S, radius: 0 * mean,
    "mean_scaled": lambda mean, S, radius: radius * mean,
    "mean_sign": lambda mean, S, radius: -mean,
    "mean_mapped": (
        lambda mean, S, radius: np.linalg.cholesky(S) @ mean,
        lambda mean, S, radius: radius * np.linalg.cholesky(S) @ mean,
    ),
}


def _from_axes(S, lengths=np.sqrt):
    """Return V diag(lengths(λ)) Vᵀ for Σ = V diag(λ) Vᵀ."""
    eigenvalues, V = np.linalg.eigh(S)
    return V * lengths(eigenvalues) @ V.T


def _turned_back(S):
    """Return Vᵀ diag(λ) V, for V a rotation: if it is a reflection, Vᵀ is V, and all is well."""
    eigenvalues, V = np.linalg.eigh(S)
    V = V * [1, np.linalg.det(V)]
    return V.T * eigenvalues @ V


def _inverse_of_factor(S):
    inverse = np.linalg.inv(np.linalg.cholesky(S))
    return inverse @ inverse.T


def _transposed_factor(S):
    factor = np.linalg.cholesky(S)
    return factor.T @ factor


# What M Mᵀ is for a circle of radius 1 that is mapped by a wrong M, and what the radius does to it.
_STRETCHES = {
    None: lambda S: S,
    "variance_for_deviation": lambda S: S @ S,
    "root_twice": lambda S: _from_axes(S, np.sqrt),
    "factor_transposed": _transposed_factor,
    "rows_for_columns": (
        _turned_back,
        lambda S: np.diag(np.linalg.eigvalsh(S)),
        lambda S: np.diag(np.linalg.eigvalsh(S)[::-1]),
    ),
    "half_axes_swapped": lambda S: _from_axes(S, lambda values: values[::-1]),
    "inverse": (np.linalg.inv, _inverse_of_factor, lambda S: np.linalg.inv(S @ S)),
    "not_tilted": (
        lambda S: np.diag(np.diag(S)),
        lambda S: np.diag(np.diag(S)) ** 2,
        lambda S: np.diag(np.diag(np.linalg.cholesky(S))) ** 2,
    ),
    "not_stretched": lambda S: np.eye(2),
}
_RADII = {
    None: lambda radius: radius**2,
    "radius_squared": lambda radius: radius**4,
    "radius_root": lambda radius: radius,
    "radius_forgotten": lambda radius: 1,
    "radius_divides": lambda radius: radius**-2,
    "diameter": (lambda radius: 4 * radius**2, lambda radius: radius**2 / 4),
}
_ELLIPSE_MESSAGES = {
    "mean_forgotten": "The ellipse lies around 0: the mean is forgotten.",
    "mean_scaled": "The radius multiplies the mean as well. First make the ellipse around 0 as "
    "large as it has to be, and then move it to the mean.",
    "mean_sign": "The mean is subtracted. It has to be added: the ellipse lies around it.",
    "mean_mapped": "The mean is stretched and tilted with the circle. It is added at the end, to "
    "an ellipse around 0.",
    "variance_for_deviation": "The half-axes are variances, where standard deviations are asked "
    "for. The eigenvalues of Σ are variances, and Σ itself stretches the circle by them, too.",
    "root_twice": "The half-axes are roots of standard deviations: one square root too many.",
    "factor_transposed": "The Cholesky factor is transposed. If the circle's points are rows, the "
    "product is turned round, and then the factor is transposed once.",
    "rows_for_columns": "The ellipse is tilted the wrong way, or not at all: the eigenvectors are "
    "columns. The circle is first stretched along x₁ and x₂, and then turned, so that these "
    "directions become the eigenvectors.",
    "half_axes_swapped": "Each eigenvector has the other one's length.",
    "inverse": "The circle is mapped by an inverse, and so the ellipse is wide where the cloud is "
    "narrow. L takes the circle to the ellipse; its inverse takes it back.",
    "not_tilted": "The ellipse is not tilted: the covariance of the two features does not count.",
    "not_stretched": "This is still a circle: nothing stretches it.",
    "radius_squared": "The radius is squared: at radius 2, the ellipse has to be twice as large as "
    "at radius 1.",
    "radius_root": "The root of the radius is taken: at radius 2, the ellipse has to be twice as "
    "large as at radius 1.",
    "radius_forgotten": "The radius is forgotten: this is the 1σ ellipse, whatever is asked for.",
    "radius_divides": "The radius divides; it has to multiply.",
    "diameter": "The ellipse is twice as large as it should be, or half as large: the radius goes "
    "from the centre to the rim.",
}


def _where_centre(index, mean, covariance, radius, angles):
    return f"For radius {number(radius)}, as coordinate {index[0] + 1} of the centre,"


def _where_measure(index, mean, covariance, radius, angles):
    what = ("the reach to the right", "the reach upwards", "the rightmost point's height")[index[0]]
    return f"For radius {number(radius)}, as {what} from the centre,"


def _ellipse_case(radius, covariance):
    mean = np.array([0.7 - radius, 0.4 + radius / 2])
    return mean, np.array(covariance), radius, np.array([0.2, 0.9, 1.7, 2.4, 3.3, 4.1, 5.6])


_ELLIPSE = Exercise(
    name="ellipse",
    arguments=("mean", "covariance", "radius", "angles"),
    course=_ellipse,
    read=_read_ellipse,
    parts=(
        Part(
            "the centre",
            "",
            "(2,)",
            _where_centre,
            slips(
                _ELLIPSE_MESSAGES,
                lambda centre: lambda mean, S, radius, angles: centre(mean, S, radius),
                _CENTRES_OF_ELLIPSES,
            ),
        ),
        Part(
            "the shape",
            "",
            "(3,)",
            _where_measure,
            slips(
                _ELLIPSE_MESSAGES,
                lambda stretch, size: (
                    lambda mean, S, radius, angles: _measure(size(radius) * stretch(S))
                ),
                _STRETCHES,
                _RADII,
            ),
        ),
    ),
    groups=(
        Group(
            (
                _ellipse_case(1.5, [[1.7, 0.9], [0.9, 1.1]]),
                _ellipse_case(2.5, [[0.6, -0.5], [-0.5, 1.9]]),
                _ellipse_case(0.8, [[2.3, -0.7], [-0.7, 0.8]]),
                _ellipse_case(1.2, [[0.5, 0.4], [0.4, 1.3]]),
            )
        ),
    ),
    right="the right ellipses for means, covariances and radii that you have not seen",
)


# --- the log density of one Gaussian --------------------------------------------------------------


def check_log_gaussian(log_gaussian):
    """Check the log density of a Gaussian, called as `log_gaussian(x, mean, covariance)`.

    Parameters
    ----------
    log_gaussian : callable
        Takes x of shape (n, D), a mean (D,) and a covariance (D, D); returns log N(x_i | μ, Σ),
        shape (n,).

    Returns
    -------
    Check

    Examples
    --------
    >>> def log_gaussian(x, mean, covariance):
    ...     z = np.linalg.solve(np.linalg.cholesky(covariance), (x - mean).T)
    ...     return -0.5 * len(mean) * np.log(2 * np.pi) - 0.5 * (z**2).sum(axis=0)
    >>> check_log_gaussian(log_gaussian).slip
    'determinant_missing'
    """
    return diagnose(log_gaussian, _LOG_GAUSSIAN)


def _log_gaussian(x, mean, covariance):
    return Mixture([1], [mean], [covariance]).log_density(x)


def _half_squares(z):
    return 0.5 * (z**2).sum(axis=0)


# Here d holds the deviations x − μ as columns (D, n), L is the Cholesky factor and S = L Lᵀ.
_DISTANCES = {
    None: lambda d, L, S: _half_squares(np.linalg.solve(L, d)),
    "distance_half_missing": lambda d, L, S: 2 * _half_squares(np.linalg.solve(L, d)),
    "distance_sign": (
        lambda d, L, S: -_half_squares(np.linalg.solve(L, d)),
        lambda d, L, S: -2 * _half_squares(np.linalg.solve(L, d)),
    ),
    "inverse_for_factor": (
        lambda d, L, S: _half_squares(np.linalg.solve(S, d)),
        lambda d, L, S: 2 * _half_squares(np.linalg.solve(S, d)),
    ),
    "half_of_covariance": (
        lambda d, L, S: _half_squares(np.linalg.solve(np.tril(S), d)),
        lambda d, L, S: _half_squares(np.linalg.solve(np.triu(S), d)),
    ),
    "factor_multiplied": (
        lambda d, L, S: _half_squares(L @ d),
        lambda d, L, S: _half_squares(L.T @ d),
        lambda d, L, S: _half_squares(S @ d),
    ),
    "entries_inverted": lambda d, L, S: 0.5 * (d * ((1 / S) @ d)).sum(axis=0),
    "factor_transposed": lambda d, L, S: _half_squares(np.linalg.solve(L.T, d)),
    "diagonal_only": (
        lambda d, L, S: _half_squares(d / np.diag(L)[:, None]),
        lambda d, L, S: _half_squares(d / np.sqrt(np.diag(S))[:, None]),
        lambda d, L, S: _half_squares(d / np.diag(S)[:, None]),
    ),
    "factor_missing": lambda d, L, S: _half_squares(d),
    "square_missing": (
        lambda d, L, S: 0.5 * np.linalg.solve(L, d).sum(axis=0),
        lambda d, L, S: 0.5 * abs(np.linalg.solve(L, d)).sum(axis=0),
        lambda d, L, S: 0.5 * np.linalg.norm(np.linalg.solve(L, d), axis=0),
    ),
    "squared_after_sum": lambda d, L, S: 0.5 * np.linalg.solve(L, d).sum(axis=0) ** 2,
    "wrong_axis": lambda d, L, S: 0.5 * (np.linalg.solve(L, d) ** 2).sum(axis=1),
    "summed_over_all": lambda d, L, S: _half_squares(np.linalg.solve(L, d)).sum(),
    "not_summed": (
        lambda d, L, S: 0.5 * np.linalg.solve(L, d) ** 2,
        lambda d, L, S: 0.5 * np.linalg.solve(L, d).T ** 2,
        lambda d, L, S: 0.5 * d.T * np.linalg.solve(S, d).T,
    ),
    "all_pairs": (
        lambda d, L, S: 0.5 * d.T @ np.linalg.solve(S, d),
        lambda d, L, S: d.T @ np.linalg.solve(S, d),
    ),
}
# What stands for ½ log det Σ, and what for (D/2) log 2π.
_DETERMINANTS = {
    None: lambda L, S: np.log(np.diag(L)).sum(),
    "determinant_missing": lambda L, S: 0,
    "determinant_half_missing": lambda L, S: 2 * np.log(np.diag(L)).sum(),
    "determinant_halved_twice": lambda L, S: 0.5 * np.log(np.diag(L)).sum(),
    "determinant_sign": (
        lambda L, S: -np.log(np.diag(L)).sum(),
        lambda L, S: -2 * np.log(np.diag(L)).sum(),
        lambda L, S: -0.5 * np.log(np.diag(L)).sum(),
    ),
    "determinant_without_log": (
        lambda L, S: 0.5 * np.linalg.det(S),
        lambda L, S: np.linalg.det(L),
        lambda L, S: np.diag(L).sum(),
        lambda L, S: np.linalg.det(S),
    ),
    "determinant_by_sum": (
        lambda L, S: np.log(np.diag(L).sum()),
        lambda L, S: 0.5 * np.log(np.trace(S)),
        lambda L, S: np.log(np.diag(L)).prod(),
        lambda L, S: 0.5 * np.log(np.diag(L)).prod(),
    ),
    "determinant_of_variances": (
        lambda L, S: 0.5 * np.log(np.diag(S)).sum(),
        lambda L, S: np.log(np.diag(S)).sum(),
    ),
}
_CONSTANTS = {
    None: lambda n, D: 0.5 * D * np.log(2 * np.pi),
    "constant_missing": lambda n, D: 0,
    "constant_of_one_feature": lambda n, D: 0.5 * np.log(2 * np.pi),
    "constant_half_missing": lambda n, D: D * np.log(2 * np.pi),
    "constant_sign": (
        lambda n, D: -0.5 * D * np.log(2 * np.pi),
        lambda n, D: -D * np.log(2 * np.pi),
    ),
    "constant_of_points": (
        lambda n, D: 0.5 * n * np.log(2 * np.pi),
        lambda n, D: 0.5 * n * D * np.log(2 * np.pi),
    ),
    "constant_without_log": (
        lambda n, D: (2 * np.pi) ** (D / 2),
        lambda n, D: 0.5 * D * 2 * np.pi,
        lambda n, D: np.sqrt(2 * np.pi),
        lambda n, D: 2 * np.pi,
    ),
    "two_outside_log": (
        lambda n, D: D * np.log(np.pi),
        lambda n, D: 0.5 * D * np.log(np.pi),
    ),
}
_LOG_GAUSSIAN_MESSAGES = {
    "mean_forgotten": "The mean is not subtracted from x.",
    "distance_half_missing": "The squared distance δ² lacks its factor ½.",
    "distance_sign": "The squared distance δ² has the wrong sign, so this density grows away from "
    "the mean. All three terms are subtracted.",
    "inverse_for_factor": "The covariance Σ stands where its factor L belongs. The squares of "
    "u = L⁻¹(x − μ) add up to δ²; those of Σ⁻¹(x − μ) have Σ⁻¹ in them twice.",
    "half_of_covariance": "The covariance Σ stands where its factor L belongs, and a triangular "
    "solve reads one half of it only. Make the factor first, and then solve L u = x − μ.",
    "entries_inverted": "Each entry of Σ is inverted by itself. The inverse of a matrix is another "
    "one: `np.linalg.inv`, or solve.",
    "factor_multiplied": "A matrix multiplies x − μ that has to be undone: L makes x from u, and "
    "what is asked for is u, by solving or by an inverse.",
    "factor_transposed": "The Cholesky factor is transposed: solve L u = x − μ, with the zeros of "
    "L above its diagonal. If the points are rows, the product is turned round.",
    "diagonal_only": "Only the diagonal of a matrix gets into the distance, so the covariances do "
    "not count. If you solve with a triangular matrix, does it look at the triangle that holds the "
    "numbers?",
    "factor_missing": "The distance is the one on a ruler: x − μ is not taken back to the round "
    "cloud.",
    "square_missing": "The distance is not squared.",
    "squared_after_sum": "The numbers of u are squared after they are added up. Each one is "
    "squared first.",
    "wrong_axis": "The squares are added up over the points: add them up over the features, and "
    "keep one number for each point.",
    "summed_over_all": "The squares are added up over points and features: keep one number for "
    "each point.",
    "not_summed": "The squares are not added up over the features: one number is asked for each "
    "point.",
    "all_pairs": "This holds a number for each pair of points. Only the pairs of a point with "
    "itself, on the diagonal, are distances.",
    "determinant_missing": "The term with the determinant is missing: a wider cloud has to be "
    "thinner.",
    "determinant_half_missing": "The logarithm of the determinant of Σ lacks its factor ½.",
    "determinant_halved_twice": "The term with the determinant is halved once too often: det L is "
    "already the root of det Σ.",
    "determinant_sign": "The term with the determinant is added; it has to be subtracted: a wider "
    "cloud is thinner.",
    "determinant_without_log": "The determinant, or the diagonal of L, comes in without its "
    "logarithm.",
    "determinant_by_sum": "The diagonal is added up before the logarithm, or logarithms are "
    "multiplied. The determinant of L is the product of the diagonal, so its logarithm is a sum of "
    "logarithms.",
    "determinant_of_variances": "The product of the variances is taken for the determinant of Σ. "
    "That is right only if all covariances are 0.",
    "constant_missing": "The term with 2π is missing.",
    "constant_of_one_feature": "The term with 2π is that of one feature: each of the D features "
    "brings one.",
    "constant_half_missing": "The term with 2π lacks its factor ½.",
    "constant_sign": "The term with 2π has the wrong sign.",
    "constant_of_points": "The term with 2π counts the points. It has to count the features, D.",
    "constant_without_log": "The term with 2π lacks its logarithm.",
    "two_outside_log": "The 2 of 2π is not under the logarithm.",
    "density_returned": "This is the density itself; its logarithm is asked for.",
    "one_number": "The log densities are added up: one number is asked for each point.",
}


def _make_log_gaussian(subtract, distance, determinant, constant):
    def log_density(x, mean, covariance):
        factor, deviations = np.linalg.cholesky(covariance), subtract(x, mean).T
        n, D = x.shape
        return (
            -constant(n, D)
            - determinant(factor, covariance)
            - distance(deviations, factor, covariance)
        )

    return log_density


_RIGHT_TERMS = [table[None] for table in (_DISTANCES, _DETERMINANTS, _CONSTANTS)]
_LOG_GAUSSIAN_SLIPS = (
    *slips(
        _LOG_GAUSSIAN_MESSAGES,
        _make_log_gaussian,
        {None: lambda x, mean: x - mean},
        _DISTANCES,
        _DETERMINANTS,
        _CONSTANTS,
    ),
    *slips(
        _LOG_GAUSSIAN_MESSAGES,
        lambda subtract: _make_log_gaussian(subtract, *_RIGHT_TERMS),
        {"mean_forgotten": lambda x, mean: x},
    ),
    *slips(
        _LOG_GAUSSIAN_MESSAGES,
        lambda finish: lambda *arguments: finish(_log_gaussian(*arguments)),
        {
            "density_returned": np.exp,
            "one_number": (np.sum, np.mean),
        },
    ),
)


def _gaussian_case(n, D, start):
    one = _mixture(3, D, start)
    return _points(n, D, start), np.array(one.means[1]), np.array(one.covariances[2])


_MANY = 30  # features, with variances so small that their product is less than float64 holds

_LOG_GAUSSIAN = Exercise(
    name="log_gaussian",
    arguments=("x", "mean", "covariance"),
    course=_log_gaussian,
    parts=(Part("the log density", "log N", "(n,)", _where_point, _LOG_GAUSSIAN_SLIPS),),
    groups=(
        Group((_gaussian_case(5, 2, start=0), _gaussian_case(3, 2, start=3))),
        Group(
            (_gaussian_case(4, 3, start=1), _gaussian_case(3, 1, start=2)),
            "only_two_features",
            "For D = 2 it is right, but not for D = 3 or D = 1: nothing may count on there being "
            "two features.",
        ),
        Group(
            (
                (
                    1e-6 * np.cos(np.arange(3 * _MANY)).reshape(3, _MANY),
                    1e-6 * np.sin(np.arange(_MANY)),
                    _correlated(np.full(_MANY, 1e-12), 0.3),
                ),
            ),
            "determinant_underflow",
            f"It is right for few features. But with D = {_MANY} features of small spread, the "
            "determinant is so small that it is stored as 0. Take the logarithms of the factor's "
            "diagonal, and add these up.",
            explains=("not_finite",),
        ),
    ),
    right="the right log density for D = 1, 2, 3 and 30, on points that you have not seen",
)


# --- the E step in D dimensions -------------------------------------------------------------------


def check_e_step_2d(e_step):
    """Check an E step in any number of dimensions, called as `e_step(x, mixture)`.

    Parameters
    ----------
    e_step : callable
        Takes x of shape (n, D) and a Mixture; returns the responsibilities, shape (n, K), and the
        log-likelihood, also for points far from every component.

    Returns
    -------
    Check

    Examples
    --------
    >>> check_e_step_2d(lambda x, mixture: mixture.responsibilities(x)).slip
    'log_likelihood_missing'
    """
    return diagnose(e_step, _E_STEP_2D)


def _log_gaussians(x, mixture):
    """Return log N(x_i | μ_k, Σ_k), shape (n, K)."""
    each = zip(mixture.means, mixture.covariances, strict=True)
    return np.column_stack([_log_gaussian(x, mean, covariance) for mean, covariance in each])


def _columns(x, mixture, weights=None):
    """Return φ_k N(x_i | μ_k, Σ_k), shape (n, K), or with other weights."""
    weights = mixture.weights if weights is None else weights
    return weights * np.exp(_log_gaussians(x, mixture))


def _with_term(distance=1, determinant=1, constant=1):
    """Return columns whose log N has its three terms so many times."""

    def columns(x, mixture):
        half_log_determinants = 0.5 * np.linalg.slogdet(mixture.covariances)[1]
        half_log_2_pi = 0.5 * x.shape[1] * np.log(2 * np.pi)
        half_distances = -(_log_gaussians(x, mixture) + half_log_determinants + half_log_2_pi)
        logs = constant * half_log_2_pi + determinant * half_log_determinants
        return mixture.weights * np.exp(-logs - distance * half_distances)

    return columns


def _with_covariances(change):
    """Return columns of other covariances."""

    def columns(x, mixture):
        covariances = np.array([change(covariance) for covariance in mixture.covariances])
        return _columns(x, Mixture(mixture.weights, mixture.means, covariances))

    return columns


# What may be computed for each point and component, before anything is summed.
_COLUMNS = {
    None: _columns,
    "weights_forgotten": lambda x, m: _columns(x, m, 1),
    "weights_twice": lambda x, m: _columns(x, m, m.weights**2),
    "weights_without_log": lambda x, m: np.exp(m.weights + _log_gaussians(x, m)),
    "weights_times_log": (
        lambda x, m: np.exp(m.weights * _log_gaussians(x, m)),
        lambda x, m: np.exp(np.log(m.weights) * _log_gaussians(x, m)),
    ),
    "weights_sign": lambda x, m: _columns(x, m, 1 / m.weights),
    "determinant_missing": _with_term(determinant=0),
    "determinant_half_missing": _with_term(determinant=2),
    "determinant_sign": _with_term(determinant=-1),
    "distance_half_missing": _with_term(distance=2),
    "variances_only": _with_covariances(lambda S: np.diag(np.diag(S))),
    "inverse": _with_covariances(np.linalg.inv),
    "one_covariance": (
        lambda x, m: _columns(x, _with_one_covariance(m, 0)),
        lambda x, m: _columns(x, _with_one_covariance(m, -1)),
    ),
    "one_mean": (
        lambda x, m: _columns(x, _with_one_mean(m, 0)),
        lambda x, m: _columns(x, _with_one_mean(m, -1)),
    ),
}


# A factor that all columns share leaves the responsibilities as they are, and shows in ℓ.
_COLUMNS_OF_LOGS = _COLUMNS | {
    "constant_missing": _with_term(constant=0),
    "constant_half_missing": _with_term(constant=2),
}


def _with_one_covariance(mixture, k):
    covariances = np.broadcast_to(mixture.covariances[k], mixture.covariances.shape)
    return Mixture(mixture.weights, mixture.means, covariances)


def _with_one_mean(mixture, k):
    means = np.broadcast_to(mixture.means[k], mixture.means.shape)
    return Mixture(mixture.weights, means, mixture.covariances)


_COLUMNS_MESSAGES = (
    _LOG_GAUSSIAN_MESSAGES
    | first._COLUMNS_MESSAGES
    | {
        "weights_without_log": "The weights are added to the log densities as they are. A factor "
        "φ_k becomes the summand log φ_k under the logarithm.",
        "weights_times_log": "The weights, or their logarithms, multiply the log densities. Under "
        "the logarithm a product becomes a sum.",
        "weights_sign": "The logarithms of the weights are subtracted; they have to be added.",
        "variances_only": "Only the variances of each component count, and not its covariances.",
        "inverse": "The covariances are inverted before they go into the density.",
        "one_covariance": "All components have the covariance of one of them: each has its own, "
        "`mixture.covariances[k]`.",
        "one_mean": "All components have the mean of one of them: each has its own, "
        "`mixture.means[k]`.",
        "largest_not_added": "In ℓ the largest number, which was pulled out, has not been added "
        "again.",
    }
)


def _from_columns(finish, columns):
    """Return the E step's result that is made from such columns."""
    return lambda x, mixture: finish(columns(x, mixture))


_LOGS = first._LOGS | {
    "largest_not_added": lambda c: np.log(c.sum(axis=1) / c.max(axis=1)).sum(),
}


def _where_responsibility(index, x, mixture):
    return f"{_where_point(index, x)} and component {index[1] + 1},"


def _where_all(index, x, mixture):
    return f"On {len(x)} points in D = {x.shape[1]} and with K = {mixture.n_components}"


def _e_step_case(n, K, D, start):
    return _points(n, D, start), _mixture(K, D, start)


_E_STEP_2D = first.make_e_step(
    _COLUMNS,
    _LOGS,
    _COLUMNS_OF_LOGS,
    _COLUMNS_MESSAGES,
    _from_columns,
    (_where_responsibility, _where_all),
    groups=(
        Group((_e_step_case(6, 3, 2, start=0), _e_step_case(5, 3, 2, start=4))),
        Group(
            (_e_step_case(5, 2, 3, start=5), _e_step_case(4, 2, 1, start=5)),
            "only_this_shape",
            "For K = 3 in D = 2 it is right, but not for K = 2 in D = 3 or D = 1: take K and D "
            "from the shapes of what you are given.",
        ),
        Group(
            (
                (
                    np.array([[-70.0, 20.0], [0.4, -0.3], [15.0, 65.0]]),
                    _mixture(2, 2, start=1),
                ),
            ),
            *first._UNDERFLOW,
        ),
        first.product_group((first._MANY_POINTS.reshape(-1, 2), _mixture(3, 2, start=2))),
        Group(
            (
                (
                    _points(4, 2, start=1),
                    Mixture([0, 1], [[-1.2, 0.5], [0.6, -0.4]], [np.eye(2), 2 * np.eye(2)]),
                ),
            ),
            "minus_infinity",
            "It is right for positive weights. But a weight may be 0, and its logarithm −∞: then "
            "that component gets the responsibility 0.",
        ),
    ),
    right="the right responsibilities and log-likelihoods for K = 2 and K = 3, in D = 1, 2 and 3, "
    "also far from every component",
)


# --- the M step in D dimensions -------------------------------------------------------------------


def check_m_step_2d(m_step):
    """Check an M step in any number of dimensions, called as `m_step(x, b)`.

    Parameters
    ----------
    m_step : callable
        Takes x of shape (n, D) and responsibilities of shape (n, K); returns a
        `Mixture(weights, means, covariances)`.

    Returns
    -------
    Check

    Examples
    --------
    >>> def m_step(x, b):
    ...     totals = b.sum(axis=0)
    ...     means = b.T @ x / totals[:, None]
    ...     return Mixture(totals / len(x), means, [np.cov(x.T, bias=True)] * len(totals))
    >>> check_m_step_2d(m_step).slip
    'unweighted'
    """
    return diagnose(m_step, _M_STEP_2D)


def _outer_products(x, b, centres):
    """Return Σ_i b_ik (x_i − c_k)(x_i − c_k)ᵀ, shape (K, D, D)."""
    deviations = x - centres[:, None]  # (K, n, D)
    return np.einsum("nk,knd,kne->kde", b, deviations, deviations)


def _covariances(x, b):
    return _outer_products(x, b, first._mean(x, b)) / b.sum(axis=0)[:, None, None]


def _correlations(C, b):
    deviations = np.sqrt(np.einsum("kdd->kd", C))
    return C / (deviations[:, :, None] * deviations[:, None, :])


# What is made of the covariances at the end; what else is as in one dimension.
_FORMS = {
    None: lambda C, b: C,
    "correlation": _correlations,
    "variances_only": lambda C, b: C * np.eye(C.shape[1]),
    "one_variance": lambda C, b: (
        np.einsum("kdd->k", C)[:, None, None] / C.shape[1] * np.eye(C.shape[1])
    ),
}
_CENTRES = {
    None: first._mean,
    "about_one_mean": (
        lambda x, b: np.broadcast_to(first._mean(x, b)[0], (b.shape[1], x.shape[1])),
        lambda x, b: np.broadcast_to(first._mean(x, b)[-1], (b.shape[1], x.shape[1])),
    ),
    "about_overall_mean": lambda x, b: np.broadcast_to(x.mean(axis=0), (b.shape[1], x.shape[1])),
    "mean_not_subtracted": lambda x, b: np.zeros((b.shape[1], x.shape[1])),
}
_M_STEP_2D_MESSAGES = first._M_STEP_MESSAGES | {
    "about_one_mean": "The deviations are taken from the mean of one component, for all of them: "
    "each component has a mean of its own.",
    "correlation": "These are correlations, with ones on the diagonal. A covariance is not divided "
    "by the standard deviations.",
    "variances_only": "All covariances between features are 0. The outer product fills the whole "
    "matrix, with the products of different features off its diagonal.",
    "one_variance": "Each matrix is one variance times the identity matrix. The outer product "
    "fills the whole matrix.",
    "inverse": "These are the inverses of the covariances.",
    "shared_covariance": "All components have the same covariance: each needs its own.",
    "mean_not_subtracted": "The means are not subtracted before the outer products are formed, or "
    "what is subtracted at the end is not the outer product of the mean.",
}


def _unbiased(b):
    """Return N_k / (N_k − 1), as (K, 1, 1)."""
    totals = b.sum(axis=0)[:, None, None]
    return totals / (totals - 1)


def _covariances_with_b_inside(x, b):
    inside = b.T[:, :, None] * x - first._mean(x, b)[:, None]  # (K, n, D)
    return np.einsum("knd,kne->kde", inside, inside) / b.sum(axis=0)[:, None, None]


def _make_covariances(form, count, centres, divisor):
    def covariances(x, b):
        counts = count(b)
        sums = _outer_products(x, counts, centres(x, b))
        return form(sums / np.reshape(divisor(b, counts) * np.ones(b.shape[1]), (-1, 1, 1)), b)

    return covariances


_COVARIANCE_SLIPS = (
    *slips(
        _M_STEP_2D_MESSAGES, _make_covariances, _FORMS, first._COUNTS, _CENTRES, first._DIVISORS
    ),
    *slips(
        _M_STEP_2D_MESSAGES,
        lambda covariances: covariances,
        {
            "hard_labels": (
                lambda x, b: _covariances(x, first._hard(b)),
                lambda x, b: _covariances(x, first._hard(b)) * _unbiased(first._hard(b)),
            ),
            "b_inside_square": _covariances_with_b_inside,
            "inverse": lambda x, b: np.linalg.inv(_covariances(x, b)),
            "shared_covariance": tuple(
                lambda x, b, share=share: np.broadcast_to(
                    np.tensordot(share(b), _covariances(x, b), 1), (b.shape[1], *2 * x.shape[1:])
                )
                for share in (
                    lambda b: b.mean(axis=0),  # the tied covariance
                    lambda b: np.full(b.shape[1], 1 / b.shape[1]),
                    lambda b: np.eye(b.shape[1])[0],
                    lambda b: np.eye(b.shape[1])[-1],
                )
            ),
        },
    ),
)


def _recognise_old_means(cases, found, wanted):
    """Find covariances about the same points c_k in every case: (μ_k − c_k)(μ_k − c_k)ᵀ too large.

    c_k is μ_k plus or minus the one vector whose outer product is what is too much; of the two it
    is the one that comes again.
    """
    candidates = []
    for case, f, w in zip(cases, found, wanted, strict=True):
        if f.shape != w.shape:
            return
        sizes, directions = np.linalg.eigh(f - w)
        if abs(sizes[:, :-1]).max(initial=0) > 1e-8 or sizes.min() < -1e-8:  # of rank 1, or 0
            return
        steps = np.sqrt(sizes[:, -1:].clip(0)) * directions[:, :, -1]
        candidates.append(first._mean(*case) + np.array([-1, 1])[:, None, None] * steps)
    if len({each.shape for each in candidates}) > 1 or len(candidates) < 2:
        return
    one, two = candidates[:2]
    gaps = abs(one[:, None] - two).max(axis=-1)  # (2, 2, K)
    if gaps.min(axis=(0, 1)).max() > 1e-6:
        return
    nearest = gaps.min(axis=1).argmin(axis=0)
    *others, last = [
        f"({', '.join(number(round(value, 3) + 0) for value in centre)})"
        for centre in one[nearest, range(len(nearest))]
    ]
    raise Finding(
        "old_mean",
        f"The covariances are taken about {', '.join(others)} and {last}, whatever the "
        "responsibilities: are these means of an earlier mixture? With those of the iteration "
        "before, EM still comes to rest where it should, and ℓ never falls. But on the way each "
        "covariance is too large, by the outer product of its mean's step with itself, and EM is "
        "usually slower.",
    )


def _read_m_step(result, x, b):
    first.check_mixture_of(result, len(x), (b.shape[1], x.shape[1]), "one `Mixture`")
    return result.weights, result.means, result.covariances


def _explain_refusal(error, x, b):
    """Name what made a mixture refuse the learner's parameters."""
    first._explain_weights(error, x, b)
    (n, D), K = x.shape, b.shape[1]
    if isinstance(error, SingularCovarianceError):
        raise Finding(
            "covariance_not_positive",
            f"`m_step` got no mixture. {error} Is an outer product formed for each point, and only "
            "then the sum over the points?",
            vague=True,
        )
    shapes = re.match(r"(means|covariances) must have shape .* it has \(([\d, ]+)\)", str(error))
    if shapes is None:
        return
    name, shape = shapes[1], tuple(int(number) for number in shapes[2].split(",") if number.strip())
    asked = {"means": (K, D), "covariances": (K, D, D)}[name]
    if shape == asked and name == "covariances":  # then it is the means that have another D
        found = tuple(int(size) for size in re.findall(r"= \((\d+), (\d+)", str(error))[0])
        text = f"The means have shape {found}, where {asked[:2]} is asked for."
        raise Finding("wrong_shape", text, vague=True)
    if shape == asked:
        raise Finding(
            "from_1d",
            "The means have the right shape, but `Mixture.from_1d` takes those of one feature "
            "only. For any D there is `Mixture` itself.",
        )
    text = f"The {name} have shape {shape}, where {asked} is asked for."
    slip, hint = _SHAPES.get(_name_axes(shape, n, K, D), ("wrong_shape", ""))
    raise Finding(slip, f"{text} {hint}".strip(), vague=slip == "wrong_shape")


def _name_axes(shape, n, K, D):
    """Return a shape as letters, such as "KDD"; the hidden data have other numbers for each."""
    names = {n: "n", K: "K", D: "D"}
    return "".join(names.get(size, "?") for size in shape)


_OVER_FEATURES = (
    "outer_product_wrong_axis",
    "Each matrix has a row and a column for every point: the product sums over the features. It "
    "has to sum over the points, and leave D × D.",
)
_OVER_POINTS_AND_FEATURES = (
    "not_an_outer_product",
    "The deviations are squared one by one. The outer product has all products of two features as "
    "well, so each component has a matrix of D × D.",
)
_SHAPES = {
    "Knn": _OVER_FEATURES,
    "nn": _OVER_FEATURES,
    "KKK": (
        "outer_product_wrong_axis",
        "Each matrix has a row and a column for every component: the outer product is taken of "
        "the responsibilities. It is taken of the deviations, with features along both sides.",
    ),
    "nDD": (
        "outer_product_wrong_axis",
        "There is a matrix for each point: sum over the points, and keep one for each component.",
    ),
    "nKDD": (
        "outer_product_wrong_axis",
        "There is a matrix for each point and component: sum over the points.",
    ),
    "KnDD": (
        "outer_product_wrong_axis",
        "There is a matrix for each component and point: sum over the points.",
    ),
    "DDK": ("axes_swapped", "The component has to come first."),
    "KD": _OVER_POINTS_AND_FEATURES,
    "K": _OVER_POINTS_AND_FEATURES,
    "DD": (
        "one_matrix",
        "There is one matrix for all components: each needs its own. Does a loop keep only the "
        "last one?",
    ),
    "DK": ("transposed", "Rows and columns have changed places."),
}


def _where_component(index, x, b):
    entry = ", ".join(str(i + 1) for i in index[1:])
    entry = f", entry ({entry})" if len(index) == 3 else f", feature {entry}" if entry else ""
    return f"On {len(x)} points in D = {x.shape[1]}, for component {index[0] + 1}{entry},"


def _m_step_case(n, K, D, start):
    x = _points(n, D, start)
    return x, np.array(_mixture(K, D, start).responsibilities(x))


_M_STEP_2D = Exercise(
    name="m_step",
    arguments=("x", "b"),
    course=em.m_step,
    read=_read_m_step,
    on_error=_explain_refusal,
    parts=(
        Part("the weights", "φ", "(K,)", _where_component, first._WEIGHT_SLIPS),
        Part("the means", "μ", "(K, D)", _where_component, first._MEAN_SLIPS),
        Part(
            "the covariances",
            "Σ",
            "(K, D, D)",
            _where_component,
            _COVARIANCE_SLIPS,
            _recognise_old_means,
        ),
    ),
    groups=(
        Group((_m_step_case(11, 3, 2, start=0), _m_step_case(12, 3, 2, start=4))),
        Group(
            (_m_step_case(7, 2, 3, start=5),),
            "only_this_shape",
            "For K = 3 in D = 2 it is right, but not for K = 2 in D = 3: take K and D from the "
            "shapes of `b` and `x`.",
        ),
    ),
    right="the right mixtures for K = 2 and K = 3, in D = 2 and 3",
)
