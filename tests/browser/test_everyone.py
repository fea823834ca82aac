"""The page for people who use no mouse, or do not see it: by keys, and by a screen reader's tree.

The page is checked with axe-core as well, which `nox -s browser` fetches. What ipywidgets and
JupyterLab leave undone is listed here, with what stands in for it.
"""

import os
import re
from pathlib import Path

import pytest
from conftest import all_laid_out, steppers_in, walk

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


def test_each_control_has_a_name(outputs):
    for box in outputs.locator(".widget-hbox:has(> .widget-play)").all():
        for name in ("Play", "Back to the first position"):
            assert box.get_by_role("button", name=name, exact=True).count() == 1
    for slider in outputs.locator(".widget-slider").all():
        name = slider.locator(".widget-label").inner_text()
        for role in ("slider", "textbox"):
            assert slider.get_by_role(role, name=name, exact=True).count() == 1
    for role in ("slider", "textbox", "button", "combobox", "radio", "checkbox"):
        named = outputs.get_by_role(role, name=re.compile(r"\S"))
        assert named.count() == outputs.get_by_role(role).count(), role


def test_each_picture_says_what_it_shows_at_each_position(notebook):
    """The text under it is the text alternative too, and it is announced politely."""
    for stepper in steppers_in(notebook).all():
        looks = walk(notebook, stepper)
        assert [each.alt.split() for each in looks] == [each.text.split() for each in looks]
        assert len({each.alt for each in looks}) == len(looks)
    for image in notebook.locator(".jp-OutputArea .widget-html img").all():
        assert len(image.get_attribute("alt")) > 20


def test_every_control_is_reached_and_worked_by_keys_alone(notebook):
    """Tab from the first cell; each control must show that it has the focus, and do its work."""
    notebook.locator(".jp-Notebook .jp-Cell").first.click()
    notebook.keyboard.press("Escape")
    reached, focus = set(), {"id": None}
    while left := set(notebook.evaluate(CONTROLS)) - reached:
        notebook.keyboard.press("Tab")
        focus = notebook.evaluate(FOCUS)
        assert focus["id"] not in reached, f"Tab came back, and left out {left}"
        reached.add(focus["id"])
        if focus["inOutput"]:
            assert focus["outline"] >= 1, focus
            work(notebook, focus["kind"])
    assert len(notebook.evaluate(CONTROLS)) >= 4


def press_and_hear(page, key):
    """Press a key on a button of a chooser, and wait until another run is shown."""
    chooser = page.locator(".gmm-chooser", has=page.locator(":focus")).element_handle()
    said = "chooser => chooser.querySelector('p[role=status]').innerText"
    before = chooser.evaluate(said)
    page.keyboard.press(key)
    page.wait_for_function(
        f"([chooser, before]) => ({said})(chooser) !== before", arg=[chooser, before]
    )


def work(page, kind):
    """Work the control that has the focus, and see it answer."""
    control = page.evaluate_handle("document.activeElement").as_element()
    press = page.keyboard.press

    if kind == "slider":
        now, end, text = (
            control.get_attribute(f"aria-value{name}") for name in ("now", "max", "text")
        )
        press("ArrowLeft" if now == end else "ArrowRight")
        assert control.get_attribute("aria-valuetext") != text  # "now" has one decimal only
    elif kind == "radio":
        press("Space")
        assert control.is_checked()
        box = page.locator(".gmm-question", has=page.locator(":focus"))
        assert box.locator(".gmm-answer").inner_text().strip()
    elif kind == "textbox":
        slider = page.locator(".widget-slider", has=page.locator(":focus")).get_by_role("slider")
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
            press_and_hear(page, "Space")
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
        press_and_hear(page, "Enter")
    elif control.query_selector(".fa-play"):
        press("Enter")
        page.wait_for_function("button => button.querySelector('.fa-pause')", arg=control)
        press("Space")
        page.wait_for_function("button => button.querySelector('.fa-play')", arg=control)
    elif control.query_selector(".fa-stop"):
        press("Space")
        box = page.locator(".widget-hbox", has=page.locator(":focus")).last
        assert float(box.get_by_role("slider").get_attribute("aria-valuenow")) == 0
