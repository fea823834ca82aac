"""What is worth a note in a table of numbers: columns that cannot be fitted, odd values."""

import re

import numpy as np

from gmm_helpers.data.sentences import TableError, leave_out, say
from gmm_helpers.model.validation import count

_CODES = (98, 99, 998, 999, 9998, 9999, 99999, 99.9, 999.9, 99.99, 999.99)  # of missing values
_ID = re.compile(r"(?i)(.*[_ .-])?(id|nr|no|number|index|row|obs|case|code|subject|sample)\.?|#")


def find_unfit(x, names, end):
    """Return notes on the columns that are constant or copies of others, by the column's index."""
    notes = {}
    with np.errstate(all="ignore"):
        alike = abs(np.atleast_2d(np.corrcoef(x.T))) > 1 - 1e-12
    for j, name in enumerate(names):
        others = [i for i in range(j) if alike[i, j]] if len(x) > 2 else []
        if np.ptp(x[:, j]) == 0:
            notes[j] = say("constant", name=name, value=x[0, j], end=end)
        elif others:
            unit = "" if (x[:, j] == x[:, others[0]]).all() else " in another unit"
            notes[j] = say("again", name=name, other=names[others[0]], unit=unit, end=end)
    if len(notes) == len(names):
        raise TableError(say("all_constant", name=names[0], value=x[0, 0]))
    return notes


@np.errstate(all="ignore")
def find_odd(x, names, lines, totals):
    """Return notes on numbers that may be no measurements; `totals` are the lines called so."""
    notes, heaps = [], []
    for name, values in zip(names, x.T, strict=True):
        numbers, counts = np.unique(values, return_counts=True)
        if _may_number_rows(name, values, len(numbers)):
            notes.append(say("row_numbers", name=name, remedy=leave_out(names, [name])))
        for code in _find_codes(numbers, counts):
            rows = lines[values == code]
            told = {"rows": count(len(rows), "row"), "line": rows[0]}
            notes.append(say("code", name=name, code=code, **told))
        if len(numbers) <= len(x) / 2 or counts.max() >= max(5, len(x) / 10):
            most = {"most": numbers[counts.argmax()], "times": counts.max()}
            heaps.append(say("heaped", name=name, n=len(numbers), **most))
    if not totals.size and _ends_in_total(x):
        totals = lines[-1:]
    if 0 < len(totals) <= len(x) / 4:  # else it is the name of a kind
        notes.append(say("total", line=totals[0]))
    if heaps:
        notes.append(say("heaps", n=len(x), heaps=", ".join(heaps)))
    return notes


def _may_number_rows(name, values, n_distinct):
    steps, whole = np.diff(values), (values % 1 == 0).all()
    even = np.ptp(steps) < 1e-6 * abs(steps[0])
    in_order = whole and (steps > 0).mean() > 0.9 and 18 < np.ptp(values) < 2 * len(values)
    named = whole and n_distinct == len(values) and _ID.fullmatch(name)
    return len(values) > 3 and bool(even or in_order or named)


def _find_codes(numbers, counts):
    """Yield an extreme number with two of four marks: usual as a code, repeated, far, farther."""
    usual = np.isin(abs(numbers), _CODES)
    for i in {0, len(numbers) - 1}:
        others = numbers[~usual & (numbers != numbers[i])]
        if len(others) > 2:
            gap = abs(others - numbers[i]).min() / np.ptp(others)
            if gap >= 0.1 and sum([usual[i], counts[i] > 1, gap >= 1, gap >= 1000]) >= 2:
                yield numbers[i]


def _ends_in_total(x):
    """Say whether the last row is a sum, or of several columns the mean, of those above it."""
    above, last = x[:-1], x[-1]
    is_sum = np.isclose(last, above.sum(axis=0), rtol=1e-4, atol=0) & (last > above.max(axis=0))
    is_mean = abs(last - above.mean(axis=0)) < 0.01 * above.std(axis=0)
    return len(x) > 3 and (is_sum.any() or len(last) > 1 and is_mean.all())
