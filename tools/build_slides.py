"""Make slides for the lesson of 90 minutes from cells of the notebooks; `nox -s slides` calls it.

`docs/slides.toml` says which cells, in which order; `docs/slides.js` how the slides behave. The
notebooks are run as for the web site, and the widgets are its own.
"""

import html
import re
import shutil
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from build_site import DOCS, ROOT, box, run, site_script, write, write_states
from nbconvert.filters import Highlight2HTML, markdown2html
from pygments.formatters import HtmlFormatter
from stills import VIEW

SLIDES = ROOT / "slides"
GUIDE = (ROOT / "TEACHING.md").read_text("utf-8")
# What can be taken of a cell of text; "first" is the first paragraph that is one.
TEXT = {
    "heading": r"^#+ (.*)$",
    "first": r"^(?![#$|*-]).+$",
    "formulas": r"\$\$[^$]+\$\$",
    "exercise": r"^\*\*Exercise.+$",
    "table": r"^\|.*(?:\n\|.*)*",
}
NPM = (
    *(f"reveal.js/dist/{name}" for name in ("reveal.js", "reveal.css", "plugin/notes.js")),
    "mathjax/es5/tex-svg.js",
)
CODE = ("code", "output", "solution")
MARKED = re.compile(r"(?<!\$)\$[^$]+\$[.,;:)]+")  # a formula, and the punctuation after it
SLIDE = """<section>
<h2>{}</h2>
<div class="body">{}</div>
<aside class="notes">{}</aside>
</section>"""


def load():
    """Return the parts of the deck, each a list of slides, with the plan's rows for them."""
    parts = tomllib.loads((DOCS / "slides.toml").read_text("utf-8"))["part"]
    plan = GUIDE.partition("### One lesson of 90 minutes")[2].partition("\n### ")[0]
    rows = re.findall(r"^\| (\d+–\d+) \| (.+) \| (.+) \|$", plan, re.MULTILINE)
    if len(rows) != len(parts):
        raise ValueError(f"The plan has {len(rows)} rows, and docs/slides.toml {len(parts)} parts.")
    return [(row, part["slide"]) for row, part in zip(rows, parts, strict=True)]


def guide(name):
    """Return the paragraph of TEACHING that "01 Exit ticket" names, with the list under it."""
    number, words = name.split(" ", 1)
    part = GUIDE.partition(f"\n## Notebook {number}:")[2].partition("\n## ")[0]
    found = re.search(rf"^\*\*{words}.*?(?=\n\n[*|]|\Z)", part, re.MULTILINE | re.DOTALL)
    if not found:
        raise ValueError(f"TEACHING has no paragraph {name!r}, which a slide shows.")
    return found[0]


def find(entry, ran):
    """Return of "01 e-table output" the notebook's name, its cell, and the parts to show."""
    number, name, *parts = entry.split()
    for stem in (stem for stem in ran if stem.startswith(number)):
        for cell in (cell for cell in ran[stem][0].cells if cell.id == name):
            code = cell.cell_type == "code"
            if all(part in CODE if code else text_of(cell, part) for part in parts):
                return stem, cell, parts
    raise ValueError(f"A slide shows {entry!r}, but there is no such cell, or it has no such part.")


def text_of(cell, part):
    """Return a part of a cell of text, as Markdown."""
    found = re.findall(TEXT.get(part, "(?!)"), cell.source, re.MULTILINE)
    return "\n\n".join(found[:1] if part in ("heading", "first") else found)


def code_of(cell, part):
    """Return the first function of a cell, or all its code, coloured."""
    code = cell.source.split("\n\n\n")[0].replace("_solution(", "(")
    return lines(code, Highlight2HTML()(code), "fragment" if part == "solution" else "")


def lines(text, shown, kind=""):
    """Return lines as they are shown, with how long they are: their letters are as large as fit."""
    columns = max(map(len, text.splitlines()))
    return f'<div class="lines {kind}" style="--columns: {columns}">{shown}</div>'


def outputs(entry, ran, states):
    """Yield what a cell shows; a widget is an empty box, as on the site, and its state is kept."""
    stem, cell, _ = find(entry, ran)
    every = [output.get("data", {}) for output in cell.outputs]
    alone = not any(VIEW in data or "image/png" in data for data in every)
    for output, data in zip(cell.outputs, every, strict=True):
        if VIEW in data:
            states[stem][cell.id] = ran[stem][1][data[VIEW]["model_id"]]
            empty = box(stem, cell.id, states[stem], data)
            yield empty.replace("<div ", "<div data-fills data-prevent-swipe ", 1)
        elif "image/png" in data:
            alt = html.escape(output.metadata["image/png"]["alt"])
            yield f'<img alt="{alt}" src="data:image/png;base64,{data["image/png"]}">'
        elif "text" in output and alone:
            yield lines(output.text, f"<pre>{html.escape(output.text)}</pre>")


def section(slide, row, ran, states):
    """Return a slide as HTML, with its row of the plan among the notes."""
    title, body = slide.get("title"), []
    for entry in slide.get("cells", []):
        _, cell, parts = find(entry, ran)
        for part in parts:
            if part == "heading":
                title = text_of(cell, part)
            elif part in TEXT:
                body.append(markdown2html(text_of(cell, part)))
            elif part == "output":
                body += outputs(entry, ran, states)
            else:
                body.append(code_of(cell, part))
    if "ask" in slide:
        body += map(markdown2html, re.findall('"(.+?)"', guide(slide["ask"])))
    body.append(markdown2html(slide.get("say", "")))
    told = ["**Minutes {}.** {} ({})".format(*row), slide["notes"]]
    told += map(guide, slide.get("guide", []))
    shown = MARKED.sub(r'<span class="together">\g<0></span>', "\n".join(body))
    texts = markdown2html(title), shown, markdown2html("\n\n".join(told))
    return SLIDE.format(*texts)


def build(modules):
    """Make the folder slides/, from notebooks that are run where they were not yet."""
    parts = load()
    every = [slide for _, slides in parts for slide in slides]
    numbers = {entry[:2] for slide in every for entry in slide.get("cells", [])}
    paths = [path for path in ROOT.glob("notebooks/*.ipynb") if path.name[:2] in numbers]
    with ThreadPoolExecutor(2) as pool:
        ran = dict(zip([path.stem for path in paths], pool.map(run, paths), strict=True))
    states = {stem: {} for stem in ran}
    sections = [section(slide, row, ran, states) for row, slides in parts for slide in slides]
    shutil.rmtree(SLIDES, ignore_errors=True)
    page = (DOCS / "slides.html").read_text("utf-8")
    write(SLIDES / "index.html", page.replace("<!-- slides -->", "\n".join(sections)))
    static = SLIDES / "_static"
    for stem, of_page in states.items():
        write_states(static, stem, of_page)
    write(static / "gmm.js", site_script((DOCS / "widgets_on_slides.css").read_text("utf-8")))
    style = (DOCS / "slides.css").read_text("utf-8")
    write(static / "slides.css", style + HtmlFormatter().get_style_defs(".highlight"))
    for each in (DOCS / "slides.js", *(modules / name for name in NPM)):
        shutil.copy(each, static)
    print(f"{len(sections)} slides: {SLIDES / 'index.html'}")


if __name__ == "__main__":
    build(Path(sys.argv[1]))
