"""The run chooser: what is chosen is run, shown and said."""

import numpy as np
import pytest

import gmm_helpers as gmm


def draw(rng):
    return rng.normal(size=(30, 2)) + 4 * rng.integers(2, size=(30, 1))


def run(x, rng, K=2):
    return gmm.run_em(x, gmm.start_from_random_points(x, K, rng=rng), max_iter=3)


@pytest.fixture
def chooser():
    return gmm.RunChooser(draw, run, choices={"K": (2, 3, 4)})


def tell(chooser, **message):
    """Send a message as the page does; return what Python answers."""
    answers = []
    chooser.view.send = lambda content, buffers=(): answers.append((content, *buffers))
    chooser.view._handle_custom_msg({"ask": 1, **message}, [])
    return answers[0]


def key(chooser, place, value):
    """Return the key of what is shown, but for one number: of a choice, or a seed."""
    changed = list(chooser.view.content["key"])
    changed[place] = value
    return changed


def choose(chooser, index):
    tell(chooser, key=key(chooser, 0, index))


def test_a_choice_is_run_and_shown_in_words_and_pictures(chooser):
    before, limits = chooser.view.data, chooser.view.content["panels"][0]["views"][0]["limits"]
    assert tell(chooser, key=key(chooser, 0, 1)) == ({"answer": 1},)
    assert chooser.trace.mixture.n_components == 3
    assert chooser.view.content["panels"][0]["views"][0]["limits"] == limits  # as far as they suit
    assert chooser.view.data != before and chooser.view.chosen == {"key": [1, 1, 1]}
    note = chooser.view.content["notes"][0]
    assert note == "Shown: K = 3, data drawn with seed 1, start drawn with seed 1."
    assert "Component 3" in chooser.texts[0]
    assert [step.kind for step in chooser.walk()] == ["start", *"EMEMEM"]
    caption = chooser._repr_mimebundle_()[0]["text/plain"]
    title = "Film strip of a stepper whose run can be chosen, 7 positions."
    assert caption.startswith(f"{title}\nShown")


def test_a_run_that_may_be_chosen_is_sent_and_not_shown_until_the_page_does(chooser):
    data = chooser.view.data
    answer, sent = tell(chooser, key=key(chooser, 0, 1), ahead=True)
    assert chooser.trace.mixture.n_components == 2 and chooser.view.data == data
    choose(chooser, 1)
    assert chooser.trace.mixture.n_components == 3
    assert answer["content"] == chooser.view.content and sent == chooser.view.data


def test_the_buttons_draw_other_data_and_another_start(chooser):
    x, start = chooser.x, chooser.trace.steps[0].mixture
    tell(chooser, key=key(chooser, 2, 2))
    assert (chooser.x == x).all() and (chooser.trace.steps[0].mixture.means != start.means).any()
    tell(chooser, key=key(chooser, 1, 2))
    assert (chooser.x != x).any()
    assert "data drawn with seed 2, start drawn with seed 2." in chooser.view.content["notes"][0]


def test_there_are_only_the_controls_that_can_do_something():
    x = draw(np.random.default_rng(1))
    chooser = gmm.RunChooser(x, lambda x: run(x, np.random.default_rng(1)))
    content = chooser.view.content
    assert content["buttons"] == [] and content["choices"] == []
    assert content["notes"][0] == "Shown: the one run there is."


def test_runs_computed_beforehand_are_there_without_python(chooser):
    chooser.compute(data_seeds=2, start_seeds=3)
    keys = [run["content"]["key"] for run in chooser.view.runs]
    assert keys == [[k, data, start] for k in range(3) for data in (1, 2) for start in (1, 2, 3)]
    run = chooser.view.runs[keys.index([2, 1, 1])]
    choose(chooser, 2)
    assert run == {"content": chooser.view.content, "data": chooser.view.data}


def test_a_learners_steps_are_not_run_ahead():
    def own(x, rng):
        start = gmm.start_from_random_points(x, 2, rng=rng)
        return gmm.run_em(x, start, max_iter=1, m_step=lambda x, b: None)

    assert not gmm.RunChooser(draw, own).view.content["ahead"]
    assert gmm.RunChooser(draw, run).view.content["ahead"]


def test_a_run_that_fails_is_shown_as_far_as_it_got_with_its_sentence():
    x = np.array([[0.0, 0], [1, 0], [2, 1], [9, 9], [9, 9]])

    def fail(x, ridge):
        start = gmm.start_from_means(x, [[1, 0], [9, 9]])
        return gmm.run_em(x, start, ridge=ridge, max_iter=30)

    chooser = gmm.RunChooser(x, fail, choices={"ridge": (0.1, 0.0)})
    assert "above" not in chooser.view.content
    choose(chooser, 1)
    assert chooser.view.content["notes"][1].startswith("EM could not go on. Iteration")
    assert chooser.view.content["above"]


@pytest.mark.parametrize("error", [ValueError("No."), KeyboardInterrupt("It was interrupted.")])
def test_what_cannot_be_run_is_said_and_the_pictures_stay(chooser, error, monkeypatch):
    def refuse(*_, **__):
        raise error

    monkeypatch.setattr("gmm_helpers.widgets.chooser._SLOW", 0)
    chooser._function, data = refuse, chooser.view.data
    [answer] = tell(chooser, key=key(chooser, 0, 1))
    said = f"This cannot be run, and the pictures are of the run before. {error}"
    assert answer["refused"].startswith(said)
    assert chooser.view.data == data and chooser.trace.mixture.n_components == 2
    assert tell(chooser, key=key(chooser, 0, 1), ahead=True) == ({"answer": 1},)  # it was slow


@pytest.mark.parametrize("key", [[1], "abc", "", None, [3, 1, 1], [0, -1, 1], [0.0, 1, 1]])
def test_a_key_of_no_run_is_refused(chooser, key):
    with pytest.raises(ValueError, match=r"a key such as \[0, 1, 1\]: the index"):
        chooser.view.chosen = {"key": key}
    chooser.view.chosen = {"key": [2, 1, 9]}
