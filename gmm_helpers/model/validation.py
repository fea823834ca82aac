"""Checks at the boundary: clean values come back, or one clear sentence is raised.

Every public function checks its arguments here: the mathematics has no line on bad input.
"""

import inspect
import numbers
import sys
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

COVARIANCE_TYPES = ("full", "tied", "diag", "spherical")
# Squares of the data are summed, so a feature's span has to stay clear of both ends of float64.
_LARGEST_SPAN = 1e152
_SMALLEST_SPAN = 1e-152
_RESOLUTION = 8 * np.finfo(np.float64).eps  # what is smaller than so much of a number is rounding
_SLACK = 1e-6  # by how much a sum of 1 may be off: what is summed may come from float32
_FEW_ROWS = 10  # fewer are taken for features, if there are five times as many columns
# A covariance is refused as singular when, of some feature's standard deviation, less than this
# share is left once the features before it are known. The relative error of what is left is about
# ε / share², so with this share the log-likelihood keeps some six digits at the worst.
SMALLEST_SHARE = 1e-5
_ROUNDING = 1e-7  # with a smaller one, the covariance is singular in float64
_ROWS = 2**15  # of the data at once in a QR decomposition


class ParameterError(ValueError):
    """A parameter that is refused, with what its sentence is about as attributes."""

    component: int  # whose covariance is not positive definite
    total: float  # of weights that do not sum to 1
    name: str  # of an array
    found: tuple  # its shape
    wanted: tuple  # the shape that is asked for (None: any length)

    def __init__(self, message, **about):
        super().__init__(message)
        self.__dict__.update(about)


def name_component(k):
    """Name a component as texts and pictures do, from 1, and as arrays do, from 0."""
    return f"component {k + 1} (index {k})"


def count(number, noun):
    """Return a number with its noun."""
    return f"{number} {noun}{'' if str(number) == '1' else 's'}"


def as_points(x, n_features=None, name="x"):
    """Check data `x` of shape (n, D), or (n,) for D = 1; return it as float64, (D, n) in C order.

    One row per feature keeps each dimension contiguous, which is what makes EM fast.
    """
    values = as_real(x, name)
    if values.ndim not in (1, 2):
        raise ValueError(f"{name} must have shape (n, D), or (n,) for D = 1, not {values.shape}.")
    if values.size == 0:
        raise ValueError(f"{name} is empty (shape {values.shape}): it needs at least one point.")
    points = np.ascontiguousarray(np.atleast_2d(values.T))
    _check_finite(points, name)
    if n_features is not None:
        check_features(points, n_features, name)
    return points


def _check_finite(columns, name):
    """Check that there is no NaN or infinity in (…, n); the error names the row for a learner."""
    if not np.isfinite([columns.min(), columns.max()]).all():
        row = np.flatnonzero(~np.isfinite(columns).all(axis=0))[0]
        raise ValueError(f"{name} must be finite: NaN or infinity stands first in row {row}.")


def check_features(points, n_features, name="x"):
    """Check that `points` (D, n) have as many features as are needed, such as a mixture has."""
    if len(points) != n_features:
        one = len(points) == 1  # of shape (D,), perhaps, which .T leaves as it is
        turn = "One point? Pass {}.reshape(1, -1)." if one else "Wrong way round? Pass {}.T."
        turned = f" {turn.format(name)}" if points.shape[1] == n_features else ""
        raise ValueError(f"{name} has D = {len(points)} where D = {n_features} is needed.{turned}")


def as_names(features, D) -> tuple:
    """Return a name for each of D features, by default x, or x₁ and x₂."""
    if features is None and D <= 2:
        return ("x",) if D == 1 else ("x₁", "x₂")
    names = tuple(as_list(features))
    if len(names) != D or not all(isinstance(name, str) for name in names):
        raise ValueError(f"features must name each column of x (D = {D}); it is {features!r:.60}.")
    return names


def as_list(values) -> list:
    """Return several values, or a single one, as a list."""
    return [*values] if np.iterable(values) and not isinstance(values, str) else [values]


def check_each(holds, kind, /, **values):
    """Check that each of some arguments, by their names, is of a kind."""
    for name, value in values.items():
        if not holds(value):
            raise TypeError(f"{name} must be {kind}; it is {value!r:.60}.")


