"""No notebook reaches the network, and nothing here opens a server to strangers."""

import ast
import functools
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
MODULES = sorted(ROOT.glob("gmm_helpers/**/*.py"))
# What reaches the network, or starts what could.
REACHING = set(
    "aiohttp certifi ftplib http httpx imaplib os poplib requests smtplib socket socketserver ssl "
    "subprocess telnetlib tornado urllib urllib3 webbrowser websocket xmlrpc zmq".split()
)
# What would turn a token, a password or the check of a request's origin off.
OPENING = re.compile(
    r"(token|password)\s*=\s*(''|\"\"|$)"
    r"|disable_check_xsrf|allow_unauthenticated_access\s*=\s*True|allow_origin|DummyAuthenticator",
    re.IGNORECASE | re.MULTILINE,
)


@functools.cache
def cells_of(path):
    return nbformat.read(path, as_version=4).cells


def imported(source):
    """Return the names of the top-level modules that code imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_notebook_reaches_the_network(path):
    for cell in (cell for cell in cells_of(path) if cell.cell_type == "code"):
        assert not REACHING & set(imported(cell.source)), cell.id
        assert "://" not in cell.source, cell.id
        assert not re.search(r"^\s*[!%]", cell.source, re.MULTILINE), cell.id


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_module_reaches_the_network(path):
    source = path.read_text(encoding="utf-8")
    assert not REACHING & set(imported(source))
    assert "://" not in source


def test_no_notebook_brings_a_script_to_the_browser():
    script = re.compile(r"<script|<iframe|javascript:|\son\w+=", re.IGNORECASE)
    for path in NOTEBOOKS:
        for cell in cells_of(path):
            shown = [output.get("data", {}) for output in cell.get("outputs", ())]
            for data in shown:
                assert set(data) <= {"text/plain", "text/html", "image/png"}, cell.id
            page = [data.get("text/html", "") for data in shown]
            text = cell.source if cell.cell_type == "markdown" else ""
            assert not script.search("\n".join([text, *page])), cell.id


@pytest.mark.parametrize(
    "opening", ["c.ServerApp.token = ''", '--password=""', "--IdentityProvider.token=\n"]
)
def test_the_search_finds_what_opens_a_server(opening):
    assert OPENING.search(opening)


def test_nothing_here_turns_a_token_or_a_password_off():
    files = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in ("tools", "tests", "gmm_helpers", ".github", ".ci", ".jupyter"):
        files += [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    checked = 0
    for path in files:
        parts = {".venv", "node_modules", "__pycache__"} & set(path.parts)
        if path == Path(__file__) or parts or path.suffix in {".png", ".pyc"}:
            continue
        assert not OPENING.search(path.read_text(encoding="utf-8", errors="replace")), path
        checked += 1
    assert checked > 50
