"""Tables of one call each: columns, the parameters of mixtures, and all that a stepper shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gmm_helpers.model import validation
from gmm_helpers.model.mixture import Mixture, check_mixtures
from gmm_helpers.model.trace import Step
from gmm_helpers.plots import geometry


def show_table(
    columns: Mapping[str, Sequence[object] | np.ndarray], *, decimals: int | Sequence[int] = 3
) -> None:
    """Print columns as a table.

    Parameters
    ----------
    columns : dict of str to sequence
        Each column's head and its values, all of one length: numbers, texts, yes or no.
    decimals : int or sequence of int
        How many each number gets, in each column if several. Where one would be 0, and all are
        small, they have three digits.

    Examples
    --------
    >>> show_table({"K": [1, 2], "ℓ": [-12.34567, -1.0], "fit": ["one", "two"]}, decimals=2)
    K       ℓ  fit
    1  -12.35  one
    2   -1.00  two
    """
    validation.check_dict(columns, "columns", "heads and values")
    lists = {str(head): validation.as_list(values) for head, values in columns.items()}
    lengths = {head: len(values) for head, values in lists.items()}
    if len({*lengths.values()}) > 1:
        raise ValueError(f"columns must all have one length; they have {lengths}.")
    places = [*decimals] if np.iterable(decimals) else [decimals] * len(columns)
    if len(places) != len(columns):
        raise ValueError("decimals must be one number, or one for each column.")
    texts = []
    for (head, values), each in zip(lists.items(), places, strict=True):
        n_decimals = validation.check_count(each, "decimals", at_least=0)
        sizes = [abs(v) for v in values if isinstance(v, float | np.floating) and abs(v) > 0]
        small = sizes and min(sizes) < 10.0**-n_decimals and max(sizes) < 10.0 ** (2 - n_decimals)
        cells = [head, *(_cell(value, "#.3g" if small else f".{n_decimals}f") for value in values)]
        width = max(map(len, cells))
        left = bool(values) and isinstance(values[0], str)
        texts.append([cell.ljust(width) if left else cell.rjust(width) for cell in cells])
    for line in zip(*texts, strict=True):
        print("  ".join(line).rstrip())


def _cell(value, form):
    if isinstance(value, float | np.floating):
        return f"{value:{form}}" if np.isfinite(value) else "–"
    return {"True": "yes", "False": "no"}.get(str(value), str(value))


def show_parameters(mixtures: Mapping[str, Mixture], *, decimals: int = 2) -> None:
    """Print the parameters of one or more mixtures, each with its components from left to right.

    Parameters
    ----------
    mixtures : dict of str to Mixture
        By name.
    decimals : int
        How many each number gets.

    Examples
    --------
    >>> show_parameters({"fit": Mixture.from_1d([0.4, 0.6], [2, -1], [1, 4])})
         component  weight   mean     σ
    fit          2    0.60  -1.00  2.00
    fit          1    0.40   2.00  1.00
    """
    validation.check_dict(mixtures, "mixtures", "names and mixtures")
    check_mixtures(**{f"mixtures[{name!r}]": each for name, each in mixtures.items()})
    if len({each.n_features for each in mixtures.values()}) > 1:
        raise ValueError("mixtures must all have the same number of features.")
    rows = [(name, each, k) for name, each in mixtures.items() for k in each.means[:, 0].argsort()]
    means = np.array([m.means[k] for _, m, k in rows])
    spreads = np.array([np.sqrt(m.covariances[k].diagonal()) for _, m, k in rows])
    D = means.shape[1]
    features = [""] if D == 1 else [f" x{d + 1}" for d in range(D)]
    columns: dict = {
        "": [name for name, *_ in rows],
        "component": [k + 1 for *_, k in rows],
        "weight": [m.weights[k] for _, m, k in rows],
        **{f"mean{name}": means[:, d] for d, name in enumerate(features)},
        **{f"σ{name}": spreads[:, d] for d, name in enumerate(features)},
    }
    if D == 2:
        columns["ρ"] = [m.covariances[k, 0, 1] for _, m, k in rows] / spreads.prod(axis=1)
    show_table(columns, decimals=decimals)


def show_walk(stepper: Any, *, decimals: int = 3) -> None:
    """Walk a stepper through all its positions, and print what each of them shows, in numbers.

    Parameters
    ----------
    stepper : Stepper
    decimals : int
        How many each number gets.
    """
    steps = list(stepper.walk()) if hasattr(stepper, "walk") else []
    if not (steps and isinstance(steps[0], Step)):
        raise TypeError(f"stepper must be one of a run of EM; it is a {type(stepper).__name__}.")
    mixtures = [step.mixture for step in steps]
    decimals = validation.check_count(decimals, "decimals", at_least=0)
    means = np.vstack([m.means for m in mixtures])
    digits = np.maximum(decimals + 1, geometry.decimals_for(means)) - 1  # two, at the least
    columns = {"step": [step.kind for step in steps], "t": [step.iteration for step in steps]}
    columns["ℓ"] = [step.log_likelihood for step in steps]
    for k in range(mixtures[0].n_components):
        number = "".join(chr(ord("₀") + int(digit)) for digit in str(k + 1))
        columns[f"φ{number}"] = [m.weights[k] for m in mixtures]
        if mixtures[0].n_features == 1:
            columns[f"μ{number}"] = [m.means[k, 0] for m in mixtures]
            columns[f"σ{number}"] = [m.variances[k] ** 0.5 for m in mixtures]
        else:
            columns[f"μ{number}"] = [geometry.format_place(m.means[k], digits) for m in mixtures]
    show_table(columns, decimals=decimals)
