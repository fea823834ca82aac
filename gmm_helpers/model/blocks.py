"""Data cut into blocks that fit the processor's cache, each with the arrays it is worked on in."""

from typing import NamedTuple

import numpy as np

_BLOCK = 2**16  # numbers per (K, D, m) array: two of them, and what goes with them, in 2 MB
_SHORT = 2048  # numbers in a row of them, of which many fit the smallest cache


class Block(NamedTuple):
    """Some of the points, `x` (D, m), and arrays to work on them in, which all blocks share."""

    where: slice
    x: np.ndarray
    spare: np.ndarray  # (K, D, m), as is z
    z: np.ndarray
    b: np.ndarray  # (K, m)
    largest: np.ndarray  # (m,), as is total
    total: np.ndarray


def cut(points, K):
    """Cut `points` (D, n) into blocks that fit the cache, for a mixture of K components.

    Their arrays are made once: fresh ones would cost more time than the sums that go into them.
    """
    D, n = points.shape
    n_blocks = -(-n // max(_BLOCK // (K * D), 512))
    size = -(-n // n_blocks)
    if size > _SHORT:
        size = 8 * (-(-size // 8) | 1)  # an odd number of cache lines: rows do not compete
    arrays = [np.empty((*shape, size)) for shape in ((K, D), (K, D), (K,), (), ())]
    blocks = []
    for first in range(0, n, size):
        x = points[:, first : first + size]
        m = x.shape[1]
        blocks.append(Block(slice(first, first + m), x, *(array[..., :m] for array in arrays)))
    return blocks
