"""Build the course's web site: run copies of the notebooks, and let Sphinx make pages of them.

`nox -s site` calls this. Each notebook is run once for its code: what its cells printed and drew,
and what its widgets show, is kept in `.nox/site/runs`. On a page a widget is an empty box, which
`docs/_static/site.js` fills from the state that stands beside it.
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
from importlib.metadata import version
from pathlib import Path

import nbformat
from bundle import bundle
from nbclient.exceptions import CellExecutionError
from store_outputs import run_cells

import gmm_helpers
from gmm_helpers.widgets.view import library

ROOT = Path(__file__).parents[1]
DOCS, SITE, WORK = ROOT / "docs", ROOT / "site", ROOT / ".nox" / "site-work"
HTML = WORK / "html"  # what Sphinx keeps for the next time; site/ is a copy
DOCTREES = WORK / "doctrees"
STATIC = HTML / "_static"
VIEW = "application/vnd.jupyter.widget-view+json"
WRITE_STATE = "import sys; sys.path.insert(0, {!r}); import widget_state; widget_state.write({!r})"

# The one place that says whose repository this is: the README's badge.
BADGE = re.compile(r"mybinder\.org/v2/gh/([\w.-]+)/([\w.-]+)/([\w.-]+)")
ACCOUNT, REPOSITORY, BRANCH = BADGE.search((ROOT / "README.md").read_text("utf-8")).groups()
BINDER = f"https://mybinder.org/v2/gh/{ACCOUNT}/{REPOSITORY}/{BRANCH}?urlpath=lab/tree/notebooks/"
BASE = f"/{REPOSITORY}/"  # where GitHub Pages shows the site, and `--serve` too
VERSION = version("gmm-helpers")

ANCHOR = re.compile(r"\]\(([\w.]*)#([^)]+)\)")  # a link to a heading
TO_DO = "<strong>To do.</strong>"  # how the check of an exercise begins that nobody has done
UNDONE = "as an unfinished exercise does"  # in a note of a stepper that ran the course's own steps
NOTE = """

```{{admonition}} This page is the notebook as it ran
Sliders, pictures and questions work here. To run and change the code, and to write the exercises,
open the notebook with Python: [on Binder]({binder}), or [on your computer](../start.md).
```"""
WIDGET = """<div class="gmm-widget" data-page="{page}" data-widget="{name}" data-kind="{kind}">
<p>{words}</p></div>"""
EXERCISE = """<p class="gmm-python">To write this and have it checked,
<a href="{binder}">open the notebook with Python</a>.</p>"""
ROOMS = {
    "model": "Mixtures, EM, its starts, and the choice between fits.",
    "data": "The data sets, and the reading of a table.",
    "checks": "The self-checks of the exercises: each calls a learner's function, and says what is "
    "right and what is wrong.",
    "plots": "The geometry of mixtures, and static pictures of it.",
    "widgets": "What the browser draws.",
}


# ------------------------------------------------------------------ running the notebooks


def fingerprint(notebook):
    """Return a hash of all that decides what the cells of a notebook show."""
    suffixes = (".py", ".csv", ".toml")
    files = [path for path in (ROOT / "gmm_helpers").rglob("*") if path.suffix in suffixes]
    files += [ROOT / "requirements.txt", Path(__file__).with_name("widget_state.py")]
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
    outputs, state = json.loads(kept.read_text("utf-8"))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = nbformat.from_dict(outputs[cell.id])
    return notebook, state


def execute(notebook, path, kept):
    """Run a notebook, and then write down what its widgets show."""
    print(f"Running {path.name}", flush=True)
    kept.parent.mkdir(parents=True, exist_ok=True)
    for older in kept.parent.glob(f"{path.stem}-*"):
        older.unlink()
    widgets = kept.with_suffix(".widgets")
    last = nbformat.v4.new_code_cell(WRITE_STATE.format(str(Path(__file__).parent), str(widgets)))
    whole = nbformat.from_dict({**notebook, "cells": [*notebook.cells, last]})
    try:
        run_cells(whole, path)
    except CellExecutionError as error:
        ran = [cell.id for cell in whole.cells if cell.get("outputs")]
        sys.exit(f"{path.name} fails in its cell {ran[-1]!r}, so there is no site.\n{error}")
    outputs = {cell.id: cell.outputs for cell in whole.cells[:-1] if cell.cell_type == "code"}
    state = json.loads(widgets.read_text("utf-8"))
    widgets.unlink()
    kept.write_text(json.dumps([outputs, state]), "utf-8")


# ------------------------------------------------------------------ from a notebook to a page


def page_of(path):
    """Write the source of a notebook's page, and the state of its widgets."""
    notebook, saved = run(path)
    binder = BINDER + path.name
    state = {}
    notebook.metadata.pop("widgets", None)
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
                state[cell.id] = shown = saved[data[VIEW]["model_id"]]
                forget_exercises(shown["state"])
                where = {"page": path.stem, "name": cell.id, "kind": shown["state"]["kind"]}
                words = html.escape(data["text/plain"])
                output.data = {"text/html": WIDGET.format(words=words, **where)}
            elif TO_DO in data.get("text/html", ""):
                output.data = {"text/html": EXERCISE.format(binder=binder)}
            elif "image/png" in data:
                cell.metadata.mystnb = {"image": {"alt": output.metadata["image/png"]["alt"]}}
    write(DOCS / "notebooks" / path.name, nbformat.writes(notebook) + "\n")
    content = json.dumps({"binder": binder, "state": state}, ensure_ascii=False)
    write(STATIC / "state" / f"{path.stem}.js", f'gmmSite.take("{path.stem}", {content})\n')


