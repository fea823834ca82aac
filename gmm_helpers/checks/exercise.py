"""What a check needs to know of an exercise, and the table that says most of it.

A subject's table is the TOML file beside its module:

- `[right]` has the right expressions, one for each part of a result;
- a `[[slip]]` has a `name`, the `part` that goes wrong (or several), a piece of its `right`
  expression with what may stand there as `wrong`, or what may stand for all of it as `instead`,
  and the sentence to `say`; without one it says what the row of its name before it says;
- an `[[exercise]]` has what `Exercise` and `Part` hold;
- a `[[group]]` is `of` an exercise (or several) and has what `Group` holds;
- a `[[finding]]` is what functions tell, with what they fill in between braces. `when` says in
  which case, where one name is told in several.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gmm_helpers.checks.slips import Change, Expression, value


def number(value, digits=6, form=""):
    """Write a number with a true minus sign."""
    return f"{value:{form}.{digits}g}".removesuffix(".").replace("-", "−")


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
        self.arguments: tuple | None = None  # those of the case that it was found in

    def add(self, *, before="", after=""):
        """Say more, in the message and in the detail."""
        self.message = f"{before} {self.message} {after}".strip()
        self.detail = f"{before} {self.detail} {after}".strip()

    def become(self, other):
        """Tell what another finding tells, in the same place."""
        self.slip, self.message, self.vague = other.slip, other.message, other.vague


@dataclass(frozen=True, eq=False)
class Part:
    """A part of a result, judged by itself: in the order of the parts, the first wrong one is told.

    `name` is as in "the responsibilities", `symbol` as in "b", and `shape` in letters, as in
    "(n, K)". `place` says which number is meant, with expressions between braces, as in
    "For point {index[0] + 1}". `scope(*arguments)` returns what stands for the names in these and
    in the slips. `recognise(cases, found, wanted)`, tried after the slips, may raise a `Finding`.
    """

    name: str
    symbol: str
    shape: str
    place: str
    scope: Callable
    slips: Expression | None = None
    recognise: Callable | None = None

    def where(self, index, *arguments):
        """Say which number of a case's result is meant."""
        return value(f"f{self.place!r}", {**self.scope(*arguments), "index": index})


class Group(NamedTuple):
    """Arguments to call the learner's function with, told apart by what they ask of it.

    The slip's `name` and what to `say` are for functions that were right in the groups before, and
    fail here in a way that is not known otherwise. `explains` has the names of findings, vague or
    not, that this explains already: of these nothing follows it. With `only_these` it is told of no
    other.
    """

    cases: tuple
    name: str | None = None
    say: str = ""
    explains: tuple = ()
    only_these: bool = False


@dataclass(frozen=True, eq=False)
class Exercise:
    """What a check needs to know.

    `call` is as in "e_step(x, mixture)", and `right` says what a right function gives.
    `read(result, *arguments)` returns the parts of a result as a tuple, or raises a `Finding`.
    `on_error(error, *arguments)` may raise one for what was raised in the learner's code.
    `course` is the course's own function, and `expected` what makes the right result where that is
    not the same.
    """

    call: str
    right: str
    course: Callable
    parts: tuple
    groups: tuple
    read: Callable = lambda result, *arguments: (result,)
    on_error: Callable = lambda error, *arguments: None
    expected: Callable | None = None

    @property
    def name(self):
        """What messages call the function."""
        return self.call[: self.call.index("(")]

    @property
    def arguments(self):
        """The names of the arguments."""
        return tuple(self.call[len(self.name) + 1 : -1].split(", "))


class Table:
    """The table beside a module, whose `names` its expressions may use."""

    def __init__(self, module, **names):
        self.path = Path(module).with_suffix(".toml")
        self.names = {"np": np, "number": number, **names}
        text = self.path.read_text(encoding="utf-8")
        self._table = tomllib.loads(text)
        self.right = self._table.get("right", {})
        lines = [i for i, line in enumerate(text.split("\n"), 1) if line == "[[slip]]"]
        self.rows, said = [], {}
        for line, row in zip(lines, self._table.get("slip", ()), strict=True):
            said[row["name"]] = say = row.get("say") or said[row["name"]]
            self.rows.append({**row, "say": say, "part": _as_list(row["part"]), "line": line})

    def exercise(self, name, course, *, given=lambda *_: {}, recognise=(), groups=None, **more):
        """Return an exercise, of which the rest stands in the table.

        `given(*arguments)` returns more names for its expressions, and `recognise` has the function
        of a part, by its name in the table.
        """
        row = next(row for row in self._table["exercise"] if row["name"] == name)
        names = row["call"][row["call"].index("(") + 1 : -1].split(", ")

        def scope(*arguments):
            own = dict(zip(names, arguments, strict=True))
            return {**self.names, **given(*arguments), **own}

        parts = []
        for part in row["parts"]:
            key = part["of"]
            slips = self.expression(key) if key in self.right else None
            about = {key: each for key, each in part.items() if key != "of"}
            parts.append(
                Part(**about, scope=scope, slips=slips, recognise=dict(recognise).get(key))
            )
        groups = tuple(self._groups(name)) if groups is None else groups
        return Exercise(row["call"], row["right"], course, tuple(parts), groups, **more)

    def expression(self, part):
        """Return a part's expression with its slips."""
        rows = [row for row in self.rows if part in row["part"]]
        return Expression(self.right[part], [c for r in rows for c in changes(r, self.right[part])])

    def finding(self, name, when=None, /, **fields):
        """Return a finding, of which the sentence stands in the table."""
        rows = (row for row in self._table["finding"] if row["name"] == name)
        row = next(row for row in rows if when in _as_list(row.get("when")))
        return Finding(name, row["say"].format(**fields), vague=row.get("vague", False))

    def told_when(self, when):
        """Return the name of the finding that is told in a case, or None."""
        rows = (row for row in self._table["finding"] if when in _as_list(row.get("when")))
        return next((row["name"] for row in rows), None)

    def _groups(self, exercise):
        for row in self._table["group"]:
            if exercise in _as_list(row["of"]):
                more = {key: each for key, each in row.items() if key not in ("of", "cases")}
                cases = tuple(value(f"({case},)", self.names) for case in row["cases"])
                yield Group(cases, **more)


def changes(row, right):
    """Yield a row's changes of one expression."""
    name, say, line = row["name"], row["say"], row["line"]
    for text in row.get("wrong", ()):
        start = right.index(row["right"])
        yield Change(name, say, start, start + len(row["right"]), text, False, line)
    for text in row.get("instead", ()):
        yield Change(name, say, 0, len(right), text, True, line)


def _as_list(names):
    return names if isinstance(names, list) else [names]
