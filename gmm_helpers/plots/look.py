"""What a component looks like, in static pictures and in the browser: the one place that says it.

Nothing here needs matplotlib.
"""

import numpy as np

# Okabe & Ito (2008), told apart by people with any colour vision. The first four come first because
# the even mix of any two of them is far from all four. Black is kept for the whole mixture.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")
# Their lighter twins for a dark page: the same hues, found by a numerical search for the largest
# of the least distances that tests/plots/test_look.py asks for.
DARK_COLOURS = ("#029AED", "#FFB601", "#3EE3AA", "#EE81B8", "#F2772D", "#A8DDFD")
# One more than colours, so that also components 1 and 7 are told apart.
MARKERS = ("o", "^", "s", "D", "v", "P", "<")
DASHES = ((), (6, 2), (2, 2), (6, 2, 2, 2), (9, 3), (4, 1, 1, 1), (1, 3))
RADII = (1, 2)  # of a component's ellipses, in standard deviations
# matplotlib's markers of size 2, so that a disc has radius 1, as an SVG draws them: y points down.
_MARKER_PATHS = {
    "o": "M1 0A1 1 0 0 1-1 0A1 1 0 0 1 1 0Z",
    "^": "M0-1L-1 1L1 1Z",
    "s": "M-1-1L1-1L1 1L-1 1Z",
    "D": "M0-1.414L1.414 0L0 1.414L-1.414 0Z",
    "v": "M0 1L-1-1L1-1Z",
    "P": "M-.333-1L.333-1L.333-.333L1-.333L1 .333L.333 .333"
    "L.333 1L-.333 1L-.333 .333L-1 .333L-1-.333L-.333-.333Z",
    "<": "M-1 0L1 1L1-1Z",
    "x": "M-1-1L1 1M-1 1L1-1",
}
# From linear sRGB to OKLab's cone responses.
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)


def line_style(k):
    """Return how matplotlib draws the lines of a component, or of another curve by its number."""
    return {"color": COLOURS[k % len(COLOURS)], "dashes": DASHES[k % len(DASHES)]}


def mix_colours(shares, colours):
    """Mix colours "#RRGGBB" by shares (n, K) in OKLab; return red, green and blue, (n, 3), to 1.

    There the middle between two looks like the middle (Ottosson 2020, A perceptual color space for
    image processing). Where there are fewer colours than K, they begin anew.
    """
    shares = np.asarray(shares, float)
    rgb = np.array([list(bytes.fromhex(colour[1:])) for colour in colours]) / 255
    rgb = rgb[np.arange(shares.shape[1]) % len(rgb)]
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    # OKLab's coordinates are sums of these roots, so that the roots can be mixed in their place.
    roots = shares @ np.cbrt(linear @ _TO_CONES.T)
    linear = np.clip(roots**3 @ np.linalg.inv(_TO_CONES).T, 0, 1)
    mixed = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    alone = shares.max(axis=1, keepdims=True) == 1
    return np.where(alone, rgb[shares.argmax(axis=1)], mixed)


def look():
    """Return what the browser needs to draw components alike, with SVG paths of the markers."""
    return {
        "light": list(COLOURS),
        "dark": list(DARK_COLOURS),
        "markers": dict(_MARKER_PATHS),
        "order": list(MARKERS),
    }
