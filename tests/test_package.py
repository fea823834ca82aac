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
_checks mixture datasets trace _own_steps em starts drawing film stepper
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
    defined = {n for n, o in vars(gmm).items() if not n.startswith("_") and not inspect.ismodule(o)}
    assert set(gmm.__all__) == defined


def run_alone(code):
    """Run code in a fresh interpreter, where nothing is imported yet; return what it prints."""
    command = [sys.executable, "-W", "error", "-c", code]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_import_changes_no_setting():
    settings = (
        "(dict(matplotlib.rcParams), np.geterr(), np.get_printoptions(), np.random.get_state()[2])"
    )
    code = f"""
import matplotlib, numpy as np
before = {settings}
import gmm_helpers
print({settings} == before)
"""
    assert run_alone(code) == "True\n"


def test_the_import_is_lean():
    slow = {"scipy.stats", "scipy.optimize", "matplotlib.pyplot", "pandas", "sklearn"}
    code = f"import sys, gmm_helpers; print(*({slow} & set(sys.modules)))"
    assert run_alone(code) == "\n"


def test_no_file_names_an_index_or_a_machines_path():
    root = FOLDER.parent
    files = [
        p for p in root.rglob("*") if p.suffix in {".py", ".md", ".toml", ".txt", ".yml", ".ipynb"}
    ]
    files = [p for p in files if not {".venv", ".nox", ".git"} & set(p.relative_to(root).parts)]
    pattern = re.compile(r"pypi\\.org|files\\.pythonhosted|/root/|/home/|--index-url|--extra-index")
    assert not [p for p in files if p != Path(__file__) and pattern.search(p.read_text("utf-8"))]
