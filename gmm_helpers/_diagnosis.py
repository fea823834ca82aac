"""How a learner's function is checked: run on hidden data, compared, and its slip recognised.

A check is an `Exercise`: what the function is called with, what the course's own makes of that,
and for each part of the result the classic wrong answers, as functions that make them. A slip is
named only where it gives the learner's very numbers.
"""

import dis
import html
import inspect
import itertools
import math
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gmm_helpers import _checks
from gmm_helpers._own_steps import describe_exception
from gmm_helpers.mixture import Mixture

DIGITS = 8  # to how many digits a result has to be right
_ROUNDED = 2e-3  # the relative error that a rounded constant may make, such as 3.14
# What a line of text opens with, and the colour beside it, light and dark enough for both themes.
_RIGHT, _NOT_YET, _TO_DO = ("Right.", "#009E73"), ("Not yet.", "#D55E00"), ("To do.", "#0072B2")


@dataclass(frozen=True, eq=False, repr=False)
class Check:
    """What a self-check found; shown as its sentence when it is the last value of a cell.

    Attributes
    ----------
    ok : bool
    slip : str or None
        What is wrong, as a short name: "wrong_axis", "untouched", …; None if nothing is.
    message : str
        The same in one to three sentences.
    working : callable
        The function to go on with: the learner's if it is right, else the course's.
    """

    ok: bool
    slip: str | None
    message: str
    working: Callable

    def __str__(self):
        return f"{self._opening[0]} {self.message}"

    __repr__ = __str__

    def _repr_html_(self):
        word, colour = self._opening
        text = re.sub("`([^`]*)`", r"<code>\1</code>", html.escape(self.message, quote=False))
        return (
            f'<p style="border-left:5px solid {colour}; padding:2px 0 2px 12px; margin:4px 0; '
            f'line-height:1.5; overflow-wrap:anywhere"><strong>{word}</strong> {text}</p>'
        )

    @property
    def _opening(self):
        return _RIGHT if self.ok else _TO_DO if self.slip == "untouched" else _NOT_YET


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

    def open_with(self, text):
        """Put a sentence in front."""
        self.message, self.detail = f"{text} {self.message}", f"{text} {self.detail}"


class Slip(NamedTuple):
    """A classic wrong answer: its name, what it makes of the arguments, and what to say of it."""

    name: str
    wrong: Callable
    message: str


def slips(messages, make, *places):
    """Return a slip for each way to go wrong in one or more places of a formula.

    Each place is a dictionary of what may stand there: under None what is right, and under a
    slip's name what is wrong, one function or several. `make(*functions)`, with one of them for
    each place, returns a function of the exercise's arguments. Of several slips at once, the one
    in the first place is told; `messages` has a sentence for each name.
    """
    choices = [
        [(name, each) for name, functions in place.items() for each in _as_tuple(functions)]
        for place in places
    ]
    found = []
    for choice in itertools.product(*choices):
        names = [name for name, _ in choice if name is not None]
        if names:
            wrong = make(*(each for _, each in choice))
            found.append((len(names), Slip(names[0], wrong, messages[names[0]])))
    found.sort(key=lambda pair: pair[0])  # the simplest explanation comes first
    return tuple(slip for _, slip in found)


def _as_tuple(value):
    return value if isinstance(value, tuple) else (value,)


class Part(NamedTuple):
    """A part of a result, judged by itself: in the order of the parts, the first wrong one is told.

    `name` is as in "the responsibilities", `symbol` as in "b", and `meaning` that of the shape, as
    in "(n, K)". `where(index, *arguments)` says which number is meant, as in "For point 1".
    `recognise(cases, found, wanted)`, tried after the `slips`, may raise a `Finding`.
    """

    name: str
    symbol: str
    meaning: str
    where: Callable
    slips: tuple = ()
    recognise: Callable | None = None


