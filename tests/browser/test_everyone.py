"""Every widget of every notebook: by keys alone, by mouse, and by a screen reader's tree.

The page is checked with axe-core as well, which `nox -s browser` fetches. What ipywidgets and
JupyterLab leave undone is listed here, with what stands in for it.
"""

import os
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import STEPPER, all_laid_out, click_on_bar, look, run_again

# Rule of axe-core → where it fails for a reason that is not ours.
NOT_OURS = {
    # axe-core does not count text that a style adds, and nothing else can name these buttons.
    # Browsers do count it: the test below looks for the names.
    "button-name": ".widget-play button",
    # JupyterLab gives a picture that is a cell's output no text alternative. `show_figure` prints
    # the caption under it.
    "image-alt": ".jp-RenderedImage > img",
}
# Runs in the page: violations that count, as [rule, how grave, element, whether it is not ours].
CHECK = """
async notOurs => {
    const {violations} = await axe.run({include: [['.jp-OutputArea']]})
    return violations
        .filter(({impact}) => ['serious', 'critical'].includes(impact))
        .flatMap(({id, nodes}) => nodes.map(node => {
            const element = document.querySelector(node.target.at(-1))
            return [id, node.html, Boolean(notOurs[id] && element.matches(notOurs[id]))]
        }))
}
"""
FOCUS = """() => {
    const element = document.activeElement, style = getComputedStyle(element)
    element.marked ??= `${Math.random()}`
    return {
        id: element.marked,
        inOutput: Boolean(element.closest('.jp-OutputArea')),
        kind: element.getAttribute('role')
            || (element.matches('button') ? element.className : element.type) || element.tagName,
        outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
    }
}"""
CONTROLS = """() => [...document.querySelectorAll(
    '.jp-OutputArea :is([role=slider], [role=textbox], input, select, button, textarea)')]
    .filter(each => each.offsetParent && !each.disabled)
    .map(each => each.marked ??= `${Math.random()}`)
"""


@pytest.fixture(scope="session")
def axe():
    """Give axe-core's text."""
    path = os.environ.get("AXE")
    assert path, "AXE must say where axe.min.js is; `nox -s browser` fetches it"
    return Path(path).read_text()


@pytest.fixture
def outputs(notebook):
    """Give all outputs of a notebook, also those off screen, which JupyterLab does not lay out."""
    with all_laid_out(notebook):
        yield notebook.locator(".jp-OutputArea")


def test_axe_finds_no_serious_violation_of_ours(notebook, outputs, axe):
    notebook.evaluate(axe)
    found = notebook.evaluate(CHECK, NOT_OURS)
    assert found, "axe-core has looked at nothing: what is listed above should be there"
    assert [each[:2] for each in found if not each[2]] == []


def test_each_control_has_its_own_name(outputs):
    for box in outputs.locator(".widget-hbox:has(> .widget-play)").all():
        for name in ("Play", "Back to the first position"):
            assert box.get_by_role("button", name=name, exact=True).count() == 1
    for slider in outputs.locator(".widget-slider").all():
        name = slider.locator(".widget-label").inner_text()
        for role in ("slider", "textbox"):
            assert slider.get_by_role(role, name=name, exact=True).count() == 1
    for image in outputs.locator(".widget-html img").all():
        assert len(image.get_attribute("alt")) > 20


@pytest.fixture
def in_range(notebook):
    """Give a notebook's page with no panel's weight at 0, where other sliders change no pixel."""
    for panel in notebook.locator(".gmm-panel").all():
        run_again(notebook, panel)
    return notebook


def test_every_control_is_reached_and_worked_by_keys_alone(in_range, notebook):
    """Tab from the first cell; each control must show that it has the focus, and do its work."""
    notebook.locator(".jp-Notebook .jp-Cell").first.click()
    notebook.keyboard.press("Escape")
    reached = set()
    while left := set(notebook.evaluate(CONTROLS)) - reached:
        while left - reached:
            notebook.keyboard.press("Tab")
            focus = notebook.evaluate(FOCUS)
            assert focus["id"] not in reached, f"Tab came back, and left out {left - reached}"
            reached.add(focus["id"])
            if focus["inOutput"]:
                assert focus["outline"] >= 1, focus
                work(notebook, focus["kind"])
    assert len(notebook.evaluate(CONTROLS)) >= 4


