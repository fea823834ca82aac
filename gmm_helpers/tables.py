"""Your own data: a table in a text file, read with a sentence for whatever is wrong with it."""

import csv
import io
import re
from pathlib import Path

import numpy as np

from gmm_helpers.datasets import Dataset

_SEPARATORS = (",", ";", "\t")
_MISSING = {"", "-", "--", ".", "?", "na", "n/a", "#n/a", "nan", "none", "null"}  # in lower case
_NOT_TEXT = {  # how such files begin
    b"PK\x03\x04": "an Excel file, or a zip archive",
    b"\xd0\xcf\x11\xe0": "an Excel file",
    b"\x1f\x8b": "a compressed file",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
}
_MOST_NAMES = 12  # that a message lists
_MOST_PROBLEMS = 4


def read_table(path, columns=None, *, drop_missing=False):
    r"""Read columns of numbers from a CSV file whose first line names them.

    Commas, semicolons or tabs stand between the columns, and points in decimals.

    Parameters
    ----------
    path : str or path-like
    columns : str or sequence of str, optional
        The names of the columns to take, in this order; all of them, unless given.
    drop_missing : bool
        Whether to leave out the rows in which one of these columns has no value; else such rows
        are an error.

    Returns
    -------
    Dataset
        `x` has shape (n, D), or (n,) for one column; `features` are the columns' names.

    Raises
    ------
    ValueError, TypeError
        If the file or a column cannot be used: a sentence for each thing that is wrong says where,
        and what to do.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "flowers.csv")
    ...     _ = path.write_text("length,width,kind\n5.1,3.5,a\n4.9,3.0,a\n6.2,2.9,b\n")
    ...     data = read_table(path, ["length", "width"])
    >>> data.features, data.x.shape
    (('length', 'width'), (3, 2))
    """
    path = Path(path)
    try:
        lines, rows = _split(_read_text(path))
        names = _names(rows[0])
        chosen = _choose(names, columns)
        _check_lengths(rows, lines, len(names))
        x = np.array([[_number(row[i]) for i in chosen] for row in rows[1:]])
        x = x[_find_usable(x, rows[1:], lines[1:], chosen, names, drop_missing)]
    except ValueError as error:
        raise ValueError(f"“{path.name}”: {error}") from None
    return Dataset(x[:, 0] if len(chosen) == 1 else x, tuple(names[i] for i in chosen))


def _read_text(path):
    """Return what stands in a file, if it is UTF-8 text."""
    if path.is_dir():
        raise ValueError("This is a folder. Name a file in it.")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ValueError(
            "There is no such file. If it is not in the notebook's folder, give its whole path."
        ) from None
    except OSError as error:
        raise ValueError(f"It cannot be opened ({error.strerror}).") from None
    for beginning, what in _NOT_TEXT.items():
        if content.startswith(beginning):
            raise ValueError(f"This is {what}. Save the table as “CSV UTF-8” there.")
    try:
        text = content.decode("utf-8-sig")  # without the mark that Excel puts in front
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"A letter in line {line} is not UTF-8. Save the table as “CSV UTF-8” where it comes "
            "from."
        ) from None
    if not text.strip():
        raise ValueError("The file is empty.")
    return text


def _split(text):
    """Return for each row that is not blank the number of its line, and its fields."""
    first = text.lstrip().partition("\n")[0]
    outside_quotes = re.sub('"[^"]*"', "", first)
    separator = max(_SEPARATORS, key=outside_quotes.count)
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=separator, strict=True)
    lines, rows = [], []
    try:
        for row in reader:
            if "".join(row).strip():
                lines.append(reader.line_num)
                rows.append(row)
    except csv.Error:
        raise ValueError(
            f"In line {reader.line_num}, or before it, a quotation mark has no partner."
        ) from None
    if len(rows) < 3:
        what = "nothing" if len(rows) == 1 else "a single row"
        raise ValueError(f"Below the line of names there is {what}. A fit needs several rows.")
    return lines, rows


