"""The slider that walks through a run of EM, half-step by half-step."""

import numpy as np

from gmm_helpers.model import validation
from gmm_helpers.model.em import run_em
from gmm_helpers.model.trace import EMError, Trace
from gmm_helpers.plots import geometry
from gmm_helpers.plots.look import DASHES, MARKERS
from gmm_helpers.widgets import words
from gmm_helpers.widgets.scene import Scene
from gmm_helpers.widgets.view import Shown, View

_RESTS = {"start": 1.0, "E": 1.5, "M": 1.0}  # seconds: E rests longer, there is more to read
_RADII = (1, 2)
# What the M step does to the spreads depends on the covariance type as well.
_SPREADS = {1: {"tied": "tied"}, 2: {"tied": "tied", "diag": "diag", "spherical": "spherical"}}


class SceneStepper(Shown):
    """A slider that steps through the positions of any scene.

    Shown when it is the last value of a cell. A cell that is run again closes what its run before
    has made.

    Parameters
    ----------
    scene : Scene
        With its panels and marks.
    texts : sequence of str
        What each position shows, in words.
    title : str, optional
        What the whole is, for pages without widgets.
    stills : sequence of int, optional
        The positions that such a page shows: by default the first three and the last.

    Attributes
    ----------
    texts : tuple of str
    position : int
        Where the slider is; it can be set.

    Raises
    ------
    ValueError
        If there is not one text for each position.

    Examples
    --------
    >>> from gmm_helpers import Scene
    >>> scene = Scene(2)
    >>> maps = [[1, 0, 0, 1, x, 0.5] for x in (0.2, 0.8)]
    >>> _ = scene.panel([0, 1, 0, 1]).mark(
    ...     "marker", marker="o", radius=8, colour=0, by={"map": maps}
    ... )
    >>> stepper = SceneStepper(scene, ["A dot.", "It has moved."], title="A dot that moves")
    >>> for position in stepper.walk():
    ...     print(position, stepper.texts[position])
    0 A dot.
    1 It has moved.
    """

    _title, _stills = "Pictures under a slider", None

    def __init__(self, scene, texts, *, title=None, stills=None):
        self.texts, self._title, self._stills = tuple(texts), title or self._title, stills
        if len(self.texts) != scene.positions:
            raise ValueError(
                f"There must be one text for each position: there are {len(self.texts)} texts "
                f"and {scene.positions} positions."
            )
        scene.content["texts"] = list(self.texts)
        self.view = View("stepper", scene.content, scene.data)

    @property
    def position(self):
        """Where the slider is."""
        return self.view.position

    @position.setter
    def position(self, position):
        last = len(self.texts) - 1
        self.view.position = min(validation.check_count(position, "position", at_least=0), last)

    def walk(self):
        """Put the slider on each position in turn, then back; yield the positions."""
        before = self.position
        for position in range(len(self.texts)):
            self.position = position
            yield position
        self.position = before

    @property
    def caption(self):
        """The words of the positions that a still shows."""
        count = len(self.texts)
        notes = self.view.content["notes"]
        lines = [f"{self._title}, {count} position{'s' * (count > 1)}.", *notes]
        stills = {min(position, count - 1) for position in self._stills or (0, 1, 2, count - 1)}
        return "\n".join(lines + [f"Position {i}. {self.texts[i]}" for i in sorted(stills)])


