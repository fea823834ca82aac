"""The live panels of one dimension: a mixture built by hand, and the posterior of one point."""

import math

import ipywidgets as widgets
import numpy as np

from gmm_helpers import _checks, drawing
from gmm_helpers.drawing import plain_style
from gmm_helpers.live_panel import LivePanel, decimals_of, make_slider
from gmm_helpers.mixture import Mixture, check_mixture
from gmm_helpers.stage import Stage

_TOPS = (1, 2.5, 5, 10)  # where a density axis may end, times a power of ten
_MARGIN = 0.15  # how far a picture goes beyond the data, as a share of their span
_number = drawing.format_number
_LOW = "₁₂"
_TEXT = {"size": drawing.TEXT_SIZE, "va": "center"}
# A score's three marks differ in width and dashes as well.
_NOW_LINE = {"color": "#555555", "lw": 12, "solid_capstyle": "butt"}
_BEST_LINE = {"color": "#D55E00", "lw": 4, "dashes": ()}
_EM_LINE = {"color": "#009E73", "lw": 3.5, "dashes": (2, 1)}


class HandFit(LivePanel):
    """Build your own mixture: K = 2 fitted by hand over the data, with ℓ as the score.

    Parameters
    ----------
    x : array_like, shape (n,)
    em : Mixture
        What EM found, with D = 1. A button shows its curve and its log-likelihood.
    weight : float
        φ₁ at the start; φ₂ is 1 − φ₁.
    means, deviations : sequence of float, shape (2,), optional
        μ₁, μ₂ and σ₁, σ₂ at the start: by default a poor guess.
    feature : str
        The axis's name.

    Attributes
    ----------
    mixture, score : Mixture, float
        What the sliders say now, and its log-likelihood.
    best, best_score : Mixture, float
        The best so far.

    Raises
    ------
    ValueError, TypeError
        If two components cannot be fitted to `x`, or the sliders cannot start as asked.

    Examples
    --------
    >>> from gmm_helpers import Mixture
    >>> em = Mixture.from_1d([0.5, 0.5], [0, 5], [0.06, 0.1])
    >>> panel = HandFit([-0.3, 0.0, 0.3, 4.6, 5.0, 5.4], em=em)
    >>> panel.set(mean_1=0, mean_2=5, deviation_1=0.3, deviation_2=0.3)
    >>> round(panel.best_score, 2)
    -5.23
    """

    def __init__(self, x, *, em, weight=0.5, means=None, deviations=None, feature="x"):
        self._x = _as_data(x)
        check_mixture(em, "em")
        self._em, self._em_score = em, float(em.log_density(self._x).sum())
        self.best, self.best_score = None, -math.inf
        controls = self._make_controls(weight, means, deviations)
        with plain_style():
            self._set_the_stage(feature, narrowest=controls["deviation_1"].min)
        back = widgets.Button(description="Back to my best")
        back.on_click(lambda _: self.set(**self._best_values))
        super().__init__(
            controls,
            self._show,
            title="Build your own mixture",
            buttons=[controls["show_em"], back],
            most_letters=400,
        )

    def _make_controls(self, weight, means, deviations):
        """Make sliders with round steps, and ranges that suit the data."""
        span = np.ptp(self._x)
        step, fine = _round_up(span / 150), _round_up(span / 300)
        self._limits = _limits(self._x, step)
        low, high = _limits(self._x, step, 0.5 * _MARGIN)  # so that no component's number is cut
        if means is None:
            means = [_multiple(step, low + share * (high - low)) for share in (0.5, 0.7)]
        if deviations is None:
            deviations = [_multiple(fine, span / 7)] * 2
        means = _checks.as_parameter(means, "means", (2,), "(2,)")
        deviations = _checks.as_parameter(deviations, "deviations", (2,), "(2,)")
        controls = {}
        for k, mean in enumerate(means):
            controls[f"mean_{k + 1}"] = make_slider(f"mean μ{_LOW[k]}", mean, low, high, step)
        for k, deviation in enumerate(deviations):
            controls[f"deviation_{k + 1}"] = make_slider(
                f"spread σ{_LOW[k]}", deviation, 2 * fine, _multiple(fine, span / 2), fine
            )
        controls["weight_1"] = make_slider("weight φ₁", weight, 0, 1, 0.01)
        controls["show_em"] = widgets.ToggleButton(description="Show EM's score")
        self._decimals = decimals_of(step), decimals_of(fine)
        return controls

    def _set_the_stage(self, feature, *, narrowest):
        """Draw once what stays, one background for each height, and make the artists that move."""
        self._stage = Stage(480)
        figure = self._stage.figure
        ax = self._ax = figure.add_axes((0.105, 0.145, 0.55, 0.69))
        ax.set_xlim(self._limits)
        tallest_bar = _draw_data(ax, self._x, feature)
        points = drawing.draw_points(ax, self._x, 0)
        drawing.update_points(points, self._x[drawing.choose_points(len(self._x))], None)
        grid = np.linspace(*self._limits, 801)
        self._em_line = ax.plot(grid, np.exp(self._em.log_density(grid)), **_EM_LINE)[0]
        self._area = ax.fill([0], [0], color="#888888", alpha=0.3, lw=0, zorder=1.5)[0]
        any_mixture = Mixture.from_1d([0.5, 0.5], [0, 0], [1, 1])
        self._curves = drawing.draw_mixture_1d(ax, any_mixture, limits=self._limits)
        self._heading = figure.text(0.105, 0.92, "", **_TEXT)
        self._gauge = _Gauge(figure, self._em_score, len(self._x))
        moving = [self._em_line, self._area, *self._curves, self._heading, *self._gauge.artists]
        self._tops = _round_tops(1.1 * tallest_bar, 1.1 * _peak(narrowest))
        for top in self._tops:
            drawing.end_density_axis(ax, top)
            self._stage.hold(moving, top)

    def _show(self, *, weight_1, show_em, **values):
        """Return the picture and the text for what the controls say."""
        self.mixture = Mixture.from_1d(
            [weight_1, 1 - weight_1],
            [values["mean_1"], values["mean_2"]],
            np.square([values["deviation_1"], values["deviation_2"]]),
        )
        self.score = float(self.mixture.log_density(self._x).sum())
        if self.score > self.best_score:
            self.best, self.best_score = self.mixture, self.score
            self._best_values = {"weight_1": weight_1, **values}
        drawing.update_mixture_1d(self._curves, self.mixture, limits=self._limits)
        grid, density = self._curves[2].get_data()
        inside, area, tallest = np.trapezoid(density, grid), _area(self.mixture), density.max()
        top = next(top for top in self._tops if top >= 1.1 * tallest or top == self._tops[-1])
        self._area.set_xy([(grid[0], 0), *zip(grid, density, strict=True), (grid[-1], 0)])
        self._em_line.set_visible(show_em)
        self._heading.set_text(
            f"black sum: area {_number(area, 3)}, tallest peak {_height(tallest)}"
        )
        self._gauge.show(self.score, self.best_score, self._em_score if show_em else None)
        drawing.end_density_axis(self._ax, top)
        picture = self._stage.picture(top)
        return picture, " ".join(
            [
                self._say_parameters(),
                _say_area(area, inside, tallest),
                self._say_score(show_em),
            ]
        )

    def _say_parameters(self):
        """Say the mixture's parameters as the sliders show them."""
        of_means, of_deviations = self._decimals
        return " ".join(
            f"Component {k + 1}: weight {_number(self.mixture.weights[k], 2)}, "
            f"mean {_number(self.mixture.means[k, 0], of_means)}, standard deviation "
            f"{_number(math.sqrt(self.mixture.variances[k]), of_deviations)}."
            for k in range(2)
        )

    def _say_score(self, show_em):
        """Say the log-likelihood, the best so far and, when asked for, EM's."""
        text = f"Log-likelihood {_number(self.score, 2)}"
        if self.score < self._gauge.floor:
            text += f" (below the gauge's floor of {_number(self._gauge.floor, 0)})"
        if self.score == self.best_score:
            text += ": your best so far."
        else:
            text += f"; your best so far is {_number(self.best_score, 2)}."
        if show_em:
            text += f" EM's, dashed, is {_number(self._em_score, 2)}: "
            difference = self._em_score - self.best_score
            text += f"{_number(abs(difference), 2)} {'above' if difference >= 0 else 'below'} "
            text += "your best."
        return text


