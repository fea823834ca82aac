"""A table's file: its letters, its separator and rows, or what it is in place of a table."""

import codecs
import csv
import functools
import io
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

import numpy as np

SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas", " ": "spaces"}
ALONE = "\x1f"  # a separator that no table has: each line is one field
_MOST_NAMES = 12  # that a message lists
_NOT_TEXT = {  # how files begin that are not text: a kind of `tables.toml`
    **dict.fromkeys((b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ"), "packed"),
    **dict.fromkeys((b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd", b"Rar!"), "packed"),
    b"\xd0\xcf\x11\xe0": "spreadsheet",
    b"%PDF": "pdf",
}
# A remark's mark, unless it begins a spreadsheet's error or the number of a row; a drawn line.
_REMARK = re.compile(r"\s*(#(?![A-Z\d/ÄÖÜ]{2,9}[!?]?\s*([,;\t|]|$))|%|//)(?!\d)")
_RULE = re.compile(r"[\s|:+=-]*(---|===)[\s|:+=-]*")
ONE_MARK = re.compile(r"[-+]?\d*([.,])\d+(?:[eE][-+]?\d+)?")  # a number with a comma or a point
GROUPS = re.compile(  # of thousands
    r"[-+]?[1-9]\d{0,2}([,.'’´`_ \u00a0\u2009\u202f])\d{3}(\1\d{3})*((?!\1)[.,]\d+)?"
)


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
        raise TableError(
            f"The path {text!r} holds {eaten[0]!r}, which Python made of a backslash and a letter: "
            'write / for the backslash, or r before the quotation marks, as in r"data\\table.csv".'
        )
    if re.match(r"\w+:/{2}", text):
        raise TableError(f"{text} is a web address: download the file, and give its path here.")
    path = Path(text.strip("\"' "))
    try:
        return path.expanduser()
    except RuntimeError:  # nobody's home
        return path


def _read_bytes(path):
    try:
        if path.is_dir():
            raise TableError("This is a folder. Name a file in it.")
        return path.read_bytes()
    except FileNotFoundError:
        folder = path.absolute().parent
        raise TableError(
            f"There is no such file in {folder}{_list_tables(folder)}. If it is in another folder, "
            "give its whole path, with / between the folders."
        ) from None
    except OSError as error:
        raise TableError(
            f"It cannot be opened ({error.strerror}). If it is open in another program, close it."
        ) from None


def _list_tables(folder):
    if not folder.is_dir():
        return ", nor is there this folder"
    kinds = (".csv", ".tsv", ".txt", ".dat")
    there = sorted(each.name for each in folder.iterdir() if each.suffix.lower() in kinds)
    return f"; there are {list_names(there)}" if there else ""


def read_text(path):
    """Return what stands in a file, and the name of its encoding."""
    content = _read_bytes(path)
    kind = next((_NOT_TEXT[each] for each in _NOT_TEXT if content.startswith(each)), None)
    if kind == "packed" and re.search(rb"xl/|\[Content_Types\]|opendocument|\.iwa", content):
        kind = "spreadsheet"
    zeros = [content[i:2000:2].count(0) for i in (0, 1)]  # in UTF-16 every other byte is one
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text, encoding = content.decode("utf-16", "replace"), "UTF-16"
    elif 4 * max(zeros) > len(content[:2000]):
        order = "le" if zeros[1] > zeros[0] else "be"
        text, encoding = content.decode(f"utf-16-{order}", "replace"), "UTF-16"
    else:
        try:
            text, encoding = content.decode("utf-8-sig"), "UTF-8"  # without Excel's mark in front
        except UnicodeDecodeError:
            text, encoding = content.decode("cp1252", "replace"), "Latin-1 (Windows-1252)"
    text = re.sub("[\u200b\u200e\u200f\ufeff]|\x1a$", "", text)  # what nobody sees
    if kind or re.search(r"[\x00-\x08\x0e-\x1f]", text):
        raise TableError(f"This is {sentences()['files'][kind or 'other']}")
    if not text.strip():
        raise TableError("The file is empty.")
    if what := find_sentence("text", text.lstrip(), re.match):
        raise TableError(f"This is {what}")
    return text, encoding


@functools.cache
def sentences():
    """Return what `tables.toml` holds: what a file or a field may be, and what is said of it."""
    import tomllib  # only here, as the package's import should not wait for it

    text = files("gmm_helpers.data").joinpath("tables.toml").read_text(encoding="utf-8")
    for name, part in tomllib.loads(text)["parts"].items():
        text = re.sub(rf"\b{name}\b(?! =)", lambda _, part=part: part, text)
    return tomllib.loads(text)


def find_sentence(kind, text, match=re.fullmatch):
    """Return what is said of a text, by the first pattern that it fits; None where none does."""
    entries = sentences()[kind]
    return next((e["what"] for e in entries if match(e["pattern"], text, re.IGNORECASE)), None)


# Its separator and rows.


def split_rows(text):
    """Return the separator, the rows' line numbers and fields, and how many lines are remarks."""
    lines = io.StringIO(text, newline=None).readlines()
    told = re.fullmatch(r'"?sep=(.)"?\s*', lines[0])  # as Excel has it
    if told:
        lines[0] = ""
    names_in_remark, above, n_remarks = "", True, 0
    for i, line in enumerate(lines):
        if _REMARK.match(line) or _RULE.fullmatch(line):
            names_in_remark = _REMARK.sub("", line) if above else names_in_remark
            lines[i] = ""  # so that the lines keep their numbers
            n_remarks += 1
        above = above and not lines[i].strip()
    if not any(map(str.strip, lines)):
        raise TableError("The file is empty but for remarks.")
    try:
        separator = told[1] if told else _sniff(lines)
        numbers, rows = _parse(lines, separator)
        if all(map(is_number, rows[0])) and names_in_remark.strip():
            _, (names,) = _parse([names_in_remark], separator)
            if len(names) == len(rows[0]):  # as numpy.savetxt has it
                numbers, rows = [numbers[0] - 1, *numbers], [names, *rows]
                n_remarks -= 1
    except csv.Error:
        raise TableError("A quotation mark has no partner, or stands within a text.") from None
    if _leaves_out_a_name(lines, numbers, rows, separator):
        rows[0].insert(0, "")
    doubtful = separator == " " and _may_part_thousands(rows[1:])
    if doubtful and re.search(r"[(\[]| 0\d\d\b", " ".join(" ".join(row) for row in rows)):
        raise TableError(
            f"“{' '.join(rows[1])}” in line {numbers[1]} may have a space for thousands: take all "
            "such spaces away, or put semicolons between the columns."
        )
    return separator, numbers, rows, n_remarks


def _parse(lines, separator):
    if separator == " ":
        lines = [line.replace("\t", " ") for line in lines]
    quote = "'" if re.match(r"\s*'", next(filter(str.strip, lines), "")) else '"'
    options = {"delimiter": separator, "quotechar": quote, "skipinitialspace": True}
    reader = csv.reader(lines, strict=True, **options)
    numbers, rows = [], []
    for row in reader:
        row = [*map(str.strip, row)]
        if any(row):
            numbers.append(reader.line_num)
            rows.append(row)
    width = max(map(len, rows), default=0)
    while width > 1 and not any(row[width - 1] for row in rows if len(row) >= width):
        width -= 1  # separators at the ends of the lines
    return numbers, [row[:width] for row in rows]


def _sniff(lines):
    """Return the separator by which most lines have as many fields as the line of names."""
    likely = ALONE
    text = "".join(lines).replace("\t", "\t ")
    for separator in filter(text.__contains__, SEPARATORS):
        try:
            numbers, rows = _parse(lines, separator)
        except csv.Error:
            continue
        width = most_common(map(len, rows[1:]))
        parted = width > 1 or all(lines[i - 1].rstrip().endswith(separator) for i in numbers)
        if width == len(rows[0]) and parted:
            return separator
        if _leaves_out_a_name(lines, numbers, rows, separator):
            return separator
        if likely == ALONE and width > 1:
            likely = separator
    header, *fields = [line.strip() for line in lines if line.strip()]
    is_one = all(GROUPS.fullmatch(f) or re.fullmatch(r"[-+]?\d*[.,]?\d*", f) for f in fields)
    numbered = all(f.startswith(f"{i},") for i, f in enumerate(fields, start=1))
    numbered = numbered and not all(map(GROUPS.fullmatch, fields))
    return ALONE if is_one and not numbered and not re.search("[,;|]", header) else likely


def _leaves_out_a_name(lines, numbers, rows, separator):
    """Say whether the rows have names, and the line of names no field for these, as in R."""
    header = rows[0]
    if most_common(map(len, rows[1:])) != len(header) + 1 or not header[0]:
        return False
    if separator == " " and re.search("[,;|]", "".join(header)):
        return False
    first = [row[0] for row in rows[1:]]
    if len({*first}) < len(first):
        return False
    if lines[numbers[1] - 1].lstrip()[:1] in "\"'":
        return True
    # Else a comma may be a decimal one, and a comma or a space may part thousands.
    if not all(map(str.isdecimal, first)):
        words = all(re.fullmatch(r"[^,;|]*[^\W\d_][^,;|]*", each) for each in first)
        two = any(re.search(r"\s\S*\d$", each) for each in first)
        return words and not two and not _may_part_thousands(rows[1:])
    if {*np.diff([*map(int, first)])} == {1}:
        return separator != "," or len(header) > 1
    return separator != "," and not _may_part_thousands(rows[1:])


def _may_part_thousands(rows):
    """Say whether two neighbouring fields of all rows may be one number, such as 9 172."""
    pairs = range(min(map(len, rows), default=0) - 1)
    thousands = re.compile(r"[-+]?[1-9]\d{0,2} \d{3}([.,]\d+)?")
    return any(all(thousands.fullmatch(f"{row[i]} {row[i + 1]}") for row in rows) for i in pairs)


def most_common(values):
    """Return how often the most frequent of some values is there, or 0 where there are none."""
    return max(Counter(values).items(), key=lambda item: item[1], default=(0, 0))[0]


def check_lengths(names, rows, lines, separator):
    """See that each row has as many fields as there are names."""
    for row, line in zip(rows, lines[1:], strict=True):
        if len(row) == len(names):
            continue
        if re.search("[,;|]", "".join(names)):
            remedy = "put the same separator into all lines"
        elif len(names) == 1 == most_common(map(len, rows)) - 1 or not any(map(is_number, row)):
            remedy = "if one of the two is a title or a remark, delete it, or put # in front"
            if len(row) == 2:
                remedy += "; write decimals with a point, and name row numbers too"
        elif len(row) < len(names):
            remedy = "give it an empty field (NA between spaces) where a value is missing"
            if separator == " ":
                remedy += ", and put a name that holds a space in quotation marks"
        else:
            remedy = (
                f"numbers must hold no {SEPARATORS.get(separator, 'marks')} (for decimals or "
                "thousands), and text that does must stand in quotation marks; else save the table "
                "with semicolons between the columns"
            )
        named = f"line {lines[0]}, “{', '.join(names):.40}”, names {count(len(names), 'column')}"
        raise TableError(f"Line {line} has {count(len(row), 'field')}, but {named}: {remedy}.")


def number(field, decimal):
    """Return what a field says; NaN where that is no number."""
    if decimal == ",":
        field = field.replace(",", ".") if "." not in field else ""
    try:
        return float(field) if "_" not in field else np.nan
    except ValueError:
        return np.nan


def is_number(field):
    """Say whether a field holds a number, with a point or a comma."""
    return not np.isnan(number(field, "," if "," in field else "."))


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
