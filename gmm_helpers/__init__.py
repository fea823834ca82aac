"""Helpers of the course *Gaussian mixture models from scratch in Python*.

All public names can be imported from here; each comes with its module when it is first used, so
that nobody waits for what is not. `__init__.pyi` lists them, for this and for editors alike, and
the README says how the modules build on each other.
"""

import importlib

with open(f"{__file__}i", encoding="utf-8") as _stub:  # lines as "from .room.module import a as a"
    _LINES = [line.split() for line in _stub if line.startswith("from ")]
_MODULES = {line[3]: line[1] for line in _LINES}
__all__ = sorted(_MODULES)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name):
    """Import a public name when it is first asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_MODULES[name], __name__), name)
    globals()[name] = value  # so that this is asked once
    return value


def __dir__():
    """Name all that is public, so that Tab completes it."""
    return __all__