class _Gauge:
    """The log-likelihood as a column, with marks for the best so far and for EM's.

    The scale is fixed: it ends a little above EM's score, and one nat per point below it.

    Parameters
    ----------
    figure : Figure
    em_score : float
    n : int
        How many points have been scored.
    """

    def __init__(self, figure, em_score, n):
        from matplotlib.patches import Rectangle  # see `empty_figure`

        unit = _round_up(n / 10)
        self.floor = unit * math.floor((em_score - n) / unit)
        ax = figure.add_axes((0.78, 0.145, 0.055, 0.69))
        drawing.set_up_axes(ax)
        ax.set(xlim=(0, 1), ylim=(self.floor, unit * math.ceil(em_score / unit + 0.5)), xticks=[])
        ax.locator_params(axis="y", nbins=6)
        figure.text(0.685, 0.92, "log-likelihood ℓ", **_TEXT)
        self._column = ax.add_patch(Rectangle((0.1, self.floor), 0.8, 0, color="#555555"))
        self._below = ax.plot([0.5], [0.03], "v", ms=14, color="#555555", transform=ax.transAxes)[0]
        self._best, self._em = (
            ax.plot([-0.1, 1.1], [0, 0], clip_on=False, **style)[0]
            for style in (_BEST_LINE, _EM_LINE)
        )
        rows = (0.77, "now", _NOW_LINE), (0.55, "your best", _BEST_LINE), (0.33, "EM's", _EM_LINE)
        self._numbers = [_label_score(figure, *row) for row in rows]
        self.artists = [self._column, self._below, self._best, self._em, *self._numbers]

    def show(self, now, best, em):
        """Move the marks; `em` may be None, and is then kept hidden."""
        self._column.set_height(max(now - self.floor, 0))
        self._below.set_visible(now < self.floor)
        for line, score in ((self._best, best), (self._em, em)):
            line.set_visible(score is not None and score >= self.floor)
            line.set_ydata([score, score])
        for number, score in zip(self._numbers, (now, best, em), strict=True):
            number.set_text("hidden" if score is None else _fit(score))


