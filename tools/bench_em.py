"""Time an EM iteration beside scikit-learn's, in turn, on one thread; print the ratios.

Run it with `nox -s bench`; with `-- --write` it also draws `.github/speed.png` and puts its numbers
into the README. CPU time of one thread is taken, and the ratios round by round, so that it matters
little what else the machine does. The floor is what no EM in NumPy can do without: n · K
exponentials and one look at the data.
"""

import argparse
import itertools
import platform
import re
import sys
import time
import tracemalloc
import warnings
from functools import partial
from pathlib import Path
from timeit import timeit

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from gmm_helpers import Mixture, compare, new_figure, old_faithful, run_em
from gmm_helpers.plots import figures
from gmm_helpers.plots.look import COLOURS

ROOT = Path(__file__).parents[1]
TYPES = ("full", "tied", "diag", "spherical")
# n, D, K, iterations in a timed run, how many times as fast the course's has to be
SIZES = [
    (600, 2, 4, 400, 4.7),
    (10_000, 2, 4, 60, 6),
    (100_000, 2, 4, 10, 7),
    (1_000_000, 2, 4, 3, 7.8),
    (100_000, 8, 8, 4, 3),
]
ROUNDS = 9
LARGE, MOST_MEMORY = 10_000_000, 0.7  # points with D = 2 and K = 4, and GB of memory for them
cpu_seconds = partial(timeit, timer=time.process_time, number=1)


def problem(n, D, K):
    """Return overlapping clusters and a start that is some way off, round as every type allows."""
    rng = np.random.default_rng(0)
    means = rng.uniform(-4, 4, (K, D))
    spread = np.eye(D)[None] + 0.3 * np.ones((D, D))
    truth = Mixture(np.full(K, 1 / K), means, np.repeat(spread, K, axis=0))
    x, _ = truth.sample(n, rng)
    start = Mixture(truth.weights, means + rng.normal(size=(K, D)), [2.6 * np.eye(D)] * K)
    return x, start


def ours(x, start, kind, iterations):
    """Run the course's EM for so many iterations."""
    run_em(x, start, max_iter=iterations, tol=0, record=False, covariance_type=kind)


def theirs(x, start, kind, iterations):
    """Run scikit-learn's EM for so many iterations from the same start."""
    precisions = np.linalg.inv(start.covariances)
    GaussianMixture(
        start.n_components,
        covariance_type=kind,
        max_iter=iterations,
        tol=0,
        reg_covar=0,
        init_params="random",
        weights_init=start.weights,
        means_init=start.means,
        precisions_init={
            "full": precisions,
            "tied": precisions[0],
            "diag": precisions.diagonal(axis1=1, axis2=2),
            "spherical": precisions[:, 0, 0],
        }[kind],
    ).fit(x)


def seconds_per_iteration(run, x, start, kind, iterations):
    """Time a run and take away what it spends outside its iterations."""
    once, often = (cpu_seconds(partial(run, x, start, kind, n)) for n in (1, 1 + iterations))
    return (often - once) / iterations


def floor(x, start, iterations):
    """Return the seconds of n · K exponentials, and of those and one read of the data."""
    points = np.ascontiguousarray(x.T)
    some = start._log_joint(points[:, :4096])
    some -= some.max(axis=0)
    blocks = iterations * len(x) // some.shape[1]
    out = np.empty_like(some)
    exponentials = cpu_seconds(lambda: np.exp(some, out=out), number=blocks) / iterations
    return exponentials, exponentials + cpu_seconds(points.sum, number=iterations) / iterations


def measure(n, D, K, kind, iterations):
    """Return the medians over the rounds, in seconds, and the ratios."""
    x, start = problem(n, D, K)
    rounds = []
    for _ in range(ROUNDS):
        pair = [seconds_per_iteration(run, x, start, kind, iterations) for run in (ours, theirs)]
        rounds.append([*pair, *floor(x, start, iterations)])
    columns = np.array(rounds).T
    names = ("ours", "theirs", "exp", "floor")
    row = dict(zip(names, np.median(columns, axis=1), strict=True))
    return row | {"n": n, "D": D, "K": K, "kind": kind, "ratios": columns[1] / columns[0]}


def seconds_to_compare():
    """Return the median CPU seconds of `compare` on Old Faithful, all types and K = 1 to 6."""
    run = partial(compare, old_faithful().x, range(1, 7), covariance_types=TYPES)
    generators = map(np.random.default_rng, range(5))
    return np.median([cpu_seconds(partial(run, rng=rng)) for rng in generators])


def peak_memory():
    """Return the GB at which Python peaks while it runs EM on very many points."""
    tracemalloc.start()
    x = np.random.default_rng(0).standard_normal((LARGE, 2))
    start = Mixture([0.25] * 4, [[0, 0], [1, 0], [0, 1], [1, 1]], [np.eye(2)] * 4)
    run_em(x, start, max_iter=2, record=False)
    return tracemalloc.get_traced_memory()[1] / 1e9


