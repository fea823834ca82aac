"""Findings that fit any exercise: what is told of wrong numbers of which no table knows."""

import itertools
import math

import numpy as np

DIGITS = 8  # to how many digits a result has to be right
_ROUNDED = 2e-3  # the relative error that a rounded constant may make, such as 3.14


class Finding(BaseException):
    """What ends a check: a slip and its message; a `vague` one does not know the reason.

    Where the group of its case knows it, the group's message comes first, and of the finding only
    the `detail` follows: the message, unless it is given.

    Not an Exception, so that no `except Exception` of a learner's can stop it on its way.
    """

    def __init__(self, slip, message, *, vague=False, detail=None):
        super().__init__(message)
        self.slip, self.message, self.vague = slip, message, vague
        self.detail = message if detail is None else detail

        self.opening = ""  # what is right, which is told first
        self.arguments = None  # those of the case that it was found in


def same(found, wanted):
    """Say whether two lists of arrays are equal, in shape and to so many digits."""
    return all(
        np.shape(f) == np.shape(w) and _close(f, w).all()
        for f, w in zip(found, wanted, strict=True)
    )


def _close(found, wanted):
    # Beside the largest numbers, a small one may have lost digits on the way.
    scale = np.max(np.abs(wanted), initial=0)
    slack = 1e-12 + (1e-10 * scale if np.isfinite(scale) else 0)
    return np.isclose(found, wanted, rtol=10.0**-DIGITS, atol=slack)


def number(value, digits=6, form=""):
    """Write a number with a true minus sign."""
    return f"{value:{form}.{digits}g}".removesuffix(".").replace("-", "−")


def _two_numbers(a, b):
    """Write two numbers with as many digits as tell them apart, and counts as counts."""
    if all(float(value).is_integer() and abs(value) < 1e6 for value in (a, b)):
        return [number(value) for value in (a, b)]
    for digits in range(4, 17):
        texts = [number(value, digits, "#") for value in (a, b)]
        if texts[0] != texts[1]:
            break
    return texts


def detect(part, cases, found, wanted, difference):
    """Raise the first finding that fits, and if there is none, that something is different."""
    _check_shape(part, found, wanted)
    if not all(np.isfinite(values).all() for values in found):
        raise Finding(
            "not_finite",
            f"NaN or infinity stands in {part.name}: look for a division by 0, a log of 0, "
            f"or a root or log of a negative number. {difference}",
            vague=True,
        )
    _check_constant(part, found, wanted)
    _check_rounded(part, found, wanted)
    _check_made_of_right(part, cases, found, wanted, difference)
    _check_places(part, found, wanted, difference)
    _check_zeros_and_rows(part, found, wanted, difference)
    text = f"Something else is wrong with {part.name}: compare your lines with the formula."
    raise Finding("different", f"{text} {difference}", vague=True, detail=difference)


def _check_shape(part, found, wanted):
    for f, w in zip(found, wanted, strict=True):
        if f.shape == w.shape:
            continue
        asked = part.meaning if part.meaning == str(w.shape) else f"{part.meaning} = {w.shape}"
        asked = asked.replace("() = ", "").replace("()", "one number")
        text = f"For {part.name} it returns shape {f.shape}, where {asked} is asked for."
        if f.ndim == 2 and f.shape == w.shape[::-1]:
            text += " Rows and columns have changed places."
            raise Finding("transposed", text)
        if f.size == w.size and _close(f.ravel(), w.ravel()).all():
            text += " The numbers themselves are right; the brackets, or an axis, are not."
        raise Finding("wrong_shape", text, vague=True)


def _check_constant(part, found, wanted):
    if len(found) > 1 and same(found[1:], found[:-1]) and not same(wanted[1:], wanted[:-1]):
        raise Finding(
            "constant",
            f"Whatever the arguments, it returns the same for {part.name}: are the arguments used, "
            "or variables of the notebook?",
        )


def _check_rounded(part, found, wanted):
    for decimals in range(1, DIGITS):
        if same(found, [w.round(decimals) for w in wanted]):
            raise Finding(
                "rounded",
                f"For {part.name} it returns numbers rounded to {decimals} decimals; all digits "
                "are asked for.",
            )
    largest = max(_relative_error(f, w).max() for f, w in zip(found, wanted, strict=True))
    if largest < _ROUNDED:
        raise Finding(
            "rounded",
            f"Almost: for {part.name} the first {round(-math.log10(largest))} digits are right, "
            f"and {DIGITS} are asked for. Look for a rounded constant, single precision, or a "
            "small number added somewhere.",
        )


# What may have been made of the right numbers, whatever the exercise.
_MADE_OF_RIGHT = (
    ("negative", lambda w: -w, "All of it has the wrong sign."),
    ("doubled", lambda w: 2 * w, "All of it is twice what it should be."),
    ("halved", lambda w: w / 2, "All of it is half of what it should be."),
    ("absolute", np.abs, "The minus signs are lost."),
    ("squared", np.square, "This is the square of what is asked for."),
    ("root", np.sqrt, "This is the square root of what is asked for."),
    ("upside_down", lambda w: 1 / w, "This is 1 divided by what is asked for."),
    ("logarithm", np.log, "This is the logarithm of what is asked for."),
    ("exponential", np.exp, "This is the exponential of what is asked for."),
    ("one_minus", lambda w: 1 - w, "This is 1 less what is asked for."),
    ("normalised", lambda w: w / w.sum(), "It is divided by its own sum, and should not be."),
    ("normalised", lambda w: w / w.max(), "It is divided by its largest value."),
    ("integers", np.trunc, "The decimals are cut off: is an array made for whole numbers?"),
    ("integers", np.round, "The numbers are rounded to whole ones."),
    ("integers", np.floor, "The numbers are rounded down, as `//` does."),
    ("cumulated", np.cumsum, "Each number has those before it added."),
    ("sorted", lambda w: np.sort(w, axis=0), "The numbers are right, but sorted."),
    ("reversed", lambda w: w[::-1], "The numbers are right, but in reverse order."),
    ("components_turned", lambda w: w[:, ::-1], "The columns are in reverse order."),
)


