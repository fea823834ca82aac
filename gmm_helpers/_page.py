"""What all widgets of the course share: how they are shown, replaced, and seen without eyes."""

import base64
import html

import ipywidgets as widgets
from IPython import get_ipython
from IPython.display import display

from gmm_helpers.drawing import WIDTH, to_png

_TEXT_PX = 16
# How many letters of the text stand on a line of the narrowest page, and how tall a line is: the
# text keeps room for its longest form, so that nothing jumps.
_LETTERS_PER_LINE, _LINE_EM = 68, 1.4
_VIEW = "application/vnd.jupyter.widget-view+json"
_EMPTY_PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="

# ipywidgets gives a slider's handle no name, and no way to name it: a screen reader would say
# "slider" and a number. Nor does it say of the number beside it that one can type there. This names
# both after the label, also those that come later. What is typed there it takes at Enter alone: it
# waits for a "blur" that bubbles, as none does, so this sends one. And where a slider's last
# position has changed, its End key would still go to what was the last at first: noUiSlider keeps
# that. And it would have 0.7 read as 0.7000000000000028. A `<script>` does not run here, but a
# style's `onload` does.
_MEND_SLIDERS = """
const box = this.closest('.widget-vbox')
const parts = '.widget-slider :is(.noUi-handle, .widget-readout):not([aria-label])'
const nameAll = () => box.querySelectorAll(parts).forEach(part => {
    const label = part.closest('.widget-slider').querySelector('.widget-label')
    part.setAttribute('aria-label', label.textContent)
    if (part.isContentEditable) part.setAttribute('role', 'textbox')
})
new MutationObserver(nameAll).observe(box, {childList: true, subtree: true})
nameAll()
const shorten = ({target}) => {
    const text = target.getAttribute('aria-valuetext')
    if (text.length > 9)
        target.setAttribute('aria-valuetext', Number(Number(text).toPrecision(6)))
}
new MutationObserver(changes => changes.forEach(shorten)).observe(
    box, {attributeFilter: ['aria-valuetext'], subtree: true})
const typed = new Set()
box.addEventListener('input', event => typed.add(event.target))
box.addEventListener('focusout', ({target}) => {
    if (typed.delete(target) && target.matches('.widget-readout'))
        target.dispatchEvent(new Event('blur', {bubbles: true}))
})
box.addEventListener('keydown', event => {
    if (event.key === 'Enter') typed.delete(event.target)
    if (event.key !== 'End' || !event.target.matches('.noUi-handle')) return
    event.preventDefault()
    event.stopImmediatePropagation()
    const end = Number(event.target.getAttribute('aria-valuemax'))
    event.target.closest('.noUi-target').noUiSlider.set(end)
}, true)
"""

# ipywidgets hardly marks the control that has the focus: the first rule holds for all on a page.
# Nor does it show that a slider's number can be typed over. Play's buttons hold icons alone: what
# stands after the stroke is their text alternative. In the dark theme the toggle that is down is
# hardly another grey than the others. A question's choices are as large as its text, and wrap as it
# does; ipywidgets would change the room below them in the moment after they have appeared.
_STYLE = rf"""<style onload="{_MEND_SLIDERS}">
.noUi-handle:focus, .widget-readout:focus,
.jupyter-button:focus-visible, .widget-dropdown select:focus-visible {{
  outline: 3px solid #D55E00 !important; outline-offset: 2px}}
.widget-readout[contenteditable=true] {{
  box-sizing: border-box; border: 1px solid var(--jp-widgets-input-border-color);
  outline-offset: -3px}}
.widget-play .fa-play::before {{content: "\f04b" / "Play"}}
.widget-play .fa-pause::before {{content: "\f04c" / "Pause"}}
.widget-play .fa-stop::before {{content: "\f04d" / "Back to the first position"}}
.widget-toggle-buttons .mod-active {{box-shadow: inset 0 0 0 2px currentColor !important}}
.gmm-question .widget-radio-box {{margin-bottom: 0 !important}}
.gmm-question .widget-radio-box label {{
  font-size: {_TEXT_PX}px; line-height: {_LINE_EM}; height: auto; white-space: normal}}
</style>"""

