"""The stepper whose run is chosen: what a choice changes, and what it leaves as it is."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import ipywidgets as widgets
import numpy as np
import pytest
import traitlets
from ipywidgets.widgets.widget import _instances as live_widgets
from test_stepper import (  # noqa: F401 (some are fixtures)
    VIEW,
    PlainScene,
    cell,
    drawn,
    find,
    notes,
    outputs_of,
    pages,
    plain_pictures,
)

import gmm_helpers as gmm
from gmm_helpers import film


def draw(rng):
    return gmm.four_gaussians(90, rng=rng).x


def run(x, rng, K):
    start = gmm.start_from_random_points(x, K, rng=rng)
    return gmm.run_em(x, start, max_iter={2: 3, 3: 4, 4: 2}[K])


@pytest.fixture
def chooser():
    chooser = gmm.RunChooser(draw, run, choices={"K": (2, 3, 4)})
    connect(chooser)
    return chooser


def connect(chooser):
    """Do what the browser does: let what is linked follow."""
    for link in book(chooser)._links:
        one_way = isinstance(link, widgets.widget_link.DirectionalLink)
        if link.target[1] != "answer":  # that comes later, not while Python still works
            (traitlets.dlink if one_way else traitlets.link)(link.source, link.target)


def answer(chooser, **told):
    """Do what the browser does when it is asked for the position."""
    (slider,) = find(chooser.widget, widgets.IntSlider)
    slider.set_state({"answer": slider.question, **told})


def toggle(chooser, index, **told):
    """Do what the browser does when a toggle is pressed: the slider's message tells it first."""
    (slider,) = find(chooser.widget, widgets.IntSlider)
    (toggles,) = find(chooser.widget, widgets.ToggleButtons)
    slider.set_state({f"index_{toggles.model_id}": index, **told})
    toggles.set_state({"index": index})


def book(chooser):
    return chooser._book


def pictures(chooser):
    """Return the pictures at all positions of the run that is shown."""
    found = [re.search('src="data:image/png;base64,(.*?)"', page) for page in pages(book(chooser))]
    return [picture[1] for picture in found[: len(chooser.texts)]]


def button(chooser, text):
    (found,) = (b for b in find(chooser.widget, widgets.Button) if b.description == text)
    return found


def position(chooser):
    (slider,) = find(chooser.widget, widgets.IntSlider)
    (stack,) = find(chooser.widget, widgets.Stack)
    assert slider.value == stack.selected_index
    return slider.value


def go_to(chooser, place):
    """Move the slider."""
    find(chooser.widget, widgets.IntSlider)[0].value = place


def test_a_chosen_k_is_run_and_shown_in_words_and_pictures(chooser):
    assert chooser.trace.mixture.n_components == 2 and len(chooser.texts) == 7
    chooser.choose(K=3)
    assert chooser.chosen == {"K": 3} and chooser.trace.mixture.n_components == 3
    assert len(chooser.texts) == 9 and "Component 3" in chooser.texts[0]
    assert notes(book(chooser))[0] == (
        "Shown: K = 3, data drawn with seed 1, start drawn with seed 1."
    )
    np.testing.assert_array_equal(chooser.x, draw(np.random.default_rng(1)))
    again = run(chooser.x, np.random.default_rng(1), 3)
    np.testing.assert_array_equal(again.log_likelihoods, chooser.trace.log_likelihoods)


def test_pictures_on_axes_kept_are_those_of_axes_made_anew(drawn):  # noqa: F811
    """Between runs only what changes is drawn again: nothing of the run before may be left."""
    x = draw(np.random.default_rng(1))
    one = film.Film(x, run(x, np.random.default_rng(1), 2))
    scene = one._scene
    one.frame(0)
    for K in (4, 3, 2):
        trace = run(x, np.random.default_rng(1), K)
        one, other = film.Film(x, trace, like=one), film.Film(x, trace)
        for place in (0, 1, 2, len(one.texts) - 1):
            kept, new = (np.asarray(each.frame(place)) for each in (one, other))
            # Where two spines meet, their ends are smoothed by the limits of the first run.
            assert (kept != new).any(axis=2).sum() <= 3
    assert one._scene is scene


def test_a_choice_is_shown_on_the_axes_there_are(chooser):
    scene = chooser._shown.film._scene
    chooser.choose(K=4)
    assert chooser._shown.film._scene is scene


