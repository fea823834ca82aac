"""Questions with choices, asked before something is shown: the answers stay hidden until then.

They are kept in `questions.toml`, apart from the notebooks, so that no cell gives them away. What a
question asks about is folded until it is answered.
"""

from __future__ import annotations

import html
import tomllib
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from IPython.display import display
from IPython.utils.capture import capture_output

from gmm_helpers.model import validation
from gmm_helpers.widgets.view import Shown, View, address_of

_SUMMARY = "An answer follows: answer the question first, and it opens."
_FOLDED = "What follows answers the question: {} Answer it first."
_PRINTED = "<style>@media print{details::details-content{content-visibility:visible}}</style>"


def load_questions():
    """Return what `questions.toml` holds: each question's text and its choices, by name."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _find(name):
    questions = load_questions()
    validation.check_one_of(name, "name", questions)
    return questions[name]


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
    question = _find(name)
    text, choices = question["text"], question["choices"]
    answers = [[choice["text"], answer_to(choice)] for choice in choices]
    caption = "\n".join([f"Question: {text}", *(f"  ( ) {choice}" for choice, _ in answers)])
    return Shown(View("question", {"text": text, "choices": answers}), caption)


def answer_to(choice):
    """Return what is said once a choice is made."""
    return f"{'Right.' if choice.get('right') else 'Not quite.'} {choice['reason']}"


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
        If there is no such question, or there is more beside a widget.

    Examples
    --------
    >>> after("narrow_peak", "It is 1.995.")
    Folded: what follows the question "A Gaussian has the standard deviation 0.2. How high is its …"
    """
    question = _find(name)["text"]
    if not results:
        return _fold_output(question)
    if isinstance(widget := results[0], Shown):
        if results[1:]:
            raise ValueError("results must be one widget, or texts: show the rest elsewhere.")
        widget.folded = _fold_for_good(question, widget.caption, [None])
        return widget
    return _make_answer(question, "\n".join(map(str, results)))


@contextmanager
def _fold_output(question):
    with capture_output() as captured:
        yield
    pictures = [each.data["image/png"] for each in captured.outputs if "image/png" in each.data]
    display(_make_answer(question, captured.stdout.rstrip(), pictures))


def _make_answer(question, text, pictures=()):
    """Fold text, and PNGs of which it says what they show; its plain text gives nothing away."""
    content = {"question": question, "html": _fold(_SUMMARY, text, pictures)}
    caption = f'Folded: what follows the question "{question[:60].rsplit(" ", 1)[0]} …"'
    answer = Shown(View("answer", content), caption)
    answer.folded = _fold_for_good(question, text, pictures)
    return answer


def _fold_for_good(question, text, pictures):
    """Return a fold for pages without widgets, which hear of no answer."""
    return _PRINTED + _fold(_FOLDED.format(question), text, pictures)


def _fold(summary, text, pictures):
    """Return a closed fold, as HTML; None is a picture that is stored later."""
    images = ""
    for png in pictures:
        source = f'src="{address_of(png)}" ' if png else ""
        images += f'<img {source}alt="The words below say what it shows.">'
    summary, text = html.escape(summary), html.escape(text)
    return f"<details><summary>{summary}</summary>{images}<pre>{text}</pre></details>"
