"""What several scenes share: points by their shares, ellipses, numbers, a plane, the legend."""

import numpy as np

from gmm_helpers.model import validation
from gmm_helpers.plots import geometry
from gmm_helpers.plots.look import DASHES, MARKERS, RADII


def components_legend(K):
    """Return the legend's row of each component."""
    return [
        {"colour": k, "marker": MARKERS[k % len(MARKERS)], "dash": DASHES[k % len(DASHES)]}
        | {"text": str(k + 1)}
        for k in range(K)
    ]


def draw_points(panel, places, shares, *, faint, features, decimals, kind="u2"):
    """Add points at `places` (n, 2), with the `shares` (n, K) or None of each position.

    `features` and `decimals` say how a point's numbers are named and written.
    """
    sets, which = [], []
    for each in shares:
        sent = None if each is None else each[:, :-1]  # they sum to 1, so the last is not sent
        if sent is not None and not (sets and np.array_equal(sent, sets[-1])):
            sets.append(sent)
        which.append(len(sets) - 1)
    panel.mark(
        "points",
        shape=places,
        shares=panel.array(np.array(sets), kind) if sets else None,
        features=features,
        decimals=decimals,
        by={"which": which, "faint": faint},
    )


def draw_ellipses(panel, maps, faint, radii=RADII):
    """Add ellipses of components to a panel; `maps` (P, K, 6) are those of the unit circle."""
    circle = panel.array(geometry.CIRCLE)
    for k in range(maps.shape[1]):
        style = {"colour": k, "dash": DASHES[k % len(DASHES)], "width": 3}
        for radius in radii:
            scaled = maps[:, k] * [radius, radius, radius, radius, 1, 1]
            panel.mark("line", shape=circle, **style, by={"map": scaled, "faint": faint})


def draw_numbers(panel, places, *, lift=0, drag=False):
    """Add the components' numbers to a panel, at places (P, K, 2)."""
    for k in range(places.shape[1]):
        more = {"drag": k} if drag else {}
        by = {"map": geometry.shifts(places[:, k])}
        panel.mark("label", text=str(k + 1), ring=True, lift=lift, colour=k, by=by, **more)


class Plane:
    """Data in the plane, for panels with the same limits."""

    def __init__(self, x, features=None, margin=0.06):
        x = validation.as_points(x).T
        if x.shape[1] != 2:
            raise ValueError(f"x must have the shape (n, 2); it has D = {x.shape[1]}.")
        self.shown = geometry.choose_points(len(x))
        self.places = x[self.shown]
        self.features, self._equal = list(features or ("x₁", "x₂")), features is None
        self._decimals = geometry.decimals_for(x)
        low, high = x.min(axis=0), x.max(axis=0)
        room = margin * (high - low)
        if self._equal:
            room[:] = room.max()
        room[room == 0] = 1
        self._limits = np.column_stack([low - room, high + room]).ravel()

    def panel(self, scene, title):
        """Add a panel to a scene."""
        return scene.panel(self._limits, labels=self.features, equal=self._equal, title=title)

    def draw(self, panel, shares, kind, faint):
        """Add the points; `shares` (n, K) or None for each position."""
        shares = [None if each is None else each[self.shown] for each in shares]
        style = {"features": self.features, "decimals": self._decimals, "kind": kind}
        draw_points(panel, self.places, shares, faint=faint, **style)
