"""Data and what fits make of them: points, curves and ellipses, in pictures of one call each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from gmm_helpers.model import validation
from gmm_helpers.model.mixture import Mixture, check_mixtures
from gmm_helpers.plots import figures, geometry
from gmm_helpers.plots.look import COLOURS, DASHES, MARKERS, RADII, line_style, mix_colours

_MOST_PAIRS = 6


@figures.plain_style()
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
        The axes' names. Without them both axes of a plane have one scale, if the spans are alike.
    """
    data = _data_of(fits, x)
    together = np.concatenate([*data.values()])
    mixtures = [fit for fit in fits.values() if isinstance(fit, Mixture)]
    names = validation.as_names(features, 1 if together.ndim == 1 else 2)
    equal = together.ndim == 2 and geometry.share_a_scale(together, features)
    caption = validation.count(" and ".join(map(str, sorted({*map(len, data.values())}))), "point")
    if together.ndim == 1:
        names, limits = [*names, "density"], geometry.around(together[:, None], 0.06)
        caption += f" of {names[0]}, under their histogram."
    else:
        limits = geometry.plane_limits(together, *map(geometry.ellipse_maps, mixtures))
        caption += f", {names[1]} against {names[0]}"
        caption += ", with ellipses at 1 and 2 standard deviations" if mixtures else ""
        caption += "." if equal else "; each axis has a scale of its own."
    figure, axes = figures.panels(len(fits), limits if equal else None)
    for ax, (title, fit) in zip(axes, fits.items(), strict=True):
        mixture = fit if isinstance(fit, Mixture) else None
        shares = mixture.responsibilities(data[title]) if mixture else fit
        _draw(ax, data[title], mixture, shares, limits, faint=bool(mixture))
        ax.set(title=title, xlabel=names[0])
    axes[0].set_ylabel(names[1])
    decimals = geometry.decimals_for(together.reshape(len(together), -1))
    said = [f"{title}: {say(fit, decimals)}." for title, fit in fits.items()]
    figures.show_figure(figure, " ".join([caption, *said]))


def _data_of(fits, x):
    """Check what `show_fits` is given; return the data of each title, (n,) or (n, 2)."""
    validation.check_dict(fits, "fits", "titles and mixtures")
    each = x if isinstance(x, dict) else dict.fromkeys(fits, x)
    if not {*fits} <= {*each}:
        raise ValueError(f"x must have data for each title, {[*fits]}; it has {[*each]}.")
    data = {title: validation.as_points(each[title]) for title in fits}
    if {*map(len, data.values())} not in ({1}, {2}):
        raise ValueError("x must have D = 1 or D = 2, in all pictures: show_pairs shows more.")
    for title, fit in fits.items():
        if isinstance(fit, Mixture):
            validation.check_features(data[title], fit.n_features)
        elif fit is not None:
            validation.as_responsibilities(fit, data[title].shape[1], name=f"fits[{title!r}]")
    return {title: rows[0] if len(rows) == 1 else rows.T for title, rows in data.items()}


def _draw(ax, x, mixture, shares, limits, *, faint=True):
    """Draw data with their shares, and a mixture if there is one, on axes with these limits."""
    if x.ndim == 1:
        left, right, _, heights = geometry.histogram(x).T
        ax.bar(left, heights, right - left, align="edge", color="#dddddd", edgecolor="white")
        if mixture:
            _draw_curves(ax, mixture, limits[:, 0])
        draw_points(ax, x, shares)
    else:
        draw_points(ax, x, shares, faint=faint)
        if mixture:
            draw_ellipses(ax, mixture)
        ax.set_ylim(limits[:, 1])
    ax.set_xlim(limits[:, 0])


def draw_points(ax, x, responsibilities=None, *, faint=False):
    """Draw points (n, 2), or (n,) as a rug below 0, in mixes of the components' colours.

    Each has the marker of its largest responsibility; without any all are hollow.
    """
    if x.ndim == 1:
        top = ax.get_ylim()[1]
        ax.set_yticks([tick for tick in ax.get_yticks() if 0 <= tick <= top])
        ax.set_ylim(-geometry.RUG_ROOM * top, top)
        x = geometry.rug(x, top)
    style = {"s": 16 if faint else 42, "alpha": 0.6 if faint else 0.9, "zorder": 3}
    if responsibilities is None:
        ax.scatter(*x.T, fc="white", ec=figures.GREY, lw=1.2, **style)
        return
    b = np.asarray(responsibilities)
    colours, owner = mix_colours(b, COLOURS), b.argmax(axis=1)
    style |= {"ec": "#444444", "lw": 0.5}
    for k in range(b.shape[1]):
        marker = MARKERS[k % len(MARKERS)]
        ax.scatter(*x[owner == k].T, fc=colours[owner == k], marker=marker, **style)


def _draw_curves(ax, mixture, limits):
    """Draw φ_k N(x | μ_k, σ_k²) for each component, and in black their sum p(x)."""
    maps = geometry.bump_maps(mixture)
    grid = np.sort([geometry.place(geometry.BUMP, each)[:, 0] for each in maps], axis=None)
    grid = np.concatenate([limits[:1], grid.clip(*limits), limits[1:]])
    curves = np.exp(mixture._log_joint(grid[None]))
    for k, curve in enumerate(curves):
        ax.plot(grid, curve, lw=3.5, **line_style(k))
    ax.plot(grid, curves.sum(axis=0), lw=2, color="black")
    _draw_numbers(ax, maps[:, [4, 3]])


