"""The slides in Chromium, opened as a file on a projector's page: `nox -s slides -- --test`."""

import re

import pytest
from build_slides import SLIDES

URL = SLIDES.as_uri()
NOW = "Reveal.getCurrentSlide()"
DRAWN = f"""() => [...{NOW}.querySelectorAll('.gmm-widget')].every(
    box => box.shadowRoot?.querySelector('.gmm > *')) && document.fonts.ready"""
# What is wrong with the shown slide: what leaves it, what is cut, text that is too small or larger
# than its ring, and a half that is empty.
FAULTS = f"""() => {{
    const slide = {NOW}, faults = []
    const all = [slide, ...slide.querySelectorAll('*')].flatMap(
        each => [each, ...(each.shadowRoot?.querySelectorAll('*') ?? [])])
    for (const each of all) {{
        const seen = each.checkVisibility({{visibilityProperty: true}}) && !each.closest('h2')
        if (!seen || each.closest('mjx-container, style, svg svg')) continue
        const {{right, bottom, width}} = each.getBoundingClientRect()
        const name = `${{each.tagName}} ${{each.getAttribute('class')}}`
        if (width && (right > innerWidth + 1 || bottom > innerHeight + 1)) faults.push(name)
        if (each.matches('pre, section, .gmm') && each.scrollWidth > each.clientWidth + 1)
            faults.push(`cut: ${{name}}`)
        const text = [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim())
        const {{a = 1, b = 0}} = each.getScreenCTM?.() ?? {{}}  // how an SVG scales its text
        const size = parseFloat(getComputedStyle(each).fontSize) * Math.hypot(a, b)
        if (text && size < 19.9) faults.push(`${{size}} px: ${{name}} ${{each.textContent}}`)
        const ring = each.matches('circle + text') && each.previousSibling.getBoundingClientRect()
        if (ring && (width > ring.width || bottom > ring.bottom)) faults.push(`no room: ${{name}}`)
    }}
    const {{bottom}} = slide.querySelector('.body').getBoundingClientRect()
    if (bottom < innerHeight / 2) faults.push('empty below')
    return faults
}}"""


@pytest.fixture
def open_deck(new_page):
    """Return a function that opens the slides."""

    def show(slide=0, width=1024, height=768):
        page = new_page(URL, viewport={"width": width, "height": height})
        page.goto(f"{URL}/index.html#/{slide}")
        page.wait_for_function("Reveal.isReady()")
        page.wait_for_function(DRAWN)
        return page

    return show


def go_to(page, cell):
    """Show the slide of a widget; return the widget."""
    find = f"Reveal.getSlides().findIndex(each => each.querySelector('[data-widget={cell}]'))"
    page.evaluate(f"Reveal.slide({find})")
    page.wait_for_function(DRAWN)
    return page.locator(f"[data-widget={cell}]")


def number(page):
    """Return the number of the slide that is shown."""
    return page.evaluate("Reveal.getIndices().h")


def middle(handle):
    """Return the middle of a handle's ring on the page."""
    box = handle.locator("circle").last.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def check_positions(page, slider):
    """Look at the start, the first two half-steps and the end of a run."""
    for key in ("Home", "ArrowRight", "ArrowRight", "End"):
        slider.press(key)
        assert page.evaluate(FAULTS) == [], key


@pytest.mark.parametrize("size", [(1024, 768), (1920, 1080)], ids=str)
def test_every_slide_fits_and_can_be_read_from_the_back(open_deck, size):
    page = open_deck(0, *size)
    for i in range(page.evaluate("Reveal.getTotalSlides()")):
        page.evaluate("i => { Reveal.slide(i); while (Reveal.nextFragment()); }", i)
        page.wait_for_function(DRAWN)
        page.wait_for_timeout(100)
        assert page.evaluate(FAULTS) == [], page.evaluate(f"{NOW}.innerText")
        for slider in page.locator("section.present input[type=range][aria-label=Position]").all():
            check_positions(page, slider)


def test_keys_move_the_stepper_where_it_has_the_focus_and_the_slides_elsewhere(open_deck):
    page = open_deck()
    stepper = go_to(page, "stepper-two")
    here, slider = number(page), stepper.get_by_label("Position").first
    page.keyboard.press("ArrowLeft")
    assert number(page) == here - 1
    page.keyboard.press("ArrowRight")
    assert number(page) == here
    slider.focus()
    for key, position in {"ArrowRight": "1", "End": "36", "ArrowLeft": "35", "Home": "0"}.items():
        page.keyboard.press(key)
        assert (slider.input_value(), number(page)) == (position, here)
    stepper.get_by_label("Play", exact=True).press(" ")
    stepper.get_by_label("Pause").press(" ")
    slider.press("Escape")
    page.keyboard.press("ArrowRight")
    assert number(page) == here + 1
    assert not page.evaluate("Reveal.isOverview()")
    go_to(page, "stepper-two")
    slider.focus()
    page.keyboard.press("n")
    assert number(page) == here + 1
    page.keyboard.press("p")
    assert number(page) == here


def test_a_letter_that_is_typed_into_a_number_turns_no_slide(open_deck):
    page = open_deck()
    panel = go_to(page, "by-hand")
    here = number(page)
    panel.locator("input[type=number]").first.press_sequentially("n p1")
    assert number(page) == here


@pytest.mark.parametrize("size", [(1024, 768), (1920, 1080)], ids=str)
def test_a_mean_lands_where_the_pointer_drops_it(open_deck, size):
    page = open_deck(0, *size)
    ring = go_to(page, "by-hand").get_by_label("Mean of component 1")
    x, y = middle(ring)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 100, y, steps=5)
    page.mouse.up()
    slider = page.locator("[data-widget=by-hand] input[type=range]").first
    step = 0.1 * size[0] / 1024 * 70  # pixels of a step of the slider, at most
    assert middle(ring)[0] == pytest.approx(x - 100, abs=step / 2 + 1)
    assert float(slider.input_value()) < 0


def test_a_widget_far_down_has_its_size_and_all_its_runs_fit(open_deck):
    page = open_deck()
    chooser = go_to(page, "chooser")
    assert chooser.bounding_box() == {"x": 0, "y": 0, "width": 1024, "height": 768}
    areas = [area.bounding_box() for area in chooser.locator(".panel-area").all()]
    assert sum(area["width"] for area in areas) > 900
    assert all(area["height"] > 300 for area in areas)
    for option in chooser.locator("input[type=radio]").all():
        option.check()
        check_positions(page, chooser.get_by_label("Position").first)
    assert "Your" not in chooser.locator(".notes").text_content()


def test_paper_has_a_page_for_each_slide_and_widgets_as_they_are_shown(new_page):
    page = new_page(URL, viewport={"width": 500, "height": 600})
    page.goto(f"{URL}/index.html?print-pdf")
    page.wait_for_selector(".pdf-page")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    stepper = page.locator("[data-widget=stepper-two]")
    left, right = [stepper.locator(".panel-area").nth(i).bounding_box() for i in range(2)]
    assert left["x"] + left["width"] < right["x"]
    assert stepper.evaluate("box => box.shadowRoot.querySelector('.gmm').scrollHeight") <= 768
    paper = page.pdf(prefer_css_page_size=True)
    slides = page.evaluate("Reveal.getTotalSlides()")
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == slides


def test_the_speakers_page_has_the_minutes_and_the_questions(open_deck):
    page = open_deck(3)
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    notes = opened.value.locator(".speaker-controls-notes .value")
    notes.get_by_text("Minutes 5–12.").wait_for()
    notes.get_by_text("What pulls them apart?").wait_for()
