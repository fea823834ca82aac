"""How a learner's function is checked: run on hidden data, compared, and its slip recognised.

A check is an `Exercise`: what the function is called with, what the course's own makes of that,
and for each part of the result the classic wrong answers, as functions that make them. A slip is
named only where it gives the learner's very numbers, all finite, on all that was tried so far.
"""

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
from gmm_helpers._advice import copied, suspicious, tell_error, tell_outside, unused_arguments
from gmm_helpers._own_steps import SECONDS, InputRefusedError, TooSlowError, guarded

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
    whose : str
        Whose function that is, as in "your e_step" and "the course's e_step".
    arguments : tuple or None
        What the learner's function was given where it went wrong, to try it oneself.
    """

    ok: bool
    slip: str | None
    message: str
    working: Callable
    whose: str = ""
    arguments: tuple | None = None

    def __str__(self):
        return f"{self._opening[0]} {self._text}"

    __repr__ = __str__

    def _repr_html_(self):
        word, colour = self._opening
        text = re.sub("`([^`]*)`", r"<code>\1</code>", html.escape(self._text, quote=False))
        return (
            f'<p style="border-left:5px solid {colour}; padding:2px 0 2px 12px; margin:4px 0; '
            f'line-height:1.5; overflow-wrap:anywhere"><strong>{word}</strong> {text}</p>'
        )

    @property
    def _text(self):
        """The message, and where its numbers do not show what went in, how to try it oneself."""
        if all(isinstance(value, int | float | str) for value in self.arguments or ()):
            return self.message
        name = self.whose.split()[-1]
        return f"{self.message} To try it: `{name}(*check.arguments)`, with this check's name."

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

        self.opening = ""  # what is right, which is told first
        self.arguments = None  # those of the case that it was found in


class Slip(NamedTuple):
    """A classic wrong answer: its name, what it makes of the arguments, and what to say of it.

    `size` is in how many places it goes wrong: of several that fit, the smallest is told.
    """

    name: str
    wrong: Callable
    message: str
    size: int = 1


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
            found.append(Slip(names[0], wrong, messages[names[0]], len(names)))
    return tuple(sorted(found, key=lambda slip: slip.size))  # the simplest explanation comes first


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
    message explains already: of these nothing follows it. With `only_these` it is told of no other.
    """

    cases: tuple
    slip: str | None = None
    message: str = ""
    explains: tuple = ()
    only_these: bool = False


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
    trial = _Trial(own, exercise)
    try:
        with guarded(SECONDS):
            renamed = trial.run()
    except TooSlowError:
        finding = Finding(
            "too_slow",
            f"`{exercise.name}` was stopped after {SECONDS} seconds. Does a loop have no end? If "
            "not, compute with whole arrays in place of single numbers.",
        )
    except KeyboardInterrupt:
        finding = Finding("interrupted", f"The check of `{exercise.name}` was interrupted.")
    except Finding as caught:
        finding = caught
    except Exception as error:  # of the check itself, about a result that nobody has thought of
        finding = Finding(
            "not_understood",
            f"The check cannot tell what `{exercise.name}` returns ({type(error).__name__}): "
            "compare its type and shape with what is asked for.",
        )
    else:
        message = f"`{exercise.name}` gives {exercise.right}, to {DIGITS} digits.{renamed}"
        return Check(True, None, message, own, f"your {exercise.name}")
    message = finding.message + (tell_outside(own) if finding.vague else "")
    untried = ("untouched", "endless", "too_slow", "interrupted")  # nobody should try these
    arguments = None if finding.slip in untried else finding.arguments or trial.given
    whose = f"the course's {exercise.name}"
    return Check(False, finding.slip, message, exercise.course, whose, arguments)


