"""A stepper whose run is chosen: K, say, and by buttons new data and a new start."""

from __future__ import annotations

import inspect
import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gmm_helpers.model import validation
from gmm_helpers.model.trace import EMError, Trace
from gmm_helpers.plots import geometry
from gmm_helpers.widgets.run_scene import make_run_scene
from gmm_helpers.widgets.stepper import Stepper
from gmm_helpers.widgets.view import View

_SLOW = 1.0  # seconds: a run that takes so long is not made before it is asked for
_KEPT = 16  # runs
_BUTTONS = {"data_seed": "New data", "start_seed": "New start"}


@dataclass(frozen=True)
class _Choice:
    """What makes a run: which of each argument's values, and both seeds."""

    indices: tuple
    data_seed: int
    start_seed: int

    @property
    def key(self):
        return {"indices": list(self.indices)} | {name: getattr(self, name) for name in _BUTTONS}


class RunChooser(Stepper):
    """A stepper with controls above it that choose the run: K, say, or the data and the start.

    Shown when it is the last value of a cell. When another run is chosen, the slider goes to the
    same iteration, and at the end it stays at the end, so that runs can be compared. While nothing
    else is to be done, the page asks for the runs that can be chosen next, so that they are there
    at once; not where a run takes long or calls a learner's steps. What takes too long ends with
    the kernel's *Interrupt* (■), and the run before stays.

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
    texts : tuple of str
        What each position shows, in words.

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

    _title = "Film strip of a stepper whose run can be chosen"

    def __init__(
        self,
        data: ArrayLike | Callable,
        run: Callable[..., Trace],
        *,
        choices: Mapping[str, Sequence] | None = None,
        features: Sequence[str] | None = None,
        data_seed: int = 1,
        start_seed: int = 1,
    ) -> None:
        self._data, self._run, self._features = data, run, features
        self._offered = {name: list(values) for name, values in (choices or {}).items()}
        for name, values in self._offered.items():
            if not values:
                raise ValueError(f"choices must hold at least one value for {name}.")
        takes_rng = "rng" in inspect.signature(run).parameters
        self._buttons = [
            name
            for name, offered in zip(_BUTTONS, (callable(data), takes_rng), strict=True)
            if offered
        ]
        self._latest, self._limits, self._ahead = {}, None, True
        self._choice = _Choice(
            (0,) * len(self._offered),
            validation.check_count(data_seed, "data_seed", at_least=0),
            validation.check_count(start_seed, "start_seed", at_least=0),
        )
        content, scene = self._content(self._choice)
        self.view = View("chooser", content, scene.data, chosen=self._choice.key)
        self.view.on_msg(self._hear)
        self.view.observe(lambda change: self._take(_from_key(change["new"])), "chosen")

    @property
    def x(self) -> np.ndarray:
        """The data that are shown."""
        x = self._run_scene(self._choice).x
        return x if x.shape[1] > 1 else x[:, 0]

    @property
    def trace(self):
        """The run that is shown."""
        return self._run_scene(self._choice).trace

    @property
    def texts(self):
        """What each position shows, in words."""
        return self._run_scene(self._choice).texts

    @property
    def _positions(self):
        return self._run_scene(self._choice).positions

    @property
    def chosen(self) -> dict[str, Any]:
        """What each argument is in the run that is shown."""
        return self._values(self._choice)

    def choose(self, **values: Any) -> None:
        """Choose by name, as the controls do.

        Raises
        ------
        ValueError
            If there is no such choice.
        """
        self._show(replace(self._choice, indices=self._indices(values)))

    def compute(self, *, data_seeds: int = 1, start_seeds: int = 1, **values: Sequence) -> None:
        """Make runs beforehand, so that a page without Python has them too.

        Parameters
        ----------
        data_seeds, start_seeds : int
            How many seeds to make them with, counted from those that are shown.
        **values
            For each argument the values that can then be chosen; all of them, where not given.
        """
        values = {**self._offered, **values}
        seeds = []
        for name, count in zip(_BUTTONS, (data_seeds, start_seeds), strict=True):
            first = getattr(self._choice, name)
            count = validation.check_count(count, f"{name}s", at_least=1)
            seeds.append(range(first, first + count))
        runs, data = {}, []
        for *combination, data_seed, start_seed in itertools.product(*values.values(), *seeds):
            indices = self._indices(dict(zip(values, combination, strict=True)))
            content, scene = self._content(_Choice(indices, data_seed, start_seed))
            content["at"] = [sum(map(len, data)), len(scene.data)]
            runs["-".join(map(str, (*indices, data_seed, start_seed)))] = content
            data.append(scene.data)
        with self.view.hold_sync():
            self.view.runs, self.view.more = runs, b"".join(data)

    def _indices(self, values):
        indices = list(self._choice.indices)
        for name, value in values.items():
            if name not in self._offered:
                names = ", ".join(self._offered) or "none"
                raise ValueError(f"There is no choice {name!r}: there are {names}.")
            if value not in self._offered[name]:
                raise ValueError(f"{name} can be one of {self._offered[name]}; it is {value!r}.")
            indices[list(self._offered).index(name)] = self._offered[name].index(value)
        return tuple(indices)

    def _values(self, choice):
        """Return a choice's value for each argument."""
        return {
            name: values[index]
            for (name, values), index in zip(self._offered.items(), choice.indices, strict=True)
        }

    def _run_scene(self, choice):
        """Return the run of a choice as a scene, made if it is not among the latest."""
        made = self._latest.pop(choice, None) or self._make_run_scene(choice)
        self._latest[choice] = made
        while len(self._latest) > _KEPT:
            del self._latest[next(iter(self._latest))]
        return made

    def _make_run_scene(self, choice):
        x = self._data
        if callable(x):
            x = x(np.random.default_rng(choice.data_seed))
        rng = {}
        if "start_seed" in self._buttons:
            rng = {"rng": np.random.default_rng(choice.start_seed)}
        notes = [self._describe(choice)]
        began = time.perf_counter()
        try:
            trace = self._run(x, **rng, **self._values(choice))
        except EMError as error:
            if error.trace is None or not error.trace.steps:
                raise
            trace = error.trace
            notes.append(f"EM could not go on. {error}")
        if not isinstance(trace, Trace):
            raise TypeError(f"run must return a Trace, as run_em does; it returned {trace!r:.60}.")
        self._ahead &= time.perf_counter() - began < _SLOW and not trace.own_steps
        x = validation.as_points(x).T
        self._limits = geometry.shared_limits(x, self._limits)
        return make_run_scene(x, trace, features=self._features, notes=notes, limits=self._limits)

    def _describe(self, choice):
        """Say which run a choice is."""
        said = [f"{_say(name)} = {value}" for name, value in self._values(choice).items()]
        for name, word in zip(_BUTTONS, ("data", "start"), strict=True):
            if name in self._buttons:
                said.append(f"{word} drawn with seed {getattr(choice, name)}")
        return f"Shown: {', '.join(said) or 'the one run there is'}."

    def _content(self, choice):
        """Return what the page shows of a choice, and its scene."""
        scene = self._run_scene(choice).scene
        choices = [[_say(name), list(map(str, values))] for name, values in self._offered.items()]
        buttons = {name: _BUTTONS[name] for name in self._buttons}
        more = {"choices": choices, "buttons": buttons, "key": choice.key, "ahead": self._ahead}
        return {**scene.content, **more}, scene

    def _show(self, choice):
        content, scene = self._content(choice)
        self._choice = choice
        with self.view.hold_sync():
            self.view.content, self.view.data = content, scene.data
            self.view.chosen = choice.key

    def _take(self, choice):
        """Take what a page has chosen among runs that it has."""
        self._choice = choice

    def _hear(self, _, message, __):
        """Answer the page: with a run that it may soon show, or by showing one."""
        choice, answer = _from_key(message["key"]), {"answer": message["ask"]}
        data = []
        try:
            if message.get("ahead"):
                answer["content"], scene = self._content(choice)
                data = [scene.data]
            else:
                self._show(choice)
        except (Exception, KeyboardInterrupt) as error:  # whatever `run` does, the page is told
            reason = "It was interrupted." if isinstance(error, KeyboardInterrupt) else str(error)
            words = "This cannot be run, and the pictures are of the run before."
            answer["refused"] = f"{words} {reason}"
            if not isinstance(error, (ValueError, KeyboardInterrupt)) and not message.get("ahead"):
                self.view.send(answer)
                raise  # a mistake in `run`, whose place is told as well
        self.view.send(answer, data)


def _from_key(key):
    return _Choice(tuple(key["indices"]), key["data_seed"], key["start_seed"])


def _say(name):
    """Write an argument's name as words."""
    return name.replace("_", " ")
