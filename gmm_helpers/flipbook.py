"""A slider over pictures that are drawn once, each with its text.

The slider, whose number is a field to type in, and Play are linked in the browser to a stack that
holds one picture for each position: a step needs no kernel.

The position is the browser's. Python hears of it late, as ipywidgets keeps a widget's newest value
back until the one before has been answered. So Python writes to the slider alone, which leads all
others, and only where its position has to change; and what needs the position comes with it, or
asks for it.
"""

import textwrap
from pathlib import Path

import ipywidgets as widgets
import matplotlib
from PIL import Image
from traitlets import Int

from gmm_helpers import _page, drawing
from gmm_helpers.drawing import DRAWING

_PLAY_MS = 700
# After a refill, how long the pictures that cannot be seen wait: the next refill may come soon.
_PAUSE_S = 0.15
_NO_MORE = object()
_NOT_DRAWN = "This picture is being drawn."
_STRIP_LETTERS, _STRIP_LINE = 72, 26  # letters on a line, and a line's height in pixels


class _Slider(widgets.IntSlider):
    """A slider that Python can ask where it is.

    The browser copies each question to the answer, and sends what has changed in one message: the
    answer comes with the newest value.
    """

    question = Int(0).tag(sync=True)
    answer = Int(0).tag(sync=True)


