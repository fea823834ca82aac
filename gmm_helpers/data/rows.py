"""A table's rows: which of its lines are remarks, and which separator parts them into fields."""

import csv
import io
import re
import statistics

from gmm_helpers.data.columns import is_number
from gmm_helpers.data.sentences import TableError, say
from gmm_helpers.model.validation import count

SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas", " ": "spaces"}
ALONE = "\x1f"  # a separator that no table has: each line is one field
# A remark, which is no spreadsheet's error such as #N/A; or a drawn line.
_REMARK = re.compile(r"\s*#(?![A-Z/0]{2,}[!?]?\s*([,;\t|]|$))|[\s|:+=-]*(---|===)[\s|:+=-]*$")
_THOUSANDS = re.compile(r"(?<!\S)[1-9]\d{0,2} \d{3}\b")  # a space may set them apart


def split_rows(text):
    """Return the separator, the rows' line numbers and fields, and how many lines are remarks.

    The first row holds the names, and all others have as many fields.
    """
    lines = io.StringIO(text, newline=None).readlines()
    told = re.fullmatch(r'(?i)"?sep=([;,|\t])"?\s*', lines[0])  # as Excel has it
    if told:
        lines[0] = ""
    table = ["" if _REMARK.match(line) else line for line in lines]
    remarks = [i for i, line in enumerate(lines) if line != table[i]]
    if not re.search(r'[^\s;,|"]', "".join(table)):
        raise TableError("The file is empty but for remarks.")
    try:
        separator, (numbers, rows) = (told[1], _parse(table, told[1])) if told else _part(table)
        above = [i for i in remarks if i < numbers[0]]
        if above and all(map(is_number, rows[0])):
            _, names = _parse([lines[above[-1]].lstrip("# ").replace(", ", separator)], separator)
            if [*map(len, names)] == [len(rows[0])]:  # as numpy.savetxt has it
                numbers, rows = [remarks.pop(len(above) - 1) + 1, *numbers], names + rows
    except csv.Error as error:
        odd = next((i for i, line in enumerate(lines, start=1) if line.count('"') % 2), "none")
        what = "long_field" if odd == "none" and "limit" in str(error) else "quotes"
        raise TableError(say(what, odd=odd, most=csv.field_size_limit())) from None
    if _lacks_a_name(*rows, separator=separator):
        rows[0].insert(0, "")
    _check_lengths(rows, numbers, separator)
    return separator, numbers, rows, len(remarks)


def _parse(lines, separator):
    """Return the numbers of the lines that are not empty, and their fields."""
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    found = [(reader.line_num, [*map(str.strip, row)]) for row in reader if "".join(row).strip()]
    # Separators at the ends of all lines make no column.
    width = max((len(row) for _, row in found), default=0)
    while width and not any(any(row[width - 1 :]) for _, row in found):
        width -= 1
    return [number for number, _ in found], [row[:width] for _, row in found]


def _part(lines):
    """Part lines by the separator that gives most of them as many fields as the line of names.

    Where none does, it is the first that parts most lines, or none, if one column is likelier.
    """
    filled = [line.strip() for line in lines if line.strip()]
    likely = None
    for separator in filter("".join(lines).__contains__, SEPARATORS):
        try:
            parted = _, (header, *rows) = _parse(lines, separator)
        except csv.Error:
            continue
        width = _usual_width(rows)
        several = width > 1 or all(line.endswith(separator) for line in filled)
        if width == len(header) and several or _lacks_a_name(header, *rows, separator=separator):
            return separator, parted
        if width > 1:
            likely = likely or (separator, parted)
    return likely if likely and not _is_one_column(*filled) else (ALONE, _parse(lines, ALONE))


def _usual_width(rows):
    """Return how many fields most rows have, 0 where there are none."""
    return statistics.mode([len(row) for row in rows] or [0])


def _is_one_column(header, *lines):
    """Say whether all lines below a plain name are one number, though perhaps with a comma."""
    # Where the lines are counted, the comma parts their number from another that is not 3 digits.
    numbered = all(re.match(rf"{i},(?!\d{{3}}$)", line) for i, line in enumerate(lines, start=1))
    single = all(re.fullmatch(r"[-+]?\d*[.,]?\d*", line) for line in lines)
    return single and not numbered and not re.search("[,;|]", header)


def _lacks_a_name(header, *rows, separator):
    """Say whether the rows begin with their numbers or names, which have no name, as in R."""
    if _usual_width(rows) != len(header) + 1 or not header[0]:
        return False
    first = [row[0] for row in rows]
    counted = first == [str(i) for i, _ in enumerate(first, int(first[0] == "1"))]
    if separator == ",":  # it may be a decimal one, unless there are decimal points
        return counted and len(header) > 1 and any("." in field for row in rows for field in row)
    words = len({*first}) == len(first) and not any(map(is_number, first))
    return (counted or words) and not re.search("[,;|]", header[0])


def _check_lengths(rows, lines, separator):
    """See that each row has as many fields as there are names, and that spaces part no numbers."""
    names, *rows = rows
    if separator == " " and all(map(_THOUSANDS.search, map(" ".join, rows))):
        if re.search(r"[(\[]| 0\d\d\b", " ".join(map(" ".join, [names, *rows]))):
            raise TableError(say("spaces_for_thousands", row=" ".join(rows[0]), line=lines[1]))
    ragged = [each for each in zip(rows, lines[1:], strict=True) if len(each[0]) != len(names)]
    if not ragged:
        return
    row, line = ragged[0]
    remedy = "too_short" if len(row) < len(names) else "too_long"
    if re.search("[,;|\t]", "".join(names)) or "\t" in "".join(row):
        remedy = "two_separators"
    elif len(names) == 1 or not any(map(is_number, row)):
        remedy = "title"
    elif remedy == "too_short" and separator == " ":
        remedy = "too_short_spaces"
    about = {"fields": count(len(row), "field"), "columns": count(len(names), "column")}
    about |= {"names": ", ".join(filter(None, names)), "line": line, "first": lines[0]}
    remedy = say(remedy, marks=SEPARATORS[separator])
    raise TableError(say("lengths", remedy=remedy, **about))
