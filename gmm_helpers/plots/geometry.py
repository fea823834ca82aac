"""Shapes of mixtures as plain numbers, for matplotlib and for the browser alike.

A shape is computed once; an affine map (a, b, c, d, e, f) puts it in its place:
x′ = a x + b y + e and y′ = c x + d y + f.
"""

import numpy as np

# A Gaussian bump of height 1 and width 1, dense where it bends, and a circle of radius 1.
_Z = np.concatenate([np.linspace(-8, -4, 9)[:-1], np.linspace(-4, 4, 97), np.linspace(4, 8, 9)[1:]])
BUMP = np.column_stack([_Z, np.exp(-0.5 * _Z**2)])
_ANGLES = np.linspace(0, 2 * np.pi, 101)
CIRCLE = np.column_stack([np.cos(_ANGLES), np.sin(_ANGLES)])
# Where one-dimensional points lie below a density, as shares of the height above it.
RUG_ROOM, _RUG = 0.16, (0.03, 0.13)
_MOST_POINTS = 800
_ALIKE = 5  # times as wide: with one scale a picture beyond that would be a strip


def format_number(value, decimals):
    """Write a number with a true minus sign, and without one for a zero; a long one in digits."""
    long = decimals > 15 or abs(value) >= 1e15
    text = f"{value:#.3g}" if long else f"{round(float(value), decimals) + 0:.{decimals}f}"
    return text.replace("-", "−").replace("e+", "e")


def format_place(values, decimals):
    """Write one number as it is, two in brackets."""
    numbers = [format_number(value, d) for value, d in zip(values, decimals, strict=True)]
    return numbers[0] if len(numbers) == 1 else f"({', '.join(numbers)})"


def join_words(parts):
    """Write parts as a sentence lists them, with "and" before the last."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def decimals_for(x):
    """Return with how many decimals each feature of `x` (n, D) is written."""
    spreads = [spread if spread > 0 else 1.0 for spread in x.std(axis=0)]
    return [max(0, 2 - int(np.floor(np.log10(spread)))) for spread in spreads]


def bump_maps(mixture):
    """Return what maps BUMP to each φ_k N(x | μ_k, σ_k²) of a mixture with D = 1, shape (K, 6)."""
    deviations = np.sqrt(mixture.variances)
    peaks = mixture.weights / (np.sqrt(2 * np.pi) * deviations)
    zero = np.zeros_like(peaks)
    return np.column_stack([deviations, zero, zero, peaks, mixture.means[:, 0], zero])


def ellipse_maps(mixture):
    """Return what maps CIRCLE to each component's ellipse at 1σ, shape (K, 6)."""
    return np.concatenate([mixture._factors.reshape(-1, 4), mixture.means], axis=1)


def shifts(places):
    """Return what maps a shape, as large as it is, to each of some places (…, 2): shape (…, 6)."""
    places = np.asarray(places, float)
    return np.concatenate([np.broadcast_to([1, 0, 0, 1], (*places.shape[:-1], 4)), places], -1)


def place(shape, affine):
    """Return a shape (m, 2) where an affine map puts it."""
    a, b, c, d, e, f = affine
    return shape @ [[a, c], [b, d]] + [e, f]


def histogram(x):
    """Return the bars of a histogram of area 1 as rows left, right, bottom, top.

    There are 40, and of few points fewer: else each point would be a spike of its own.
    """
    bins = min(40, round(2.4 * np.sqrt(len(x))))
    heights, edges = np.histogram(x, bins=bins, density=True)
    return np.column_stack([edges[:-1], edges[1:], np.zeros_like(heights), heights])


def rug(x, top):
    """Return where points of one dimension lie below a density that ends at `top`, shape (n, 2).

    They are spread over a band, so that few overlap.
    """
    golden = (np.sqrt(5) - 1) / 2
    share = _RUG[0] + (_RUG[1] - _RUG[0]) * (np.arange(len(x)) * golden % 1)
    return np.column_stack([x, -top * share])


def over_plane(function, limits, count=121):
    """Return `count` values along x, as many along y, and a function of points (n, 2) on that grid.

    `limits` are those of x, then of y. Of the function there is a row for each value along y.
    """
    x, y = (np.linspace(low, high, count) for low, high in np.reshape(limits, (2, 2)))
    values = np.asarray(function(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)))
    return x, y, values.reshape(count, count, *values.shape[1:])


