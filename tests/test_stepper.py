"""The stepper's widgets, as Python sees them; tests/browser moves them as a person does."""

import asyncio
import html
import re
import zlib

import ipywidgets as widgets
import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances as live_widgets
from PIL import Image

import gmm_helpers as gmm
from gmm_helpers import _page, film

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def run():
    x = gmm.two_gaussians(60, rng=np.random.default_rng(1)).x
    return x, gmm.run_em(x, gmm.Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1]), max_iter=3)


class PlainScene:
    """In place of axes: each picture is one colour, made from the numbers that it would show."""

    def __init__(self, *_):
        pass

    def suits(self, points):
        return True

    def picture(self, film, step, responsibilities, **_):
        shown = [film.x, step.mixture.means, step.mixture.covariances, responsibilities]
        colour = zlib.crc32(b"".join(np.asarray(each, float).tobytes() for each in shown))
        return Image.new("RGB", (84, 50), f"#{colour & 0xFFFFFF:06x}")


@pytest.fixture
def drawn():
    """To be asked for by tests that look at what is drawn, or at how."""


@pytest.fixture(autouse=True)
def plain_pictures(request, monkeypatch):
    """Spare all other tests the drawing, which takes most of their time."""
    if "drawn" not in request.fixturenames:
        monkeypatch.setattr(film, "_Scene", PlainScene)


@pytest.fixture
def cell(monkeypatch):
    """Pretend to be a cell of a notebook: set `cell.name` and `cell.run`."""

    class Cell:
        name, run = "a", 0

    monkeypatch.setattr(_page, "_running_cell", lambda: (Cell.name, Cell.run))
    monkeypatch.setattr(_page, "_made_by_cell", {})
    return Cell


@pytest.fixture
def outputs_of(monkeypatch):
    """Show a stepper or chooser as a cell does; return (data, metadata) for each of its outputs."""

    def show(thing):
        outputs = []

        def display(data, *, metadata=None, raw):
            outputs.append((data, metadata))

        monkeypatch.setattr(_page, "display", display)
        thing._ipython_display_()
        return outputs

    return show


def find(widget, kind):
    """Return the widgets of a kind in a tree."""
    found = [widget] if isinstance(widget, kind) else []
    return found + [w for child in getattr(widget, "children", ()) for w in find(child, kind)]


def notes(stepper):
    """Return what is said above the slider."""
    above = stepper.widget.children[0]
    assert isinstance(above, widgets.HTML)
    return [html.unescape(text) for text in re.findall("<p[^>]*>(.*?)</p>", above.value)]


def pages(stepper):
    (stack,) = find(stepper.widget, widgets.Stack)
    return [page.value for page in stack.children]


def test_each_position_has_a_picture_and_its_text_as_alt_text(run, drawn):
    stepper = gmm.Stepper(*run)
    assert len(pages(stepper)) == len(stepper.texts) == 7
    for page, text in zip(pages(stepper), stepper.texts, strict=True):
        assert re.search('alt="(.*?)"', page)[1] == html.escape(text)
        assert re.search("<p aria-live.*?>(.*)</p>", page)[1] == html.escape(text)
    pictures = {re.search('src="data:image/png;base64,(.*?)"', page)[1] for page in pages(stepper)}
    assert len(pictures) == 7


def test_controls_cover_all_positions(run):
    stepper = gmm.Stepper(*run)
    for kind in (widgets.IntSlider, widgets.Play):
        (control,) = find(stepper.widget, kind)
        assert (control.min, control.max, control.value) == (0, 6, 0)


def test_the_browser_links_the_controls_to_the_stack(run):
    stepper = gmm.Stepper(*run)
    links = {
        (link._model_name, *((end[0]._model_name, end[1]) for end in (link.source, link.target)))
        for link in stepper._links
    }
    play, slider = "PlayModel", "IntSliderModel"
    assert links == {
        ("LinkModel", (play, "value"), (slider, "value")),
        ("DirectionalLinkModel", (slider, "value"), ("StackModel", "selected_index")),
        ("DirectionalLinkModel", (slider, "max"), (play, "max")),
        ("DirectionalLinkModel", (slider, "question"), (slider, "answer")),
    }


def test_the_first_picture_is_there_at_once_and_the_rest_follow_nearest_first(run):
    async def watch():
        stepper = gmm.Stepper(*run)
        (slider,) = find(stepper.widget, widgets.IntSlider)
        slider.value = 5
        drawn = [set()]
        while len(drawn[-1]) < 7:
            drawn.append({i for i, page in enumerate(pages(stepper)) if "image/png" in page})
            await asyncio.sleep(0)
        return drawn[1], [min(b - a) for a, b in zip(drawn[1:], drawn[2:], strict=False) if b - a]

    first, order = asyncio.run(watch())
    assert first == {0}
    assert order[0] == 5 and set(order[1:3]) == {4, 6} and order[-1] == 1


