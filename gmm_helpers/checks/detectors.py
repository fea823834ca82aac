"""Findings that fit any exercise: what is told of wrong numbers where no table of slips knows them.

In all of these `found` and `wanted` are the numbers of one part, an array for each case.
"""

import itertools
import math

import numpy as np

from gmm_helpers.checks.exercise import Finding, Table
from gmm_helpers.checks.references import number
from gmm_helpers.checks.slips import value
from gmm_helpers.model.validation import count

DIGITS = 8  # to how many digits a result has to be right
_ROUNDED = 2e-3  # the relative error that a rounded constant may make, such as 3.14
TABLE = Table(__file__)
_MADE = TABLE.expression("made")


def same(found, wanted):
    """Say whether two lists of arrays are equal, in shape and to so many digits."""
    pairs = zip(found, wanted, strict=True)
    return all(np.shape(f) == np.shape(w) and _close(f, w).all() for f, w in pairs)


@np.errstate(all="ignore")
def _close(found, wanted):
    # Beside the largest numbers, a small one may have lost digits on the way.
    scale = np.max(np.abs(wanted), initial=0)
    slack = 1e-12 + (1e-10 * scale if np.isfinite(scale) else 0)
    near = abs(found - wanted) <= slack + 10.0**-DIGITS * np.abs(wanted)
    return (found == wanted) | near & np.isfinite(wanted)  # as `np.isclose`, in half of its time


def detect(part, cases, found, wanted, difference):
    """Raise the first finding that fits, and if there is none, that something is different."""
    about = {"part": part, "difference": difference}
    _check_shape(part, found, wanted)
    if not all(np.isfinite(values).all() for values in found):
        raise TABLE.finding("not_finite", **about)
    if len(found) > 1 and same(found[1:], found[:-1]) and not same(wanted[1:], wanted[:-1]):
        raise TABLE.finding("constant", part=part)
    _check_rounded(part, found, wanted)
    if np.ptp(np.concatenate([w.ravel() for w in wanted])) > 1e-9:  # one number is made of any
        _check_made_of_right(cases, found, wanted, about)
    if any(map(str.isalpha, part.shape)):  # no loop goes over axes of a fixed size
        _check_places(found, wanted, about)
        _check_zeros_and_rows(found, wanted, about)
    finding = TABLE.finding("different", part=part)
    finding.lead, finding.detail = finding.detail, difference
    raise finding


def _check_shape(part, found, wanted):
    for f, w in zip(found, wanted, strict=True):
        if f.shape == w.shape:
            continue
        asked = part.shape if part.shape == str(w.shape) else f"{part.shape} = {w.shape}"
        asked = asked if w.shape else "one number"
        about = {"part": part, "found": f.shape, "asked": asked}
        if f.ndim == 2 and f.shape == w.shape[::-1]:
            raise TABLE.finding("transposed", **about)
        right = f.size == w.size and _close(f.ravel(), w.ravel()).all()
        raise TABLE.finding("wrong_shape", "right numbers" if right else None, **about)


def _check_rounded(part, found, wanted):
    for decimals in range(1, DIGITS):
        if same(found, [w.round(decimals) for w in wanted]):
            raise TABLE.finding("rounded", part=part, decimals=count(decimals, "decimal"))
    least = min(f.min(initial=0.01) for f in found)
    floored = [np.maximum(w, least) for w in wanted]
    if 0 < least < 0.01 and same(found, floored):  # shares or densities, cut off below
        raise TABLE.finding("floored", part=part, least=number(least))
    largest = max(_relative_error(f, w).max() for f, w in zip(found, wanted, strict=True))
    if largest < _ROUNDED:
        right = min(round(-math.log10(largest)), DIGITS - 1)
        raise TABLE.finding("rounded", "almost", part=part, right=right, digits=DIGITS)