def check_one_of(value, name, known):
    """Check that an argument is one of some texts."""
    if not (isinstance(value, str) and value in known):
        raise ValueError(f"{name} must be one of {', '.join(known)}; it is {value!r:.60}.")


check_covariance_type = partial(check_one_of, name="covariance_type", known=COVARIANCE_TYPES)
check_flags = partial(check_each, lambda value: isinstance(value, bool | np.bool_), "True or False")
check_functions = partial(check_each, callable, "a function")
check_texts = partial(check_each, lambda value: {*map(type, as_list(value))} <= {str}, "text")


def check_call(name, function, *arguments, **options):
    """Check that an argument is a function that can be called so, as far as it tells."""
    check_functions(**{name: function})
    try:
        signature = inspect.signature(function)
    except ValueError:  # some that are written in C do not tell
        return
    try:
        signature.bind(*arguments, **options)
    except TypeError as error:
        call = ", ".join([*arguments, *(f"{option}=…" for option in options)])
        takes = ", ".join(signature.parameters) or "nothing"
        raise TypeError(f"{name} is called as {name}({call}); yours takes {takes}.") from error


def as_tuples(values, name, *entries) -> list:
    """Return several tuples, each of which has these entries, as a list."""
    rows = as_list(values)
    if not rows or {type(row) in (tuple, list) and len(row) for row in rows} != {len(entries)}:
        raise TypeError(f"{name} must be tuples ({', '.join(entries)}); it is {values!r:.60}.")
    return rows


def check_dict(value, name, entries):
    """Check that an argument is a dict, and not empty."""
    if not (isinstance(value, Mapping) and value):
        raise TypeError(f"{name} must be a dict of {entries}; it is {value!r:.60}.")


def check_fittable(points, n_components):
    """Check that `points` (D, n) can carry a fit of `n_components` components at all."""
    D, n = points.shape
    if n < _FEW_ROWS and D >= 5 * n:  # with so many more columns than rows nothing can be fitted
        raise ValueError(
            f"x has n = {n} points in D = {D} dimensions: wrong way round? Pass x.T. (Each row is "
            "a point, each column a feature.)"
        )
    if n_components > n:
        raise ValueError(f"K = {n_components} components need at least K points; x has n = {n}.")
    if n == 1:
        raise ValueError("x has a single point: there is no variance to fit.")
    # A difference that overflows is infinite, and so it is refused below.
    with np.errstate(over="ignore"):
        spans = points.max(axis=1) - points.min(axis=1)
    for feature, (span, values) in enumerate(zip(spans, points, strict=True)):
        if not span:
            what = f"is constant (always {values[0]:g}): leave it out, it has no variance to fit"
        elif span <= _RESOLUTION * abs(values).max():
            what = (
                f"is constant but for rounding: subtract a number near {values[0]:g} where the "
                "data are made, or leave the feature out"
            )
        elif not _SMALLEST_SPAN < span < _LARGEST_SPAN:
            what = (
                f"spans {span:g}, and its square leaves the range of float64: change its unit "
                "(multiply it by a constant)"
            )
        else:
            continue
        raise ValueError(f"Feature {feature} of x {what}.")
    for enough in (n_components, 1000, n):  # a million would cost more than an iteration
        n_distinct = len({*zip(*points[:, :enough].tolist(), strict=True)})
        if n_distinct >= n_components:
            return
    raise ValueError(
        f"x has only {n_distinct} distinct points, fewer than K = {n_components}: use fewer "
        "components."
    )


def standard_deviations(points):
    """Return the standard deviation of each feature, (D,), without squares that overflow."""
    # One feature at a time: of all at once several copies would be made.
    spans = np.ptp(points, axis=1)
    pairs = zip(points, spans, strict=True)
    return spans * [((row - row.min()) / span).std() for row, span in pairs]


class Model(NamedTuple):
    """What the M step fits: covariances of which type, and with what ridge."""

    covariance_type: str
    ridge: float
    added: np.ndarray  # what the ridge adds to each variance, (D,)
    nearly: str = ""  # says, if so, that a feature nearly is a combination of others

    @property
    def is_diagonal(self):
        """Whether no feature depends on another within a component."""
        return self.covariance_type in ("diag", "spherical")


