"""No notebook reaches the network, and nothing here opens a server to strangers."""

import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
# What reaches the network, or starts what could.
REACHING = re.compile(
    r"://|^\s*[!%]|^\s*(import|from) (aiohttp|ftplib|http|httpx|os|requests|smtplib|socket"
    r"|socketserver|ssl|subprocess|tornado|urllib|urllib3|webbrowser|websocket|xmlrpc|zmq)\b",
    re.MULTILINE,
)
SCRIPT = re.compile(r"<script|<iframe|javascript:|\son\w+=", re.IGNORECASE)
# What would turn a token, a password or the check of a request's origin off.
OPENING = re.compile(
    r"(token|password)\s*=\s*(''|\"\"|$)"
    r"|disable_check_xsrf|allow_unauthenticated_access\s*=\s*True|allow_origin|DummyAuthenticator",
    re.IGNORECASE | re.MULTILINE,
)


def test_no_module_reaches_the_network():
    for path in ROOT.glob("gmm_helpers/**/*.py"):
        assert not REACHING.search(path.read_text(encoding="utf-8")), path


def test_no_notebook_reaches_the_network_or_brings_a_script_to_the_browser():
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            shown = [output.get("data", {}) for output in cell.get("outputs", ())]
            assert {kind for data in shown for kind in data} <= {
                "text/plain",
                "text/html",
                "image/png",
            }
            texts = [data.get("text/html", "") for data in shown]
            if cell.cell_type == "code":
                assert not REACHING.search(cell.source), (path, cell.id)
            else:
                texts.append(cell.source)
            assert not any(map(SCRIPT.search, texts)), (path, cell.id)


def test_nothing_here_turns_a_token_or_a_password_off():
    assert OPENING.search("c.ServerApp.token = ''") and OPENING.search('--password=""')
    folders = ("", "tools/", "gmm_helpers/**/", ".github/**/", ".ci/", ".jupyter/**/", "docs/")
    files = [file for folder in folders for file in ROOT.glob(f"{folder}*") if file.is_file()]
    assert len(files) > 50
    for path in files:
        if path.suffix not in (".png", ".pyc"):
            assert not OPENING.search(path.read_text(encoding="utf-8", errors="replace")), path
