"""The modules that draw in the browser, each on a blank page: they do as their Python twins do."""

import json
import re
import runpy
from pathlib import Path

import numpy as np
import pytest

PACKAGE = Path(__file__).parents[2] / "gmm_helpers"
IMPORT = "source => import(URL.createObjectURL(new Blob([source], {type: 'text/javascript'})))"


@pytest.fixture
def module(browser):
    """Return a function that imports one of the package's modules into a blank page."""
    page = browser.new_page()

    def load(name):
        source = (PACKAGE / "widgets" / name).read_text("utf-8")
        if "import {" in source:  # what all import, and a page without addresses cannot
            base = (PACKAGE / "widgets" / "base.js").read_text("utf-8")
            source = base + re.sub("^import .*?;\n", "", source, flags=re.MULTILINE)
        return page.evaluate_handle(IMPORT, source)

    yield load
    page.close()


def test_colours_mix_as_in_python(module):
    colours, rng = module("colours.js"), np.random.default_rng(0)
    look = runpy.run_path(str(PACKAGE / "plots" / "look.py"))
    for palette in (look["COLOURS"], look["DARK_COLOURS"]):
        for K in (1, 4, 8):
            shares = np.vstack([rng.dirichlet(np.full(K, 0.4), 500), np.eye(K)])
            mixed = colours.evaluate(
                "({mixColours}, [shares, palette]) => shares.map(row => mixColours(row, palette))",
                [shares.tolist(), list(palette)],
            )
            expected = np.rint(255 * look["mix_colours"](shares, palette)).astype(int)
            assert mixed == [[int(each) for each in rgb] for rgb in expected]


def test_a_formula_stands_on_its_line_and_can_be_read(module):
    data = json.loads((PACKAGE / "widgets" / "formulas.json").read_text("utf-8"))
    told, below, box, ink = module("formulas.js").evaluate(
        """({makeFormula}, data) => {
            document.body.style = 'font-size: 20px; line-height: 3'
            const line = document.createElement('i')  // of no height: it marks the baseline
            line.style = 'display: inline-block'
            const formula = makeFormula(data, 'e_step_1')
            document.body.append(line, formula)
            const outer = formula.getBoundingClientRect()
            const marks = [...formula.children].map(each => each.getBoundingClientRect())
            return [
                formula.getAttribute('aria-label'),
                outer.bottom - line.getBoundingClientRect().bottom,
                [outer.width, outer.height],
                [
                    Math.max(...marks.map(each => each.right)) - outer.left,
                    Math.max(...marks.map(each => each.bottom)) - outer.top,
                ],
            ]
        }""",
        data,
    )
    formula = data["formulas"]["e_step_1"]
    width, height, depth = np.array(formula["box"]) * 20 / 1000
    assert told == formula["reading"]
    assert below == pytest.approx(depth, abs=0.1)
    assert box == pytest.approx([width, height + depth], abs=0.1)
    assert ink == pytest.approx(box, abs=4)  # within the box, and filling it
