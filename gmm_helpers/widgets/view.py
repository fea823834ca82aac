"""A widget of the course: a model whose module all of them share, and what a cell displays."""

from __future__ import annotations

import functools
import hashlib
import html
import json
from base64 import b64encode
from pathlib import Path

import anywidget
from IPython import get_ipython
from traitlets import Bytes, Dict, Int, Unicode

from gmm_helpers.plots.look import look

_HERE = Path(__file__).parent
_VIEW = "application/vnd.jupyter.widget-view+json"
_FOLDED = "What follows answers the question: {} Answer it first."
_PRINTED = "<style>@media print{details::details-content{content-visibility:visible}}</style>"
# anywidget imports a module once for each widget, and never lets go of it. So each widget's own is
# these few lines, which fetch the course's module from the one model that carries it, and import it
# once for the page. Nothing waits before `render` is called: later updates would be lost.
_LOADER = """export default { async render({ model, el }) {
  const library = await model.widget_manager.get_model(model.get("library"));
  const modules = (globalThis.gmmModules ??= new Map());
  const source = library.get("source");
  if (!modules.has(source)) {
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    modules.set(source, import(address));
  }
  return (await modules.get(source)).render({ model, library, el });
} };"""


class Library(anywidget.AnyWidget):
    """The one model of a kernel that carries the module, and what is the same for all widgets."""

    _esm = Unicode("export default {};").tag(sync=True)
    source = Unicode().tag(sync=True)
    style = Unicode().tag(sync=True)
    look = Dict().tag(sync=True)
    formulas = Dict().tag(sync=True)


@functools.cache
def library():
    """Return this kernel's library."""
    read = functools.partial(Path.read_text, encoding="utf-8")
    return Library(
        source=read(_HERE / "widgets.bundle.js"),
        style=read(_HERE / "widgets.css"),
        look=look(),
        formulas=json.loads(read(_HERE / "formulas.json")),
    )


class View(anywidget.AnyWidget):
    """What the module draws: `kind` says what it is, `content` and `data` what it shows.

    `position` to `chosen` are what a hand has set: the page tells them once the hand rests, so that
    a reload and a second view keep them.
    """

    _esm = Unicode(_LOADER).tag(sync=True)
    library = Unicode().tag(sync=True)
    kind = Unicode().tag(sync=True)
    content = Dict().tag(sync=True)
    data = Bytes().tag(sync=True)
    position = Int(0).tag(sync=True)
    point = Int(-1).tag(sync=True)  # which of the drawn points is marked
    values = Dict().tag(sync=True)
    best = Dict().tag(sync=True)
    chosen = Dict().tag(sync=True)
    runs = Dict().tag(sync=True)  # that were made beforehand: dicts with their place in `more`
    more = Bytes().tag(sync=True)

    def __init__(self, kind, content, data=b"", **traits):
        super().__init__(
            kind=kind,
            content=content,
            data=data,
            library=library().model_id,
            layout=library().layout,  # else each would bring one of its own
            **traits,
        )
        replace_earlier_run(self.close)


def fold(question, text, pictures):
    """Return a closed fold, for pages without widgets; None is a picture that is stored later."""
    images = ""
    for png in pictures:
        source = f'src="data:image/png;base64,{b64encode(png).decode()}" ' if png else ""
        images += f'<img {source}alt="The words below say what it shows.">'
    summary, text = html.escape(_FOLDED.format(question)), html.escape(text)
    return f"{_PRINTED}<details><summary>{summary}</summary>{images}<pre>{text}</pre></details>"


class Shown:
    """Something that a cell displays: a `view`, and for pages without widgets its words.

    A class that has this as its base makes `view`, and says what `caption` returns. Where a
    `question` asks what it shows, a page without widgets folds it away.
    """

    view: View
    question: str | None = None

    @property
    def caption(self) -> str:
        """What the widget shows, in words."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **_):
        """Give a notebook the widget and its words; the hash says of what a still was taken."""
        shown = {"version_major": 2, "version_minor": 0, "model_id": self.view.model_id}
        seen = json.dumps([self.view.kind, self.view.content], sort_keys=True).encode()
        fingerprint = hashlib.sha256(seen + self.view.data).hexdigest()[:16]
        data = {_VIEW: shown, "text/plain": self.caption}
        if self.question:
            data["text/plain"] = self.caption.partition("\n")[0]
            data["text/html"] = fold(self.question, self.caption, [None])
        return data, {"gmm": {"scene": fingerprint}}


# How to close what each cell has made in its latest run: cell → (run, functions).
_made_by_cell = {}


def replace_earlier_run(close):
    """Close what the running cell made when it ran before; `close` does so to what it makes now."""
    cell, run = _running_cell()
    if cell is None:
        return
    earlier_run, to_close = _made_by_cell.get(cell, (run, []))
    if earlier_run != run:
        for close_earlier in to_close:
            close_earlier()
        to_close = []
    _made_by_cell[cell] = (run, [*to_close, close])


def _running_cell():
    """Return what names the cell that is running and what names this run of it, or None twice."""
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return None, None
    request = kernel.get_parent("shell")
    # JupyterLab names the cell; where a front end does not, the cell's text has to do.
    cell = request["metadata"].get("cellId") or request["content"]["code"]
    return cell, request["header"]["msg_id"]
