"""A trace as pictures and words: one frame and one text for each position of a slider."""

import numpy as np

from gmm_helpers import _checks, drawing
from gmm_helpers.drawing import plain_style
from gmm_helpers.stage import Stage
from gmm_helpers.trace import Trace

_HEIGHT = 500
_number = drawing.format_number
MOST_POSITIONS = 40
_LEAST_SPAN = 0.6  # of the axes, for other data to be shown on them
_EACH_HALF_STEP = 17  # positions that show every half-step: the start and eight iterations

_LEGENDS = {
    1: "numbered: φ N(x | μ, σ²); black: their sum",
    2: "ellipses hold {:.0%} and {:.0%} of each component".format(
        *drawing.mass_inside(np.array([1, 2]))
    ),
}
_HEADINGS = {
    "start": "Start: a guess",
    "E": "Iteration {} · E step: share out the points",
    "M": "Iteration {} · M step: fit the components",
    "whole": "Iteration {}, its E step and its M step",
}
# The formulas in force, by the number of features and the kind of half-step. What the M step
# does to the spreads depends on the covariance type as well.
_DENSITY = {
    1: r"\mathcal{N}(x_i\,|\,\mu_%s,\sigma_%s^2)",
    2: r"\mathcal{N}(x_i\,|\,\mu_%s,\Sigma_%s)",
}
_SPREADS = {
    (1, "tied"): r"\sigma^2=\dfrac{1}{n}\sum_{i,k} b_{ik}(x_i-\mu_k)^2",
    (1, "full"): r"\sigma_k^2=\dfrac{1}{N_k}\sum_i b_{ik}(x_i-\mu_k)^2",
    (2, "full"): r"\Sigma_k=\dfrac{1}{N_k}\sum_i b_{ik}(x_i-\mu_k)(x_i-\mu_k)^\top",
    (2, "tied"): r"\Sigma=\dfrac{1}{n}\sum_{i,k} b_{ik}(x_i-\mu_k)(x_i-\mu_k)^\top",
    (2, "diag"): r"\sigma_{kd}^2=\dfrac{1}{N_k}\sum_i b_{ik}(x_{id}-\mu_{kd})^2",
    (2, "spherical"): r"\sigma_k^2=\dfrac{1}{2N_k}\sum_i b_{ik}\|x_i-\mu_k\|^2",
}


# Each formula takes long to set, stands at the same place in all films, and is drawn once for all.
_FORMULAS = {}
# Where the axes stand: left, bottom, width and height, as shares of the figure.
_PLACES = (0.105, 0.145, 0.53, 0.555), (0.755, 0.145, 0.215, 0.555)
_TICKS = 8  # made ahead on each axis, where matplotlib would make them as it draws
_spare_axes = []


