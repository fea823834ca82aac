"""What a learner has done so far, read from the notebooks as they were last saved."""

from __future__ import annotations

import json
import re
from pathlib import Path

from gmm_helpers.plots.text_tables import show_table

_VIEW, _STATES = (f"application/vnd.jupyter.widget-{each}+json" for each in ("view", "state"))
_ASKED = re.compile(r"\bgmm\.ask\(")
_CHECKED = re.compile(r"\bgmm\.check_(?!setup)\w+\(")


def progress(folder: str | Path = ".") -> None:
    """Print how many questions are answered and how many checks passed, for each notebook.

    Nothing is kept but what JupyterLab and Notebook 7 write into a notebook that is saved: its
    outputs, and, as the course sets them up, what was chosen in its widgets. So a notebook whose
    outputs are cleared, and that is saved, begins again.

    Parameters
    ----------
    folder : str or Path
        Where the notebooks lie; those whose names begin with a digit count.

    Raises
    ------
    ValueError
        If there are none, or one cannot be read.

    Examples
    --------
    >>> progress("no/such/folder")
    Traceback (most recent call last):
    ValueError: There are no notebooks of the course in no/such/folder.
    """
    if not isinstance(folder, str | Path):
        raise TypeError(f"folder must be the path of a folder, as text; it is {folder!r:.60}.")
    paths = sorted(Path(folder).glob("[0-9]*.ipynb"))
    if not paths:
        raise ValueError(f"There are no notebooks of the course in {folder}.")
    answered, passed = zip(*map(_count, paths), strict=True)
    names = [path.stem for path in paths]
    show_table({"notebook": names, "questions answered": answered, "checks passed": passed})


def _count(path):
    """Return both counts of a notebook, each as "2 of 7"."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        widgets = notebook["metadata"].get("widgets", {})
        states = widgets.get(_STATES, {}).get("state", {})
        cells = [each for each in notebook["cells"] if each["cell_type"] == "code"]
        own = [each for each in cells if "solution" not in each["metadata"].get("tags", ())]
        asked = answered = checked = passed = 0
        for cell in own:
            source = "".join(cell["source"])
            shown = [output.get("data", {}) for output in cell["outputs"]]
            views = [states.get(data.get(_VIEW, {}).get("model_id"), {}) for data in shown]
            chosen = [view.get("state", {}).get("chosen", {}) for view in views]
            asked += len(_ASKED.findall(source))
            answered += sum(each.get("index", -1) >= 0 for each in chosen)
            if _CHECKED.search(source):
                checked += 1
                passed += any("".join(d.get("text/plain", "")).startswith("Right.") for d in shown)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"{path.name} cannot be read: it is no notebook any more.") from error
    return f"{answered} of {asked}", f"{passed} of {checked}"