def contour_lines(x, y, heights, levels) -> list[list[np.ndarray]]:
    """Return for each level the lines (m, 2) where a surface, a row for each y, has that height.

    A line that is closed ends where it begins.
    """
    from contourpy import contour_generator  # matplotlib's own; few pictures need it

    generator = contour_generator(x, y, heights)
    return [list(map(np.asarray, generator.lines(level))) for level in levels]


def mass_inside(radius):
    """Return the share of a 2-D Gaussian within so many standard deviations: 1 − exp(−r²/2)."""
    return -np.expm1(-0.5 * np.square(radius))


def ahead(scores, k):
    """Return by how much score k of (…, K) is ahead of all others, shape (…)."""
    return scores[..., k] - np.delete(scores, k, axis=-1).max(axis=-1)


def choose_points(n):
    """Return which of `n` points a picture shows: all, or at most 800, evenly chosen."""
    return np.arange(0, n, -(-n // _MOST_POINTS))


def span(low, high, margin):
    """Return limits that leave a margin, a share of the span; never two equal ones."""
    width = high - low
    if not width > 0:
        width = abs(high) or 1.0
        margin = max(margin, 0.1)
    return low - margin * width, high + margin * width


def around(x, margin):
    """Return limits around `x` (n, D): the lower ends, and the upper ones, shape (2, D)."""
    ends = zip(x.min(axis=0), x.max(axis=0), strict=True)
    return np.transpose([span(low, high, margin) for low, high in ends])


def shared_limits(x, limits=None):
    """Return limits that suit `x` (n, D) and others of its kind, or the given ones if these do."""
    low, high = x.min(axis=0), x.max(axis=0)
    if limits is not None:
        width = limits[1] - limits[0]
        fits = (limits[0] < low) & (high < limits[1]) & (high - low > 0.6 * width)
        if fits.all():
            return limits
    return around(x, 0.15)


def share_a_scale(x, features):
    """Say whether both axes have one scale: the features of `x` (n, 2) are unnamed, and alike."""
    spans = np.ptp(x, axis=0)
    return features is None and bool(spans.max() < _ALIKE * spans.min())


def reach(maps, radius=2):
    """Return where ellipses (…, 6) of so many σ begin and end, shape (2, 2)."""
    half = radius * np.hypot(maps[..., [0, 2]], maps[..., [1, 3]])
    return np.stack(
        [(maps[..., 4:] - half).reshape(-1, 2).min(0), (maps[..., 4:] + half).reshape(-1, 2).max(0)]
    )


def plane_limits(x, *ellipses):
    """Return limits for points (n, 2) and 2σ ellipses (…, 6), of which very large ones are cut."""
    reaches = (around(reach(maps), 0.02) for maps in ellipses)  # a line on the edge would be cut
    ends, far = np.stack([around(x, 0.06), *reaches]), around(x, 0.25)
    return np.stack(
        [np.maximum(ends[:, 0].min(axis=0), far[0]), np.minimum(ends[:, 1].max(axis=0), far[1])]
    )


def ticks(low, high, count=6, *, whole=False):
    """Return about `count` round numbers between two, each with its text."""
    power = 10.0 ** np.floor(np.log10((high - low) / count))
    steps = power * np.array([1, 2, 2.5, 5, 10, 20, 25, 50])
    step = next(s for s in steps if (high - low) / s <= count and not (whole and s % 1))
    numbers = np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1)
    values = numbers * step
    largest = max(abs(low), abs(high))
    if largest >= 1e6 or step < (1e-4 if largest < 1 else 1e-6):  # in the manner of 1.5e9
        digits = max(0, int(np.floor(np.log10(largest)) - np.floor(np.log10(step))))
        texts = [f"{v + 0:.{digits}e}".replace("e+0", "e").replace("e+", "e") for v in values]
    else:
        decimals = next(d for d in range(8) if abs(step - round(step, d)) < 1e-6 * step)
        texts = [f"{value + 0:.{decimals}f}" for value in values]
    return [(float(v), t.replace("-", "−")) for v, t in zip(values, texts, strict=True)]