class Film:
    """The frames and texts of a recorded trace, one for each position of a slider.

    Parameters
    ----------
    x : array_like, shape (n,), (n, 1) or (n, 2)
        The data of the run. Of more than 2000 points the frames show some, evenly chosen.
    trace : Trace
        With its half-steps.
    features : sequence of str, optional
        The axes' names, one for each feature.
    margin : float
        Between the data and the ends of the axes, as a share of the data's span: larger where
        other data are to be shown on the same axes.
    like : Film, optional
        A film whose axes to share where they suit these data too, which is far quicker.

    Attributes
    ----------
    trace : Trace
    steps : list of Step
        What each frame shows.
    texts : tuple of str
        The same in words.
    notes : list of str
        What there is to know about all of it.
    x : ndarray, shape (m, 2) or (m,)
        The points that are shown.
    path : ndarray, shape (iterations + 1, K, D)
        The means at the start and after each iteration.
    """

    def __init__(self, x, trace, *, features=None, margin=0.06, like=None):
        points = _checks.as_points(x)
        D, n = points.shape
        _check_trace(trace, n, D)
        features = features or (("x",) if D == 1 else ("x₁", "x₂"))
        if isinstance(features, str) or len(features) != D:
            raise ValueError(f"features must be {D} names, one for each column of x.")
        self._chosen = drawing.choose_points(n)
        self.x = points[:, self._chosen].T if D == 2 else points[0, self._chosen]
        self.trace = trace
        self.steps = [trace.steps[i] for i in choose_positions(len(trace.steps))]
        self.path = _path_of_means(trace)
        self.texts = self._describe(points)
        self.notes = _notes(trace, len(self._chosen), n)
        self._formulas = _formulas(trace, D)
        if like is not None and like._scene.suits(points):
            self._scene = like._scene
        else:
            with plain_style():
                self._scene = _Scene(self, points, features, margin)

    def frame(self, position):
        """Draw the frame at a position; return it as an RGB PIL image."""
        step = self.steps[position]
        kind = "whole" if self._is_whole(position) else step.kind
        shown = step.responsibilities
        return self._scene.picture(
            self,
            step,
            None if shown is None else shown[self._chosen],
            heading=_HEADINGS[kind].format(step.iteration),
            formula=self._formulas[step.kind],
        )

    def _describe(self, points):
        """Return a text for each position that says in words what its frame shows."""
        decimals = [max(0, 2 - int(np.floor(np.log10(s)))) for s in points.std(axis=1)]
        texts = []
        for position, step in enumerate(self.steps):
            before = self.steps[position - 1].iteration
            if step.kind == "start":
                text, change = "The start, a guess.", ""
            elif step.kind == "E":
                text, change = _describe_e_step(step), ", unchanged"
            elif self._is_whole(position):
                rise = step.log_likelihood - self.trace.log_likelihoods[before]
                text = _describe_iteration(step, before)
                if not self._is_whole(position - 1):
                    text += " From here on only whole iterations are shown."
                change = f", {_change(rise)} since iteration {before}"
            else:
                rise = step.log_likelihood - self.trace.log_likelihoods[step.iteration - 1]
                text = (
                    f"Iteration {step.iteration}, M step: the components move, the points keep "
                    "their colours."
                )
                change = f", {_change(rise)}"
            parameters = _describe_mixture(step.mixture, decimals)
            log_likelihood = f"Log-likelihood {_number(step.log_likelihood, 3)}{change}."
            texts.append(f"{text} {parameters} {log_likelihood}")
        return tuple(texts)

    def _is_whole(self, position):
        """Say whether a position shows an iteration whose E step has no position of its own."""
        return self.steps[position].kind == self.steps[position - 1].kind == "M"


