"""What only JupyterLab can show of the widgets: its keys, its files, its kernels, its themes."""

import io
import re

import driver
import numpy as np
import pytest
from driver import KINDS, add_cell, name_cells, run_all, run_cell, widget
from hands import Chromium, move
from PIL import Image
from playwright.sync_api import expect

from gmm_helpers.plots.look import COLOURS, DARK_COLOURS

WAITING = "Waiting for Python: is a cell running, or has the kernel stopped?"
MOST_SAVED = 3_000_000  # bytes
# Runs in the page: how many widgets the browser keeps for the notebook, seen or not.
MODELS = f"async () => Object.keys((await ({driver.MANAGER})())._models).length"
OUTPUT = ".jp-OutputArea-output"
SHUT_DOWN = "jupyterapp.shell.currentWidget.sessionContext.shutdown()"
SIZE = "JSON.stringify(jupyterapp.shell.currentWidget.context.model.toJSON()).length"


class Desk:
    """A page with a notebook that has been run, for all tests of this module."""

    def __init__(self, browser, lab_url):
        self.browser, self.lab_url, self.page = browser, lab_url, None

    def open(self, name="kinds.ipynb"):
        """Open a notebook on a new page, in place of the one before."""
        if self.page:
            self.page.close()
        self.page = self.browser.new_page(viewport=driver.LAPTOP)
        self.hand = Chromium(self.page)
        self.errors = self.hand.errors
        driver.open_notebook(self.page, self.lab_url, name)
        return self.page

    def move(self, kinds):
        """Move the widgets of these kinds."""
        for kind in kinds:
            move(self.hand, [*KINDS].index(kind))

    def save(self):
        """Save by the keys; return how many bytes went to the file."""
        with self.page.expect_response(lambda each: each.request.method == "PUT") as saved:
            self.page.keyboard.press("Control+s")
        assert saved.value.ok
        return self.page.evaluate(SIZE)


@pytest.fixture(scope="module")
def desk(browser, lab_url):
    """Give the desk."""
    return Desk(browser, lab_url)


@pytest.fixture
def lab(request, desk):
    """Give the page with a widget of each kind, as the test before has left it."""
    if desk.page is None:
        run_all(desk.open())
        desk.errors.clear()  # of widgets of an earlier kernel, which JupyterLab did not find
    failed = request.session.testsfailed
    yield desk.page
    errors, desk.errors[:] = desk.errors[:], []
    if errors or request.session.testsfailed > failed:
        desk.page.close()
        desk.page = None
    assert errors == []


def slider(box):
    return box.locator("input[type=range]").first


def test_the_start_command_opens_the_first_notebook(browser, lab_url):
    page = browser.new_page()
    page.goto(lab_url)
    page.get_by_role("heading", level=1, name="Start here").wait_for(timeout=60_000)
    page.close()


def test_an_answer_unfolds_once_its_question_is_answered(lab):
    question, answer = widget(lab, "question"), widget(lab, "answer")
    for cell in ("question", "answer"):
        run_cell(lab, cell)
    name_cells(lab)
    expect(answer.locator("pre")).not_to_be_visible()
    question.get_by_role("radio").first.check()
    expect(answer.locator("pre")).to_have_text("b, and nothing else")
    expect(answer.locator("pre")).to_be_visible()
    answer.locator("summary").click()
    question.get_by_role("radio").last.check()
    expect(answer.locator("pre")).not_to_be_visible()


def test_a_slider_with_the_focus_leaves_the_notebook_its_keys(lab, desk):
    slider(widget(lab, "stepper")).click()
    assert desk.save() > 0
    prompt = lab.locator("[data-cell=stepper] .jp-InputArea-prompt")
    before = prompt.inner_text()
    lab.keyboard.press("Shift+Enter")
    expect(prompt).to_have_text(re.compile(r"\[\d+\]"))
    expect(prompt).not_to_have_text(before)
    name_cells(lab)


