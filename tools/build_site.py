"""Build the course's web site: run copies of the notebooks, and let Sphinx make pages of them.

`nox -s site` calls this. Each notebook is run once for its code: what its cells printed and drew,
and what its widgets show, is kept in `.nox/site-work/runs`. On a page a widget is an empty box,
which `docs/site.js` fills from the state that stands beside it.
"""

import argparse
import hashlib
import html
import json
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import nbformat
from bundle import bundle
from set_owner import BADGE
from stills import STATE, VIEW
from store_outputs import run_cells

import gmm_helpers
from gmm_helpers.widgets.view import library

ROOT = Path(__file__).parents[1]
DOCS, SITE, WORK = ROOT / "docs", ROOT / "site", ROOT / ".nox" / "site-work"
HTML = WORK / "html"  # site/ is a copy: Sphinx puts other things beside it
STATIC = HTML / "_static"
AHEAD = f"import sys; sys.path.insert(0, {str(ROOT / 'tools')!r}); import ahead; ahead.compute()"
SHOWN = "kind content data position point values best chosen runs".split()  # of a widget

# The one place that says whose repository this is: the README's badge.
ACCOUNT, REPOSITORY, BRANCH = BADGE.search((ROOT / "README.md").read_text("utf-8")).groups()
BINDER = f"https://mybinder.org/v2/gh/{ACCOUNT}/{REPOSITORY}/{BRANCH}?urlpath=lab/tree/notebooks/"
BASE = f"/{REPOSITORY}/"  # where GitHub Pages shows the site, and `--serve` too
VERSION = version("gmm-helpers")

ANCHOR = re.compile(r"\]\(([\w.]*)#([^)]+)\)")  # a link to a heading
TO_DO = "<strong>To do.</strong>"  # how the check of an exercise begins that nobody has done
NOTE = """

```{{admonition}} This page is the notebook as it ran
Sliders, pictures and questions work here. To run and change the code, and to write the exercises,
open the notebook with Python: [on Binder]({binder}), or [on your computer](../start.md).
```"""
WIDGET = """<div class="gmm-widget" data-page="{page}" data-widget="{name}" data-kind="{kind}">
<p>{words}</p></div>"""
EXERCISE = """<p class="gmm-python">To write this and have it checked,
<a href="{binder}">open the notebook with Python</a>.</p>"""
ROOMS = ("model", "data", "checks", "plots", "widgets")


def fingerprint(notebook):
    """Return a hash of all that decides what the cells of a notebook show."""
    files = [ROOT / "requirements.txt", ROOT / "tools" / "ahead.py"]
    for kind in ("py", "csv", "toml"):
        files += ROOT.glob(f"gmm_helpers/**/*.{kind}")
    code = [(cell.id, cell.source) for cell in notebook.cells if cell.cell_type == "code"]
    digest = hashlib.sha256(repr(code).encode())
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:20]


def run(path):
    """Return a notebook with its outputs, and its widgets' state; run it if it was not yet."""
    notebook = nbformat.read(path, as_version=4)
    kept = WORK / "runs" / f"{path.stem}-{fingerprint(notebook)}.json"
    if not kept.exists():
        execute(notebook, path, kept)
    outputs, state = json.loads(kept.read_text("utf-8"), object_hook=without_stand_ins)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = nbformat.from_dict(outputs[cell.id])
    return notebook, state


def without_stand_ins(part):
    """Take out the notes that the reader has not done an exercise: here nobody could."""
    if "notes" in part:
        part["notes"] = [note for note in part["notes"] if not note.startswith("Your ")]
    return part


def execute(notebook, path, kept):
    """Run a notebook, and then write down what its widgets show."""
    print(f"Running {path.name}", flush=True)
    kept.parent.mkdir(parents=True, exist_ok=True)
    for older in kept.parent.glob(f"{path.stem}-*"):
        older.unlink()
    last = nbformat.v4.new_code_cell(AHEAD)
    whole = nbformat.from_dict({**notebook, "cells": [*notebook.cells, last]})
    run_cells(whole, path)  # nbclient says which cell fails, and how
    outputs = {cell.id: cell.outputs for cell in whole.cells[:-1] if cell.cell_type == "code"}
    states = whole.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    shown = {name: of_page(**saved) for name, saved in states.items() if "kind" in saved["state"]}
    kept.write_text(json.dumps([outputs, shown]), "utf-8")


def of_page(state, buffers=(), **_):
    """Return of a widget's saved state what a page needs."""
    return {"state": {key: state[key] for key in SHOWN if key in state}, "buffers": buffers}


def page_of(path):
    """Write the source of a notebook's page, and the state of its widgets."""
    notebook, saved = run(path)
    binder, states = BINDER + path.name, {}
    notebook.cells = [cell for cell in notebook.cells if "jupyter-only" not in tags(cell)]
    title = notebook.cells[0].source.removeprefix("# ")
    notebook.cells[0].source = f"# {path.stem[:2]} {title}{NOTE.format(binder=binder)}"
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = ANCHOR.sub(page_anchor, cell.source)
        elif "solution" in tags(cell):
            cell.metadata.tags = [*tags(cell), "hide-input"]
            prompts = {"show": "Show the solution", "hide": "Hide the solution"}
            cell.metadata.mystnb = {f"code_prompt_{key}": text for key, text in prompts.items()}
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if VIEW in data:
                states[cell.id] = saved[data[VIEW]["model_id"]]
                output.data = {"text/html": box(path.stem, cell.id, states, data)}
            elif TO_DO in data.get("text/html", ""):
                output.data = {"text/html": EXERCISE.format(binder=binder)}
    write(DOCS / "notebooks" / path.name, nbformat.writes(notebook) + "\n")
    write_states(STATIC, path.stem, states)