def _label_score(figure, y, label, style):
    """Write what a row of the gauge's numbers is, with its mark; return the number's text."""
    from matplotlib.lines import Line2D  # see `empty_figure`

    figure.text(0.86, y, label, **_TEXT)
    figure.add_artist(Line2D([0.86, 0.93], [y - 0.042] * 2, **style))
    return figure.text(0.86, y - 0.09, "", **_TEXT)


class PointPosterior(LivePanel):
    """The posterior of one point by Bayes' rule: prior × density, and its shares, under sliders.

    Parameters
    ----------
    x : array_like, shape (n,)
        The data, for the picture's background and for the range of the slider.
    mixture : Mixture
        With D = 1 and K = 2. A slider moves its weights; means and variances stay.
    at : float, optional
        Where the point is at the start: by default in the middle of the data.
    reach : float
        How many times the data's span the point may go beyond them.
    feature : str
        The axis's name.

    Attributes
    ----------
    mixture : Mixture
        With the weights that the slider says now.
    responsibilities : ndarray, shape (2,)
        b_1 and b_2 of the point.

    Raises
    ------
    ValueError, TypeError
        If the data or the mixture are not as above, or the sliders cannot start as asked.

    Examples
    --------
    >>> from gmm_helpers import Mixture
    >>> mixture = Mixture.from_1d([0.5, 0.5], [0, 2], [1, 1])
    >>> panel = PointPosterior([-1.0, 0.0, 1.0, 3.0], mixture, at=1)
    >>> panel.set(weight_1=0.8)
    >>> panel.responsibilities.round(3)
    array([0.8, 0.2])
    """

    def __init__(self, x, mixture, *, at=None, reach=3, feature="x"):
        self._x = _as_data(x)
        check_mixture(mixture, "mixture")
        if mixture.n_components != 2 or mixture.n_features != 1:
            raise ValueError(
                "The mixture must have K = 2 components in D = 1; it has "
                f"K = {mixture.n_components} and D = {mixture.n_features}."
            )
        self.mixture = mixture
        step = _round_up(np.ptp(self._x) / 150)
        self._near = _limits(self._x, step)
        far = _limits(self._x, step, max(_checks.check_not_negative(reach, "reach"), _MARGIN))
        at = _multiple(step, (self._x.min() + self._x.max()) / 2) if at is None else at
        controls = {
            "x": make_slider(f"point {feature}", at, *far, step),
            "weight_1": make_slider("weight φ₁", round(mixture.weights[0], 2), 0, 1, 0.01),
        }
        # So many steps need the page's whole width. (ipywidgets loses a grid_column.)
        controls["x"].layout.grid_area = "auto / 1 / auto / -1"
        self._decimals, self._feature = decimals_of(step), feature
        with plain_style():
            self._set_the_stage(feature, far)
        super().__init__(controls, self._show, title="The posterior of one point", most_letters=320)

    def _set_the_stage(self, feature, far):
        """Draw once what stays, for points near the data and far from them; make what moves."""
        self._stage = Stage(460)
        figure = self._stage.figure
        top = 1.15 * _peak(math.sqrt(self.mixture.variances.min()))
        curves, products, posterior = [
            figure.add_axes((left, 0.145, width, 0.64))
            for left, width in ((0.105, 0.365), (0.49, 0.235), (0.785, 0.205))
        ]
        self._ax = curves
        _draw_data(curves, self._x, feature)
        curves.set_ylim(0, top)
        for ax, title, ylim in (
            (products, "prior × density", top),
            (posterior, "posterior b", 1.15),
        ):
            drawing.set_up_axes(ax)
            ax.set_ylim(0, ylim)
            ax.set_title(title, size=drawing.TEXT_SIZE, pad=10)
        self._curves = drawing.draw_mixture_1d(curves, self.mixture, limits=self._near)
        self._curves[2].set_visible(False)  # the sum is in the text
        self._position = curves.plot([0, 0], [0, top], color="black", lw=2)[0]
        self._cuts = [
            curves.plot(
                [],
                [],
                drawing.MARKERS[k],
                ms=13,
                mec="black",
                color=drawing.COLOURS[k],
                clip_on=False,
            )[0]
            for k in range(2)
        ]
        self._products, self._posterior = (drawing.draw_bars(ax, 2) for ax in (products, posterior))
        products.set_yticks([])
        posterior.set_yticks([0, 0.5, 1])
        self._where = curves.set_title("", size=drawing.TEXT_SIZE, pad=10, loc="left")
        self._formula = figure.text(0.105, 0.93, "", size=23, va="center")
        moving = [*self._curves, self._position, *self._cuts, self._where, self._formula]
        moving += [*self._products, *self._posterior]
        self._windows = {"near": self._near, "far": far}
        for name, limits in self._windows.items():
            curves.set_xlim(limits)
            self._stage.hold(moving, name)

    def _show(self, *, x, weight_1):
        """Return the picture and the text for what the controls say."""
        self.mixture = Mixture.from_1d(
            [weight_1, 1 - weight_1], self.mixture.means[:, 0], self.mixture.variances
        )
        self.responsibilities = b = self.mixture.responsibilities([x])[0]
        # In logarithms, because far from the data the densities themselves round to 0.
        log_densities = _log_densities(self.mixture, x)
        with np.errstate(divide="ignore"):  # the log of a weight of 0 is −∞
            log_products = np.log(self.mixture.weights) + log_densities
        log_sum = self.mixture.log_density([x])[0]
        products = [
            _product(*factors) for factors in zip(self.mixture.weights, log_densities, strict=True)
        ]
        shares = [_share(b[k], log_products[k] - log_sum) for k in range(2)]
        place = f"{self._feature} = {_number(x, self._decimals)}"
        text = self._say(x, place, log_densities, products, _from_log(log_sum), shares)
        self._where.set_text(place)
        self._formula.set_text(
            f"b₁ ≈ {products[0]} / ({products[0]} + {products[1]}) ≈ {shares[0]}"
        )
        short = (_shorten(_from_log(value, digits=2)) for value in log_products)
        drawing.update_bars(self._products, np.exp(log_products), short)
        drawing.update_bars(self._posterior, b, map(_shorten, shares))
        return self._picture_at_point(x, np.exp(log_products)), text

    def _picture_at_point(self, x, heights):
        """Move the curves and the point, and draw over the background where it can be seen."""
        name = "near" if self._near[0] <= x <= self._near[1] else "far"
        limits = self._windows[name]
        self._ax.set_xlim(limits)
        drawing.update_mixture_1d(self._curves, self.mixture, limits=limits)
        self._position.set_xdata([x, x])
        for cut, height in zip(self._cuts, heights, strict=True):
            cut.set_data([x], [height])
        return self._stage.picture(name)

    def _where_that_is(self, x):
        """Say it when a point lies outside the data."""
        low, high = self._x.min(), self._x.max()
        if low <= x <= high:
            return ""
        ends = " to ".join(_number(end, self._decimals) for end in (low, high))
        return f", outside the data, which go from {ends}"

    def _say(self, x, place, log_densities, products, total, shares):
        """Say all numbers of Bayes' rule, and what follows."""
        parts = [f"The point is at {place}{self._where_that_is(x)}."]
        for k in range(2):
            parts.append(
                f"Component {k + 1}: prior {_number(self.mixture.weights[k], 2)} × density "
                f"{_from_log(log_densities[k])} ≈ {products[k]}."
            )
        parts.append(f"Their sum is about {total}. So b₁ ≈ {shares[0]} and b₂ ≈ {shares[1]}:")
        first, second = self.responsibilities
        if abs(first - second) < 1e-9:
            parts.append("either component may have made it.")
        else:
            parts.append(f"component {1 if first > second else 2} is the likelier source.")
        return " ".join(parts)