class _Trial:
    """A learner's function on all cases of an exercise, group after group.

    `cases`, `found` and `wanted` are those so far, with the parts of each result as tuples.
    """

    def __init__(self, own, exercise):
        self.own, self.exercise = own, exercise
        self.cases, self.found, self.wanted = [], [], []
        self.given = None  # the newest arguments

    def run(self):
        """Try all; return a remark, or raise what was found."""
        renamed = _check_signature(self.own, self.exercise)
        results = []
        for i, group in enumerate(self.exercise.groups):
            try:
                results += self._try(i, group.cases)
            except Finding as finding:
                self._tell_group(group, finding)
        for found, wanted in results:
            _check_arrays(self.exercise, found, wanted)
        return renamed

    def _tell_group(self, group, finding):
        """Raise the group's own finding where it knows more than this one; else this one."""
        explained = finding.slip in group.explains
        known = explained or (finding.vague and not group.only_these)
        text, message = finding.detail, finding.message
        if group.slip is not None and known:
            text = "" if explained else finding.detail
            finding.slip, finding.vague, message = group.slip, True, group.message
            if finding.opening and text:  # "… two components. Right so far: the weights. On 9 …"
                message, finding.opening = f"{message} {finding.opening}", ""
            message = f"{message} {text}".strip()
        finding.message = f"{finding.opening} {message}".strip()
        raise finding

    def _try(self, i, cases):
        """Compare with the course's on a group; return the results of both, if they agree."""
        results = []
        for case in cases:
            self.given = copied(case)
            result, changed = self._call(case)
            if _is_nothing(result):
                first = i == 0 and not results
                raise _nothing(self.own, self.exercise, untouched=first)
            results.append(result)
            self.found.append(self.exercise.read(result, *case))
        expected = self.exercise.expected or self.exercise.course
        right = [expected(*case) for case in cases]
        self.cases += cases
        self.wanted += [
            self.exercise.read(result, *case) for result, case in zip(right, cases, strict=True)
        ]
        for j in range(len(self.exercise.parts)):
            try:
                self._judge(i, j)
            except Finding as finding:
                self._look_closer(finding, results[0], changed)
                finding.opening = self._say_what_is_right(j)
                raise
        if changed:
            raise Finding(
                "argument_changed",
                f"The numbers are right so far, but it changes its argument `{changed}`, and so "
                "the notebook's own. Such as `x -= 1` changes an array; `x = x - 1` makes another.",
            )
        return zip(results, right, strict=True)

    def _counts(self):
        """Say whether all right numbers are whole: then rounding down is no mistake."""
        return all(np.all(np.asarray(part) % 1 == 0) for parts in self.wanted for part in parts)

    def _look_closer(self, finding, result, changed):
        """Say of a vague finding what the function's code, or a second call, tells."""
        tells = finding.slip in ("different", "wrong_shape", "constant", "not_finite")
        one = len(self.exercise.parts) == 1
        if one and finding.slip == "wrong_shape" and isinstance(result, tuple):
            text = f"It returns {len(result)} results, with commas between them; one is asked for."
            if len(result) == 1:
                text = "It returns a tuple: does a comma stand at the end?"
            finding.slip, finding.message = "several_results", f"{text} {finding.message}"
        elif tells and self._differs_again():
            finding.slip, finding.vague = "random", False
            finding.message = (
                "Called again with the same arguments, it gives other numbers: does it draw random "
                "numbers, or keep something from the call before?"
            )
        elif tells and (pair := self._exchanged()):
            finding.slip, finding.vague = "arguments_exchanged", False
            finding.message = (
                f"With `{pair[0]}` in place of `{pair[1]}`, and the other way round, the numbers "
                "would be right: which is which?"
            )
        elif tells and (unused := unused_arguments(self.own)):
            finding.message = f"It never uses its argument `{unused[0]}`. {finding.message}"
            if finding.slip == "different":
                finding.slip = "argument_ignored"
        elif tells and changed:
            more = f"It also changes its argument `{changed}`: `x -= 1` does, `x = x - 1` does not."
            finding.message, finding.detail = (
                f"{finding.message} {more}",
                f"{finding.detail} {more}",
            )
        elif finding.slip == "different" and (hint := suspicious(self.own, self._counts())):
            finding.message = f"{hint} {finding.message}"
            finding.detail = f"{hint} {finding.detail}"

    def _call(self, case):
        """Call the learner's function on copies, without NumPy's warnings.

        Return a copy of its result, as its next call may change it, and which argument it changed.
        """
        given, exercise = copied(case), self.exercise
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                result = copied(self.own(*given))
            except NotImplementedError:
                return None, None
            except (Finding, TooSlowError, KeyboardInterrupt):
                raise
            except InputRefusedError:
                raise Finding(
                    "asks_input",
                    f"`{exercise.name}` calls `input`, but nobody is asked here: all that it "
                    f"needs comes in as {', '.join(f'`{name}`' for name in exercise.arguments)}.",
                ) from None
            except BaseException as error:  # `exit()` raises one that is no Exception
                exercise.on_error(error, *case)
                text = tell_error(error, self.own, exercise, case)
                raise Finding("error", text, vague=True) from error
        pairs = zip(exercise.arguments, given, case, strict=True)
        changed = [name for name, a, b in pairs if _differ(a, b)]
        return result, changed[0] if changed else None

    def _differs_again(self):
        """Say whether a second call with the first case's arguments gives something else."""
        try:
            again = self.exercise.read(self._call(self.cases[0])[0], *self.cases[0])
            return any(_differ(a, b) for a, b in zip(again, self.found[0], strict=True))
        except Finding:
            return True

    def _exchanged(self):
        """Return two arguments' names if all is right with their values exchanged; else None."""
        names = self.exercise.arguments
        for i, j in itertools.combinations(range(len(names)), 2):
            order = [{i: j, j: i}.get(k, k) for k in range(len(names))]
            pairs = [(case, tuple(case[k] for k in order)) for case in self.cases]
            if not all(_alike(case[i], case[j]) for case in self.cases):
                continue
            try:
                results = [self.exercise.read(self._call(other)[0], *case) for case, other in pairs]
                parts = zip(zip(*results, strict=True), zip(*self.wanted, strict=True), strict=True)
                if all(same([as_numbers(f, "") for f in found], right) for found, right in parts):
                    return names[i], names[j]
            except (Finding, ValueError):
                continue
        return None

    def _say_what_is_right(self, wrong):
        """Name the parts that are right beside a wrong one, as a sentence or ""."""
        names = []
        for j, part in enumerate(self.exercise.parts):
            wanted = [np.asarray(each[j], dtype=np.float64) for each in self.wanted]
            values = [shape_of(each[j]) is not None and each[j] for each in self.found]
            if j != wrong and same([np.asarray(v, dtype=np.float64) for v in values], wanted):
                names.append(part.name)
        return f"Right so far: {', '.join(names)}." if names else ""

    def _judge(self, i, j):
        """Compare a part of the results so far; where it is wrong, raise what fits best."""
        part, cases = self.exercise.parts[j], self.cases
        found = [as_numbers(each[j], part.name) for each in self.found]
        wanted = [np.asarray(each[j], dtype=np.float64) for each in self.wanted]
        wrong = [not same([f], [w]) for f, w in zip(found, wanted, strict=True)]
        if not any(wrong):
            return
        try:
            difference = _show_difference(part, cases, found, wanted)
            if fitting := self._fitting(i, j, found):
                text = " Or: ".join(slip.message for slip in fitting)
                raise Finding(fitting[0].name, f"{text} {difference}".strip())
            if part.recognise is not None:
                new = -len(self.exercise.groups[i].cases)
                part.recognise(cases[new:], found[new:], wanted[new:])
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
        except Finding as finding:
            finding.arguments = copied(cases[wrong.index(True)])
            raise

    def _fitting(self, i, j, found):
        """Return the smallest slips that give these numbers, one of each name."""
        slips = self.exercise.parts[j].slips
        for size in sorted({slip.size for slip in slips}):
            fitting = {}
            for slip in slips:
                if slip.size == size and slip.name not in fitting:
                    if _gives(slip, self.cases, found):
                        fitting[slip.name] = slip
            if len(fitting) > 1:  # then the cases to come may tell them apart
                fitting = self._fit_further(i, j, fitting, slips, size) or fitting
            if fitting:
                return [*fitting.values()]
        return []

    def _fit_further(self, i, j, fitting, slips, size):
        """Return those of the fitting slips' names that give the next group's numbers, too."""
        cases = [case for group in self.exercise.groups[i + 1 : i + 2] for case in group.cases]
        try:
            results = [self.exercise.read(self._call(case)[0], *case) for case in cases]
            found = [as_numbers(each[j], "") for each in results]
        except Finding:
            return {}
        seen = [as_numbers(each[j], "") for each in self.found]
        return {
            slip.name: slip
            for slip in reversed(slips)
            if cases and slip.size == size and slip.name in fitting
            if _gives(slip, cases, found) and _gives(slip, self.cases, seen)
        }


