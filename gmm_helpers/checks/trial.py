"""A learner's function on the hidden data of its exercise: called, compared, its slip looked for.

A slip is named only where it gives the learner's very numbers, all finite, on all that was tried so
far. What is found is raised as a `Finding`.
"""

import itertools
import warnings

import numpy as np

from gmm_helpers.checks.advice import (
    returns_a_variable,
    suspicious,
    tell_error,
    unused_arguments,
)
from gmm_helpers.checks.detectors import detect, same, show_difference
from gmm_helpers.checks.exercise import Finding, Table
from gmm_helpers.checks.slips import value
from gmm_helpers.checks.values import as_numbers, copied, differ, shape_of
from gmm_helpers.model.learner_steps import InputRefusedError, TooSlowError

TABLE = Table(__file__)


class Trial:
    """A learner's function on all cases of an exercise, group after group.

    `cases`, `found` and `wanted` are those so far, with the parts of each result as tuples.
    """

    def __init__(self, own, exercise):
        self.own, self.exercise, self.parts = own, exercise, exercise.parts
        self.cases, self.found, self.wanted = [], [], []
        self.given = None  # the newest arguments, or those of the first wrong case
        self.following = []  # the next group's cases

    def run(self):
        """Try all cases; return each result with the course's, or raise what was found."""
        results, groups = [], self.exercise.groups
        for group, following in itertools.zip_longest(groups, groups[1:]):
            self.following = following.cases if following else []
            try:
                results += self._try(group.cases)
            except Finding as finding:
                group.tell(finding)
                raise
        return results

    def _try(self, cases):
        """Compare with the course's on a group; return the results of both, if they agree."""
        results, changed = [], None
        for case in cases:
            self.given = case
            result, changed = self._call(case)
            if _is_nothing(result):
                raise self._nothing()
            results.append(result)
            self.found.append(self.exercise.read(result, *case))
        right = [self.exercise.expected(*case) for case in cases]
        self.cases += cases
        for case, result in zip(cases, right, strict=True):
            parts = self.exercise.read(result, *case)
            self.wanted.append([np.asarray(part, dtype=np.float64) for part in parts])
        for j in range(len(self.parts)):
            try:
                self._judge(j, len(cases))
            except Finding as finding:
                if finding.vague and finding.slip != "wrong_type":
                    finding = self._look_closer(finding, j, results[0], changed)
                finding.opening = self._say_what_is_right(j)
                raise finding from None
        if changed:
            raise TABLE.finding("argument_changed", changed=changed)
        return zip(results, right, strict=True)

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
        return result, next((name for name, a, b in pairs if differ(a, b)), None)

    def _nothing(self):
        """Return what to say of a function that returned what a stub returns."""
        name = self.exercise.name
        if self.found:
            return TABLE.finding("no_result", name=name)
        if returns_a_variable(self.own):
            return TABLE.finding("no_result", "ever", name=name)
        if "print" in getattr(getattr(self.own, "__code__", None), "co_names", ()):
            return TABLE.finding("printed", name=name)
        return TABLE.finding("untouched", name=name)

    def _judge(self, j, n_new):
        """Compare a part of the results so far; where it is wrong, raise what fits best."""
        part, cases = self.parts[j], self.cases
        found, wanted = self._numbers(j)
        wrong = [not same([f], [w]) for f, w in zip(found, wanted, strict=True)]
        if not any(wrong):
            return
        self.given = cases[wrong.index(True)]
        difference = show_difference(part, cases, found, wanted)
        if fitting := self._fitting(j, found):
            if self._differs_again():
                raise TABLE.finding("random")
            text = " Or: ".join(explanation.say for explanation in fitting)
            raise Finding(fitting[0].names[0], f"{text} {difference}".strip())
        if part.recognise is not None:
            part.recognise(cases[-n_new:], found[-n_new:], wanted[-n_new:])
        detect(part, cases, found, wanted, difference)

    def _numbers(self, j):
        """Return what was found of a part so far, and what was wanted."""
        found = [as_numbers(each[j], self.parts[j].name) for each in self.found]
        return found, [each[j] for each in self.wanted]

    def _fitting(self, j, found):
        """Return the explanations that give these numbers with the fewest slips."""
        part = self.parts[j]
        if part.slips is None or not all(np.isfinite(values).all() for values in found):
            return []
        for rank in part.slips.ranks:
            fitting = _giving(rank, part, self.cases, found)
            if len({each.say for each in fitting}) > 1:
                try:  # whether the cases to come tell them apart
                    further = self._try_further(j, self.following)
                    fitting = _giving(fitting, part, self.following, further) or fitting
                except Finding:
                    pass
            if fitting:
                return list({each.say: each for each in fitting}.values())
        return []

    def _try_further(self, j, cases, order=None):
        """Return the numbers of a part for some cases, of which the arguments may be reordered."""
        calls = [(tuple(case[k] for k in order) if order else case, case) for case in cases]
        results = [self.exercise.read(self._call(given)[0], *case) for given, case in calls]
        return [as_numbers(each[j], self.parts[j].name) for each in results]

    def _look_closer(self, finding, j, result, changed):
        """Return what a second call, or the function's code, tells of what nothing explains."""
        different, several = finding.slip == "different", isinstance(result, tuple)
        hint = ""
        if several and finding.slip == "wrong_shape" and len(self.parts) == 1:
            when = "comma" if len(result) == 1 else None
            told = TABLE.finding("several_results", when, number=len(result))
            finding.slip, hint = told.slip, told.detail
        elif self._differs_again():
            return TABLE.finding("random")
        elif pair := self._exchanged(j):
            return TABLE.finding("arguments_exchanged", one=pair[0], other=pair[1])
        elif unused := unused_arguments(self.own):
            if different:
                finding.slip, finding.lead = "argument_ignored", ""
            hint = f"It never uses its argument `{unused[0]}`."
        elif changed:
            hint = f"It also changes its argument `{changed}`: `x -= 1` does, `x = x - 1` does not."
        elif different or finding.slip == "left_out":
            hint = suspicious(self.own)
            if hint and not different:  # a better reason than a loop's
                finding.slip, finding.detail = "different", ""
        finding.detail = f"{hint} {finding.detail}".strip()
        return finding

    def _differs_again(self):
        """Say whether a second call with the arguments of a case gives something else."""
        try:
            for case, before in zip(self.cases, self.found, strict=True):
                again = self.exercise.read(self._call(case)[0], *case)
                if any(differ(a, b) for a, b in zip(again, before, strict=True)):
                    return True
        except Finding:
            return True
        return False

    def _exchanged(self, j):
        """Return two arguments' names if all is right with their values exchanged; else None."""
        names = self.exercise.arguments
        for a, b in itertools.combinations(range(len(names)), 2):
            order = [*range(len(names))]
            order[a], order[b] = b, a
            shapes = [(shape_of(case[a]), shape_of(case[b])) for case in self.cases]
            try:
                if all(one == other is not None for one, other in shapes) and same(
                    self._try_further(j, self.cases, order), self._numbers(j)[1]
                ):
                    return names[a], names[b]
            except (Finding, Exception):  # arguments that do not go together
                continue
        return None

    def _say_what_is_right(self, wrong):
        """Name the parts that are right beside a wrong one, as a sentence or ""."""
        names = []
        for j, part in enumerate(self.parts):
            try:
                if j != wrong and same(*self._numbers(j)):
                    names.append(part.name)
            except Finding:  # these are no numbers
                continue
        return f"Right so far: {' and '.join(names)}." if names else ""


def _is_nothing(result):
    """Say whether a function returned what a stub returns."""
    parts = result if isinstance(result, tuple) and result else (result,)
    return all(part is None or part is Ellipsis for part in parts)


@np.errstate(all="ignore")
def _giving(explanations, part, cases, found):
    """Return those of the explanations that give these numbers."""
    scopes = [part.scope(*case) for case in cases]

    def gives(explanation):
        try:
            pairs = zip(scopes, found, strict=True)
            return all(same([f], [value(explanation.source, scope)]) for scope, f in pairs)
        except Exception:  # two slips that do not go together
            return False

    return [each for each in explanations if gives(each)]