class Stepper(SceneStepper):
    """A slider that steps through a trace: the points, the components and the log-likelihood.

    Shown when it is the last value of a cell. A cell that is run again closes the steppers of
    its run before.

    Parameters
    ----------
    x : array_like, shape (n,), (n, 1) or (n, 2)
        The data of the run. Of more than 800 points the pictures show some, evenly chosen.
    trace : Trace
        With its half-steps; an `EMError` has one too, of the run until it failed.
    features : sequence of str, optional
        The axes' names, one for each feature.
    notes : sequence of str
        What else to say above the pictures.

    Attributes
    ----------
    trace : Trace
    texts : tuple of str
        What each position shows, in words.
    position : int
        Where the slider is; it can be set.

    Raises
    ------
    ValueError, TypeError
        If the trace has no half-steps, or does not belong to `x`.

    Examples
    --------
    >>> from gmm_helpers import Mixture, run_em
    >>> x = [0.0, 0.1, 0.3, 5.0, 5.2, 5.3]
    >>> stepper = Stepper(x, run_em(x, Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1]), max_iter=1))
    >>> for step in stepper.walk():
    ...     print(step.kind, step.iteration, round(step.log_likelihood, 3))
    start 0 -34.174
    E 1 -34.174
    M 1 -11.479
    """

    _title = "Film strip of a stepper"

    def __init__(self, x, trace, *, features=None, notes=(), _rerun=None):
        self._x, self._features, self._rerun = x, features, _rerun
        scene = self._take(trace, notes)
        self.view = View("stepper", scene.content, scene.data)
        if _rerun is not None:
            self.view.on_msg(self._hear)

    def walk(self):
        """Put the slider on each position in turn, then back; yield what each shows, a `Step`."""
        for position in super().walk():
            yield self._positions[position].step

    def _take(self, trace, notes):
        """Keep a trace, and return its scene."""
        film = RunScene(self._x, trace, features=self._features, notes=notes)
        if self._rerun is not None:
            film.scene.content["drag"] = "start"
        self.trace, self.texts, self._positions = trace, film.texts, film.positions
        return film.scene

    def _hear(self, _, message, __):
        """Run EM anew from means that have been dragged."""
        try:
            trace, notes = self._rerun(np.array(message["means"], float))
            scene = self._take(trace, notes)
        except ValueError as error:
            note = f"EM cannot start from there, and the pictures are of the run before. {error}"
            self.view.send({"answer": message["ask"], "refused": note})
            return
        with self.view.hold_sync():
            self.view.content, self.view.data = scene.content, scene.data
        self.view.send({"answer": message["ask"]})


def step_through(x, start, *, features=None, **options):
    """Run EM and make a stepper of it, of whatever happened: for steps that may have mistakes.

    Where the run fails, the stepper shows the half-steps until then, and above them the sentence
    that says why. `run_em` raises an error instead. At its first position the means can be dragged
    or moved with the arrow keys, and EM runs anew from there.

    Parameters
    ----------
    x, start
        As in `run_em`.
    features : sequence of str, optional
        The axes' names, one for each feature.
    **options
        As in `run_em`.

    Returns
    -------
    Stepper

    Examples
    --------
    >>> def m_step(x, b):
    ...     return Mixture.from_1d(b.sum(axis=0), [0, 1], [1, 1])  # not divided by n
    >>> from gmm_helpers import Mixture
    >>> start = Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1])
    >>> stepper = step_through([0.0, 0.1, 0.3, 5.0, 5.2, 5.3], start, m_step=m_step)
    >>> len(stepper.texts)  # the start and one E step
    2
    """

    def run(start):
        try:
            return run_em(x, start, **options), []
        except EMError as error:
            if error.trace is None:
                raise
            return error.trace, [f"EM could not go on. {error}"]

    def rerun(means):
        return run(type(start)(start.weights, means, start.covariances))

    trace, notes = run(start)
    return Stepper(x, trace, features=features, notes=notes, _rerun=rerun)


