"""A table's rows: which separator parts its lines into fields, and what its fields hold."""

import csv
import io
import re
import statistics

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
    remarks = [i for i, line in enumerate(lines) if _REMARK.match(line) or _RULE.fullmatch(line)]
    table = ["" if i in {*remarks} else line for i, line in enumerate(lines)]
    if not any(map(str.strip, table)):
        raise TableError("The file is empty but for remarks.")
    try:
        separator = told[1] if told else _find_separator(table)
        numbers, rows = _parse(table, separator)
        above = [i for i in remarks if i < numbers[0]]
        if above and all(map(is_number, rows[0])):
            _, names = _parse([_REMARK.sub("", lines[above[-1]])], separator)
            if [*map(len, names)] == [len(rows[0])]:  # as numpy.savetxt has it
                numbers, rows = [remarks.pop(len(above) - 1) + 1, *numbers], names + rows
    except csv.Error:
        raise TableError(say("quotes")) from None
    if _leaves_out_a_name(table, numbers, rows, separator):
        rows[0].insert(0, "")
    fields = " ".join(" ".join(row) for row in rows)
    if separator == " " and _may_part_thousands(rows[1:]) and re.search(r"[(\[]| 0\d\d\b", fields):
        raise TableError(say("spaces_for_thousands", row=" ".join(rows[1]), line=numbers[1]))
    return separator, numbers, rows, len(remarks)


def _parse(lines, separator):
    """Return the numbers of the lines that are not empty, and their fields."""
    if separator == " ":
        lines = [line.replace("\t", " ") for line in lines]
    quote = "'" if re.match(r"\s*'", next(filter(str.strip, lines), "")) else '"'
    options = {"delimiter": separator, "quotechar": quote, "skipinitialspace": True}
    reader = csv.reader(lines, strict=True, **options)
    found = [(reader.line_num, [*map(str.strip, row)]) for row in reader]
    found = [(number, row) for number, row in found if any(row)]
    # Separators at the ends of all lines make no column.
    width = max((i for _, row in found for i, field in enumerate(row, 1) if field), default=0)
    return [number for number, _ in found], [row[:width] for _, row in found]


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
        width = usual_width(rows[1:])
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
    others = [field for field in fields if not GROUPS.fullmatch(field)]
    numbered = all(field.startswith(f"{i},") for i, field in enumerate(fields, start=1))
    if re.search("[,;|]", header) or others and numbered:
        return False
    return all(re.fullmatch(r"[-+]?\d*[.,]?\d*", field) for field in others)


def _leaves_out_a_name(lines, numbers, rows, separator):
    """Say whether the rows have names, and the line of names no field for these, as in R."""
    header, *below = rows
    first = [row[0] for row in below]
    if usual_width(below) != len(header) + 1 or not header[0] or len({*first}) < len(first):
        return False
    if separator == " " and re.search("[,;|]", "".join(header)):
        return False
    if lines[numbers[1] - 1].lstrip()[:1] in "\"'":
        return True
    # Else a comma may be a decimal one, and a comma or a space may part thousands.
    numbered = all(map(str.isdecimal, first))
    if numbered and {*np.diff([*map(int, first)])} == {1}:
        return separator != "," or len(header) > 1
    words = all(re.fullmatch(r"(?!.*\s\S*\d$)[^,;|]*[^\W\d_][^,;|]*", each) for each in first)
    return (words or numbered and separator != ",") and not _may_part_thousands(below)


def _may_part_thousands(rows):
    """Say whether two neighbouring fields of all rows may be one number, such as 9 172."""
    pairs = range(min(map(len, rows), default=0) - 1)
    thousands = re.compile(r"[-+]?[1-9]\d{0,2} \d{3}([.,]\d+)?")
    return any(all(thousands.fullmatch(f"{row[i]} {row[i + 1]}") for row in rows) for i in pairs)


def usual_width(rows):
    """Return how many fields most rows have, 0 where there are none."""
    return statistics.mode([len(row) for row in rows] or [0])


def check_lengths(names, rows, lines, separator):
    """See that each row has as many fields as there are names."""
    for row, line in zip(rows, lines[1:], strict=True):
        if len(row) == len(names):
            continue
        if re.search("[,;|]", "".join(names)):
            remedy = "two_separators"
        elif len(names) == 1 == usual_width(rows) - 1 or not any(map(is_number, row)):
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