def box(page, name, states, data):
    """Return the empty box of a widget, with the words that stand in it until it is drawn."""
    kind, words = states[name]["state"]["kind"], html.escape(data["text/plain"])
    return WIDGET.format(page=page, name=name, kind=kind, words=words)


def write_states(static, page, states):
    """Write the states of a page's widgets as a script, as that needs no server."""
    content = json.dumps({"binder": f"{BINDER}{page}.ipynb", "state": states}, ensure_ascii=False)
    write(static / "state" / f"{page}.js", f'gmmSite.take("{page}", {content})\n')


def tags(cell):
    """Return the tags of a cell."""
    return cell.metadata.get("tags", [])


def page_anchor(link):
    """Return a link whose anchor is written as pages have it, not as JupyterLab does."""
    path, anchor = link.groups()
    anchor = re.sub(r"[^\w-]", "", anchor).lower()
    return f"]({path}#{anchor})"


def api_pages():
    """Write a page for each room of the package, from its public names, and one that lists them."""
    folder, rooms = DOCS / "api", "\n".join(ROOMS)
    listed = f"The public names of `gmm_helpers`, by its rooms.\n\n```{{toctree}}\n{rooms}\n```\n"
    write(folder / "index.md", f"# Reference\n\n{listed}")
    for room in ROOMS:
        what = import_module(f"gmm_helpers.{room}").__doc__
        lines = [f"# {room}", "", what, "", "```{eval-rst}", ".. currentmodule:: gmm_helpers", ""]
        for name, module in sorted(gmm_helpers._MODULES.items()):
            if module.startswith(f".{room}."):
                is_class = isinstance(getattr(gmm_helpers, name), type)
                lines.append(f".. auto{'class' if is_class else 'function'}:: {name}")
                lines += ["   :members:"] * is_class + [""]
        write(folder / f"{room}.md", "\n".join([*lines, "```", ""]))


def write(path, text):
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")


def site_script(more_style=""):
    """Return the script of all pages: the host, the widgets' module and what a page does."""
    shared = library()
    state = {name: getattr(shared, name) for name in ("look", "formulas", "style")}
    files = [ROOT / "tools" / "host.js", DOCS / "site.js"]
    sources = [bundle(), *(path.read_text("utf-8") for path in files)]
    joined = re.sub(r"^(import .*?;\n|export )", "", "\n".join(sources), flags=re.MULTILINE)
    state["style"] += more_style
    shared = f"site.shared = {json.dumps(state, ensure_ascii=False)};"
    return f'(() => {{\n"use strict";\n{joined}{shared}\n}})();\n'


def build(only, mathjax):
    """Build the site, or what these notebooks need of it."""
    for folder in (HTML, SITE, DOCS / "notebooks", DOCS / "api"):
        shutil.rmtree(folder, ignore_errors=True)
    # The front page shows the stepper of 00.
    paths = [path for path in ROOT.glob("notebooks/[0-9]*") if path.name.startswith(("00", *only))]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(page_of, sorted(paths)))
    api_pages()
    write(STATIC / "gmm.js", site_script())
    fonts = Path("output", "chtml", "fonts", "woff-v2")
    shutil.copytree(mathjax / fonts, STATIC / "mathjax" / fonts)
    shutil.copy(mathjax / "tex-chtml.js", STATIC / "mathjax")
    shutil.copy(ROOT / ".github" / "stepper.png", STATIC)
    options = ["-q", "-W", "--keep-going", "-E", "-j", "auto", "-d", str(WORK / "doctrees")]
    if only != [""]:
        options += ["-D", "suppress_warnings=myst.xref_missing"]  # links to those left out
    if subprocess.call([sys.executable, "-m", "sphinx", *options, str(DOCS), str(HTML)]):
        sys.exit("There is no site: what Sphinx says of it stands above.")
    shutil.copytree(HTML, SITE, ignore=shutil.ignore_patterns(".*"))


class Pages(SimpleHTTPRequestHandler):
    """Serves the site where GitHub Pages would, with its page for what is not there."""

    def translate_path(self, path):
        """Return the file of an address."""
        return super().translate_path(path.removeprefix(BASE[:-1])) if path.startswith(BASE) else ""

    def log_message(self, *words):
        """Say nothing."""


def serve(port=0):
    """Return a server of the site on this machine alone; a free port, where none is given."""
    Pages.error_message_format = (SITE / "404.html").read_text("utf-8").replace("%", "%%")
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Pages, directory=SITE))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mathjax", type=Path, required=True)
    parser.add_argument("--only", nargs="*", default=[""], help="numbers of notebooks")
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    build(options.only, options.mathjax)
    if options.serve:
        server = serve(8000)
        print(f"The site is at http://127.0.0.1:8000{BASE} until Ctrl-C.", flush=True)
        server.serve_forever()
