"""A check of what a notebook needs: the packages, the page's part of the widgets, and Python."""

import re
from importlib.metadata import version
from pathlib import Path

from jupyter_core.paths import jupyter_path

from gmm_helpers.widgets.view import Shown, View

_PACKAGES = "numpy scipy matplotlib ipywidgets anywidget jupyterlab nbval".split()
_ELSEWHERE = "Where JupyterLab runs elsewhere, as on a hub, it is needed there."
_EXTENSIONS = "@jupyter-widgets/jupyterlab-manager", "anywidget"


def check_setup() -> Shown:
    """Compare what is installed with what the course was tested with, and try a widget.

    Returns
    -------
    Shown
        A slider. If it moves, the page can draw widgets; if the words beside it follow, it reaches
        Python.
    """
    lists = Path("../requirements.txt"), Path(__file__).parents[2] / "requirements.txt"
    pins = "\n".join(file.read_text(encoding="utf-8") for file in lists if file.exists())
    tested = dict(re.findall(r"^(\S+)==(\S+)", pins, re.MULTILINE))
    for name in _PACKAGES:
        found, wanted = version(name), tested.get(name, "versions not listed here")
        print(f"{name:10s} {found:8s}", "as tested" if found == wanted else f"TESTED WITH {wanted}")
    for name in _EXTENSIONS:
        if not any(Path(folder, name).exists() for folder in jupyter_path("labextensions")):
            print(f"JupyterLab's extension {name} is not installed beside this Python.", _ELSEWHERE)
    view = View("setup", {"says": _square(3), "number": 3})
    view.answer_by(lambda asked: [{"says": _square(asked["number"])}])
    return Shown(view, "A slider for a number; beside it, Python says its square.")


def _square(number):
    return f"Python says: {number} squared is {number**2}."
