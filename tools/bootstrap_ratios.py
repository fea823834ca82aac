"""Write the likelihood ratios of notebook 08's bootstrap test, which take minutes to compute.

    nox -s refit

The functions are the notebook's own: its cells `data`, `ratio` and `test-data` are run here. Run it
again when they or the search of `compare` change; a cell of the notebook, and so the test command,
computes some of the replicates anew and compares.
"""

import json
from pathlib import Path

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "notebooks" / "08_what_k_means.ipynb"
FILE = ROOT / "gmm_helpers" / "data" / "bootstrap_ratios.csv"
REPLICATES = 99


def main():
    """Run the notebook's functions for all replicates."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    sources = {cell["id"]: "".join(cell["source"]) for cell in cells}
    names = {}
    for cell in ("imports", "data", "ratio", "test-data"):
        exec(sources[cell], names)  # noqa: S102
    columns = names["null_fits"]
    lines = [",".join(["seed", *columns])]
    for seed in range(REPLICATES):
        found = [names["replicate"](*null, seed) for null in columns.values()]
        lines.append(",".join([str(seed), *(f"{value:.3f}" for value in found)]))
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
