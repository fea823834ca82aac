"""Time an EM iteration beside scikit-learn's, in turn, on one thread; print the ratios.

Run it with `nox -s bench`. Times are noisy; the ratios, taken round by round, are what counts.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # read when NumPy is first imported

import platform  # noqa: E402
import statistics  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402

import numpy as np  # noqa: E402
import sklearn  # noqa: E402
from sklearn.exceptions import ConvergenceWarning  # noqa: E402
from sklearn.mixture import GaussianMixture  # noqa: E402

from gmm_helpers import Mixture, run_em  # noqa: E402

# n, D, K, iterations in a timed run, and how many times as fast the course's EM should be
CASES = [
    (600, 2, 4, 100, 3),
    (10_000, 2, 4, 40, 5),
    (100_000, 2, 4, 10, 5),
    (1_000_000, 2, 4, 3, 5),
    (100_000, 8, 8, 5, 2),
]
ROUNDS = 9


def problem(n, D, K):
    """Return overlapping clusters and a start that is some way off."""
    rng = np.random.default_rng(0)
    means = rng.uniform(-4, 4, (K, D))
    spread = np.eye(D)[None] + 0.3 * np.ones((D, D))
    truth = Mixture(np.full(K, 1 / K), means, np.repeat(spread, K, axis=0))
    x, _ = truth.sample(n, rng)
    start = Mixture(truth.weights, means + rng.normal(size=(K, D)), 2 * truth.covariances)
    return x, start


def ours(x, start, iterations):
    """Run the course's EM for so many iterations."""
    run_em(x, start, max_iter=iterations, tol=0, record=False)


def theirs(x, start, iterations):
    """Run scikit-learn's EM for so many iterations from the same start."""
    GaussianMixture(
        start.n_components,
        max_iter=iterations,
        tol=0,
        reg_covar=0,
        init_params="random",
        weights_init=start.weights,
        means_init=start.means,
        precisions_init=np.linalg.inv(start.covariances),
    ).fit(x)


def seconds_per_iteration(run, x, start, iterations):
    """Time a run and take away what it spends outside its iterations."""
    times = []
    for count in (1, 1 + iterations):
        begin = time.perf_counter()
        run(x, start, count)
        times.append(time.perf_counter() - begin)
    return (times[1] - times[0]) / iterations


def main():
    """Print one row for each case."""
    warnings.simplefilter("ignore", ConvergenceWarning)  # tol=0 never converges
    print(f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}, {platform.machine()}")
    print(f"{'n':>9} {'D':>2} {'K':>2} {'ours ms':>9} {'theirs ms':>9}  times as fast (min–max)")
    for n, D, K, iterations, goal in CASES:
        x, start = problem(n, D, K)
        pairs = []
        for _ in range(ROUNDS):
            pairs.append([seconds_per_iteration(f, x, start, iterations) for f in (ours, theirs)])
        mine, other = (1e3 * statistics.median(column) for column in zip(*pairs, strict=True))
        ratios = [b / a for a, b in pairs]
        print(
            f"{n:9d} {D:2d} {K:2d} {mine:9.3f} {other:9.3f}  {statistics.median(ratios):.1f} "
            f"({min(ratios):.1f}–{max(ratios):.1f}), goal {goal}"
        )


if __name__ == "__main__":
    main()
