"""Make the version of the notebooks without solutions, in the folder `student/`.

Run it with `nox -s student`. Cells tagged `solution` are left out, and every notebook is run from
top to bottom, so that its outputs are those of untouched exercises.
"""

import nbformat
from nbconvert.preprocessors import TagRemovePreprocessor
from store_outputs import NOTEBOOKS, store

STUDENT = NOTEBOOKS.parent / "student"  # beside the original, so that the same links hold


def without_solutions(notebook):
    """Return the notebook without the cells that are tagged as solutions, and without outputs."""
    remove = TagRemovePreprocessor(remove_cell_tags={"solution"})
    notebook, _ = remove.preprocess(notebook, {})
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def make(folder):
    """Write every notebook's version without solutions into `folder`; yield the paths."""
    folder.mkdir(exist_ok=True)
    sources = sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))
    for old in set(folder.glob("[0-9]*.ipynb")) - {folder / source.name for source in sources}:
        old.unlink()  # of a notebook that the course no longer has
    for source in sources:
        target = folder / source.name
        nbformat.write(without_solutions(nbformat.read(source, as_version=4)), target)
        store(target)
        yield target


if __name__ == "__main__":
    for path in make(STUDENT):
        print(f"{path.parent.name}/{path.name}", flush=True)
