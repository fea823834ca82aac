"""Pictures over the plane: a mixture's density, who answers for most, and where that is unsure.

Each function draws over what the axes show, so set their limits first. Nothing here fits anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import ArrayLike
from scipy.special import entr

from gmm_helpers.model.mixture import Mixture, check_mixture
from gmm_helpers.plots import figures, geometry

if TYPE_CHECKING:  # what these need takes half as long as all the rest
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.contour import QuadContourSet

_GRID = 201  # so many values along each axis
# A region is as pale as this share of its component's colour in white; its hatch has the colour.
_PALE, _HATCHES = 0.25, ("/", ".", "\\", "x", "-", "o")
_BANDS = 8  # of one shade each, from 0 to log K
# A component's mass is cut into so many rings, and each ring into so many equal pieces.
_RINGS, _PIECES = 500, 72


def plot_density_contours(
    ax: Axes, mixture: Mixture, *, shares: ArrayLike = (0.25, 0.5, 0.75, 0.95)
) -> QuadContourSet:
    """Draw where the density has the heights above which it holds stated shares of its mass.

    With one component they are ellipses, of radius r for the share `mass_inside(r)`.

    Parameters
    ----------
    ax : Axes
        With its limits.
    mixture : Mixture
        With D = 2.
    shares : sequence of float
        Each above 0 and below 1.

    Returns
    -------
    QuadContourSet
        One contour for each share, from the outermost to the innermost; its levels are log
        densities.

    Raises
    ------
    ValueError, TypeError
        If the mixture is not of two dimensions, or a share is not as above.

    Examples
    --------
    >>> from gmm_helpers import Mixture
    >>> _, ax = figures.new_figure()
    >>> _ = ax.set(xlim=(-3, 3), ylim=(-3, 3))
    >>> contours = plot_density_contours(ax, Mixture([1], [[0, 0]], [np.eye(2)]), shares=[0.865])
    >>> np.linalg.norm(contours.get_paths()[0].vertices, axis=1).mean().round(2)
    np.float64(2.0)
    """
    levels = np.sort(log_density_levels(mixture, shares))
    widths = np.linspace(1.5, 3, len(levels))
    x, y, log_density = _over_plane(ax, mixture.log_density)
    if not (log_density.min() < levels[-1] and levels[0] < log_density.max()):
        raise ValueError("The axes show none of the contours: set their limits first.")
    return ax.contour(
        x, y, log_density, levels, colors="black", linewidths=widths, linestyles="-", zorder=2
    )


def log_density_levels(mixture: Mixture, shares: ArrayLike) -> np.ndarray:
    """Return the log densities above which a mixture in the plane holds stated shares of its mass.

    Each component's mass is cut into equal pieces, and the density is taken in each one's middle:
    the level is a quantile of these heights, to about three digits of the share.

    Parameters
    ----------
    mixture : Mixture
        With D = 2.
    shares : sequence of float
        Each above 0 and below 1.

    Returns
    -------
    ndarray, shape (len(shares),)
        In nats.

    Raises
    ------
    ValueError, TypeError
        If the mixture is not of two dimensions, or a share is not as above.

    Examples
    --------
    >>> from gmm_helpers import Mixture
    >>> one = Mixture([1], [[0, 0]], [np.eye(2)])
    >>> log_density_levels(one, geometry.mass_inside(np.array([1, 2]))).round(2)
    array([-2.34, -3.84])

    References
    ----------
    Hyndman (1996), Am. Stat. 50, 120–126, section 3: a quantile of the density at points that have
    it. There the points are drawn at random; here they are laid out.
    """
    _check_plane(mixture)
    wanted = np.atleast_1d(np.asarray(shares, dtype=float))
    if wanted.ndim != 1 or not ((wanted > 0) & (wanted < 1)).all():
        raise ValueError(f"shares must be above 0 and below 1; they are {wanted.tolist()}.")
    pieces = _cut_mass()
    points = np.concatenate(
        [
            mean + pieces @ np.linalg.cholesky(covariance).T
            for mean, covariance in zip(mixture.means, mixture.covariances, strict=True)
        ]
    )
    heights = mixture.log_density(points)
    masses = np.repeat(mixture.weights, len(pieces)) / len(pieces)
    order = np.argsort(-heights)
    above = np.cumsum(masses[order]) - 0.5 * masses[order]
    return np.interp(wanted, above, heights[order])


def plot_regions(ax: Axes, mixture: Mixture) -> list[QuadContourSet]:
    """Draw the region of each component: where its responsibility is the largest.

    Parameters
    ----------
    ax : Axes
        With its limits.
    mixture : Mixture
        With D = 2.

    Returns
    -------
    list of QuadContourSet
        Each component's region, pale and with a hatch of its own; some may be empty.

    Raises
    ------
    ValueError, TypeError
        If the mixture is not of two dimensions.
    """
    _check_plane(mixture)
    x, y, leads = _over_plane(ax, lambda points: _leads(mixture, points))
    regions = []
    for k in range(mixture.n_components):
        colour = np.array(to_rgb(figures.COLOURS[k % len(figures.COLOURS)]))
        pale, hatch = 1 - _PALE * (1 - colour), _HATCHES[k % len(_HATCHES)]
        region = ax.contourf(
            x, y, leads[..., k], [0, np.inf], colors=[pale], hatches=[hatch], zorder=0.5
        )
        region.set(edgecolor=colour, linewidth=0)  # the hatch takes the colour of the edge
        regions.append(region)
    return regions


@figures.plain_style()
def plot_entropy(ax: Axes, mixture: Mixture) -> tuple[QuadContourSet, Colorbar]:
    """Draw by shades how unsure it is which component a point comes from.

    That is the entropy of its responsibilities, in nats: 0, white, where one component answers for
    it alone, and log K, black, where all do alike. A bar beside the axes says what the shades mean.

    Parameters
    ----------
    ax : Axes
        With its limits.
    mixture : Mixture
        With D = 2 and K ≥ 2.

    Returns
    -------
    bands : QuadContourSet
        The shades.
    bar : Colorbar

    Raises
    ------
    ValueError, TypeError
        If the mixture is not of two dimensions, or has one component.
    """
    _check_plane(mixture)
    if mixture.n_components == 1:
        raise ValueError("With K = 1 there is nothing to be unsure of: take K ≥ 2 components.")
    most = np.log(mixture.n_components)
    x, y, entropy = _over_plane(
        ax, lambda points: responsibility_entropy(mixture.responsibilities(points))
    )
    greys = [str(1 - share) for share in np.linspace(0, 1, _BANDS)]
    bands = ax.contourf(
        x, y, entropy.clip(0, most), np.linspace(0, most, _BANDS + 1), colors=greys, zorder=0.5
    )
    ticks = np.linspace(0, most, 3)
    bar = ax.figure.colorbar(bands, ax=ax, ticks=ticks)
    bar.ax.set_yticklabels([f"{tick:.2f}" for tick in ticks], size=figures.TEXT_SIZE)
    bar.set_label("entropy (nats)", size=figures.TEXT_SIZE)
    return bands, bar


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
    return entr(responsibilities).sum(axis=-1)


def _over_plane(ax, function):
    """Return a grid over what the axes show, and a function of points (n, 2) on it."""
    return geometry.over_plane(function, ax.get_xlim(), ax.get_ylim(), _GRID)


def _leads(mixture, points):
    """Return by how much log(φ_k N(x_i | μ_k, Σ_k)) is ahead of all others, shape (n, K).

    Responsibilities would be of no use: far from a boundary all but one are rounded to 0.
    """
    logs = mixture._log_joint(points.T).T
    logs = logs.clip(np.finfo(float).min / 4)
    rivals = [
        np.delete(logs, k, axis=1).max(axis=1, initial=np.finfo(float).min / 2)
        for k in range(mixture.n_components)
    ]
    return logs - np.column_stack(rivals)


def _check_plane(mixture):
    """Check that a mixture has two dimensions."""
    check_mixture(mixture, "mixture")
    if mixture.n_features != 2:
        raise ValueError(f"The mixture must have D = 2; it has D = {mixture.n_features}.")


def _cut_mass():
    """Return the middles of equal pieces of a standard normal's mass in the plane, (pieces, 2)."""
    inside = (np.arange(_RINGS) + 0.5) / _RINGS
    radii = np.sqrt(-2 * np.log1p(-inside))  # `mass_inside` backwards
    angles = (np.arange(_PIECES) + 0.5) * 2 * np.pi / _PIECES
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    return (radii[:, None, None] * circle).reshape(-1, 2)