def test_one_page_stands_for_the_other_frames_until_they_are_made(run):
    async def watch():
        stepper = gmm.Stepper(*run)
        (stack,) = find(stepper.widget, widgets.Stack)
        at_first = stack.children
        await stepper._task
        return at_first, stack.children

    (shown, waiting, *others), frames = asyncio.run(watch())
    assert "image/png" in shown.value and "is being drawn" in waiting.value
    assert all(other is waiting for other in others)
    assert frames[0] is shown and len(set(frames)) == len(frames) == len(others) + 2
    assert waiting.comm is None and shown.comm is not None


def test_the_other_frames_come_with_the_picture_that_is_drawn_first(run):
    async def watch():
        stepper = gmm.Stepper(*run)
        (stack,) = find(stepper.widget, widgets.Stack)
        seen = []
        stack.observe(lambda change: seen.append([page.value for page in change.new]), "children")
        await stepper._task
        return seen

    (pages,) = asyncio.run(watch())
    assert ["image/png" in page for page in pages[:3]] == [True, True, False]


def test_close_before_the_other_frames_are_made_leaves_no_widget_behind(run):
    async def close_at_once():
        stepper = gmm.Stepper(*run)
        stepper.close()
        stepper.finish()  # there is nothing to be done any more
        assert len(list(stepper.walk())) == 7
        await stepper._task

    before = set(live_widgets)
    asyncio.run(close_at_once())
    assert set(live_widgets) == before


def test_walk_goes_to_every_position_and_back(run):
    stepper = gmm.Stepper(*run)
    (slider,), (stack,) = (find(stepper.widget, k) for k in (widgets.IntSlider, widgets.Stack))
    visited = [(slider.value, stack.selected_index, step) for step in stepper.walk()]
    assert [a for a, _, _ in visited] == [b for _, b, _ in visited] == list(range(7))
    assert [step for _, _, step in visited] == list(run[1].steps)
    assert slider.value == stack.selected_index == 0


def test_two_steppers_share_no_state(run):
    one, two = gmm.Stepper(*run), gmm.Stepper(*run)
    parts = [set(find(s.widget, widgets.Widget)) for s in (one, two)]
    assert not parts[0] & parts[1]
    (slider,) = find(one.widget, widgets.IntSlider)
    slider.value = 3
    assert find(two.widget, widgets.IntSlider)[0].value == 0


def test_a_cell_run_again_closes_what_it_made_before(run, cell):
    counts = []
    for cell.run in range(4):
        gmm.Stepper(*run)
        gmm.Stepper(*run)
        gmm.show_widget(widgets.HBox([widgets.IntSlider()]), "A slider.")
        counts.append(len(live_widgets))
    assert counts[1:] == counts[:-1]


def test_another_cell_closes_nothing(run, cell):
    stepper = gmm.Stepper(*run)
    cell.name, cell.run = "b", 1
    gmm.Stepper(*run)
    assert stepper.widget.model_id in live_widgets


def test_close_leaves_no_widget_behind(run):
    before = set(live_widgets)
    gmm.Stepper(*run).close()
    assert set(live_widgets) == before


def test_close_ends_the_drawing(run):
    async def close_early():
        stepper = gmm.Stepper(*run)
        await asyncio.sleep(0)
        stepper.close()
        drawn = set(stepper._drawn)
        await stepper._task
        assert stepper._drawn == drawn
        return len(drawn)

    assert asyncio.run(close_early()) < len(gmm.Stepper(*run).texts)


def test_it_is_shown_first_and_then_for_pages_without_widgets_a_film_strip(run, outputs_of):
    stepper = gmm.Stepper(*run)
    (view, _), (strip, metadata) = outputs_of(stepper)
    assert view[VIEW]["model_id"] == stepper.widget.model_id
    assert view["text/plain"] == "Film strip of a stepper, 7 positions."
    assert strip["image/png"].startswith(b"\x89PNG")
    for position in (0, 1, 2, 6):
        assert f"Position {position}. {stepper.texts[position]}" in strip["text/plain"]
    assert metadata["image/png"]["alt"] == strip["text/plain"]


