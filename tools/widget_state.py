"""Write down what the widgets of a kernel show, for a page that has no Python behind it.

`build_site.py` calls this in the kernel of a notebook, once all of its cells have run.
"""

import gc
import json
import math
from pathlib import Path

import ipywidgets

from gmm_helpers import RunChooser

MOST_RUNS = 16  # of one chooser
KEPT = "kind content data position point values best chosen runs more".split()


def compute_ahead(chooser):
    """Make the runs of a chooser that a page can show: all its choices, with as many seeds."""
    content = chooser.view.content
    combinations = math.prod(len(labels) for _, labels in content["choices"])
    buttons = chooser._buttons  # by the names of their seeds
    each = math.floor((MOST_RUNS / combinations) ** (1 / max(len(buttons), 1)))
    chooser.compute(**dict.fromkeys((f"{name}s" for name in buttons), max(each, 1)))


def write(path):
    """Write the state of all widgets of the course, by their ids."""
    for each in gc.get_objects():
        if type(each) is RunChooser and each.view.comm is not None:
            compute_ahead(each)
    state = ipywidgets.Widget.get_manager_state(drop_defaults=False)["state"]
    kept = {
        name: {
            "state": {key: saved["state"][key] for key in KEPT if key in saved["state"]},
            "buffers": saved.get("buffers", []),
        }
        for name, saved in state.items()
        if "kind" in saved["state"]
    }
    Path(path).write_text(json.dumps(kept), "utf-8")
