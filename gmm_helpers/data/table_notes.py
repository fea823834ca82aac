"""What is worth a note in a table of numbers: columns that cannot be fitted, odd values."""

import re

import numpy as np

from gmm_helpers.data.text_file import TableError, count, leave_out, say

_TOTAL = re.compile(
    r"(?i)\W*(grand |sub|zwischen)?(totals?|totale|gesamt|insgesamt|summe|sum|suma|somme|means?|"
    r"average|avg|median|mittel(wert)?|moyenne|media|promedio|std|sd|stdev|count|min)\b\W*"
)
# What stands for a missing value in many files, also below 0.
_CODES = (99, 999, 9999, 99999, 999999, 99.9, 999.9, 9999.9, 99.99, 999.99, 1e20, 1e30)
_ID = re.compile(
    r"(?i)(.*[_ .-])?(id|nr|no|num|number|idx|index|row|obs|case|code|key|subject|patient|sample|"
    r"plz|zip)\.?|#"
)


def is_total(row):
    """Say whether a row's fields call it a total, a mean or the like."""
    return any(field[:1].isalpha() and _TOTAL.fullmatch(field) for field in row)


@np.errstate(all="ignore")
def find_unfit(x, names, *, drop):
    """Return which columns to keep, and notes on those that are constant or copies of others."""
    spans = np.ptp(x, axis=0)
    if not spans.any():
        raise TableError(say("all_constant", name=names[0], value=x[0, 0]))
    scaled = (x - x.mean(axis=0)) / np.where(spans > 0, spans, 1)
    scaled /= np.linalg.norm(scaled, axis=0).clip(1e-9)
    end = "and is left out" if drop else "so leave it out"
    kept, notes = [], []
    for j, name in enumerate(names):
        alike = [i for i in kept if len(x) > 2 and abs(scaled[:, i] @ scaled[:, j]) > 1 - 1e-12]
        if spans[j] == 0:
            notes.append(say("constant", name=name, value=x[0, j], end=end))
        elif alike:
            unit = "" if (x[:, j] == x[:, alike[0]]).all() else " in another unit"
            notes.append(say("again", name=name, other=names[alike[0]], unit=unit, end=end))
        else:
            kept.append(j)
    return kept if drop else [*range(len(names))], notes


@np.errstate(all="ignore")
def find_odd(x, names, lines, totals):
    """Yield notes on numbers that may be no measurements; `totals` are the lines called so."""
    heaps = []
    for name, values in zip(names, x.T, strict=True):
        numbers, counts = np.unique(values, return_counts=True)
        if _may_number_rows(name, values, len(numbers)):
            yield say("row_numbers", name=name, remedy=leave_out(names, [name]))
        for code in _find_codes(numbers, counts):
            rows = np.flatnonzero(values == code)
            times = count(len(rows), "row")
            yield say("code", name=name, code=code, rows=times, line=lines[rows[0]])
        if len(numbers) <= len(x) / 2 or counts.max() >= max(5, len(x) / 10):
            most = {"most": numbers[counts.argmax()], "times": counts.max()}
            heaps.append(say("heaped", name=name, n=len(numbers), **most))
    if len(x) > 3 and not totals.size and _ends_in_total(x):
        totals = lines[-1:]
    if 0 < len(totals) <= len(x) / 4:  # else it is the name of a kind
        yield say("total", line=totals[0])
    if heaps:
        yield say("heaps", n=len(x), heaps=", ".join(heaps))


def _may_number_rows(name, values, n_distinct):
    steps, whole = np.diff(values), (values == values.round()).all()
    in_order = whole and (steps > 0).all() and 18 < np.ptp(values) < 2 * len(values)
    named = whole and n_distinct == len(values) and _ID.fullmatch(name)
    return len(values) > 3 and bool(in_order or named or np.allclose(steps, steps[0]))


def _find_codes(numbers, counts):
    """Yield extreme numbers that are far from all others, and repeated or usual for that."""
    usual = np.isin(abs(numbers), _CODES)
    for i in {0, len(numbers) - 1}:
        others = numbers[~usual & (numbers != numbers[i])]
        if len(others) > 2:
            gap = abs(others - numbers[i]).min() / np.ptp(others)
            if gap >= (0.1 if usual[i] else 1) and counts[i] > 1 or gap >= 1 and usual[i]:
                yield numbers[i]


def _ends_in_total(x):
    """Say whether the last row is the sum, or of several columns the mean, of those above it."""
    sums, means = x[:-1].sum(axis=0), x[:-1].mean(axis=0)
    is_sum = np.isclose(x[-1], sums, rtol=1e-4) & (x[-1] > x[:-1].max(axis=0))
    return is_sum.all() or (x.shape[1] > 1 and np.isclose(x[-1], means, rtol=1e-4).all())
