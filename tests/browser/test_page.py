"""The notebooks as a learner meets them: opened in JupyterLab, run, and stepped through."""

import re

import pytest
from conftest import PATIENCE, look, position, run_again, steppers_in


def test_the_start_command_opens_the_first_notebook(page, lab_url):
    page.goto(lab_url)
    page.get_by_role("heading", level=1, name="Start here").wait_for(timeout=PATIENCE * 1000)


@pytest.mark.parametrize("opened", ["00_start_here.ipynb"], indirect=True)
def test_the_set_up_check_hears_from_python_and_from_the_keyboard(notebook):
    """Notebook 00 says what the keys do, and that a sentence follows the slider."""
    box = notebook.locator(".widget-hbox:has-text('Python says')").last
    run_again(notebook, box)
    handle = box.get_by_role("slider")
    handle.focus()
    for key, value in (
        ("ArrowRight", 4),
        ("ArrowLeft", 3),
        ("End", 12),
        ("Home", 0),
        ("PageUp", 5),
    ):
        notebook.keyboard.press(key)
        box.get_by_text(f"Python says: {value} squared is {value**2}.").wait_for()


def test_no_cell_reports_an_error(notebook):
    for kind in ("stderr", "error"):
        assert not notebook.locator(f"[data-mime-type='application/vnd.jupyter.{kind}']").count()
    assert not notebook.get_by_text("model not found").count()


def test_every_stepper_moves_by_keyboard_mouse_field_and_play(notebook):
    boxes = steppers_in(notebook)
    assert boxes.count() >= 1
    for box in boxes.all():
        picture, field = box.locator("img"), box.get_by_role("textbox")
        handle = box.get_by_role("slider")
        handle.press("Home")
        looks, pixels = [look(box)], [picture.screenshot()]
        for at in (1, 2, 3):
            notebook.keyboard.press("ArrowRight")
            assert position(box)[0] == at
            looks.append(look(box))
            pixels.append(picture.screenshot())
        assert len(set(looks)) == len(set(pixels)) == 4
        if looks[0].text.startswith("The start, a guess."):  # else it is a flip-book
            kinds = [re.match(r"Iteration \d+, ([EM]) step", each.text)[1] for each in looks[1:]]
            assert kinds == ["E", "M", "E"]
        notebook.keyboard.press("ArrowLeft")
        assert look(box) == looks[2]

        notebook.keyboard.press("End")
        end, (at, last) = look(box), position(box)
        assert at == last and f"of {last}" in box.inner_text()
        notebook.keyboard.press("Home")
        assert look(box) == looks[0]

        bar = box.locator(".noUi-base").bounding_box()
        notebook.mouse.click(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
        at, _ = position(box)
        assert abs(at - last / 2) <= 1
        assert look(box) not in looks
        assert int(field.inner_text()) == at

        for at, key in ((1, "Tab"), (last - 1, "Enter")):
            field.fill(str(at))
            field.press(key)
            assert position(box)[0] == at
        box.get_by_role("button", name="Play").click()
        notebook.wait_for_function(
            "([handle, last]) => Number(handle.getAttribute('aria-valuenow')) === last",
            arg=[handle.element_handle(), last],
        )
        assert look(box) == end
