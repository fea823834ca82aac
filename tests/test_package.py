"""The package as a whole: its layers, its imports, what it names and what it leaves alone."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import make_formulas
import pytest
from bundle import WIDGETS, bundle

import gmm_helpers as gmm

FOLDER = Path(gmm.__file__).parent
FILES = list(FOLDER.rglob("*.py"))
# Which rooms each room may know besides itself.
ROOMS = {
    "model": set(),
    "data": {"model"},
    "checks": {"model"},
    "plots": {"model"},
    "widgets": {"model", "data", "checks", "plots"},
}


def imported_modules(path):
    """Return the modules of this package that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("gmm_helpers"):
            module = node.module.removeprefix("gmm_helpers").lstrip(".")
            room = FOLDER / module.replace(".", "/")
            names = [f"{module}.{alias.name}".lstrip(".") for alias in node.names]
            yield from names if room.is_dir() else [module]


def test_rooms_know_only_those_below():
    assert {path.name for path in FOLDER.glob("*.py")} == {"__init__.py"}
    for path in FILES:
        room = path.relative_to(FOLDER).parts[0]
        known = {module.partition(".")[0] for module in imported_modules(path)}
        assert known <= ROOMS.get(room, set()) | {room}, path


@pytest.mark.parametrize("name", gmm.__all__)
def test_every_public_name_says_what_it_is(name):
    value = getattr(gmm, name)
    doc = inspect.getdoc(value)
    assert doc and doc[0].isupper() and doc.split("\n")[0].endswith((".", ":"))
    signature = inspect.signature(value)
    named = [p for p in signature.parameters.values() if p.kind != p.VAR_KEYWORD]
    annotations = [p.annotation for p in named] + [signature.return_annotation]
    assert inspect.isclass(value) or signature.empty not in annotations


def test_the_import_is_lean_and_changes_no_setting():
    slow = {"scipy", "pandas", "sklearn"}  # 0.3 s and 24 MB, and more
    drawing = {"matplotlib", "ipywidgets", "anywidget", "IPython"}
    code = f"""
import sys, numpy as np
state = lambda: (np.geterr(), np.get_printoptions(), np.random.get_state()[2])
before = state()
import gmm_helpers as gmm
gmm.run_em, gmm.fit, gmm.compare, gmm.old_faithful
print(state() == before, *({slow | drawing} & set(sys.modules)))
gmm.Stepper
print(*({slow | {"matplotlib"}} & set(sys.modules)))
"""
    command = [sys.executable, "-W", "error", "-c", code]  # where nothing is imported yet
    assert subprocess.run(command, capture_output=True, text=True).stdout == "True\n\n"


def test_no_file_names_an_index_or_a_machines_path():
    root = FOLDER.parent
    names = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True).stdout
    files = [root / name for name in names.split("\n") if name and not name.endswith(".png")]
    files = [file for file in files if file.is_file() and file != Path(__file__)]
    if not files:
        pytest.skip("not a git checkout")
    pattern = re.compile(r"pypi\.org|pythonhosted\.org|/root/|--(extra-)?index-url|--find-links")
    assert not [file for file in files if pattern.search(file.read_text("utf-8"))]


def test_the_widgets_module_is_made_of_its_sources():
    assert (WIDGETS / "widgets.bundle.js").read_text("utf-8") == bundle(), "run `nox -s bundle`"


def test_the_widgets_formulas_are_those_that_are_written():
    stored = (WIDGETS / "formulas.json").read_text("utf-8")
    assert stored == make_formulas.make_formulas(), "run `nox -s formulas`"