def draw_ellipses(ax, mixture):
    """Draw each component of a mixture in the plane: ellipses at 1 and 2 σ, and its number."""
    for k, each in enumerate(geometry.ellipse_maps(mixture)):
        for radius in RADII:
            ellipse = geometry.place(radius * geometry.CIRCLE, each)
            ax.plot(*ellipse.T, lw=3.5, zorder=4, **line_style(k))
    _draw_numbers(ax, mixture.means)


def _draw_numbers(ax, places):
    """Draw the numbers 1 to K at places (K, 2), each over a ring of its component's colour."""
    for k, place in enumerate(places):
        ring = {"ms": 27 if k < 9 else 38, "mfc": "white", "mew": 3, "zorder": 6}
        ax.plot(*place, "o", color=COLOURS[k % len(COLOURS)], **ring)
        middle = {"ha": "center", "va": "center_baseline", "weight": "bold"}
        ax.text(*place, str(k + 1), zorder=6, clip_on=True, **middle)  # as the ring is


def say(fit, decimals):
    """Say in numbers what a picture shows beside its points."""
    if fit is None:
        return "the points alone"
    if not isinstance(fit, Mixture):
        shares = [f"{share:.0f}" for share in np.asarray(fit).sum(axis=0)]
        return f"the points are shared out as {geometry.join_words(shares)}"
    where = [geometry.format_place(mean, decimals) for mean in fit.means]
    told = enumerate(zip(fit.weights, where, strict=True), 1)
    return geometry.join_words(
        f"component {k} with weight {weight:.2f} around {place}" for k, (weight, place) in told
    )


@figures.plain_style()
def show_outlines(outlines: Mapping[float, ArrayLike], x: ArrayLike) -> None:
    """Show closed lines around data in the plane, such as ellipses of one's own.

    Parameters
    ----------
    outlines : dict of float to array_like, shape (m, 2)
        Each line by its number of standard deviations.
    x : array_like, shape (n, 2)
    """
    x = validation.as_points(x, 2).T
    validation.check_dict(outlines, "outlines", "radii and lines (m, 2)")
    validation.as_parameter([*outlines], "each key of outlines", (len(outlines),))
    lines = {key: validation.as_points(line, 2, "outlines").T for key, line in outlines.items()}
    limits = geometry.plane_limits(np.concatenate([x, *lines.values()]))
    figure, [ax] = figures.panels(1, limits)
    draw_points(ax, x, faint=True)
    for k, line in enumerate(lines.values()):
        ax.plot(*line.T, color="black", lw=3, dashes=DASHES[k % len(DASHES)], zorder=4)
    ax.set(xlim=limits[:, 0], ylim=limits[:, 1], xlabel="x₁", ylabel="x₂")
    ends = [[geometry.format_number(end, 2) for end in each.max(axis=0)] for each in lines.values()]
    reach = [
        f"{radius:g}σ, which reaches to {right} on the right and to {top} at the top"
        for radius, (right, top) in zip(lines, ends, strict=True)
    ]
    points = validation.count(len(x), "point")
    figures.show_figure(figure, f"{points}, and lines at {geometry.join_words(reach)}.")


@figures.plain_style()
def show_pairs(x: ArrayLike, mixture: Mixture | None = None, *, features: Sequence[str]) -> None:
    """Show each two of several features, with what a mixture says of these two.

    Parameters
    ----------
    x : array_like, shape (n, D)
        With D of 2 or more; of more than four features the first six pairs are shown.
    mixture : Mixture, optional
    features : sequence of str
        One name for each column.
    """
    x = validation.as_points(x).T
    D = x.shape[1]
    if D < 2:
        raise ValueError("x must have at least two features to show pairs of: show_fits shows one.")
    features = validation.as_names(features, D)
    if mixture is not None:
        check_mixtures(mixture=mixture)
    pairs = [list(pair) for pair in combinations(range(D), 2)][:_MOST_PAIRS]
    shares = mixture and mixture.responsibilities(x)
    figure, axes = figures.panels(len(pairs))
    for ax, pair in zip(axes, pairs, strict=True):
        margin, ellipses = None, []
        if mixture:
            spreads = mixture.covariances[:, pair][:, :, pair]
            margin = Mixture(mixture.weights, mixture.means[:, pair], spreads)
            ellipses = [geometry.ellipse_maps(margin)]
        _draw(ax, x[:, pair], margin, shares, geometry.plane_limits(x[:, pair], *ellipses))
        ax.set(xlabel=features[pair[0]], ylabel=features[pair[1]])
    named = geometry.join_words(f"{features[e]} against {features[d]}" for d, e in pairs)
    points, pictures = validation.count(len(x), "point"), validation.count(len(pairs), "picture")
    caption = f"{points} in {pictures}, each axis with a scale of its own: {named}."
    if mixture:
        said = say(mixture, geometry.decimals_for(x))
        caption += f" Ellipses at 1 and 2 standard deviations, for all features together: {said}."
    figures.show_figure(figure, caption)