def test_python_hears_where_the_hand_rests_and_a_second_view_follows(lab):
    box = widget(lab, "stepper")
    second = add_cell(lab, "stepper").locator(".gmm")
    slider(box).press("Home")
    for _ in range(3):
        lab.keyboard.press("ArrowRight")
    expect(slider(second)).to_have_value("3")
    expect(second.locator(".heading")).to_have_text(box.locator(".heading").text_content())
    run_cell(lab, second.evaluate("each => each.closest('.jp-Cell').dataset.cell"))
    lab.evaluate("jupyterapp.commands.execute('notebook:delete-cell')")
    assert "3" in add_cell(lab, "stepper.view.position").locator(OUTPUT).inner_text()
    slider(widget(lab, "hand_fit")).press("ArrowRight")
    lab.wait_for_timeout(500)
    said = add_cell(lab, "f'{fit.view.values[\"mean_1\"]:.1f}'").locator(OUTPUT).inner_text()
    assert said.strip(" '-") in widget(lab, "hand_fit").inner_text()


def test_cells_run_again_and_again_pile_nothing_up(lab):
    """A hundred steppers of one cell go as well, and the page has one module for all."""
    counter = add_cell(lab, "len(ipywidgets.widgets.widget._instances)").get_attribute("data-cell")
    many = "ipywidgets.VBox([gmm.step_through(x, start, max_iter=2).view for _ in range(100)])"
    counts = []
    for _ in range(3):
        for kind in KINDS:
            run_cell(lab, kind)
        name_cells(lab)
        run_cell(lab, counter)
        said = lab.locator(f"[data-cell='{counter}'] .jp-OutputArea-output").inner_text()
        counts.append((int(re.findall(r"\d+", said)[-1]), lab.evaluate(MODELS)))
    assert counts[1] == counts[2], "in Python, in the browser"
    for kind in KINDS:
        assert widget(lab, kind).count() == 1
    cell = add_cell(lab, many)
    expect(cell.locator(".gmm .panels svg").nth(199)).to_be_attached()
    box = cell.locator(".gmm").nth(77)
    before = box.locator(".heading").text_content()
    slider(box).press("ArrowRight")
    expect(box.locator(".heading")).not_to_have_text(before)
    assert lab.evaluate("gmmModules.size") == 1
    lab.evaluate("jupyterapp.commands.execute('notebook:delete-cell')")


@pytest.mark.parametrize("theme", ["Dark", "Light"])
def test_no_widget_is_a_slab_in_another_theme(lab, theme):
    name = f"JupyterLab {theme}"
    lab.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
    lab.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)
    lab.wait_for_timeout(500)
    for kind in KINDS:
        shot = Image.open(io.BytesIO(widget(lab, kind).screenshot())).convert("L")
        light = np.asarray(shot) > 127
        assert (light.mean() > 0.5) == (theme == "Light"), kind
        if theme == "Dark":
            assert light.mean() < 0.2, kind
        first = widget(lab, kind).evaluate("box => box.style.getPropertyValue('--gmm-0')")
        assert first in ("", (DARK_COLOURS if theme == "Dark" else COLOURS)[0]), kind


def fill_screen(lab, box):
    box.get_by_role("button", name="Full screen").click()
    lab.wait_for_function("document.fullscreenElement?.matches('.gmm')")
    lab.wait_for_timeout(300)


def leave_full_screen(lab):
    lab.keyboard.press("Escape")
    lab.evaluate("document.fullscreenElement && document.exitFullscreen()")


