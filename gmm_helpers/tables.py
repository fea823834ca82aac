"""Your own data: a table in a text file, read with a sentence for whatever is wrong with it.

A file goes through: its letters, its separator and rows, the names, the numbers, the notes.
"""

import csv
import io
import re
import textwrap
from collections import Counter

import numpy as np

from gmm_helpers._table_notes import TOTAL, find_odd, find_unfit
from gmm_helpers._text_file import (
    ArgumentError,
    TableError,
    as_path,
    count,
    find_sentence,
    leave_out,
    list_names,
    read_text,
    sentences,
)
from gmm_helpers.datasets import Dataset

_SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas", " ": "spaces"}
_ALONE = "\x1f"  # a separator that no table has: each line is one field
_MISSING = {"", *"-–—.*?…", *"-- .. ... na n/a n.a. #n/a #na #nv <na> nan none null nil".split()}
_MOST_PROBLEMS = 4
_WIDTH = 72  # of a note's lines, as of the notebooks' code

# A remark's mark, unless it begins a spreadsheet's error or the number of a row; a drawn line.
_REMARK = re.compile(r"\s*(#(?![A-Z\d/ÄÖÜ]{2,9}[!?]?\s*([,;\t|]|$))|%|//)(?!\d)")
_RULE = re.compile(r"[\s|:+=-]*(---|===)[\s|:+=-]*")
_ONE_MARK = re.compile(r"[-+]?\d*([.,])\d+(?:[eE][-+]?\d+)?")  # a number with a comma or a point
_GROUPS = re.compile(  # of thousands
    r"[-+]?[1-9]\d{0,2}([,.'’´`_ \u00a0\u2009\u202f])\d{3}(\1\d{3})*((?!\1)[.,]\d+)?"
)


def read_table(path, columns=None, *, drop_missing=False, decimal=None):
    r"""Read columns of numbers from a text file whose first line names them, such as a CSV file.

    Commas, semicolons, tabs, bars or spaces may stand between the columns, points or commas in
    decimals; the letters may be UTF-8, UTF-16 or Windows-1252. What the file was taken for is
    printed in one line, and a note on each thing that may be no measurement. Left out are lines
    that begin with #, and unless columns are named, those that name the rows and have no name, and
    those that cannot be fitted, being constant or the same as another one.

    Parameters
    ----------
    path : str or path-like
        It may begin with `~`, the home folder.
    columns : str or sequence of str, optional
        The names of the columns to take, in this order; all of them, unless given.
    drop_missing : bool
        Whether to leave out the rows in which one of these columns has no value; else such rows
        are an error.
    decimal : {".", ","}, optional
        The decimal mark, for a file whose numbers do not tell, as 1.234;5.678.

    Returns
    -------
    Dataset
        `x` has shape (n, D), or (n,) for one column; `features` are the columns' names, and
        `lines` (n,) the numbers of the rows' lines in the file, from 1.

    Raises
    ------
    ValueError, TypeError
        If the file or a column cannot be used: a sentence for each thing that is wrong says where,
        and what to do.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "flowers.csv")
    ...     _ = path.write_text("length;width;kind\n5,1;3,5;a\n4,9;3,0;a\n6,2;2,9;b\n")
    ...     data = read_table(path, ["length", "width"])
    Read 3 rows of 2 columns: “length”, “width”. Semicolons between columns, decimal commas, UTF-8.
    >>> data.features, data.x.shape, data.lines
    (('length', 'width'), (3, 2), array([2, 3, 4]))
    """
    path = as_path(path)
    if decimal not in (None, ".", ","):
        raise TableError(f'decimal must be "." or ","; it is {decimal!r}.')
    try:
        text, encoding = read_text(path)
        separator, lines, (header, *rows), n_remarks = _split(text)
        names = _names(header, rows)
        _check_lengths(names, rows, lines, separator)
        lines, n_row_names = np.array(lines[1:]), _count_row_names(names, rows)
        chosen = _choose(names, columns, rows, n_row_names)
        decimal, doubts = _find_decimal(rows, lines, chosen, separator, decimal)
        x = np.array([[_number(row[i], decimal) for i in chosen] for row in rows])
        usable = _find_usable(x, rows, lines, chosen, names, drop_missing, decimal)
        x, lines, last_row = x[usable], lines[usable], rows[np.flatnonzero(usable)[-1]]
        kept, unfit = find_unfit(x, [names[i] for i in chosen], drop=columns is None)
    except TableError as error:
        raise type(error)(f"“{path.name}”: {error}") from None
    x, names = x[:, kept], tuple(names[chosen[i]] for i in kept)
    n = count(len(x), "row") if usable.all() else f"{len(x)} of {len(rows)} rows"
    left_out = {"column": n_row_names if columns is None else 0, "line": n_remarks}
    form = _describe(separator, decimal, encoding, left_out)
    print(f"Read {n} of {count(len(names), 'column')}: {list_names(names)}. {form}")
    for note in [*doubts, *unfit, *find_odd(x, names, lines, last_row)]:
        print(textwrap.fill(f"Note: {note}", _WIDTH, subsequent_indent="      "))
    return Dataset(x[:, 0] if len(names) == 1 else x, names, lines=lines)


