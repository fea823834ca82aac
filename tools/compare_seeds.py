"""See that `compare` with its defaults finds on Old Faithful what there is, from most seeds.

It fits K = 1 to 6 with the four covariance types from each of 20 seeds, and fails where fewer than
19 find the best regular fits that are known, or a fit is not regular.
"""

import sys

import numpy as np

import gmm_helpers as gmm

TYPES = ("full", "tied", "diag", "spherical")
KNOWN = {("spherical", 4): 3222.95, ("full", 5): 2362.45, ("tied", 3): 2314.30}  # BIC, at most
SEEDS, LEAST = 20, 19

if __name__ == "__main__":
    x, found = gmm.old_faithful().x, []
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        table = gmm.compare(x, range(1, 7), covariance_types=TYPES, rng=rng)
        bics = {at: table.bic[TYPES.index(at[0]), at[1] - 1] for at in KNOWN}
        star = table.best() is table.trace(3, "tied")
        regular = not any(
            gmm.spurious_components(trace.mixture, len(x), trace.covariance_type).any()
            for row in table.traces
            for trace in row
        )
        found.append([star, regular, *(bics[at] <= KNOWN[at] for at in KNOWN)])
        print(seed, "best: tied, K = 3" if star else "best: another", bics, flush=True)
    counts = np.sum(found, axis=0)
    print(f"of {SEEDS} seeds: best, regular, each fit {counts}")
    sys.exit(bool(counts.min() < LEAST or counts[1] < SEEDS))
