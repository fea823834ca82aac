"""Join the widgets' JS sources into the one module that anywidget loads; `nox -s bundle`."""

import re
from pathlib import Path

WIDGETS = Path(__file__).parents[1] / "gmm_helpers" / "widgets"
# Each imports from earlier ones alone.
ORDER = """
base maths controls axes handles points marks panel picture shown player chooser
slider_panel panels covariance questions main
""".split()


def bundle():
    """Return the module: the sources in order, without their imports and all exports but two."""
    sources = [(WIDGETS / f"{name}.js").read_text(encoding="utf-8") for name in ORDER]
    joined = re.sub(r"^import .*?;\n", "", "\n".join(sources), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"^export (?!function render|const maths)", "", joined, flags=re.MULTILINE)


if __name__ == "__main__":
    (WIDGETS / "widgets.bundle.js").write_text(bundle(), encoding="utf-8", newline="\n")
