"""The slider that walks through a finished run of EM, half-step by half-step.

All pictures are drawn once from the trace. The slider, Play and the number field are linked in
the browser to a stack that holds one picture for each position: a step needs no kernel.
"""

import asyncio
import base64
import html
import textwrap
from pathlib import Path

import ipywidgets as widgets
import matplotlib
from IPython import get_ipython
from IPython.display import display
from PIL import Image, ImageDraw, ImageFont

from gmm_helpers import drawing
from gmm_helpers.film import SIZE, Film

_PLAY_MS = 700
_TEXT_PX = 16
# How many letters of the text stand on a line of the narrowest page, and how tall a line is: the
# text keeps room for its longest form, so that nothing jumps.
_LETTERS_PER_LINE, _LINE_EM = 68, 1.4
_STRIP_LETTERS, _STRIP_LINE = 72, 26  # letters on a line, and a line's height in pixels
_EMPTY_PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="

# ipywidgets does not mark the slider that the keys move. The style holds for all sliders on a page.
_FOCUS_STYLE = "<style>.noUi-handle:focus {outline: 3px solid #D55E00; outline-offset: 2px}</style>"

# How to close what each cell has made in its latest run: cell → (run, functions).
_made_by_cell = {}


class Stepper:
    """Widgets that step through a trace; a film strip where widgets are not shown.

    Shown when it is the last value of a cell. A cell that is run again closes the steppers of
    its run before, because ipywidgets keeps every widget that is not closed.

    Parameters
    ----------
    x : array_like, shape (n,), (n, 1) or (n, 2)
        The data of the run. Of more than 2000 points the pictures show some, evenly chosen.
    trace : Trace
        With its half-steps; an `EMError` has one too, of the run until it failed.
    features : sequence of str, optional
        The axes' names, one for each feature.

    Attributes
    ----------
    widget : ipywidgets.VBox
        To place the stepper among other widgets.
    texts : tuple of str
        What each position shows, in words.

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

    def __init__(self, x, trace, *, features=None):
        self._film = Film(x, trace, features=features)
        self.texts = self._film.texts
        last = len(self.texts) - 1
        lines = -(-max(map(len, self.texts)) // _LETTERS_PER_LINE)
        self._text_style = (
            f"min-height:{lines * _LINE_EM:.1f}em; line-height:{_LINE_EM}; "
            f"font-size:{_TEXT_PX}px; margin:6px 0 0"
        )
        full = widgets.Layout(width="100%", max_width=f"{SIZE[0]}px", margin="0")
        first = widgets.HTML(layout=full)
        rest = [widgets.HTML(layout=full, style=first.style) for _ in range(last)]
        self._frames = [first, *rest]
        self._stack = widgets.Stack(self._frames, selected_index=0, layout=full)
        self._slider = widgets.IntSlider(
            0, 0, last, description="Position", readout=False, layout={"flex": "1 1 auto"}
        )
        play = widgets.Play(
            value=0, min=0, max=last, interval=_PLAY_MS, show_repeat=False, layout={"flex": "none"}
        )
        field = widgets.BoundedIntText(0, 0, last, layout={"width": "64px", "flex": "none"})
        end = widgets.Label(f"of {last}", layout={"flex": "none", "margin": "2px"})
        links = [widgets.jslink((each, "value"), (self._slider, "value")) for each in (play, field)]
        links.append(widgets.jslink((self._slider, "value"), (self._stack, "selected_index")))
        controls = widgets.HBox([play, self._slider, field, end], layout=full)
        notes = [widgets.Label(note) for note in self._film.notes]
        self.widget = widgets.VBox([*notes, controls, self._stack, _focus_style()])
        self._links = links

        self._drawn = set()
        for position in range(1, last + 1):
            self._frames[position].value = self._page(position, _EMPTY_PICTURE)
        self._draw(0)
        self._filling = None
        _replace_earlier_run(self.close)
        try:
            self._filling = asyncio.get_running_loop().create_task(self._draw_the_rest())
        except RuntimeError:  # no loop runs outside a kernel
            self.finish()

    def finish(self):
        """Draw all pictures that are not drawn yet, now."""
        for position in range(len(self._frames)):
            self._draw(position)

    def walk(self):
        """Put the slider on each position in turn, then back; yield what each shows, a `Step`."""
        self.finish()
        with self._slider.hold_sync(), self._stack.hold_sync():
            for position, step in enumerate(self._film.steps):
                self._slider.value = self._stack.selected_index = position
                yield step
            self._slider.value = self._stack.selected_index = 0

    def close(self):
        """Take the widgets off the page and out of the kernel's memory."""
        if self._filling is not None:
            self._filling.cancel()
        for link in self._links:
            link.close()
        _close_tree(self.widget)

    def _repr_mimebundle_(self, **_):
        """Give a notebook the widgets, and pages without widgets a film strip and its caption."""
        data = self.widget._repr_mimebundle_()
        last = len(self.texts) - 1
        positions = sorted({0, min(1, last), min(2, last), last})
        data["image/png"] = drawing.to_png(_film_strip(self._film, positions))
        data["text/plain"] = "\n".join(
            [f"Film strip of a stepper with {last + 1} positions.", *self._film.notes]
            + [f"Position {position}. {self.texts[position]}" for position in positions]
        )
        return data, {"image/png": {"width": SIZE[0], "alt": data["text/plain"]}}

    async def _draw_the_rest(self):
        """Draw the missing pictures, always the one nearest to the slider, between other work."""
        while missing := set(range(len(self._frames))) - self._drawn:
            self._draw(min(missing, key=lambda position: abs(position - self._slider.value)))
            await asyncio.sleep(0)

    def _draw(self, position):
        if position not in self._drawn:
            self._drawn.add(position)
            png = drawing.to_png(self._film.frame(position))
            source = "data:image/png;base64," + base64.b64encode(png).decode()
            self._frames[position].value = self._page(position, source)

    def _page(self, position, source):
        """Return a position's HTML: the picture, and under it the text that is its alt text too."""
        text, (width, height) = html.escape(self.texts[position]), SIZE
        return (
            f'<img src="{source}" alt="{text}" width="{width}" height="{height}" '
            f'style="width:100%; height:auto; aspect-ratio:{width}/{height}; display:block; '
            f'background:white"><p aria-live="polite" style="{self._text_style}">{text}</p>'
        )