class _Scene:
    """Axes, and artists on them that show one film or another.

    Parameters
    ----------
    film : Film
        The first.
    points : ndarray, shape (D, n)
        Its data.
    features, margin
        As for a film.
    """

    def __init__(self, film, points, features, margin):
        self._stage = _spare_axes.pop() if _spare_axes else _make_axes()
        self._kept, self._curve = {}, []
        figure = self._stage.figure
        self._ax, self._trace_ax = figure.axes
        for each, title, label in (
            (self._ax, _LEGENDS[len(points)], features[0]),
            (self._trace_ax, "log-likelihood ℓ", "iteration"),
        ):
            # With y given, matplotlib does not look for a place above all that could be there.
            each.set_title(title, size=drawing.TEXT_SIZE, pad=10, loc="left", y=1)
            each.set_xlabel(label)
        self._heading = figure.text(0.012, 0.95, "", size=24, weight="bold", va="center")
        self._set_limits(film, points, features, margin)
        moving = self._make_artists(film)
        self._stage.hold(moving, seldom=[self._trace_ax.xaxis, self._trace_ax.yaxis])

    def suits(self, points):
        """Say whether the axes suit other data, and are neither too narrow nor too wide."""
        if len(points) == 1 or self._limits:
            return False
        low, high = np.transpose([self._ax.get_xlim(), self._ax.get_ylim()])
        spans = np.ptp(points, axis=1) / (high - low)
        inside = (low <= points.min(axis=1)) & (points.max(axis=1) <= high)
        return bool(inside.all() and spans.min() > _LEAST_SPAN)

    def picture(self, film, step, responsibilities, *, heading, formula):
        """Draw a half-step of a film, with the responsibilities of the points that are shown."""
        if film is not self._film:
            with plain_style():
                self._stage.renew(self._make_artists(film))
        self._heading.set_text(heading)
        drawing.update_points(self._points, film.x, responsibilities, faint=step.kind == "M")
        self._update_mixture(self._mixture, step.mixture, faint=step.kind == "E", **self._limits)
        done = step.iteration if step.kind == "M" else max(step.iteration - 1, 0)
        drawing.update_log_likelihood(self._curve, film.trace.log_likelihoods[: done + 1])
        drawing.update_trails(self._trails, film.path[: done + 1])
        self._hold_formula(formula)
        return self._stage.picture(formula)

    def _hold_formula(self, formula):
        """See that a formula is drawn."""
        if not self._stage.holds(formula):
            with plain_style():
                text = self._stage.figure.text(0.012, 0.85, formula, size=23, va="center")
                self._stage.hold_label(text, formula)

    def _set_limits(self, film, points, features, margin):
        """Set the axes' limits so that they hold the data, and in one dimension the densities."""
        low, high = points.min(axis=1), points.max(axis=1)
        low, high = low - margin * (high - low), high + margin * (high - low)
        ax = self._ax
        ax.set_xlim(low[0], high[0])
        ax.locator_params(nbins=6)
        self._limits = {}
        if len(points) == 1:
            ax.set_ylabel("density")
            bars = drawing.draw_histogram(ax, points[0])
            self._limits = {"limits": (low[0], high[0])}
            ax.set_ylim(top=_top_of_densities(bars, film.steps, points[0]))
        else:
            ax.set_ylabel(features[1])
            ax.set_ylim(low[1], high[1])

    def _make_artists(self, film):
        """Make the artists for a film, but for those kept for that number of components.

        Those of another number stay on the axes, and are not drawn.
        """
        start, one_dimension = film.steps[0].mixture, bool(self._limits)
        K = start.n_components
        draw, self._update_mixture = (
            (drawing.draw_mixture_1d, drawing.update_mixture_1d)
            if one_dimension
            else (drawing.draw_mixture_2d, drawing.update_mixture_2d)
        )
        if K not in self._kept:
            self._kept[K] = (
                draw(self._ax, start, **self._limits),
                drawing.draw_points(self._ax, film.x, K),
                [] if one_dimension else drawing.draw_trails(self._ax, K),
            )
        self._mixture, self._points, self._trails = self._kept[K]
        for artist in self._curve:
            artist.remove()
        self._curve = drawing.draw_log_likelihood(self._trace_ax, film.trace.log_likelihoods)
        self._film = film
        return [*self._points, *self._mixture, *self._curve, *self._trails, self._heading]


def prepare_axes():
    """Make the axes of the next film, if there are none yet: nearly half of a new film's time."""
    with plain_style():
        if not _spare_axes:
            stage = _make_axes()
            for ax in stage.figure.axes:
                for axis in (ax.xaxis, ax.yaxis):
                    axis.get_major_ticks(_TICKS)
            _spare_axes.append(stage)


def _make_axes():
    """Return a stage with a film's two axes, still empty; to be called inside `plain_style`."""
    stage = Stage(_HEIGHT, labels=_FORMULAS)
    for place in _PLACES:
        drawing.set_up_axes(stage.figure.add_axes(place))
    return stage


def choose_positions(n_steps):
    """Choose which of a trace's half-steps get a position: all, or at most 40.

    Of a longer run: every half-step of the first iterations, then the ends of whole iterations
    at growing gaps, and always the last.

    Examples
    --------
    >>> choose_positions(5)
    [0, 1, 2, 3, 4]
    >>> choose_positions(2001)[-4:]
    [1052, 1304, 1614, 2000]
    """
    if n_steps <= MOST_POSITIONS:
        return list(range(n_steps))
    last = n_steps - 1  # an E step only where the run failed in the M step after it
    first, final = _EACH_HALF_STEP // 2, last // 2
    whole = np.geomspace(first + 1, final, MOST_POSITIONS - _EACH_HALF_STEP - last % 2)
    later = 2 * np.maximum.accumulate(np.round(whole).astype(int))
    return sorted({*range(_EACH_HALF_STEP), *later.tolist(), last})


def _check_trace(trace, n, D):
    """Check that a trace can be shown with `n` points in `D` dimensions."""
    if not isinstance(trace, Trace):
        raise TypeError(f"trace must come from run_em or fit; it is a {type(trace).__name__}.")
    if not trace.steps:
        raise ValueError("The trace has no half-steps: run EM with record=True.")
    if D > 2 or trace.mixture.n_features != D:
        raise ValueError(
            f"The stepper draws data with D = 1 or 2; x has D = {D} and the run had "
            f"D = {trace.mixture.n_features}."
        )
    if len(trace.steps) > 1 and len(trace.steps[1].responsibilities) != n:
        raise ValueError(
            f"x has n = {n} points, but the run had {len(trace.steps[1].responsibilities)}: "
            "give the data that EM was run on."
        )


