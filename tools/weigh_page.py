"""Weigh the course, in tables: `nox -s weight`. Linux only, as memory is read from /proc.

- import: CPU time of importing `gmm_helpers` in a new Python, beside that of what it stands on, and
  the median of their ratios in runs that follow each other;
- widgets: kB that Python sends for each widget of a notebook, without the module, which comes once;
- kernel: memory of a notebook's kernel when all its cells have run (PSS), beside that of one that
  has imported `gmm_helpers`, and of one that has run nothing.
"""

import json
import statistics
import subprocess
import sys
from base64 import b64decode

import nbformat
import psutil
from nbclient import NotebookClient
from stills import VIEW
from store_outputs import NOTEBOOKS

NUMERICAL = "numpy, scipy.linalg, scipy.special"
WIDGETS = "gmm_helpers.widgets.stepper"
IMPORTS = (NUMERICAL, f"{NUMERICAL}, ipywidgets, anywidget", "gmm_helpers", WIDGETS)
RUNS = 15


def weigh_imports():
    """Print the CPU time of each set of imports, and that of gmm_helpers as a multiple of it."""
    times = {modules: [] for modules in IMPORTS}
    for _ in range(RUNS):  # in turn, so that noise meets all alike
        for modules, each in times.items():
            code = f"import {modules}, time; print(time.process_time())"
            each.append(1000 * float(subprocess.check_output([sys.executable, "-c", code])))
    print(f"{'import: CPU time, ms':62} median   gmm_helpers as a multiple")
    for modules, each in times.items():
        ratios = [a / b for a, b in zip(times["gmm_helpers"], each, strict=True)]
        print(f"  {modules:60} {statistics.median(each):6.0f} {statistics.median(ratios):6.2f}")


def run(notebook):
    """Run a notebook; return the state of its widgets, and the MB of its kernel at the end."""
    client = NotebookClient(notebook, resources={"metadata": {"path": NOTEBOOKS}})
    with client.setup_kernel():
        for i, cell in enumerate(notebook.cells):
            client.execute_cell(cell, i)
        used = psutil.Process(client.km.provisioner.pid).memory_full_info().pss / 2**20
    return client.widget_state, client.widget_buffers, used


def kilobytes(state, buffers):
    """Return the kB of what a widget shows."""
    sizes = [len(b64decode(each["data"])) for each in buffers.values()]
    return (len(json.dumps(state.get("content"))) + sum(sizes)) / 1000


def main():
    """Print all tables."""
    weigh_imports()
    new = nbformat.v4
    notebooks = {
        name: new.new_notebook(cells=[new.new_code_cell(code)])
        for name, code in {"nothing run": "", "gmm_helpers imported": "import gmm_helpers"}.items()
    }
    for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        notebooks[path.name] = nbformat.read(path, as_version=4)
    memory = {}
    print("widgets: kB from Python, for each cell that has some")
    for name, notebook in notebooks.items():
        state, buffers, memory[name] = run(notebook)
        for cell in notebook.cells:
            shown = [o.get("data", {}).get(VIEW) for o in cell.get("outputs", [])]
            for model in (view["model_id"] for view in shown if view):
                size = kilobytes(state[model], buffers.get(model, {}))
                print(f"  {name[:2]} {cell.id + ': ' + state[model]['kind']:57} {size:6.0f}")
    print("kernel: memory, MB")
    for name, used in memory.items():
        print(f"  {name:60} {used:6.0f}")


if __name__ == "__main__":
    main()
