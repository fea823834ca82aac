"""Make the version of the notebooks without solutions, in the folder `student/`.

Run it with `nox -s student`. Cells tagged `solution` are left out, with their outputs. Nothing is
run: a solution only defines functions that no other cell names, and asserts that their checks are
content (a test reads that from the code), so all other outputs are as they would be without it.
"""

import nbformat
from nbconvert.preprocessors import TagRemovePreprocessor
from store_outputs import NOTEBOOKS

STUDENT = NOTEBOOKS.parent / "student"  # beside the original, so that the same links hold


def without_solutions(notebook):
    """Return the notebook as a run of all its cells but the solutions would store it."""
    notebook, _ = TagRemovePreprocessor(remove_cell_tags={"solution"}).preprocess(notebook, {})
    code = (cell for cell in notebook.cells if cell.cell_type == "code")
    for count, cell in enumerate(code, start=1):
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    return notebook


def make(folder):
    """Write every notebook's version without solutions into `folder`; return the paths."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("[0-9]*.ipynb"):
        old.unlink()  # also those of notebooks that the course no longer has
    made = []
    for source in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        text = nbformat.writes(without_solutions(nbformat.read(source, as_version=4))) + "\n"
        made.append(folder / source.name)
        made[-1].write_text(text, encoding="utf-8", newline="\n")
    return made


if __name__ == "__main__":
    for path in make(STUDENT):
        print(f"{path.parent.name}/{path.name}", flush=True)
