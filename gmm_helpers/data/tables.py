"""Your own data: a table in a text file, read with a sentence for whatever is wrong with it.

A file goes through: its letters, its separator and rows, the names, the numbers, the notes.
"""

from __future__ import annotations

import re
import statistics
import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gmm_helpers.data.datasets import Dataset
from gmm_helpers.data.rows import (
    ALONE,
    GROUPS,
    ONE_MARK,
    SEPARATORS,
    check_lengths,
    is_number,
    number,
    split_rows,
)
from gmm_helpers.data.table_notes import find_odd, find_unfit, is_total
from gmm_helpers.data.text_file import (
    ArgumentError,
    TableError,
    as_path,
    count,
    find_sentence,
    leave_out,
    list_names,
    read_text,
    say,
)

_MISSING = {"", *"-–—.:*?…", *"-- .. ... na n/a n.a. #n/a #na #nv <na> nan none null nil".split()}
_MISSING |= {"missing", "unknown"}  # in lower case, as those above
_MOST_PROBLEMS = 4
_WIDTH = 72  # of a note's lines, as of the notebooks' code
_MARKS = {",": "comma", ".": "point"}


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
        separator, lines, (header, *rows), n_remarks = split_rows(text)
        names = _names(header, rows)
        check_lengths(names, rows, lines, separator)
        n_row_names = _count_row_names(names, rows)
        chosen = _choose(names, columns, rows, n_row_names)
        lines, totals = np.array(lines[1:]), np.array([is_total(row) for row in rows])
        decimal, doubts = _find_decimal(rows, lines, chosen, separator, decimal)
        names, rows = [names[i] for i in chosen], [[row[i] for i in chosen] for row in rows]
        x = np.array([[number(field, decimal) for field in row] for row in rows])
        usable = _find_usable(x, rows, lines, totals, names, drop_missing, decimal)
        x, lines, totals = x[usable], lines[usable], lines[usable & totals]
        kept, unfit = find_unfit(x, names, drop=columns is None)
    except TableError as error:
        raise type(error)(f"“{path.name}”: {error}") from None
    x, names = x[:, kept], tuple(names[i] for i in kept)
    n = count(len(x), "row") if usable.all() else f"{len(x)} of {len(rows)} rows"
    left_out = {"column": n_row_names if columns is None else 0, "line": n_remarks}
    form = _describe(separator, decimal, encoding, left_out)
    print(f"Read {n} of {count(len(names), 'column')}: {list_names(names)}. {form}")
    for note in [*doubts, *unfit, *find_odd(x, names, lines, totals)]:
        print(textwrap.fill(f"Note: {note}", _WIDTH, subsequent_indent="      "))
    return Dataset(x[:, 0] if len(names) == 1 else x, names, lines=lines)


# The names.


def _names(header, rows):
    """Return the columns' names; a column without one is called by its number, from 1."""
    names = [" ".join(field.split()) or f"column {i}" for i, field in enumerate(header, start=1)]
    numbers = [field for field in header if is_number(field)]
    if numbers and not _may_be_names(numbers, header):
        more = "" if is_number(header[0]) else say("transposed")
        if header == [str(i) for i in range(len(header))]:
            more = say("numbered_columns")
        raise TableError(say("no_names", line=", ".join(header), more=more))
    if len(rows) < 2:
        raise TableError(say("no_rows", what="a single row" if rows else "nothing"))
    if len(names) == 1 and re.search("[,;\t]", names[0]) and all("," in row[0] for row in rows):
        raise TableError(say("quoted_lines"))
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
        if not unnamed or not numbered and any(map(is_number, fields)):
            return i
    return len(names) - 1


def _choose(names, columns, rows, n_row_names):
    """Return the indices of the columns that are asked for."""
    if columns is None:
        filled = [
            name != f"column {i}" or any(row[i - 1] for row in rows)
            for i, name in enumerate(names, start=1)
        ]
        return [i for i in range(n_row_names, len(names)) if filled[i]]
    columns = [columns] if isinstance(columns, (str, int)) else [*columns]
    if not all(isinstance(column, str) for column in columns):
        raise ArgumentError(f"columns must be names of columns, as text; it is {columns}.")
    if not columns or len({*columns}) < len(columns):
        raise TableError(f"columns must name some columns, each once; it is {columns}.")
    for column in columns:
        if names.count(column) != 1:
            what = "Two columns are" if column in names else "No column is"
            raise TableError(say("no_column", what=what, name=column, names=list_names(names)))
    return [names.index(column) for column in columns]


# The numbers.


