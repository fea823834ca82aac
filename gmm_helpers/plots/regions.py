"""What a mixture says over the plane: who answers for most, the density, and where it is unsure."""

from __future__ import annotations

from functools import partial

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import ArrayLike
from scipy.special import entr

from gmm_helpers.model import validation
from gmm_helpers.model.mixture import Mixture, check_mixtures
from gmm_helpers.plots import figures, fits, geometry
from gmm_helpers.plots.look import COLOURS

_GRID = 201  # so many values along each axis
# A region is as pale as this share of its component's colour in white; its hatch has the colour.
_PALE, _HATCHES = 0.25, ("/", ".", "\\", "x", "-", "o")
_BANDS = 8  # of one shade each, from 0 to log K
_SHARES = (0.25, 0.5, 0.75, 0.95)  # of the density's mass, inside its contours
_DRAWS = 100_000


@figures.plain_style()
def show_regions(mixture: Mixture, x: ArrayLike) -> None:
    """Show over the plane which component answers for most, the density, and where it is unsure.

    Parameters
    ----------
    mixture : Mixture
        With D = 2 and K ≥ 2.
    x : array_like, shape (n, 2)
        The data that say which part of the plane is shown.
    """
    x = validation.as_points(x, 2).T
    check_mixtures(mixture=mixture)
    validation.check_features(x.T, mixture.n_features)
    if mixture.n_components < 2:
        raise ValueError("mixture must have K ≥ 2 components: with one there is nothing to part.")
    limits = geometry.plane_limits(x, geometry.ellipse_maps(mixture))
    figure, [left, right] = figures.panels(2, limits)
    for ax, title in ((left, "regions and density"), (right, "entropy")):
        ax.set(xlim=limits[:, 0], ylim=limits[:, 1], xlabel="x₁", ylabel="x₂", title=title)
    over_plane = partial(geometry.over_plane, limits=limits.T, count=_GRID)
    draw_regions(left, *over_plane(lambda at: mixture._log_joint(at.T).T))
    levels, widths = density_levels(mixture, _SHARES), np.linspace(1.5, 3, len(_SHARES))
    style = {"colors": "black", "linewidths": widths, "linestyles": "-", "zorder": 2}
    left.contour(*over_plane(mixture.log_density), levels, **style)
    entropy = over_plane(lambda at: responsibility_entropy(mixture.responsibilities(at)))
    draw_entropy(right, entropy, np.log(mixture.n_components))
    fits.draw_ellipses(right, mixture)
    figures.show_figure(
        figure,
        "Left, the region of each component, hatched in its colour, with contours that hold 25, "
        "50, 75 and 95% of the probability. Right, the entropy of the responsibilities: blank "
        f"where one component has all, strongest at log {mixture.n_components}, where all share "
        f"alike. {fits.say(mixture, geometry.decimals_for(x)).capitalize()}.",
    )


def draw_regions(ax, x, y, logs):
    """Draw where each log(φ_k N(x_i | μ_k, Σ_k)) of (m, m, K) is the largest, pale and hatched.

    Responsibilities would be of no use: far from a boundary all but one are rounded to 0.
    """
    logs = logs.clip(np.finfo(float).min / 4)  # where a weight is 0
    for k in range(logs.shape[-1]):
        colour = np.array(to_rgb(COLOURS[k % len(COLOURS)]))
        style = {"colors": [1 - _PALE * (1 - colour)], "hatches": [_HATCHES[k % len(_HATCHES)]]}
        region = ax.contourf(x, y, geometry.ahead(logs, k), [0, np.inf], zorder=0.5, **style)
        region.set(edgecolor=colour, linewidth=0)  # the hatch takes the colour of the edge


def density_levels(mixture, shares):
    """Return the log densities above which a mixture holds shares of its mass, from low to high.

    They are quantiles of the density at draws from it (Hyndman 1996, Am. Stat. 50, 120–126).
    """
    draws, _ = mixture.sample(_DRAWS, np.random.default_rng(1))
    return np.sort(np.quantile(mixture.log_density(draws), 1 - np.array(shares)))


def draw_entropy(ax, surface, most):
    """Draw an entropy in nats by shades, white at 0 and black at `most`, with a bar beside it."""
    x, y, entropy = surface
    greys, ends = np.linspace(1, 0, _BANDS).astype(str), np.linspace(0, most, _BANDS + 1)
    bands = ax.contourf(x, y, entropy.clip(0, most), ends, colors=greys, zorder=0.5)
    ticks = [0, most / 2, most]
    bar = ax.figure.colorbar(bands, ax=ax, ticks=ticks, label="entropy (nats)")
    bar.ax.set_yticklabels([f"{tick:.2f}" for tick in ticks])


def responsibility_entropy(responsibilities: ArrayLike) -> np.ndarray:
    """Return how unsure responsibilities leave one: −Σ_k b_ik log b_ik, in nats.

    It goes from 0, for a point of one component alone, to log K, for equal responsibilities.

    Parameters
    ----------
    responsibilities : array_like, shape (n, K)

    Returns
    -------
    ndarray, shape (n,)

    Examples
    --------
    >>> responsibility_entropy([[1, 0], [0.9, 0.1], [0.5, 0.5]]).round(3)
    array([0.   , 0.325, 0.693])

    References
    ----------
    MacKay (2003), *Information Theory, Inference, and Learning Algorithms*, section 2.4.
    """
    return entr(validation.as_responsibilities(responsibilities)).sum(axis=0)
