"""What a check needs to know of an exercise, and the table that says most of it.

A subject's table is the TOML file beside its module:

- `[right]` has the right expressions, one for each part of a result;
- a `[[slip]]` has a `name`, the `part` that goes wrong (or several), a piece of its `right`
  expression with what may stand there as `wrong`, or what may stand for all of it as `instead`,
  and the sentence to `say`; without one it says what the row of its name before it says;
- an `[[exercise]]` has what `Exercise` and `Part` hold, functions by expressions that name them;
- what `[[given]]` has are more names for the expressions `of` an exercise (or several);
- a `[[group]]` is `of` an exercise (or several) and has what `Group` holds;
- a `[[finding]]` is what functions tell, with what they fill in between braces. `when` says in
  which case, where one name is told in several.
"""

import functools
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gmm_helpers.checks import references
from gmm_helpers.checks.slips import Change, Expression, value
from gmm_helpers.model.validation import as_list


class Finding(BaseException):
    """What ends a check: a slip, and what is told of it; a `vague` one does not know the reason.

    `opening`, what is right, is told first. `lead` is left out where a group says more.

    Not an Exception, so that no `except Exception` of a learner's can stop it on its way.
    """

    def __init__(self, slip, detail, *, vague=False):
        super().__init__(detail)
        self.slip, self.vague = slip, vague
        self.opening, self.lead, self.detail = "", "", detail

    @property
    def message(self):
        """All that is told."""
        return " ".join(filter(None, [self.opening, self.lead, self.detail]))


@dataclass(frozen=True, eq=False)
class Part:
    """A part of a result, judged by itself; of several that are wrong, the first one is told."""

    name: str  # as in "the responsibilities"
    symbol: str  # as in "b"
    shape: str  # in letters, as in "(n, K)"
    place: str  # of a number, with expressions between braces, as in "For point {index[0] + 1}"
    scope: Callable  # makes of a case's arguments what the names in expressions stand for
    slips: Expression | None = None
    recognise: Callable | None = None  # tried after the slips on cases, found, wanted; may raise

    def where(self, index, *arguments):
        """Say which number of a case's result is meant."""
        return value(f"f{self.place!r}", {**self.scope(*arguments), "index": index})


class Group(NamedTuple):
    """Arguments to call the learner's function with, told apart by what they ask of it."""

    cases: list
    # Of functions that were right in the groups before, and fail here in no way that is known:
    name: str | None = None  # the slip's
    say: str = ""
    explains: tuple = ()  # findings, vague or not, that this explains: of these nothing follows it
    only_these: bool = False  # whether it is told of no other

    def tell(self, finding):
        """Make a finding this group's own, where that knows more."""
        if finding.slip in self.explains:
            finding.lead, finding.detail = self.say, ""
        elif self.name and finding.vague and not self.only_these:
            finding.opening, finding.lead = f"{self.say} {finding.opening}".strip(), ""
        else:
            return
        finding.slip, finding.vague = self.name, True


@dataclass(frozen=True, eq=False)
class Exercise:
    """What a check needs to know of a learner's function, and the course's own beside it."""

    name: str  # of the function, as it is called; its arguments as well
    arguments: list
    right: str  # what a right function gives
    course: Callable  # unless the table names one, it does what the right expression says
    expected: Callable  # makes the right result; the same, unless the table names another
    parts: list
    groups: list
    # Returns the parts of a result as a tuple, or raises a `Finding`.
    read: Callable = lambda result, *arguments: (result,)
    # May raise one for what was raised in the learner's code.
    on_error: Callable = lambda error, *arguments: None


class Table:
    """The table beside a module; its expressions may use the module's `names`, without `_`."""

    def __init__(self, module, names=None):
        self.path = Path(module).with_suffix(".toml")
        self._module = names or {}  # where more are defined later
        self.table = tomllib.loads(self.path.read_text(encoding="utf-8"))
        self.right, self.rows, said = self.table.get("right", {}), self.table.get("slip", ()), {}
        for row in self.rows:
            said[row.get("name")] = row.setdefault("say", said.get(row.get("name")))

    @functools.cached_property
    def names(self):
        """What its expressions may use."""
        names = {**vars(references), **self._module}
        return {key.removeprefix("_"): each for key, each in names.items()}

    def exercise(self, name):
        """Return an exercise, with arguments that no check has used yet."""
        row = next(row for row in self.table["exercise"] if row["name"] == name)
        called, listed = row["call"].removesuffix(")").split("(")
        arguments = listed.split(", ")
        given = [item for group in self._rows_of("given", name) for item in group.items()]

        @np.errstate(all="ignore")
        def scope(*values):
            own = {called: functions["course"], **dict(zip(arguments, values, strict=True))}
            names = {**self.names, **own}
            for key, expression in given:
                names[key] = value(expression, names)
            return names

        def by_expression(*values):
            return value(self.right[row["parts"][0]["of"]], scope(*values))

        # A function of these arguments, which may be given by their names.
        course = value(f"lambda {listed}: course({listed})", {"course": by_expression})
        functions = {"course": course, **self._functions(row)}
        functions = {"expected": functions["course"], **functions}
        parts = [self._part(part, scope) for part in row["parts"]]
        groups = [*self._groups(name)]
        return Exercise(called, arguments, row["right"], parts=parts, groups=groups, **functions)

    def _functions(self, row):
        kinds = {"course", "expected", "read", "on_error", "recognise"} & {*row}
        return {kind: value(row[kind], self.names) for kind in kinds}

    def _part(self, row, scope):
        slips = self.expression(row["of"]) if row["of"] in self.right else None
        about = {key: row[key] for key in ("name", "symbol", "shape", "place")}
        return Part(**about, scope=scope, slips=slips, **self._functions(row))

    def expression(self, part):
        """Return a part's expression with its slips."""
        right = self.right[part]
        rows = [row for row in self.rows if part in as_list(row.get("part"))]
        return Expression(right, tuple(change for row in rows for change in changes(row, right)))

    def finding(self, name, when=None, /, **fields):
        """Return a finding, of which the sentence stands in the table."""
        rows = (row for row in self.table["finding"] if row["name"] == name)
        row = next(row for row in rows if when in as_list(row.get("when")))
        return Finding(name, row["say"].format(**fields), vague=row.get("vague", False))

    def told_when(self, when):
        """Return the name of the finding that is told in a case, or None."""
        rows = (row for row in self.table["finding"] if when in as_list(row.get("when")))
        return next((row["name"] for row in rows), None)

    def _groups(self, exercise):
        for row in self._rows_of("group", exercise):
            cases = [value(f"({case},)", self.names) for case in row.pop("cases")]
            yield Group(cases, **row)

    def _rows_of(self, kind, exercise):
        rows = [dict(row) for row in self.table.get(kind, ())]
        return [row for row in rows if exercise in as_list(row.pop("of"))]


def changes(row, right):
    """Yield a row's changes of one expression."""
    name, say = row["name"], row["say"]
    for text in row.get("wrong", ()):
        start = right.index(row["right"])
        yield Change(name, say, start, start + len(row["right"]), text)
    for text in row.get("instead", ()):
        yield Change(name, say, 0, len(right), text)
