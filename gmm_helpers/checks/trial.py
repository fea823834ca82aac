"""A learner's function on the hidden data of its exercise: called, compared, its slip looked for.

A slip is named only where it gives the learner's very numbers, all finite, on all that was tried so
far. What is found is raised as a `Finding`.
"""

import itertools
import warnings

import numpy as np

from gmm_helpers.checks.advice import copied, suspicious, tell_error, unused_arguments
from gmm_helpers.checks.detectors import detect, same, show_difference
from gmm_helpers.checks.exercise import Finding, Table
from gmm_helpers.checks.slips import value
from gmm_helpers.checks.values import alike, as_numbers, differ, shape_of
from gmm_helpers.model.learner_steps import InputRefusedError, TooSlowError

TABLE = Table(__file__)


class Trial:
    """A learner's function on all cases of an exercise, group after group.

    `cases`, `found` and `wanted` are those so far, with the parts of each result as tuples.
    """

    def __init__(self, own, exercise):
        self.own, self.exercise = own, exercise
        self.cases, self.found, self.wanted = [], [], []
        self.given = None  # the newest arguments

    def run(self):
        """Try all cases; return each result with the course's, or raise what was found."""
        results = []
        for i, group in enumerate(self.exercise.groups):
            try:
                results += self._try(i, group.cases)
            except Finding as finding:
                self._tell_group(group, finding)
        return results

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
        """Say of numbers that nothing explains what a second call or the function's code tells."""
        if finding.slip not in ("different", "wrong_shape", "constant", "not_finite"):
            return
        several = len(self.exercise.parts) == 1 and isinstance(result, tuple)
        if several and finding.slip == "wrong_shape":
            when = "comma" if len(result) == 1 else None
            other = TABLE.finding("several_results", when, number=len(result))
            finding.slip, finding.message = other.slip, f"{other.message} {finding.message}"
        elif self._differs_again():
            finding.become(TABLE.finding("random"))
        elif pair := self._exchanged():
            finding.become(TABLE.finding("arguments_exchanged", one=pair[0], other=pair[1]))
        elif unused := unused_arguments(self.own):
            finding.message = f"It never uses its argument `{unused[0]}`. {finding.message}"
            if finding.slip == "different":
                finding.slip = "argument_ignored"
        elif changed:
            hint = f"It also changes its argument `{changed}`: `x -= 1` does, `x = x - 1` does not."
            finding.add(after=hint)
        elif finding.slip == "different":
            finding.add(before=suspicious(self.own, self._counts()))

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
        changed = [name for name, a, b in pairs if differ(a, b)]
        return result, changed[0] if changed else None

    def _differs_again(self):
        """Say whether a second call with the first case's arguments gives something else."""
        try:
            again = self.exercise.read(self._call(self.cases[0])[0], *self.cases[0])
            return any(differ(a, b) for a, b in zip(again, self.found[0], strict=True))
        except Finding:
            return True

    def _exchanged(self):
        """Return two arguments' names if all is right with their values exchanged; else None."""
        names = self.exercise.arguments
        for i, j in itertools.combinations(range(len(names)), 2):
            order = [{i: j, j: i}.get(k, k) for k in range(len(names))]
            pairs = [(case, tuple(case[k] for k in order)) for case in self.cases]
            if not all(alike(case[i], case[j]) for case in self.cases):
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


def _is_nothing(result):
    """Say whether a function returned what a stub returns."""
    parts = result if isinstance(result, tuple) and result else (result,)
    return all(part is None or part is Ellipsis for part in parts)


def _nothing(own, exercise, *, untouched):
    if untouched and "print" in getattr(getattr(own, "__code__", None), "co_names", ()):
        return TABLE.finding("printed", name=exercise.name)
    return TABLE.finding("untouched" if untouched else "no_result", name=exercise.name)
