"""A stepper whose run is chosen: K, say, and by buttons for new data and a new start.

A choice goes through the kernel, which runs EM anew and draws the picture that can be seen first.
After that the browser steps by itself, as under any stepper. Who uses it will choose: so what can
be chosen next is run meanwhile, while the kernel is free, and its first picture drawn.
"""

import inspect
import time
from dataclasses import dataclass, field, replace
from functools import partial

import ipywidgets as widgets
import numpy as np

from gmm_helpers import _checks, _page
from gmm_helpers.drawing import DRAWING, to_png
from gmm_helpers.film import MOST_POSITIONS, Film
from gmm_helpers.flipbook import Flipbook
from gmm_helpers.trace import EMError, Trace

# Room around the first data, so that other data of the same source fit on the same axes.
_MARGIN_FOR_NEW_DATA = 0.12
_SLOW = 1.0  # seconds: so long a run is announced, and not made before it is chosen


@dataclass(frozen=True)
class _Choice:
    """What makes a run: both seeds, and which of each argument's values is chosen."""

    data_seed: int
    start_seed: int
    indices: tuple


@dataclass(frozen=True)
class _Run:
    """A run that can be shown, and its pictures that were drawn ahead: PNGs by their positions."""

    choice: _Choice
    x: np.ndarray
    film: Film
    notes: list
    seconds: float
    ready: dict = field(default_factory=dict)


