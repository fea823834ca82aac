"""The live panel of two dimensions: what a covariance matrix does to a cloud of points."""

import ipywidgets as widgets
import numpy as np

from gmm_helpers import _checks, drawing
from gmm_helpers.drawing import plain_style
from gmm_helpers.live_panel import LivePanel, decimals_of, make_slider
from gmm_helpers.stage import Stage

_number = drawing.format_number
_LOW = "₁₂"
_DEVIATIONS, _CORRELATIONS = (0.5, 2.0, 0.1), (-0.99, 0.99, 0.01)  # from, to, step
_DECIMALS = [decimals_of(step) for *_, step in (_DEVIATIONS, _CORRELATIONS)]
_EDGE = 7  # both axes go from −7 to 7: 3.5 of the largest standard deviation
_RADII = np.array([1, 2, 3])
# The ellipses differ in dashes. Points inside the first, the second and the third differ in shade,
# and those outside all are crosses.
_RINGS = ((), (6, 2), (2, 1.5))
_INSIDE, _OUTSIDE = {"marker": "o", "ms": 4.5, "mew": 0}, {"marker": "x", "ms": 8, "mew": 2}
_POINTS = (
    {"color": "#003F66", **_INSIDE},
    {"color": "#0072B2", **_INSIDE},
    {"color": "#56B4E9", **_INSIDE},
    {"color": "#D55E00", **_OUTSIDE},
)
_ARROWS = {
    "color": ("#E69F00", "#009E73"),
    "edgecolor": "black",
    "linewidth": 1,
    "zorder": 4,
    "angles": "xy",
    "scale_units": "xy",
    "scale": 1,
    "units": "dots",
    "width": 6,
    "headwidth": 3,
    "headlength": 3,
    "headaxislength": 3,
}
# Where the numbers beside the plot stand, in pixels from the left: what is said of a row, and the
# right ends of two columns.
_LEFT, _COLUMNS = 536, (716, 826)


