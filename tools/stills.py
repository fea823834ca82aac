"""Take stills of a notebook's widgets, for readers who have run nothing.

A still stands beside the caption, in an output whose metadata has the hash of what is shown.
"""

import io
import itertools
import re
from base64 import b64encode

from driver import PAGE, ROOT, THEMES, chromium, mount
from PIL import Image

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
WORDS_SUFFICE = ("answer", "question", "setup")
WIDTH, GAP, SHOWN_WIDTH, MOST_BYTES = 640, 16, 840, 80_000
HUES = Image.Quantize.MAXCOVERAGE  # others give up colours of few pixels: those of components
SHOW = """async ([id, position, words]) => {
    const box = document.querySelector(`#w${id} > .gmm`)
    if (!box.classList.contains('still')) box.prepend(document.createElement('p'))
    box.classList.add('still')
    box.firstChild.textContent = words
    if (position !== null) models.get(id).set('position', position)
    await document.fonts.ready
    for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame)
}"""


def add_stills(notebook):
    """Give the outputs of a notebook that was run their stills."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    outputs = [output for output in outputs if "gmm" in output.get("metadata", {})]
    state = notebook.metadata["widgets"][STATE]["state"] if outputs else {}
    with chromium() as browser:
        for output in outputs:
            text = output.data["text/plain"]
            words = output.data.get("text/html", text)  # in a fold all of them stand there
            told = re.findall(r"^Position (\d+)\.", words, re.MULTILINE)
            options = {"title": text.split("\n")[0], "positions": map(int, told or "0")}
            png = take(browser, state, output.data[VIEW]["model_id"], **options)
            if png and "text/html" in output.data:  # a fold, with a place for it
                source = f'<img src="data:image/png;base64,{b64encode(png).decode()}" '
                output.data["text/html"] = output.data["text/html"].replace("<img ", source, 1)
            elif png:
                output.data["image/png"] = b64encode(png).decode()
                width = min(SHOWN_WIDTH, Image.open(io.BytesIO(png)).width)
                output.metadata["image/png"] = {"alt": text, "width": width}


def draw_readme_picture(notebook):
    """Draw one position of the stepper of notebook 00, which was run: the M step of iteration 6."""
    [stepper] = [cell.outputs[0].data[VIEW] for cell in notebook.cells if cell.id == "stepper"]
    with chromium() as browser:
        state = notebook.metadata["widgets"][STATE]["state"]
        png = take(browser, state, stepper["model_id"], positions=[12])
    (ROOT / ".github" / "stepper.png").write_bytes(png)


def take(browser, state, model_id, *, title="", positions):
    """Return a PNG of a widget at some positions, or None where words suffice.

    The `title` stands above the first: JupyterLab shows no caption beside a PNG.
    """
    traits = state[model_id]["state"]
    if traits["kind"] in WORDS_SUFFICE:
        return None
    last = traits["content"].get("positions", 1) - 1
    options = {"viewport": {"width": WIDTH, "height": 1000}, "reduced_motion": "reduce"}
    page = browser.new_page(**options)
    page.set_content(PAGE.format(THEMES["light"]))
    box = mount(page, state, model_id)
    pictures = []
    for position in positions:
        words = [title] * (not pictures) + [f"Position {position}."] * bool(last and title)
        page.evaluate(SHOW, [model_id, position if last else None, " ".join(words)])
        pictures.append(Image.open(io.BytesIO(box.screenshot())).convert("RGB"))
    page.close()
    return _compress(_join(pictures))


def _join(pictures):
    """Put pictures side by side, two in a row."""
    across, down = min(len(pictures), 2), -(-len(pictures) // 2)
    step = WIDTH + GAP, max(picture.height for picture in pictures) + GAP
    whole = Image.new("RGB", (across * step[0] - GAP, down * step[1] - GAP), "white")
    for i, picture in enumerate(pictures):
        whole.paste(picture, (i % 2 * step[0], i // 2 * step[1]))
    return whole


def _compress(picture):
    """Return a PNG of at most so many bytes, with fewer pixels where fewer colours do not do."""
    for share, colours in itertools.product((1, 0.9, 0.8, 0.7, 0.6), (128, 64, 32)):
        file = io.BytesIO()
        smaller = picture.resize([round(share * side) for side in picture.size])
        # The steps of k-means keep greys grey.
        few = smaller.quantize(colours, HUES, kmeans=1, dither=Image.Dither.NONE)
        few.save(file, "PNG", optimize=True)
        if file.tell() <= MOST_BYTES:
            return file.getvalue()
    raise ValueError("A still is too large: show less in the widget.")
