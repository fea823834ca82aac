"""A picture of which only some artists move: they are redrawn over a background drawn once.

Drawing all of a figure anew takes many times as long as drawing what a slider changes.
"""

import gc
from contextlib import contextmanager

from PIL import Image

from gmm_helpers.drawing import WIDTH, empty_figure


class Stage:
    """A figure of the course's width, with its backgrounds.

    Fill `figure` with axes and artists inside `plain_style`, name the ones that move with `hold`,
    then change those and ask for a `picture`.

    Parameters
    ----------
    height : int
        In pixels.
    labels : dict, optional
        The labels that stages of one size share: what one holds, all hold.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    size : tuple of int
        Width and height in pixels.

    Examples
    --------
    >>> from gmm_helpers import plain_style
    >>> stage = Stage(100)
    >>> with plain_style():
    ...     (line,) = stage.figure.add_axes((0.1, 0.2, 0.8, 0.7)).plot([0, 1], [0, 1])
    >>> stage.hold([line])
    >>> line.set_ydata([1, 0])
    >>> stage.picture().size
    (840, 100)
    """

    def __init__(self, height, *, labels=None):
        from gmm_helpers._canvas import Canvas  # see `empty_figure`

        self.size = (WIDTH, height)
        self.figure = empty_figure(height)
        self._canvas = Canvas(self.figure)
        self._moving, self._backgrounds = [], {}
        self._labels = {} if labels is None else labels
        self._seldom, self._ground = [], None

    def hold(self, moving, name=None, *, seldom=()):
        """Keep what stands in the figure now, but for the `moving` artists, as a background.

        Called again, with another `name`, it keeps a second one: of other limits, say. The
        `seldom` artists are part of the background, and `renew` draws them alone anew.
        """
        self._moving, self._seldom = _from_back_to_front(moving), list(seldom)
        for artist in (*self._moving, *self._seldom):
            artist.set_animated(True)
        self._canvas.draw()
        self._ground = self._backgrounds[name] = self._copy()
        if self._seldom:
            self._draw(self._seldom)
            self._backgrounds[name] = self._copy()

    def renew(self, moving):
        """Draw the `seldom` artists of the latest `hold` anew; from now on, move others."""
        self._moving = _from_back_to_front(moving)
        self._canvas.restore_region(self._ground)
        self._draw(self._seldom)
        self._backgrounds[None] = self._copy()

    def hold_label(self, text, name):
        """Keep a text that is moved no more, to be laid over the background without a name."""
        self._canvas.restore_region(self._backgrounds[None])
        with _swept_up():
            self._draw([text])
        box = text.get_window_extent(self._canvas.get_renderer()).padded(2)
        self._labels[name] = self._canvas.copy_from_bbox(box)
        text.remove()

    def holds(self, name):
        """Say whether there is a background or a label of that name."""
        return name in self._backgrounds or name in self._labels

    def picture(self, name=None):
        """Draw the moving artists over a background or label; return an RGB PIL image."""
        self._canvas.restore_region(self._backgrounds[None if name in self._labels else name])
        if name in self._labels:
            self._canvas.restore_region(self._labels[name])
        self._draw(self._moving)
        return Image.frombuffer("RGBA", self.size, self._canvas.buffer_rgba()).convert("RGB")

    def _draw(self, artists):
        for artist in artists:
            artist.draw(self._canvas.get_renderer())

    def _copy(self):
        return self._canvas.copy_from_bbox(self.figure.bbox)


def _from_back_to_front(artists):
    return sorted(artists, key=lambda artist: artist.zorder)


@contextmanager
def _swept_up():
    """Free at once what setting a formula leaves behind: 3 MB of exceptions that refer to frames.

    Python would find it only in its next sweep of all memory, which may be far off. Held back until
    the end, a sweep of what is new finds it all.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(0)
        if enabled:
            gc.enable()