def _as_data(x):
    """Check data to draw over, in one dimension and with a span; return it as (n,)."""
    points = _checks.as_points(x, 1)
    _checks.check_fittable(points, 2)
    return points[0]


def _multiple(step, value, towards=round):
    """Return the multiple of a round step that is next to a value, and no rounding error."""
    return round(step * towards(value / step), decimals_of(step))


def _round_up(value, leading=(1, 2, 5, 10)):
    """Return the next larger number that is one of `leading` times a power of ten."""
    power = math.floor(math.log10(value))
    candidates = (float(f"{digit}e{power}") for digit in leading)
    return next(number for number in candidates if number >= value * (1 - 1e-9))


def _round_tops(first, last):
    """Return round numbers, each about twice the one before, from above `first` to `last`."""
    tops = [_round_up(first, _TOPS)]
    while tops[-1] < last:
        tops.append(_round_up(1.5 * tops[-1], _TOPS))
    return tops


def _limits(x, step, share=_MARGIN):
    """Return limits outside the data by a share of their span, as multiples of `step`."""
    margin = share * np.ptp(x)
    low, high = x.min() - margin, x.max() + margin
    return _multiple(step, low, math.floor), _multiple(step, high, math.ceil)


def _draw_data(ax, x, feature):
    """Draw a pale histogram under densities; return the height of its tallest bar."""
    drawing.set_up_axes(ax)
    ax.set_xlabel(feature)
    ax.set_ylabel("density")
    ax.yaxis.set_label_coords(-60 / ax.bbox.width, 0.5)  # at rest while the numbers change
    ax.locator_params(axis="x", nbins=6)
    ax.ticklabel_format(scilimits=(-2, 4))
    for axis in (ax.xaxis, ax.yaxis):
        axis.offsetText.set_size(drawing.TEXT_SIZE)
    return max(bar.get_height() for bar in drawing.draw_histogram(ax, x))