def test_other_data_far_away_get_axes_of_their_own(drawn, monkeypatch):  # noqa: F811
    monkeypatch.setattr(film._Scene, "picture", PlainScene.picture)
    chooser = gmm.RunChooser(
        lambda rng: draw(rng) * rng.choice([1, 100]), run, choices={"K": (2,)}, data_seed=3
    )
    scale = np.abs(chooser.x).max()
    while 0.5 < np.abs(chooser.x).max() / scale < 2:
        chooser.new_data()
    low, high = chooser._shown.film._scene._ax.get_xlim()
    assert low < chooser.x[:, 0].min() and chooser.x[:, 0].max() < high
    assert np.ptp(chooser.x[:, 0]) > 0.6 * (high - low)


def test_the_buttons_draw_other_data_and_another_start(chooser):
    before = chooser.x, chooser.trace.steps[0].mixture.means
    button(chooser, "New start").click()
    answer(chooser)
    assert chooser.x is before[0] and chooser.start_seed == 2
    assert not np.array_equal(chooser.trace.steps[0].mixture.means, before[1])
    button(chooser, "New data").click()
    answer(chooser)
    assert chooser.data_seed == 2 and not np.array_equal(chooser.x, before[0])
    assert "data drawn with seed 2, start drawn with seed 2" in notes(book(chooser))[0]


def test_there_are_only_the_controls_that_can_do_something():
    x = draw(np.random.default_rng(1))
    start = gmm.start_from_means(x, [[0, 0], [1, 1]])
    chooser = gmm.RunChooser(x, lambda x: gmm.run_em(x, start, max_iter=2))
    assert not find(chooser.widget, widgets.Button) and not find(
        chooser.widget, widgets.ToggleButtons
    )
    with pytest.raises(ValueError, match="data must be a function"):
        chooser.new_data()


def test_the_slider_stays_where_it_is_and_at_the_end_at_the_end(chooser):
    go_to(chooser, 4)
    chooser.choose(K=3)
    assert position(chooser) == 4
    go_to(chooser, 8)
    chooser.choose(K=2)
    assert position(chooser) == 6
    chooser.choose(K=3)
    assert position(chooser) == 8
    go_to(chooser, 7)
    chooser.choose(K=4)  # which has positions 0 to 4
    assert position(chooser) == 4
    for kind in (widgets.IntSlider, widgets.Play):
        (control,) = find(chooser.widget, kind)
        assert (control.min, control.max, control.value) == (0, 4, 4)
    assert [label.value for label in find(chooser.widget, widgets.Label)] == ["of 4"]


def test_a_button_waits_until_the_browser_has_told_where_the_slider_is():
    """It tells late: here the slider's move comes after the click that followed it."""
    chooser = gmm.RunChooser(draw, run, choices={"K": (2, 3, 4)})
    (slider,) = find(chooser.widget, widgets.IntSlider)
    before = pages(book(chooser)), notes(book(chooser))
    button(chooser, "New start").click()
    button(chooser, "New data").click()
    slider.answer = 1  # to the first button's question: since then another has been pressed
    assert (pages(book(chooser)), notes(book(chooser))) == before
    answer(chooser, value=3)
    assert slider.value == 3
    assert "data drawn with seed 2, start drawn with seed 2" in notes(book(chooser))[0]
    go_to(chooser, 2)
    slider.answer = 1
    answer(chooser)  # from another window on the same page, to a question that is settled
    assert slider.value == 2


def test_a_toggle_comes_with_the_place_of_the_slider():
    chooser = gmm.RunChooser(draw, run, choices={"K": (2, 3, 4)})
    (slider,) = find(chooser.widget, widgets.IntSlider)
    toggle(chooser, 1, value=6)
    assert (slider.value, slider.max) == (8, 8) and len(chooser.texts) == 9
    assert chooser.chosen == {"K": 3} and "Shown: K = 3" in notes(book(chooser))[0]
    go_to(chooser, 3)
    chooser.choose(K=2)
    shown = pages(book(chooser))
    toggle(chooser, 0)  # as the browser tells what Python has chosen
    assert pages(book(chooser)) == shown and slider.value == 3


