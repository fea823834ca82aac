"""The steppers and flip-books as a learner meets them: by keys, mouse, field and Play."""

import re

from conftest import click_on_bar, look, position, walk
from watching import Watch

KIND = "stepper"


def test_it_moves_by_keyboard_mouse_field_and_play(notebook, boxes):
    for box in boxes:
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

        click_on_bar(box, 0.5)
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


def test_each_position_says_what_it_shows_and_nothing_below_moves(notebook, boxes):
    """The text under it is the text alternative too. On the narrowest page it needs most lines."""
    notebook.set_viewport_size({"width": 1024, "height": 900})
    for box in boxes:
        box.get_by_role("slider").scroll_into_view_if_needed()
        box.get_by_role("slider").press("Home")
        box.evaluate(
            """box => {
                box.heights = new Set()
                new ResizeObserver(() => box.heights.add(box.offsetHeight)).observe(box)
            }"""
        )
        looks = walk(notebook, box)
        assert [each.alt.split() for each in looks] == [each.text.split() for each in looks]
        assert len({each.alt for each in looks}) == len(looks)
        assert len(box.evaluate("box => [...box.heights]")) == 1


def test_a_fast_drag_ends_on_the_right_picture_with_no_blank_frame(notebook, boxes):
    for box in boxes:
        handle = box.get_by_role("slider")
        handle.press("End")
        end = look(box)
        handle.press("Home")
        look(box)
        watch = Watch(notebook, box)
        bar, start = box.locator(".noUi-base").bounding_box(), handle.bounding_box()
        x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
        notebook.mouse.move(x, y)
        notebook.mouse.down()
        notebook.mouse.move(x + bar["width"] + 20, y, steps=60)  # beyond the end, as hands go
        notebook.mouse.up()
        watch.settle()
        assert len({*position(box)}) == 1 and look(box) == end
        assert watch.seen()["blank"] == 0