def _find_decimal(rows, lines, chosen, separator, given):
    """Return the decimal mark, or "" where no number has one, and notes of a doubt about it."""
    sure, doubtful, whole = [], {}, set()  # the doubtful ones may have one for thousands
    for line, row in zip(lines, rows, strict=True):
        for i, field in enumerate(row):
            if found := ONE_MARK.fullmatch(field):
                if not GROUPS.fullmatch(field):
                    sure.append(found[1])
                elif i in chosen:
                    doubtful.setdefault(found[1], (line, field, i))
            elif field.lstrip("+-").isdecimal():
                whole.add(i)
    if given or sure or not doubtful:
        return given or (statistics.mode(sure) if sure else ""), []
    mark, (line, field, i) = next(iter(doubtful.items()))
    about = {"field": field, "line": line, "unmarked": field.replace(mark, "")}
    if separator == "," and mark == ".":
        return ".", []
    if mark == "." and separator != ";" and i not in whole and len(doubtful) == 1:
        return ".", [say("decimal_doubt", **about)]
    about |= {"mark": mark, "mark_name": _MARKS[mark], "marked": field.replace(",", ".")}
    raise TableError(say("decimal_unknown", **about))


def _find_usable(x, rows, lines, totals, names, drop_missing, decimal):
    """Return which rows can be used, (n,); raise an error that says what is wrong with the others.

    `x` (n, D) holds the numbers of `rows`, with NaN where there is none.
    """
    _check_second_names(x, rows[0], lines)
    missing = np.array([[field.lower() in _MISSING for field in row] for row in rows])
    texts, problems = {}, []
    for j, name in enumerate(names):
        column, gaps = f"Column “{name}”", lines[missing[:, j]]
        wrong = np.flatnonzero(~missing[:, j] & ~np.isfinite(x[:, j]))
        if missing[:, j].all():
            problems.append(say("no_values", column=column, remedy=leave_out(names, [name])))
        elif wrong.size:
            i = wrong[0]
            where = f"first “{rows[i][j]:.30}” in line {lines[i]}"
            remedy = _explain(rows[i][j], rows[i], totals[i], names, decimal)
            if remedy is None and np.isnan(x[:, j]).all():
                texts[name] = where
            else:
                remedy = remedy or say("no_number")
                problems.append(say("text", column=column, where=where, remedy=remedy))
        elif gaps.size and not drop_missing:
            about = {"rows": count(len(gaps), "row"), "line": gaps[0]}
            problems.append(say("missing", column=column, **about))
    if texts:
        many, remedy = len(texts) > 1, leave_out(names, texts)
        remedy = "a fit needs columns of numbers" if len(texts) == len(names) else remedy
        what = f"Column{'s' * many} {list_names([*texts])} hold{'s' * (not many)} text"
        problems.insert(0, f"{what}, {next(iter(texts.values()))}: {remedy}.")
    usable = ~missing.any(axis=1)
    if not problems and usable.sum() < 2:
        problems = [say("few_rows", n=usable.sum(), of=len(x))]
    if problems:
        more = len(problems) - _MOST_PROBLEMS
        rest = [f"And {count(more, 'more column')} cannot be used."] if more > 0 else []
        raise TableError(" ".join(problems[:_MOST_PROBLEMS] + rest))
    return usable


def _check_second_names(x, first, lines):
    """Check that no line of units stands below the names."""
    words = ", ".join(field for field in first if field.lower() not in _MISSING)
    below = np.flatnonzero(~np.isnan(x).all(axis=1))
    if re.search(r"[^\W\d_]|[%°]", words) and 0 < next(iter(below), 0) < 4:
        raise TableError(say("second_names", line=lines[0], words=words))


def _explain(field, row, is_total, names, decimal):
    """Return what to do about a field that is no number; None where only that is known."""
    if [*map(str.lower, row)] == [*map(str.lower, names)]:
        return "the line repeats the names. Delete it"
    if is_total:
        return "the line seems to hold a total. Delete it"
    if ONE_MARK.fullmatch(field) and not GROUPS.fullmatch(field):
        return f"others have decimal {_MARKS.get(decimal, 'point')}s. Write all alike"
    return find_sentence("field", field)


# What is said of it.


def _describe(separator, decimal, encoding, left_out):
    between = [] if separator == ALONE else [SEPARATORS.get(separator, f"“{separator}”")]
    marks = f"decimal {_MARKS[decimal]}s" if decimal else "whole numbers"
    said = ", ".join([f"{each} between columns" for each in between] + [marks, encoding])
    kinds = {"column": "names of the rows", "line": "remarks"}
    without = [f"{kinds[noun]} ({count(n, noun)})" for noun, n in left_out.items() if n]
    end = f" Left out: {', '.join(without)}." if without else ""
    return f"{said[0].upper()}{said[1:]}.{end}"
