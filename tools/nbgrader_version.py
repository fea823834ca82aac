"""Make the nbgrader form of notebook 01's exercises in the folder `graded/`, and try it.

Run it with `nox -s nbgrader`. What it makes is an instructor's course folder. Each exercise becomes
three cells: the answer, with the worked solution between nbgrader's marks; the check; and a locked
cell that gives the points, as many as the notebook gives the exercise minutes, or raises the
check's own sentence. Then a copy goes through nbgrader's own commands, as TEACHING uses them.
"""

import csv
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from driver import METADATA, ROOT

GRADED = ROOT / "graded"
NOTEBOOK = ROOT / "notebooks" / "01_draw_and_fit_1d.ipynb"
ASSIGNMENT = NOTEBOOK.stem[3:]
EXERCISES = ("mixture", "e", "m", "loop")
# What exercises stand on is put back before grading; the rest may be played with.
LOCKED = ("imports", "density", "weighted-densities")
CONFIG = """\
c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "gaussian_mixtures"
# An untouched exercise returns None, as in the course: the notebook still runs to the end.
c.ClearSolutions.code_stub = {"python": "return None"}
"""
POINTS = """\
# {points} points, if the check finds nothing wrong
graded = {check}
assert graded.ok, graded.message"""
# What a submission does to the right answers: None leaves the stub, a pair of texts is a slip.
SUBMISSIONS = {
    "untouched": dict.fromkeys(EXERCISES),
    "slips": {
        "e": ("np.log(density).sum()", "np.log(density.sum())"),
        "m": ("/ totals\n    return", "/ len(x)\n    return"),
        "loop": None,
    },
    "right": {},
}


def marked(name, source, **kind):
    """Return a cell with nbgrader's metadata: what it is, and its name."""
    about = {"grade": False, "solution": False, "locked": False, "task": False, **kind}
    metadata = {"nbgrader": {"schema_version": 3, "grade_id": name, **about}}
    return nbformat.v4.new_code_cell(source, id=name, metadata=metadata)


def exercise(cell, solution, points):
    """Return the cells of one exercise: the answer, the check, the points."""
    stub, check = cell.source.split("\n\n\n")
    *head, last = stub.split("\n")
    returned = last.partition("#")[2]  # as in `return None  # b, ell`
    right = solution.split("\n\n\n")[0].split("\n")[1:]
    lines = [line for line in right if line not in head]  # some are given
    hint = [f"    # return{returned}"] if returned else []
    answer = [*head, *hint, "    ### BEGIN SOLUTION", *lines, "    ### END SOLUTION"]
    test = POINTS.format(points=points, check=re.search(r"gmm\.check_\w+\(\w+\)", check)[0])
    name = cell.id.removesuffix("-exercise")
    return [
        marked(f"{name}-answer", "\n".join(answer), solution=True),
        marked(f"{name}-check", check, locked=True),
        marked(f"{name}-points", test, grade=True, locked=True, points=points),
    ]


def graded_form(notebook):
    """Return the instructor's version of a notebook: its exercises answered, marked and graded."""
    cells, minutes, by_id = [], None, {cell.id: cell.source for cell in notebook.cells}
    for cell in notebook.cells:
        if "solution" in cell.metadata.get("tags", ()):
            continue
        if cell.cell_type == "markdown":
            minutes = re.findall(r"About (\d+) minutes\.", cell.source) or minutes
            cells.append(nbformat.v4.new_markdown_cell(cell.source, id=cell.id))
        elif cell.id.endswith("-exercise"):
            solution = by_id[cell.id.replace("-exercise", "-solution")]
            cells += exercise(cell, solution, int(minutes[-1]))
        elif cell.id in LOCKED:
            cells.append(marked(cell.id, cell.source, locked=True))
        else:
            cells.append(nbformat.v4.new_code_cell(cell.source, id=cell.id))
    return nbformat.v4.new_notebook(cells=cells, metadata=METADATA)


def make(folder):
    """Write an instructor's course folder with the one assignment; return the notebook."""
    target = folder / "source" / ASSIGNMENT / NOTEBOOK.name
    target.parent.mkdir(parents=True, exist_ok=True)
    notebook = graded_form(nbformat.read(NOTEBOOK, as_version=4))
    nbformat.write(notebook, target)
    (folder / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    return notebook


def run(folder, *command):
    """Run one of nbgrader's commands in a folder."""
    command = [sys.executable, "-m", "nbgrader", *command, "--log-level=ERROR"]
    subprocess.run(command, cwd=folder, check=True)


def answered(path, right, slips):
    """Return a released notebook with right answers put in, but for the slips."""
    released = nbformat.read(path, as_version=4)
    for cell in released.cells:
        name, _, part = cell.id.rpartition("-")
        if part == "answer" and slips.get(name, ()) is not None:
            cell.source = right[cell.id].source.replace(*slips.get(name, ("", "")))
            assert (cell.source != right[cell.id].source) == (name in slips), name
    return released


def try_out(course):
    """Grade submissions as TEACHING says, and compare their points with what they are worth."""
    for variable in ("CONFIG", "DATA", "RUNTIME"):
        os.environ[f"JUPYTER_{variable}_DIR"] = str(course / variable.lower())
    right = {cell.id: cell for cell in make(course).cells}
    worth = {name: right[f"{name}-points"].metadata.nbgrader.points for name in EXERCISES}
    run(course, "generate_assignment", ASSIGNMENT)
    released = course / "release" / ASSIGNMENT / NOTEBOOK.name
    assert not re.search("SOLUTION|_solution|solution:", released.read_text(encoding="utf-8"))
    for name, slips in SUBMISSIONS.items():
        folder = course / "submitted" / name / ASSIGNMENT
        folder.mkdir(parents=True)
        nbformat.write(answered(released, right, slips), folder / NOTEBOOK.name)
    run(course, "autograde", ASSIGNMENT)
    run(course, "export", "--to", "grades.csv")
    with (course / "grades.csv").open(newline="") as table:
        for row in csv.DictReader(table):
            name, points = row["student_id"], float(row["raw_score"])
            print(f"{name:12} {points:8g} of {float(row['max_score']):g}", flush=True)
            assert points == sum(worth[each] for each in EXERCISES if each not in SUBMISSIONS[name])


if __name__ == "__main__":
    make(GRADED)
    with tempfile.TemporaryDirectory() as folder:
        try_out(Path(folder))
