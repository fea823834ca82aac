"""The notebooks' form. What they print is compared by nbval, which pytest runs beside this."""

import ast
import html
import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter

from gmm_helpers.widgets.questions import load_questions

FOLDER = Path(__file__).parents[2] / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))
LONGEST_CELL = 16  # lines: what fits on a projector


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def markdown(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def outputs(notebook):
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def calls(cell, *names):
    """Say whether a cell calls a function or class of one of these names."""
    return any(f"{name}(" in cell.source for name in names)


def test_the_folder_holds_notebooks_in_reading_order():
    assert [path.name[:2] for path in PATHS] == [f"{i:02}" for i in range(10)]


def test_the_notebook_is_valid(notebook):
    nbformat.validate(notebook)


def test_cells_were_run_in_order_from_a_clean_start(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_no_widget_state_and_nothing_of_the_machine_is_stored(notebook):
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert set(notebook.metadata.language_info) == {"name"}
    assert "widget-view" not in nbformat.writes(notebook)
    assert all(set(cell.metadata) <= {"tags", "jupyter"} for cell in notebook.cells)


def test_no_cell_failed_or_warned(notebook):
    assert not [
        o for o in outputs(notebook) if o.output_type == "error" or o.get("name") == "stderr"
    ]


def test_headings_start_with_one_h1_and_skip_no_level(notebook):
    text = re.sub(r"```.*?```", "", markdown(notebook), flags=re.DOTALL)
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, flags=re.MULTILINE)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


@pytest.mark.parametrize("part", ["You will be able to", "You need", "Time", "## Key points"])
def test_the_parts_that_every_notebook_has(part, notebook):
    assert part in markdown(notebook)


def test_cells_fit_on_a_projector(notebook):
    long = {c.id: c.source.count("\n") + 1 for c in code_cells(notebook)}
    assert not {name: lines for name, lines in long.items() if lines > LONGEST_CELL}


def test_imports_stand_in_the_first_code_cell(notebook):
    for cell in code_cells(notebook)[1:]:
        nodes = ast.walk(ast.parse(cell.source))
        assert not [n for n in nodes if isinstance(n, ast.Import | ast.ImportFrom)], cell.id


def test_without_the_package_the_first_code_cell_says_what_to_do(notebook, monkeypatch):
    monkeypatch.setitem(sys.modules, "gmm_helpers", None)  # as if it were not installed
    with pytest.raises(ImportError, match="start it as the README says") as error:
        exec(code_cells(notebook)[0].source, {})
    assert error.value.__suppress_context__


def test_the_set_up_check_works_where_the_notebook_was_moved_to(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    cells = code_cells(nbformat.read(PATHS[0], as_version=4))
    exec("\n".join(cell.source for cell in cells[:2]), {})
    assert capsys.readouterr().out == cells[1].outputs[0].text


def folded(notebook):
    """Return of each picture in a fold its bytes, its text alternative, and the fold's words."""
    pattern = r'<img src="data:image/png;base64,([^"]+)" alt="([^"]+)">.*?<pre>(.*?)</pre>'
    pages = (o.get("data", {}).get("text/html", "") for o in outputs(notebook))
    return [found for page in pages for found in re.findall(pattern, page, re.DOTALL)]


def test_every_picture_has_a_text_alternative(notebook):
    pictures = [o for o in outputs(notebook) if "image/png" in o.get("data", {})]
    assert pictures or folded(notebook)
    assert all(alt and len(words.split()) >= 10 for _, alt, words in folded(notebook))
    for picture in pictures:
        assert len(picture.metadata["image/png"]["alt"].split()) >= 10
        assert picture.data["text/plain"] == picture.metadata["image/png"]["alt"]
    assert "![]" not in markdown(notebook)


@pytest.mark.parametrize("path", PATHS[1:2], ids=["01"])  # it has pictures of every kind
def test_a_page_without_widgets_shows_every_picture_with_its_words(path, notebook):
    """As nbviewer makes it, and much as GitHub does; a stepper is there as its film strip.

    (nbconvert's "lab" template leaves out the text alternatives of all notebooks' pictures. What
    a strip shows is written in the strip, and what a figure shows is printed under it.)
    """
    page = HTMLExporter(template_name="classic").from_filename(path)[0]
    shown = [html.unescape(tag) for tag in re.findall("<img[^>]+>", page)]
    open_ones = [o.data for o in outputs(notebook) if "image/png" in o.get("data", {})]
    pictures = [(data["image/png"].replace("\n", ""), data["text/plain"]) for data in open_ones]
    pictures += [(png, alt) for png, alt, _ in folded(notebook)]
    assert len(shown) == len(pictures)
    for png, alt in pictures:
        [tag] = [tag for tag in shown if png in tag]
        assert f'alt="{alt}"' in tag
    assert "widget-view" not in page
    error = "Error displaying widget"  # the text may speak of it
    assert page.count(error) == markdown(notebook).count(error)


def test_every_figure_prints_its_caption_and_every_film_strip_stands_under_its_title(notebook):
    for cell in code_cells(notebook):
        printed = "".join(o.text for o in cell.outputs if o.output_type == "stream")
        for before, output in zip([None, *cell.outputs], cell.outputs, strict=False):
            words = output.get("data", {}).get("text/plain", "")
            title = words.split("\n")[0]
            live_panel = title.endswith("a live panel with sliders.")
            if "image/png" not in output.get("data", {}) or live_panel or "gmm" in output.metadata:
                continue  # a still of a widget shows its words itself
            if words not in " ".join(printed.split()):
                assert title.endswith(" positions."), cell.id
                assert before and before.get("data") == {"text/plain": title}, cell.id


def test_a_cell_walks_a_stepper_and_prints_every_position(notebook):
    steppers = ("Stepper", "step_through", "RunChooser")
    assert any(calls(cell, *steppers) for cell in code_cells(notebook))
    assert any(calls(cell, "walk") for cell in code_cells(notebook))


def test_a_prediction_is_asked_for_before_each_stepper(notebook):
    asked = False
    for cell in code_cells(notebook):
        if calls(cell, "Stepper", "step_through"):
            assert asked, cell.id
            asked = False
        asked = asked or calls(cell, "ask")


def test_each_question_is_asked_once():
    notebooks = [nbformat.read(path, as_version=4) for path in PATHS]
    code = "\n".join(cell.source for notebook in notebooks for cell in code_cells(notebook))
    assert re.findall(r'gmm\.ask\("(.*?)"\)', code) == list(load_questions())


def test_each_exercise_shows_its_check_and_the_untouched_one_says_what_to_do(notebook):
    for cell in code_cells(notebook):
        solution = "solution" in cell.metadata.get("tags", ())
        if re.search(r"gmm\.check_(?!setup)\w+\(", cell.source) and not solution:
            assert cell.outputs[0].data["text/plain"].startswith("To do.")


def test_at_most_one_cell_is_left_out_of_the_comparison(notebook):
    left_out = [
        cell
        for cell in code_cells(notebook)
        if "NBVAL" in cell.source.upper()
        or any("nbval" in t for t in cell.metadata.get("tags", ()))
    ]
    assert len(left_out) <= 1


def anchors(notebook):
    """Return the anchors that JupyterLab gives to headings."""
    headings = re.findall(r"^#+ (.*)$", markdown(notebook), flags=re.MULTILINE)
    return {heading.strip().replace(" ", "-") for heading in headings}


def test_links_resolve(path, notebook):
    for target in re.findall(r"\]\(([^)]+)\)", markdown(notebook)):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = FOLDER / name if name else path
        assert file.is_file(), target
        if anchor:
            assert anchor in anchors(nbformat.read(file, as_version=4)), target


def changed_in_place(tree):
    """Return the targets of `name += …` and of assignments into `name[…]`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign):
            yield node.target
        elif isinstance(node, ast.Assign):
            yield from (target for target in node.targets if isinstance(target, ast.Subscript))


def test_every_cell_is_safe_to_run_twice(notebook):
    """A cell that changes what an earlier cell made would give something else the second time.

    So no cell assigns into, or adds onto, a name that it has not made itself. A function's
    argument is not its own either: it may be an array of an earlier cell.
    """
    for cell in code_cells(notebook):
        tree = ast.parse(cell.source)
        changed = list(changed_in_place(tree))
        made = {
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Store)
            and node not in changed
        }
        for target in changed:
            while not isinstance(target, ast.Name):
                target = target.value
            assert target.id in made, (cell.id, target.id)


def test_the_map_and_the_readme_name_every_notebook(path):
    readme = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    first = markdown(nbformat.read(PATHS[0], as_version=4))
    assert f"(notebooks/{path.name})" in readme
    assert path == PATHS[0] or f"({path.name})" in first
