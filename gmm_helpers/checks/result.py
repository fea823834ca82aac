"""What a self-check returns."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

# What a line of text opens with, and the colour beside it, light and dark enough for both themes.
_RIGHT, _NOT_YET, _TO_DO = ("Right.", "#009E73"), ("Not yet.", "#D55E00"), ("To do.", "#0072B2")


@dataclass(frozen=True, eq=False, repr=False)
class Check:
    """What a self-check found; shown as its sentence when it is the last value of a cell.

    Attributes
    ----------
    ok : bool
    slip : str or None
        What is wrong, as a short name: "wrong_axis", "untouched", …; None if nothing is.
    message : str
        The same in one to three sentences.
    working : callable
        The function to go on with: the learner's if it is right, else the course's.
    whose : str
        Whose function that is, as in "your e_step" and "the course's e_step".
    arguments : tuple or None
        What the learner's function was given where it went wrong, to try it oneself.
    """

    ok: bool
    slip: str | None
    message: str
    working: Callable
    whose: str = ""
    arguments: tuple | None = None

    def __str__(self):
        return f"{self._opening[0]} {self._text}"

    __repr__ = __str__

    def _repr_html_(self):
        word, colour = self._opening
        text = re.sub("`([^`]*)`", r"<code>\1</code>", html.escape(self._text, quote=False))
        return (
            f'<p style="border-left:5px solid {colour}; padding:2px 0 2px 12px; margin:4px 0; '
            f'line-height:1.5; overflow-wrap:anywhere"><strong>{word}</strong> {text}</p>'
        )

    @property
    def _text(self):
        """The message, and where its numbers do not show what went in, how to try it oneself."""
        if all(isinstance(value, int | float | str) for value in self.arguments or ()):
            return self.message
        call = f"{self.whose.split()[-1]}(*check.arguments)"
        return f"{self.message} To try it: `{call}`, with this check's name for `check`."

    @property
    def _opening(self):
        return _RIGHT if self.ok else _TO_DO if self.slip == "untouched" else _NOT_YET