def as_model(points, covariance_type, ridge):
    """Check the M step's options for `points` (D, n); return them as a `Model`."""
    check_covariance_type(covariance_type)
    ridge = check_amount(ridge, "ridge")
    if not ridge:
        nearly = say_near_dependence(points) if covariance_type in ("full", "tied") else ""
        return Model(covariance_type, ridge, np.zeros(len(points)), nearly)
    with np.errstate(over="ignore"):
        added = ridge * standard_deviations(points) ** 2
    if not np.isfinite(added).all():
        raise ValueError(f"ridge = {ridge:g} is too large: it is a fraction of the variances.")
    if covariance_type == "spherical":
        added = np.full_like(added, added.mean())
    return Model(covariance_type, ridge, added)


def say_near_dependence(points):
    """Check that full covariances can have volume: more than D points, no feature from others.

    Returns a sentence where a feature so nearly is one that full and tied covariances of all data
    would be refused, although they could be computed; else "".
    """
    D, n = points.shape
    if n <= D:
        raise ValueError(
            f"x has n = {n} points in D = {D} dimensions: full and tied covariances need more than "
            "D. Wrong way round? Pass x.T. Else use covariance_type='diag', or a ridge."
        )
    mean, low, high = points.mean(axis=1), points.min(axis=1), points.max(axis=1)
    scales = np.maximum(high - mean, mean - low)
    triangle = np.empty((0, D))
    for first in range(0, n, _ROWS):  # of all rows at once several copies would be made
        rows = (points[:, first : first + _ROWS].T - mean) / scales
        triangle = np.linalg.qr(np.vstack([triangle, rows]), mode="r")
    # What is left of a feature's deviations once the features before it are known, against what
    # the stored numbers' last digits make of it.
    left = abs(np.diagonal(triangle)) / np.sqrt(n) * scales
    dependent = left <= _RESOLUTION * np.maximum(-low, high)
    shares = abs(np.diagonal(triangle)) / np.linalg.norm(triangle, axis=0)
    if dependent.any():
        feature = dependent.argmax()
        away = abs(points[feature] - np.median(points[feature]))
        what = "is a linear combination of the features before it"
        if 0 < np.median(away) <= _RESOLUTION * away.max():
            what = f"has in row {away.argmax()} a value beside which the rest has no spread"
        elif shares[feature] > 0.1:
            what = "varies in its last digits alone"
        raise ValueError(
            f"Feature {feature} of x {what}: "
            "leave it out, use covariance_type='diag', or add a ridge."
        )
    least = shares.argmin()
    if not _ROUNDING < shares[least] < SMALLEST_SHARE:
        return ""
    return (
        f"Of the standard deviation of feature {least} of x the share {shares[least]:.2g} is left "
        f"once the features before it are known. Below {SMALLEST_SHARE:g} a covariance in float64 "
        "has too few digits. Subtract from the feature what those before it predict (in any linear "
        "coordinates full and tied fits are the same), use covariance_type='diag', or add a ridge."
    )


@np.errstate(all="ignore")  # what overflows float64 becomes infinite, which is refused later
def as_real(values, name):
    """Return `values` as float64; refuse text, complex numbers, objects and missing values."""
    if np.ma.is_masked(values):
        raise ValueError(f"{name} must not have masked values: drop them or fill them in first.")
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} must not have rows of different lengths.") from error
    if array.dtype.kind not in "biuf":
        data_set = isinstance(getattr(values, "x", None), np.ndarray)
        remedy = ": pass the data's .x, not all of the data set" if data_set else ""
        others = [each for each in array.ravel().tolist() if not isinstance(each, numbers.Real)]
        objects = "numbers as objects: convert them by .astype(float)"
        held = objects if array.dtype.kind == "O" else f"{array.dtype}"  # as of dates, in part
        if others:
            held = f"{others[0]!r:.40} ({type(others[0]).__name__})"
        raise TypeError(f"{name} must hold real numbers; it holds {held}{remedy}.")
    return array.astype(np.float64, copy=False)