def forget_exercises(traits):
    """Take out the notes that the reader has not done an exercise: here nobody could."""
    for content in (traits["content"], *traits.get("runs", {}).values()):
        content["notes"] = [each for each in content.get("notes", []) if UNDONE not in each]


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
    for room, what in ROOMS.items():
        lines = [f"# {room}", "", what, "", "```{eval-rst}", ".. currentmodule:: gmm_helpers", ""]
        for name, module in sorted(gmm_helpers._MODULES.items()):
            if module.startswith(f".{room}."):
                is_class = isinstance(getattr(gmm_helpers, name), type)
                lines.append(f".. auto{'class' if is_class else 'function'}:: {name}")
                lines += ["   :members:"] * is_class + [""]
        write(DOCS / "api" / f"{room}.md", "\n".join([*lines, "```", ""]))
    lines = [
        "# Reference",
        "",
        "The public names of `gmm_helpers`, by its rooms.",
        "",
        "```{toctree}",
    ]
    write(DOCS / "api" / "index.md", "\n".join([*lines, *ROOMS, "```", ""]))


def write(path, text):
    """Write a file, but only where it is another: Sphinx makes anew what is younger."""
    if not path.exists() or path.read_text("utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")


# ------------------------------------------------------------------ the site


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


def copy_files(mathjax):
    """Copy what pages need and the project does not hold in docs/: MathJax, and a picture."""
    to = STATIC / "mathjax"
    fonts = Path("output", "chtml", "fonts", "woff-v2")
    shutil.copytree(mathjax / fonts, to / fonts, dirs_exist_ok=True)
    shutil.copy(mathjax / "tex-chtml.js", to)
    shutil.copy(ROOT / ".github" / "stepper.png", STATIC)


def forget_others(names):
    """Forget what there is of other notebooks, and all pages where these had links to theirs."""
    folders = DOCS / "notebooks", HTML / "notebooks", STATIC / "state"
    others = [path for each in folders for path in each.glob("[0-9]*") if path.stem not in names]
    before = {path.stem for path in (HTML / "notebooks").glob("*.html")}
    if before != names:
        shutil.rmtree(DOCTREES, ignore_errors=True)
    for path in others:
        path.unlink()


def build(only, mathjax):
    """Build the site, or what these notebooks need of it."""
    paths = [
        path
        for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
        if not only or path.name.startswith(("00", *only))  # the front page shows the stepper of 00
    ]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(page_of, paths))
    forget_others({path.stem for path in paths})
    api_pages()
    write(STATIC / "gmm.js", site_script())
    copy_files(mathjax)
    options = ["-q", "-W", "--keep-going", "-j", "auto", "-d", str(DOCTREES)]
    if only:
        options += ["-D", "suppress_warnings=myst.xref_missing"]  # links to those left out
    sphinx = subprocess.run([sys.executable, "-m", "sphinx", *options, str(DOCS), str(HTML)])
    if sphinx.returncode:
        shutil.rmtree(DOCTREES, ignore_errors=True)  # or it would say nothing the next time
        sys.exit("There is no site: what Sphinx says of it stands above.")
    shutil.rmtree(SITE, ignore_errors=True)
    shutil.copytree(HTML, SITE, ignore=shutil.ignore_patterns(".*"))


class Pages(SimpleHTTPRequestHandler):
    """Serves the site where GitHub Pages would, with its page for what is not there."""

    def translate_path(self, path):
        """Return the file of an address."""
        path = path.partition("?")[0]
        return super().translate_path(path.removeprefix(BASE[:-1])) if path.startswith(BASE) else ""

    def send_error(self, code, *words):
        """Send the page 404 for it."""
        if code != 404:
            return super().send_error(code, *words)
        page = (SITE / "404.html").read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *words):
        """Say nothing."""


def serve(port=0):
    """Return a server of the site on this machine alone; a free port, where none is given."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Pages, directory=SITE))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mathjax", type=Path, required=True)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    build(options.only, options.mathjax)
    if options.serve:
        server = serve(8000)
        print(f"The site is at http://127.0.0.1:8000{BASE} until Ctrl-C.", flush=True)
        server.serve_forever()
