"""The notebooks' form. What they print is compared by nbval, which pytest runs beside this."""

import ast
import io
import re
import sys
from base64 import b64decode

import nbformat
import pytest
from files import NOTEBOOKS, README, ROOT, code_cells, markdown, outputs, read
from PIL import Image

from gmm_helpers.widgets.questions import load_questions

LONGEST_CELL = 16  # lines: what fits on a projector
PARTS = ("You will be able to", "You need", "Time", "## Key points")  # that every notebook has


@pytest.fixture(params=NOTEBOOKS)
def number(request):
    return request.param


def test_it_is_stored_as_run_in_order_without_a_warning_and_with_nothing_of_the_machine(number):
    counts = [cell.execution_count for cell in code_cells(number)]
    assert counts == list(range(1, len(counts) + 1))
    assert not [o for o in outputs(number) if o.get("name") == "stderr" or "ename" in o]
    notebook = read(number)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert set(notebook.metadata.language_info) == {"name"}
    assert "widget-view" not in nbformat.writes(notebook)
    assert all(set(cell.metadata) <= {"tags", "jupyter"} for cell in notebook.cells)


def test_headings_start_with_one_h1_and_skip_no_level(number):
    text = re.sub(r"```.*?```", "", markdown(number), flags=re.DOTALL)
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, flags=re.MULTILINE)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_it_has_its_parts_and_a_walk_and_cells_that_fit_on_a_projector(number):
    assert all(part in markdown(number) for part in PARTS)
    code = {cell.id: cell.source for cell in code_cells(number)}
    assert any("walk(" in source for source in code.values())  # which prints every position
    assert not [name for name in code if len(code[name].splitlines()) > LONGEST_CELL]


def test_imports_stand_in_the_first_code_cell(number):
    for cell in code_cells(number)[1:]:
        nodes = ast.walk(ast.parse(cell.source))
        assert not [n for n in nodes if isinstance(n, ast.Import | ast.ImportFrom)], cell.id


def test_without_the_package_the_first_code_cell_says_what_to_do(number, monkeypatch):
    monkeypatch.setitem(sys.modules, "gmm_helpers", None)  # as if it were not installed
    with pytest.raises(ImportError, match="start it as the README says") as error:
        exec(code_cells(number)[0].source, {})
    assert error.value.__suppress_context__


def test_the_set_up_check_works_where_the_notebook_was_moved_to(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    cells = code_cells("00")
    exec("\n".join(cell.source for cell in cells[:2]), {})
    assert capsys.readouterr().out == cells[1].outputs[0].text


def folded(number):
    """Return of each picture in a fold its text alternative, and the fold's words."""
    pattern = r'<img src="data:image/png;base64,[^"]+" alt="([^"]+)">.*?<pre>(.*?)</pre>'
    pages = (o.get("data", {}).get("text/html", "") for o in outputs(number))
    return [found for page in pages for found in re.findall(pattern, page, re.DOTALL)]


def test_every_picture_has_a_text_alternative_and_every_figure_prints_it(number):
    pictures = [o for o in outputs(number) if "image/png" in o.get("data", {})]
    assert pictures or folded(number)
    assert all(alt and len(words.split()) >= 10 for alt, words in folded(number))
    printed = " ".join(" ".join(o.get("text", "").split()) for o in outputs(number))
    for picture in pictures:
        words = picture.metadata["image/png"]["alt"]
        assert len(words.split()) >= 10 and picture.data["text/plain"] == words
        if "gmm" not in picture.metadata:
            assert words in printed
            continue
        png = b64decode(picture.data["image/png"])  # a still, which has its words in it
        still, width = Image.open(io.BytesIO(png)), picture.metadata["image/png"]["width"]
        assert len(png) <= 80_000 and still.mode == "P" and width <= still.width
    assert "![]" not in markdown(number)


def test_a_prediction_is_asked_for_before_each_stepper(number):
    asked = False
    for cell in code_cells(number):
        if "Stepper(" in cell.source or "step_through(" in cell.source:
            assert asked, cell.id
            asked = False
        asked = asked or "ask(" in cell.source


def test_each_question_is_asked_once():
    code = "\n".join(cell.source for number in NOTEBOOKS for cell in code_cells(number))
    assert re.findall(r'gmm\.ask\("(.*?)"\)', code) == list(load_questions())


def test_untouched_exercises_say_what_to_do_and_at_most_one_cell_is_not_compared(number):
    for cell in code_cells(number):
        solution = "solution" in cell.metadata.get("tags", ())
        if re.search(r"gmm\.check_(?!setup)\w+\(", cell.source) and not solution:
            assert cell.outputs[0].data["text/plain"].startswith("To do.")
    left_out = [c for c in code_cells(number) if "nbval" in f"{c.source}{c.metadata}".lower()]
    assert len(left_out) <= 1


def text_of(path):
    return markdown(path.name[:2]) if path.suffix == ".ipynb" else path.read_text("utf-8")


def anchors(path):
    """Return what the headings of a page are linked to by, in JupyterLab or on GitHub."""
    found = re.findall(r"^#+ (.*?) *$", text_of(path), flags=re.MULTILINE)
    if path.suffix == ".md":
        found = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in found]
    return [heading.replace(" ", "-") for heading in found]


@pytest.mark.parametrize("path", [*NOTEBOOKS.values(), *ROOT.glob("*.md")], ids=lambda p: p.name)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)]+)\)", text_of(path)):
        name, _, anchor = target.partition("#")
        page = path.parent / name if name else path
        assert "://" in target or page.exists(), target
        assert not anchor or "://" in target or anchor in anchors(page), target


def test_every_cell_is_safe_to_run_twice(number):
    """A cell that changes what an earlier cell made would give something else the second time.

    So no cell assigns into, or adds onto, a name that it has not made itself. A function's
    argument is not its own either: it may be an array of an earlier cell.
    """
    for cell in code_cells(number):
        nodes = list(ast.walk(ast.parse(cell.source)))
        changed = [node.target for node in nodes if isinstance(node, ast.AugAssign)]
        assigned = [each for n in nodes if isinstance(n, ast.Assign) for each in n.targets]
        changed += [each for each in assigned if isinstance(each, ast.Subscript)]
        names = [n for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        made = {name.id for name in names if name not in changed}
        for target in changed:
            assert re.match(r"\w+", ast.unparse(target))[0] in made, cell.id


def test_the_map_and_the_readme_name_every_notebook(number):
    name = NOTEBOOKS[number].name
    assert f"(notebooks/{name})" in README and "(TEACHING.md)" in README
    assert number == "00" or f"({name})" in markdown("00")