class Group(NamedTuple):
    """Arguments to call the learner's function with, told apart by what they ask of it.

    `slip` and `message` are for functions that were right in the groups before, and fail here in a
    way that is not known otherwise. `explains` has the names of findings, vague or not, that the
    message explains already: of these nothing follows it.
    """

    cases: tuple
    slip: str | None = None
    message: str = ""
    explains: tuple = ()


@dataclass(frozen=True)
class Exercise:
    """What a check needs to know.

    `read(result, *arguments)` returns the parts of a result as a tuple, or raises a `Finding`.
    `on_error(error, *arguments)` may raise one for what was raised in the learner's code.
    `course` is the course's own function, and `expected` what makes the right result where that is
    not the same.
    """

    name: str
    arguments: tuple
    course: Callable
    parts: tuple
    groups: tuple
    right: str
    read: Callable = lambda result, *arguments: (result,)
    on_error: Callable = lambda error, *arguments: None
    expected: Callable | None = None


def diagnose(own, exercise):
    """Check a learner's function; return a `Check`, whatever that function does."""
    try:
        renamed = _check_signature(own, exercise)
        results = []
        for i, group in enumerate(exercise.groups):
            try:
                results += _examine(own, exercise, group.cases, first=i == 0)
            except Finding as finding:
                explained = finding.slip in group.explains
                if group.slip is None or not (finding.vague or explained):
                    raise
                detail = "" if explained else f" {finding.detail}"
                raise Finding(group.slip, f"{group.message}{detail}", vague=True) from None
        for found, wanted in results:
            _check_arrays(exercise, found, wanted)
    except Finding as finding:
        message = finding.message + (_outside(own) if finding.vague else "")
        return Check(False, finding.slip, message, exercise.course)
    message = f"`{exercise.name}` gives {exercise.right}, to {DIGITS} digits.{renamed}"
    return Check(True, None, message, own)


def _check_signature(own, exercise):
    """Check that the function can be called; return a remark where it has names of its own."""
    name, wanted = exercise.name, exercise.arguments
    call = f"`{name}({', '.join(wanted)})`"
    if not callable(own):
        raise Finding(
            "not_callable",
            f"The check needs the function `{name}` itself, without brackets after its name; it "
            f"got {describe(own)}.",
        )
    try:
        signature = inspect.signature(own)
    except (TypeError, ValueError):  # some functions written in C have none
        return ""
    has = [p.name for p in signature.parameters.values()]
    if sorted(has) == sorted(wanted) and has != [*wanted]:
        raise Finding("wrong_signature", f"The call is {call}; yours takes these in another order.")
    try:
        signature.bind(*wanted)
    except TypeError:
        raise Finding(
            "wrong_signature", f"The call is {call}; yours takes ({', '.join(has)})."
        ) from None
    own_names = has[: len(wanted)]
    if own_names == [*wanted] or any(
        p.kind == p.VAR_POSITIONAL for p in signature.parameters.values()
    ):
        return ""
    return f" The course names its arguments ({', '.join(wanted)})."


def _examine(own, exercise, cases, *, first):
    """Compare a learner's function with the course's on some cases.

    Return the results of both, in pairs, if their numbers agree.
    """
    results, found = [], []
    for i, case in enumerate(cases):
        result = _call(own, exercise, case)
        if _is_nothing(result):
            raise _nothing(exercise, untouched=first and i == 0)
        results.append(result)
        found.append(exercise.read(result, *case))
    expected = exercise.expected or exercise.course
    right = [expected(*case) for case in cases]
    wanted = [exercise.read(result, *case) for result, case in zip(right, cases, strict=True)]
    for i, part in enumerate(exercise.parts):
        try:
            _judge(part, cases, [each[i] for each in found], [each[i] for each in wanted])
        except Finding as finding:
            if i:
                names = ", ".join(each.name for each in exercise.parts[:i])
                finding.open_with(f"Right so far: {names}.")
            raise
    return zip(results, right, strict=True)


