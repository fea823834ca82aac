"""Questions with choices, asked before something is shown: the answers stay hidden until then.

They are kept in `questions.toml`, apart from the notebooks, so that no cell gives them away. What a
question asks about is folded until it is answered.
"""

from __future__ import annotations

import tomllib
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from IPython.display import display
from IPython.utils.capture import capture_output

from gmm_helpers.widgets.view import Shown, View, fold

_SUMMARY = "An answer follows: answer the question first, and it opens."


class Question(Shown):
    """A question with choices as radio buttons; under them, the answer to what is chosen.

    Nothing is chosen at first, and no answer is shown. The browser does it all.
    """

    def __init__(self, text, choices):
        self.text, self.choices = text, choices
        answers = [[choice["text"], answer_to(choice)] for choice in choices]
        self.view = View("question", {"text": text, "choices": answers})

    def __repr__(self):
        return "\n".join([f"Question: {self.text}", *(f"  ( ) {c['text']}" for c in self.choices)])

    @property
    def caption(self):
        """The question and its choices, without the answers."""
        return repr(self)


def answer_to(choice):
    """Return what is said once a choice is made."""
    return f"{'Right.' if choice.get('right') else 'Not quite.'} {choice['reason']}"


def ask(name: str) -> Shown:
    """Ask one of the course's questions, by its name in `questions.toml`.

    Parameters
    ----------
    name : str

    Raises
    ------
    ValueError
        If there is no such question.

    Examples
    --------
    >>> ask("narrow_peak")
    Question: A Gaussian has the standard deviation 0.2. How high is its density at the peak?
      ( ) Less than 1: it is a probability
      ( ) Exactly 1
      ( ) Almost 2
    """
    return Question(**_find(name))


def after(name: str, *results: object) -> Shown | AbstractContextManager[None]:
    """Fold results away until a question is answered; before that, a click opens the fold.

    A widget is not folded as long as it runs: it begins before what is asked about. A page without
    widgets folds its pictures.

    Parameters
    ----------
    name : str
        The question's, in `questions.toml`.
    *results
        What to show as text, or a widget. Without any it is used as ``with after(name):``, and
        folds what is printed inside, and the figures.

    Returns
    -------
    What a cell shows, or a context manager

    Raises
    ------
    ValueError
        If there is no such question.

    Examples
    --------
    >>> after("narrow_peak", "It is 1.995.")
    Folded: what follows the question "A Gaussian has the standard deviation 0.2. How high is its …"
    """
    question = _find(name)["text"]
    if not results:
        return _fold(question)
    if isinstance(results[0], Shown):
        results[0].question = question
        return results[0]
    return _Answer(question, "\n".join(map(str, results)))


@contextmanager
def _fold(question):
    with capture_output() as captured:
        yield
    pictures = [each.data["image/png"] for each in captured.outputs if "image/png" in each.data]
    display(_Answer(question, captured.stdout.rstrip(), pictures))


class _Answer(Shown):
    """Text, and PNGs of which it says what they show, in a fold that opens once it is time."""

    question: str

    def __init__(self, question, text, pictures=()):
        self.question, self.text, self.pictures = question, text, pictures
        sizes = [len(each) for each in pictures]
        content = {"question": question, "summary": _SUMMARY, "text": text, "sizes": sizes}
        self.view = View("answer", content, b"".join(pictures))

    def __repr__(self):
        return f'Folded: what follows the question "{self.question[:60].rsplit(" ", 1)[0]} …"'

    @property
    def caption(self):
        """Which question it answers, and not how."""
        return repr(self)

    def _repr_mimebundle_(self, **options):
        """Give the widget, and for pages that have none a closed fold; tests compare its text."""
        data, metadata = super()._repr_mimebundle_(**options)
        return {**data, "text/html": fold(self.question, self.text, self.pictures)}, metadata


def load_questions():
    """Return what `questions.toml` holds: each question's text and its choices, by name."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _find(name):
    questions = load_questions()
    if name not in questions:
        raise ValueError(f"There is no question {name!r}; there are {', '.join(questions)}.")
    return questions[name]
