"""What a covariance matrix does to a cloud of points: a picture under sliders."""

from __future__ import annotations

import numpy as np

from gmm_helpers.model import validation
from gmm_helpers.plots import geometry
from gmm_helpers.widgets.scene import Scene
from gmm_helpers.widgets.sliders import SliderPanel, draw_handle, pair, slider

_SIGMA, _RHO = (0.5, 2.0, 0.05), (-0.99, 0.99, 0.01)  # from, to, step
_N = 1000  # points
_EDGE = 7  # where both axes end: at 3.5 of the largest standard deviation
_RADII, _RINGS = np.array([1, 2, 3]), ([], [6, 2], [2, 1.5])
_ARROW = [[0, 0.07], [0.7, 0.07], [0.7, 0.2], [1, 0], [0.7, -0.2], [0.7, -0.07], [0, -0.07]]
_SHADES = (1, 0.6, 0.3)  # of the points inside 1, 2 and 3 σ: shares of blue in the paper's colour
_LOOKS = [*(f"o {share}" for share in _SHADES), "x 0,0,0,0,1"]  # with those outside: see points.js


class CovariancePanel(SliderPanel):
    """What a covariance matrix does to a cloud: sliders for σ₁, σ₂ and ρ, and a count of points.

    One standard normal cloud u is drawn, and shown as x = L u with Σ = L Lᵀ. The squared
    Mahalanobis distance of such a point is xᵀ Σ⁻¹ x = uᵀ u, whatever Σ is: so a point inside an
    ellipse stays inside while the sliders move, and the count stays as well. It changes with other
    points, and when the points are held where they are while the ellipses move. The exact shares
    belong to points that come from the Gaussian whose ellipses are drawn.

    Parameters
    ----------
    rng : numpy.random.Generator
        What the points are drawn with.

    Raises
    ------
    TypeError
        If `rng` is no generator.

    Examples
    --------
    >>> panel = CovariancePanel(rng=np.random.default_rng(1))
    >>> print(panel.caption.partition(": ")[2])
    of the 1000 points, 40.2%, 86.0% and 98.3% lie inside 1, 2 and 3 σ.
    """

    def __init__(self, *, rng: np.random.Generator) -> None:
        self._rng = validation.check_rng(rng)
        controls = [
            *pair("deviation", "spread σ", (1.6, 1.0), *_SIGMA),
            slider("correlation", "correlation ρ", 0.6, *_RHO),
            {"name": "hold", "label": "Hold the points", "value": False},
        ]
        exact = [_percent(share) for share in geometry.mass_inside(_RADII)]
        title, more = "What a covariance matrix does", {"exact": exact, "looks": _LOOKS}
        super().__init__("covariance", title, self._draw(), controls, self._say, **more)
        self.view.answer_by(self._draw_others)

    def _draw_others(self, _):
        self.view.data = self._draw().data
        self.caption = self._heading + self._say({})  # of these points

    def _say(self, _):
        inside = (np.linalg.norm(self._u, axis=1)[:, None] < _RADII).mean(axis=0)
        shares = geometry.join_words(map(_percent, inside))
        return f"of the {_N} points, {shares} lie inside 1, 2 and 3 σ."

    def _draw(self):
        """Draw points u, and make their scene: with ellipses, and half-axes along eigenvectors."""
        self._u = self._rng.standard_normal((_N, 2))
        scene = Scene(1, height=470)
        u = scene.content["points"] = scene.array(self._u)
        names, ticks = ["x₁", "x₂"], geometry.ticks(-6, 6, 6)
        edges = [-_EDGE, _EDGE] * 2
        panel = scene.panel(edges, ticks, ticks, labels=names, equal=True)
        style = {"features": names, "decimals": [2, 2], "radius": 2.5}
        panel.mark("points", id="points", shape=u, **style)
        circle, legend = scene.array(geometry.CIRCLE), scene.content["legend"]
        for radius, dash in zip(_RADII, _RINGS, strict=True):
            style = {"colour": "ink", "dash": dash, "width": 2.5}
            panel.mark("line", id=f"ring_{radius}", shape=circle, **style)
            legend.append({"text": f"{radius}σ", **style})
        for k, name in ((1, "√λ₁ v₁"), (2, "√λ₂ v₂")):
            panel.mark("line", id=f"axis_{k}", shape=[[0, 0], [3, 0]], colour="ink", width=1)
            panel.mark("area", id=f"arrow_{k}", shape=_ARROW, colour=k)
            draw_handle(panel, f"end_{k}", f"Half-axis {k}", k, "")
            legend.append({"text": name, "colour": k, "width": 7})
        return scene


def _percent(share):
    return f"{geometry.format_number(100 * share, 1)}%"
