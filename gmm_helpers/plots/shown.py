"""Pictures and tables that are one call each, with a caption that is made of their numbers.

As everywhere in this room, nothing here fits anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gmm_helpers.model.mixture import Mixture
from gmm_helpers.plots import criteria, densities, figures, geometry, look

_TITLE = {"size": figures.TEXT_SIZE}
_EQUAL_NAMES = ("x₁", "x₂")  # of features that share a scale, as simulated ones do
_MOST_IN_A_ROW = 3


def show_fits(
    fits: Mapping[str, Mixture | ArrayLike | None],
    x: ArrayLike | Mapping[str, ArrayLike],
    *,
    features: Sequence[str] | None = None,
) -> None:
    """Show data side by side with what some fits make of them; the caption says it in numbers.

    Parameters
    ----------
    fits : dict of str to Mixture, array_like or None
        Each picture's title, and what colours the points: a mixture, which is drawn as well, or
        responsibilities (n, K), or nothing.
    x : array_like, shape (n, D), or (n,) for D = 1; or a dict of them
        The data, with D at most 2; a dict has those of each title.
    features : sequence of str, optional
        The axes' names. Without them both axes of a plane have the same scale.
    """
    data = {t: np.asarray(x[t] if isinstance(x, dict) else x, float) for t in fits}
    together = np.concatenate([*data.values()])
    names = tuple(features or (("x",) if together.ndim == 1 else _EQUAL_NAMES))
    decimals = geometry.decimals_for(together.reshape(len(together), -1))
    mixtures = [fit for fit in fits.values() if isinstance(fit, Mixture)]
    if together.ndim == 1:
        limits = [geometry.span(together.min(), together.max(), 0.06)]
    else:
        limits = _limits_of(together, mixtures)
    figure, axes = _panels(len(fits), limits, equal=together.ndim == 2 and features is None)
    for ax, (title, fit) in zip(axes, fits.items(), strict=False):
        _draw(ax, data[title], fit, limits)
        ax.set_title(title, **_TITLE)
        ax.set_xlabel(names[0])
    axes[0].set_ylabel(names[1] if together.ndim == 2 else "density")
    sizes = {len(each) for each in data.values()}
    caption = f"{' and '.join(map(str, sorted(sizes)))} points"
    caption += f", {names[1]} against {names[0]}" if together.ndim == 2 else f" of {names[0]}"
    if mixtures and together.ndim == 2:
        caption += ", with ellipses at 1 and 2 standard deviations"
    if features and together.ndim == 2:
        caption += "; each axis has a scale of its own"
    said = [f"{title}: {_say(fit, decimals)}." for title, fit in fits.items()]
    figures.show_figure(figure, " ".join([f"{caption}.", *said]))


def _draw(ax, x, fit, limits):
    """Draw data and a fit on axes with these limits."""
    drawn = isinstance(fit, Mixture)
    shares = fit.responsibilities(x) if drawn else fit
    if x.ndim == 1:
        figures.plot_histogram(ax, x)
        if drawn:
            figures.plot_mixture_1d(ax, fit, limits=limits[0])
        figures.plot_points(ax, x, shares)
        ax.set_xlim(*limits[0])
        return
    figures.plot_points(ax, x, shares, faint=drawn)
    if drawn:
        figures.plot_mixture_2d(ax, fit)
    ax.set(xlim=limits[0], ylim=limits[1])


def _say(fit, decimals):
    """Say in numbers what a picture shows beside its points."""
    if fit is None:
        return "the points alone"
    if not isinstance(fit, Mixture):
        shares = np.asarray(fit).sum(axis=0)
        return "the points' responsibilities sum to " + geometry.join_words(
            f"{share:.0f}" for share in shares
        )
    weights = [f"{weight:.2f}" for weight in fit.weights]
    where = [geometry.format_place(mean, decimals) for mean in fit.means]
    told = zip(weights, where, strict=True)
    parts = [f"component {k} with weight {w} around {m}" for k, (w, m) in enumerate(told, 1)]
    return geometry.join_words(parts)


def _limits_of(points, mixtures):
    """Return limits for points (n, 2) and 2σ ellipses, of which very large ones are cut."""
    low, high = points.min(axis=0), points.max(axis=0)
    span = np.where(high > low, high - low, 1)
    least, most = low - 0.06 * span, high + 0.06 * span
    for each in mixtures:
        reach = 2 * np.sqrt(np.diagonal(each.covariances, axis1=1, axis2=2))
        least = np.minimum(least, (each.means - reach).min(axis=0))
        most = np.maximum(most, (each.means + reach).max(axis=0))
    least, most = np.maximum(least, low - 0.3 * span), np.minimum(most, high + 0.3 * span)
    return np.column_stack([least, most])


def _panels(count, limits, *, equal):
    """Make a figure with `count` axes, in rows of at most three, as high as they need."""
    columns = count if count <= _MOST_IN_A_ROW else 2
    rows = -(-count // columns)
    height = 380
    if equal:
        (left, right), (bottom, top) = limits
        height = np.clip(
            (figures.WIDTH / columns - 70) * (top - bottom) / (right - left) + 95, 230, 560
        )
    figure, axes = figures.new_figure(columns, rows=rows, height=rows * height)
    axes = np.ravel(axes)
    for ax in axes[count:]:
        ax.set_visible(False)
    if equal:
        for ax in axes:
            ax.set_aspect("equal", adjustable="box")
    return figure, axes


def show_outlines(outlines: Mapping[float, ArrayLike], x: ArrayLike) -> None:
    """Show closed lines around data in the plane, such as ellipses of one's own.

    Parameters
    ----------
    outlines : dict of float to array_like, shape (m, 2)
        Each line by its number of standard deviations.
    x : array_like, shape (n, 2)
    """
    x = np.asarray(x, float)
    lines = {radius: np.asarray(line, float) for radius, line in outlines.items()}
    limits = _limits_of(np.concatenate([x, *lines.values()]), [])
    figure, [ax] = _panels(1, limits, equal=True)
    figures.plot_points(ax, x, faint=True)
    for line, dashes in zip(lines.values(), look.DASHES, strict=False):
        ax.plot(*line.T, color="black", lw=3, dashes=dashes, zorder=4)
    ax.set(xlim=limits[0], ylim=limits[1], xlabel="x₁", ylabel="x₂")
    reach = [
        f"{radius:g}σ, which reaches to {geometry.format_number(line[:, 0].max(), 2)} on the right "
        f"and to {geometry.format_number(line[:, 1].max(), 2)} at the top"
        for radius, line in lines.items()
    ]
    figures.show_figure(figure, f"{len(x)} points, and lines at {geometry.join_words(reach)}.")


def show_pairs(
    x: ArrayLike, mixture: Mixture | None = None, *, features: Sequence[str], most: int = 6
) -> None:
    """Show each two of several features, with what a mixture says of these two.

    Parameters
    ----------
    x : array_like, shape (n, D)
        With D of 2 or more.
    mixture : Mixture, optional
    features : sequence of str
        One name for each column.
    most : int
        How many pairs to show, the first ones.
    """
    x = np.asarray(x, float)
    pairs = [list(pair) for pair in combinations(range(x.shape[1]), 2)][:most]
    shares = None if mixture is None else mixture.responsibilities(x)
    figure, axes = _panels(len(pairs), None, equal=False)
    for ax, pair in zip(axes, pairs, strict=False):
        margin = mixture and Mixture(
            mixture.weights, mixture.means[:, pair], mixture.covariances[:, pair][:, :, pair]
        )
        figures.plot_points(ax, x[:, pair], shares, faint=True)
        if margin:
            figures.plot_mixture_2d(ax, margin)
        limits = _limits_of(x[:, pair], [margin] if margin else [])
        ax.set(xlim=limits[0], ylim=limits[1])
        ax.set(xlabel=features[pair[0]], ylabel=features[pair[1]])
    named = geometry.join_words(f"{features[e]} against {features[d]}" for d, e in pairs)
    caption = (
        f"{len(x)} points in {len(pairs)} pictures, each axis with a scale of its own: {named}."
    )
    if mixture:
        said = _say(mixture, geometry.decimals_for(x))
        caption += f" Ellipses at 1 and 2 standard deviations, for all features together: {said}."
    figures.show_figure(figure, caption)


def show_regions(mixture: Mixture, x: ArrayLike) -> None:
    """Show over the plane which component answers for most, the density, and where it is unsure.

    Parameters
    ----------
    mixture : Mixture
        With D = 2 and K ≥ 2.
    x : array_like, shape (n, 2)
        The data that say which part of the plane is shown.
    """
    limits = _limits_of(np.asarray(x, float), [mixture])
    figure, axes = _panels(2, limits, equal=True)
    for ax, title in zip(axes, ("regions and density", "entropy"), strict=True):
        ax.set_title(title, **_TITLE)
        ax.set(xlim=limits[0], ylim=limits[1], xlabel="x₁", ylabel="x₂")
    densities.plot_regions(axes[0], mixture)
    densities.plot_density_contours(axes[0], mixture)
    densities.plot_entropy(axes[1], mixture)
    figures.plot_mixture_2d(axes[1], mixture)
    figures.show_figure(
        figure,
        "Left, the region of each component, hatched in its colour, with contours that hold 25, "
        "50, 75 and 95% of the density. Right, the entropy of the responsibilities: white where "
        f"one component has all, black at log {mixture.n_components}, where all share alike. "
        f"{_say(mixture, geometry.decimals_for(np.asarray(x, float))).capitalize()}.",
    )


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
        Where the axis ends, as in `plot_criteria`.
    zoom : int, optional
        From which K on a second picture shows the curves again, enlarged.
    """
    Ks = list(Ks)
    curves = {name: np.asarray(values, float) for name, values in curves.items()}
    starts = [0] if zoom is None else [0, Ks.index(zoom)]
    figure, axes = figures.new_figure(len(starts), height=400)
    for ax, first in zip(np.ravel(axes), starts, strict=True):
        shown = {
            name: values[first:] - values.min() * less_lowest for name, values in curves.items()
        }
        criteria.plot_criteria(ax, Ks[first:], shown, top=top, ring=less_lowest)
    np.ravel(axes)[0].set_ylabel(label)
    caption = f"{label} against K from {Ks[0]} to {Ks[-1]}"
    caption += f", and on the right from {zoom} on, enlarged." if zoom else "."
    for name, values in curves.items():
        if less_lowest:
            caption += f" {name}: lowest at K = {Ks[values.argmin()]}, where a ring marks it."
            continue
        falls = [f"{Ks[j]} to {Ks[j + 1]}" for j in np.flatnonzero(np.diff(values) < -1e-6)]
        ends = (geometry.format_number(value, 1) for value in values[[0, -1]])
        caption += f" {name}: from {' to '.join(ends)}, "
        caption += f"falling from K = {geometry.join_words(falls)}." if falls else "never falling."
    if top is not None:
        caption += f" The picture ends at {top:g}."
    figures.show_figure(figure, caption)


