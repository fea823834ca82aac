"""A table's file: where it is, its letters, or what it is in place of a table; and its errors."""

import functools
import json
import re
from pathlib import Path

_MOST_NAMES = 12  # that a message lists
_TABLES = (".csv", ".tsv", ".txt", ".dat")


class TableError(ValueError):
    """A file that cannot be used; a notebook shows its sentence alone, without a traceback."""

    def _render_traceback_(self):  # IPython asks an error for it
        return [str(self)]


class ArgumentError(TableError, TypeError):
    """An argument of another type."""


def as_path(path):
    """Return what a learner gave as a path, if it is one."""
    if not isinstance(path, str) and not hasattr(path, "__fspath__"):
        raise ArgumentError(f"path must be the path of a file, as text; it is {path!r:.60}.")
    text = str(path)
    if eaten := re.search(r"[\x00-\x1f]", text):
        raise TableError(say("backslash", path=text, eaten=eaten[0]))
    if re.match(r"\w+:/{2}", text):
        raise TableError(say("web_address", path=text))
    path = Path(text.strip("\"' "))
    try:
        return path.expanduser()
    except RuntimeError:  # nobody's home
        return path


def _read_bytes(path):
    if path.is_dir():
        raise TableError(say("folder"))
    try:
        return path.read_bytes()
    except FileNotFoundError:
        folder = path.absolute().parent
        there = sorted(each.name for each in folder.glob("*") if each.suffix.lower() in _TABLES)
        what = f"; there are {list_names(there)}" if there else ""
        what = what if folder.is_dir() else ", nor is there this folder"
        raise TableError(say("not_there", folder=folder, there=what)) from None
    except OSError as error:
        raise TableError(say("not_opened", why=error.strerror)) from None


def read_text(path):
    """Return what stands in a file, and the name of its encoding."""
    content = _read_bytes(path)
    begin = content[:8].decode("latin-1")
    kinds = sentences()["begins"].items()
    kind = next((kind for kind, known in kinds if begin.startswith(tuple(known))), None)
    if kind == "packed" and re.search(rb"xl/|\[Content_Types\]|opendocument|\.iwa", content):
        kind = "spreadsheet"
    encoding = json.detect_encoding(content)  # by the zeros at the beginning
    name = "-".join(encoding.upper().split("-")[:2])
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text, name = content.decode("cp1252", "replace"), "Latin-1 (Windows-1252)"
    text = re.sub("[\u200b\u200e\u200f\ufeff]|\x1a$", "", text)  # what nobody sees
    if kind or re.search(r"[\x00-\x08\x0e-\x1f]", text):
        raise TableError(f"This is {sentences()['files'][kind or 'other']}")
    if not text.strip():
        raise TableError("The file is empty.")
    if what := find_sentence("text", text.lstrip(), re.match):
        raise TableError(f"This is {what}")
    return text, name


@functools.cache
def sentences():
    """Return what `tables.toml` holds: what a file or a field may be, and what is said of it."""
    import tomllib  # only here, as the package's import should not wait for it

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
    how = f", by columns={others}".replace("'", '"') if 0 < len(others) <= _MOST_NAMES else ""
    return f"leave {'it' if len(out) == 1 else 'them'} out{how}"


def count(number, noun):
    """Return a number with its noun."""
    return f"{number} {noun}{'s' if number != 1 else ''}"
