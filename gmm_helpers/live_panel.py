"""A live panel: controls that redraw one picture through the kernel, with what it shows in words.

A stepper's pictures are finished before it is moved. A panel has too many settings for that, so
each is drawn when it is asked for: only what moves, over a background drawn once.
"""

import math
import numbers

import ipywidgets as widgets

from gmm_helpers import _page
from gmm_helpers.drawing import DRAWING, to_png

# Two columns where they fit, one where a column would be too narrow for a slider and its numbers.
_COLUMNS = "repeat(auto-fit, minmax(max(270px, 40%), 1fr))"
_LABEL_WIDTH = "95px"  # the longest label, "correlation ρ", is cut off at JupyterLab's 80


class LivePanel:
    """Controls over one picture, which is drawn anew whenever a control moves.

    Shown when it is the last value of a cell; a cell that is run again closes the panels of its
    run before. The browser sends one position of a control at a time, and while Python draws it
    keeps only the newest of the next ones. So the picture never lags behind a fast hand, and the
    last position always wins.

    Parameters
    ----------
    controls : dict
        The controls by name, in reading order: widgets with a `description` and a `value`.
    draw : callable
        `draw(**values)` takes the controls' values by their names. It returns the picture, an RGB
        PIL image of always the same size, and a text that says all that the picture shows, with
        each slider's value as the slider shows it. Aim for 25 ms.
    title : str
        What it is; the caption's first words.
    buttons : sequence of ipywidgets.Widget
        What stands after the sliders, in one row. May hold some of the controls.
    most_letters : int
        For how long a text to keep room under the picture.

    Attributes
    ----------
    widget : ipywidgets.VBox
        To place the panel among other widgets.
    text : str
        What the picture shows now, in words.

    Raises
    ------
    ValueError
        If there are no controls.

    Examples
    --------
    >>> from PIL import Image
    >>> def draw(grey):
    ...     return Image.new("RGB", (840, 300), (grey, grey, grey)), f"All has the grey {grey}."
    >>> slider = widgets.IntSlider(10, 0, 255, description="grey")
    >>> panel = LivePanel({"grey": slider}, draw, title="One grey")
    >>> panel.set(grey=200)
    >>> panel.text
    'All has the grey 200.'
    """

    def __init__(self, controls, draw, *, title, buttons=(), most_letters=0):
        if not controls:
            raise ValueError("A live panel needs at least one control.")
        self._controls, self._picture_at, self._title = dict(controls), draw, title
        self._most_letters, self._setting = most_letters, False
        self._page = widgets.HTML(layout=_page.page_layout())
        self.widget = widgets.VBox(
            [self._lay_out(list(buttons)), self._page, _page.page_style()]
        ).add_class("gmm-panel")
        self._draw()
        for control in self._controls.values():
            control.observe(self._moved, names="value")
        _page.replace_earlier_run(self.close)

    def set(self, **values):
        """Move controls, given by name, and draw once.

        Raises
        ------
        ValueError
            If there is no control of that name, or it cannot take that value.
        """
        for name, value in values.items():
            self._check(name, value)
        self._setting = True
        try:
            for name, value in values.items():
                self._controls[name].value = value
        finally:
            self._setting = False
        self._draw()

    def close(self):
        """Take the widgets off the page and out of the kernel's memory."""
        for control in self._controls.values():
            control.unobserve_all()
        _page.close_tree(self.widget)

    def _repr_mimebundle_(self, **_):
        """Give a notebook the widgets, and pages without widgets this picture and its text."""
        caption = f"{self._title}, a live panel with sliders.\n{self.text}"
        return _page.bundle(self.widget, self._picture, caption)

    def _lay_out(self, buttons):
        """Set the controls in two columns where they fit, with the buttons in the last cell."""
        cells = [control for control in self._controls.values() if control not in buttons]
        for each in [*cells, *buttons]:
            each.layout.width, each.layout.min_width = "auto", "0"
            each.tooltip = each.tooltip or each.description  # else it is the word "null"
        if buttons:
            cells.append(widgets.HBox(buttons, layout={"min_width": "0", "overflow": "visible"}))
        layout = _page.page_layout(grid_template_columns=_COLUMNS, grid_gap="0 8px")
        return widgets.GridBox(cells, layout=layout)

    def _check(self, name, value):
        """Check that there is a control of that name, and that it can take that value."""
        control = self._controls.get(name)
        if control is None:
            raise ValueError(
                f"There is no control {name!r}: there are {', '.join(self._controls)}."
            )
        if hasattr(control, "max"):
            check_range(value, name, control.min, control.max)

    def _moved(self, _):
        if not self._setting:
            self._draw()

    def _draw(self):
        """Draw the picture for the controls' values, and show it with its text."""
        with DRAWING:
            values = {name: control.value for name, control in self._controls.items()}
            self._picture, self.text = self._picture_at(**values)
            self._most_letters = max(self._most_letters, len(self.text))
            self._page.value = _page.picture_page(
                to_png(self._picture),
                self.text,
                size=self._picture.size,
                most_letters=self._most_letters,
            )


def make_slider(description, value, low, high, step):
    """Return a slider, once its start is checked."""
    decimals = decimals_of(step)
    check_range(value, description, low, high)
    return widgets.FloatSlider(
        value,
        min=low,
        max=high,
        step=step,
        description=description,
        readout_format=f".{decimals}f",
        style={"description_width": _LABEL_WIDTH},
    )


def check_range(value, name, low, high):
    """Check that a slider can take a value; widgets would quietly take the nearest."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number; it is {value!r}.")
    if not low <= value <= high:
        raise ValueError(f"{name} must be from {low:g} to {high:g}; it is {value:g}.")


def decimals_of(step):
    """Return with how many decimals a multiple of a round step is written."""
    return max(0, -math.floor(math.log10(step) + 1e-9))
