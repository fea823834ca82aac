"""The self-checks: one for each exercise, in the order of the notebooks.

Each takes the learner's function and returns a `Check`. What is right comes from the modules below.
"""

import re

import numpy as np
from scipy.special import ndtr

from gmm_helpers import em
from gmm_helpers._checks import SingularCovarianceError, WeightSumError
from gmm_helpers._diagnosis import (
    Exercise,
    Finding,
    Group,
    Part,
    Slip,
    describe,
    diagnose,
    number,
    same,
    shape_of,
    slips,
)
from gmm_helpers.mixture import Mixture

_MOST_CALLS = 5000  # of the steps that `em` is handed; even 1000 iterations need fewer
_MORE_COMPONENTS = (
    "only_two_components",
    "For K = 2 it is right, but not for K = 3: nothing may count on there being two components.",
)


# --- notebook 01: the density of one Gaussian -----------------------------------------------------


def check_gaussian(gaussian):
    """Check the density of a Gaussian, called as `gaussian(x, mean, variance)`.

    Parameters
    ----------
    gaussian : callable
        Numbers or arrays in, as NumPy broadcasts them; out comes N(x | mean, variance).

    Returns
    -------
    Check

    Examples
    --------
    >>> check_gaussian(lambda x, mean, variance: np.exp(-((x - mean) ** 2) / (2 * variance))).slip
    'missing_constant'
    """
    return diagnose(gaussian, _GAUSSIAN)


