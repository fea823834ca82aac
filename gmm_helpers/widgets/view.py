"""A widget of the course: a model whose module all of them share, and what a cell displays."""

import functools
import hashlib
import json
import math
from base64 import b64encode
from pathlib import Path

import anywidget
from IPython import get_ipython
from traitlets import Bytes, Dict, Int, List, Unicode, validate

from gmm_helpers.plots.look import look

_VIEW = "application/vnd.jupyter.widget-view+json"
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
    names = "widgets.bundle.js", "widgets.css", "night.svg", "formulas.json"
    source, style, night, formulas = (
        Path(__file__).with_name(name).read_text(encoding="utf-8") for name in names
    )
    style = style.replace("night.svg#", f"{address_of(night.encode(), 'svg+xml')}#")
    return Library(source=source, style=style, look=look(), formulas=json.loads(formulas))


def address_of(picture, kind="png"):
    """Return the bytes of a picture as an address, so that nothing is fetched."""
    return f"data:image/{kind};base64,{b64encode(picture).decode()}"


class View(anywidget.AnyWidget):
    """What the module draws: `kind` says what it is, `content` and `data` what it shows.

    `position` to `chosen` are what a hand has set: the page tells them once the hand rests, so that
    a reload and a second view keep them. They are not echoed: a busy kernel would echo late,
    and take back what the hand has done since.
    """

    _esm = Unicode(_LOADER).tag(sync=True)
    library = Unicode().tag(sync=True)
    kind = Unicode().tag(sync=True)
    content = Dict().tag(sync=True)
    data = Bytes().tag(sync=True)
    position = Int(0).tag(sync=True, echo_update=False)
    point = Int(-1).tag(sync=True, echo_update=False)  # which of the drawn points is marked
    values = Dict().tag(sync=True, echo_update=False)
    best = Dict().tag(sync=True, echo_update=False)
    chosen = Dict().tag(sync=True, echo_update=False)
    runs = List().tag(sync=True)  # that were made beforehand: dicts with their content and data

    def __init__(self, kind, content, data=b"", **traits):
        shared = {"library": library().model_id, "layout": library().layout}  # no layout of its own
        super().__init__(kind=kind, content=content, data=data, **shared, **traits)
        _replace_earlier_run(self)

    @validate("chosen")
    def _check_chosen(self, proposal):
        """Refuse the key of a run that a chooser cannot have."""
        known, chosen = self.content.get("key"), proposal["value"]
        key = chosen.get("key", known)
        if known and not _is_key(key, self.content["choices"]):
            raise ValueError(
                f"chosen must have a key such as {known}: the index of each choice, from 0 on, "
                f"then two seeds; it has {key!r}."
            )
        return chosen

    def answer_by(self, answer, refusal=""):
        """Let a function of what the page asks return the answer: a dict and bytes, or nothing.

        Of whatever it raises the page is told; a mistake in a learner's code is shown as well.
        """

        def hear(_, message, __):
            reply = {"answer": message["ask"]}
            try:
                told, *blocks = answer(message) or [{}]
            except (Exception, KeyboardInterrupt) as error:
                reason = "It was interrupted." if isinstance(error, KeyboardInterrupt) else error
                self.send({**reply, "refused": f"{refusal} {reason}"})
                if message.get("ahead") or isinstance(error, (ValueError, KeyboardInterrupt)):
                    return
                raise
            self.send({**reply, **told}, blocks)

        self.on_msg(hear)


def _is_key(key, choices):
    """Say whether a key has an index for each choice, and two seeds."""
    ends = [*(len(labels) for _, labels in choices), math.inf, math.inf]
    if not (isinstance(key, list | tuple) and len(key) == len(ends)):
        return False
    return all(type(i) is int and 0 <= i < end for i, end in zip(key, ends, strict=True))


class Shown:
    """Something that a cell displays: a `view`, and for pages without widgets its words."""

    view: View
    caption: str
    folded = ""  # what such a page shows where a question is to be answered first, as HTML

    def __init__(self, view, caption):
        self.view, self.caption = view, caption

    def __repr__(self):
        return self.caption

    def _repr_mimebundle_(self, **_):
        """Give a notebook the widget and its words; the hash says of what a still was taken."""
        shown = {"version_major": 2, "version_minor": 0, "model_id": self.view.model_id}
        data = {_VIEW: shown, "text/plain": self.caption}
        if self.folded:
            data |= {"text/plain": self.caption.partition("\n")[0], "text/html": self.folded}
        seen = json.dumps([self.view.kind, self.view.content], sort_keys=True).encode()
        fingerprint = hashlib.sha256(seen + self.view.data).hexdigest()[:16]
        return data, {"gmm": {"scene": fingerprint}}


_made_by_cell = {}  # cell → (its latest run, the views that this has made)


def _replace_earlier_run(view):
    """Close what the running cell made when it ran before, as `view` takes its place."""
    cell, run = _running_cell()
    if cell is None:
        return
    earlier_run, views = _made_by_cell.get(cell, (run, []))
    if earlier_run != run:
        for earlier in views:
            earlier.close()
        views = []
    _made_by_cell[cell] = (run, [*views, view])


def _running_cell():
    """Return what names the cell that is running and what names this run of it, or None twice."""
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return None, None
    request = kernel.get_parent()
    # JupyterLab names the cell; where a front end does not, the cell's text has to do.
    cell = request["metadata"].get("cellId") or request["content"]["code"]
    return cell, request["header"]["msg_id"]
