"""Have the choosers of a kernel make the runs that a page without Python can show.

`build_site.py` calls this in the kernel of a notebook, once all of its cells have run.
"""

import gc
import math

from gmm_helpers import RunChooser

MOST_RUNS = 16  # of one chooser


def compute():
    """Make the runs of all choices of each chooser, with as many seeds."""
    for chooser in gc.get_objects():
        if type(chooser) is RunChooser and chooser.view.comm is not None:
            combinations = math.prod(len(labels) for _, labels in chooser.view.content["choices"])
            buttons = chooser._buttons  # by the names of their seeds
            each = math.floor((MOST_RUNS / combinations) ** (1 / max(len(buttons), 1)))
            chooser.compute(**dict.fromkeys((f"{name}s" for name in buttons), max(each, 1)))