class RunScene:
    """A run as a scene: `scene`, its `positions`, and the `texts` that say all of it in words.

    Parameters
    ----------
    x, trace, features, notes
        As for a stepper.
    limits : ndarray, shape (2, D), optional
        Where the data's axes begin and end: by default where these data and the ellipses do.
    """

    def __init__(self, x, trace, *, features=None, notes=(), limits=None):
        points = validation.as_points(x)
        D, n = points.shape
        _check_trace(trace, n, D)
        self._equal = features is None  # x₁ and x₂ have one scale, as simulated data do
        features = features or (("x",) if D == 1 else ("x₁", "x₂"))
        if isinstance(features, str) or len(features) != D:
            raise ValueError(f"features must be {D} names, one for each column of x.")
        self.x = points.T if D == 2 else points[0]
        self.trace, self._points, self._features = trace, points, list(features)
        self._limits = limits
        self.positions = words.positions_of(trace)
        self._steps = [position.step for position in self.positions]
        self._shown = geometry.choose_points(n)
        self.scene = self._make_scene([*notes, *_notes(trace, len(self._shown), n)])

    def _make_scene(self, notes):
        wholes = [position.whole for position in self.positions]
        first = wholes.index(True) if True in wholes else -1
        texts = [
            words.sentence(position, self.trace, i == first)
            for i, position in enumerate(self.positions)
        ]
        decimals = geometry.decimals_for(self._points)
        tables = [words.parameters_table(step.mixture, decimals) for step in self._steps]
        self.texts = tuple(
            f"{text} {words.read_table(table)}" for text, table in zip(texts, tables, strict=True)
        )
        K, D = self._steps[0].mixture.n_components, len(self._points)
        scene = Scene(
            len(self.positions),
            headings=[words.heading(position) for position in self.positions],
            texts=texts,
            tables=tables,
            formulas=[_formulas(self.trace, D, step.kind) for step in self._steps],
            iterations=[step.iteration for step in self._steps],
            rests=[_RESTS[step.kind] for step in self._steps],
            glides=[int(step.kind == "M") for step in self._steps],
            notes=notes,
            legend=components_legend(K),
        )
        (self._draw_curves if D == 1 else self._draw_ellipses)(scene, decimals)
        self._draw_log_likelihood(scene)
        return scene

    def _draw_curves(self, scene, decimals):
        """Add the panel of one dimension: histogram, components, their sum, and the points."""
        x = self._points[0]
        bars = geometry.histogram(x)
        maps = np.array([geometry.bump_maps(step.mixture) for step in self._steps])
        tallest_bar = bars[:, 3].max()
        # A component that is collapsing has no limit: let it leave the picture.
        top = 1.3 * np.clip(maps[:, :, 3].max(), tallest_bar, 2.5 * tallest_bar)
        ends = geometry.span(x.min(), x.max(), 0.06) if self._limits is None else self._limits[:, 0]
        panel = scene.panel(
            [*ends, -geometry.RUG_ROOM * top, top],
            y_ticks=geometry.ticks(0, top, 5),
            labels=[self._features[0], "density"],
            width=1.65,
            title="numbered: φ N(x | μ, σ²); solid: their sum",
        )
        panel.mark("bars", shape=bars, colour="pale")
        self._draw_points(panel, geometry.rug(x[self._shown], top), decimals)
        bump, K = scene.array(geometry.BUMP), maps.shape[1]
        faint = [int(step.kind == "E") for step in self._steps]
        curves = [
            panel.mark(
                "line",
                shape=bump,
                extend=True,
                colour=k,
                dash=DASHES[k % len(DASHES)],
                width=3,
                by={"map": maps[:, k], "faint": faint},
            )
            for k in range(K)
        ]
        panel.mark("sum", of=curves, colour="ink", width=2, by={"faint": faint})
        peaks = np.stack([maps[..., 4], np.minimum(maps[..., 3], top)], axis=-1)
        draw_numbers(panel, peaks, lift=20, drag=True)

    def _draw_ellipses(self, scene, decimals):
        """Add the panel of two dimensions: points, ellipses, and the way that the means came."""
        maps = np.array([geometry.ellipse_maps(step.mixture) for step in self._steps])
        limits, cut = self._limits_for(maps)
        if cut:
            scene.content["notes"].append("Some ellipses reach beyond the picture.")
        mass = " and ".join(f"{geometry.mass_inside(radius):.0%}" for radius in _RADII)
        panel = scene.panel(
            limits,
            labels=self._features,
            width=1.65,
            title=f"ellipses hold {mass} of each component",
            equal=self._equal,
        )
        self._draw_points(panel, self._points[:, self._shown].T, decimals)
        draw_ellipses(panel, maps, [int(step.kind == "E") for step in self._steps])
        done = [_iterations_done(step) + 1 for step in self._steps]
        path = np.array([step.mixture.means for step in self.trace.steps if step.kind != "E"])
        for k in range(maps.shape[1]):
            panel.mark("line", shape=path[:, k], colour=k, width=1.5, dots=2.5, by={"until": done})
        draw_numbers(panel, maps[..., 4:], drag=True)

    def _limits_for(self, maps):
        """Return limits for the data and the 2σ ellipses, and whether these have to be cut."""
        reach = 2 * np.hypot(maps[..., [0, 2]], maps[..., [1, 3]])
        lowest = (maps[..., 4:] - reach).min(axis=(0, 1))
        highest = (maps[..., 4:] + reach).max(axis=(0, 1))
        low, high = self._points.min(axis=1), self._points.max(axis=1)
        if self._limits is None:  # as far as the ellipses reach, up to 1.5 times the data's span
            near, far = (
                np.array([geometry.span(a, b, margin) for a, b in zip(low, high, strict=True)]).T
                for margin in (0.06, 0.25)
            )
            low = np.maximum(np.minimum(lowest, near[0]), far[0])
            high = np.minimum(np.maximum(highest, near[1]), far[1])
        else:
            low, high = self._limits
        cut = bool((lowest < low).any() or (highest > high).any())
        return [low[0], high[0], low[1], high[1]], cut

    def _draw_points(self, panel, places, decimals):
        """Add the points, with the responsibilities that are in force at each position."""
        sets, which = [], []  # E steps' responsibilities stay in force in the M step after them
        for position in self.positions:
            if position.step.kind == "E" or position.whole:
                sets.append(position.step.responsibilities)
            which.append(len(sets) - 1)
        shares = None
        if sets:
            # They sum to 1, so the last of each is not sent.
            shares = panel.array(np.array([each[self._shown, :-1] for each in sets]), "u2")
        panel.mark(
            "points",
            shape=places,
            shares=shares,
            features=self._features,
            decimals=decimals,
            by={"which": which, "faint": [int(step.kind == "M") for step in self._steps]},
        )

    def _draw_log_likelihood(self, scene):
        """Add the panel of ℓ; after a first big jump it can show the rest alone."""
        values = self.trace.log_likelihoods
        last = len(values) - 1
        panel = scene.panel(
            *_log_likelihood_view(values, 0),
            title="log-likelihood ℓ",
            labels=["iteration", ""],
        )
        rest = _after_the_jump(values)
        if rest:
            panel.view(*_log_likelihood_view(values, rest))
            panel.content["button"] = ["Zoom in", "Show all"]
        done = [_iterations_done(step) for step in self._steps]
        curve = np.column_stack([np.arange(last + 1), values])
        until = [each + 1 for each in done]
        panel.mark("line", shape=curve, colour="ink", width=2, dots=3, by={"until": until})
        by = {"map": geometry.shifts(curve[done])}
        panel.mark("marker", marker="o", radius=7, colour="ink", by=by)