def test_a_toggle_pressed_while_a_button_waits_shows_what_both_ask_for():
    chooser = gmm.RunChooser(draw, run, choices={"K": (2, 3, 4)})
    (slider,) = find(chooser.widget, widgets.IntSlider)
    button(chooser, "New start").click()
    toggle(chooser, 2, value=1)
    assert notes(book(chooser))[0] == (
        "Shown: K = 4, data drawn with seed 1, start drawn with seed 2."
    )
    go_to(chooser, 4)
    answer(chooser, value=0)  # there is nothing left that waits for it
    assert slider.value == 0 and len(chooser.texts) == 5


def test_while_the_browser_is_asked_nothing_of_the_next_run_is_drawn():
    async def choose():
        chooser = gmm.RunChooser(draw, run, choices={"K": (2, 3, 4)})
        button(chooser, "New data").click()
        before = pages(book(chooser))
        await asyncio.sleep(0.3)
        assert pages(book(chooser)) == before and sum("image/png" in each for each in before) == 1
        answer(chooser)
        await chooser._book._task
        return pictures(chooser)

    other = gmm.RunChooser(draw, run, choices={"K": (2, 3, 4)})
    other.new_data()
    assert asyncio.run(choose()) == pictures(other)


def test_a_choice_while_the_cell_still_shows_its_film_strip_waits_for_that(
    outputs_of,  # noqa: F811
    drawn,  # noqa: F811
):
    """The cell's own thread draws the strip, and JupyterLab hands choices to another."""
    chooser = gmm.RunChooser(draw, run, choices={"K": (3, 4)})
    (view, _), (strip, _) = outputs_of(chooser)
    title, picture = view["text/plain"], strip["image/png"]
    for _ in range(2):
        chooser.choose(K=3)
        with ThreadPoolExecutor(1) as other_thread:
            choice = other_thread.submit(chooser.choose, K=4)  # a shorter run
            (view, _), (strip, _) = outputs_of(chooser)
            choice.result()
        three = "K = 3" in strip["text/plain"]
        assert three == (strip["image/png"] == picture) == (view["text/plain"] == title)


def test_a_choice_on_the_page_that_cannot_be_run_lets_the_pictures_there_are_go_on(chooser):
    def refuse(*_, **__):
        raise ValueError("No such start.")

    async def choose():
        chooser = gmm.RunChooser(draw, run, choices={"K": (2, 3)})
        chooser._run = refuse
        toggle(chooser, 1)
        assert notes(book(chooser))[0].startswith("This cannot be run")
        await chooser._book._task
        return pictures(chooser)

    assert asyncio.run(choose()) == pictures(chooser)


def test_python_moves_the_slider_alone_and_only_where_its_place_changes(monkeypatch):
    """What Python knows of the others may be old: to send it would pull the slider back."""
    chooser, sent = gmm.RunChooser(draw, run, choices={"K": (2, 3, 4)}), []
    controls = (widgets.IntSlider, widgets.Play, widgets.Stack)

    def send(self, message, buffers=None):
        if isinstance(self, controls):
            sent.extend((self._model_name, *item) for item in message["state"].items())

    monkeypatch.setattr(widgets.Widget, "_send", send)

    def sent_by(place, K):
        go_to(chooser, place)
        sent.clear()
        chooser.choose(K=K)
        return sent[:]

    slider = "IntSliderModel"
    assert sent_by(4, 3) == [(slider, "max", 8)]
    assert sent_by(8, 2) == [(slider, "value", 6), (slider, "max", 6)]
    assert sent_by(6, 3) == [(slider, "max", 8), (slider, "value", 8)]
    assert sent_by(7, 4) == [(slider, "value", 4), (slider, "max", 4)]


def test_what_can_be_seen_is_drawn_first_and_nothing_old_stays():
    async def watch():
        chooser = gmm.RunChooser(draw, run, choices={"K": (2, 3, 4)})
        await chooser._book._task
        old = set(pictures(chooser))
        go_to(chooser, 3)
        chooser.choose(K=3)
        at_once = pages(book(chooser))
        assert [i for i, page in enumerate(at_once) if "image/png" in page] == [3]
        assert not old & set(re.findall('base64,(.*?)"', "".join(at_once)))
        first = chooser._book._task
        chooser.choose(K=4)
        await asyncio.gather(first, chooser._book._task)
        return pictures(chooser)

    assert len(set(asyncio.run(watch()))) == 5


