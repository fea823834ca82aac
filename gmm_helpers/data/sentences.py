"""What is said of a table: the sentences of `tables.toml`, and the errors that carry them."""

import functools
import re
import tomllib
from pathlib import Path

_MOST_NAMES = 12  # that a message lists


class TableError(ValueError):
    """A file that cannot be used; a notebook shows its sentence alone, without a traceback."""

    def _render_traceback_(self):  # IPython asks an error for it
        return [str(self)]


class ArgumentError(TableError, TypeError):
    """An argument of another type."""


@functools.cache
def sentences():
    """Return what `tables.toml` holds: what a file or a field may be, and what is said of it."""
    text = Path(__file__).with_name("tables.toml").read_text(encoding="utf-8")
    for name, part in tomllib.loads(text)["parts"].items():
        text = re.sub(rf"\b{name}\b(?! =)", lambda _, part=part: part, text)
    return tomllib.loads(text)


def say(name, /, **about):
    """Return a sentence of `tables.toml` about these."""
    return sentences()["say"][name].format(**about)


def find_sentence(kind, text, match=re.fullmatch):
    """Return what is said of a text, by the first pattern that it fits; None where none does."""
    entries = sentences()[kind]
    return next((e["what"] for e in entries if match(e["pattern"], text, re.IGNORECASE)), None)


def list_names(names):
    """Return names in quotation marks, of many the first ones."""
    shown = ", ".join(f"“{name}”" for name in names[:_MOST_NAMES])
    rest = len(names) - _MOST_NAMES
    return f"{shown} and {rest} more" if rest > 0 else shown


def leave_out(names, out):
    """Return how to leave out some columns of those that were read."""
    others = [name for name in names if name not in out]
    nameable = 0 < len(others) <= _MOST_NAMES and len({*names}) == len(names)
    how = f", by columns={others}".replace("'", '"') if nameable else ""
    return f"leave {'it' if len(out) == 1 else 'them'} out{how}"