def test_every_widget_answers_to_the_mouse(in_range, notebook):
    for box in notebook.locator(f"{STEPPER}, .gmm-panel").all():
        for slider in box.locator(".widget-slider").all():
            names = ("now", "min", "max")
            handle, before = slider.get_by_role("slider"), look(box)
            now, low, high = (float(handle.get_attribute(f"aria-value{name}")) for name in names)
            click_on_bar(slider, 0.25 if now > (low + high) / 2 else 0.75)
            look(box, unlike=before)
    for box in notebook.locator(".gmm-question").all():
        answer = box.locator(".gmm-answer")
        before = answer.inner_text()
        box.locator("input:not(:checked)").first.click()
        assert answer.inner_text().strip() and answer.inner_text() != before
    for box in notebook.locator(".gmm-chooser").all():
        box.get_by_role("slider").press("End")  # at the start, runs of two kinds may look alike
        before = look(box)
        with another_run_in(box):
            box.locator(".widget-toggle-buttons button:not(.mod-active)").first.click()
        look(box, unlike=before)


@contextmanager
def another_run_in(chooser):
    """Wait at its end until a chooser says that another run is shown."""
    box, said = chooser.element_handle(), "box.querySelector('p[role=status]').innerText"
    before = box.evaluate(f"box => {said}")
    yield
    chooser.page.wait_for_function(f"([box, before]) => {said} !== before", arg=[box, before])


def work(page, kind):
    """Work the control that has the focus, and see it answer."""
    control = page.evaluate_handle("document.activeElement").as_element()
    press = page.keyboard.press

    def around(selector):
        return page.locator(selector, has=page.locator(":focus"))

    if kind == "slider":
        now, end, text = (
            control.get_attribute(f"aria-value{name}") for name in ("now", "max", "text")
        )
        box = around(f"{STEPPER}, .gmm-panel")
        before = look(box) if box.count() else None  # else it has no picture
        press("ArrowLeft" if now == end else "ArrowRight")
        read = control.get_attribute("aria-valuetext")  # "now" has one decimal only
        assert read != text and len(read) <= 9
        if before:
            look(box, unlike=before)
    elif kind == "radio":
        press("Space")
        assert control.is_checked()
        assert around(".gmm-question").locator(".gmm-answer").inner_text().strip()
    elif kind == "textbox":
        slider = around(".widget-slider").get_by_role("slider")
        names = ("now", "min", "max")
        now, low, end = (slider.get_attribute(f"aria-value{name}") for name in names)
        another = end if now == low else low
        press("Control+a")
        page.keyboard.type(another)
        press("Enter")
        assert slider.get_attribute("aria-valuenow") == another
    elif kind == "select-one":
        value = control.input_value()
        press("ArrowDown")
        if control.input_value() == value:
            press("ArrowUp")
        assert control.input_value() != value
    elif control.evaluate("each => each.matches('.gmm-chooser .widget-toggle-buttons button')"):
        if "mod-active" not in control.get_attribute("class"):
            with another_run_in(around(".gmm-chooser")):
                press("Space")
        assert "mod-active" in control.get_attribute("class")
    elif "widget-toggle-button" in kind:
        for _ in range(2):
            was = "mod-active" in control.get_attribute("class")
            press("Space")
            page.wait_for_function(
                "([button, was]) => button.classList.contains('mod-active') !== was",
                arg=[control, was],
            )
    elif control.evaluate("each => each.matches('.gmm-chooser .widget-hbox > .widget-button')"):
        with another_run_in(around(".gmm-chooser")):
            press("Enter")
    elif control.query_selector(".fa-play"):
        press("Enter")
        page.wait_for_function("button => button.querySelector('.fa-pause')", arg=control)
        press("Space")
        page.wait_for_function("button => button.querySelector('.fa-play')", arg=control)
    elif control.query_selector(".fa-stop"):
        press("Space")
        slider = around(".widget-hbox").last.get_by_role("slider")
        assert float(slider.get_attribute("aria-valuenow")) == 0
