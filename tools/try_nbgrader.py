"""Take the nbgrader form of notebook 01 through nbgrader's own commands. `nox -s nbgrader` runs it.

In a throw-away course folder: generate and release the assignment; fetch and submit it, untouched,
with slips, and right; collect and autograde each; and compare the points with what they should be.
"""

import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbgrader_version import ASSIGNMENT, CONFIG, NOTEBOOK, make

EXERCISES = ("mixture", "e", "m", "loop")
# What a submission does to the right answer of each exercise: () leaves it as it is, a pair of
# texts is a slip, and None leaves the exercise untouched.
SUBMISSIONS = {
    "untouched": dict.fromkeys(EXERCISES),
    "with slips": {
        "mixture": (),
        "e": ("np.log(density).sum()", "np.log(density.sum())"),
        "m": ("/ totals\n    return", "/ len(x)\n    return"),
        "loop": None,
    },
    "right": dict.fromkeys(EXERCISES, ()),
}


def run(folder, *command):
    """Run one of nbgrader's commands in a folder; show what it says only if it fails."""
    command = [sys.executable, "-m", "nbgrader", *command]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.exit(f"{' '.join(command[2:])} failed:\n{done.stdout.decode()}")


def answered(released, source, slips):
    """Return a released notebook with the answers of the instructor's version put in."""
    answers = {cell.id: cell.source for cell in source.cells}
    for cell in released.cells:
        name, _, part = cell.id.rpartition("-")
        if part != "answer" or slips[name] is None:
            continue
        right = answers[cell.id]
        cell.source = right.replace(*slips[name]) if slips[name] else right
        assert not slips[name] or cell.source != right, name
    return released


def check_release(path):
    """See that the learners' version has every exercise, and nothing of a solution."""
    released = nbformat.read(path, as_version=4)
    text = nbformat.writes(released)
    assert "SOLUTION" not in text and "_solution" not in text and "solution:" not in text
    answers = [cell.source for cell in released.cells if cell.id.endswith("-answer")]
    assert len(answers) == len(EXERCISES)
    assert all(answer.endswith("\n    return None") for answer in answers), answers


def main():
    """Print a table of points, or stop at the first thing that is not as it should be."""
    with tempfile.TemporaryDirectory() as folder:
        course, desk, exchange = (Path(folder, name) for name in ("course", "desk", "exchange"))
        for made in (course, desk, exchange):
            made.mkdir()
        exchange.chmod(0o777)  # as nbgrader asks of a place where all learners submit
        for variable in ("CONFIG", "DATA", "RUNTIME"):
            os.environ[f"JUPYTER_{variable}_DIR"] = str(Path(folder, variable.lower()))
        source = nbformat.read(make(course), as_version=4)
        config = CONFIG + f"c.Exchange.root = {str(exchange)!r}\n"
        for place in (course, desk):
            (place / "nbgrader_config.py").write_text(config, encoding="utf-8")

        run(course, "generate_assignment", ASSIGNMENT, "--create")
        check_release(course / "release" / ASSIGNMENT / NOTEBOOK.name)
        run(course, "release_assignment", ASSIGNMENT)
        run(desk, "fetch_assignment", ASSIGNMENT)
        mine = desk / ASSIGNMENT / NOTEBOOK.name
        fetched = mine.read_text(encoding="utf-8")
        print("submission     points   of")
        for name, slips in SUBMISSIONS.items():
            answers = answered(nbformat.reads(fetched, as_version=4), source, slips)
            nbformat.write(answers, mine)
            run(desk, "submit", ASSIGNMENT)
            run(course, "collect", ASSIGNMENT, "--update")
            run(course, "autograde", ASSIGNMENT, "--create")
            points, most = score(course)
            print(f"{name:12} {points:8g} {most:4g}", flush=True)
            assert points == expected(source, slips), "not what it should be"
            check_graded(course, slips)


def expected(source, slips):
    """Return the points that a submission with these slips is worth."""
    worth = {c.id: c.metadata.nbgrader.get("points") for c in source.cells if c.metadata}
    return sum(worth[f"{name}-points"] for name, slip in slips.items() if slip == ())


def score(course):
    """Return the points of the one submission in nbgrader's own table, and the most there are."""
    run(course, "export", "--to", "grades.csv")
    with (course / "grades.csv").open(newline="") as table:
        (row,) = csv.DictReader(table)
    return float(row["raw_score"]), float(row["max_score"])


def check_graded(course, slips):
    """See that the graded notebook ran to its end, and that each lost point has its reason."""
    (path,) = course.glob(f"autograded/*/{ASSIGNMENT}/{NOTEBOOK.name}")
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    assert [c.execution_count for c in cells] == list(range(1, len(cells) + 1))
    failed = {c.id: o for c in cells for o in c.outputs if o.output_type == "error"}
    assert set(failed) == {f"{name}-points" for name, slip in slips.items() if slip != ()}
    for name, error in failed.items():
        assert error.ename == "AssertionError" and len(error.evalue.split()) > 5, name


if __name__ == "__main__":
    main()