# Its separator and rows.


def _split(text):
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
        if all(map(_is_number, rows[0])) and names_in_remark.strip():
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
    likely = _ALONE
    text = "".join(lines).replace("\t", "\t ")
    for separator in filter(text.__contains__, _SEPARATORS):
        try:
            numbers, rows = _parse(lines, separator)
        except csv.Error:
            continue
        width = _most_common(map(len, rows[1:]))
        if width == len(rows[0]) > 1 or _leaves_out_a_name(lines, numbers, rows, separator):
            return separator
        if likely == _ALONE and width > 1:
            likely = separator
    header, *fields = [line.strip() for line in lines if line.strip()]
    is_one = all(_GROUPS.fullmatch(f) or re.fullmatch(r"[-+]?\d*[.,]?\d*", f) for f in fields)
    numbered = all(f.startswith(f"{i},") for i, f in enumerate(fields, start=1))
    numbered = numbered and not all(map(_GROUPS.fullmatch, fields))
    return _ALONE if is_one and not numbered and not re.search("[,;|]", header) else likely


def _leaves_out_a_name(lines, numbers, rows, separator):
    """Say whether the rows have names, and the line of names no field for these, as in R."""
    header = rows[0]
    if _most_common(map(len, rows[1:])) != len(header) + 1 or not header[0]:
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


def _most_common(values):
    return max(Counter(values).items(), key=lambda item: item[1], default=(0, 0))[0]


def _check_lengths(names, rows, lines, separator):
    for row, line in zip(rows, lines[1:], strict=True):
        if len(row) == len(names):
            continue
        if re.search("[,;|]", "".join(names)):
            remedy = "put the same separator into all lines"
        elif len(names) == 1 == _most_common(map(len, rows)) - 1 or not any(map(_is_number, row)):
            remedy = "if one of the two is a title or a remark, delete it, or put # in front"
            if len(row) == 2:
                remedy += "; write decimals with a point, and name row numbers too"
        elif len(row) < len(names):
            remedy = "give it an empty field (NA between spaces) where a value is missing"
            if separator == " ":
                remedy += ", and put a name that holds a space in quotation marks"
        else:
            remedy = (
                f"numbers must hold no {_SEPARATORS.get(separator, 'marks')} (for decimals or "
                "thousands), and text that does must stand in quotation marks; else save the table "
                "with semicolons between the columns"
            )
        named = f"line {lines[0]}, “{', '.join(names):.40}”, names {count(len(names), 'column')}"
        raise TableError(f"Line {line} has {count(len(row), 'field')}, but {named}: {remedy}.")


# The names.