def draw(rows):
    """Return a PNG: for each case the time of an iteration, scikit-learn's, ours and the floor."""
    figure, ax = new_figure(height=60 + 30 * len(rows))
    for name, marker, colour, label in (
        ("theirs", "^", COLOURS[1], "scikit-learn"),
        ("ours", "o", COLOURS[0], "the course"),
        ("floor", "|", "black", "the floor"),
    ):
        times = [1e3 * row[name] for row in rows]
        style = {"color": colour, "markersize": 10, "markeredgewidth": 2, "label": label}
        ax.plot(times, range(len(rows)), marker, **style)
    ax.set(xscale="log", xlabel="milliseconds for one iteration")
    ax.xaxis.set_major_formatter("{x:g}")
    names = ["{n:,} × {D}, K = {K}, {kind}".format(**row) for row in rows]
    ax.set_yticks(range(len(rows)), names)
    ax.invert_yaxis()
    ax.grid(axis="x", color="#dddddd")
    options = {"loc": "lower right", "bbox_to_anchor": (1, 1), "ncols": 3, "frameon": False}
    ax.legend(fontsize=figures.TEXT_SIZE, columnspacing=1, handletextpad=0, **options)
    return figures.to_png(figure)


def paragraph(rows, seconds, peak):
    """Return what the README says of this run, with the picture's text."""
    ratios = {
        kind: [np.median(row["ratios"]) for row in rows if row["kind"] == kind] for kind in TYPES
    }
    spans = [f"{min(values):.1f} to {max(values):.1f} ({kind})" for kind, values in ratios.items()]
    times = [
        f"{1e3 * row['ours']:.3g} against {1e3 * row['theirs']:.3g} for {row['n']:,} points"
        f" (D = {row['D']}, K = {row['K']})"
        for row in rows
        if row["kind"] == "full"
    ]
    shares = [row["exp"] / row["ours"] for row in rows]
    return (
        f"An iteration of EM is {', '.join(spans[:-1])} and {spans[-1]} times as fast as "
        f"scikit-learn's (medians of {ROUNDS} ratios at five sizes, one thread, "
        f"{platform.machine()}, NumPy {np.__version__}, scikit-learn {sklearn.__version__}). Of "
        f"its time {min(shares):.0%} to {max(shares):.0%} goes into the exponentials. The floor in "
        "the picture is the time of these and of one look at the data. `compare` on Old Faithful, "
        f"with four types and K from 1 to 6, takes {seconds:.1f} s; {LARGE // 10**6} million "
        f"points in two dimensions take {peak:.1f} GB at the peak.\n\n"
        "![Points on a logarithmic axis: the milliseconds of one iteration of EM by scikit-learn, "
        f"by the course, and of the floor, for {len(rows)} cases. With full covariances the course "
        f"takes {'; '.join(times)}.](.github/speed.png)"
    )


def write_down(text, picture):
    """Put a paragraph into the README, and its picture beside it."""
    (ROOT / ".github" / "speed.png").write_bytes(picture)
    readme = ROOT / "README.md"
    place = r"(?s)(?<=<!-- by nox -s bench -->\n).*(?=\n<!-- until here -->)"
    text = re.sub(place, lambda _: text, readme.read_text(encoding="utf-8"))
    readme.write_text(text, encoding="utf-8", newline="\n")


def main(write):
    """Print one row for each case; return how many goals were missed."""
    warnings.simplefilter("ignore", ConvergenceWarning)  # tol=0 never converges
    heads = "times as fast  (min–max)  goal  times the floor  share of exp"
    print(f"         n D K type       ours ms theirs ms  {heads}")
    rows = []
    for (n, D, K, iterations, goal), kind in itertools.product(SIZES, TYPES):
        row = measure(n, D, K, kind, iterations)
        ours, theirs, ratios = 1e3 * row["ours"], 1e3 * row["theirs"], row["ratios"]
        case = f"{n:10d} {D} {K} {kind:9s} {ours:8.3f} {theirs:9.3f} {np.median(ratios):14.1f}"
        spread = f"({ratios.min():.1f}–{ratios.max():.1f})"
        rest = f"{row['ours'] / row['floor']:16.1f} {row['exp'] / row['ours']:13.0%}"
        print(f"{case}  {spread:11} {goal:>4} {rest}", flush=True)
        rows.append(row | {"missed": bool(np.median(ratios) < goal)})
    seconds, peak = seconds_to_compare(), peak_memory()
    print(f"compare, Old Faithful, four types, K = 1 to 6: {seconds:.2f} s (median of 5)")
    print(f"n = {LARGE}, D = 2, K = 4: {peak:.2f} GB at the peak, goal {MOST_MEMORY}")
    if write:
        write_down(paragraph(rows, seconds, peak), draw(rows))
    return sum(row["missed"] for row in rows) + (peak > MOST_MEMORY)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    with threadpool_limits(1):
        sys.exit(main(parser.parse_args().write))
