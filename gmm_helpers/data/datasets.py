"""The course's data: toy data drawn from a known mixture, and two real data sets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gmm_helpers.model.mixture import Mixture


@dataclass(frozen=True, eq=False)
class Dataset:
    """Data with what is known about them.

    `x` has shape (n, D), or (n,) for D = 1; `features` names each feature with its unit. For toy
    data, `mixture` is the truth and `z` (n,) the component each point came from; real data
    have None there. For a table that was read from a file, `lines` (n,) has the number of the line
    that each row stands in.
    """

    x: np.ndarray
    features: tuple[str, ...]
    mixture: Mixture | None = None
    z: np.ndarray | None = None
    lines: np.ndarray | None = None


def two_gaussians(n: int = 300, *, rng: np.random.Generator) -> Dataset:
    """Draw `n` points in one dimension from two overlapping Gaussians of unequal size.

    Parameters
    ----------
    n : int
    rng : numpy.random.Generator

    Examples
    --------
    >>> data = two_gaussians(rng=np.random.default_rng(1))
    >>> data.x.shape, data.mixture.weights
    ((300,), array([0.4, 0.6]))
    """
    truth = Mixture.from_1d([0.4, 0.6], [-1.5, 2.0], [0.8**2, 1.2**2])
    return _sample(truth, n, rng, ("x",))


def four_gaussians(n: int = 600, *, rng: np.random.Generator) -> Dataset:
    """Draw `n` points in two dimensions from four stretched Gaussians, two of which overlap.

    Takes and returns what `two_gaussians` does.

    Examples
    --------
    >>> four_gaussians(rng=np.random.default_rng(1)).x.shape
    (600, 2)
    """
    truth = Mixture(
        [0.3, 0.25, 0.25, 0.2],
        [[-4.0, -2.0], [0.0, 3.5], [2.5, 2.0], [3.5, -3.0]],
        [
            [[1.6, 0.9], [0.9, 1.0]],
            [[1.2, -0.7], [-0.7, 0.9]],
            [[0.5, 0.2], [0.2, 1.4]],
            [[1.0, 0.0], [0.0, 0.6]],
        ],
    )
    return _sample(truth, n, rng, ("x₁", "x₂"))


def old_faithful() -> Dataset:
    """Return 272 eruptions of the Old Faithful geyser: duration, and waiting time to the next.

    These are the numbers of R's `faithful`: published facts, in which the course claims no right.
    (The table of Azzalini & Bowman (1990), `geyser` in R's MASS, is another one of the same
    geyser.) Durations were rounded to seconds, with multiples of 5 more frequent than chance would
    make them, and waits to minutes. Successive eruptions are not independent.

    Examples
    --------
    >>> old_faithful().x.shape
    (272, 2)

    References
    ----------
    Härdle (1991), *Smoothing Techniques with Implementation in S*, Springer.
    """
    return Dataset(_read("old_faithful.csv"), ("duration (min)", "waiting time (min)"))


def galaxies() -> Dataset:
    """Return the velocities of 82 galaxies in the Corona Borealis region, in 1000 km/s.

    Published facts, in which the course claims no right. The 78th value is 26.960, as printed by
    Roeder; `galaxies` in R's MASS has 26690 km/s there, a slip.

    Examples
    --------
    >>> galaxies().x.max()
    np.float64(34.279)

    References
    ----------
    Roeder (1990), J. Am. Stat. Assoc. 85, 617–624.
    """
    return Dataset(_read("galaxies.csv"), ("velocity (1000 km/s)",))


def _sample(truth, n, rng, features):
    x, z = truth.sample(n, rng)
    return Dataset(x, features, truth, z)


def _read(name):
    return np.loadtxt(Path(__file__).with_name(name), delimiter=",", skiprows=1)
