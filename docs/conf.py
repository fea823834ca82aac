"""How Sphinx makes the course's web site. `nox -s site` runs it, with what build_site.py wrote."""

import re
import subprocess
import sys
from pathlib import Path

from docutils import nodes
from myst_nb.core.render import NbElementRenderer
from sphinx import addnodes

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))

from build_site import ACCOUNT, BASE, BINDER, BRANCH, REPOSITORY, VERSION  # noqa: E402

GITHUB = f"https://github.com/{ACCOUNT}/{REPOSITORY}"
TITLE = "Gaussian mixture models from scratch in Python"

project, author = TITLE, "the course's authors"
version = release = VERSION
language = "en"
extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.extlinks",
    "sphinx.ext.mathjax",
]
templates_path = ["_templates"]

nb_execution_mode = "off"  # build_site.py has run the notebooks
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3
default_role = "py:obj"  # so that a name in a docstring links to what it names
toc_object_entries_show_parents = "hide"
add_function_parentheses = False
extlinks = {"binder": (f"{BINDER}%s", "%s")}
mathjax_path = "mathjax/tex-chtml.js"
numpydoc_show_class_members = False
python_maximum_signature_line_length = 60
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints = "none"  # the docstrings tell types, with shapes and units

html_theme = "sphinx_book_theme"
html_title = TITLE
html_baseurl = f"https://{ACCOUNT}.github.io/{REPOSITORY}/"
html_static_path = ["_static"]
html_favicon = "_static/icon.svg"
html_css_files = ["site.css"]
html_js_files = [("gmm.js", {"defer": "defer"})]
html_use_index = False
html_copy_source = html_show_sourcelink = False
html_theme_options = {
    "home_page_in_toc": True,
    "navbar_persistent": [],
    "use_download_button": False,
    "footer_content_items": "about-page.html",
    "logo": {"text": "Gaussian mixtures from scratch"},
}


def commit_date():
    """Return the day of the latest commit, or None outside a repository."""
    command = ["git", "log", "-1", "--format=%cs"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return asked.stdout.strip() or None


html_context = {
    "default_mode": "auto",
    "github": GITHUB,
    "date": commit_date(),
    "course": TITLE,
    "base": BASE,
}


def describe_page(app, pagename, templatename, context, doctree):
    """Give a page its first paragraph, for previews of links to it."""
    paragraphs = doctree.findall(nodes.paragraph) if doctree else ()
    context["description"] = next((each.astext() for each in paragraphs), TITLE)


def link_to_files(app, doctree):
    """Let links to files of the repository that are no pages go to GitHub."""
    for link in list(doctree.findall(addnodes.pending_xref)):
        path = (ROOT / link.get("reftarget", "")).resolve()
        if link.get("reftype") == "myst" and path.is_file():
            uri = f"{GITHUB}/blob/{BRANCH}/{path.relative_to(ROOT).as_posix()}"
            link.replace_self(nodes.reference("", "", *link.children, refuri=uri))


def keep_together(app, doctree):
    """Let no line begin with the punctuation after a formula."""
    for formula in list(doctree.findall(nodes.math)):
        after = formula.next_node(descend=False, siblings=True)
        marks = isinstance(after, nodes.Text) and re.match(r"[.,;:?!)]+", after)
        if marks:
            after.parent.replace(after, nodes.Text(after[marks.end() :]))
            both = nodes.inline("", "", formula.deepcopy(), nodes.Text(marks[0]))
            both["classes"].append("together")
            formula.replace_self(both)


def with_own_text(render_image):
    """Let each picture of a cell have its own text alternative: MyST-NB takes one for them all."""

    def render(renderer, data):
        images = render_image(renderer, data)
        for image in images:
            image["alt"] = data.output_metadata[data.mime_type]["alt"]
        return images

    return render


def setup(app):
    """Hook in what is the course's own."""
    NbElementRenderer.render_image = with_own_text(NbElementRenderer.render_image)
    app.connect("html-page-context", describe_page)
    app.connect("doctree-read", link_to_files)
    app.connect("doctree-read", keep_together)
