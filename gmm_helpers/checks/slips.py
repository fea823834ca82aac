"""Classic slips: what a learner writes in place of a piece of the right expression.

Two changes of different places make a pair, so nobody has to write those down.
"""

import functools
import itertools
from typing import NamedTuple


class Change(NamedTuple):
    """A way to go wrong: the slip's name and sentence, and the text from `start` to `stop`."""

    name: str
    say: str
    start: int
    stop: int
    text: str


class Explanation(NamedTuple):
    """What may have gone wrong: the names of the slips, what to say, and the wrong expression."""

    names: tuple
    say: str
    source: str


class Expression(NamedTuple):
    """A right expression and the changes that may be made to it."""

    right: str
    changes: tuple

    @property
    def ranks(self):
        """The explanations in the order in which they are tried: one slip, one twice, two."""
        return _ranks(*self)


@functools.cache
def _ranks(right, changes):
    single, pairs = {}, {}
    for change in changes:
        single.setdefault(_changed(right, change), (change,))
    for one, other in itertools.combinations(changes, 2):
        if one.stop <= other.start or other.stop <= one.start:
            pairs.setdefault(_changed(right, one, other), (one, other))
    twice = {text: pair for text, pair in pairs.items() if pair[0].name == pair[1].name}
    two = {text: pair for text, pair in pairs.items() if text not in twice}
    return tuple([_explain(*item) for item in rank.items()] for rank in (single, twice, two))


def _changed(text, *changes):
    for change in sorted(changes, key=lambda change: -change.start):
        text = text[: change.start] + change.text + text[change.stop :]
    return text


def _explain(source, changes):
    says = dict.fromkeys(change.say for change in changes)
    return Explanation(tuple(change.name for change in changes), " ".join(says), source)


@functools.cache
def _compiled(source):
    return compile(source, "<table>", "eval")


def value(source, names):
    """Return what an expression of a table makes of these names."""
    return eval(_compiled(source), names)  # noqa: S307
