"""What panels under sliders share: the sliders, with round steps, and the caption."""

import math

from gmm_helpers.plots.geometry import format_number
from gmm_helpers.widgets.view import Shown, View


class SliderPanel(Shown):
    """Sliders over a picture; a class that has this as its base says what it `_result` is."""

    def __init__(self, kind, title, scene, controls, **more):
        self._title, self._controls = title, {control["name"]: control for control in controls}
        scene.content |= {"controls": controls, **more}
        values = {name: control["value"] for name, control in self._controls.items()}
        self.view = View(kind, scene.content, scene.data, values=values)

    @property
    def caption(self) -> str:
        """What the panel is, and what it shows now."""
        values = (
            f"{control['label']} = {format_number(self.view.values[name], control['decimals'])}"
            for name, control in self._controls.items()
            if "low" in control
        )
        title = f"{self._title}, a live panel with sliders."
        return f"{title}\nAt {', '.join(values)}: {self._result()}"

    def _result(self):
        raise NotImplementedError


def slider(name, label, value, low, high, step):
    """Return what a slider is; it stands at the multiple of its step next to the value."""
    limits = {"low": low, "high": high, "step": step, "decimals": min(decimals_of(step), 100)}
    return {"name": name, "label": label, **limits, "value": float(multiple(step, value))}


def pair(name, label, values, *limits):
    """Return a slider for each of two components or features."""
    return [slider(f"{name}_{k + 1}", label + "₁₂"[k], values[k], *limits) for k in (0, 1)]


def decimals_of(step):
    """Return with how many decimals a multiple of a round step is written."""
    return max(0, -math.floor(math.log10(step) + 1e-9))


def multiple(step, value, towards=round):
    """Return the multiple of a round step that is next to a value, and no rounding error."""
    return round(step * towards(value / step), decimals_of(step))


def round_up(value, leading=(1, 2, 5, 10)):
    """Return the next larger number that is one of `leading` times a power of ten."""
    power = math.floor(math.log10(value))
    candidates = (float(f"{digit}e{power}") for digit in leading)
    return next(number for number in candidates if number >= value * (1 - 1e-9))


def draw_handle(panel, name, words, colour, text, lift=0):
    """Add a ring that a hand can drag; by keys, its slider does the same."""
    style = {"text": text, "ring": True, "lift": lift, "colour": colour, "keys": False}
    panel.mark("label", id=name, drag=name, name=words, **style)
