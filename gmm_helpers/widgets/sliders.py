"""What panels under sliders share: the sliders, with round steps, and the caption."""

import math

from gmm_helpers.plots.geometry import format_number
from gmm_helpers.widgets.view import Shown, View


class SliderPanel(Shown):
    """Sliders over a picture; `say` tells what it shows with some values."""

    def __init__(self, kind, title, scene, controls, say, **more):
        scene.content |= {"controls": controls, **more}
        values = {control["name"]: control["value"] for control in controls}
        at = ", ".join(
            f"{control['label']} = {format_number(control['value'], control['decimals'])}"
            for control in controls
            if "low" in control
        )
        view = View(kind, scene.content, scene.data, values=values)
        self._heading = f"{title}, a live panel with sliders.\nAt {at}: "
        super().__init__(view, self._heading + say(values))


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