def _notes(trace, n_shown, n):
    """Say what holds for all frames of a trace."""
    notes = [
        f"Your {name} returned None, as an unfinished exercise does: the module's own was used."
        for name in trace.stubs
    ]
    if n_shown < n:
        notes.append(f"The pictures show {n_shown} of the {n} points.")
    return notes


def _path_of_means(trace):
    """Return the means at the start and after each iteration, shape (iterations + 1, K, D)."""
    return np.array([step.mixture.means for step in trace.steps if step.kind != "E"])


def _top_of_densities(bars, steps, x):
    """Return where a density axis ends so that it holds the bars and the curves."""
    tallest_bar = max(bar.get_height() for bar in bars)
    tallest = max(np.exp(step.mixture.log_density(x)).max() for step in steps)
    # A component that is collapsing has no limit: let it leave the picture.
    return 1.2 * np.clip(tallest, tallest_bar, 2.5 * tallest_bar)


def _formulas(trace, D):
    """Return for each kind of half-step the formula in force, as mathtext."""
    density_k, density_j = (_DENSITY[D] % (k, k) for k in "kj")
    mixture = rf"p(x_i)=\sum_j\ \phi_j\,{density_j}"
    spreads = _SPREADS.get((D, trace.covariance_type), _SPREADS[D, "full"])
    ridge = r"+\mathrm{ridge}" if trace.ridge else ""
    return {
        "start": f"${mixture}$",
        "E": rf"$b_{{ik}}=\dfrac{{\phi_k\,{density_k}}}{{p(x_i)}}\quad {mixture}$",
        "M": r"$N_k=\sum_i b_{ik}\quad\phi_k=\dfrac{N_k}{n}\quad"
        rf"\mu_k=\dfrac{{1}}{{N_k}}\sum_i b_{{ik}}x_i\quad{spreads}{ridge}$",
    }


def _describe_e_step(step):
    """Say what an E step does; the totals are expected numbers of points, and not whole."""
    totals = ", ".join(
        f"{_number(total, 1)} for component {k + 1}"
        for k, total in enumerate(step.responsibilities.sum(axis=0))
    )
    return (
        f"Iteration {step.iteration}, E step: the points take their colours, the components stand "
        f"still. The responsibilities of the {len(step.responsibilities)} points sum to {totals}."
    )


def _describe_iteration(step, before):
    """Say what an iteration does that has one position; `before` is the last one shown."""
    text = (
        f"Iteration {step.iteration}, its E step and its M step: the points have taken their "
        "colours, and the components have moved."
    )
    first, last = before + 1, step.iteration - 1
    if first > last:
        return text
    skipped = f"Iteration {first} is" if first == last else f"Iterations {first} to {last} are"
    return f"{text} {skipped} not shown."


def _describe_mixture(mixture, decimals):
    """Say a mixture's parameters, with spreads as standard deviations."""
    parts = []
    for k in range(mixture.n_components):
        covariance = mixture.covariances[k]
        deviations = np.sqrt(np.diagonal(covariance))
        mean = _tuple(mixture.means[k], decimals)
        spread = _tuple(deviations, decimals)
        part = f"Component {k + 1}: weight {_number(mixture.weights[k], 3)}, mean {mean}, "
        part += f"standard deviation{'s' * (len(deviations) == 2)} {spread}"
        if len(deviations) == 2:
            part += f", correlation {_number(covariance[0, 1] / deviations.prod(), 2)}"
        parts.append(part + ".")
    return " ".join(parts)


def _change(change):
    if abs(change) < 0.0005:
        return "changed by less than 0.001"
    return f"{'up' if change > 0 else 'DOWN'} by {_number(abs(change), 3)}"


def _tuple(values, decimals):
    """Write one number as it is, two in brackets."""
    numbers = [_number(value, d) for value, d in zip(values, decimals, strict=True)]
    return numbers[0] if len(numbers) == 1 else f"({', '.join(numbers)})"
