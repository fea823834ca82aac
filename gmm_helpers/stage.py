"""A picture of which only some artists move: they are redrawn over a background drawn once.

Drawing all of a figure anew takes many times as long as drawing what a slider changes.
"""

from contextlib import contextmanager

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from gmm_helpers.drawing import WIDTH


class Stage:
    """A figure of the course's width, with its backgrounds.

    Fill `figure` with axes and artists inside `plain_style`, name the ones that move with `hold`,
    then change those and ask for a `picture`.

    Parameters
    ----------
    height : int
        In pixels.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    size : tuple of int
        Width and height in pixels.

    Examples
    --------
    >>> stage = Stage(100)
    >>> with plain_style():
    ...     (line,) = stage.figure.add_axes((0.1, 0.2, 0.8, 0.7)).plot([0, 1], [0, 1])
    >>> stage.hold([line])
    >>> line.set_ydata([1, 0])
    >>> stage.picture().size
    (840, 100)
    """

    def __init__(self, height):
        self.size = (WIDTH, height)
        self.figure = Figure((WIDTH / 72, height / 72), dpi=72, facecolor="white")
        self._canvas = FigureCanvasAgg(self.figure)
        self._moving, self._backgrounds = [], {}

    def hold(self, moving, name=None):
        """Keep what stands in the figure now, but for the `moving` artists, as a background.

        Called again, with another `name`, it keeps a second one: of other limits, say.
        """
        self._moving = sorted(moving, key=lambda artist: artist.zorder)
        for artist in self._moving:
            artist.set_animated(True)
        self._canvas.draw()
        self._keep(name)

    def hold_with(self, artist, name):
        """Keep as a background `name` the one without a name, with one more artist on it."""
        self._canvas.restore_region(self._backgrounds[None])
        artist.draw(self._canvas.get_renderer())
        self._keep(name)

    def holds(self, name):
        """Say whether there is a background of that name."""
        return name in self._backgrounds

    def picture(self, name=None):
        """Draw the moving artists over a background; return an RGB PIL image."""
        self._canvas.restore_region(self._backgrounds[name])
        for artist in self._moving:
            artist.draw(self._canvas.get_renderer())
        return Image.frombuffer("RGBA", self.size, self._canvas.buffer_rgba()).convert("RGB")

    def _keep(self, name):
        self._backgrounds[name] = self._canvas.copy_from_bbox(self.figure.bbox)


@contextmanager
def plain_style():
    """Let pictures keep the course's look, whatever style the notebook has set."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        yield
