"""A table's columns: the numbers in them, by which decimal mark, and what is wrong with them."""

import re
import statistics

import numpy as np

from gmm_helpers.data.sentences import TableError, find_sentence, leave_out, list_names, say
from gmm_helpers.model.validation import count

MARKS = {",": "comma", ".": "point"}
_MAY_BE_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}[.,]\d{3}")
_DECIMAL = re.compile(rf"(?!{_MAY_BE_THOUSANDS.pattern}\Z)[-+]?\d*([.,])\d+(?:[eE][-+]?\d+)?")
_MISSING = {"", *"-–—.:*?…", "missing", "unknown"}  # in lower case, as those below
_MISSING |= {*"-- .. ... na n/a n.a. k.a. #n/a #na #nv <na> nan none null nil".split()}
_TOTAL = re.compile(
    r"(?i)(grand |sub)?(totals?|sum|means?|average|avg|median|std|count|min|gesamt|summe|somme|"
    r"mittelwert|moyenne|media)\W*"
)
_MOST_PROBLEMS = 4


def number(field, decimal):
    """Return what a field says; NaN where that is no number."""
    field = field.replace(".", "_").replace(",", ".") if decimal == "," else field
    try:
        return float(field) if "_" not in field else np.nan
    except ValueError:
        return np.nan


def is_number(field):
    """Say whether a field holds a number, with a point or a comma."""
    return not np.isnan(number(field, "," if "," in field else "."))


def is_total(row):
    """Say whether a row's fields call it a total, a mean or the like."""
    return any(field[:1].isalpha() and _TOTAL.fullmatch(field) for field in row)


def find_decimal(rows, lines, separator):
    """Return the decimal mark, or "" where no number has one, and notes of a doubt about it."""
    if marks := [match[1] for match in map(_DECIMAL.fullmatch, rows.flat) if match]:
        return statistics.mode(marks), []
    doubtful = np.argwhere([[*map(bool, map(_MAY_BE_THOUSANDS.fullmatch, row))] for row in rows])
    if not doubtful.size:
        return "", []
    i, j = doubtful[0]
    field, line, mark = rows[i, j], lines[i], "," if "," in rows[i, j] else "."
    about = {"field": field, "line": line, "unmarked": field.replace(mark, "")}
    whole = any(other.lstrip("+-").isdecimal() for other in rows[:, j])
    doubts = [say("decimal_doubt", **about)] if separator != "," else []
    if mark == "." and separator != ";" and not (doubts and whole):
        return mark, doubts
    about |= {"mark": mark, "mark_name": MARKS[mark], "marked": field.replace(",", ".")}
    raise TableError(say("decimal_unknown", **about))


def read_numbers(rows, names, lines, decimal, *, drop_missing):
    """Return the numbers of `rows`, (n, D), and which rows have one in each column, (n,)."""
    x = np.array([[number(field, decimal) for field in row] for row in rows])
    missing = np.isnan(x)
    missing[missing] = [field.lower() in _MISSING for field in rows[missing]]
    words = ", ".join(rows[0][~missing[0]])
    if any(map(str.isalpha, words)) and np.isnan(x[0]).all() and not np.isnan(x[1]).all():
        raise TableError(say("second_names", line=lines[0], words=words))
    usable = ~missing.any(axis=1)
    problems = _find_problems(x, missing, names, rows, lines, decimal, drop_missing)
    if not problems and usable.sum() < 2:
        problems = [say("few_rows", n=usable.sum(), of=len(x))]
    if problems:
        more = len(problems) - _MOST_PROBLEMS
        rest = [f"And {count(more, 'more column')} cannot be used."] if more > 0 else []
        raise TableError(" ".join(problems[:_MOST_PROBLEMS] + rest))
    return x, usable


def _find_problems(x, missing, names, rows, lines, decimal, drop_missing):
    """Return a sentence on each column that cannot be used; those of words alone share one."""
    texts, problems = {}, []
    for j, name in enumerate(names):
        column, gaps = f"Column “{name}”", lines[missing[:, j]]
        wrong = np.flatnonzero(~missing[:, j] & ~np.isfinite(x[:, j]))
        if len(gaps) == len(x):
            problems.append(say("no_values", column=column, remedy=leave_out(names, [name])))
        elif wrong.size:
            row, field = rows[wrong[0]], rows[wrong[0], j]
            where = f"first “{field:.30}” in line {lines[wrong[0]]}"
            remedy = _explain(field, row, names, decimal)
            if remedy or not np.isnan(x[:, j]).all():
                about = {"where": where, "remedy": remedy or say("no_number")}
                problems.append(say("text", column=column, **about))
            else:
                texts[name] = where
        elif gaps.size and not drop_missing:
            about = {"rows": count(len(gaps), "row"), "line": gaps[0]}
            problems.append(say("missing", column=column, **about))
    if texts:
        many, remedy = len(texts) > 1, leave_out(names, texts)
        remedy = "a fit needs columns of numbers" if len(texts) == len(names) else remedy
        what = f"Column{'s' * many} {list_names([*texts])} hold{'s' * (not many)} text"
        problems.insert(0, f"{what}, {next(iter(texts.values()))}: {remedy}.")
    return problems


def _explain(field, row, names, decimal):
    """Return what to do about a field that is no number; None where only that is known."""
    if [*map(str.lower, row)] == [*map(str.lower, names)]:
        return "the line repeats the names. Delete it"
    if is_total(row):
        return "the line seems to hold a total. Delete it"
    if _DECIMAL.fullmatch(field):
        return f"others have decimal {MARKS.get(decimal, 'point')}s. Write all alike"
    return find_sentence("field", field)
