"""Both themes and the screens that a course meets: nothing is cut, nothing is lost on the ground.

Also what a fast hand sees on a stepper, and that what stands below one does not move.
"""

import re

import pytest
from conftest import (
    ROOT,
    all_laid_out,
    look,
    open_and_run,
    position,
    steppers_in,
    wait_for_pictures,
    walk,
)
from watching import Watch

SCREENS = {"laptop": (1280, 900), "projector": (1024, 768), "half of a split view": (760, 900)}
# Runs in the page: what is cut off, or wider than its output, or smaller than it must be.
CUT = """() => [...document.querySelectorAll('.jp-OutputArea-output *')]
    .filter(each => each.offsetParent && !each.closest('svg, .MathJax, mjx-container'))
    .filter(each => {
        const hidden = getComputedStyle(each).overflow !== 'visible'
        const output = each.closest('.jp-OutputArea-output').getBoundingClientRect()
        const tooWide = each.scrollWidth > each.clientWidth + 1
        const words = each.textContent.trim() || each.matches('img')
        return words && (hidden && tooWide || each.getBoundingClientRect().right > output.right + 2)
    })
    .map(each => `${each.tagName} ${each.className}: ${each.textContent.trim().slice(0, 60)}`)
"""
# Runs in the page: the least contrast of text in the widgets with what is behind it.
CONTRAST = """() => {
    const parse = colour => colour.match(/[\\d.]+/g).map(Number)
    const luminance = rgb => rgb.slice(0, 3).map(each => each / 255)
        .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
        .reduce((sum, each, i) => sum + each * [0.2126, 0.7152, 0.0722][i], 0)
    const behind = each => {
        for (; each; each = each.parentElement) {
            const colour = parse(getComputedStyle(each).backgroundColor)
            if (colour.length < 4 || colour[3] > 0) return colour
        }
        return [255, 255, 255]
    }
    return [...document.querySelectorAll('.jp-OutputArea-output .jupyter-widgets *')]
        .filter(each => each.offsetParent && [...each.childNodes].some(
            node => node.nodeType === 3 && node.textContent.trim()))
        .map(each => {
            const pair = [parse(getComputedStyle(each).color), behind(each)].map(luminance)
            return [(Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05), each.textContent]
        })
        .filter(([contrast]) => contrast < 4.5)
}"""


@pytest.mark.parametrize("screen", SCREENS)
def test_no_text_is_cut_and_no_picture_too_wide(notebook, screen):
    width, height = SCREENS[screen]
    notebook.set_viewport_size({"width": width, "height": height})
    if screen.startswith("half"):
        notebook.keyboard.press("Control+b")
    with all_laid_out(notebook):
        assert notebook.evaluate(CUT) == []
        widths = notebook.evaluate(
            """[...document.querySelectorAll('.jp-OutputArea-output img')].map(
                each => each.offsetWidth)"""
        )
    # Text of 20 px in pictures of 840 px is 14 px tall in those of 588 px.
    assert min(width for width in widths if width) >= 588
    if screen.startswith("half"):
        notebook.keyboard.press("Control+b")


def test_text_has_contrast_in_both_themes(notebook):
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        notebook.evaluate(
            "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
        )
        notebook.wait_for_function(
            "theme => document.body.dataset.jpThemeName === theme", arg=theme
        )
        notebook.wait_for_timeout(300)  # colours fade
        assert notebook.evaluate(CONTRAST) == [], theme
    for image in notebook.locator(".jp-OutputArea .widget-html img").all():
        assert image.evaluate("each => getComputedStyle(each).backgroundColor") == (
            "rgb(255, 255, 255)"
        )


def test_a_fast_drag_ends_on_the_right_picture_with_no_blank_frame(notebook):
    for stepper in steppers_in(notebook).all():
        handle = stepper.get_by_role("slider")
        handle.press("End")
        end = look(stepper)
        handle.press("Home")
        look(stepper)
        watch = Watch(notebook, stepper)
        bar, start = stepper.locator(".noUi-base").bounding_box(), handle.bounding_box()
        x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
        notebook.mouse.move(x, y)
        notebook.mouse.down()
        notebook.mouse.move(x + bar["width"] + 20, y, steps=60)  # beyond the end, as hands go
        notebook.mouse.up()
        watch.settle()
        assert len({*position(stepper)}) == 1 and look(stepper) == end
        assert watch.seen()["blank"] == 0
        handle.press("Home")


def test_nothing_below_a_stepper_moves(notebook):
    """On the narrowest page, where texts need most lines."""
    notebook.set_viewport_size({"width": 1024, "height": 900})
    for stepper in steppers_in(notebook).all():
        handle = stepper.get_by_role("slider")
        handle.scroll_into_view_if_needed()
        handle.press("Home")
        stepper.evaluate(
            """box => {
                box.heights = new Set()
                new ResizeObserver(() => box.heights.add(box.offsetHeight)).observe(box)
            }"""
        )
        walk(notebook, stepper)
        assert len(stepper.evaluate("box => [...box.heights]")) == 1


def test_a_stepper_fits_a_projector_as_the_guide_says(page, lab_url):
    guide = (ROOT / "TEACHING.md").read_text(encoding="utf-8").partition("\n## Show it on a pro")[2]
    choices = re.findall(r"^\| \*(.*?)\*(?:, off)? \| (.*?) ?\| (.*?) \|$", guide, re.MULTILINE)
    assert len(choices) == 5
    width, height = SCREENS["projector"]
    page.set_viewport_size({"width": width, "height": height})
    open_and_run(page, lab_url, "00_start_here.ipynb")
    wait_for_pictures(page)
    stepper = steppers_in(page).first

    def picture():
        return stepper.locator("img").evaluate("each => Math.round(each.offsetWidth)")

    def choose(name):
        """Choose an item of View → Appearance; return what the menu says, its keys as well."""
        page.get_by_role("menuitem", name="View", exact=True).click()
        page.locator(".lm-Menu-item", has_text="Appearance").hover()
        item = page.locator(".lm-Menu").last.locator(".lm-Menu-item", has_text=name)
        text = item.inner_text()
        item.click()
        page.wait_for_timeout(500)  # for the layout
        return text

    for name, keys, gives in choices:
        before = picture()
        assert "".join(choose(name).split()) == (name + keys).replace(" ", "")
        for width in re.findall(r"from (\d+) to its full width of (\d+) pixels", gives):
            assert [before, picture()] == [int(each) for each in width]
        for width in re.findall(r"picture is (\d+) pixels wide", gives):
            assert picture() == int(width)

    stepper.get_by_role("slider").press("Home")
    for _ in range(position(stepper)[1] + 1):
        taken = stepper.evaluate(
            """stepper => {
                const words = document.createRange()
                words.selectNodeContents(stepper.querySelector('p[aria-live=polite]'))
                const slider = stepper.querySelector('.widget-hbox')
                return words.getBoundingClientRect().bottom - slider.getBoundingClientRect().top
            }"""
        )
        assert taken < page.locator(".jp-WindowedPanel-outer:visible").bounding_box()["height"]
        page.keyboard.press("ArrowRight")
