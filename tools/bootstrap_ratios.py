"""Write the likelihood ratios of notebook 08's bootstrap test, which take minutes: `nox -s refit`.

The functions are the notebook's own. Run it again when they or the search of `compare` change; a
cell of the notebook, and so the test command, computes some of the replicates anew and compares.
"""

from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
REPLICATES = 99

if __name__ == "__main__":
    notebook = nbformat.read(ROOT / "notebooks" / "08_what_k_means.ipynb", as_version=4)
    sources = {cell.id: cell.source for cell in notebook.cells}
    names = {}
    for cell in ("imports", "data", "ratio", "test-data"):
        exec(sources[cell], names)  # noqa: S102
    columns = names["null_fits"]
    lines = [",".join(["seed", *columns])]
    for seed in range(REPLICATES):
        found = [names["replicate"](*null, seed) for null in columns.values()]
        lines.append(",".join([str(seed), *(f"{value:.3f}" for value in found)]))
    file = ROOT / "gmm_helpers" / "data" / "bootstrap_ratios.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
