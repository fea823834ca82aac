"""A table's rows: which separator parts its lines into fields, and what its fields hold."""

import csv
import io
import re
from collections import Counter

import numpy as np

from gmm_helpers.data.text_file import TableError, count, say

SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas", " ": "spaces"}
ALONE = "\x1f"  # a separator that no table has: each line is one field
# A remark's mark, unless it begins a spreadsheet's error or the number of a row; a drawn line.
_REMARK = re.compile(r"\s*(#(?![A-Z\d/ÄÖÜ]{2,9}[!?]?\s*([,;\t|]|$))|%|//)(?!\d)")
_RULE = re.compile(r"[\s|:+=-]*(---|===)[\s|:+=-]*")
ONE_MARK = re.compile(r"[-+]?\d*([.,])\d+(?:[eE][-+]?\d+)?")  # a number with a comma or a point
GROUPS = re.compile(  # of thousands
    r"[-+]?[1-9]\d{0,2}([,.'’´`_ \u00a0\u2009\u202f])\d{3}(\1\d{3})*((?!\1)[.,]\d+)?"
)


def split_rows(text):
    """Return the separator, the rows' line numbers and fields, and how many lines are remarks."""
    lines = io.StringIO(text, newline=None).readlines()
    told = re.fullmatch(r'"?sep=(.)"?\s*', lines[0])  # as Excel has it
    if told:
        lines[0] = ""
    lines, n_remarks, last_above = _take_out_remarks(lines)
    if not any(map(str.strip, lines)):
        raise TableError("The file is empty but for remarks.")
    try:
        separator = told[1] if told else _find_separator(lines)
        numbers, rows = _parse(lines, separator)
        if all(map(is_number, rows[0])) and last_above.strip():
            _, (names,) = _parse([last_above], separator)
            if len(names) == len(rows[0]):  # as numpy.savetxt has it
                numbers, rows = [numbers[0] - 1, *numbers], [names, *rows]
                n_remarks -= 1
    except csv.Error:
        raise TableError(say("quotes")) from None
    if _leaves_out_a_name(lines, numbers, rows, separator):
        rows[0].insert(0, "")
    fields = " ".join(" ".join(row) for row in rows)
    if separator == " " and _may_part_thousands(rows[1:]) and re.search(r"[(\[]| 0\d\d\b", fields):
        raise TableError(say("spaces_for_thousands", row=" ".join(rows[1]), line=numbers[1]))
    return separator, numbers, rows, n_remarks


def _take_out_remarks(lines):
    """Return the lines with remarks made empty, how many there are, and the last above the table.

    That one may hold the names. The lines keep their numbers.
    """
    kept, n_remarks, above, last_above = [], 0, True, ""
    for line in lines:
        if _REMARK.match(line) or _RULE.fullmatch(line):
            last_above = _REMARK.sub("", line) if above else last_above
            n_remarks += 1
            line = ""
        above = above and not line.strip()
        kept.append(line)
    return kept, n_remarks, last_above


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


def _find_separator(lines):
    """Return the separator by which most lines have as many fields as the line of names.

    Where none does, it is the first that parts most lines, or none, if one column is likelier.
    """
    likely = ALONE
    text = "".join(lines).replace("\t", "\t ")
    for separator in filter(text.__contains__, SEPARATORS):
        try:
            numbers, rows = _parse(lines, separator)
        except csv.Error:
            continue
        width = most_common(map(len, rows[1:]))
        parted = width > 1 or all(lines[i - 1].rstrip().endswith(separator) for i in numbers)
        fits = width == len(rows[0]) and parted
        if fits or _leaves_out_a_name(lines, numbers, rows, separator):
            return separator
        if likely == ALONE and width > 1:
            likely = separator
    return ALONE if _is_one_column(lines) else likely


def _is_one_column(lines):
    """Say whether all lines below a plain name are single numbers, though with commas or spaces."""
    header, *fields = [line.strip() for line in lines if line.strip()]
    grouped = [bool(GROUPS.fullmatch(field)) for field in fields]
    if re.search("[,;|]", header) or not all(
        group or re.fullmatch(r"[-+]?\d*[.,]?\d*", field)
        for group, field in zip(grouped, fields, strict=True)
    ):
        return False
    numbered = all(field.startswith(f"{i},") for i, field in enumerate(fields, start=1))
    return all(grouped) or not numbered


def _leaves_out_a_name(lines, numbers, rows, separator):
    """Say whether the rows have names, and the line of names no field for these, as in R."""
    header, *below = rows
    if most_common(map(len, below)) != len(header) + 1 or not header[0]:
        return False
    if separator == " " and re.search("[,;|]", "".join(header)):
        return False
    first = [row[0] for row in below]
    if len({*first}) < len(first):
        return False
    if lines[numbers[1] - 1].lstrip()[:1] in "\"'":
        return True
    # Else a comma may be a decimal one, and a comma or a space may part thousands.
    numbered = all(map(str.isdecimal, first))
    if numbered and {*np.diff([*map(int, first)])} == {1}:
        return separator != "," or len(header) > 1
    if _may_part_thousands(below):
        return False
    if numbered:
        return separator != ","
    words = all(re.fullmatch(r"[^,;|]*[^\W\d_][^,;|]*", each) for each in first)
    return words and not any(re.search(r"\s\S*\d$", each) for each in first)


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
            remedy = "two_separators"
        elif len(names) == 1 == most_common(map(len, rows)) - 1 or not any(map(is_number, row)):
            remedy = "title_or_decimals" if len(row) == 2 else "title"
        elif len(row) < len(names):
            remedy = "too_short_spaces" if separator == " " else "too_short"
        else:
            remedy = "too_long"
        remedy = say(remedy, marks=SEPARATORS.get(separator, "marks"))
        about = {"line": line, "first": lines[0], "names": ", ".join(names), "remedy": remedy}
        fields, columns = count(len(row), "field"), count(len(names), "column")
        raise TableError(say("lengths", fields=fields, columns=columns, **about))


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
