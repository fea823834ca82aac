"""The built web site in Chromium, from a server on this machine: `nox -s site -- --test`.

Every page that was built is opened once, and every widget on it is worked.
"""

import gzip
import os
import re
import threading
from contextlib import closing
from functools import partial
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from build_site import BASE, ROOT, SITE, serve
from driver import Firefox

import gmm_helpers

FILES = [*SITE.glob("*.html"), *SITE.glob("*/[0-9a-z]*.html")]
PAGES = sorted(path.relative_to(SITE).as_posix() for path in FILES if path.parts[-2] != "_static")
NOTEBOOKS = [name for name in PAGES if name.startswith("notebooks/")]
NO_PYTHON = "This needs Python, which this page does not have."
DRAW_ALL = """async () => {
    const boxes = [...document.querySelectorAll('.gmm-widget')]
    for (const box of boxes) {
        box.scrollIntoView()
        while (!box.shadowRoot?.querySelector('.gmm > *')) await new Promise(requestAnimationFrame)
    }
    for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame)
}"""
# What is seen of a widget: its shapes and canvases, and its words.
SEEN = """box => {
    const all = selector => [...box.shadowRoot.querySelectorAll(selector)]
    const shapes = all('.panels :is(path, g)').map(each => each.cloneNode(false).outerHTML)
    const canvases = all('canvas').map(each => each.toDataURL())
    return [[...shapes, ...canvases].join(), all('.words [aria-live]')[0].textContent]
}"""
# Formulas that begin left of their line, where nobody can move them into sight.
CUT = """async () => {
    await globalThis.MathJax?.startup.promise
    const left = each => each.getBoundingClientRect().left
    const cut = each => left(each) < left(each.closest('div.math')) - 1
    return [...document.querySelectorAll('div.math mjx-container')].filter(cut).map(each => each.id)
}"""
COLOURS = """box => {
    const {color, backgroundColor} = getComputedStyle(box.shadowRoot.querySelector('.gmm'))
    return [color, backgroundColor].map(each => each.match(/\\d+/g).slice(0, 3).map(Number))
}"""


@pytest.fixture(scope="module")
def url():
    """Give the address of the site, on a server that ends with the tests."""
    server = serve()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{BASE}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_page(new_page, url):
    """Return a function that opens a page, and draws all of its widgets."""

    def show(name, *, width=1280, **options):
        page = new_page(url, viewport={"width": width, "height": 900}, **options)
        page.goto(url + name)
        page.evaluate(DRAW_ALL)
        return page

    return show


def widgets(page, *kinds):
    """Return the boxes of the widgets of some kinds."""
    boxes = page.locator(".gmm-widget").all()
    return [box for box in boxes if box.get_attribute("data-kind") in kinds]


def links_and_anchors(name):
    """Return the links of a page, and the places that can be linked to."""
    text = (SITE / name).read_text("utf-8")
    links = re.findall(r'<a\b[^>]*?\bhref="([^"]+)"', text)
    return [*map(unescape, links)], {"", "top", *re.findall(r'\bid="([^"]+)"', text)}


def test_links_and_their_anchors_lead_somewhere():
    pages = {name: links_and_anchors(name) for name in PAGES}
    missing = {path.name for path in ROOT.glob("notebooks/[0-9]*.ipynb")}
    missing -= {f"{Path(name).stem}.ipynb" for name in NOTEBOOKS}  # left out by --only
    for name, (links, _) in pages.items():
        for link in links:
            if re.match(r"https?:|mailto:", link) or Path(link.lstrip("#")).name in missing:
                continue
            address, anchor = urldefrag(link)
            path = unquote(urljoin(name, address) if address else name)
            assert (SITE / path).is_file(), f"{link} on {name}"
            assert path not in pages or unquote(anchor) in pages[path][1], f"{link} on {name}"