# How to close what each cell has made in its latest run: cell → (run, functions).
_made_by_cell = {}


def show_view(widget, caption):
    """Display a widget, and where widgets are not shown some words."""
    display(view(widget, caption), raw=True)


def show_bundle(widget, picture, caption):
    """Display a widget, and where widgets are not shown a picture with its text alternative."""
    data, metadata = bundle(widget, picture, caption)
    display(data, metadata=metadata, raw=True)


def view(widget, caption):
    """Return what shows a widget in a notebook, with the words for where widgets are not shown.

    A widget gives that as well. But its own words name all widgets in it, which takes long.
    """
    shown = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {_VIEW: shown, "text/plain": caption}


def page_layout(**more):
    """Return a layout as wide as the page, and at most as wide as a picture."""
    return widgets.Layout(width="100%", max_width=f"{WIDTH}px", margin="0", **more)


def page_style():
    """Return an invisible widget for a box: the course's marks and sizes, and sliders' names."""
    return widgets.HTML(_STYLE, layout={"display": "none"})


def nothing():
    """Return an invisible widget: what a page has in place of a picture for those without."""
    return widgets.Box(layout={"display": "none"})


def note(text, *, strong=False):
    """Return a widget that says something above or below a picture."""
    return widgets.HTML(_paragraph(text, strong=strong), layout=page_layout())


def make_notes(notes):
    """Return a widget that says several things; it takes no room where there is nothing to say."""
    value, display = _say(notes)
    return widgets.HTML(value, layout=page_layout(display=display))


def show_notes(widget, notes):
    """Let a widget from `make_notes` say other things."""
    widget.value, widget.layout.display = _say(notes)


def _say(notes):
    return "".join(map(_paragraph, notes)), None if notes else "none"


def _paragraph(text, *, strong=False):
    kind = 'style="font-weight:bold; ' if strong else 'role="status" style="'
    return (
        f'<p {kind}line-height:{_LINE_EM}; font-size:{_TEXT_PX}px; margin:2px 0 6px">'
        f"{html.escape(text)}</p>"
    )


def note_height(letters):
    """Return how tall a note of so many letters is on the narrowest page, as a CSS length."""
    return f"{_lines(letters) * _LINE_EM * _TEXT_PX + 8:.0f}px"


def picture_page(png, text, *, size, most_letters):
    """Return HTML with a picture, and under it the text that is its alt text too.

    Parameters
    ----------
    png : bytes or None
        The picture, of `size`; None leaves the place empty.
    text : str
    size : tuple of int
        Width and height in pixels.
    most_letters : int
        For how long a text to keep room.
    """
    source = _EMPTY_PICTURE
    if png is not None:
        source = "data:image/png;base64," + base64.b64encode(png).decode()
    text, (width, height) = html.escape(text), size
    room = f"{_lines(most_letters) * _LINE_EM:.1f}em"
    # decoding="sync": a browser must not paint an empty place while it still decodes the picture.
    return (
        f'<img src="{source}" alt="{text}" width="{width}" height="{height}" decoding="sync" '
        f'style="width:100%; height:auto; aspect-ratio:{width}/{height}; display:block; '
        f'background:white"><p aria-live="polite" style="min-height:{room}; '
        f'line-height:{_LINE_EM}; font-size:{_TEXT_PX}px; margin:6px 0 0">{text}</p>'
    )


def _lines(letters):
    """Return how many lines so many letters fill on the narrowest page."""
    return -(-letters // _LETTERS_PER_LINE)


def bundle(widget, picture, caption):
    """Return what a cell displays: the widget, and for pages without widgets a picture and text."""
    data = {**view(widget, caption), "image/png": to_png(picture)}
    return data, {"image/png": {"width": WIDTH, "alt": caption}}


def close_tree(widget):
    """Close a widget with all in it; ipywidgets keeps each part until it is closed itself."""
    for child in getattr(widget, "children", ()):
        close_tree(child)
    for part in (getattr(widget, "style", None), getattr(widget, "layout", None), widget):
        if part is not None:
            part.close()


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