def components_legend(K):
    """Return the legend's row of each component."""
    return [
        {"colour": k, "marker": MARKERS[k % len(MARKERS)], "dash": DASHES[k % len(DASHES)]}
        | {"text": str(k + 1)}
        for k in range(K)
    ]


def draw_ellipses(panel, maps, faint, radii=_RADII):
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


def _iterations_done(step):
    return step.iteration if step.kind == "M" else max(step.iteration - 1, 0)


def _log_likelihood_view(values, first):
    """Return limits, x ticks and y ticks for ℓ from an iteration on."""
    last = max(len(values) - 1, 1)
    low, high = geometry.span(min(values[first:]), max(values[first:]), 0.1)
    x0, x1 = geometry.span(first, last, 0.07)
    x_ticks = geometry.ticks(first, x1, 4, whole=True)
    return [x0, x1, low, high], x_ticks, geometry.ticks(low, high, 5)


def _after_the_jump(values):
    """Return the iteration from which on ℓ changes by less than a tenth of all, or 0."""
    values = np.asarray(values)
    span = np.ptp(values)
    for first in range(1, len(values) - 2):
        if np.ptp(values[first:]) < 0.1 * span:
            return first
    return 0


def _formulas(trace, D, kind):
    """Return the names of the formulas in force."""
    if kind == "start":
        return [f"mixture_{D}"]
    if kind == "E":
        return [f"e_step_{D}", f"mixture_{D}"]
    spread = _SPREADS[D].get(trace.covariance_type, "full")
    ridge = "_ridge" * bool(trace.ridge)
    return ["counts", "weights", "means", f"spread_{D}_{spread}{ridge}"]


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
    """Say what holds for all positions of a trace."""
    notes = [
        f"Your {name} returned None, as an unfinished exercise does: the module's own was used."
        for name in trace.stubs
    ]
    if n_shown < n:
        notes.append(f"The pictures show {n_shown} of the {n} points.")
    return notes
