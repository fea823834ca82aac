"""What holds for every kind of widget, at every width and in both themes."""

import io
import os
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import gmm_helpers as gmm
from gmm_helpers.plots import figures
from gmm_helpers.widgets.questions import _make_answer

# Runs in the page: whether a box is wider than the page, its small texts, and those that are cut.
LOOK = """
    const box = element.firstElementChild
    const texts = [...box.querySelectorAll('*')].filter(each => each.checkVisibility()
        && [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    const cut = each => {
        const [own, edge] = [each, each.closest('.panel-area') ?? box].map(
            one => one.getBoundingClientRect())
        return !each.closest('.table, .handle')
            && (own.left < edge.left - 1 || own.right > edge.right + 1)
    }
    const html = found => found.map(each => each.outerHTML)
    return [[document.documentElement, box].some(each => each.scrollWidth > each.clientWidth),
        html(texts.filter(each => parseFloat(getComputedStyle(each).fontSize) < 14)),
        html(texts.filter(cut))]
"""


@pytest.fixture(scope="module")
def widgets():
    rng = np.random.default_rng(1)
    x, plane = gmm.two_gaussians(120, rng=rng).x, gmm.four_gaussians(160, rng=rng).x
    start = gmm.Mixture.from_1d([0.5, 0.5], [-1, 0.5], [1, 1])
    steppers = [
        gmm.step_through(x, start, max_iter=94, tol=0),  # the tick of 100 is at the edge
        gmm.step_through(plane, gmm.start_from_random_points(plane, 4, rng=rng), max_iter=4),
    ]
    panels = [gmm.HandFit(x, em=start), gmm.PointPosterior(x, start), gmm.CovariancePanel(rng=rng)]
    return [*steppers, *panels, gmm.ask("narrow_peak"), gmm.check_setup()]


@pytest.mark.parametrize("width", [390, 592, 848, 1400])
def test_nothing_overflows_or_is_too_small_and_axe_finds_nothing(mount, widgets, width):
    shown, theme = None, "dark" if width in (390, 848) else "light"
    for widget in widgets:
        shown = mount(widget, width=width, theme=theme, beside=shown)
        shown.box.locator("input").first.press("End")
        assert shown.evaluate(LOOK) == [False, [], []]
    shown.page.emulate_media(media="print")
    colours = "box => [getComputedStyle(box).color, getComputedStyle(box).backgroundColor]"
    assert shown.box.evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]  # on any page
    shown.page.emulate_media(media="screen")
    path = os.environ.get("AXE")
    assert path, "AXE must say where axe.min.js is; `nox -s browser` fetches it"
    shown.page.evaluate(Path(path).read_text("utf-8"))
    found = shown.page.evaluate("axe.run('.gmm').then(({violations}) => violations)")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_paper_has_the_picture_of_the_screen_made_smaller(mount, widgets):
    shown = mount(widgets[0], width=1400)
    paper = shown.page.pdf(format="A5")  # its pages are counted before any script could help
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1


@pytest.mark.parametrize(("theme", "ground"), [("light", 254), ("dark", 17)])
def test_a_figure_has_the_ground_of_jupyterlabs_page(mount, theme, ground):
    shown = mount(_make_answer("?", "", [figures.to_png(figures.new_figure()[0])]))
    shown.page.evaluate("theme => {document.documentElement.dataset.theme = theme}", theme)
    shown.box.locator("summary").click()
    picture = Image.open(io.BytesIO(shown.box.locator("img").screenshot())).convert("RGB")
    assert max(picture.getcolors(99_999))[1] == (ground,) * 3
