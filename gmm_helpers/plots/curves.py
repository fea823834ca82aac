"""Curves of a number, such as K, and a table of a criterion: each with its numbers as words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, MaxNLocator
from numpy.typing import ArrayLike

from gmm_helpers.model import validation
from gmm_helpers.plots import figures, geometry
from gmm_helpers.plots.look import MARKERS, line_style

DARKEST = 0.62  # grey of a table's cell; black text stands out from it
_number = geometry.format_number


@figures.plain_style()
def show_functions(
    x: ArrayLike,
    curves: Mapping[str, ArrayLike],
    *,
    labels: Sequence[str] = ("x", ""),
    log: bool = False,
    limits: Sequence[float] | None = None,
) -> None:
    """Show one or more functions of x; the caption says in numbers what they do.

    Parameters
    ----------
    x : array_like, shape (n,)
        From left to right.
    curves : dict of str to array_like, shape (n,)
        Each function's name and its values; one that is not a number is not drawn, nor is one that
        is not above 0 on a logarithmic axis.
    labels : (str, str)
        The axes' names.
    log : bool
        Whether the vertical axis is logarithmic.
    limits : (float, float), optional
        Where the vertical axis begins and ends.
    """
    [at_all] = validation.as_points(x, 1)
    curves = _as_curves(curves, len(at_all))
    validation.check_flags(log=log)
    validation.check_texts(labels=labels)
    if isinstance(labels, str) or len(labels) != 2:
        raise ValueError(f"labels must name both axes; it is {labels!r:.60}.")
    low, high = -np.inf, np.inf
    if limits is not None:
        low, high = validation.as_rising(limits, "limits", 2).tolist()
        if log and low <= 0:
            raise ValueError(f"limits of a logarithmic axis must be above 0, not {limits!r:.60}.")
    figure, ax = figures.new_figure(height=380)
    ax.set_yscale("log" if log else "linear")
    label = labels[1] or (next(iter(curves)) if len(curves) == 1 else "")
    caption = f"{label or 'Curves'}{' on a logarithmic axis' * log} against {labels[0]}."
    if limits is not None:
        ax.set_ylim(low, high)
        caption += f" The picture goes from {_short(low)} to {_short(high)}."
    for k, (name, values) in enumerate(curves.items()):
        drawn = np.isfinite(values) & ((values > 0) | (not log))
        if not drawn.any():
            raise ValueError(f"curves[{name!r}] has no number above 0 for a logarithmic axis.")
        at, values = at_all[drawn], values[drawn]
        seen = ((low <= values) & (values <= high)).any()
        ax.plot(at, values, lw=3.5, label=name if seen else None, **line_style(k))
        places = [0, -1, values.argmax(), values.argmin()]
        said = [_short(number) for i in places for number in (values[i], at[i])]
        caption += " {}: {} at {}, {} at {}; highest {} at {}, lowest {} at {}.".format(name, *said)
        caption += "" if seen else " It lies outside the picture."
    ax.set(xlabel=labels[0], ylabel=label)
    if len(curves) > 1:
        _add_legend(ax, 4)
    figures.show_figure(figure, caption)


def _as_curves(curves, n) -> dict[str, np.ndarray]:
    """Check curves of `n` values each; return these as arrays."""
    validation.check_dict(curves, "curves", "names and values")
    arrays = {name: validation.as_real(each, f"curves[{name!r}]") for name, each in curves.items()}
    for name, values in arrays.items():
        if values.shape != (n,) or not np.isfinite(values).any():
            raise ValueError(f"curves[{name!r}] must have {n} values along the axis, some finite.")
    return arrays


def _short(number):
    return f"{number:.4g}".replace("-", "−")


def _add_legend(ax, in_a_row, **style):
    """Name the curves above the axes."""
    ax.legend(ncols=in_a_row, loc="lower center", bbox_to_anchor=(0.5, 1), **style)


@figures.plain_style()
def show_curves(
    Ks: Sequence[int],
    curves: Mapping[str, ArrayLike],
    *,
    label: str,
    less_lowest: bool = False,
    top: float | None = None,
    zoom: int | None = None,
) -> None:
    """Show one or more curves against K.

    Parameters
    ----------
    Ks : sequence of int
    curves : dict of str to array_like, shape (n_Ks,)
    label : str
        What they are, with the unit.
    less_lowest : bool
        Whether to draw criteria, of which the lowest is best: each less its lowest value, which
        gets a ring.
    top : float, optional
        Where the axis ends: what lies higher leaves the picture, and more is seen of the rest.
    zoom : int, optional
        From which K on a second picture shows the curves again, enlarged.
    """
    validation.check_flags(less_lowest=less_lowest)
    validation.check_texts(label=label)
    Ks = validation.as_list(Ks)
    validation.as_rising(Ks, "Ks", at_least=1)
    curves = _as_curves(curves, len(Ks))
    for name, values in curves.items():
        validation.as_parameter(values, f"curves[{name!r}]", (len(Ks),))
    if top is not None:
        [top] = validation.as_parameter([top], "top", (1,), "()")
    if zoom is not None and validation.check_count(zoom, "zoom", at_least=0) not in Ks:
        raise ValueError(f"zoom must be one of Ks, {Ks}; it is {zoom!r}.")
    shown = {name: values - values.min() * less_lowest for name, values in curves.items()}
    starts = [0] if zoom is None else [0, Ks.index(zoom)]
    figure, axes = figures.new_figure(len(starts), height=400)
    for ax, first in zip(np.ravel(axes), starts, strict=True):
        later = {name: values[first:] for name, values in shown.items()}
        _draw_curves(ax, Ks[first:], later, top, rings=less_lowest)
    np.ravel(axes)[0].set_ylabel(label)
    caption = f"{label} against K from {Ks[0]} to {Ks[-1]}"
    caption += f", and on the right from {zoom} on, enlarged." if zoom else "."
    for name, values in curves.items():
        if less_lowest:
            caption += f" {name}: lowest at K = {Ks[values.argmin()]}, where a ring marks it."
            continue
        falls = [f"{Ks[j]} to {Ks[j + 1]}" for j in np.flatnonzero(np.diff(values) < -1e-6)]
        caption += f" {name}: from {_number(values[0], 1)} to {_number(values[-1], 1)}, "
        caption += f"falling from K = {geometry.join_words(falls)}." if falls else "never falling."
    caption += "" if top is None else f" The picture ends at {top:g}."
    figures.show_figure(figure, caption)


def _draw_curves(ax, Ks, curves, top, *, rings):
    """Draw curves against K, if asked for with a ring around each one's lowest point."""
    circle = {"ms": 24, "mfc": "none", "mec": "black", "mew": 2.5, "zorder": 4}
    for k, (name, values) in enumerate(curves.items()):
        marker = MARKERS[k % len(MARKERS)]
        ax.plot(Ks, values, lw=3, ms=10, label=name, marker=marker, **line_style(k))
        if rings:
            ax.plot(Ks[values.argmin()], values.min(), "o", **circle)
    together = np.concatenate([*curves.values()])
    low, high = together.min(), together.max() if top is None else top
    room = 0.12 * ((high - low) or 1)  # for the rings
    ax.set(xlim=(Ks[0] - 0.4, Ks[-1] + 0.4), xlabel="K")
    ax.set_ylim(low - room, high + room * (top is None))
    ax.xaxis.set_major_locator(FixedLocator(Ks))
    ax.yaxis.set_major_locator(MaxNLocator(5))
    _add_legend(ax, 3 // len(ax.figure.axes), handlelength=3)  # two pictures' rows would touch


@figures.plain_style()
def show_criterion(
    values: ArrayLike,
    rows: Sequence[object],
    columns: Sequence[object],
    *,
    name: str = "BIC",
    decimals: int = 0,
) -> None:
    """Show a criterion for each covariance type and each K, as a table whose lowest is framed.

    The lower a number, the brighter its cell. A step of brightness is one of the logarithm of the
    distance from the lowest number, so that near the best even small differences show.

    Parameters
    ----------
    values : array_like, shape (n_rows, n_columns)
        Such as the `bic` of a `Comparison`; NaN where there is no number.
    rows, columns : sequence, shape (n_rows,) and (n_columns,)
        Such as its `covariance_types` and `Ks`.
    name : str
        The criterion's.
    decimals : int
        How many to write.
    """
    rows, columns = validation.as_list(rows), validation.as_list(columns)
    decimals = validation.check_count(decimals, "decimals", at_least=0)
    values, shape = validation.as_real(values, "values"), (len(rows), len(columns))
    values = np.where(np.isfinite(values), values, np.nan)
    if values.shape != shape or np.isnan(values).all(axis=1).any():
        raise ValueError(f"values must have shape {shape}, rows by columns, a number in each row.")
    figure, ax = figures.new_figure(height=90 + 60 * len(rows))
    distances = np.log1p(values - np.nanmin(values))
    greys = 1 - (1 - DARKEST) * np.nan_to_num(distances / (np.nanmax(distances) or 1))
    ax.imshow(greys, cmap="gray", vmin=0, vmax=1, aspect="auto")
    lowest = np.unravel_index(np.nanargmin(values), values.shape)
    for i, j in np.ndindex(values.shape):
        text = _number(values[i, j], decimals) if np.isfinite(values[i, j]) else "–"
        weight = "bold" if (i, j) == lowest else "normal"
        ax.text(j, i, text, weight=weight, ha="center", va="center")
    _draw_cells(ax, rows, columns, lowest)
    ax.set(title=f"{name}: the lowest is framed", xlabel="K")
    best = np.nanargmin(values, axis=1)
    least = values[np.arange(len(rows)), best]
    said = [
        f"{rows[i]} {_number(least[i], decimals)} at K = {columns[best[i]]}"
        for i in np.argsort(least)
    ]
    figures.show_figure(
        figure,
        f"A table of {name}: a row for each covariance type, a column for each K from "
        f"{columns[0]} to {columns[-1]}. The lowest of each row: {geometry.join_words(said)}.",
    )


def _draw_cells(ax, rows, columns, framed):
    """Name a table's rows and columns, part its cells by white lines, and frame one of them."""
    for axis, names in ((ax.xaxis, columns), (ax.yaxis, rows)):
        axis.set_ticks(range(len(names)), names)
        axis.set_ticks(np.arange(1, len(names)) - 0.5, minor=True)
    ax.tick_params(which="both", length=0)
    ax.grid(which="minor", color="white", lw=3)
    ax.spines[:].set_visible(False)
    corner, style = np.subtract(framed[::-1], 0.5), {"fill": False, "ec": "black", "lw": 5}
    ax.add_patch(Rectangle(corner, 1, 1, zorder=4, clip_on=False, **style))
