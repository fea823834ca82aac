"""A stepper whose run is chosen: K, say, and by buttons new data and a new start."""

from __future__ import annotations

import functools
import inspect
import itertools
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from gmm_helpers.model import validation
from gmm_helpers.model.trace import Trace
from gmm_helpers.plots import geometry
from gmm_helpers.widgets.run_scene import RunScene
from gmm_helpers.widgets.stepper import Stepper, trace_until_failure

_SLOW = 1.0  # seconds: a run that takes so long is not made before it is asked for
_KEPT = 16  # runs
_REFUSAL = "This cannot be run, and the pictures are of the run before."


class RunChooser(Stepper):
    """A stepper with controls above it that choose the run: K, say, or the data and the start.

    When another run is chosen, the slider goes to the same iteration, and at the end it stays at
    the end, so that runs can be compared. While nothing else is to be done, the page asks for the
    runs that can be chosen next, so that they are there at once; not where a run takes long or
    calls a learner's steps. What takes too long ends with the kernel's *Interrupt* (■), and the run
    before stays.

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

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, or `run` returns something else.

    Examples
    --------
    >>> from gmm_helpers import run_em, start_from_random_points
    >>> def run(x, rng, K):
    ...     return run_em(x, start_from_random_points(x, K, rng=rng))
    >>> chooser = RunChooser([0.0, 0.2, 0.5, 5.0, 5.1, 5.7], run, choices={"K": (2, 3)})
    >>> chooser.trace.mixture.means.ravel().round(2)
    array([5.27, 0.23])
    """

    _kind, _title = "chooser", "Film strip of a stepper whose run can be chosen"

    def __init__(
        self,
        data: ArrayLike | Callable,
        run: Callable[..., Trace],
        *,
        choices: Mapping[str, Sequence] | None = None,
    ) -> None:
        self._data, self._function = data, run
        validation.check_functions(run=run)
        try:
            asks_rng = "rng" in inspect.signature(run).parameters
        except ValueError as error:  # some that are written in C
            text = "run must be a function that tells its arguments, as one made by def does; it is"
            raise TypeError(f"{text} {run!r:.60}.") from error
        self._points, self._buttons = None, {}
        if callable(data):
            validation.check_call("data", data, "rng")
            self._buttons["data_seed"] = "New data"
        else:
            self._points = validation.as_points(data, name="data").T
        if choices is not None:
            validation.check_dict(choices, "choices", "names and values")
        self._offered = {name: validation.as_list(each) for name, each in (choices or {}).items()}
        validation.check_texts(**{"each name in choices": [*self._offered]})
        for name, values in self._offered.items():
            if not values:
                raise ValueError(f"choices must hold at least one value for {name}.")
        if asks_rng:
            self._buttons["start_seed"] = "New start"
        options = {"rng": None, **self._offered} if asks_rng else self._offered
        validation.check_call("run", run, "x", **options)
        self._limits, self._ahead = None, True
        self._kept = functools.lru_cache(_KEPT)(self._make_scene)
        self._show(self._scene(*[0] * len(self._offered), 1, 1))
        self.view.answer_by(self._answer, _REFUSAL)

    @property
    def x(self) -> np.ndarray:
        """The data that are shown."""
        x = self._run.x
        return x if x.shape[1] > 1 else x[:, 0]

    def compute(self, *, data_seeds: int = 1, start_seeds: int = 1) -> None:
        """Make the runs of all choices beforehand, so that a page without Python has them too.

        Parameters
        ----------
        data_seeds, start_seeds : int
            How many seeds to make them with, counted from those that are shown.
        """
        choices = [range(len(values)) for values in self._offered.values()]
        counts = {"data_seeds": data_seeds, "start_seeds": start_seeds}
        for (name, count), first in zip(counts.items(), self._run.content["key"][-2:], strict=True):
            count = validation.check_count(count, name, at_least=1)
            choices.append(range(first, first + count))
        scenes = [self._scene(*choice) for choice in itertools.product(*choices)]
        self.view.runs = [{"content": scene.content, "data": scene.data} for scene in scenes]

    def _answer(self, asked):
        """Show a run, or send one that the page may soon show."""
        if not asked.get("ahead"):
            self._show(self._scene(*asked["key"]))
        elif self._ahead:  # and no run that the page does not know of has taken long
            scene = self._scene(*asked["key"])
            return {"content": scene.content}, scene.data
        return None

    def _scene(self, *choice):
        """Return the scene of a choice (indices of values, both seeds), old or new."""
        scene = self._kept(*choice)
        scene.content["ahead"] = self._ahead
        return scene

    def _make_scene(self, *choice):
        *indices, data_seed, start_seed = choice
        values, choices, said = {}, [], []
        for (name, offered), index in zip(self._offered.items(), indices, strict=True):
            values[name], words = offered[index], name.replace("_", " ")
            choices.append([words, [*map(str, offered)]])
            said.append(f"{words} = {offered[index]}")
        x, rng = self._data, {}
        if callable(x):
            x = x(np.random.default_rng(data_seed))
        if "start_seed" in self._buttons:
            rng["rng"] = np.random.default_rng(start_seed)
        began = time.perf_counter()
        try:
            trace, notes = trace_until_failure(self._function, x, **rng, **values)
        finally:  # it may have been interrupted, or have failed after all that time
            self._ahead &= time.perf_counter() - began < _SLOW
        if not isinstance(trace, Trace):
            raise TypeError(f"run must return a Trace, as run_em does; it returned {trace!r:.60}.")
        self._ahead &= not trace.own_steps
        x = validation.as_points(x).T if self._points is None else self._points
        self._limits = geometry.shared_limits(x, self._limits)
        buttons = []  # each with the place of its seed in the key
        for name, label in self._buttons.items():
            place = len(indices) + (name == "start_seed")
            said.append(f"{name.removesuffix('_seed')} drawn with seed {choice[place]}")
            buttons.append([label, place])
        scene = RunScene(x, trace, notes=notes, limits=self._limits)
        scene.content["notes"].insert(0, f"Shown: {', '.join(said) or 'the one run there is'}.")
        scene.content |= {"choices": choices, "buttons": buttons, "key": [*choice]}
        return scene