class CovariancePanel(LivePanel):
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
    n : int
        How many points.
    deviations : sequence of float, shape (2,)
        σ₁ and σ₂ at the start, from 0.5 to 2.
    correlation : float
        ρ at the start, from −0.99 to 0.99.

    Attributes
    ----------
    covariance : ndarray, shape (2, 2)
        Σ, as the sliders say now.
    x : ndarray, shape (n, 2)
        The points as they are shown.
    shares : ndarray, shape (3,)
        The shares of the points inside 1, 2 and 3 σ, counted by Mahalanobis distance.

    Raises
    ------
    ValueError, TypeError
        If there is no point to draw, or the sliders cannot start as asked.

    Examples
    --------
    >>> panel = CovariancePanel(rng=np.random.default_rng(1))
    >>> panel.set(deviation_1=2, deviation_2=1, correlation=0.5)
    >>> panel.covariance
    array([[4., 1.],
           [1., 1.]])
    >>> panel.shares
    array([0.402, 0.86 , 0.983])
    >>> panel.set(hold=True, deviation_1=1)
    >>> panel.shares
    array([0.215, 0.598, 0.821])
    """

    def __init__(self, *, rng, n=1000, deviations=(1.6, 1.0), correlation=0.6):
        self._rng = _checks.check_rng(rng)
        self._n = _checks.check_count(n, "n", at_least=1)
        self._z = self._draw_noise()
        controls = _make_controls(deviations, correlation)
        with plain_style():
            self._set_the_stage()
        other = widgets.Button(description="Other points")
        other.on_click(lambda _: self.draw_other_points())
        super().__init__(
            controls,
            self._show,
            title="What a covariance matrix does",
            buttons=[controls["hold"], other],
            most_letters=520,
        )

    def draw_other_points(self):
        """Draw other points from the same Gaussian, as the button does."""
        self._z = self._draw_noise()
        self._draw()

    def _draw_noise(self):
        return self._rng.standard_normal((self._n, 2))

    def _set_the_stage(self):
        """Draw once the axes and what is written beside them; make what moves."""
        from matplotlib.patheffects import withStroke  # see `empty_figure`

        self._stage = Stage(500)
        width, height = self._stage.size
        figure = self._stage.figure
        ax = figure.add_axes((80 / width, 64 / height, 424 / width, 424 / height))
        drawing.set_up_axes(ax)
        ax.set(xlim=(-_EDGE, _EDGE), ylim=(-_EDGE, _EDGE), xlabel="x₁", ylabel="x₂")
        ax.set(xticks=range(-6, 7, 2), yticks=range(-6, 7, 2))
        outline = [withStroke(linewidth=5, foreground="white")]
        self._points = [ax.plot([], [], ls="", **style)[0] for style in _POINTS]
        self._rings = [
            ax.plot([], [], color="black", lw=2.5, dashes=dashes, path_effects=outline, zorder=3)[0]
            for dashes in _RINGS
        ]
        self._arrows = ax.quiver([0, 0], [0, 0], [1, 0], [0, 1], **_ARROWS)
        self._note = _write(figure, 88, 20, "points held")
        self._entries = _write_matrix(figure)
        self._lengths = _write_eigenvectors(figure)
        self._counts = _write_counts(figure)
        moving = [*self._points, *self._rings, self._arrows, self._note]
        self._stage.hold([*moving, *self._entries, *self._lengths, *self._counts])

    def _show(self, *, deviation_1, deviation_2, correlation, hold):
        """Return the picture and the text for what the controls say."""
        setting = deviation_1, deviation_2, correlation
        if not hold:
            self._points_from = setting
        self.covariance = _covariance(*setting)
        self.x = self._z @ np.linalg.cholesky(_covariance(*self._points_from)).T
        lengths, directions = _half_axes(self.covariance)
        distances = _mahalanobis(self.x, self.covariance)
        self.shares = (distances[:, None] < _RADII).mean(axis=0)
        self._move(np.digitize(distances, _RADII), lengths, directions)
        self._note.set_visible(hold)
        return self._stage.picture(), self._say(setting, lengths, directions, hold)

    def _move(self, rings, lengths, directions):
        """Move all that moves; `rings` says between which ellipses each point lies."""
        for ring, points in enumerate(self._points):
            points.set_data(*self.x[rings == ring].T)
        for radius, line in zip(_RADII, self._rings, strict=True):
            line.set_data(*drawing.trace_ellipse(np.zeros(2), self.covariance, radius))
        self._arrows.set_UVC(*(lengths * directions))
        for text, value in zip(self._entries, self.covariance.ravel(), strict=True):
            text.set_text(_number(value, 2))
        for k, text in enumerate(self._lengths):
            text.set_text(f"√λ{_LOW[k]} = {_number(lengths[k], 2)}")
        for text, share in zip(self._counts, self.shares, strict=True):
            text.set_text(_percent(share))

    def _say(self, setting, lengths, directions, hold):
        """Say all numbers of the picture."""
        (variance_1, covariance), (_, variance_2) = self.covariance
        where = f"at {_say_direction(directions[:, 0])} and across that"
        if np.isclose(*lengths):
            where = "in any two directions at right angles, since the ellipses are circles"
        shares, exact = (
            _enumerate([_percent(share) for share in shares])
            for shares in (self.shares, drawing.mass_inside(_RADII))
        )
        points = "The points move with Σ, and none of them crosses an ellipse"
        if hold:
            points = f"The points stay where {_say_setting(self._points_from)} have put them"
        return (
            f"{_say_setting(setting)}. The matrix Σ has the variances {_number(variance_1, 2)} and "
            f"{_number(variance_2, 2)} on its diagonal, and the covariance "
            f"{_number(covariance, 2)} in its two other places. The 1σ ellipse has the half-axes "
            f"√λ₁ = {_number(lengths[0], 2)} and √λ₂ = {_number(lengths[1], 2)}, which lie along "
            f"the eigenvectors: {where}. {points}. "
            f"Of the {self._n} points, {shares} lie inside 1, 2 and 3 σ; of the Gaussian whose "
            f"ellipses these are, {exact} do."
        )


def _make_controls(deviations, correlation):
    """Make the sliders, and the button that holds the points."""
    deviations = _checks.as_parameter(deviations, "deviations", (2,), "(2,)")
    controls = {
        f"deviation_{j + 1}": make_slider(f"spread σ{_LOW[j]}", deviations[j], *_DEVIATIONS)
        for j in range(2)
    }
    controls["correlation"] = make_slider("correlation ρ", correlation, *_CORRELATIONS)
    controls["hold"] = widgets.ToggleButton(description="Hold the points")
    return controls


def _covariance(deviation_1, deviation_2, correlation):
    """Return Σ, shape (2, 2)."""
    between = correlation * deviation_1 * deviation_2
    return np.array([[deviation_1**2, between], [between, deviation_2**2]])


def _half_axes(covariance):
    """Return √λ₁ ≥ √λ₂, shape (2,), and eigenvectors of length 1 as columns.

    An eigenvector may as well point the other way: of the two, it is the one from −45° to 135°.
    """
    eigenvalues, eigenvectors = np.linalg.eigh(covariance)
    # A little off the diagonal, so that rounding does not turn what lies right across it.
    backwards = (1, 1 - 1e-6) @ eigenvectors < 0
    eigenvectors = np.where(backwards, -eigenvectors, eigenvectors)
    return np.sqrt(eigenvalues[::-1]), eigenvectors[:, ::-1]


def _mahalanobis(x, covariance):
    """Return how many σ the points (n, 2) are away from 0, in their own directions."""
    return np.linalg.norm(np.linalg.solve(np.linalg.cholesky(covariance), x.T), axis=0)


def _write(figure, x, y, text="", **style):
    """Write so many pixels from the left and from the top."""
    width, height = figure.bbox.size
    style = {"size": drawing.TEXT_SIZE, "va": "center", **style}
    return figure.text(x / width, 1 - y / height, text, **style)


def _draw_line(figure, x, y, **style):
    """Draw a line through points given in pixels from the left and from the top."""
    from matplotlib.lines import Line2D  # see `empty_figure`

    width, height = figure.bbox.size
    figure.add_artist(Line2D(np.divide(x, width), 1 - np.divide(y, height), **style))


def _write_matrix(figure):
    """Write brackets; return the texts of the entries between them."""
    _write(figure, _LEFT, 70, "Σ =")
    for edge, inwards in ((596, 8), (826, -8)):
        x = np.array([inwards, 0, 0, inwards]) + edge
        _draw_line(figure, x, (30, 30, 110, 110), color="black", lw=2)
    return [_write(figure, x, y, ha="right") for y in (50, 90) for x in (694, 808)]


def _write_eigenvectors(figure):
    """Draw a sample of each arrow; return the texts of the half-axes' lengths."""
    _write(figure, _LEFT, 160, "half-axes along eigenvectors")
    for y, colour in zip((200, 236), _ARROWS["color"], strict=True):
        _draw_line(figure, (_LEFT + 4, _LEFT + 32), (y, y), color=colour, lw=7)
        _draw_line(figure, [_LEFT + 38], [y], color=colour, marker=">", ms=17, mec="black", mew=1)
    return [_write(figure, 596, y) for y in (200, 236)]


