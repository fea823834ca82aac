"""The package as a whole: its layers, its imports, what it names and what it leaves alone."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bundle import WIDGETS, bundle

import gmm_helpers as gmm

FOLDER = Path(gmm.__file__).parent
FILES = [path for path in FOLDER.rglob("*.py") if path.parent.name != "checks"]
# Each module may know those before it.
LAYERS = """
_checks _blocks mixture datasets _text_file _table_notes tables trace _own_steps em bound bugs
starts selection _canvas plots.look
plots.geometry drawing drawing_plane drawing_selection widgets.scene widgets.words widgets.view
widgets.stepper widgets.pictures widgets.chooser widgets.panels widgets.questions widgets.setup
""".split()
MODEL = {*LAYERS[: LAYERS.index("_canvas")]} - {"datasets", "_text_file", "_table_notes", "tables"}


def imported_modules(path):
    """Return the modules of this package that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("gmm_helpers"):
            module = node.module.removeprefix("gmm_helpers").lstrip(".")
            room = FOLDER / module.replace(".", "/")
            names = [f"{module}.{alias.name}".lstrip(".") for alias in node.names]
            yield from names if room.is_dir() else [module]


def test_layers_point_one_way():
    paths = {".".join(path.relative_to(FOLDER).with_suffix("").parts): path for path in FILES}
    assert {name for name in paths if not name.endswith("__init__")} == set(LAYERS)
    for i, module in enumerate(LAYERS):
        assert set(imported_modules(paths[module])) <= set(LAYERS[:i]), module


def test_the_checks_import_only_the_model():
    for path in FOLDER.glob("checks/*.py"):
        others = {name for name in imported_modules(path) if not name.startswith("checks.")}
        assert others <= MODEL, path.name


@pytest.mark.parametrize("name", gmm.__all__)
def test_every_public_name_says_what_it_is(name):
    doc = inspect.getdoc(getattr(gmm, name))
    assert doc and doc[0].isupper() and doc.split("\n")[0].endswith((".", ":"))


def run_alone(code):
    """Run code in a fresh interpreter, where nothing is imported yet; return what it prints."""
    command = [sys.executable, "-W", "error", "-c", code]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_import_is_lean_and_changes_no_setting():
    slow = {"scipy.stats", "scipy.optimize", "pandas", "sklearn"}
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
    assert run_alone(code) == "True\n\n"


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