class RunChooser:
    """A stepper with controls above it that choose the run: K, say, or the data and the start.

    Shown when it is the last value of a cell. The slider stays where it is when another run is
    chosen, and at the end it stays at the end, so that runs can be compared half-step by half-step.

    Parameters
    ----------
    data : array_like or callable
        The data, of shape (n,), (n, 1) or (n, 2); or a function `data(rng)` that draws them, and
        then there is a button for new data.
    run : callable
        `run(x, rng, **chosen)` returns a `Trace`, each time the same. An `EMError` is shown with
        the half-steps until then. It is also called for what may be chosen next. For a `run`
        without randomness, let it do without `rng`: there is then no button for a new start.
    choices : mapping of str to sequence, optional
        For each argument of `run` what can be chosen, the first at the start: `{"K": (2, 3, 4)}`.
    features : sequence of str, optional
        The axes' names, one for each feature.
    data_seed, start_seed : int
        The seeds of the first data's and the first start's `rng`. A button adds 1, and the line
        above the slider says the seed.

    Attributes
    ----------
    x, trace : ndarray, Trace
        The data and the run that are shown.
    chosen : dict
        What is chosen now.
    data_seed, start_seed : int
    texts : tuple of str
        What each position shows, in words.
    widget : ipywidgets.VBox

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, or `run` returns something else.

    Examples
    --------
    >>> from gmm_helpers import run_em, start_from_random_points
    >>> def run(x, rng, K):
    ...     return run_em(x, start_from_random_points(x, K, rng=rng))
    >>> chooser = RunChooser([0.0, 0.2, 0.5, 5.0, 5.1, 5.7], run, choices={"K": (1, 2)})
    >>> chooser.choose(K=2)
    >>> chooser.trace.mixture.means.ravel().round(2)
    array([5.27, 0.23])
    """

    def __init__(self, data, run, *, choices=None, features=None, data_seed=1, start_seed=1):
        self._data, self._run, self._draws_data = data, run, callable(data)
        self._takes_rng = "rng" in inspect.signature(run).parameters
        self.data_seed = _checks.check_count(data_seed, "data_seed", at_least=0)
        self.start_seed = _checks.check_count(start_seed, "start_seed", at_least=0)
        self._toggled = {name: _toggles(name, values) for name, values in (choices or {}).items()}
        # As the slider tells it: a toggle's own message comes after that.
        self._indices = dict.fromkeys(self._toggled, 0)
        self._film_options = {"features": features}
        if self._draws_data:
            self._film_options["margin"] = _MARGIN_FOR_NEW_DATA
        self._shown, self._ahead = None, {}
        self._shown = run = self._make_run(self._choice())
        self._book = Flipbook(
            run.film.frame,
            run.film.texts,
            title="Film strip of a stepper whose run can be chosen",
            notes=run.notes,
            room=MOST_POSITIONS,
        )
        self.widget = widgets.VBox([self._make_controls(), self._book.widget]).add_class(
            "gmm-chooser"
        )
        for name, control in self._toggled.items():
            self._book.tell_with_position(control, partial(self._hear, name))
        self._book.prepare_when_moved(self._look_ahead(self._neighbours(run.choice)))
        _page.replace_earlier_run(self.close)

    @property
    def x(self):
        """The data that are shown."""
        return self._shown.x

    @property
    def trace(self):
        """The run that is shown."""
        return self._shown.film.trace

    @property
    def texts(self):
        """What each position shows, in words."""
        return self._shown.film.texts

    @property
    def chosen(self):
        """What each argument is in the run that is shown."""
        return self._values(self._shown.choice)

    def choose(self, **values):
        """Choose by name, as the buttons do.

        Raises
        ------
        ValueError
            If there is no such choice.
        """
        indices = {}
        for name, value in values.items():
            control = self._toggled.get(name)
            if control is None:
                names = ", ".join(self._toggled) or "none"
                raise ValueError(f"There is no choice {name!r}: there are {names}.")
            offered = [offered for _, offered in control.options]
            if value not in offered:
                raise ValueError(f"{name} can be one of {offered}; it is {value!r}.")
            indices[name] = offered.index(value)
        self._indices.update(indices)  # before the controls: what they tell is then known
        for name, index in indices.items():
            self._toggled[name].index = index
        self._show_now()

    def new_data(self):
        """Draw other data, with the next seed."""
        if not self._draws_data:
            raise ValueError("There are no other data: data must be a function of rng for that.")
        self._take_other_data()
        self._show_now()

    def new_start(self):
        """Start the run from elsewhere, with the next seed."""
        self._take_another_start()
        self._show_now()

    def walk(self):
        """Put the slider on each position in turn, then back; yield what each shows, a `Step`."""
        for position in self._book.walk():
            yield self._shown.film.steps[position]

    def finish(self):
        """Draw all pictures that are not drawn yet, now."""
        self._book.finish()

    def close(self):
        """Take the widgets off the page and out of the kernel's memory."""
        self._book.close()
        _page.close_tree(self.widget)

    def _ipython_display_(self):
        self._book.show_in(self.widget)

    def _take_other_data(self):
        self.data_seed += 1

    def _take_another_start(self):
        self.start_seed += 1

    def _choice(self):
        """Return what is chosen, and may not be shown yet."""
        return _Choice(self.data_seed, self.start_seed, tuple(self._indices.values()))

    def _options(self, choice):
        """Return what a choice is for each argument: a label and a value."""
        return {
            name: control.options[index]
            for (name, control), index in zip(self._toggled.items(), choice.indices, strict=True)
        }

    def _values(self, choice):
        """Return a choice's value for each argument."""
        return {name: value for name, (_, value) in self._options(choice).items()}

    def _neighbours(self, choice):
        """Return the choices that are one click away."""
        other_values = [
            replace(choice, indices=(*choice.indices[:i], index, *choice.indices[i + 1 :]))
            for i, control in enumerate(self._toggled.values())
            for index in range(len(control.options))
            if index != choice.indices[i]
        ]
        buttons = {"data_seed": self._draws_data, "start_seed": self._takes_rng}
        return other_values + [
            replace(choice, **{seed: getattr(choice, seed) + 1})
            for seed, offered in buttons.items()
            if offered
        ]

    def _make_data(self, seed):
        if self._shown is not None and self._shown.choice.data_seed == seed:
            return self._shown.x
        data = self._data(np.random.default_rng(seed)) if self._draws_data else self._data
        points = _checks.as_points(data)
        return points.T if len(points) > 1 else points[0]

    def _make_run(self, choice):
        """Run EM for a choice; nothing is drawn yet."""
        x = self._make_data(choice.data_seed)
        rng = {"rng": np.random.default_rng(choice.start_seed)} if self._takes_rng else {}
        notes = [self._describe(choice)]
        began = time.perf_counter()
        try:
            trace = self._run(x, **rng, **self._values(choice))
        except EMError as error:
            if error.trace is None or not error.trace.steps:
                raise
            trace = error.trace
            notes.append(f"EM could not go on. {error}")
        seconds = time.perf_counter() - began
        if not isinstance(trace, Trace):
            raise TypeError(f"run must return a Trace, as run_em does; it returned {trace!r:.60}.")
        like = None if self._shown is None else self._shown.film
        film = Film(x, trace, like=like, **self._film_options)
        return _Run(choice, x, film, [*notes, *film.notes], seconds)

    def _describe(self, choice):
        """Say which run a choice is."""
        said = [f"{_say(name)} = {label}" for name, (label, _) in self._options(choice).items()]
        if self._draws_data:
            said.append(f"data drawn with seed {choice.data_seed}")
        if self._takes_rng:
            said.append(f"start drawn with seed {choice.start_seed}")
        return f"Shown: {', '.join(said) or 'the one run there is'}."

    def _prepare(self):
        """Make the run that is chosen, if it is not there; where it cannot be made, say so."""
        choice = self._choice()
        if choice not in self._ahead and self._shown.seconds > _SLOW:
            seconds = f"{self._shown.seconds:.0f}"
            self._book.announce(f"Working. The run before took {seconds} seconds.")
        try:
            self._next = self._ahead.get(choice) or self._make_run(choice)
        except Exception as error:
            self._refuse(error)
            if not isinstance(error, ValueError):  # a mistake in `run`, whose place is told as well
                raise
            return False
        return True

    def _show(self):
        """Show the run that has been prepared, and then look ahead."""
        with DRAWING:
            before, run = self._shown, self._next
            self._shown, near = run, self._neighbours(run.choice)
            there = {**self._ahead, before.choice: before}
            self._ahead = {choice: there[choice] for choice in near if choice in there}
            self._book.refill(
                run.film.frame,
                run.film.texts,
                notes=run.notes,
                ready=run.ready,
                afterwards=self._look_ahead(near),
            )

    def _look_ahead(self, near):
        """Make the runs that can be chosen next, one at each step, and draw what will be seen."""
        if self._shown.seconds > _SLOW:  # steps by slow loops would keep the kernel busy
            return
        for choice in near:
            try:
                run = self._ahead[choice] = self._ahead.get(choice) or self._make_run(choice)
            except Exception:  # whatever it is, it is told when this is chosen
                continue
            position = self._book.position_in(len(run.film.texts))
            if position not in run.ready:
                run.ready[position] = to_png(run.film.frame(position))
            yield

    def _refuse(self, error):
        self._book.say([f"This cannot be run, and the pictures are of the run before. {error}"])

    def _show_now(self):
        with DRAWING:
            if self._prepare():
                self._show()

    def _hear(self, name, index):
        """Show what has been chosen on the page: the slider's position has come with it."""
        if self._indices[name] != index:  # else it is what Python chose, and tells nothing new
            self._indices[name] = index
            self._show_now()

    def _press(self, take):
        """Show what a button asks for: the slider's position is asked for while EM runs."""
        take()
        with DRAWING:
            self._book.ask_position(self._show)
            self._prepare()

    def _make_controls(self):
        """Make the row of buttons."""
        buttons = []
        for offered, text, take in (
            (self._draws_data, "New data", self._take_other_data),
            (self._takes_rng, "New start", self._take_another_start),
        ):
            if offered:
                button = widgets.Button(description=text, tooltip=text)
                button.on_click(lambda _, take=take: self._press(take))
                buttons.append(button)
        # A label stands above its toggles: what has no label stands in line with these.
        layout = _page.page_layout(flex_flow="row wrap", align_items="flex-end")
        return widgets.HBox([*self._toggled.values(), *buttons], layout=layout)


def _toggles(name, values):
    """Return a button for each of an argument's values, of which one is down.

    A drop-down would be smaller. But JupyterLab takes the arrow keys away from it.
    """
    options = [(str(value), value) for value in values]
    if not options:
        raise ValueError(f"choices must hold at least one value for {name}.")
    return widgets.ToggleButtons(
        options=options,
        description=_say(name),
        tooltip=_say(name),
        tooltips=[f"{_say(name)} = {label}" for label, _ in options],
        style={"button_width": "auto", "description_width": "auto"},
    )


def _say(name):
    """Write an argument's name as words."""
    return name.replace("_", " ")
