"""The questions: what is kept in questions.toml, and the widget that asks."""

import asyncio
import gc
import html
import re
import weakref

import ipywidgets as widgets
import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances as live_widgets

import gmm_helpers as gmm
from gmm_helpers import _page, film, questions, stepper
from gmm_helpers.questions import load_questions

QUESTIONS = load_questions()
TWO = [gmm.Choice("yes", "It is.", right=True), gmm.Choice("no", "It is not so.")]


def answers(question):
    """Return what the pages under the buttons say."""
    stack = question.widget.children[2]
    assert isinstance(stack, widgets.Stack)
    return [html.unescape(re.search("<p.*?>(.*)</p>", page.value)[1]) for page in stack.children]


@pytest.mark.parametrize("name", QUESTIONS)
def test_each_question_of_the_course_can_be_asked_and_gives_every_choice_its_reason(name):
    question = gmm.ask(name)
    assert question.text.endswith("?")
    assert sum(choice.right for choice in question.choices) == 1
    assert len({choice.text for choice in question.choices}) == len(question.choices) >= 2
    for choice, answer in zip(question.choices, answers(question), strict=True):
        assert answer == choice.answer
        assert answer.startswith("Right. " if choice.right else "Not quite. ")
        assert len(choice.reason.split()) >= 6 and choice.reason.endswith((".", ")"))
        assert len(choice.text) <= 75  # one line of the narrowest page


def test_right_choices_do_not_always_stand_in_the_same_place():
    places = [[c.right for c in q["choices"]].index(True) for q in QUESTIONS.values()]
    assert len(set(places)) >= 3


def test_nothing_is_chosen_and_no_answer_is_shown_at_first():
    question = gmm.Question("So?", TWO)
    _, buttons, stack, _ = question.widget.children
    assert buttons.index is None and stack.selected_index is None
    assert buttons.options == ("yes", "no")


def test_the_browser_links_the_choice_to_its_answer():
    question = gmm.Question("So?", TWO)
    _, buttons, stack, _ = question.widget.children
    link = question._link
    assert (link.source, link.target) == ((buttons, "index"), (stack, "selected_index"))


def test_what_is_stored_holds_question_and_choices_but_no_answer():
    data = gmm.Question("So?", TWO)._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/plain"}
    assert data["text/plain"] == "Question: So?\n  ( ) yes\n  ( ) no"


def test_markup_in_a_question_is_shown_as_text():
    question = gmm.Question("a < b?", [gmm.Choice("yes", "b > a."), gmm.Choice("no", "No.", True)])
    assert "a &lt; b?" in question.widget.children[0].value
    assert answers(question)[0] == "Not quite. b > a."


def test_a_cell_run_again_closes_the_question_of_its_run_before(monkeypatch):
    counts = []
    for run in range(3):
        monkeypatch.setattr(_page, "_running_cell", lambda run=run: ("a", run))
        gmm.Question("So?", TWO)
        counts.append(len(live_widgets))
    assert counts[0] == counts[1] == counts[2]


@pytest.mark.parametrize(
    "text, choices, message",
    [
        ("", TWO, "needs a text"),
        ("So?", [TWO[0], gmm.Choice("no", "")], "a text and a reason"),
        ("So?", TWO[:1], "Exactly one of two or more"),
        ("So?", [TWO[1], TWO[1]], "Exactly one of two or more"),
        ("So?", [TWO[0], TWO[0]], "Exactly one of two or more"),
    ],
)
def test_what_cannot_be_asked(text, choices, message):
    with pytest.raises(ValueError, match=message):
        gmm.Question(text, choices)


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="no question 'nope'; there are .*narrow_peak"):
        gmm.ask("nope")


def test_while_a_question_is_read_steppers_are_made_ready(monkeypatch):
    monkeypatch.setattr(questions, "_READING_S", 0.01)
    calls = []
    monkeypatch.setattr(questions, "make_ready", lambda: calls.append("ready"))

    async def read():
        gmm.ask("narrow_peak")
        assert not calls
        await asyncio.sleep(0.1)

    asyncio.run(read())
    assert calls == ["ready"]


def test_making_ready_makes_the_axes_of_each_next_stepper(monkeypatch):
    spare = []
    monkeypatch.setattr(film, "_spare_axes", spare)
    monkeypatch.setattr(stepper, "_make_ready_for_the_first", lambda: None)
    x = gmm.old_faithful().x
    trace = gmm.run_em(x, gmm.Mixture([1.0], [[3, 70]], [np.eye(2)]), max_iter=1)
    for _ in range(2):
        stepper.make_ready()
        assert len(spare) == 1
        gmm.Stepper(x, trace)
        assert not spare


@pytest.fixture
def thawed():
    """Let Python's sweeps of memory see again, after a test, what they were told to pass over."""
    yield
    gc.unfreeze()


def test_making_ready_leaves_formulas_hidden_from_sweeps_and_no_picture(monkeypatch, thawed):
    made, count = [], len(live_widgets)

    class Watched(film.Film):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            made.append(weakref.ref(self))

    monkeypatch.setattr(stepper, "Film", Watched)
    monkeypatch.setattr(film, "_FORMULAS", {})
    monkeypatch.setattr(film, "_spare_axes", [])  # they would hold the other formulas
    gc.unfreeze()
    stepper._make_ready_for_the_first.__wrapped__()
    assert gc.get_freeze_count() > 10_000
    gc.collect()
    assert len(made) == 2 and not any(film() for film in made)
    x, rng = gmm.old_faithful().x, np.random.default_rng(1)
    for data in (x, x[:, 0]):
        trace = gmm.run_em(data, gmm.start_from_random_points(data, 2, rng=rng), max_iter=1)
        assert set(film.Film(data, trace)._formulas.values()) <= set(film._FORMULAS)
    assert len(live_widgets) == count