def _names(header, rows):
    """Return the columns' names; a column without one is called by its number, from 1."""
    names = [" ".join(field.split()) or f"column {i}" for i, field in enumerate(header, start=1)]
    numbers = [field for field in header if _is_number(field)]
    if numbers and not _may_be_names(numbers, header):
        remedy = "Put a line above it that names the columns"
        if header == [str(i) for i in range(len(header))]:
            remedy += ", or, if these only number the columns, write names in their place"
        elif not _is_number(header[0]):
            remedy += "; if the names stand at the beginning of the lines, transpose the table"
        raise TableError(f"The first line, “{', '.join(header):.60}”, holds numbers. {remedy}.")
    if len(rows) < 2:
        what = "a single row" if rows else "nothing"
        raise TableError(f"Below the line of names there is {what}. A fit needs several rows.")
    if len(names) == 1 and re.search("[,;\t]", names[0]) and all("," in row[0] for row in rows):
        raise TableError("Whole lines stand in quotation marks: take these away.")
    return names


def _may_be_names(numbers, header):
    """Say whether numbers among the names are years, or pandas' numbers of columns."""
    if len(numbers) == len(header) or not all(map(str.isdecimal, numbers)):
        return False
    steps = {*np.diff([*map(int, numbers)])}
    years = all(1500 <= int(each) <= 2100 for each in numbers)
    return not header[0] or years or steps == {1} or (len(numbers) > 2 and len(steps) == 1)


def _count_row_names(names, rows):
    """Count the columns at the left that have no name and only name the rows, as in R or pandas."""
    for i, name in enumerate(names[:-1]):
        fields = [row[i] for row in rows]
        numbered = all(map(str.isdecimal, fields)) and (i or len({*fields}) == len(fields))
        unnamed = re.fullmatch(r"column \d+|Unnamed: \d+", name)
        if not unnamed or not numbered and any(map(_is_number, fields)):
            return i
    return len(names) - 1


def _choose(names, columns, rows, n_row_names):
    """Return the indices of the columns that are asked for."""
    if columns is None:
        empty = [i for i, name in enumerate(names) if not any(row[i] for row in rows)]
        no_columns = [i for i in empty if names[i] == f"column {i + 1}"]
        return [i for i in range(n_row_names, len(names)) if i not in no_columns]
    columns = [columns] if isinstance(columns, (str, int)) else [*columns]
    if not all(isinstance(column, str) for column in columns):
        raise ArgumentError(f"columns must be names of columns, as text; it is {columns}.")
    if not columns or len({*columns}) < len(columns):
        raise TableError(f"columns must name some columns, each once; it is {columns}.")
    for column in columns:
        if names.count(column) != 1:
            what = "Two columns are" if column in names else "No column is"
            raise TableError(f"{what} called “{column}”. The file has {list_names(names)}.")
    return [names.index(column) for column in columns]


# The numbers.


def _find_decimal(rows, lines, chosen, separator, given):
    """Return the decimal mark, or "" where no number has one, and notes of a doubt about it."""
    sure, doubtful, whole = Counter(), {}, set()  # the doubtful ones may have one for thousands
    for line, row in zip(lines, rows, strict=True):
        for i, field in enumerate(row):
            if found := _ONE_MARK.fullmatch(field):
                if not _GROUPS.fullmatch(field):
                    sure[found[1]] += 1
                elif i in chosen:
                    doubtful.setdefault(found[1], (line, field, i))
            elif field.lstrip("+-").isdecimal():
                whole.add(i)
    if given or sure or not doubtful:
        return given or _most_common(sure.elements()) or "", []
    mark, (line, field, i) = next(iter(doubtful.items()))
    name, unmarked = {",": "comma", ".": "point"}[mark], field.replace(mark, "")
    if separator == "," and mark == ".":
        return ".", []
    if mark == "." and separator != ";" and i not in whole and len(doubtful) == 1:
        note = f"“{field}” in line {line} was read as it stands"
        return ".", [f"{note}. If it means {unmarked}, take the points away."]
    raise TableError(
        f"“{field}” in line {line} may be {field.replace(',', '.')} or {unmarked}. If it has a "
        f'decimal {name}, say decimal="{mark}"; else take the {name} away, and all others.'
    )


def _number(field, decimal):
    """Return what a field says; NaN where that is no number."""
    if decimal == ",":
        field = field.replace(",", ".") if "." not in field else ""
    try:
        return float(field) if "_" not in field else np.nan
    except ValueError:
        return np.nan


def _is_number(field):
    return not np.isnan(_number(field, "," if "," in field else "."))