def _check_arrays(exercise, found, wanted):
    """Check that what the cells below compute with is an array, as the course's own result is."""
    several = isinstance(wanted, tuple)
    pairs = zip(found, wanted, strict=True) if several else [(found, wanted)]
    for i, (own, right) in enumerate(pairs):
        # A subclass of the array, such as a matrix, may have another meaning of `*`.
        if isinstance(right, np.ndarray) and type(own) is not np.ndarray:
            what = f"for {exercise.parts[i].name} it returns" if several else "it returns"
            raise Finding(
                "not_an_array",
                f"All numbers are right, but {what} {describe(own)}. The cells below compute with "
                "a NumPy array, as `np.array(…)` makes it.",
            )


def _call(own, exercise, case):
    """Call a learner's function on copies, without NumPy's warnings."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            # What comes back is copied, too: the function may change it in its next call.
            return _copied(own(*_copied(case)))
        except NotImplementedError:
            return None
        except Exception as error:
            exercise.on_error(error, *case)
            raise Finding("error", _tell_error(error, exercise, case), vague=True) from error


def _copied(value):
    if isinstance(value, tuple):
        return tuple(_copied(each) for each in value)
    return value.copy() if isinstance(value, np.ndarray) else value


def _tell_error(error, exercise, case):
    """Say what a learner's function raised, and of shapes that do not fit, what it was given."""
    raised = " ".join(describe_exception(error).split())
    raised = re.sub(" at 0x[0-9a-fA-F]+", "", raised)  # an address is another in each run
    text = f"`{exercise.name}` raised {raised}."
    if advice := _advise(error):
        return f"{text} {advice}"
    if re.search("broadcast|shape|dimension|aligned|matmul", str(error)):
        shapes = [
            f"`{name}` has shape {value.shape}"
            for name, value in zip(exercise.arguments, case, strict=True)
            if isinstance(value, np.ndarray)
        ]
        text += f" Here {', '.join(shapes)}." if shapes else ""
    return text


def _advise(error):
    """Say what to write instead, of two errors that do not say it themselves; else ""."""
    if isinstance(error, TypeError):
        if re.search(r"bitwise_xor|for \^", str(error)):
            return "A power is written `**` in Python."
        if "Python scalar" in str(error):
            return (
                "The functions of `math`, and `float`, take one number only; those of NumPy take "
                "arrays as well."
            )
    return ""


def _is_nothing(result):
    """Say whether a function returned what a stub returns."""
    parts = result if isinstance(result, tuple) and result else (result,)
    return all(part is None or part is Ellipsis for part in parts)


def _nothing(exercise, *, untouched):
    if untouched:
        return Finding(
            "untouched",
            f"`{exercise.name}` returns nothing yet. Fill in its lines; if you have, check that "
            "the last one returns the result.",
        )
    return Finding(
        "no_result",
        f"`{exercise.name}` returns a result for some arguments, and `None` for others: does "
        "each way through it end in a `return`?",
        vague=True,
    )


def _judge(part, cases, found, wanted):
    """Compare one part of the results; where it is wrong, raise the finding that fits best."""
    found = [as_numbers(value, part.name) for value in found]
    wanted = [np.asarray(value, dtype=np.float64) for value in wanted]
    if same(found, wanted):
        return
    with np.errstate(all="ignore"):
        for slip in part.slips:
            if same(found, (slip.wrong(*case) for case in cases)):
                difference = _show_difference(part, cases, found, wanted)
                raise Finding(slip.name, f"{slip.message} {difference}".strip())
    if part.recognise is not None:
        part.recognise(cases, found, wanted)
    _check_shape(part, found, wanted)
    if not all(np.isfinite(values).all() for values in found):
        raise Finding(
            "not_finite",
            f"NaN or infinity stands in {part.name}: look for a division by 0 or a log of 0. "
            + _show_difference(part, cases, found, wanted),
            vague=True,
        )
    _check_constant(part, found, wanted)
    _check_rounded(part, found, wanted)
    difference = _show_difference(part, cases, found, wanted)
    text = f"Something else is wrong with {part.name}: compare your lines with the formula."
    raise Finding("different", f"{text} {difference}", vague=True, detail=difference)