def _check_made_of_right(part, cases, found, wanted, difference):
    """Find that something simple was made of all the right numbers."""
    values = np.concatenate([w.ravel() for w in wanted])
    if len({*values.round(9)}) < 2:  # one number is anything of another
        return
    with np.errstate(all="ignore"):
        for name, make, text in _MADE_OF_RIGHT:
            try:
                if same(found, [make(w) for w in wanted]):
                    raise Finding(name, f"For {part.name}: {text} {difference}")
            except IndexError:  # there is no such axis
                continue
        ratios = np.concatenate([(f / w).ravel() for f, w in zip(found, wanted, strict=True)])
        ratio = ratios[0]
        if same([ratios], [np.full_like(ratios, ratio)]):
            text = f"All of it is {number(ratio, 4)} times what it should be: is a factor missing, "
            text += "or too much?"
            if any(np.isclose(ratio * np.log(base), 1) for base in (2, 10)):
                text += " Or has a logarithm another base than e?"
            raise Finding("factor", f"For {part.name}: {text} {difference}")
        shift = np.concatenate([(f - w).ravel() for f, w in zip(found, wanted, strict=True)])
        if same([shift], [np.full_like(shift, shift[0])]):
            text = f"All of it is {number(abs(shift[0]), 4)} too "
            text += "large: with what does a sum begin?" if shift[0] > 0 else "small."
            raise Finding("summand", f"For {part.name}: {text} {difference}")
        sizes = [
            [float(len(case[i])) if np.ndim(case[i]) else np.nan for case in cases]
            for i in range(min(2, len(cases[0])))
        ]
        ways = itertools.product(sizes, ((-1, "divided by"), (1, "multiplied by")))
        for sizes, (power, text) in ways:
            scaled = [w * size**power for w, size in zip(wanted, sizes, strict=True)]
            times = (found[0] / scaled[0]).flat[0]
            if same(found, [times * each for each in scaled]):
                more = "" if np.isclose(times, 1) else f" and is {number(times, 4)} times as large"
                text = f"It is {text} the number of points{more}, and should not be."
                raise Finding("scaled_by_n", f"For {part.name}: {text} {difference}")


def _check_places(part, found, wanted, difference):
    """Find that only the first or last row, column or entry is wrong, or right."""
    if len({w.ndim for w in wanted}) > 1:
        return
    smallest = np.min([w.shape for w in wanted], axis=0)
    for axis in range(wanted[0].ndim):
        what = ("row", "column")[axis] if wanted[0].ndim == 2 else "entry"
        for place, index in (("first", 0), ("last", -1)):
            close = [_close(f, w) for f, w in zip(found, wanted, strict=True)]
            here = np.concatenate([np.take(c, [index], axis).ravel() for c in close])
            there = np.concatenate([np.delete(c, index, axis).ravel() for c in close])
            text = f"Of {part.name} only the {place} {what} is"
            if there.all() and smallest[axis] > 2:
                text = f"{text} wrong: does a loop leave it out? {difference}"
                raise Finding("left_out", text, vague=True)
            if here.all() and not there.any():
                text = f"{text} right: does a loop, or an index, stay there? {difference}"
                raise Finding("only_one_right", text, vague=True)


def _check_zeros_and_rows(part, found, wanted, difference):
    """Find zeros where there should be none, and rows that do not sum to 1 where they have to."""
    if all((f == 0).any() and f.any() and w.all() for f, w in zip(found, wanted, strict=True)):
        text = f"Of {part.name} some are 0, as `np.zeros` leaves them: does a loop go over all?"
        raise Finding("left_at_zero", f"{text} {difference}", vague=True)
    sums = [f.sum(axis=1) for f in found if f.ndim == 2]
    if sums and all(np.allclose(w.sum(axis=1), 1) for w in wanted if w.ndim == 2):
        off = [s[0] for s in sums if not np.allclose(s, 1)]
        if off and all(w.ndim == 2 for w in wanted):
            text = f"For {part.name} each row has to sum to 1; a first row sums to {off[0]:.4g}."
            raise Finding("not_normalised", f"{text} {difference}", vague=True)


def _relative_error(found, wanted):
    """Return how far off each number is, as a share of the right one; 0 if it is near enough."""
    with np.errstate(all="ignore"):
        error = np.abs(found - wanted) / np.abs(wanted)
    return np.where(_close(found, wanted), 0, np.nan_to_num(error, nan=np.inf))


def show_difference(part, cases, found, wanted):
    """Show the first number that is clearly wrong; nothing where the shapes differ."""
    if any(f.shape != w.shape for f, w in zip(found, wanted, strict=True)):
        return ""
    errors = [_relative_error(f, w) for f, w in zip(found, wanted, strict=True)]
    clear = min(0.01, max(error.max() for error in errors))
    for case, f, w, error in zip(cases, found, wanted, errors, strict=True):
        if error.max() >= clear:
            index = tuple(int(i) for i in np.argwhere(error >= clear)[0])
            a, b = _two_numbers(f[index], w[index])
            what = f"{part.symbol} = {a}" if part.symbol else a
            return f"{part.where(index, *case)} it gives {what}; right is {b}."
    raise AssertionError("there is a largest error")