def test_formulas_are_set_and_the_reference_has_every_public_name():
    aside = r'<(script|style|pre|code)\b.*?</\1>|<(span|div) class="math.*?</\2>|<[^>]+>'
    for name in [*NOTEBOOKS, "cheat_sheet.html"]:
        text = re.sub(aside, "", (SITE / name).read_text("utf-8"), flags=re.DOTALL)
        assert re.findall(r".*(?:\$|\\[a-z]{2}).*", text) == [], name
    reference = "".join(path.read_text("utf-8") for path in SITE.glob("api/*.html"))
    for name in gmm_helpers.__all__:
        assert f'id="gmm_helpers.{name}"' in reference


def test_a_figure_has_its_own_text_which_stands_under_it_too():
    pages = "".join((SITE / name).read_text("utf-8") for name in NOTEBOOKS)
    found = re.findall(r'<img alt="([^"]+)" .*?</a>.*?<pre><span></span>(.*?)</pre>', pages, re.S)
    assert len(found) == pages.count('src="../_images/') > 0
    for text, printed in found:
        assert " ".join(printed.split()).startswith(text)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_phone_and_its_widgets_wear_its_theme(open_page, name):
    page = open_page(name, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate(CUT) == []
    if "00_start" in name:
        [table] = [box.locator(".table") for box in widgets(page, "stepper")]
        assert table.evaluate("each => each.scrollWidth <= each.clientWidth")
    assert "unfinished exercise" not in "".join(page.locator(".notes").all_inner_texts())
    for theme in ("light", "dark"):
        page.evaluate("theme => {document.documentElement.dataset.theme = theme}", theme)
        look = "all => all.map(each => getComputedStyle(each).filter)"
        filters = page.locator(".cell_output img").evaluate_all(look)
        assert all((each == "none") == (theme == "light") for each in filters)
        for box in widgets(page, "stepper", "chooser", "question"):
            ink, paper = map(sum, box.evaluate(COLOURS))
            assert (ink < 100 and paper > 600) == (theme == "light")
            assert (ink > 600 and paper < 100) == (theme == "dark")


@pytest.mark.parametrize("name", [name for name in PAGES if name != "search.html"])
def test_axe_finds_nothing_serious_in_what_is_ours(open_page, name):
    page = open_page(name)
    page.evaluate(Path(os.environ["AXE"]).read_text("utf-8"))
    found = page.evaluate("axe.run('.bd-article').then(({violations}) => violations)")
    found = [each for each in found if each["impact"] in ("serious", "critical")]
    found = [each for each in found if each["id"] != "definition-list"]  # Sphinx's parameters
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


@pytest.mark.parametrize("name", ["index.html", *NOTEBOOKS])
def test_every_slider_moves_picture_and_words_by_key_and_by_mouse(open_page, name):
    page = open_page(name, reduced_motion="reduce")
    for box in widgets(page, "stepper", "chooser", "hand_fit", "posterior", "covariance"):
        slider = box.locator("input[type=range]").first
        far = {"x": 0.8 * slider.bounding_box()["width"], "y": 10}
        for move in (partial(slider.press, "ArrowRight"), partial(slider.click, position=far)):
            slider.scroll_into_view_if_needed()
            before = box.evaluate(SEEN)
            move()
            page.wait_for_timeout(50)
            after = box.evaluate(SEEN)
            where = box.get_attribute("data-widget")
            assert after[0] != before[0], f"the picture of {where}"
            assert after[1] != before[1], f"the words of {where}"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_question_answers_each_choice(open_page, name):
    page = open_page(name)
    for box in widgets(page, "question"):
        assert box.locator(".words [aria-live]").text_content() == ""
        said = []
        for option in box.locator("input[type=radio]").all():
            option.check()
            said.append(box.locator(".words [aria-live]").text_content())
        assert sum(each.startswith("Right.") for each in said) == 1 and "" not in said


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_what_needs_python_says_so_with_a_link_and_what_was_computed_does_not(open_page, name):
    page = open_page(name)
    for box in widgets(page, "chooser"):
        notes, asker = box.locator(".notes"), box.locator(".asker")
        for option in box.locator("input[type=radio]").all():
            before = notes.text_content()
            if not option.is_checked():
                option.check()
                assert notes.text_content() != before
        assert asker.text_content() == ""
        button = box.locator(".choices button").last
        for _ in range(16):
            button.click()
        assert asker.text_content() == NO_PYTHON
        assert Path(name).stem in box.locator("a").get_attribute("href")
    for box in widgets(page, "stepper"):
        handle = box.locator(".handle[tabindex='0']")
        if handle.count():
            before = box.evaluate(SEEN)
            handle.first.press("ArrowRight")
            box.locator("a").wait_for()
            assert box.locator(".asker").text_content() == NO_PYTHON
            assert box.evaluate(SEEN) == before


@pytest.mark.filterwarnings("ignore")  # Marionette's own package leaves sockets open
def test_a_page_works_in_firefox(url):
    with closing(Firefox()) as page:
        page.goto(url + "notebooks/00_start_here.html")
        page.evaluate(DRAW_ALL)
        find = "const box = document.querySelector('[data-kind=stepper]')"
        focus = "box.shadowRoot.querySelector('input[type=range]').focus()"
        page.evaluate(f"() => {{ {find}; {focus} }}")
        look = f"() => {{ {find}; return ({SEEN})(box) }}"
        before = page.evaluate(look)
        page.press("ArrowRight")
        after = page.evaluate(look)
        assert after[0] != before[0] and after[1] != before[1]


@pytest.mark.parametrize("name", ["index.html", *NOTEBOOKS])
def test_a_page_with_all_that_it_loads_weighs_at_most_2_mb(browser, url, name):
    page, answers = browser.new_page(), []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(url + name)
    page.evaluate(DRAW_ALL)
    weights = {answer.url: len(gzip.compress(answer.body())) for answer in answers}
    page.close()
    assert sum(weights.values()) < 2e6, weights


def test_the_front_page_plays(open_page):
    page = open_page("index.html")
    slider = page.locator("input[type=range][aria-label=Position]")
    page.wait_for_function("slider => slider.value > 1", arg=slider.element_handle())


def test_an_unknown_address_shows_the_page_for_it_with_all_that_it_loads(browser, url):
    page, missing, unknown = browser.new_page(), [], f"{url}no/such/page.html"
    page.on("response", lambda answer: answer.ok or missing.append(answer.url))
    page.goto(unknown)
    assert "There is no such page" in page.locator(".bd-article h1").inner_text()
    page.locator(".bd-article a", has_text="front page").click()
    assert page.url == f"{url}index.html" and missing == [unknown]


def test_paper_is_white_and_has_the_widgets_that_nobody_has_scrolled_to(new_page, url):
    page = new_page(url, color_scheme="dark")
    page.goto(f"{url}notebooks/01_draw_and_fit_1d.html")
    seen = page.evaluate("""async () => {
        const come = each => each.name.includes('/state/') && each.responseEnd
        while (!performance.getEntriesByType('resource').some(come))
            await new Promise(requestAnimationFrame)
        await new Promise(done => setTimeout(done, 100))
        const boxes = [...document.querySelectorAll('.gmm-widget')]
        const drawn = () => boxes.filter(box => box.shadowRoot?.querySelector('.gmm > *')).length
        const before = drawn()
        dispatchEvent(new Event('beforeprint'))  // Firefox copies the page for paper right after it
        return [before, drawn(), boxes.length, document.documentElement.dataset.theme]
    }""")
    assert seen[0] < seen[1] == seen[2] and seen[3] == "light"


def test_the_cheat_sheet_is_one_sheet_of_paper(open_page):
    page = open_page("cheat_sheet.html")
    page.evaluate("MathJax.startup.promise")
    paper = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1


@pytest.mark.parametrize("name", NOTEBOOKS[1:2])
def test_answers_and_solutions_are_printed_open(open_page, name):
    page = open_page(name)
    page.emulate_media(media="print")
    folds = page.locator(".bd-article details:not([open])")
    assert folds.count() >= 5
    for fold in folds.all():
        assert fold.evaluate("fold => fold.lastElementChild.checkVisibility()")