def show_criterion(
    values: ArrayLike,
    rows: Sequence[object],
    columns: Sequence[object],
    *,
    name: str = "BIC",
    decimals: int = 0,
) -> None:
    """Show a criterion for each covariance type and each K, as a table whose lowest is framed.

    Parameters
    ----------
    values, rows, columns, decimals
        As in `plot_heat_map`.
    name : str
        The criterion's, for title and caption.
    """
    values = np.asarray(values, float)
    figure, ax = figures.new_figure(height=90 + 60 * len(rows))
    criteria.plot_heat_map(ax, values, rows, columns, decimals=decimals)
    ax.set_title(f"{name}: the lowest is framed", **_TITLE)
    ax.set_xlabel("K")
    best = np.nanargmin(values, axis=1)
    lowest = values[np.arange(len(rows)), best]
    order = np.argsort(lowest)
    said = [
        f"{rows[i]} {geometry.format_number(lowest[i], decimals)} at K = {columns[best[i]]}"
        for i in order
    ]
    caption = f"A table of {name}: a row for each covariance type, a column for each K from "
    caption += f"{columns[0]} to {columns[-1]}. The lowest of each row: "
    caption += f"{geometry.join_words(said)}."
    figures.show_figure(figure, caption)


def show_table(
    columns: Mapping[str, Sequence[object] | np.ndarray], *, decimals: int | Sequence[int] = 3
) -> None:
    """Print columns as a table.

    Parameters
    ----------
    columns : dict of str to sequence
        Each column's head and its values, all of one length: numbers, texts, yes or no.
    decimals : int or sequence of int
        How many each number gets; a sequence has one entry for each column.

    Examples
    --------
    >>> show_table({"K": [1, 2], "ℓ": [-12.34567, -1.0], "fit": ["one", "two"]}, decimals=2)
    K       ℓ  fit
    1  -12.35  one
    2   -1.00  two
    """
    each = np.broadcast_to(decimals, len(columns))
    texts = []
    for (head, values), places in zip(columns.items(), each, strict=True):
        values = list(values)
        cells = [head, *(_cell(value, places) for value in values)]
        width = max(map(len, cells))
        left = bool(values) and isinstance(values[0], str)
        texts.append([cell.ljust(width) if left else cell.rjust(width) for cell in cells])
    for line in zip(*texts, strict=True):
        print("  ".join(line).rstrip())


