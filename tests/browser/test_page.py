"""The pages as a learner meets them: opened, run, in both themes, on the screens of a course."""

import re

import pytest
from conftest import NOTEBOOKS, ROOT, all_laid_out, position, run_again, steppers_in

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


def test_no_cell_reports_an_error(notebook):
    for kind in ("stderr", "error"):
        assert not notebook.locator(f"[data-mime-type='application/vnd.jupyter.{kind}']").count()
    assert not notebook.get_by_text("model not found").count()


def test_no_text_is_cut_and_no_picture_too_wide(notebook):
    for screen, (width, height) in SCREENS.items():
        notebook.set_viewport_size({"width": width, "height": height})
        if screen.startswith("half"):
            notebook.keyboard.press("Control+b")
        with all_laid_out(notebook):
            assert notebook.evaluate(CUT) == [], screen
            widths = notebook.evaluate(
                """[...document.querySelectorAll('.jp-OutputArea-output img')].map(
                    each => each.offsetWidth)"""
            )
        # Text of 20 px in pictures of 840 px is 14 px tall in those of 588 px.
        assert min(width for width in widths if width) >= 588, screen
        if screen.startswith("half"):
            notebook.keyboard.press("Control+b")


def test_text_has_contrast_in_both_themes(notebook):
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        notebook.evaluate(
            "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
        )
        # JupyterLab fails where one theme follows another before its splash is gone.
        notebook.wait_for_function(
            """theme => document.body.dataset.jpThemeName === theme
                && !document.getElementById('jupyterlab-splash')
                && document.getAnimations().every(each => !(each instanceof CSSTransition))""",
            arg=theme,
        )
        assert notebook.evaluate(CONTRAST) == [], theme
    for image in notebook.locator(".jp-OutputArea .widget-html img").all():
        assert image.evaluate("each => getComputedStyle(each).backgroundColor") == (
            "rgb(255, 255, 255)"
        )


START = pytest.mark.parametrize("notebook", NOTEBOOKS[:1], indirect=True)


@START
def test_the_start_command_opens_the_first_notebook(notebook, lab_url):
    assert notebook.url.partition("?")[0] == lab_url.partition("?")[0]
    notebook.get_by_role("heading", level=1, name="Start here").wait_for()


@START
def test_the_set_up_check_hears_from_python_and_from_the_keyboard(notebook):
    """Notebook 00 says what the keys do, and that a sentence follows the slider."""
    box = notebook.locator(".widget-hbox:has-text('Python says')").last
    run_again(notebook, box)
    handle = box.get_by_role("slider")
    handle.focus()
    moves = {"ArrowRight": 4, "ArrowLeft": 3, "End": 12, "Home": 0, "PageUp": 5}
    for key, value in moves.items():
        notebook.keyboard.press(key)
        box.get_by_text(f"Python says: {value} squared is {value**2}.").wait_for()


@START
def test_a_stepper_fits_a_projector_as_the_guide_says(notebook):
    guide = (ROOT / "TEACHING.md").read_text(encoding="utf-8").partition("\n## Show it on a pro")[2]
    choices = re.findall(r"^\| \*(.*?)\*(?:, off)? \| (.*?) ?\| (.*?) \|$", guide, re.MULTILINE)
    assert len(choices) == 5
    width, height = SCREENS["projector"]
    page = notebook
    page.set_viewport_size({"width": width, "height": height})
    stepper = steppers_in(page).first

    def wait_for_picture(width):
        page.wait_for_function(
            "([image, width]) => Math.round(image.offsetWidth) === width",
            arg=[stepper.locator("img").element_handle(), int(width)],
        )

    def choose(name):
        """Choose an item of View → Appearance; return what the menu says, its keys as well."""
        page.get_by_role("menuitem", name="View", exact=True).click()
        page.locator(".lm-Menu-item", has_text="Appearance").hover()
        item = page.locator(".lm-Menu").last.locator(".lm-Menu-item", has_text=name)
        text = item.inner_text()
        item.click()
        return text

    (at_first,) = re.findall(r"grows from (\d+)", guide)
    wait_for_picture(at_first)
    for name, keys, gives in choices:
        assert "".join(choose(name).split()) == (name + keys).replace(" ", "")
        for width in re.findall(r"to its full width of (\d+)|picture is (\d+) pixels", gives):
            wait_for_picture("".join(width))

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
    choose("Reset Default Layout")
    page.keyboard.press("Control+b")
    wait_for_picture(at_first)
