"""A slider over pictures that are drawn once, each with its text.

The slider, Play and the number field are linked in the browser to a stack that holds one
picture for each position: a step needs no kernel.
"""

import asyncio
import textwrap
from pathlib import Path

import ipywidgets as widgets
import matplotlib
from PIL import Image, ImageDraw, ImageFont

from gmm_helpers import _page, drawing

_PLAY_MS = 700
_STRIP_LETTERS, _STRIP_LINE = 72, 26  # letters on a line, and a line's height in pixels


class Flipbook:
    """Pictures under a slider, with a text for each; a film strip where widgets are not shown.

    Shown when it is the last value of a cell. A cell that is run again closes what its run
    before has made, because ipywidgets keeps every widget that is not closed.

    Parameters
    ----------
    draw : callable
        `draw(position)` returns the picture at a position as an RGB PIL image, all of one size,
        as `Stage.picture` does. Called once for each position, in any order.
    texts : sequence of str
        What each picture shows, in words: the line under it, and its text alternative.
    title : str
        What it is a flip-book of; the caption's first words.
    notes : sequence of str
        What there is to know about all of it.
    strip : sequence of int, optional
        The positions that stand for the whole where widgets are not shown: by default the first
        three and the last.

    Attributes
    ----------
    widget : ipywidgets.VBox
        To place it among other widgets.
    texts : tuple of str

    Raises
    ------
    ValueError
        If there are no texts.

    Examples
    --------
    >>> from PIL import Image
    >>> greys = Flipbook(lambda i: Image.new("RGB", (840, 300), (i, i, i)), ["black", "dark"])
    >>> for position in greys.walk():
    ...     print(position, greys.texts[position])
    0 black
    1 dark
    """

    def __init__(self, draw, texts, *, title="Pictures under a slider", notes=(), strip=None):
        self.texts = tuple(texts)
        if not self.texts:
            raise ValueError("A flip-book needs at least one text, and a picture for each.")
        last = len(self.texts) - 1
        self._picture_at, self._title, self._notes = draw, title, tuple(notes)
        self._strip = sorted({0, min(1, last), min(2, last), last} if strip is None else {*strip})
        self._most_letters = max(map(len, self.texts))
        picture = draw(0)
        self._size = picture.size
        full = _page.page_layout()
        first = widgets.HTML(layout=full)
        self._frames = [first] + [widgets.HTML(layout=full, style=first.style) for _ in range(last)]
        self._stack = widgets.Stack(self._frames, selected_index=0, layout=full)
        controls = self._make_controls(last)
        self.widget = widgets.VBox(
            [*map(_page.note, self._notes), controls, self._stack, _page.page_style()]
        )
        self._show(0, picture)
        for position in range(1, last + 1):
            self._show(position, None)
        self._drawn = {0}
        self._filling = None
        _page.replace_earlier_run(self.close)
        try:
            self._filling = asyncio.get_running_loop().create_task(self._draw_the_rest())
        except RuntimeError:  # no loop runs outside a kernel
            self.finish()

    def finish(self):
        """Draw all pictures that are not drawn yet, now."""
        for position in range(len(self._frames)):
            self._draw(position)

    def walk(self):
        """Put the slider on each position in turn, then back; yield the positions."""
        self.finish()
        with self._slider.hold_sync(), self._stack.hold_sync():
            for position in range(len(self._frames)):
                self._slider.value = self._stack.selected_index = position
                yield position
            self._slider.value = self._stack.selected_index = 0

    def close(self):
        """Take the widgets off the page and out of the kernel's memory."""
        if self._filling is not None:
            self._filling.cancel()
        for link in self._links:
            link.close()
        _page.close_tree(self.widget)

    def _repr_mimebundle_(self, **_):
        """Give a notebook the widgets, and pages without widgets a film strip and its caption."""
        count = len(self.texts)
        caption = "\n".join(
            [f"{self._title}, {count} position{'s' * (count > 1)}.", *self._notes]
            + [f"Position {position}. {self.texts[position]}" for position in self._strip]
        )
        return _page.bundle(self.widget, self._film_strip(), caption)

    def _make_controls(self, last):
        """Make the slider, Play and the number field, linked in the browser to the stack."""
        self._slider = widgets.IntSlider(
            0, 0, last, description="Position", readout=False, layout={"flex": "1 1 auto"}
        )
        play = widgets.Play(
            value=0, min=0, max=last, interval=_PLAY_MS, show_repeat=False, layout={"flex": "none"}
        )
        field = widgets.BoundedIntText(
            0, 0, last, description="Position", layout={"width": "64px", "flex": "none"}
        ).add_class("gmm-field")
        end = widgets.Label(f"of {last}", layout={"flex": "none", "margin": "2px"})
        to_slider = [
            widgets.jslink((each, "value"), (self._slider, "value")) for each in (play, field)
        ]
        to_stack = widgets.jslink((self._slider, "value"), (self._stack, "selected_index"))
        self._links = [*to_slider, to_stack]
        return widgets.HBox([play, self._slider, field, end], layout=_page.page_layout())

    async def _draw_the_rest(self):
        """Draw the missing pictures, always the one nearest to the slider, between other work."""
        while missing := set(range(len(self._frames))) - self._drawn:
            self._draw(min(missing, key=lambda position: abs(position - self._slider.value)))
            await asyncio.sleep(0)

    def _draw(self, position):
        if position not in self._drawn:
            self._drawn.add(position)
            self._show(position, self._picture_at(position))

    def _show(self, position, picture):
        self._frames[position].value = _page.picture_page(
            picture, self.texts[position], size=self._size, most_letters=self._most_letters
        )

    def _film_strip(self):
        """Set some pictures side by side, each over its text, on one picture."""
        texts = [
            textwrap.fill(self.texts[position], _STRIP_LETTERS, break_on_hyphens=False)
            for position in self._strip
        ]
        fonts = Path(matplotlib.get_data_path(), "fonts", "ttf")
        font = ImageFont.truetype(fonts / "DejaVuSans.ttf", drawing.TEXT_SIZE)
        width, height = self._size
        tile_height = height + _STRIP_LINE * (max(text.count("\n") for text in texts) + 3)
        strip = Image.new("RGB", (2 * width, tile_height * -(-len(texts) // 2)), "white")
        pen = ImageDraw.Draw(strip)
        for i, (position, text) in enumerate(zip(self._strip, texts, strict=True)):
            left, top = i % 2 * width, i // 2 * tile_height
            strip.paste(self._picture_at(position), (left, top))
            spacing = _STRIP_LINE - drawing.TEXT_SIZE
            pen.multiline_text((left + 10, top + height + 8), text, "black", font, spacing=spacing)
        return strip