def as_parameter(values, name, shape, meaning=None):
    """Return an array as float64, checked against `shape` (None: any length)."""
    array = as_real(values, name)
    if array.ndim != len(shape) or any(
        wanted not in (None, found) for wanted, found in zip(shape, array.shape, strict=True)
    ):
        text = f"{name} must have shape {meaning or shape}, not {array.shape}."
        raise ParameterError(text, name=name, found=array.shape, wanted=shape)
    if array.size == 0:
        raise ValueError(f"{name} is empty (shape {array.shape}): it needs at least one number.")
    _check_finite(array.reshape(len(array), -1).T, name)
    return array


def as_rising(values, name, length=None, *, at_least=2):
    """Return numbers in one dimension as float64, each above the one before."""
    array = as_parameter(values, name, (length,), f"({length or 'n'},)")
    if len(array) < at_least or not (np.diff(array) > 0).all():
        raise ValueError(f"{name} must be {at_least} or more numbers that rise; it is {array}.")
    return array


@np.errstate(all="ignore")
def as_mixture(weights, means, covariances):
    """Return a mixture's three arrays as float64 copies, checked but for positive definiteness."""
    weights = as_parameter(weights, "weights", (None,), "(K,)").copy()
    K = len(weights)
    means = as_parameter(means, "means", (K, None), f"(K, D) with K = {K}").copy()
    D = means.shape[1]
    shape = K, D, D
    covariances = as_parameter(covariances, "covariances", shape, f"(K, D, D) = {shape}").copy()
    if weights.min() < 0:
        name = name_component(weights.argmin())
        raise ValueError(f"weights must not be negative; that of {name} is.")
    total = float(weights.sum())
    if abs(total - 1) > _SLACK:
        text = f"weights must sum to 1; they sum to {total:.9g} (divide them by their sum)."
        raise ParameterError(text, total=total)
    if abs(total - 1) > 1e-12:  # rounded to fewer digits: else the area would not be 1
        weights /= total
    deviations = np.sqrt(abs(np.diagonal(covariances, axis1=1, axis2=2)))
    slack = 1e-8 * deviations[:, :, None] * deviations[:, None, :]
    if (abs(covariances - covariances.transpose(0, 2, 1)) > slack).any():
        raise ValueError("covariances must be symmetric: each Σ_k equal to its transpose.")
    return weights, means, covariances


@np.errstate(all="ignore")
def as_responsibilities(values, n=None, K=None, name="responsibilities"):
    """Return responsibilities of shape (n, K) as a new (K, n) array in C order."""
    meaning = f"(n, K) = ({n}, {K or 'K'})" if n else "(n, K)"
    b = as_parameter(values, name, (n, K), meaning).T.copy()
    totals = b.sum(axis=0)
    if b.min() < 0:
        row = b.min(axis=0).argmin()
        raise ValueError(f"{name} must not be negative; row {row} has one that is.")
    if abs(totals - 1).max() > _SLACK:
        row = abs(totals - 1).argmax()
        raise ValueError(
            f"{name} must sum to 1 over the components for each point; "
            f"row {row} sums to {totals[row]:.6g}."
        )
    return b


def check_count(value, name, *, at_least):
    """Return `value` as an int of at least `at_least`."""
    return int(_check_number(value, name, numbers.Integral, "whole", at_least, sys.maxsize))


def check_amount(value, name, *, at_least=0):
    """Return `value` as a finite float of at least `at_least`."""
    return float(_check_number(value, name, numbers.Real, "real", at_least, sys.float_info.max))


def _check_number(value, name, kind, what, least, most):
    if isinstance(value, bool | np.bool_ | np.timedelta64) or not isinstance(value, kind):
        raise TypeError(f"{name} must be a {what} number; it is {value!r}.")
    value = value.item() if isinstance(value, np.generic) else value  # float32 has no `most`
    if not least <= value <= most:
        finite = " and finite" if kind is numbers.Real else f" and at most {most}" * (value > 0)
        raise ValueError(f"{name} must be at least {least}{finite}; it is {value!s:.40}.")
    return value


def as_limits(max_iter, tol):
    """Check what ends a run; return both by their names."""
    max_iter = check_count(max_iter, "max_iter", at_least=0)
    return {"max_iter": max_iter, "tol": check_amount(tol, "tol")}


def check_rng(rng):
    """Return a NumPy generator; a seed or a legacy RandomState is not one."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a generator, as np.random.default_rng(0) is; got {rng!r}.")
    return rng
