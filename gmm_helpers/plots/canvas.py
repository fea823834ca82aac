"""A canvas for matplotlib's figures on which Pillow writes plain text, in a fifth of the time.

It is made with the first picture: what it imports takes half as long as all of the package.
"""

import functools
import unicodedata

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.font_manager import findfont, get_font
from PIL import Image, ImageDraw, ImageFont


class Canvas(FigureCanvasAgg):
    """As matplotlib's own, but for who writes level lines of text that are no formulas.

    They must be in one font, from left to right, and a whole number of pixels tall.
    """

    def get_renderer(self):
        """Return what draws on this canvas."""
        width, height = self.get_width_height(physical=True)
        wanted = width, height, self.figure.dpi
        if self._lastKey != wanted:  # as `FigureCanvasAgg` keeps its own
            self.renderer, self._lastKey = _Renderer(*wanted), wanted
        return self.renderer


class _Renderer(RendererAgg):
    """What draws on a `Canvas`; the methods are matplotlib's, and take and return what those do."""

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        font = None if ismath or angle else self._font(s, prop)
        if font is None:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        left, top, right, bottom = font.getbbox(s, anchor="ls")  # from the start of the baseline
        mask = Image.new("L", (right - left, bottom - top))
        ImageDraw.Draw(mask).text((-left, -top), s, 255, font, anchor="ls")
        *colour, alpha = gc.get_rgb()
        pixels = np.empty((*mask.size[::-1], 4), dtype=np.uint8)
        pixels[..., :3] = np.round(255 * np.array(colour))
        pixels[..., 3] = np.round(np.asarray(mask) * alpha)
        # An image is placed by its lower left corner, with y upwards, and its rows go up.
        self.draw_image(gc, round(x) + left, self.height - round(y) - bottom, pixels[::-1])

    def get_text_width_height_descent(self, s, prop, ismath):
        font = None if ismath else self._font(s, prop)
        if font is None:
            return super().get_text_width_height_descent(s, prop, ismath)
        _, top, right, bottom = font.getbbox(s, anchor="ls")
        return right, bottom - top, bottom

    def _font(self, s, prop):
        """Return the font to write a text with, or None where it is left to matplotlib."""
        path, size = findfont(prop), self.points_to_pixels(prop.get_size_in_points())
        plain = size == int(size) and all(_has(path, letter) for letter in s)
        return _load_font(path, int(size)) if plain else None


@functools.cache
def _has(path, letter):
    """Say whether a font has a letter, and the letter's place is to the right of the one before."""
    from_right = unicodedata.bidirectional(letter) in ("R", "AL")
    is_seen = unicodedata.category(letter) != "Cf"
    return bool(get_font(path).get_char_index(ord(letter))) and is_seen and not from_right


@functools.cache
def _load_font(path, size):
    # The plain layout is everywhere; the other one needs a library that may not be there.
    face = getattr(path, "face_index", 0)
    return ImageFont.truetype(path, size, index=face, layout_engine=ImageFont.Layout.BASIC)