def test_a_choice_in_another_thread_than_the_drawing_spoils_no_picture(drawn):  # noqa: F811
    """JupyterLab hands what widgets do to a thread of its own, beside the one that ran the cell."""
    wanted = {}
    for K in (3, 4):
        alone = gmm.RunChooser(draw, run, choices={"K": (2, 3, 4)})
        alone.choose(K=K)
        wanted[K] = pictures(alone)

    async def choose_while_it_draws():
        chooser = gmm.RunChooser(draw, run, choices={"K": (2, 3, 4)})
        await asyncio.sleep(0.005)
        for K in (3, 2, 4, 3, 4, 2, 3, 4):
            await asyncio.to_thread(chooser.choose, K=K)  # no loop there: all is drawn at once
            if K in wanted:
                assert pictures(chooser) == wanted[K]
        await chooser._book._task
        assert pictures(chooser) == wanted[4]

    asyncio.run(choose_while_it_draws())


def look_ahead(run, *steps):
    """Make a chooser, and take each step once all is done that there was to do; return it."""

    async def choose():
        chooser = gmm.RunChooser(draw, run, choices={"K": (2, 3, 4)})
        connect(chooser)
        await chooser._book._task
        for step in steps:
            step(chooser)
            await chooser._book._task
        return chooser

    return asyncio.run(choose())


def test_what_can_be_chosen_next_is_run_ahead_once_the_stepper_is_used():
    calls = []

    def counted(x, rng, K):
        calls.append((K, round(float(x[0, 0]), 6)))
        return run(x, rng, K)

    def shows_at_once(chooser):
        del calls[:]
        chooser.choose(K=4)
        assert not calls
        shown = pages(book(chooser))[: len(chooser.texts)]
        assert [i for i, page in enumerate(shown) if "image/png" in page] == [2]

    look_ahead(counted, lambda _: None)
    assert [K for K, _ in calls] == [2]
    del calls[:]
    look_ahead(counted, lambda chooser: go_to(chooser, 2))
    assert [K for K, _ in calls] == [2, 3, 4, 2, 2]
    del calls[:]
    chooser = look_ahead(
        counted,
        lambda chooser: go_to(chooser, 2),
        lambda chooser: chooser.choose(K=3),
        shows_at_once,
    )
    fresh = gmm.RunChooser(draw, run, choices={"K": (2, 3, 4)})
    fresh.choose(K=4)
    assert pictures(chooser) == pictures(fresh)
    # K = 3 was shown before, and K = 2 had been made: of what was next there was no other.
    first, second = (draw(np.random.default_rng(seed))[0, 0].round(6) for seed in (1, 2))
    assert calls == [(4, second), (4, first)]


def test_runs_made_ahead_are_those_made_when_they_are_chosen():
    def press(text):
        def step(chooser):
            button(chooser, text).click()
            answer(chooser)

        return step

    steps = (lambda chooser: chooser.choose(K=4), press("New data"), press("New start"))
    ahead = look_ahead(run, *steps)
    alone = gmm.RunChooser(draw, run, choices={"K": (2, 3, 4)})
    for step in steps:
        step(alone)
    assert (ahead.texts, notes(book(ahead))) == (alone.texts, notes(book(alone)))
    assert pictures(ahead) == pictures(alone)
    assert len(ahead._ahead) == 4  # two other K, the next data, the next start


def test_runs_made_ahead_do_not_pile_up(chooser):
    for _ in range(10):
        chooser.new_data()
    assert not chooser._ahead  # no way leads back to earlier data
    chooser.choose(K=3)
    assert len(chooser._ahead) == 1


@pytest.mark.parametrize("error", [ValueError, ZeroDivisionError])
def test_what_cannot_be_run_is_told_when_it_is_chosen_and_not_before(error):
    def fails_with_four(x, rng, K):
        if K == 4:
            raise error("Not four.")
        return run(x, rng, K)

    chooser = look_ahead(fails_with_four, lambda chooser: chooser.choose(K=3))
    assert "Shown: K = 3" in notes(book(chooser))[0]
    with nullcontext() if error is ValueError else pytest.raises(error, match="Not four"):
        chooser.choose(K=4)
    assert notes(book(chooser)) == [
        "This cannot be run, and the pictures are of the run before. Not four."
    ]
    answer(chooser)
    assert chooser.chosen == {"K": 3}
    chooser.choose(K=2)
    assert "Shown: K = 2" in notes(book(chooser))[0]