def _find_usable(x, rows, lines, chosen, names, drop_missing, decimal):
    """Return which rows can be used, (n,); raise an error that says what is wrong with the others.

    `x` (n, D) holds the numbers of the `chosen` columns, with NaN where there is none.
    """
    _check_second_names(x, rows, lines, chosen)
    usable = np.ones(len(x), bool)
    texts, problems, read = {}, [], [names[i] for i in chosen]
    for values, i in zip(x.T, chosen, strict=True):
        name, fields = f"Column “{names[i]}”", [row[i] for row in rows]
        missing = np.array([field.lower() in _MISSING for field in fields])
        wrong, gaps = np.flatnonzero(~missing & ~np.isfinite(values)), lines[missing]
        usable &= ~missing
        if missing.all():
            problems.append(f"{name} has no values: {leave_out(read, [names[i]])}.")
        elif wrong.size:
            where = f"first “{fields[wrong[0]]:.30}” in line {lines[wrong[0]]}"
            remedy = _explain(fields[wrong[0]], rows[wrong[0]], names, decimal)
            if remedy is None and np.isnan(values).all():
                texts[names[i]] = where
            else:
                remedy = remedy or (
                    "write a number there, or delete the line (if it holds a remark or the units), "
                    f"or {sentences()['parts']['EMPTY']}"
                )
                problems.append(f"{name} holds text, {where}: {remedy}.")
        elif gaps.size and not drop_missing:
            problems.append(
                f"{name} has no value in {count(len(gaps), 'row')}, first in line {gaps[0]}: say "
                "drop_missing=True to do without these rows, or leave the column out."
            )
    if texts:
        many, remedy = len(texts) > 1, leave_out(read, texts)
        remedy = "a fit needs columns of numbers" if len(texts) == len(chosen) else remedy
        what = f"Column{'s' * many} {list_names([*texts])} hold{'s' * (not many)} text"
        problems.insert(0, f"{what}, {next(iter(texts.values()))}: {remedy}.")
    if not problems and usable.sum() < 2:
        problems = [f"Only {usable.sum()} of {len(x)} rows have a value in each column."]
    if problems:
        more = len(problems) - _MOST_PROBLEMS
        rest = [f"And {count(more, 'more column')} cannot be used."] if more > 0 else []
        raise TableError(" ".join(problems[:_MOST_PROBLEMS] + rest))
    return usable


def _check_second_names(x, rows, lines, chosen):
    """Check that no line of units stands below the names."""
    words = ", ".join(rows[0][i] for i in chosen if rows[0][i].lower() not in _MISSING)
    below = np.flatnonzero(~np.isnan(x).all(axis=1))
    if re.search(r"[^\W\d_]|[%°]", words) and 0 < next(iter(below), 0) < 4:
        raise TableError(
            f"Line {lines[0]}, “{words:.60}”, holds no numbers. If it holds units or more names, "
            "delete it (a name may hold the unit, as in “length (cm)”); if the names stand here, "
            "delete what is above."
        )


def _explain(field, row, names, decimal):
    """Return what to do about a field that is no number; None where only that is known."""
    if [*map(str.lower, row)] == [*map(str.lower, names)]:
        return "the line repeats the names. Delete it"
    if any(map(TOTAL.fullmatch, row)):
        return "the line seems to hold a total. Delete it"
    if _ONE_MARK.fullmatch(field) and not _GROUPS.fullmatch(field):
        return f"others have decimal {'commas' if decimal == ',' else 'points'}. Write all alike"
    return find_sentence("field", field)


# What is said of it.


def _describe(separator, decimal, encoding, left_out):
    between = [] if separator == _ALONE else [_SEPARATORS.get(separator, f"“{separator}”")]
    marks = {",": "decimal commas", ".": "decimal points", "": "whole numbers"}[decimal]
    said = ", ".join([f"{each} between columns" for each in between] + [marks, encoding])
    kinds = {"column": "names of the rows", "line": "remarks"}
    without = [f"{kinds[noun]} ({count(n, noun)})" for noun, n in left_out.items() if n]
    end = f" Left out: {', '.join(without)}." if without else ""
    return f"{said[0].upper()}{said[1:]}.{end}"