def _write_counts(figure):
    """Write the exact shares; return the texts of the counted ones."""
    _write(figure, _LEFT, 290, "inside")
    for x, text in zip(_COLUMNS, ("points", "exact"), strict=True):
        _write(figure, x, 290, text, ha="right")
    rows = 330, 370, 410
    for y, radius, dashes in zip(rows, _RADII, _RINGS, strict=True):
        _draw_line(figure, (_LEFT, _LEFT + 42), (y, y), color="black", lw=2.5, dashes=dashes)
        _write(figure, 588, y, f"{radius}σ")
        _write(figure, _COLUMNS[1], y, _percent(drawing.mass_inside(radius)), ha="right")
    return [_write(figure, _COLUMNS[0], y, ha="right") for y in rows]


def _percent(share):
    """Write a share of 1 in percent."""
    return f"{_number(100 * share, 1)}%"


def _enumerate(texts):
    """Join texts by commas and an "and"."""
    return f"{', '.join(texts[:-1])} and {texts[-1]}"


def _say_direction(vector):
    """Write the angle of a line from the x₁ axis, from −89° to 90°: below 0° it slopes down.

    An eigenvector is a direction to and fro: the same line may be said as 135° and as −45°.
    """
    angle = round(float(np.degrees(np.arctan2(vector[1], vector[0]))))
    return f"{_number(90 - (90 - angle) % 180, 0)}°"


def _say_setting(setting):
    """Write σ₁, σ₂ and ρ as the sliders show them."""
    names, (of_deviations, of_correlations) = ("σ₁", "σ₂", "ρ"), _DECIMALS
    decimals = of_deviations, of_deviations, of_correlations
    return _enumerate(
        [
            f"{name} = {_number(value, places)}"
            for name, value, places in zip(names, setting, decimals, strict=True)
        ]
    )