def as_numbers(value, name):
    """Return a learner's numbers as an array, whatever holds them."""
    try:
        return _checks.as_real(value, name)
    except ValueError as error:
        text = str(error)
        raise Finding("wrong_type", text[0].upper() + text[1:], vague=True) from None
    except TypeError:
        text = f"For {name} it returns {describe(value)}, where real numbers are asked for."
        raise Finding("wrong_type", text, vague=True) from None


def shape_of(value):
    """Return the shape of a learner's numbers, or None where they are none, or ragged."""
    try:
        return _checks.as_real(value, "value").shape
    except (TypeError, ValueError):
        return None


def same(found, wanted):
    """Say whether two lists of arrays are equal, in shape and to so many digits."""
    return all(
        f.shape == np.shape(w) and _close(f, w).all() for f, w in zip(found, wanted, strict=True)
    )


def _close(found, wanted):
    # Beside the largest numbers, a small one may have lost digits on the way.
    scale = np.max(np.abs(wanted), initial=0)
    slack = 1e-12 + (1e-10 * scale if np.isfinite(scale) else 0)
    return np.isclose(found, wanted, rtol=10.0**-DIGITS, atol=slack)


def _check_shape(part, found, wanted):
    for f, w in zip(found, wanted, strict=True):
        if f.shape == w.shape:
            continue
        asked = part.meaning if part.meaning == str(w.shape) else f"{part.meaning} = {w.shape}"
        asked = "one number" if part.meaning == "()" else asked
        text = f"For {part.name} it returns shape {f.shape}, where {asked} is asked for."
        if f.ndim == 2 and f.shape == w.shape[::-1]:
            text += " Rows and columns have changed places."
            raise Finding("transposed", text)
        if f.size == w.size and _close(f.ravel(), w.ravel()).all():
            text += " The numbers themselves are right."
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


def _relative_error(found, wanted):
    """Return how far off each number is, as a share of the right one; 0 if it is near enough."""
    with np.errstate(all="ignore"):
        error = np.abs(found - wanted) / np.abs(wanted)
    return np.where(_close(found, wanted), 0, np.nan_to_num(error, nan=np.inf))


def _show_difference(part, cases, found, wanted):
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


def number(value, digits=6, form=""):
    """Write a number with a true minus sign."""
    return f"{value:{form}.{digits}g}".replace("-", "−")


def _two_numbers(a, b):
    """Write two numbers with as many digits as tell them apart, and counts as counts."""
    if all(float(value).is_integer() and abs(value) < 1e6 for value in (a, b)):
        return [number(value) for value in (a, b)]
    for digits in range(4, 17):
        texts = [number(value, digits, "#") for value in (a, b)]
        if texts[0] != texts[1]:
            break
    return texts


def _outside(own):
    """Name the notebook's data that a function reads beside its arguments, as a sentence or ""."""
    try:
        names = [
            step.argval
            for step in dis.get_instructions(own)
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")
        ]
    except TypeError:
        return ""
    data = (np.ndarray, Mixture, list, tuple, int, float)
    has = getattr(own, "__globals__", {})
    read = [f"`{name}`" for name in dict.fromkeys(names) if isinstance(has.get(name), data)]
    if not read:
        return ""
    return f" It also reads {' and '.join(read)} from the notebook, beside its arguments."


def describe(value):
    """Say what a value is: its type, or of an array the shape."""
    if type(value) is np.ndarray:
        return f"an array of shape {value.shape}"
    return "`None`" if value is None else f"a {type(value).__name__}"