def _peak(deviation):
    """Return a Gaussian's density at its mean."""
    return 1 / (deviation * math.sqrt(2 * math.pi))


def _area(mixture):
    """Return the area under a density by the trapezoid rule, 8σ beyond every component."""
    around = np.sqrt(mixture.variances)[:, None] * np.linspace(-8, 8, 321)
    grid = np.sort((mixture.means + around).ravel())
    return np.trapezoid(np.exp(mixture.log_density(grid)), grid)


def _say_area(area, inside, tallest):
    """Say the area under the sum, and how tall the sum is."""
    text = f"Area under the sum {_number(area, 3)}"
    if inside < area - 0.005:
        text += f", of it {_number(inside, 3)} in the picture"
    text += f"; tallest peak {_height(tallest)}"
    return text + (": a density may exceed 1." if tallest > 1 else ".")


def _height(density):
    """Write a density's height, which is any number that the data's unit makes it."""
    if density < 0.1:
        return _from_log(math.log(density), digits=2)
    return _number(density, 2 if density < 100 else 0)


def _fit(score):
    """Write a score in few characters."""
    return _number(score, 2 if abs(score) < 1e4 else 0) if abs(score) < 1e7 else f"{score:.1e}"


def _log_densities(mixture, x):
    """Return log N(x | μ_k, σ_k²), shape (K,)."""
    z = (x - mixture.means[:, 0]) / np.sqrt(mixture.variances)
    return -0.5 * (z**2 + np.log(2 * np.pi * mixture.variances))


