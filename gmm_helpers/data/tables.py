"""Your own data: a table in a text file, read with a sentence for whatever is wrong with it.

A file goes through its letters (`text_file`), its rows (`rows`), the numbers in its columns
(`columns`), and the notes on these (`table_notes`).
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gmm_helpers.data.columns import MARKS, find_decimal, is_number, is_total, read_numbers
from gmm_helpers.data.datasets import Dataset
from gmm_helpers.data.rows import ALONE, SEPARATORS, split_rows
from gmm_helpers.data.sentences import ArgumentError, TableError, list_names, say
from gmm_helpers.data.table_notes import find_odd, find_unfit
from gmm_helpers.data.text_file import as_path, read_text
from gmm_helpers.model.validation import as_list, check_flags, count

_WIDTH = 72  # of a note's lines, as of the notebooks' code


def read_table(
    path: str | Path,
    columns: str | Sequence[str] | None = None,
    *,
    drop_missing: bool = False,
    decimal: str | None = None,
) -> Dataset:
    r"""Read columns of numbers from a text file whose first line names them, such as a CSV file.

    Commas, semicolons, tabs, bars or spaces may stand between the columns, points or commas in
    decimals; the letters may be UTF-8, UTF-16 or Windows-1252. What the file was taken for is
    printed in one line, and a note on each thing that may be no measurement. Left out are
    remarks, which begin with # or are drawn lines, and unless columns are named, those that name
    the rows and have no name, and those that cannot be fitted, being constant or the same as
    another one.

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
    Read 3 rows of 2 columns: “length”, “width”. Semicolons between columns,
          decimal commas, UTF-8.
    >>> data.features, data.x.shape, data.lines
    (('length', 'width'), (3, 2), array([2, 3, 4]))
    """
    path = as_path(path)
    check_flags(drop_missing=drop_missing)
    if not (decimal is None or isinstance(decimal, str) and decimal in {*MARKS}):
        raise TableError(f'decimal must be "." or ","; it is {decimal!r}.')
    try:
        text, encoding = read_text(path)
        separator, lines, (header, *rows), n_remarks = split_rows(text)
        header[0] = header[0].split("Unnamed: 0")[0]  # so pandas calls the names of the rows
        names = _names(header, rows)
        totals = np.array([*map(is_total, rows)])
        rows, lines = np.array(rows, dtype=object), np.array(lines[1:])
        chosen, names_rows = _find_filled(header, rows)
        if columns is not None:
            chosen, names_rows = _find_columns(names, columns), False
        names, rows = [names[j] for j in chosen], rows[:, chosen]
        decimal, doubts = (decimal, []) if decimal else find_decimal(rows, lines, separator)
        x, usable = read_numbers(rows, names, lines, decimal, drop_missing=drop_missing)
        x, lines, totals = x[usable], lines[usable], lines[usable & totals]
        unfit = find_unfit(x, names, "and is left out" if columns is None else "so leave it out")
    except TableError as error:
        raise type(error)(f"“{path.name}”: {error}") from None
    if columns is None:
        x = np.delete(x, [*unfit], axis=1)
        names = [name for j, name in enumerate(names) if j not in unfit]
    n = count(len(x), "row") if usable.all() else f"{len(x)} of {len(rows)} rows"
    form = _describe(separator, decimal, encoding, names_rows, n_remarks)
    said = [f"Read {n} of {count(len(names), 'column')}: {list_names(names)}. {form}"]
    notes = [*doubts, *unfit.values(), *find_odd(x, names, lines, totals)]
    for each in said + [f"Note: {note}" for note in notes]:
        print(textwrap.fill(each, _WIDTH, subsequent_indent="      "))
    return Dataset(x[:, 0] if len(names) == 1 else x, tuple(names), lines=lines)


def _names(header, rows):
    """Return the columns' names; a column without one is called by its number, from 1."""
    counted = not header[0] and header[1:] == [str(i) for i in range(len(header) - 1)]
    if any(map(is_number, header)) and not counted:  # pandas counts columns without names
        raise TableError(say("no_names", line=", ".join(header)))
    if len(rows) < 2:
        raise TableError(say("no_rows", what="a single row" if rows else "nothing"))
    if len(header) == 1 and any(all(mark in row[0] for row in [header, *rows]) for mark in ",;"):
        raise TableError(say("quoted_lines"))
    return [" ".join(field.split()) or f"column {i}" for i, field in enumerate(header, start=1)]


def _find_filled(header, rows):
    """Return which columns to read, unless some are named, and whether another names the rows."""
    filled = [j for j, name in enumerate(header) if name or any(rows[:, j])]
    if header[filled[0]] or len(filled) == 1:
        return filled, False
    numbers = [*filter(is_number, rows[:, filled[0]])]
    names_rows = all(map(str.isdecimal, numbers)) and len({*numbers}) == len(numbers)
    return filled[int(names_rows) :], names_rows  # as of R and pandas


def _find_columns(names, columns):
    """Return the indices of the columns that are asked for."""
    columns = as_list(columns)
    if not all(isinstance(column, str) for column in columns):
        raise ArgumentError(f"columns must be names of columns, as text; it is {columns}.")
    if not columns or len({*columns}) < len(columns):
        raise TableError(f"columns must name some columns, each once; it is {columns}.")
    for column in columns:
        if names.count(column) != 1:
            what = "Two columns are" if column in names else "No column is"
            raise TableError(say("no_column", what=what, name=column, names=list_names(names)))
    return [names.index(column) for column in columns]


def _describe(separator, decimal, encoding, names_rows, n_remarks):
    """Return what a file was taken for, as sentences."""
    form = [] if separator == ALONE else [f"{SEPARATORS[separator]} between columns"]
    form += [f"decimal {MARKS[decimal]}s" if decimal else "no decimal marks", encoding]
    left_out = ["names of the rows (1 column)"] if names_rows else []
    left_out += [f"remarks ({count(n_remarks, 'line')})"] if n_remarks else []
    said = [", ".join(form), *(["Left out: " + ", ".join(left_out)] if left_out else [])]
    return " ".join(f"{each[0].upper()}{each[1:]}." for each in said)
