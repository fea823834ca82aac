"""Pictures of the bound under the log-likelihood: as bars that grow, and as a curve that touches.

As in `drawing`, each `draw_…` function draws once what its `update_…` twin then moves.
"""

import numpy as np
from matplotlib.ticker import MaxNLocator

from gmm_helpers.drawing import COLOURS, TEXT_SIZE

_BOUND, _GAP = COLOURS[2], COLOURS[3]  # the first two are those of components 1 and 2
_PAST = 0.35


def draw_bound_bars(ax, bounds, log_likelihoods, *, baseline, names):
    """Draw a bar for each half-step: from a baseline up to the bound, and the gap from there to ℓ.

    Parameters
    ----------
    ax : Axes
    bounds, log_likelihoods : sequence of float, shape (n_steps,)
        F and ℓ after each half-step, in nats; F is never above ℓ.
    baseline : float
        Where the bars begin, below all bounds. Both numbers are negative as a rule, so there is
        no natural floor: name this one beside the picture.
    names : sequence of str
        What to write under each bar.

    Returns
    -------
    list of Artist
        For each half-step the bound's bar, the gap's hatched bar and ℓ's black line;
        `update_bound_bars` shows some of them.

    Raises
    ------
    ValueError
        If a bound lies above its ℓ by more than rounding, or not above the baseline.
    """
    bounds, tops = np.asarray(bounds, float), np.asarray(log_likelihoods, float)
    if (bounds > tops + 1e-9 * (1 + abs(tops))).any():
        raise ValueError("A bound lies above its log-likelihood: one of them is not what it says.")
    if bounds.min() <= baseline:
        raise ValueError(f"baseline = {baseline:g} must lie below all bounds.")
    places = np.arange(len(tops))
    artists = []
    for place, bound, top in zip(places, bounds, tops, strict=True):
        artists += ax.bar(place, bound - baseline, bottom=baseline, color=_BOUND)
        artists += ax.bar(
            place, top - bound, bottom=bound, color="white", edgecolor=_GAP, hatch="//", lw=1.5
        )
        artists += ax.plot([place - 0.45, place + 0.45], [top, top], color="black", lw=4)
    ax.set_xticks(places, names, size=TEXT_SIZE)
    ax.yaxis.set_major_locator(MaxNLocator(5))
    ax.set(
        xlim=(-0.6, len(tops) - 0.4),
        ylim=(baseline, tops.max() + 0.08 * (tops.max() - baseline)),
    )
    return artists


def update_bound_bars(artists, position):
    """Show the bars up to a position, those before it pale."""
    for i, artist in enumerate(artists):
        artist.set_visible(i // 3 <= position)
        artist.set_alpha(1 if i // 3 == position else _PAST)


def draw_bound_curve(ax, grid, log_likelihoods):
    """Draw ℓ as a function of one parameter, and prepare to draw a bound that touches it.

    Parameters
    ----------
    ax : Axes
    grid, log_likelihoods : array_like, shape (m,)
        The parameter's values and ℓ at each.

    Returns
    -------
    list of Line2D
        The bound's curve, the gap between it and ℓ, and the current value's marker on ℓ, all empty
        until `update_bound_curve`; last the curve of ℓ, which stays.
    """
    (curve,) = ax.plot(grid, log_likelihoods, color="black", lw=3)
    low, height = np.min(log_likelihoods), np.ptp(log_likelihoods)
    # Room below, where a bound has to show even if it touches at the lowest point.
    ax.set(xlim=(grid[0], grid[-1]), ylim=(low - 0.4 * height, low + 1.08 * height))
    artists = ax.plot([], [], color=_BOUND, lw=3.5, dashes=(4, 1.5))
    artists += ax.plot([], [], color=_GAP, lw=6, marker="s", ms=9, zorder=6)
    artists += ax.plot([], [], ls="", marker="o", ms=17, mfc="none", mec="black", mew=3, zorder=5)
    return [*artists, curve]


def update_bound_curve(artists, bounds, *, at, bound, log_likelihood):
    """Move what `draw_bound_curve` prepared.

    Parameters
    ----------
    artists : list of Line2D
        From `draw_bound_curve`.
    bounds : array_like, shape (m,), or None
        The bound on the same grid; None if there is none yet.
    at, bound, log_likelihood : float
        The current value of the parameter, and the bound and ℓ there.
    """
    line, gap, marker, curve = artists
    line.set_data(curve.get_xdata(), np.full_like(curve.get_ydata(), np.nan))
    if bounds is not None:
        line.set_ydata(bounds)
    gap.set_data([at, at], [bound, log_likelihood])
    marker.set_data([at], [log_likelihood])
