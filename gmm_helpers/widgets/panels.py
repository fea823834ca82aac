"""Pictures under sliders: a mixture fitted by hand, and the posterior of a point.

Python makes the scene of one position and the sliders, and says what is wrong with bad input. What
the values show, the page computes (panels.js): a hand is followed without the kernel.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from gmm_helpers.model import validation
from gmm_helpers.model.mixture import Mixture, check_mixtures, check_pair
from gmm_helpers.plots import geometry
from gmm_helpers.plots.look import MARKERS
from gmm_helpers.widgets import marks, sliders
from gmm_helpers.widgets.scene import Scene

_MARGIN = 0.15  # how far a picture goes beyond the data, as a share of their span
_REACH = 3  # and how far a point whose posterior is asked for
_TOPS = (1, 2.5, 5, 10)  # where a density axis may end, times a power of ten
_SQUARE = [[0, 0], [0, 1], [1, 1], [1, 0]]
_BEST, _EM = {"colour": "mark", "width": 4}, {"colour": 2, "dash": [2, 1], "width": 3.5}
_number = geometry.format_number


class HandFit(sliders.SliderPanel):
    """Build your own mixture: K = 2 fitted by hand over the data, with ℓ as the score.

    Parameters
    ----------
    x : array_like, shape (n,)
    em : Mixture
        What EM found, with D = 1. A button shows its curve and its log-likelihood.

    Raises
    ------
    ValueError, TypeError
        If two components cannot be fitted to `x`, or `em` is not as above.

    Examples
    --------
    >>> from gmm_helpers import Mixture
    >>> em = Mixture.from_1d([0.5, 0.5], [0, 5], [0.06, 0.1])
    >>> panel = HandFit([-0.3, 0.0, 0.3, 4.6, 5.0, 5.4], em=em)
    >>> panel.best.means.ravel()  # a poor guess, until the sliders move
    array([2.55, 3.85])
    """

    def __init__(self, x: ArrayLike, *, em: Mixture) -> None:
        self._x = _as_data(x)
        check_mixtures(em=em)
        em_score = self._score(em)
        span = np.ptp(self._x)
        step, fine = sliders.round_up(span / 150), sliders.round_up(span / 300)
        low, high = _limits(self._x, step, 0.5 * _MARGIN)  # so that no component's number is cut
        means = [low + share * (high - low) for share in (0.5, 0.7)]
        spreads = 2 * fine, sliders.multiple(fine, span / 2)
        controls = [
            *sliders.pair("mean", "mean μ", means, low, high, step),
            *sliders.pair("deviation", "spread σ", [span / 7] * 2, *spreads, fine),
            sliders.slider("weight_1", "weight φ₁", 0.5, 0, 1, 0.01),
            {"name": "show_em", "label": "Show EM's score", "value": False},
        ]
        scene = Scene(1)
        self._draw(scene, em, step, spreads[0])
        floor = _draw_gauge(scene, em_score, len(self._x))
        more = {"points": scene.array(self._x), "em_score": em_score, "floor": floor}
        super().__init__("hand_fit", "Build your own mixture", scene, controls, self._say, **more)
        values = self.view.values
        self.view.best = {"values": values, "score": self._score(self._mixture(values))}

    @property
    def best(self) -> Mixture:
        """The mixture with the best score so far."""
        return self._mixture(self.view.best.get("values", self.view.values))

    def _mixture(self, values):
        means, deviations = ([values[f"{of}_{k}"] for k in (1, 2)] for of in ("mean", "deviation"))
        return _two(values["weight_1"], means, np.square(deviations))

    def _score(self, mixture):
        return float(mixture.log_density(self._x).sum())

    def _say(self, values):
        return f"log-likelihood {_number(self._score(self._mixture(values)), 2)}."

    def _draw(self, scene, em, step, narrowest):
        """Add the panel of the densities, with a view for each height that they may need."""
        x, bars = self._x, geometry.histogram(self._x)
        first, *others = [
            ([*_limits(x, step), -geometry.RUG_ROOM * top, top], None, geometry.ticks(0, top, 5))
            for top in _round_tops(1.1 * bars[:, 3].max(), 1.1 * _peak(narrowest))
        ]
        title = "numbered: φ N(x | μ, σ²); grey area: their sum"
        panel = scene.panel(*first, labels=["x", "density"], width=2.2, title=title)
        for view in others:
            panel.view(*view)
        panel.mark("bars", shape=bars, colour="pale")
        style = {"id": "points", "features": ["x"], "faint": [0], "top": 1}
        marks.draw_points(panel, x[:, None], [None], **style)
        bump, maps = scene.array(geometry.BUMP), geometry.bump_maps(em)
        of = [panel.mark("line", shape=bump, by={"map": [each], "hidden": [1]}) for each in maps]
        panel.mark("sum", of=of, id="em", **_EM)
        of = [_draw_component(panel, bump, k) for k in (0, 1)]
        panel.mark("sum", of=of, colour="grey", fill=True)
        panel.mark("sum", of=of, colour="ink", width=2)
        for k, name in enumerate("12"):
            sliders.draw_handle(panel, f"deviation_{name}", f"Spread of component {name}", k, "↔")
            words = f"Mean of component {name}"
            sliders.draw_handle(panel, f"mean_{name}", words, k, name, lift=20)


class PointPosterior(sliders.SliderPanel):
    """The posterior of one point by Bayes' rule: prior × density, and its shares, under sliders.

    Parameters
    ----------
    x : array_like, shape (n,)
        The data, for the picture's background and for the range of the slider.
    mixture : Mixture
        With D = 1 and K = 2. A slider moves its weights; means and variances stay.

    Raises
    ------
    ValueError, TypeError
        If the data or the mixture are not as above.

    Examples
    --------
    >>> from gmm_helpers import Mixture
    >>> mixture = Mixture.from_1d([0.5, 0.5], [0, 2], [1, 1])
    >>> panel = PointPosterior([-1.0, 0.0, 1.0, 3.0], mixture)
    >>> panel  # with the point in the middle of the data
    The posterior of one point, a live panel with sliders.
    At point x = 1.00, weight φ₁ = 0.50: b₁ ≈ 0.5 and b₂ ≈ 0.5.
    """

    def __init__(self, x: ArrayLike, mixture: Mixture) -> None:
        data = _as_data(x)
        check_pair(mixture)
        self._given = mixture
        step = sliders.round_up(np.ptp(data) / 150)
        near, far = _limits(data, step), _limits(data, step, _REACH)
        middle = (data.min() + data.max()) / 2
        controls = [
            {**sliders.slider("x", "point x", middle, *far, step), "wide": True},
            sliders.slider("weight_1", "weight φ₁", mixture.weights[0], 0, 1, 0.01),
        ]
        scene = Scene(1)
        self._draw(scene, data, near, far)
        means, deviations = mixture.means[:, 0].tolist(), np.sqrt(mixture.variances).tolist()
        more = {"data": [data.min(), data.max()], "feature": "x"}
        more |= {"means": means, "deviations": deviations}
        title = "The posterior of one point"
        super().__init__("posterior", title, scene, controls, self._say, **more)

    def _say(self, values):
        mixture = _two(values["weight_1"], self._given.means[:, 0], self._given.variances)
        [shares] = mixture.responsibilities([values["x"]])
        return "b₁ ≈ {:.3g} and b₂ ≈ {:.3g}.".format(*shares).replace("-", "−")

    def _draw(self, scene, x, near, far):
        """Add three panels: the densities near the data and far from them, products, posterior."""
        bars = geometry.histogram(x)
        top = max(1.15 * _peak(math.sqrt(self._given.variances.min())), bars[:, 3].max())
        labels, title = ["x", "density"], "numbered: φ N(x | μ, σ²)"
        panel = scene.panel([*near, 0, top], labels=labels, title=title, width=2)
        panel.view([*far, 0, top])
        panel.mark("bars", shape=bars, colour="pale")
        bump = scene.array(geometry.BUMP)
        for k in (0, 1):
            _draw_component(panel, bump, k)
        panel.mark("line", id="line", shape=[[0, 0], [0, top]], colour="ink", width=2)
        for k in (0, 1):
            panel.mark("marker", id=f"cut_{k + 1}", marker=MARKERS[k], radius=6, colour=k)
            panel.mark("label", id=f"number_{k + 1}", text=str(k + 1), ring=True, lift=20, colour=k)
        sliders.draw_handle(panel, "x", "The point", "ink", "↔")
        half = [(0, "0"), (0.5, "0.5"), (1, "1")]
        bars = ("product", "prior × density", top, []), ("share", "posterior b", 1.15, half)
        for name, title, height, ticks in bars:
            limits, numbers_below = [-0.5, 1.5, 0, height], [(0, "1"), (1, "2")]
            labels = ["component", ""]
            panel = scene.panel(limits, numbers_below, ticks, title=title, labels=labels)
            for k in (0, 1):
                panel.mark("area", id=f"{name}_{k + 1}", shape=_SQUARE, colour=k)
                panel.mark("label", id=f"{name}_text_{k + 1}", anchor="middle", lift=12)


def _draw_component(panel, bump, k):
    """Add a component's curve; return the mark's number."""
    style = marks.component_style(k)
    return panel.mark("line", id=f"curve_{k + 1}", shape=bump, extend=True, **style)


def _draw_gauge(scene, em_score, n):
    """Add ℓ as a column, from one nat per point below EM's score on; return where it begins."""
    unit = sliders.round_up(n / 10)
    floor = unit * math.floor((em_score - n) / unit)
    limits = [0, 1, floor, unit * math.ceil(em_score / unit + 0.5)]
    panel = scene.panel(limits, [], title="log-likelihood ℓ", width=0.6)
    panel.mark("area", id="now", shape=_SQUARE, colour="grey")
    panel.mark("marker", id="below", marker="v", radius=8, colour="grey")
    for name, style in (("best_score", _BEST), ("em_score", _EM)):
        panel.mark("line", id=name, shape=[[0, 0], [1, 0]], **style)
    return floor


def _two(weight, means, variances):
    return Mixture.from_1d([weight, 1 - weight], means, variances)


def _as_data(x):
    """Check data to draw over, in one dimension and with a span; return it as (n,)."""
    points = validation.as_points(x, 1)
    validation.check_fittable(points, 2)
    return points[0]


def _round_tops(first, last):
    """Return round numbers, each about twice the one before, from above `first` to `last`."""
    tops = [sliders.round_up(first, _TOPS)]
    while tops[-1] < last:
        tops.append(sliders.round_up(1.5 * tops[-1], _TOPS))
    return tops


def _limits(x, step, share=_MARGIN):
    """Return limits outside the data by a share of their span, as multiples of `step`."""
    margin = share * np.ptp(x)
    low, high = x.min() - margin, x.max() + margin
    return sliders.multiple(step, low, math.floor), sliders.multiple(step, high, math.ceil)


def _peak(deviation):
    return 1 / (deviation * math.sqrt(2 * math.pi))