def test_a_run_that_fails_is_shown_as_far_as_it_got_with_its_sentence():
    def run(x, ridge):
        start = gmm.Mixture([0.5, 0.5], [[9, 9], [0, 0]], [1e-3 * np.eye(2), np.eye(2)])
        return gmm.run_em(x, start, ridge=ridge)

    x = np.vstack([[9.0, 9.0], np.random.default_rng(0).normal(size=(30, 2))])
    chooser = gmm.RunChooser(x, run, choices={"ridge": (0.1, 0.0)})
    assert len(notes(book(chooser))) == 1
    chooser.choose(ridge=0.0)
    assert notes(book(chooser))[1].startswith("EM could not go on. Iteration 1: Component 1")
    assert len(chooser.texts) == len(chooser.trace.steps) == 2


def test_a_choice_that_cannot_be_run_says_so_and_leaves_the_pictures():
    x = np.arange(12.0).reshape(6, 2) % 5
    chooser = gmm.RunChooser(x, run, choices={"K": (2, 3)})

    def refuse(*_, **__):
        raise ValueError("No such start.")

    chooser._run, before = refuse, pictures(chooser)
    chooser.choose(K=3)
    assert notes(book(chooser)) == [
        "This cannot be run, and the pictures are of the run before. No such start."
    ]
    assert pictures(chooser) == before


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda c: c.choose(k=2), "There is no choice 'k': there are K."),
        (lambda c: c.choose(K=5), r"K can be one of \[2, 3, 4\]; it is 5"),
        (lambda _: gmm.RunChooser(draw, run, choices={"K": ()}), "at least one value for K"),
        (lambda _: gmm.RunChooser(draw, run, data_seed=-1), "data_seed"),
    ],
)
def test_bad_input_gets_one_sentence(chooser, act, message):
    with pytest.raises(ValueError, match=message):
        act(chooser)


def test_a_run_must_return_a_trace():
    with pytest.raises(TypeError, match="run must return a Trace"):
        gmm.RunChooser(draw, lambda x: None)


def test_walk_goes_through_the_run_that_is_chosen(chooser):
    chooser.choose(K=4)
    assert [step.kind for step in chooser.walk()] == ["start", "E", "M", "E", "M"]


def test_it_is_shown_first_and_then_a_film_strip_with_its_caption(chooser, outputs_of):  # noqa: F811
    (view, _), (strip, metadata) = outputs_of(chooser)
    assert view[VIEW]["model_id"] == chooser.widget.model_id
    assert strip["image/png"].startswith(b"\x89PNG")
    assert "Shown: K = 2, data drawn with seed 1" in strip["text/plain"]
    assert metadata["image/png"]["alt"] == strip["text/plain"]


def test_choosing_and_running_the_cell_again_leaves_no_widgets_behind(cell):  # noqa: F811
    counts = []
    for cell.run in range(3):
        chooser = gmm.RunChooser(draw, run, choices={"K": (2, 3, 4)})
        for K in (3, 4, 2):
            chooser.choose(K=K)
        counts.append(len(live_widgets))
    assert counts[0] == counts[1] == counts[2]


def test_steps_that_fail_are_shown_with_a_note_and_slow_ones_announced(monkeypatch):
    def wrong_e_step(x, mixture):
        b = gmm.e_step(x, mixture)[0]
        return b / b.sum(axis=0), 0.0

    def run(x, K):
        start = gmm.start_from_random_points(x, K, rng=np.random.default_rng(1))
        return gmm.run_em(x, start, max_iter=2, e_step=wrong_e_step)

    chooser = gmm.RunChooser(draw, run, choices={"K": (2, 3)})
    assert "EM could not go on. Iteration 0: your e_step's result" in " ".join(notes(book(chooser)))
    assert len(chooser.texts) == 1 and chooser.texts[0].startswith("The start, a guess.")
    said = []
    monkeypatch.setattr(gmm.chooser, "_SLOW", 0)
    monkeypatch.setattr(book(chooser), "announce", said.append)
    chooser._ahead.clear()
    chooser.choose(K=3)
    assert said[0].startswith("Working.") and "K = 3" in notes(book(chooser))[0]
    assert list(chooser._look_ahead(chooser._neighbours(chooser._choice()))) == []
