"""Classic slips as data: what a learner writes in place of a piece of the right expression.

A subject's table is the TOML file beside its module. Under `[right]` it has the right expressions,
each under the name of a part of a result. A `[[slip]]` has a `name`, the `part` that goes wrong (or
several), a piece of its `right` expression with what may stand there as `wrong`, or what may stand
for all of it as `instead`, and the sentence to `say`; without one it says what the row of its name
before it says. A `[[group]]` has arguments to try, as `cases`; see `diagnosis.Group`.

Two changes of different places make a pair, so nobody has to write those down.
"""

import functools
import itertools
import tomllib
from pathlib import Path
from typing import NamedTuple


class Change(NamedTuple):
    """One way to go wrong: the slip's name and sentence, and the text between `start` and `stop`.

    What stands `alone` is all of the expression, and makes no pairs. `line` is the table's.
    """

    name: str
    say: str
    start: int
    stop: int
    text: str
    alone: bool
    line: int


class Explanation(NamedTuple):
    """What may have gone wrong: the names of the slips, what to say, and the wrong expression."""

    names: tuple
    say: str
    source: str


class Expression:
    """A right expression and its slips, made of a case's arguments.

    `scope(*arguments)` returns what stands for the names in the expressions.
    """

    def __init__(self, right, changes, scope):
        self.right, self.changes, self.scope = right, changes, scope

    @functools.cached_property
    def ranks(self):
        """The explanations in the order in which they are tried: one slip, one twice, two."""
        single, pairs = {}, {}
        for change in self.changes:
            single.setdefault(self._changed(change), (change,))
        for one, other in itertools.combinations(self.changes, 2):
            apart = one.stop <= other.start or other.stop <= one.start
            if apart and not (one.alone or other.alone):
                pairs.setdefault(self._changed(one, other), (one, other))
        twice = {text: pair for text, pair in pairs.items() if pair[0].name == pair[1].name}
        two = {text: pair for text, pair in pairs.items() if text not in twice}
        return tuple([_explain(*item) for item in rank.items()] for rank in (single, twice, two))

    def _changed(self, *changes):
        text = self.right
        for change in sorted(changes, key=lambda change: -change.start):
            text = text[: change.start] + change.text + text[change.stop :]
        return text


def _explain(source, changes):
    says = dict.fromkeys(change.say for change in changes)
    return Explanation(tuple(change.name for change in changes), " ".join(says), source)


@functools.cache
def compiled(source):
    """Return an expression of a table as code."""
    return compile(source, "<slip>", "eval")


def value(source, names):
    """Return what an expression of a table makes of these names."""
    return eval(compiled(source), names)  # noqa: S307


class Table:
    """The table of slips beside a module, whose `names` its expressions may use."""

    def __init__(self, module, **names):
        self.path, self.names = Path(module).with_suffix(".toml"), names
        text = self.path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
        self.right, self._groups = table["right"], table.get("group", ())
        lines = [i for i, line in enumerate(text.split("\n"), 1) if line == "[[slip]]"]
        self.rows, said = [], {}
        for line, row in zip(lines, table["slip"], strict=True):
            said[row["name"]] = say = row.get("say") or said[row["name"]]
            self.rows.append({**row, "say": say, "part": _as_list(row["part"]), "line": line})

    def expression(self, part, given=lambda *arguments: {}):
        """Return a part's expression with its slips; `given(*arguments)` returns more names."""
        right = self.right[part]
        changes = [c for row in self.rows if part in row["part"] for c in _changes(row, right)]
        return Expression(right, changes, lambda *arguments: {**self.names, **given(*arguments)})

    def groups(self, exercise, make):
        """Return an exercise's groups of cases, each as `make(cases, **more)` makes it."""
        for row in self._groups:
            if exercise in _as_list(row["of"]):
                more = {key: each for key, each in row.items() if key not in ("of", "cases")}
                cases = tuple(value(f"({case},)", {**self.names}) for case in row["cases"])
                yield make(cases, **more)


def _as_list(names):
    return names if isinstance(names, list) else [names]


def _changes(row, right):
    """Yield a row's changes of one expression."""
    name, say, line = row["name"], row["say"], row["line"]
    for text in row.get("wrong", ()):
        start = right.index(row["right"])
        yield Change(name, say, start, start + len(row["right"]), text, False, line)
    for text in row.get("instead", ()):
        yield Change(name, say, 0, len(right), text, True, line)
