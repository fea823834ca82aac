"""Draw the formulas of gmm_helpers/widgets/formulas.toml into formulas.json beside it.

Run it with `nox -s formulas`. The browser gets outlines: fonts differ between machines, and setting
formulas in the kernel would take a quarter of a second. `glyphs` is SVG with an outline of each
glyph, once for a page; a formula is SVG that uses these. It stands on the baseline of its line, and
has its reading. All numbers are thousandths of an em; y points down from the baseline. The letters
are those of TeX, as MathJax sets them in the text.
"""

import html
import json
import tomllib
from pathlib import Path

import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import LoadFlags
from matplotlib.mathtext import MathTextParser
from matplotlib.path import Path as Outline

FOLDER = Path(__file__).parents[1] / "gmm_helpers" / "widgets"
EM = 1000
FONT = FontProperties(size=EM, math_fontfamily="cm")
COMMANDS = {Outline.MOVETO: "M", Outline.LINETO: "L", Outline.CURVE3: "Q", Outline.CLOSEPOLY: "Z"}
RIDGE = r"+\mathrm{ridge}", ", plus the ridge"


def all_formulas():
    """Return each formula's TeX and its reading, by name."""
    table = tomllib.loads((FOLDER / "formulas.toml").read_text("utf-8"))
    formulas = {name: (row["tex"], row["reading"]) for name, row in table.items()}
    for name, (tex, reading) in list(formulas.items()):
        if name.startswith("spread"):
            formulas[f"{name}_ridge"] = tex + RIDGE[0], reading + RIDGE[1]
    return formulas


def outline(font, glyph):
    """Return a glyph's outline, as large as the em, as SVG path data."""
    font.set_size(EM, 72)
    font.load_glyph(glyph, flags=LoadFlags.NO_HINTING)
    data = ""
    for vertices, code in Outline(*font.get_path()).iter_segments(simplify=False):
        x, y = vertices[::2], -vertices[1::2]
        points = np.column_stack([x, y]).ravel() if code != Outline.CLOSEPOLY else []
        data += COMMANDS[code] + " ".join(map(str, whole(*points)))
    return data.replace(" -", "-")


def whole(*numbers):
    """Return numbers rounded, as JSON can write them."""
    return [round(float(number)) for number in numbers]


def draw(tex, reading, glyphs):
    """Return a formula as SVG; new outlines join `glyphs`, by font and number."""
    drawn = MathTextParser("path").parse(f"${tex}$", 72, FONT)
    marks = []
    for font, size, _, glyph, x, y in drawn.glyphs:
        key = font.postscript_name, glyph
        if key not in glyphs:
            glyphs[key] = outline(font, glyph)
        place = "translate({} {})".format(*whole(x, -y)) + f"scale({size / EM:.3g})" * (size != EM)
        marks.append(f'<use href="#gmm-{list(glyphs).index(key)}" transform="{place}"/>')
    for x, y, width, height in drawn.rects:
        x, y, width, height = whole(x, -y - height, width, height)
        marks.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}"/>')
    width, height, depth = whole(drawn.width, drawn.height, drawn.depth)
    return (
        f'<svg role="img" aria-label="{html.escape(reading)}" width="{width / EM}em" '
        f'height="{height / EM}em" viewBox="0 {depth - height} {width} {height}" '
        f'style="vertical-align:{-depth / EM}em">{"".join(marks)}</svg>'
    )


def make_formulas():
    """Return the text of formulas.json, with a line for the glyphs and for each formula."""
    glyphs = {}
    formulas = {name: draw(*each, glyphs) for name, each in all_formulas().items()}
    outlines = enumerate(glyphs.values())
    paths = (f'<path id="gmm-{number}" d="{data}"/>' for number, data in outlines)
    return json.dumps({"glyphs": "".join(paths), **formulas}, indent=0) + "\n"


if __name__ == "__main__":
    (FOLDER / "formulas.json").write_text(make_formulas(), "utf-8", newline="\n")