def _cell(value, decimals):
    if isinstance(value, float | np.floating):
        return f"{value:.{decimals}f}" if np.isfinite(value) else "–"
    return {"True": "yes", "False": "no"}.get(str(value), str(value))


def show_parameters(
    mixtures: Mapping[str, Mixture],
    *,
    features: Sequence[str] | None = None,
    decimals: int = 2,
) -> None:
    """Print the parameters of one or more mixtures, each with its components from left to right.

    Parameters
    ----------
    mixtures : dict of str to Mixture
        By name.
    features : sequence of str, optional
        The features' names: then each feature has a line of its own, without correlations.
    decimals : int
        How many each number gets.

    Examples
    --------
    >>> show_parameters({"fit": Mixture.from_1d([0.4, 0.6], [2, -1], [1, 4])})
         component  weight   mean     σ
    fit          2    0.60  -1.00  2.00
    fit          1    0.40   2.00  1.00
    """
    rows = [(name, each, k) for name, each in mixtures.items() for k in each.means[:, 0].argsort()]
    D = rows[0][1].n_features
    means = np.array([m.means[k] for _, m, k in rows])
    spreads = np.array([np.sqrt(m.covariances[k].diagonal()) for _, m, k in rows])
    each = D if features else 1
    heads = {
        "": [name for name, *_ in rows],
        "component": [k + 1 for *_, k in rows],
        "weight": [m.weights[k] for _, m, k in rows],
    }
    columns: dict = {head: np.repeat(values, each) for head, values in heads.items()}
    if features:
        columns["feature"] = list(features) * len(rows)
        columns |= {"mean": means.ravel(), "σ": spreads.ravel()}
    else:
        of = [""] if D == 1 else [f" x{d + 1}" for d in range(D)]
        columns |= {f"mean{name}": means[:, d] for d, name in enumerate(of)}
        columns |= {f"σ{name}": spreads[:, d] for d, name in enumerate(of)}
    if D == 2 and not features:
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
    steps = list(stepper.walk())
    mixtures = [step.mixture for step in steps]
    columns = {"step": [step.kind for step in steps], "t": [step.iteration for step in steps]}
    columns["ℓ"] = [step.log_likelihood for step in steps]
    for k in range(mixtures[0].n_components):
        number = "".join(chr(0x2080 + int(digit)) for digit in str(k + 1))
        columns[f"φ{number}"] = [m.weights[k] for m in mixtures]
        if mixtures[0].n_features == 1:
            columns[f"μ{number}"] = [m.means[k, 0] for m in mixtures]
            columns[f"σ{number}"] = [m.variances[k] ** 0.5 for m in mixtures]
        else:
            places = [geometry.format_place(m.means[k], [decimals] * 2) for m in mixtures]
            columns[f"μ{number}"] = places
    show_table(columns, decimals=decimals)


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
        Each function's name and its values; one that is not a number is not drawn.
    labels : (str, str)
        The axes' names.
    log : bool
        Whether the vertical axis is logarithmic.
    limits : (float, float), optional
        Where the vertical axis begins and ends.
    """
    x = np.asarray(x, float)
    figure, ax = figures.new_figure(height=380)
    if log:
        ax.set_yscale("log")
    label = labels[1] or (next(iter(curves)) if len(curves) == 1 else "")
    caption = f"{label or 'Curves'} against {labels[0]}{' on a logarithmic axis' * log}."
    for k, (name, values) in enumerate(curves.items()):
        drawn = np.isfinite(values)
        at, values = x[drawn], np.asarray(values, float)[drawn]
        style = {"color": figures.COLOURS[k], "dashes": figures.DASHES[k]}
        ax.plot(at, values, lw=3.5, label=name, **style)
        places = [0, -1, values.argmax(), values.argmin()]
        said = [_short(number) for i in places for number in (values[i], at[i])]
        caption += " {}: {} at {}, {} at {}; highest {} at {}, lowest {} at {}.".format(name, *said)
    ax.set(xlabel=labels[0], ylabel=label, **({"ylim": limits} if limits else {}))
    if len(curves) > 1:
        place = {"loc": "lower center", "bbox_to_anchor": (0.5, 1), "frameon": False}
        ax.legend(fontsize=figures.TEXT_SIZE, ncols=min(len(curves), 3), **place)
    figures.show_figure(figure, caption)


def _short(number):
    return f"{number:.4g}".replace("-", "−")
