"""How a learner's function is checked: run on hidden data, compared, and its slip recognised.

A check is an `Exercise`: what the function is called with, what the course's own makes of that,
and for each part of the result the right expression with its classic slips. A slip is named only
where it gives the learner's very numbers, all finite, on all that was tried so far.
"""

import inspect
import itertools
import warnings

import numpy as np

from gmm_helpers.checks.advice import (
    copied,
    suspicious,
    tell_error,
    tell_outside,
    unused_arguments,
)
from gmm_helpers.checks.detectors import DIGITS, detect, same, show_difference
from gmm_helpers.checks.exercise import Finding, Table
from gmm_helpers.checks.result import Check
from gmm_helpers.checks.slips import value
from gmm_helpers.model import validation
from gmm_helpers.model.learner_steps import SECONDS, InputRefusedError, TooSlowError, guarded

TABLE = Table(__file__)


def diagnose(own, exercise):
    """Check a learner's function; return a `Check`, whatever that function does."""
    trial = _Trial(own, exercise)
    try:
        with guarded(SECONDS):
            renamed = trial.run()
    except TooSlowError:
        finding = TABLE.finding("too_slow", name=exercise.name, seconds=SECONDS)
    except KeyboardInterrupt:
        finding = TABLE.finding("interrupted", name=exercise.name)
    except Finding as caught:
        finding = caught
    except Exception as error:  # of the check itself, about a result that nobody has thought of
        error = type(error).__name__
        finding = TABLE.finding("not_understood", name=exercise.name, error=error)
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
        if group.name is not None and known:
            text = "" if explained else finding.detail
            finding.slip, finding.vague, message = group.name, True, group.say
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
            raise TABLE.finding("argument_changed", changed=changed)
        return zip(results, right, strict=True)

    def _counts(self):
        """Say whether all right numbers are whole: then rounding down is no mistake."""
        return all(np.all(np.asarray(part) % 1 == 0) for parts in self.wanted for part in parts)

    def _look_closer(self, finding, result, changed):
        """Say of a vague finding what the function's code, or a second call, tells."""
        tells = finding.slip in ("different", "wrong_shape", "constant", "not_finite")
        one = len(self.exercise.parts) == 1
        if one and finding.slip == "wrong_shape" and isinstance(result, tuple):
            when = "comma" if len(result) == 1 else None
            other = TABLE.finding("several_results", when, number=len(result))
            finding.slip, finding.message = other.slip, f"{other.message} {finding.message}"
        elif tells and self._differs_again():
            finding.become(TABLE.finding("random"))
        elif tells and (pair := self._exchanged()):
            finding.become(TABLE.finding("arguments_exchanged", one=pair[0], other=pair[1]))
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
            finding.message, finding.detail = (
                f"{hint} {finding.message}",
                f"{hint} {finding.detail}",
            )

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
                arguments = ", ".join(f"`{name}`" for name in exercise.arguments)
                raise TABLE.finding("asks_input", name=exercise.name, arguments=arguments) from None
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
            difference = show_difference(part, cases, found, wanted)
            if fitting := self._fitting(i, j, found):
                text = " Or: ".join(explanation.say for explanation in fitting)
                raise Finding(fitting[0].names[0], f"{text} {difference}".strip())
            if part.recognise is not None:
                new = -len(self.exercise.groups[i].cases)
                part.recognise(cases[new:], found[new:], wanted[new:])
            detect(part, cases, found, wanted, difference)
        except Finding as finding:
            finding.arguments = copied(cases[wrong.index(True)])
            raise

    def _fitting(self, i, j, found):
        """Return the explanations that give these numbers with the fewest slips."""
        part = self.exercise.parts[j]
        if part.slips is None or not all(np.isfinite(values).all() for values in found):
            return []
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            names = [part.scope(*case) for case in self.cases]
            for rank in part.slips.ranks:
                fitting = [each for each in rank if _gives(each, names, found)]
                if len({each.say for each in fitting}) > 1:  # cases to come may tell them apart
                    fitting = self._fit_further(i, j, fitting) or fitting
                if fitting:
                    return list({each.say: each for each in fitting}.values())
        return []

    def _fit_further(self, i, j, fitting):
        """Return those of the explanations that give the next group's numbers, too."""
        part = self.exercise.parts[j]
        cases = [case for group in self.exercise.groups[i + 1 : i + 2] for case in group.cases]
        try:
            results = [self.exercise.read(self._call(case)[0], *case) for case in cases]
            found = [as_numbers(each[j], "") for each in results]
        except Finding:
            return []
        names = [part.scope(*case) for case in cases]
        return [each for each in fitting if cases and _gives(each, names, found)]


def _gives(explanation, names, found):
    """Say whether an explanation gives these numbers."""
    try:
        pairs = zip(names, found, strict=True)
        return all(same([f], [value(explanation.source, each)]) for each, f in pairs)
    except (
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
    ):  # two slips that do not go together
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
        raise TABLE.finding("not_callable", name=name, got=describe(own))
    try:
        signature = inspect.signature(own)
    except (TypeError, ValueError):  # some functions written in C have none
        return ""
    has = [p.name for p in signature.parameters.values()]
    if sorted(has) == sorted(wanted) and has != [*wanted]:
        raise TABLE.finding("wrong_signature", "order", call=call)
    try:
        signature.bind(*wanted)
    except TypeError:
        raise TABLE.finding("wrong_signature", call=call, has=", ".join(has)) from None
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
            raise TABLE.finding("not_an_array", what=what, own=describe(own))


def _is_nothing(result):
    """Say whether a function returned what a stub returns."""
    parts = result if isinstance(result, tuple) and result else (result,)
    return all(part is None or part is Ellipsis for part in parts)


def _nothing(own, exercise, *, untouched):
    if untouched and "print" in getattr(getattr(own, "__code__", None), "co_names", ()):
        return TABLE.finding("printed", name=exercise.name)
    return TABLE.finding("untouched" if untouched else "no_result", name=exercise.name)


def as_numbers(value, name):
    """Return a learner's numbers as an array, whatever holds them."""
    try:
        return validation.as_real(value, name)
    except ValueError as error:
        text = str(error)
        raise Finding("wrong_type", text[0].upper() + text[1:], vague=True) from None
    except Exception:  # a TypeError, or whatever an object of the learner's raises
        text = f"For {name} it returns {describe(value)}, where real numbers are asked for."
        raise Finding("wrong_type", text, vague=True) from None


def shape_of(value):
    """Return the shape of a learner's numbers, or None where they are none, or ragged."""
    try:
        return validation.as_real(value, "value").shape
    except Exception:  # whatever an object of the learner's raises
        return None


def describe(value):
    """Say what a value is: its type, or of an array the shape."""
    if type(value) is np.ndarray:
        return f"an array of shape {value.shape}"
    return "`None`" if value is None else f"a {type(value).__name__}"
