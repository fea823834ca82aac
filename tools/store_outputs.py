"""Run the notebooks from a clean kernel and store their outputs in a stable form.

Run it with `nox -s store`, or `nox -s store -- notebooks/01_….ipynb` for some. Run twice, it
changes nothing. What would differ from run to run is left out: widget views and their state, times
of execution, the Python version. A still of each widget stands in for it.
"""

import sys
from pathlib import Path

import nbformat
from driver import METADATA
from nbclient import NotebookClient
from stills import VIEW, add_stills, draw_readme_picture

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
KEPT_CELL_METADATA = ("tags", "jupyter")


def run_cells(notebook, path):
    """Run all cells of the notebook with this path, in a clean kernel."""
    resources = {"metadata": {"path": path.parent}}
    NotebookClient(notebook, resources=resources, kernel_name="python3").execute()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)


def joined(outputs):
    """Join a text that came in parts, but not across a figure: under it stands its caption."""
    whole = []
    for output in outputs:
        if "name" in output and whole and whole[-1].get("name") == output.name:
            whole[-1].text += output.text
        else:
            whole.append(output)
    return whole


def stored_form(notebook):
    """Strip an executed notebook of all that a second run would change."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(
            {key: cell.metadata[key] for key in KEPT_CELL_METADATA if key in cell.metadata}
        )
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(VIEW, None)
    return notebook


def store(path):
    """Execute one notebook and write it; return whether that changed the file."""
    notebook = nbformat.read(path, as_version=4)
    run_cells(notebook, path)
    add_stills(notebook)
    if path.name.startswith("00"):
        draw_readme_picture(notebook)
    text = nbformat.writes(stored_form(notebook)) + "\n"
    changed = text != path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8", newline="\n")
    return changed


if __name__ == "__main__":
    for path in map(Path.resolve, map(Path, sys.argv[1:] or sorted(NOTEBOOKS.glob("[0-9]*")))):
        print(f"{path.name}: {'outputs stored' if store(path) else 'unchanged'}", flush=True)