class Flipbook:
    """Pictures under a slider, with a text for each; a film strip where widgets are not shown.

    Shown when it is the last value of a cell. A cell that is run again closes what its run
    before has made, because ipywidgets keeps every widget that is not closed.

    Parameters
    ----------
    draw : callable
        `draw(position)` returns the picture at a position as an RGB PIL image, all of one size,
        as `Stage.picture` does. Called in any order, and for the film strip once more.
    texts : sequence of str
        What each picture shows, in words: the line under it, and its text alternative.
    title : str
        What it is a flip-book of; the caption's first words.
    notes : sequence of str
        What there is to know about all of it.
    strip : sequence of int, optional
        The positions that stand for the whole where widgets are not shown: by default the first
        three and the last.
    room : int
        For how many positions to keep room, for a `refill` with more.

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

    def __init__(
        self, draw, texts, *, title="Pictures under a slider", notes=(), strip=None, room=0
    ):
        self._title, self._chosen_strip, self._most_letters = title, strip, 0
        self._take(draw, texts, notes)
        last = len(self.texts) - 1
        self._first = draw(0)
        self._size = self._first.size
        self._drawn, self._filling, self._task = {0}, None, None
        full = _page.page_layout()
        first = widgets.HTML(self._page_at(0, drawing.to_png(self._first)), layout=full)
        children, more, self._waiting = [first], max(room, len(self.texts)) - 1, None
        if more:  # one frame stands for all others, until they are made with their pictures
            self._waiting = widgets.HTML(self._page_of(_NOT_DRAWN), layout=full, style=first.style)
            children += [self._waiting] * more
        self._stack = widgets.Stack(children, selected_index=0, layout=full)
        self._notes = _page.make_notes(self._said)
        self.widget = widgets.VBox(
            [self._notes, self._make_controls(last), self._stack, _page.page_style()]
        )
        self._when_told = self._when_moved = self._beside_strip = None
        _page.replace_earlier_run(self.close)
        self._start_filling(0)

    def refill(self, draw, texts, *, notes=(), ready=None, afterwards=()):
        """Show other pictures, with their texts and notes, in place of those there are.

        The slider stays where it is if there is such a position; at the end it stays at the end.
        The picture that can be seen is there first.

        Parameters
        ----------
        draw, texts, notes
            As for a new flip-book, with pictures of the same size.
        ready : mapping of int to bytes, optional
            The pictures that have been drawn before, as PNG.
        afterwards : iterable, optional
            Further work: when all is drawn and the kernel is free, its items are asked for one
            after the other, until the next refill.

        Raises
        ------
        ValueError
            If there are no texts, or more than the flip-book has room for.
        """
        room = len(self._stack.children)
        if len(texts) > room:
            raise ValueError(f"There is room for {room} positions; there are {len(texts)} texts.")
        with DRAWING:
            self._filling = self._when_told = self._when_moved = None
            position = self.position_in(len(texts))
            self._take(draw, texts, notes, ready)
            self._drawn = set()
            self._draw(position)
            self._move(position, len(texts) - 1)
            _page.show_notes(self._notes, self._said)
            self._clear_the_rest()
            self._start_filling(_PAUSE_S, afterwards)

    def position_in(self, count):
        """Return where the slider will be after a refill with so many positions."""
        at_end = self._slider.value == self._slider.max > 0
        return count - 1 if at_end else min(self._slider.value, count - 1)

    def ask_position(self, then):
        """Let the browser tell the slider's newest position, and then call `then`.

        For a `refill` that somebody on the page asks for: the slider may have been moved just
        before. Until then no picture is drawn. Of several calls that wait, only the last is made.
        """
        self._filling, self._when_told, self._when_moved = None, then, None
        self._slider.question += 1

    def tell_with_position(self, control, then):
        """Let the browser tell a control's `index` together with the slider's newest position.

        As `ask_position`, without the way there and back: the slider holds the index as well, and
        the browser copies it. `then` is called with it when it has changed.
        """
        name = f"index_{control.model_id}"
        self._slider.add_traits(**{name: Int(control.index).tag(sync=True)})
        self._slider.observe(lambda change: then(change.new), name)
        self._links.append(widgets.jsdlink((control, "index"), (self._slider, name)))

    def prepare_when_moved(self, steps):
        """Ask for the items of `steps`, as of `afterwards` in a `refill`, once the slider moves."""
        self._when_moved = steps

    def say(self, notes):
        """Put other notes above the pictures there are, and go on with these."""
        self._said, self._when_told = tuple(notes), None
        _page.show_notes(self._notes, self._said)
        self._start_filling(0)

    def announce(self, note):
        """Show a note in place of the others, until they are shown again."""
        _page.show_notes(self._notes, [note])

    def finish(self):
        """Draw all pictures that are not drawn yet, now."""
        for position in range(len(self.texts)):
            self._draw(position)

    def walk(self):
        """Put the slider on each position in turn, then back; yield the positions."""
        self.finish()
        with self._slider.hold_sync(), self._stack.hold_sync():
            for position in range(len(self.texts)):
                self._slider.value = self._stack.selected_index = position
                yield position
            self._slider.value = self._stack.selected_index = 0

    def close(self):
        """Take the widgets off the page and out of the kernel's memory."""
        with DRAWING:  # else another thread could make frames meanwhile
            self._filling = self._when_told = self._when_moved = None
            for link in self._links:
                link.close()
            for widget in filter(None, (self.widget, self._beside_strip)):
                _page.close_tree(widget)
            self._waiting = None  # no other frames any more

    def _ipython_display_(self):
        self.show_in(self.widget)

    def show_in(self, widget):
        """Display a widget that holds this one, then for other pages a film strip and its caption.

        They are two outputs, so that the widget is on the page before the strip is drawn.
        """
        with DRAWING:  # else another run could be shown in the middle of it
            count = len(self.texts)
            title = f"{self._title}, {count} position{'s' * (count > 1)}."
            _page.show_view(widget, title)
            caption = "\n".join(
                [title, *self._said]
                + [f"Position {position}. {self.texts[position]}" for position in self._strip()]
            )
            self._beside_strip = self._beside_strip or _page.nothing()
            _page.show_bundle(self._beside_strip, self._film_strip(), caption)

    def _take(self, draw, texts, notes, ready=None):
        """Keep what there is to show, from now on."""
        self._ready, self._first = ready or {}, None  # the first picture, until the strip takes it
        self.texts = tuple(texts)
        if not self.texts:
            raise ValueError("A flip-book needs at least one text, and a picture for each.")
        self._picture_at, self._said = draw, tuple(notes)
        self._most_letters = max(self._most_letters, *map(len, self.texts))

    def _strip(self):
        """Return the positions of the film strip."""
        last = len(self.texts) - 1
        chosen = (0, 1, 2, last) if self._chosen_strip is None else self._chosen_strip
        return sorted({min(position, last) for position in chosen})

    def _make_controls(self, last):
        """Make the slider and Play, linked in the browser to the stack.

        The browser sends each linked widget's change to Python, and a step waits for its share of
        that. So the number is the slider's own: a field beside it would report as well.
        """
        self._slider = _Slider(0, 0, last, description="Position", layout={"flex": "1 1 auto"})
        self._play = widgets.Play(
            value=0, min=0, max=last, interval=_PLAY_MS, show_repeat=False, layout={"flex": "none"}
        )
        self._end = widgets.Label(f"of {last}", layout={"flex": "none", "margin": "2px"})
        self._links = [
            widgets.jsdlink((self._slider, "value"), (self._stack, "selected_index")),
            widgets.jslink((self._play, "value"), (self._slider, "value")),
            widgets.jsdlink((self._slider, "max"), (self._play, "max")),
            widgets.jsdlink((self._slider, "question"), (self._slider, "answer")),
        ]
        self._slider.observe(self._hear_answer, "answer")
        self._slider.observe(self._hear_move, "value")
        return widgets.HBox([self._play, self._slider, self._end], layout=_page.page_layout())

    def _hear_answer(self, change):
        """Do what waits for the slider's position, if the answer is to the last question."""
        if change.new == self._slider.question and self._when_told is not None:
            then, self._when_told = self._when_told, None
            then()

    def _hear_move(self, _):
        """Begin what waits for the first move."""
        if self._when_moved is not None:
            steps, self._when_moved = self._when_moved, None
            self._start_filling(0, steps)  # what is being moved to may still have to be drawn

    def _move(self, position, last):
        """Put the slider on a position, of so many; the browser lets the others follow."""
        self._play.playing = False
        # In this order the browser never holds a position that there is not. A longer run's last
        # position is sent before a place on it, and a shorter one's after the place has changed.
        self._slider.value = min(self._slider.value, position)
        self._slider.max = last
        self._slider.value = position
        self._end.value = f"of {last}"

    def _clear_the_rest(self):
        """Take away what stands at the positions that are not drawn."""
        for position in set(range(len(self.texts))) - self._drawn:
            self._show(position, None)

    def _start_filling(self, pause, afterwards=()):
        """Draw the missing pictures while the kernel is free, or at once where no loop runs."""
        import asyncio  # here, as a kernel has it, and the package's import should not wait for it

        self._filling = filling = object()  # what fills stops as soon as this is another
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no loop runs outside a kernel
            self.finish()
        else:
            self._task = loop.create_task(self._draw_the_rest(filling, pause, afterwards))

    async def _draw_the_rest(self, filling, pause, afterwards):
        """Draw the missing pictures, and do what comes after that, between other work."""
        import asyncio

        await asyncio.sleep(pause)
        steps = iter(afterwards)
        while self._draw_nearest(filling) or self._do_next(filling, steps):
            await asyncio.sleep(0)

    def _draw_nearest(self, filling):
        """Draw the missing picture that is nearest to the slider; say whether there was one."""
        with DRAWING:
            missing = set(range(len(self.texts))) - self._drawn
            if filling is not self._filling or not missing:
                return False
            self._draw(min(missing, key=lambda position: abs(position - self._slider.value)))
            return True

    def _do_next(self, filling, steps):
        """Do a step of what comes when all is drawn; say whether there was one."""
        with DRAWING:
            return filling is self._filling and next(steps, _NO_MORE) is not _NO_MORE

    def _draw(self, position):
        with DRAWING:
            if position not in self._drawn:
                self._drawn.add(position)
                png = self._ready.get(position)
                self._show(position, png or drawing.to_png(self._picture_at(position)))

    def _show(self, position, png):
        page = self._page_at(position, png)
        if self._waiting is not None:
            self._make_the_other_frames({position: page})
        self._stack.children[position].value = page

    def _make_the_other_frames(self, drawn):
        """Make all frames but the first, with the pages that are drawn: nobody waits for them.

        Each has its value from the start: one set later would be one more message.
        """
        first, *others = self._stack.children
        count, like = len(self.texts), {"layout": first.layout, "style": first.style}
        pages = [drawn.get(position) or self._page_at(position) for position in range(1, count)]
        pages += [""] * (len(others) - len(pages))
        self._stack.children = [first, *(widgets.HTML(page, **like) for page in pages)]
        self._waiting.close()
        self._waiting = None

    def _page_at(self, position, png=None):
        """Return what stands at a position, without a picture as long as none is drawn."""
        return self._page_of(self.texts[position], png)

    def _page_of(self, text, png=None):
        return _page.picture_page(png, text, size=self._size, most_letters=self._most_letters)

    def _picture(self, position):
        """Return a picture; the first one, the first time, is the one that the slider has."""
        first, self._first = self._first, None
        return first if position == 0 and first else self._picture_at(position)

    def _film_strip(self):
        """Set some pictures side by side, each over its text, on one picture."""
        from PIL import ImageDraw, ImageFont  # only here, as the package's import should not wait

        texts = [
            textwrap.fill(self.texts[position], _STRIP_LETTERS, break_on_hyphens=False)
            for position in self._strip()
        ]
        fonts = Path(matplotlib.get_data_path(), "fonts", "ttf")
        font = ImageFont.truetype(fonts / "DejaVuSans.ttf", drawing.TEXT_SIZE)
        width, height = self._size
        tile_height = height + _STRIP_LINE * (max(text.count("\n") for text in texts) + 3)
        strip = Image.new("RGB", (2 * width, tile_height * -(-len(texts) // 2)), "white")
        pen = ImageDraw.Draw(strip)
        for i, (position, text) in enumerate(zip(self._strip(), texts, strict=True)):
            left, top = i % 2 * width, i // 2 * tile_height
            strip.paste(self._picture(position), (left, top))
            spacing = _STRIP_LINE - drawing.TEXT_SIZE
            pen.multiline_text((left + 10, top + height + 8), text, "black", font, spacing=spacing)
        return strip
