"""The package as a whole: its layers, its imports, what it names and what it leaves alone."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import gmm_helpers as gmm

FOLDER = Path(gmm.__file__).parent
# Each module may know those before it.
LAYERS = """
_checks _blocks mixture datasets _text_file _table_notes tables trace _own_steps _advice em bound
bugs starts selection _diagnosis exercises exercises_02 exercises_03 exercises_04 _canvas drawing
drawing_bound drawing_landscape drawing_plane drawing_selection stage film _page flipbook stepper
questions chooser live_panel panels panels_2d
""".split()


def imported_modules(path):
    """Return the modules of this package that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("gmm_helpers"):
            module = node.module.removeprefix("gmm_helpers").lstrip(".")
            yield from [module] if module else [alias.name for alias in node.names]


def test_layers_point_one_way():
    assert {path.stem for path in FOLDER.glob("*.py")} == {*LAYERS, "__init__"}
    for i, module in enumerate(LAYERS):
        assert set(imported_modules(FOLDER / f"{module}.py")) <= set(LAYERS[:i]), module


@pytest.mark.parametrize("name", gmm.__all__)
def test_every_public_name_says_what_it_is(name):
    doc = inspect.getdoc(getattr(gmm, name))
    assert doc and doc[0].isupper() and doc.split("\n")[0].endswith((".", ":"))


def test_all_is_what_is_imported():
    names = [name for name in dir(gmm) if not name.startswith("_")]
    defined = {name for name in names if not inspect.ismodule(getattr(gmm, name))}
    assert set(gmm.__all__) == defined


def run_alone(code):
    """Run code in a fresh interpreter, where nothing is imported yet; return what it prints."""
    command = [sys.executable, "-W", "error", "-c", code]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_import_is_lean_and_changes_no_setting():
    # As stored: to ask for the backend would choose one, and import pyplot.
    settings = (
        "(dict(dict.items(matplotlib.rcParams)), np.geterr(), np.get_printoptions(), "
        "np.random.get_state()[2])"
    )
    slow = {"scipy.stats", "scipy.optimize", "pandas", "sklearn"}
    # What matplotlib draws with: `nox -s weight` shows how long it takes.
    slow |= {f"matplotlib.{module}" for module in ("pyplot", "figure", "lines", "patches")}
    slow |= {"gmm_helpers.exercises", "gmm_helpers.exercises_03"}  # come with the first check
    code = f"""
import sys, matplotlib, numpy as np
before = {settings}
import gmm_helpers
print({settings} == before, *({slow} & set(sys.modules)))
"""
    assert run_alone(code) == "True\n"


def test_no_file_names_an_index_or_a_machines_path():
    root = FOLDER.parent
    names = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True).stdout
    files = [root / name for name in names.split("\n") if name and not name.endswith(".png")]
    files = [file for file in files if file.is_file() and file != Path(__file__)]
    if not files:
        pytest.skip("not a git checkout")
    pattern = re.compile(r"pypi\.org|pythonhosted\.org|/root/|--(extra-)?index-url|--find-links")
    assert not [file for file in files if pattern.search(file.read_text("utf-8"))]