def _gaussian(x, mean, variance):
    return np.exp(-((x - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)


# Here d is x − μ, v is σ², and s is σ.
_EXPONENTS = {
    None: lambda d, v, s: -(d**2) / (2 * v),
    "deviation_for_variance": (
        lambda d, v, s: -(d**2) / (2 * v**2),
        lambda d, v, s: -(d**2) / (2 * s),
        lambda d, v, s: -(d**2) / v**2,
        lambda d, v, s: -(d**2) / s,
    ),
    "missing_square": (
        lambda d, v, s: -d / (2 * v),
        lambda d, v, s: -d / v,
        lambda d, v, s: -d / (2 * s),
        lambda d, v, s: -d / s,
        lambda d, v, s: -abs(d) / (2 * v),
        lambda d, v, s: -abs(d) / v,
        lambda d, v, s: -abs(d) / (2 * s),
        lambda d, v, s: -abs(d) / s,
        lambda d, v, s: d / (2 * v),
        lambda d, v, s: -d / (4 * v**2),
        lambda d, v, s: d / (4 * v**2),
    ),
    "missing_minus": (lambda d, v, s: d**2 / (2 * v), lambda d, v, s: d**2 / v),
    "missing_half": lambda d, v, s: -(d**2) / v,
    "two_inside_square": (
        lambda d, v, s: -(d**2) / (4 * v),
        lambda d, v, s: -(d**2) / (4 * v**2),
    ),
    "missing_brackets": (
        lambda d, v, s: -(d**2) / 2 * v,
        lambda d, v, s: -(d**2) / 2 * s,
        lambda d, v, s: -(d**2) * 2 * v,
        lambda d, v, s: -(d**2) * v,
    ),
    "exponent_without_variance": (lambda d, v, s: -(d**2) / 2, lambda d, v, s: -(d**2)),
}
_CONSTANTS = {
    None: lambda v, s: 1 / np.sqrt(2 * np.pi * v),
    "deviation_for_variance": (
        lambda v, s: 1 / np.sqrt(2 * np.pi * v**2),
        lambda v, s: 1 / np.sqrt(2 * np.pi * s),
    ),
    "missing_constant": lambda v, s: 1,
    "constant_without_variance": lambda v, s: 1 / np.sqrt(2 * np.pi),
    "constant_without_pi": (
        lambda v, s: 1 / s,
        lambda v, s: 1 / v,
        lambda v, s: 1 / np.sqrt(2 * v),
        lambda v, s: 1 / np.sqrt(np.pi * v),
    ),
    "two_pi_outside_root": (
        lambda v, s: 1 / (2 * np.pi * s),
        lambda v, s: 1 / (2 * np.pi * v),
        lambda v, s: 1 / (2 * np.sqrt(np.pi * v)),
        lambda v, s: 1 / (np.pi * np.sqrt(2 * v)),
    ),
    "constant_upside_down": (
        lambda v, s: np.sqrt(2 * np.pi * v),
        lambda v, s: s / np.sqrt(2 * np.pi),
        lambda v, s: v / np.sqrt(2 * np.pi),
    ),
    "constant_brackets": (
        lambda v, s: np.pi * v / 2,
        lambda v, s: np.sqrt(np.pi * v / 2),
        lambda v, s: np.pi * v / np.sqrt(2),
        lambda v, s: np.pi * s / np.sqrt(2),
        lambda v, s: np.pi * v,
        lambda v, s: 1 / (4 * np.pi * v),
    ),
}
_GAUSSIAN_MESSAGES = {
    "deviation_for_variance": "The third argument is the variance σ², not σ: somewhere it is "
    "squared once more, or its root stands where σ² belongs.",
    "missing_square": "In the exponent, the deviation from the mean is not squared.",
    "missing_minus": "The exponent lacks its minus sign: this curve grows away from the mean.",
    "missing_half": "The exponent is twice too large: it lacks a factor.",
    "two_inside_square": "The 2 in the exponent is squared along with the deviation.",
    "missing_brackets": "The exponent multiplies by something that belongs in the denominator: "
    "`a / b * c` is `(a / b) * c`.",
    "exponent_without_variance": "The exponent lacks the variance, so each bell is equally wide.",
    "missing_constant": "The factor in front is missing: each peak is 1, and so the area is not.",
    "constant_without_variance": "The factor in front lacks the variance: a wider bell has to be "
    "lower, or its area is not 1.",
    "constant_without_pi": "In the factor in front, a part of 2πσ² is missing.",
    "two_pi_outside_root": "In the factor in front, the square root has to reach over all of 2πσ².",
    "constant_upside_down": "In the factor in front, something multiplies that should divide: a "
    "wider bell has to be lower.",
    "constant_brackets": "In the factor in front, brackets are missing: `1 / 2 * a` is `(1 / 2) * "
    "a`, and `a**1 / 2` is `(a**1) / 2`. The root of all of 2πσ² divides.",
    "bracket_closed_early": "The bracket of the exponential closes too early: what should be "
    "inside, in the exponent, multiplies or divides outside.",
    "mean_forgotten": "The mean is not subtracted from x.",
    "mean_added": "The mean is added to x; it has to be subtracted.",
    "squares_subtracted": "x or the mean is squared by itself. Subtract first, and then square.",
    "exponent_upside_down": "The fraction in the exponent is upside down.",
    "other_base": "The power is taken of another number than e.",
    "constant_in_exponent": "The factor in front has slipped into the exponent.",
    "no_exponent": "The exponent is always 0, so the height is the same everywhere: is the mean "
    "of x itself subtracted, in place of `mean`?",
    "factor_added": "The factor in front is added to the exponential; it multiplies it.",
    "exponential_missing": "The exponential is missing: this is the exponent times the factor.",
    "log_returned": "This is a logarithm, or the exponent by itself; the density is asked for.",
    "probability": "This is the probability of a value below x, or above, an area. The density is "
    "the height of the curve at x.",
    "normalised_by_sum": "For one number it is always 1: is the bell divided by its own sum over "
    "the points, or by the largest value? The factor in front comes from the formula, not from the "
    "data.",
}


# What else may be made of the exponent e, or of x, μ and σ², in front of it the right factor.
_BELLS = {
    "bracket_closed_early": (
        lambda x, m, v, e: np.exp(-((x - m) ** 2)) / (2 * v),
        lambda x, m, v, e: np.exp(-((x - m) ** 2)) / 2 * v,
        lambda x, m, v, e: np.exp(-((x - m) ** 2) / 2) / v,
        lambda x, m, v, e: np.exp(-((x - m) ** 2) / 2) * v,
    ),
    "mean_forgotten": lambda x, m, v, e: np.exp(-(x**2) / (2 * v)) + 0 * m,
    "mean_added": lambda x, m, v, e: np.exp(-((x + m) ** 2) / (2 * v)),
    "squares_subtracted": (
        lambda x, m, v, e: np.exp(-(x**2 - m**2) / (2 * v)),
        lambda x, m, v, e: np.exp(-(x - m**2) / (2 * v)),
        lambda x, m, v, e: np.exp(-(x**2 - m) / (2 * v)),
    ),
    "exponent_upside_down": lambda x, m, v, e: np.exp(1 / e),
    "other_base": (lambda x, m, v, e: 2**e, lambda x, m, v, e: 10**e),
    "constant_in_exponent": lambda x, m, v, e: (
        np.exp(e / np.sqrt(2 * np.pi * v)) * np.sqrt(2 * np.pi * v)
    ),
    "exponential_missing": (
        lambda x, m, v, e: e,
        lambda x, m, v, e: -e,
        lambda x, m, v, e: e * np.e,
    ),
    "no_exponent": lambda x, m, v, e: 1 + 0 * e,
    "factor_added": lambda x, m, v, e: 1 + np.exp(e) * np.sqrt(2 * np.pi * v),
}


def _bell_of(bell):
    """Return the density with something else in place of e to the exponent."""
    return lambda x, mean, variance: (
        bell(x, mean, variance, -((x - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)
    )


def _product(exponent, constant):
    """Return the density that has this exponent and this factor in front of it."""

    def density(x, mean, variance):
        deviation, s = x - mean, np.sqrt(variance)
        return constant(variance, s) * np.exp(exponent(deviation, variance, s))

    return density


_GAUSSIAN_SLIPS = (
    *slips(_GAUSSIAN_MESSAGES, _product, _EXPONENTS, _CONSTANTS),
    *slips(_GAUSSIAN_MESSAGES, _bell_of, _BELLS),
    *slips(
        _GAUSSIAN_MESSAGES,
        lambda sign: lambda x, mean, variance: ndtr(sign * (x - mean) / np.sqrt(variance)),
        {"probability": (1, -1)},
    ),
    Slip(
        "normalised_by_sum",
        lambda x, mean, variance: _gaussian(x, mean, variance) / _gaussian(x, mean, variance).sum(),
        _GAUSSIAN_MESSAGES["normalised_by_sum"],
    ),
    *slips(
        _GAUSSIAN_MESSAGES,
        lambda density: lambda *arguments: np.log(density(*arguments)),
        {
            "log_returned": tuple(
                _product(exponent, constant)
                for exponent in (_EXPONENTS[None], *_EXPONENTS["deviation_for_variance"])
                for constant in (_CONSTANTS[None], _CONSTANTS["missing_constant"])
            )
        },
    ),
)


def _recognise_one_number(cases, found, wanted):
    if any(f.size == 1 and w.size > 1 for f, w in zip(found, wanted, strict=True)):
        raise Finding(
            "one_number",
            "For an array `x` it returns one number: is something summed that should not be?",
        )


def _where_value(index, *arguments):
    x, mean, variance = (number(a[index]) for a in np.broadcast_arrays(*arguments))
    return f"For x = {x}, mean = {mean} and variance = {variance}"


_GAUSSIAN = Exercise(
    name="gaussian",
    arguments=("x", "mean", "variance"),
    course=_gaussian,
    parts=(
        Part(
            "the density",
            "density",
            "that of x",
            _where_value,
            _GAUSSIAN_SLIPS,
            _recognise_one_number,
        ),
    ),
    groups=(
        Group(((0.4, 1.1, 1.7), (-2.3, -0.6, 0.35), (3.1, 1.9, 2.6))),
        Group(
            ((np.array([-1.4, 0.2, 0.9, 2.8]), 0.7, 1.3),),
            "numbers_only",
            "For single numbers it is right, but `x` may be an array as well.",
        ),
        Group(
            (
                (
                    np.array([[-0.9], [0.3], [1.2], [2.7]]),
                    np.array([-0.5, 0.8, 2.1]),
                    np.array([0.6, 1.4, 2.3]),
                ),
                (1.1, 0.4, np.array([0.5, 1.2, 2.9])),
            ),
            "no_broadcasting",
            "For one mean and one variance it is right, but they may be arrays as well.",
        ),
        Group(
            ((np.arange(-2, 3), 1, 2),),
            "whole_numbers",
            "For decimals it is right, but not for whole numbers. Is an array made in the likeness "
            "of `x`, so that it holds whole numbers only?",
        ),
    ),
    right="the right density on numbers and arrays that you have not seen",
)


# --- notebook 01: the density of a mixture --------------------------------------------------------


def check_mixture_density(mixture_density):
    """Check a mixture's density, called as `mixture_density(x, weights, means, variances)`.

    Parameters
    ----------
    mixture_density : callable
        Takes x of shape (n,) and three arrays of shape (K,); returns p(x_i), shape (n,).

    Returns
    -------
    Check

    Examples
    --------
    >>> check_mixture_density(lambda x, weights, means, variances: None).slip
    'untouched'
    """
    return diagnose(mixture_density, _MIXTURE_DENSITY)


def _mixture_density(x, weights, means, variances):
    return np.exp(Mixture.from_1d(weights, means, variances).log_density(x))


def _columns(x, w, m, v):
    """Return φ_k N(x_i | μ_k, σ_k²), shape (n, K)."""
    return w * _gaussian(x[:, None], m, v)


# What may be computed for each point and component, before anything is summed.
_COLUMNS = {
    None: _columns,
    "weights_forgotten": lambda x, w, m, v: _columns(x, 1, m, v),
    "weights_twice": lambda x, w, m, v: _columns(x, w**2, m, v),
    "deviation_for_variance": (
        lambda x, w, m, v: _columns(x, w, m, v**2),
        lambda x, w, m, v: _columns(x, w, m, np.sqrt(v)),
    ),
    "missing_constant": (
        lambda x, w, m, v: _columns(x, w * np.sqrt(2 * np.pi * v), m, v),
        lambda x, w, m, v: _columns(x, w * np.sqrt(2 * np.pi), m, v),
        lambda x, w, m, v: _columns(x, w * np.sqrt(v), m, v),
    ),
    "weights_inside": (
        lambda x, w, m, v: _columns(x, 1, w * m, v),
        lambda x, w, m, v: _columns(x, 1, m, w * v),
        lambda x, w, m, v: _columns(x, 1, w * m, w * v),
        lambda x, w, m, v: _columns(x, 1, w * m, w**2 * v),
        lambda x, w, m, v: _gaussian(x[:, None] * w, m, v),
    ),
    "weights_added": lambda x, w, m, v: w + _columns(x, 1, m, v),
    "weights_divide": lambda x, w, m, v: _columns(x, 1 / w, m, v),
    "densities_squared": (
        lambda x, w, m, v: w * _columns(x, 1, m, v) ** 2,
        lambda x, w, m, v: _columns(x, w, m, v) ** 2,
    ),
    "parameters_swapped": (
        lambda x, w, m, v: _columns(x, m, w, v),
        lambda x, w, m, v: _columns(x, v, m, w),
    ),
    "index_forgotten": tuple(
        lambda x, w, m, v, i=i, k=k: _columns(
            x, *(p[[k] * len(p)] if i == j else p for j, p in enumerate((w, m, v)))
        )
        for i in (1, 2)
        for k in (0, -1)
    ),
}
_COLUMNS_MESSAGES = {
    "weights_forgotten": "The weights are forgotten: each component counts in full.",
    "weights_twice": "The weights are multiplied in twice.",
    "deviation_for_variance": "The densities are those of other widths: the variances are σ_k², "
    "and here they are squared once more, or their roots are taken.",
    "missing_constant": "In the Gaussians, the factor in front lacks a part, and so the areas are "
    "not 1.",
    "weights_inside": "The weights stand inside the Gaussians, where they change positions or "
    "widths. They multiply the densities from outside.",
    "index_forgotten": "All components get the weight, mean or variance of one of them: does "
    "each have its index?",
    "densities_squared": "The densities are squared.",
    "parameters_swapped": "The weights have changed places with the means or the variances.",
    "weights_added": "The weights are added to the densities; they multiply them.",
    "weights_divide": "The densities are divided by the weights; they are multiplied by "
    "them, or the logarithms of both are added.",
}
_SUMS = {
    None: lambda c: c.sum(axis=1),
    "averaged": lambda c: c.mean(axis=1),
    "not_summed": (lambda c: c, lambda c: c.T),
    "wrong_axis": lambda c: c.sum(axis=0),
    "summed_over_all": lambda c: c.sum(),
    "product": lambda c: c.prod(axis=1),
    "largest_only": lambda c: c.max(axis=1),
    "last_only": lambda c: c[:, -1],
    "first_only": lambda c: c[:, 0],
    "component_left_out": (lambda c: c[:, :-1].sum(axis=1), lambda c: c[:, 1:].sum(axis=1)),
    "log_returned": (lambda c: np.log(c.sum(axis=1)), lambda c: np.log(c).sum(axis=1)),
}
_SUMS_MESSAGES = {
    "averaged": "The components are averaged: the weights do that already, so the sum is divided "
    "by nothing more.",
    "not_summed": "The components stand side by side: the density of the mixture is their sum, "
    "one number for each point.",
    "wrong_axis": "The sum goes over the points, and what comes out is one number for each "
    "component. Sum over the components instead.",
    "summed_over_all": "The sum goes over points and components: what is asked for is one number "
    "for each point.",
    "product": "The components are multiplied. A point comes from one or from the other: so they "
    "are added.",
    "largest_only": "Only the largest component counts at each point: all of them add up.",
    "last_only": "Only the last component is left: each pass of the loop has to add to the sum.",
    "first_only": "Only the first component is counted: does `return` stand inside the loop?",
    "component_left_out": "One component is left out of the sum: does the loop go over all?",
    "log_returned": "This is a logarithm; the density itself is asked for.",
    "one_gaussian": "This is a single bell with averaged parameters: a mixture adds densities up, "
    "not means and variances.",
}
_MIXTURE_DENSITY_SLIPS = (
    *slips(
        _COLUMNS_MESSAGES | _SUMS_MESSAGES,
        lambda finish, columns: lambda *arguments: finish(columns(*arguments)),
        _SUMS,
        _COLUMNS,
    ),
    *slips(
        _COLUMNS_MESSAGES | _SUMS_MESSAGES,
        lambda density: density,
        {
            "one_gaussian": (
                lambda x, w, m, v: _gaussian(x, w @ m, w @ v),
                lambda x, w, m, v: _gaussian(x, w @ m, w**2 @ v),
                lambda x, w, m, v: _gaussian(x, w @ m, w @ (v + m**2) - (w @ m) ** 2),
                lambda x, w, m, v: _gaussian(x, m.mean(), v.mean()),
                lambda x, w, m, v: _gaussian(x, m.sum(), v.sum()),
            ),
            "product": lambda x, w, m, v: (_columns(x, 1, m, v) ** w).prod(axis=1),
            "index_forgotten": (
                lambda x, w, m, v: _columns(x, w[0], m, v).sum(axis=1),
                lambda x, w, m, v: _columns(x, w[-1], m, v).sum(axis=1),
            ),
        },
    ),
)


def _where_point(index, x, *arguments):
    return f"For point {index[0] + 1}, x = {number(x[index[0]])},"


_MIXTURE_DENSITY = Exercise(
    name="mixture_density",
    arguments=("x", "weights", "means", "variances"),
    course=_mixture_density,
    parts=(Part("the density", "p", "(n,)", _where_point, _MIXTURE_DENSITY_SLIPS),),
    groups=(
        Group(
            (
                (
                    np.array([-2.1, -0.4, 0.3, 1.6, 2.9]),
                    np.array([0.3, 0.7]),
                    np.array([-1.2, 1.4]),
                    np.array([0.6, 1.9]),
                ),
                (
                    np.array([-1.7, 0.1, 0.8, 2.2]),
                    np.array([0.55, 0.45]),
                    np.array([0.5, -0.9]),
                    np.array([2.2, 0.45]),
                ),
            )
        ),
        Group(
            (
                (
                    np.array([-2.6, -1.1, -0.2, 0.7, 1.3, 2.4, 3.8]),
                    np.array([0.2, 0.5, 0.3]),
                    np.array([-1.6, 0.4, 2.3]),
                    np.array([0.7, 1.6, 0.4]),
                ),
            ),
            *_MORE_COMPONENTS,
        ),
        Group(
            ((np.array([0.7]), np.array([1.0]), np.array([0.2]), np.array([1.3])),),
            "only_several",
            "For several points and components it is right, but there may be just one.",
        ),
    ),
    right="the right density for K = 1, 2 and 3, on points that you have not seen",
)


# --- notebook 01: the E step ----------------------------------------------------------------------


def check_e_step(e_step):
    """Check an E step, called as `e_step(x, mixture)`.

    Parameters
    ----------
    e_step : callable
        Takes x of shape (n,) and a Mixture with D = 1; returns the responsibilities, shape
        (n, K), and the log-likelihood.

    Returns
    -------
    Check

    Examples
    --------
    >>> check_e_step(lambda x, mixture: mixture.responsibilities(x)).slip
    'log_likelihood_missing'
    """
    return diagnose(e_step, _E_STEP)


def _from_columns(finish, columns):
    """Return the E step's result that is made from such columns."""

    def result(x, mixture):
        return finish(columns(x, mixture.weights, mixture.means[:, 0], mixture.variances))

    return result


def _to_rows(c):
    return c / c.sum(axis=1, keepdims=True)


_SHARES = {
    None: _to_rows,
    "wrong_axis": lambda c: c / c.sum(axis=0),
    "not_normalised": (
        lambda c: c,
        lambda c: c / c.sum(),
        lambda c: c / c.mean(axis=1, keepdims=True),
        lambda c: c / c.max(axis=1, keepdims=True),
    ),
    "hard_labels": (
        lambda c: np.eye(c.shape[1])[c.argmax(axis=1)],
        lambda c: c.argmax(axis=1),
        lambda c: c.argmax(axis=1) + 1,
    ),
    "exponential_of_densities": lambda c: _to_rows(np.exp(c)),
    "logs_divided": (
        lambda c: np.exp(np.log(c) / np.log(c.sum(axis=1, keepdims=True))),
        lambda c: np.log(c) / np.log(c.sum(axis=1, keepdims=True)),
        lambda c: _to_rows(np.log(c)),
    ),
    "log_returned": (lambda c: np.log(_to_rows(c)), np.log),
}
_SHARES_MESSAGES = {
    "wrong_axis": "The responsibilities are divided by sums over the points, so that each column "
    "sums to 1. Each row has to: for each point, over the components.",
    "not_normalised": "For each point, the responsibilities have to sum to 1: divide by the sum "
    "over the components, and by nothing else.",
    "hard_labels": "Each point is given to one component altogether. A responsibility is a "
    "probability, anything from 0 to 1.",
    "exponential_of_densities": "The densities go through one more exponential before they are "
    "divided by their sum.",
    "logs_divided": "Logarithms are divided. The quotient of two densities is the exponential of "
    "the difference of their logarithms.",
    "log_returned": "These are logarithms; the responsibilities themselves are asked for.",
    "weights_forgotten": "The responsibilities forget the weights, which are the prior "
    "probabilities in Bayes' rule.",
}
_LOGS = {
    None: lambda c: np.log(c.sum(axis=1)).sum(),
    "log_inside": lambda c: np.log(c).sum(),
    "log_likelihood_per_point": (
        lambda c: np.log(c.sum(axis=1)),
        lambda c: np.log(c.sum(axis=1, keepdims=True)),
    ),
    "log_likelihood_averaged": lambda c: np.log(c.sum(axis=1)).mean(),
    "log_likelihood_negative": (
        lambda c: -np.log(c.sum(axis=1)).sum(),
        lambda c: -np.log(c.sum(axis=1)).mean(),
    ),
    "log_of_sum": (lambda c: np.log(c.sum()), lambda c: np.log(c.sum(axis=1).mean())),
    "one_point": (
        lambda c: np.log(c.sum(axis=1))[-1],
        lambda c: np.log(c.sum(axis=1))[0],
        lambda c: np.log(c.sum(axis=1)).max(),
        lambda c: np.log(c.sum(axis=1)).min(),
    ),
    "point_left_out": (
        lambda c: np.log(c.sum(axis=1))[:-1].sum(),
        lambda c: np.log(c.sum(axis=1))[1:].sum(),
    ),
    "product_of_logs": lambda c: np.log(c.sum(axis=1)).prod(),
    "largest_only": lambda c: np.log(c.max(axis=1)).sum(),
    "log1p": lambda c: np.log1p(c.sum(axis=1)).sum(),
    "weighted_densities": (
        lambda c: (_to_rows(c) * c).sum(),
        lambda c: np.log((_to_rows(c) * c).sum(axis=1)).sum(),
        lambda c: (c.sum(axis=1) * np.log(c.sum(axis=1))).sum(),
    ),
    "log_wrong_axis": lambda c: np.log(c.sum(axis=0)).sum(),
    "no_log": (
        lambda c: c.sum(),
        lambda c: np.exp(c.sum(axis=1)).sum(),
        lambda c: c.sum(axis=1).prod(),
        lambda c: c.sum(axis=1),
    ),
    "other_log": (
        lambda c: np.log10(c.sum(axis=1)).sum(),
        lambda c: np.log2(c.sum(axis=1)).sum(),
    ),
    "weights_forgotten": lambda c: np.log(c.mean(axis=1)).sum(),
    "from_responsibilities": (
        lambda c: np.log(_to_rows(c)).sum(),
        lambda c: np.log(_to_rows(c).sum(axis=1)).sum(),
        lambda c: np.log(_to_rows(c).sum(axis=0)).sum(),
        lambda c: np.log(_to_rows(c).max(axis=1)).sum(),
        lambda c: _to_rows(c).sum(),
    ),
    "expected_log_likelihood": lambda c: (_to_rows(c) * np.log(c)).sum(),
}
_LOGS_MESSAGES = {
    "log_inside": "The logarithm is taken of each component by itself. For each point, the "
    "components are added up first, and then comes the logarithm.",
    "log_likelihood_per_point": "These are the log densities of the single points: the "
    "log-likelihood is their sum, one number.",
    "log_likelihood_averaged": "The log densities are averaged over the points; ℓ is their sum.",
    "log_likelihood_negative": "The log-likelihood has the wrong sign.",
    "log_of_sum": "The densities of all points are added up before the logarithm. The likelihood "
    "is their product, and so the logarithms are added up.",
    "product_of_logs": "The logarithms are multiplied; they are added up.",
    "largest_only": "For each point only the largest component counts in ℓ: all of them add up.",
    "log1p": "`log1p` takes the logarithm of 1 more.",
    "weighted_densities": "Under or before the logarithm stands one factor too many, b "
    "or densities. ℓ adds up the logarithms of p(x_i) as they are.",
    "one_point": "This is the log density of one point: each pass of a loop has to add to the sum.",
    "point_left_out": "The first or the last point is left out: does the loop go over all?",
    "log_wrong_axis": "Under the logarithm, the sum goes over the points. There it has to go over "
    "the components.",
    "no_log": "The log-likelihood lacks its logarithm.",
    "other_log": "This is a logarithm to another base; ℓ takes the natural one.",
    "weights_forgotten": "The log-likelihood forgets the weights.",
    "from_responsibilities": "The log-likelihood is made from the responsibilities. It needs the "
    "densities as they were before the division.",
    "expected_log_likelihood": "The logarithms of the components are averaged by responsibility: "
    "that is what the M step raises. ℓ takes the logarithm of their sum.",
}


# The slip, its message and what that explains, for a group of points far from every component.
_UNDERFLOW = (
    "underflow",
    "It is right near the components, but far from them every density is stored as 0. Then 0 "
    "divided by 0 is not a number, and log 0 is −∞. With a small number added, or with NaN "
    "replaced, the result is another. Stay with logarithms, and take the exponential last.",
    ("not_normalised", "not_finite"),
)
_MANY_POINTS = (3 * np.sin(np.arange(2000.0) ** 1.5)).round(1)


def product_group(*cases):
    """Return a group of many points, for a product of all densities where logarithms add up."""
    return Group(
        cases,
        "product_underflow",
        "It is right for a few points. But the product of many densities is too small to be "
        "stored: it becomes 0, and its logarithm −∞. Take the logarithm of each density first, and "
        "add these up.",
        explains=("not_finite",),
        only_these=True,
    )


def _read_e_step(result, x, mixture):
    if isinstance(result, tuple) and len(result) == 2:
        if shape_of(result[0]) == () and len(shape_of(result[1]) or ()) == 2:
            raise Finding("swapped", "The two results have changed places: first b, then ℓ.")
        return result
    if shape_of(result) == (len(x), mixture.n_components):
        raise Finding(
            "log_likelihood_missing",
            "`e_step` returns the responsibilities only: the log-likelihood is asked for as well, "
            "as a second result.",
        )
    raise Finding(
        "wrong_type",
        "`e_step` has to return two things, responsibilities (n, K) and the log-likelihood, with "
        f"a comma between them. It returns {describe(result)}"
        + (f" of {len(result)}." if isinstance(result, (tuple, list)) else "."),
        vague=True,
    )


def _where_responsibility(index, x, mixture):
    return f"{_where_point(index, x)} and component {index[1] + 1}"


def _where_all(index, x, mixture):
    return f"On {len(x)} points and with K = {mixture.n_components}"


def make_e_step(columns, logs, columns_of_logs, messages, from_columns, where, **more):
    """Return the exercise of an E step, of one feature or of several.

    Parameters
    ----------
    columns, columns_of_logs : dict
        What may stand for φ_k N(x_i | …), in the responsibilities and in ℓ, as `slips` takes it.
    logs : dict
        What may be made of the columns in ℓ.
    messages : dict
        The sentences for all slips in the columns, and in what is made of them in ℓ.
    from_columns : callable
        `from_columns(finish, columns)` returns a function of the exercise's arguments.
    where : tuple of callable
        Which responsibility is meant, and which ℓ, as a `Part` takes it.
    more
        The `groups` of cases, and the sentence for what is `right`.
    """

    def half_weighted(one, other):
        return lambda *arguments: one(*arguments) / other(*arguments).sum(axis=1, keepdims=True)

    weighted, unweighted = columns[None], columns["weights_forgotten"]
    halves = (half_weighted(unweighted, weighted), half_weighted(weighted, unweighted))
    of_shares, as_it_is = messages | _SHARES_MESSAGES, {None: lambda b: b}
    half_forgotten = {
        "weights_forgotten": "In the responsibilities, the weights are forgotten above or below "
        "the fraction's line: they belong into the numerator and into the sum that divides it."
    }
    shares_slips = (
        *slips(of_shares, from_columns, _SHARES, columns),
        *slips(half_forgotten, from_columns, as_it_is, {"weights_forgotten": halves}),
    )
    logs_slips = slips(messages | _LOGS_MESSAGES, from_columns, logs, columns_of_logs)
    return Exercise(
        name="e_step",
        arguments=("x", "mixture"),
        course=em.e_step,
        read=_read_e_step,
        parts=(
            Part("the responsibilities", "b", "(n, K)", where[0], shares_slips),
            Part("the log-likelihood", "ℓ", "()", where[1], logs_slips),
        ),
        **more,
    )


_E_STEP = make_e_step(
    _COLUMNS,
    _LOGS,
    _COLUMNS,
    _COLUMNS_MESSAGES,
    _from_columns,
    (_where_responsibility, _where_all),
    groups=(
        Group(
            (
                (
                    np.array([-2.3, -0.7, 0.2, 0.9, 1.8, 3.3]),
                    Mixture.from_1d([0.35, 0.65], [-0.8, 1.3], [0.7, 1.8]),
                ),
                (
                    np.array([-1.2, -0.3, 0.6, 1.1, 2.5]),
                    Mixture.from_1d([0.6, 0.4], [0.9, -0.4], [1.5, 0.45]),
                ),
            )
        ),
        Group(
            (
                (
                    np.array([-3.1, -1.6, -0.5, 0.4, 1.2, 2.6, 3.4]),
                    Mixture.from_1d([0.25, 0.45, 0.3], [-1.7, 0.3, 2.2], [0.8, 1.4, 0.5]),
                ),
            ),
            *_MORE_COMPONENTS,
        ),
        product_group((_MANY_POINTS, Mixture.from_1d([0.4, 0.6], [-1.1, 1.6], [0.9, 1.2]))),
    ),
    right="the right responsibilities and log-likelihoods for K = 2 and K = 3, on points that you "
    "have not seen",
)


# --- notebook 01: the M step ----------------------------------------------------------------------


def check_m_step(m_step):
    """Check an M step, called as `m_step(x, b)`.

    Parameters
    ----------
    m_step : callable
        Takes x of shape (n,) and responsibilities of shape (n, K); returns a Mixture, as
        `Mixture.from_1d(weights, means, variances)` makes it.

    Returns
    -------
    Check

    Examples
    --------
    >>> def m_step(x, b):
    ...     totals = b.sum(axis=0)
    ...     return Mixture.from_1d(totals, x @ b / totals, np.ones(len(totals)))
    >>> check_m_step(m_step).slip
    'weights_not_divided'
    """
    return diagnose(m_step, _M_STEP)


def _hard(b):
    return np.eye(b.shape[1])[b.argmax(axis=1)]


def _mean(x, b):
    return (x.T @ b / b.sum(axis=0)).T  # (K,), and (K, D) for x of shape (n, D)


def _squares(x, b, centre):
    """Return Σ_i b_ik (x_i − c_k)²."""
    return (b * (x[:, None] - centre) ** 2).sum(axis=0)


def _variance(x, b):
    return _squares(x, b, _mean(x, b)) / b.sum(axis=0)


# By what each point counts, what is summed (with the right means as μ), what divides the sums, and
# what is done to the result.
_COUNTS = {
    None: lambda b: b,
    "unweighted": np.ones_like,
    "hard_labels": _hard,
    "responsibilities_squared": np.square,
}
_DEVIATIONS = {
    None: _squares,
    "about_overall_mean": lambda x, b, mu: _squares(x, b, x.mean()),
    "mean_not_subtracted": lambda x, b, mu: _squares(x, b, 0),
    "missing_square": lambda x, b, mu: (b * abs(x[:, None] - mu)).sum(axis=0),
    "b_inside_square": lambda x, b, mu: ((b * x[:, None] - mu) ** 2).sum(axis=0),
}
_DIVISORS = {
    None: (lambda b, counts: counts.sum(axis=0), lambda b, counts: b.sum(axis=0)),
    "divided_by_n": lambda b, counts: len(b),
    "divided_by_weights": lambda b, counts: b.mean(axis=0),
    "divided_by_one_less": (
        lambda b, counts: counts.sum(axis=0) - 1,
        lambda b, counts: len(b) - 1,
    ),
    "bias_taken_out": lambda b, counts: (
        counts.sum(axis=0) - (counts**2).sum(axis=0) / counts.sum(axis=0)
    ),
    "not_divided": lambda b, counts: 1,
}
_POWERS = {None: lambda value: value, "standard_deviation": np.sqrt, "squared_twice": np.square}
_M_STEP_MESSAGES = {
    "weights_equal": "The weights are all 1/K, whatever the responsibilities. Each is the share of "
    "the points that its component answers for.",
    "count_added": "A point is added to each N_k, as a prior would: maximum likelihood adds none.",
    "unweighted": "All points count alike: the responsibilities are forgotten.",
    "hard_labels": "Each point counts for its most likely component only. It has to count for "
    "every component, with its responsibility.",
    "responsibilities_squared": "The responsibilities are squared, or multiplied in twice: does b "
    "stand inside the square?",
    "one_point": "A single point is counted: each pass of a loop has to add to the sum.",
    "point_left_out": "The first or the last point is left out: does the loop go over all?",
    "about_other_mean": "The deviations are taken from the mean of another component, or from "
    "the mean of all means: each component has a mean of its own.",
    "b_inside_square": "b stands inside the square, next to x: first (x − μ)², and then times b.",
    "about_overall_mean": "The deviations are taken from the mean of all points: each component "
    "has a mean of its own.",
    "mean_not_subtracted": "The mean is not subtracted before x is squared.",
    "mean_square_added": "The square of the mean is added to the mean of the squares; it is "
    "subtracted from it.",
    "missing_square": "The deviations from the means are not squared.",
    "squared_too_late": "The deviations from the means are squared too late, if at all: in a sum "
    "they cancel. Square each one before the sum.",
    "divided_by_n": "The sums are divided by the number of all points. Component k answers for "
    "N_k of them.",
    "divided_by_weights": "The sums are divided by the weights. These are shares of 1; the sums "
    "need the number of points that component k answers for.",
    "divided_by_one_less": "The sums are divided by one less. Maximum likelihood divides by N_k "
    "itself.",
    "bias_taken_out": "The sums are divided by less than N_k: by N_k less Σ_i b_ik² / N_k. A "
    "library's function does that to take out a bias, unless it is told to leave it in. Maximum "
    "likelihood divides by N_k itself.",
    "not_divided": "The sums are not divided by anything.",
    "standard_deviation": "These are standard deviations; variances are asked for.",
    "squared_twice": "These are squares of variances.",
    "shared_variance": "All components have the same variance: each needs its own.",
}


def _make_mean(count, divisor):
    def means(x, b):
        counts = count(b)
        return (x.T @ counts / divisor(b, counts)).T

    return means


def _make_variance(power, count, deviations, divisor):
    def variances(x, b):
        counts = count(b)
        return power(deviations(x, counts, _mean(x, b)) / divisor(b, counts))

    return variances


_WEIGHT_SLIPS = slips(
    _M_STEP_MESSAGES,
    lambda weights: lambda x, b: weights(b),
    {
        "weights_equal": lambda b: np.full(b.shape[1], 1 / b.shape[1]),
        "count_added": lambda b: (b.sum(axis=0) + 1) / (len(b) + b.shape[1]),
        "hard_labels": lambda b: _hard(b).mean(axis=0),
    },
)
_PARTS_OF_POINTS = {
    "one_point": (slice(-1, None), slice(1)),
    "point_left_out": (slice(-1), slice(1, None)),
}
_MEAN_SLIPS = (
    *slips(_M_STEP_MESSAGES, _make_mean, _COUNTS, _DIVISORS),
    *slips(
        _M_STEP_MESSAGES,
        lambda part: lambda x, b: (x[part].T @ b[part] / b.sum(axis=0)).T,
        _PARTS_OF_POINTS,
    ),
)
_VARIANCE_SLIPS = (
    *slips(_M_STEP_MESSAGES, _make_variance, _POWERS, _COUNTS, _DEVIATIONS, _DIVISORS),
    *slips(
        _M_STEP_MESSAGES,
        lambda variances: variances,
        {
            "unweighted": (
                lambda x, b: np.full(b.shape[1], x.var()),
                lambda x, b: np.full(b.shape[1], x.var(ddof=1)),
            ),
            "hard_labels": lambda x, b: _variance(x, _hard(b)),
            "about_other_mean": (
                lambda x, b: _squares(x, b, _mean(x, b).mean()) / b.sum(axis=0),
                lambda x, b: _squares(x, b, _mean(x, b)[::-1]) / b.sum(axis=0),
                lambda x, b: _squares(x, b, np.roll(_mean(x, b), 1)) / b.sum(axis=0),
            ),
            "squared_too_late": (
                lambda x, b: np.zeros(b.shape[1]),
                lambda x, b: (x @ b - _mean(x, b)) ** 2 / b.sum(axis=0),
                lambda x, b: (x.mean() - _mean(x, b)) ** 2,
            ),
            "b_inside_square": lambda x, b: (b * x[:, None]).var(axis=0),
            "mean_square_added": lambda x, b: (x**2 @ b) / b.sum(axis=0) + _mean(x, b) ** 2,
            "mean_not_subtracted": lambda x, b: (x**2 @ b) / b.sum(axis=0) - _mean(x, b),
            "shared_variance": lambda x, b: np.full(b.shape[1], b.mean(axis=0) @ _variance(x, b)),
        },
    ),
    *slips(
        _M_STEP_MESSAGES,
        lambda part: lambda x, b: _squares(x[part], b[part], _mean(x, b)) / b.sum(axis=0),
        _PARTS_OF_POINTS,
    ),
)


def _recognise_old_mean(cases, found, wanted):
    """Find variances about the same points c_k in every case: (μ_k − c_k)² too large.

    c_k is μ_k plus or minus the root of what is too much; of the two it is the one that comes
    again.
    """
    candidates = []
    for case, f, w in zip(cases, found, wanted, strict=True):
        if f.shape != w.shape or not (f - w >= 0).all():
            return
        candidates.append(_mean(*case) + np.outer([-1, 1], np.sqrt(f - w)))
    if len(candidates) != 2:
        return
    first, second = candidates
    gaps = abs(first[:, None] - second)
    if gaps.min(axis=(0, 1)).max() > 1e-6:
        return
    nearest = gaps.min(axis=1).argmin(axis=0)
    centres = " and ".join(number(round(c, 3) + 0) for c in first[nearest, range(len(nearest))])
    raise Finding(
        "old_mean",
        f"The variances are taken about {centres}, whatever the responsibilities: are these means "
        "of an earlier mixture? With those of the iteration before, EM still comes to rest where "
        "it should, since there old and new means agree, and ℓ never falls. But on the way each "
        "variance is too large by the square of its mean's step, and EM is usually slower.",
    )


def _read_m_step(result, x, b):
    check_mixture_of(result, len(x), (b.shape[1], 1), "one Mixture, by `Mixture.from_1d`")
    return result.weights, result.means[:, 0], result.variances


def check_mixture_of(result, n, shape, packing):
    """Find that an M step's result on `n` points is no mixture with means of this shape (K, D).

    `packing` says into what three arrays are to be packed.
    """
    if not isinstance(result, Mixture):
        packed = isinstance(result, (tuple, list)) and len(result) == 3
        raise Finding(
            "not_a_mixture",
            f"`m_step` returns three things: pack them into {packing}."
            if packed
            else f"`m_step` has to return a Mixture; it returns {describe(result)}.",
        )
    found = result.means.shape
    if found != shape:
        text = f"The means of the mixture have shape {found}, where (K, D) = {shape} is asked for."
        if found[0] == n:
            raise Finding(
                "wrong_axis", f"{text} There is one component for each point: sum over the points."
            )
        raise Finding("wrong_shape", text, vague=True)


def _explain_weights(error, x, b):
    """Name what made a mixture refuse the learner's weights."""
    n, K = b.shape
    if isinstance(error, WeightSumError):
        total = f"The weights sum to {error.total:.4g}, and have to sum to 1"
        if np.isclose(error.total, n):
            raise Finding(
                "weights_not_divided",
                f"{total}. These are the N_k, which sum to n = {n}: a weight is a share.",
            )
        if np.isclose(error.total, n / K):
            raise Finding(
                "weights_divided_by_k", f"{total}. This is n/K = {n}/{K}: what do all N_k sum to?"
            )
        raise Finding("weights_sum", f"{total}: what are the N_k shares of?", vague=True)
    lengths = re.match(rf"means must .* with K = (\d+); it has \({K},", str(error))
    if lengths is None or int(lengths[1]) == K:
        return
    text = f"There are {lengths[1]} weights beside {K} means"
    if int(lengths[1]) == n:
        raise Finding("wrong_axis", f"{text}, one for each point: sum over the points.")
    raise Finding("wrong_shape", f"{text}: each component has one weight.", vague=True)


def _explain_refusal(error, x, b):
    """Name what made a mixture refuse the learner's parameters."""
    _explain_weights(error, x, b)
    if isinstance(error, SingularCovarianceError):
        raise Finding(
            "variance_not_positive",
            f"`m_step` got no mixture. {error} Is each deviation squared before the sum, does the "
            "sum go over the points, and is the order weights, means, variances?",
            vague=True,
        )
    # `from_1d` makes means of two axes, and covariances that fit them: only `Mixture` itself can
    # be given others.
    if re.search(r"means must .* \(K, D\) .* has \(\d+,\)|covariances must have", str(error)):
        raise Finding(
            "not_from_1d",
            f"`m_step` got no mixture, since `Mixture` takes arrays for any D: {error} Use "
            "`Mixture.from_1d`.",
        )


def _where_component(index, x, b):
    return f"On {len(x)} points, for component {index[0] + 1},"


def _m_step_case(x, weights, means, variances):
    x = np.array(x)
    return x, np.array(Mixture.from_1d(weights, means, variances).responsibilities(x))


_M_STEP = Exercise(
    name="m_step",
    arguments=("x", "b"),
    course=em.m_step,
    read=_read_m_step,
    on_error=_explain_refusal,
    parts=(
        Part("the weights", "φ", "(K,)", _where_component, _WEIGHT_SLIPS),
        Part("the means", "μ", "(K,)", _where_component, _MEAN_SLIPS),
        Part("the variances", "σ²", "(K,)", _where_component, _VARIANCE_SLIPS, _recognise_old_mean),
    ),
    groups=(
        Group(
            (
                _m_step_case(
                    [-1.9, -0.6, 0.3, 0.8, 1.7, 2.4, 4.1], [0.4, 0.6], [-0.7, 1.9], [1.3, 2.1]
                ),
                _m_step_case([-0.8, 0.5, 1.4, 2.2, 3.7, 5.3], [0.55, 0.45], [0.9, 3.4], [1.8, 1.2]),
            )
        ),
        Group(
            (
                _m_step_case(
                    [-3.4, -2.2, -1.3, -0.1, 0.6, 1.5, 2.7, 3.2, 4.6],
                    [0.3, 0.45, 0.25],
                    [-1.8, 0.9, 3.1],
                    [1.4, 1.1, 1.9],
                ),
            ),
            *_MORE_COMPONENTS,
        ),
    ),
    right="the right mixtures for K = 2 and K = 3, from points that you have not seen",
)


# --- notebook 01: the loop ------------------------------------------------------------------------


def check_em(em):
    """Check the loop, called as `em(x, mixture, e_step, m_step, n_iterations)`.

    The steps that it is handed are the course's, so it can be right while the learner's are not.

    Parameters
    ----------
    em : callable
        Returns the mixture after so many iterations, and the log-likelihoods of the start and
        after each iteration, n_iterations + 1 numbers.

    Returns
    -------
    Check

    Examples
    --------
    >>> check_em(lambda x, mixture, e_step, m_step, n_iterations: (mixture, [])).slip
    'ignores_steps'
    """
    return diagnose(em, _loop_exercise())


def _run(x, mixture, e_step, m_step, n_iterations):
    trace = em.run_em(x, mixture, max_iter=n_iterations, tol=0, e_step=e_step, m_step=m_step)
    return trace.mixture, list(trace.log_likelihoods)


class _Steps:
    """The course's steps, which remember how they were called, and end a loop that does not."""

    def __init__(self):
        self.mixtures = []  # those that the E step was given
        self.m_calls = 0

    def e_step(self, x, mixture):
        self.mixtures.append(mixture)
        self._limit()
        return em.e_step(x, mixture)

    def m_step(self, x, b):
        self.m_calls += 1
        self._limit()
        if isinstance(b, tuple) and len(b) == 2:  # no tuple of rows: there are more points
            raise Finding(
                "not_unpacked",
                "`e_step` returns two things: take them apart, `b, ell = e_step(x, mixture)`.",
            )
        return em.m_step(x, b)

    def _limit(self):
        if len(self.mixtures) + self.m_calls > _MOST_CALLS:
            raise Finding(
                "endless",
                f"`em` was stopped after {_MOST_CALLS} calls of the steps: what ends its loop? It "
                "has to do `n_iterations` iterations.",
            )


def _read_loop(result, x, mixture, e_step, m_step, n_iterations):
    if isinstance(result, Mixture):
        raise Finding(
            "history_missing",
            "`em` returns the mixture only: the list of log-likelihoods is asked for as well, as a "
            "second result.",
        )
    if not (isinstance(result, tuple) and len(result) == 2):
        raise Finding(
            "wrong_type",
            "`em` has to return two things, the mixture and the list of log-likelihoods, with a "
            f"comma between them. It returns {describe(result)}.",
            vague=True,
        )
    found, history = result
    if isinstance(history, Mixture):
        raise Finding("swapped", "The two results have changed places: first the mixture.")
    if not isinstance(found, Mixture):
        raise Finding(
            "not_a_mixture",
            f"The first result of `em` has to be a Mixture; it is {describe(found)}.",
        )
    steps = getattr(e_step, "__self__", None)
    if isinstance(steps, _Steps) and not (steps.mixtures and steps.m_calls):
        missing = "`m_step`" if steps.mixtures else "`e_step`" if steps.m_calls else "steps"
        raise Finding(
            "ignores_steps",
            f"`em` never calls the {missing} that it is handed. It has to use its arguments, so "
            "that it can run with any steps.",
        )
    for kind, what in ((tuple, "pairs"), (list, "lists"), (Mixture, "mixtures")):
        if isinstance(history, list) and any(isinstance(entry, kind) for entry in history):
            raise Finding(
                "history_of_others",
                f"The history holds {what}: only the log-likelihood of each belongs there.",
            )
    return np.array([found.weights, found.means[:, 0], found.variances]), history


def _recognise_loop(cases, found, wanted):
    """Name the slip by which mixture came out, and by how the steps were called."""
    steps = [case[2].__self__ for case in cases]
    asked = [case[-1] for case in cases]
    done = [each.m_calls for each in steps]

    def ends_after(iterations):
        pairs = zip(cases, iterations, strict=True)
        ends = [_run(*case[:2], None, None, number)[0] for case, number in pairs]
        return same(found, [np.array([m.weights, m.means[:, 0], m.variances]) for m in ends])

    if set(done) == {1}:
        raise Finding(
            "one_iteration",
            "It does one iteration, whatever is asked for: does `return` stand inside the loop?",
        )
    only_start = all(all(m is each.mixtures[0] for m in each.mixtures) for each in steps)
    if ends_after([0] * len(cases)):
        if only_start:
            raise Finding(
                "result_thrown_away",
                "The mixture that `m_step` returns is never used: each iteration works on the "
                "start again.",
            )
        raise Finding(
            "returns_start", "The iterations are right, but what is returned is the start."
        )
    # The last E step may be there for the history alone.
    start_until_last = all(all(m is each.mixtures[0] for m in each.mixtures[:-1]) for each in steps)
    if start_until_last and ends_after([1] * len(cases)):
        raise Finding(
            "always_start",
            "Each E step is given the start (or there is only one E step): it needs the newest "
            "mixture, in each iteration.",
        )
    if ends_after([number - 1 for number in asked]):
        text = "one iteration too few" if done != asked else "the mixture before the last M step"
        raise Finding("one_too_few", f"What comes out is {text}.")
    if ends_after([1] * len(cases)):
        raise Finding(
            "same_responsibilities",
            "Each M step is given the responsibilities of the start: they need to be renewed in "
            "each iteration.",
        )
    if not ends_after(done):
        return
    counts = " and ".join(
        f"{number} iterations where {n} were asked for"
        for number, n in zip(done, asked, strict=True)
        if number != n
    )
    if done == [number + 1 for number in asked]:
        raise Finding("one_too_many", f"It does one iteration too many: {counts}.")
    if len(set(done)) == 1:
        raise Finding("iterations_ignored", f"The argument `n_iterations` is ignored: {counts}.")
    if all(number <= n for number, n in zip(done, asked, strict=True)):
        raise Finding("stops_early", f"{_STOPS_EARLY} It did {counts}.")
    raise Finding("other_number", f"The number of iterations is another: {counts}.")


_STOPS_EARLY = (
    "It stops by a rule of its own before all iterations are done. That is sensible elsewhere; "
    "here `n_iterations` of them are asked for."
)


def _history(case):
    """Return ℓ_0, ℓ_1, …, ℓ_n."""
    x, mixture, *_, n_iterations = case
    return np.array(_run(x, mixture, None, None, n_iterations)[1])


_HISTORY_SLIPS = slips(
    {
        "history_without_start": "The history starts after the first iteration: the "
        "log-likelihood of the start is missing.",
        "history_without_last": "The last mixture, which is returned, has no log-likelihood in the "
        "history: each E step gives that of the mixture which goes into it.",
        "history_empty": "The history is empty.",
        "history_repeats": "One log-likelihood stands in the history twice.",
        "history_of_start": "The history holds the log-likelihood of the start over and over.",
        "one_number": "The history is one number only: keep those of all iterations.",
        "history_reversed": "The history runs backwards.",
    },
    lambda history: lambda *case: history(_history(case)),
    {
        "history_without_start": (lambda right: right[1:], lambda right: right[1:-1]),
        "history_without_last": lambda right: right[:-1],
        "history_empty": lambda right: right[:0],
        "history_repeats": (
            lambda right: np.append(right[:-1], right[-2]),
            lambda right: np.append(right[0], right[:-1]),
            lambda right: np.append(right[0], right),
            lambda right: np.append(right, right[-1]),
        ),
        "history_of_start": (
            lambda right: np.full_like(right, right[0]),
            lambda right: np.full_like(right[1:], right[0]),
        ),
        "one_number": (
            lambda right: right[-1],
            lambda right: right[-2],
            lambda right: right[-1:],
            lambda right: right[-2:-1],
            lambda right: right.sum(),
            lambda right: right[:-1].sum(),
        ),
        "history_reversed": lambda right: right[::-1],
    },
)


def _recognise_history(cases, found, wanted):
    if all(f.ndim == 3 for f in found):
        raise Finding(
            "history_of_others",
            "The history holds responsibilities: only the log-likelihoods belong there.",
        )
    if all(f.ndim == 1 and same([f], [w[: len(f)]]) for f, w in zip(found, wanted, strict=True)):
        raise Finding("stops_early", _STOPS_EARLY)


def _where_parameter(index, x, mixture, e_step, m_step, n_iterations):
    name = ("weight", "mean", "variance")[index[0]]
    return f"After {n_iterations} iterations, for the {name} of component {index[1] + 1},"


def _where_history(index, x, mixture, e_step, m_step, n_iterations):
    return f"After {index[0]} of {n_iterations} iterations"


def _loop_exercise():
    def case(x, mixture, n_iterations):
        steps = _Steps()
        return np.array(x), mixture, steps.e_step, steps.m_step, n_iterations

    start = Mixture.from_1d([0.5, 0.5], [0.2, 1.1], [1.2, 0.8])
    overlapping = [-2.1, -1.4, -0.9, -0.2, 0.4, 0.7, 1.3, 1.8, 2.6, 3.5]
    apart = [-5.2, -4.8, -4.4, -4.1, 3.9, 4.3, 4.4, 5.0, 5.6]
    return Exercise(
        name="em",
        arguments=("x", "mixture", "e_step", "m_step", "n_iterations"),
        course=_run,
        expected=lambda x, mixture, e_step, m_step, n: _run(x, mixture, None, None, n),
        read=_read_loop,
        parts=(
            Part("the mixture", "", "(3, K)", _where_parameter, (), _recognise_loop),
            Part(
                "the history",
                "ℓ",
                "(n_iterations + 1,)",
                _where_history,
                _HISTORY_SLIPS,
                _recognise_history,
            ),
        ),
        groups=(Group((case(overlapping, start, 4), case(apart, start, 40))),),
        right="the right mixtures and histories after 4 and after 40 iterations, on points that "
        "you have not seen",
    )