def test_widgets_fit_a_projector(lab):
    """A stepper, in the page below two lines of code; in full screen with text of 20 px."""
    lab.set_viewport_size({"width": 1024, "height": 768})
    box = widget(lab, "stepper")
    box.scroll_into_view_if_needed()  # out of sight it is not laid out
    lab.wait_for_timeout(300)
    place = lab.locator(".jp-WindowedPanel-outer:visible").bounding_box()
    editor = lab.locator("[data-cell=stepper] .jp-InputArea").bounding_box()
    assert box.bounding_box()["height"] + editor["height"] <= place["height"]
    fill_screen(lab, box)
    sizes = box.evaluate(
        """box => [...box.querySelectorAll('text, p, td, th, label, button')]
            .filter(each => each.textContent.trim() && each.checkVisibility())
            .map(each => {
                const {a = 1, b = 0} = each.getScreenCTM?.() ?? {}
                return parseFloat(getComputedStyle(each).fontSize) * Math.hypot(a, b)
            })"""
    )
    assert min(sizes) >= 19.9
    assert box.locator(".panels").bounding_box()["width"] > 940
    assert box.evaluate("box => box.scrollHeight <= innerHeight + 1")
    box.locator(".notes").evaluate("notes => notes.append('Much is to be noted. '.repeat(20))")
    table = box.locator("table").bounding_box()
    assert table["y"] + table["height"] < 768
    leave_full_screen(lab)
    lab.set_viewport_size({"width": 1280, "height": 720})
    box = widget(lab, "covariance")
    fill_screen(lab, box)
    assert box.evaluate("box => box.scrollHeight <= innerHeight + 1")
    leave_full_screen(lab)
    lab.set_viewport_size(driver.LAPTOP)


def test_a_page_that_is_loaded_anew_finds_its_widgets_where_they_were(lab, desk):
    slider(widget(lab, "stepper")).press("Home")
    desk.save()
    for _ in range(4):
        slider(widget(lab, "stepper")).press("ArrowRight")
    widget(lab, "question").get_by_role("radio").nth(1).check()
    lab.wait_for_timeout(1000)
    page = desk.open()
    name_cells(page)
    expect(slider(widget(page, "stepper"))).to_have_value("4")
    expect(widget(page, "question").get_by_role("radio").nth(1)).to_be_checked()
    desk.move(KINDS)
    assert desk.errors == []


def test_widgets_live_without_a_kernel_the_next_day_and_with_a_new_kernel(lab, desk):
    def work(page, kinds):
        desk.move(kinds)
        widget(page, "chooser").get_by_role("radio", name="3").check()

    alone = KINDS.keys() - {"setup"}  # these need no kernel
    slider(widget(lab, "stepper")).click()
    assert desk.save() <= MOST_SAVED
    lab.evaluate(SHUT_DOWN)
    work(lab, alone)
    expect(widget(lab, "chooser").locator(".asker")).not_to_be_empty()
    desk.errors[:] = [each for each in desk.errors if "Could not send" not in each]
    page = desk.open()
    name_cells(page)
    assert not page.get_by_text("model not found").count()
    work(page, alone)
    expect(widget(page, "chooser").locator(".asker")).to_have_text(WAITING)
    page.evaluate(driver.RESTART)
    run_all(page)
    work(page, KINDS)
    assert [widget(page, kind).count() for kind in KINDS] == [1] * len(KINDS)
    # JupyterLab misses the widgets of the kernel before until their cells have run.
    desk.errors[:] = [each for each in desk.errors if "model not found" not in each]


def test_progress_counts_what_was_answered_and_passed_when_a_notebook_was_saved(desk):
    page = desk.open("01_draw_and_fit_1d.ipynb")
    for name in ("imports", "density", "peak-ask", "stop-ask"):
        run_cell(page, name)
    add_cell(page, "gmm.check_gaussian(gaussian)")
    name_cells(page)
    for name in ("peak-ask", "stop-ask"):
        widget(page, name).get_by_role("radio").first.press("Space")
    for _ in range(2):  # the second time a page that was loaded anew
        page.wait_for_timeout(1000)
        page.locator("h1").first.click()
        desk.save()
        page = desk.open("00_start_here.ipynb")
        run_cell(page, "imports")
        told = add_cell(page, "gmm.progress()")
        expect(told).to_contain_text(re.compile(r"01_draw_and_fit_1d +2 of 9 +1 of 5\n"))
        page = desk.open("01_draw_and_fit_1d.ipynb")
    desk.page.close()
    desk.page = None