@np.errstate(all="ignore")
def _check_made_of_right(cases, found, wanted, about):
    """Find that something simple was made of all the right numbers."""
    sizes = [len(np.atleast_1d(case[0])) for case in cases]
    scopes = [{**TABLE.names, "w": w, "n": n} for w, n in zip(wanted, sizes, strict=True)]
    fitting = {}
    for explanation in _MADE.ranks[0]:
        try:
            made = [value(explanation.source, scope) for scope in scopes]
        except IndexError:  # there is no such axis
            continue
        if same(found, made):
            fitting.setdefault(explanation.names[0], explanation.say)
    if fitting:
        name, says = next(iter(fitting)), " Or: ".join(fitting.values())
        raise Finding(name, f"For {about['part'].name}, {says} {about['difference']}")
    f, w = (np.concatenate([values.ravel() for values in each]) for each in (found, wanted))
    ratios, shifts = f / w, f - w
    if same([ratios], [np.full_like(ratios, ratios[0])]):
        other = any(np.isclose(ratios[0] * np.log(base), 1) for base in (2, 10))
        base = " Or has a logarithm another base than e?" if other else ""
        raise TABLE.finding("factor", ratio=number(ratios[0], 4), base=base, **about)
    if same([shifts], [np.full_like(shifts, shifts[0])]):
        when = "too large" if shifts[0] > 0 else "too small"
        raise TABLE.finding("summand", when, shift=number(abs(shifts[0]), 4), **about)


def _check_places(found, wanted, about):
    """Find that only the first or last row, column or entry is wrong, or right."""
    if len({w.ndim for w in wanted}) > 1:
        return
    close = [_close(f, w) for f, w in zip(found, wanted, strict=True)]
    for axis, index in itertools.product(range(wanted[0].ndim), (0, -1)):
        here = np.concatenate([np.take(c, [index], axis).ravel() for c in close])
        there = np.concatenate([np.delete(c, index, axis).ravel() for c in close])
        what = ("row", "column")[axis] if wanted[0].ndim == 2 else "entry"
        place = f"{'last' if index else 'first'} {what}"
        if there.all() and min(w.shape[axis] for w in wanted) > 2:
            raise TABLE.finding("left_out", place=place, **about)
        if here.all() and not there.any():
            raise TABLE.finding("only_one_right", place=place, **about)


def _check_zeros_and_rows(found, wanted, about):
    """Find zeros where there should be none, and rows that do not sum to 1 where they have to."""
    if all((f == 0).any() and f.any() and w.all() for f, w in zip(found, wanted, strict=True)):
        raise TABLE.finding("left_at_zero", **about)
    if all(w.ndim == 2 and np.allclose(w.sum(axis=1), 1) for w in wanted):
        sums = np.concatenate([f.sum(axis=1) for f in found])
        furthest = sums[abs(sums - 1).argmax()]
        if not np.isclose(furthest, 1):
            total, _ = _two_numbers(furthest, 1)
            raise TABLE.finding("not_normalised", total=total, **about)


@np.errstate(all="ignore")
def _relative_error(found, wanted):
    """Return how far off each number is, as a share of the right one; 0 if it is near enough."""
    error = np.nan_to_num(abs(found - wanted) / abs(wanted), nan=np.inf)
    return np.where(_close(found, wanted), 0, error)


def show_difference(part, cases, found, wanted):
    """Show the first number that is clearly wrong; nothing where the shapes differ."""
    if any(f.shape != w.shape for f, w in zip(found, wanted, strict=True)):
        return ""
    errors = [_relative_error(f, w) for f, w in zip(found, wanted, strict=True)]
    clear = min(0.01, max(error.max() for error in errors))
    first = next(i for i, error in enumerate(errors) if error.max() >= clear)
    index = tuple(int(i) for i in np.argwhere(errors[first] >= clear)[0])
    a, b = _two_numbers(found[first][index], wanted[first][index])
    if all((np.rint(w) == w).all() for w in wanted):  # counts, whatever the answer is
        b = number(wanted[first][index])
    what = f"{part.symbol} = {a}" if part.symbol else a
    return f"{part.where(index, *cases[first])} it gives {what}; right is {b}."


def _two_numbers(a, b):
    """Write two numbers with as many digits as tell them apart, and counts as counts."""
    if all(float(value).is_integer() and abs(value) < 1e6 for value in (a, b)):
        return number(a), number(b)
    pairs = ([number(value, digits, "#") for value in (a, b)] for digits in range(4, 18))
    return next(pair for pair in pairs if pair[0] != pair[1])