def test_where_widgets_are_shown_the_film_strip_is_not(run, outputs_of):
    """A page shows a widget rather than a picture: this one is always there, and never seen."""
    stepper = gmm.Stepper(*run)
    ids = {outputs_of(stepper)[1][0][VIEW]["model_id"] for _ in range(2)}
    (nothing,) = [live_widgets[each] for each in ids]
    assert nothing.layout.display == "none"
    stepper.close()
    assert not ids & set(live_widgets)


def test_a_run_of_no_iterations_has_one_position(run, outputs_of):
    x, trace = run
    stepper = gmm.Stepper(x, gmm.run_em(x, trace.mixture, max_iter=0))
    assert len(stepper.texts) == 1
    (view, _), (strip, _) = outputs_of(stepper)
    assert view["text/plain"] == "Film strip of a stepper, 1 position."
    assert "Position 0" in strip["text/plain"]


def test_a_stub_is_named_beside_the_pictures(run, outputs_of):
    x, trace = run
    with_stub = gmm.run_em(x, trace.mixture, max_iter=1, e_step=lambda x, mixture: None)
    stepper = gmm.Stepper(x, with_stub)
    note = "Your e_step returned None, as an unfinished exercise does: the module's own was used."
    assert notes(stepper) == [note]
    assert note in outputs_of(stepper)[1][0]["text/plain"]


def test_the_text_keeps_room_for_its_longest_form(run):
    stepper = gmm.Stepper(*run)
    heights = {re.search(r"min-height:([\d.]+)em", page)[1] for page in pages(stepper)}
    assert len(heights) == 1
    assert float(heights.pop()) >= 1.4 * max(map(len, stepper.texts)) / 68


def test_step_through_a_run_that_succeeds_is_its_stepper(run):
    x, trace = run
    stepper = gmm.step_through(x, trace.steps[0].mixture, max_iter=3)
    assert stepper.texts == gmm.Stepper(x, trace).texts
    assert stepper.trace.iterations == 3
    assert not any("could not go on" in note for note in notes(stepper))


def test_step_through_a_run_that_fails_shows_it_until_then_and_says_why(run, outputs_of):
    x, trace = run
    start, calls = trace.steps[0].mixture, []

    def m_step(x, b):
        calls.append(1)
        return gmm.m_step(x, b) if len(calls) < 3 else gmm.Mixture.from_1d([1, 1], [0, 1], [1, 1])

    stepper = gmm.step_through(x, start, m_step=m_step)
    assert stepper.texts == gmm.Stepper(x, trace).texts[:6]  # start, E, M, E, M, E
    assert notes(stepper)[0].startswith(
        "EM could not go on. Iteration 3: your m_step was refused: weights must sum to 1"
    )
    assert notes(stepper)[0] in outputs_of(stepper)[1][0]["text/plain"]


def test_step_through_a_run_that_fails_at_once_shows_the_start(run):
    x, trace = run
    stepper = gmm.step_through(x, trace.steps[0].mixture, e_step=lambda x, mixture: 1 / 0)
    assert len(stepper.texts) == 1
    assert "Iteration 0: your e_step raised ZeroDivisionError" in notes(stepper)[0]


def test_step_through_leaves_bad_arguments_to_be_seen(run):
    x, trace = run
    with pytest.raises(ValueError, match="at least 0"):
        gmm.step_through(x, trace.mixture, max_iter=-1)


def test_a_flipbook_needs_texts():
    with pytest.raises(ValueError, match="at least one text"):
        gmm.Flipbook(lambda position: None, [])


def test_a_picture_that_is_drawn_later_is_one_message_and_its_empty_place_none(run, monkeypatch):
    """A page has to work through all messages before it shows a stepper."""
    sent = []
    monkeypatch.setattr(gmm.Flipbook, "_start_filling", lambda *_: None)
    monkeypatch.setattr(widgets.HTML, "send_state", lambda _, key=None: sent.append(key))
    stepper = gmm.Stepper(*run)
    assert "value" not in sent
    stepper.finish()
    assert sent.count("value") == len(stepper.texts) - 2  # the first of them comes with its frame


def test_the_first_picture_is_drawn_once_for_slider_and_film_strip(run, outputs_of):
    drawn = []

    def draw(position):
        drawn.append(position)
        return Image.new("RGB", (840, 300), (position, 0, 0))

    book = gmm.Flipbook(draw, ["one", "two"])
    first = outputs_of(book)[1][0]["image/png"]
    assert drawn == [0, 1, 1]  # all for the slider, and then the second for the strip
    assert outputs_of(book)[1][0]["image/png"] == first
    assert drawn == [0, 1, 1, 0, 1]  # it is not kept for ever