def _gives(slip, cases, found):
    """Say whether a slip gives these numbers, all of them finite."""
    if not all(np.isfinite(values).all() for values in found):
        return False
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return all(same([f], [slip.wrong(*case)]) for case, f in zip(cases, found, strict=True))
        except (ArithmeticError, ValueError, IndexError):  # the slip cannot be made of these
            return False


def _alike(a, b):
    """Say whether two arguments are numbers, or arrays of one shape."""
    shapes = [shape_of(value) for value in (a, b)]
    return shapes[0] is not None and shapes[0] == shapes[1]


def _differ(a, b):
    """Say whether two values are arrays, or numbers, with other entries."""
    try:
        return not np.array_equal(np.asarray(a, float), np.asarray(b, float), equal_nan=True)
    except (TypeError, ValueError):
        return False


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


def _is_nothing(result):
    """Say whether a function returned what a stub returns."""
    parts = result if isinstance(result, tuple) and result else (result,)
    return all(part is None or part is Ellipsis for part in parts)


def _nothing(own, exercise, *, untouched):
    if untouched and "print" in getattr(getattr(own, "__code__", None), "co_names", ()):
        return Finding(
            "printed",
            f"`{exercise.name}` prints, but returns nothing. What is printed cannot be computed "
            "with: end the function with `return` and the result.",
        )
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


def as_numbers(value, name):
    """Return a learner's numbers as an array, whatever holds them."""
    try:
        return _checks.as_real(value, name)
    except ValueError as error:
        text = str(error)
        raise Finding("wrong_type", text[0].upper() + text[1:], vague=True) from None
    except Exception:  # a TypeError, or whatever an object of the learner's raises
        text = f"For {name} it returns {describe(value)}, where real numbers are asked for."
        raise Finding("wrong_type", text, vague=True) from None


def shape_of(value):
    """Return the shape of a learner's numbers, or None where they are none, or ragged."""
    try:
        return _checks.as_real(value, "value").shape
    except Exception:  # whatever an object of the learner's raises
        return None


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


def describe(value):
    """Say what a value is: its type, or of an array the shape."""
    if type(value) is np.ndarray:
        return f"an array of shape {value.shape}"
    return "`None`" if value is None else f"a {type(value).__name__}"
