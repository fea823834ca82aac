"""No notebook reaches the network, and nothing here opens a server to strangers."""

import re

import pytest
from files import NOTEBOOKS, ROOT, code_cells, markdown, outputs

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


@pytest.mark.parametrize("number", NOTEBOOKS)
def test_no_notebook_reaches_the_network_or_brings_a_script_to_the_browser(number):
    assert not [cell.id for cell in code_cells(number) if REACHING.search(cell.source)]
    shown = [output.get("data", {}) for output in outputs(number)]
    assert {kind for data in shown for kind in data} <= {"text/plain", "text/html", "image/png"}
    texts = [markdown(number), *(data.get("text/html", "") for data in shown)]
    assert not any(map(SCRIPT.search, texts))


def test_nothing_here_turns_a_token_or_a_password_off():
    assert OPENING.search("c.ServerApp.token = ''") and OPENING.search('--password=""')
    folders = ("", "tools/", "gmm_helpers/**/", ".github/**/", ".ci/", ".jupyter/**/", "docs/")
    files = [file for folder in folders for file in ROOT.glob(f"{folder}*") if file.is_file()]
    assert len(files) > 50
    for path in files:
        if path.suffix not in (".png", ".pyc"):
            assert not OPENING.search(path.read_text(encoding="utf-8", errors="replace")), path