def show_widget(widget, caption):
    """Show a widget, and where widgets are not shown a caption that says what it is.

    Like a stepper, it is closed when its cell runs again.

    Parameters
    ----------
    widget : ipywidgets.Widget
    caption : str
    """
    box = widgets.VBox([widget, _focus_style()])
    _replace_earlier_run(lambda: _close_tree(box))
    display({**box._repr_mimebundle_(), "text/plain": caption}, raw=True)


def _focus_style():
    return widgets.HTML(_FOCUS_STYLE, layout={"display": "none"})


def _close_tree(widget):
    """Close a widget with all in it; ipywidgets keeps each part until it is closed itself."""
    for child in getattr(widget, "children", ()):
        _close_tree(child)
    for part in (getattr(widget, "style", None), getattr(widget, "layout", None), widget):
        if part is not None:
            part.close()


def _film_strip(film, positions):
    """Set some frames side by side, each over its text, on one picture."""
    texts = [
        textwrap.fill(film.texts[position], _STRIP_LETTERS, break_on_hyphens=False)
        for position in positions
    ]
    fonts = Path(matplotlib.get_data_path(), "fonts", "ttf")
    font = ImageFont.truetype(fonts / "DejaVuSans.ttf", drawing.TEXT_SIZE)
    width, height = SIZE
    tile_height = height + _STRIP_LINE * (max(text.count("\n") for text in texts) + 3)
    strip = Image.new("RGB", (2 * width, tile_height * -(-len(positions) // 2)), "white")
    pen = ImageDraw.Draw(strip)
    for i, (position, text) in enumerate(zip(positions, texts, strict=True)):
        left, top = i % 2 * width, i // 2 * tile_height
        strip.paste(film.frame(position), (left, top))
        spacing = _STRIP_LINE - drawing.TEXT_SIZE
        pen.multiline_text((left + 10, top + height + 8), text, "black", font, spacing=spacing)
    return strip


def _replace_earlier_run(close):
    """Close what the running cell made when it ran before; `close` does so to what it makes now."""
    cell, run = _running_cell()
    if cell is None:
        return
    earlier_run, to_close = _made_by_cell.get(cell, (run, []))
    if earlier_run != run:
        for close_earlier in to_close:
            close_earlier()
        to_close = []
    _made_by_cell[cell] = (run, [*to_close, close])


def _running_cell():
    """Return what names the cell that is running and what names this run of it, or None twice."""
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return None, None
    request = kernel.get_parent("shell")
    # JupyterLab names the cell; where a front end does not, the cell's text has to do.
    cell = request["metadata"].get("cellId") or request["content"]["code"]
    return cell, request["header"]["msg_id"]