def _names(header):
    """Return the columns' names; a column without one is called by its number, from 1."""
    names = [field.strip() or f"column {i}" for i, field in enumerate(header, start=1)]
    if all(_is_number(field) for field in header):
        raise ValueError(
            f"The first line, “{', '.join(names)}”, holds numbers. Put a line above it that names "
            "the columns."
        )
    return names


def _choose(names, columns):
    """Return the indices of the columns that are asked for."""
    if columns is None:
        return [*range(len(names))]
    columns = [columns] if isinstance(columns, str) else [*columns]
    if not all(isinstance(column, str) for column in columns):
        raise TypeError(f"columns must be names of columns, as text; it is {columns}.")
    if not columns or len({*columns}) < len(columns):
        raise ValueError(f"columns must name some columns, each once; it is {columns}.")
    for column in columns:
        if names.count(column) != 1:
            what = "Two columns are" if column in names else "No column is"
            raise ValueError(f"{what} called “{column}”. The file has {_list(names)}.")
    return [names.index(column) for column in columns]


def _list(names):
    shown = ", ".join(f"“{name}”" for name in names[:_MOST_NAMES])
    rest = len(names) - _MOST_NAMES
    return f"{shown} and {rest} more" if rest > 0 else shown


def _check_lengths(rows, lines, n_columns):
    for row, line in zip(rows, lines, strict=True):
        if len(row) != n_columns:
            raise ValueError(
                f"Line {line} has {_count(len(row), 'field')}, but the first line names "
                f"{_count(n_columns, 'column')}."
            )


def _count(number, noun):
    return f"{number} {noun}{'s' if number != 1 else ''}"


def _number(field):
    """Return what a field says; NaN where that is no number."""
    try:
        return float(field)
    except ValueError:
        return np.nan


def _find_usable(x, rows, lines, chosen, names, drop_missing):
    """Return which rows can be used, (n,); raise an error that says what is wrong with the others.

    `x` (n, D) holds the numbers of the `chosen` columns, with NaN where there is none.
    """
    usable = np.ones(len(x), bool)
    problems = []
    for values, i in zip(x.T, chosen, strict=True):
        name = f"Column “{names[i]}”"
        no_number = np.flatnonzero(np.isnan(values))
        missing = [row for row in no_number if rows[row][i].strip().lower() in _MISSING]
        infinite = np.flatnonzero(np.isinf(values))
        if len(missing) < len(no_number):
            row = min({*no_number} - {*missing})
            problems.append(_describe_text(name, rows[row][i].strip(), lines[row]))
        elif len(missing) == len(x):
            problems.append(f"{name} has no values: leave it out.")
        elif infinite.size:
            problems.append(f"{name} has an infinite value in line {lines[infinite[0]]}.")
        elif missing and not drop_missing:
            problems.append(
                f"{name} has no value in {_count(len(missing), 'row')}, first in line "
                f"{lines[missing[0]]}: say drop_missing=True to do without these rows, or leave "
                "the column out."
            )
        usable[missing] = False
    if not problems:
        problems = [
            f"Column “{names[i]}” is constant, always {values[usable][0]:g}: leave it out, as it "
            "has no variance to fit."
            for values, i in zip(x.T, chosen, strict=True)
            if usable.any() and np.ptp(values[usable]) == 0
        ]
        if usable.sum() < 2:
            problems = [f"Only {usable.sum()} of {len(x)} rows have a value in each column."]
    if problems:
        more = len(problems) - _MOST_PROBLEMS
        rest = [f"And {_count(more, 'more column')} cannot be used."] if more > 0 else []
        raise ValueError(" ".join(problems[:_MOST_PROBLEMS] + rest))
    return usable


def _describe_text(name, text, line):
    if re.fullmatch(r"[-+]?\d[\d.]*,\d+", text):
        remedy = "write decimals with a point, and thousands without a comma"
    elif re.fullmatch(r"\S+(\s+\S+)+", text) and all(map(_is_number, text.split())):
        remedy = "put commas between the columns"
    else:
        remedy = "leave it out, or write numbers there"
    return f"{name} holds text, first “{text:.30}” in line {line}: {remedy}."


def _is_number(field):
    return not np.isnan(_number(field))