def _share(share, log_share):
    """Write a probability: with three decimals, or as a power of ten where these would be 0."""
    return _number(share, 3) if share >= 0.001 else _from_log(log_share)


def _shorten(number):
    """Leave out the decimal of a number that would be too wide over a bar, such as 1.2e−262."""
    mantissa, sign, exponent = number.partition("e−")
    return number if len(exponent) < 3 else f"{float(mantissa):.0f}{sign}{exponent}"


def _product(weight, log_density, digits=3):
    """Write weight × density, of the density as `_from_log` writes it: so that they agree."""
    if not weight:
        return "0"
    leading, exponent = _in_digits(log_density, digits)
    half_up = 1e-9  # as by hand: a product that ends in a 5 is rounded up
    log_product = math.log(weight * leading) + exponent * math.log(10)
    return _from_log(log_product + half_up, digits)


def _in_digits(log_value, digits):
    """Return exp(log_value), rounded to so many digits, as a number from 1 to 10 and a power."""
    exponent = math.floor(log_value / math.log(10))
    leading = round(math.exp(log_value - exponent * math.log(10)), digits - 1)
    return (leading, exponent) if leading < 10 else (leading / 10, exponent + 1)


def _from_log(log_value, digits=3):
    """Write exp(log_value) to some digits, however small it is.

    Examples
    --------
    >>> [_from_log(value) for value in (-1.0, -5.0, -10.0, -10_000.0, -math.inf)]
    ['0.368', '0.00674', '4.54e−5', '1.14e−4343', '0']
    """
    if log_value == -math.inf:
        return "0"
    leading, exponent = _in_digits(log_value, digits)
    if exponent >= -3:
        return _number(leading * 10.0**exponent, max(0, digits - 1 - exponent))
    return f"{leading:.{digits - 1}f}e−{-exponent}"
