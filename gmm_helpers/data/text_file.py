"""A table's file: where it is, its letters, or what it is in place of a table."""

import json
import re
from pathlib import Path

from gmm_helpers.data.sentences import ArgumentError, TableError, find_sentence, list_names, say

_TABLES = (".csv", ".tsv", ".txt", ".dat")
_UNSEEN = "[\u00ad\u200b\u200e\u200f\ufeff]"  # marks of width 0, which copied text may hold


def as_path(path):
    """Return what a learner gave as a path, if it is one."""
    if not isinstance(path, str) and not hasattr(path, "__fspath__"):
        raise ArgumentError(f"path must be the path of a file, as text; it is {path!r:.60}.")
    text = str(path)
    if eaten := re.search(r"[\x00-\x1f]", text):
        raise TableError(say("backslash", path=text, eaten=eaten[0]))
    if re.match(r"\w+:/{2}", text):
        raise TableError(say("web_address", path=text))
    try:
        return Path(text).expanduser()
    except RuntimeError:  # there is no such user, so no such file either
        return Path(text)


def read_text(path):
    """Return what stands in a file, and the name of its encoding."""
    content = _read_bytes(path)
    encoding = json.detect_encoding(content)  # by the zeros at the beginning
    name = "-".join(encoding.upper().split("-")[:2])
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text, name = content.decode("cp1252", "replace"), "Latin-1 (Windows-1252)"
    text = re.sub(_UNSEEN, "", text)
    if not text.strip():
        raise TableError("The file is empty.")
    if what := find_sentence("text", text.lstrip(" \r\n\t"), re.match):
        raise TableError(f"This is {what}")
    return text, name


def _read_bytes(path):
    try:
        if path.is_dir():
            raise TableError(say("folder"))
        return path.read_bytes()
    except FileNotFoundError:
        folder = path.absolute().parent
        there = sorted(each.name for each in folder.glob("*") if each.suffix.lower() in _TABLES)
        what = f"; there are {list_names(there)}" if there else ""
        what = what if folder.is_dir() else ", nor is there this folder"
        raise TableError(say("not_there", folder=folder, there=what)) from None
    except OSError as error:
        raise TableError(say("not_opened", why=error.strerror)) from None
