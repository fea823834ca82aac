"""The modules that draw in the browser, each on a blank page: they do as their Python twins do."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

PACKAGE = Path(__file__).parents[2] / "gmm_helpers"
IMPORT = "source => import(URL.createObjectURL(new Blob([source], {type: 'text/javascript'})))"


@pytest.fixture
def module(new_page):
    """Return a function that imports one of the package's modules into a blank page."""
    page = new_page("blob:")

    def load(name):
        source = (PACKAGE / "widgets" / name).read_text("utf-8")
        if "import {" in source:  # what all import, and a page without addresses cannot
            base = (PACKAGE / "widgets" / "base.js").read_text("utf-8")
            source = base + re.sub("^import .*?;\n", "", source, flags=re.MULTILINE)
        return page.evaluate_handle(IMPORT, source)

    return load


@pytest.fixture
def maths(module):
    """Return a function that evaluates an expression of the mathematics for each row."""
    loaded = module("maths.js")

    def evaluate(expression, rows):
        # JSON has no infinities: they come as texts.
        found = loaded.evaluate(
            f"""(maths, rows) => rows.map(a => {expression}).map(
                b => typeof b === 'number' && !Number.isFinite(b) ? String(b) : b)""",
            rows,
        )
        return [float(each) if each in ("-Infinity", "NaN") else each for each in found]

    return evaluate


def test_what_shares_leave_is_the_papers(module):
    mix = "({mixColours}) => mixColours([0.25], ['#0072B2'], '#000000')"
    assert module("points.js").evaluate(mix) == "color-mix(in oklab, #000000, #0072B2 25%)"


def test_a_formula_stands_on_its_line_and_can_be_read(new_page):
    formulas = json.loads((PACKAGE / "widgets" / "formulas.json").read_text("utf-8"))
    page = new_page("blob:")
    page.set_content(f"""<style>{(PACKAGE / "widgets" / "widgets.css").read_text("utf-8")}</style>
        <svg width="0" height="0">{formulas["glyphs"]}</svg>
        <div class="gmm"><div class="formula" style="display: block; font: 20px/3 sans-serif">
        <i style="display: inline-block"></i>{formulas["e_step_1"]}</div></div>""")
    told, em, measured, ink = page.evaluate(
        """() => {
            const line = document.querySelector('i')  // of no height: it marks the baseline
            const formula = line.nextElementSibling, {top, left} = formula.getBoundingClientRect()
            const {bottom, width, height} = formula.getBoundingClientRect()
            const marks = [...formula.children].map(each => each.getBoundingClientRect())
            const end = side => Math.max(...marks.map(each => each[side]))
            const [wide, high] = ['width', 'height'].map(name => formula.getAttribute(name))
            return [
                formula.getAttribute('aria-label'),
                [formula.style.verticalAlign, wide, high].map(parseFloat),
                [line.getBoundingClientRect().bottom - bottom, width, height],
                [end('right') - left, end('bottom') - top],
            ]
        }"""
    )
    assert told.startswith("b i k equals phi k times the normal density")
    assert measured == pytest.approx(20 * np.array(em), abs=0.1)
    assert ink == pytest.approx(measured[1:], abs=4)  # within the box, and filling it


def test_densities_are_pythons_for_hostile_values(maths):
    rows = [
        [x, weight, 0.5, -1.5, d1, d2]
        for x in (-1e8, -30, 0.5, 1e3)
        for weight in (0, 1e-300, 1e-12, 0.4, 1)
        for d1, d2 in ((1e-6, 1e-6), (1e-6, 2), (1, 1e5), (1e-4, 1e-150))
    ]
    found = maths("maths.logLikelihood([a[0]], [a[1], 1 - a[1]], [a[2], a[3]], [a[4], a[5]])", rows)
    with np.errstate(divide="ignore", over="ignore"):
        x, weight, mean_1, mean_2, d1, d2 = np.array(rows).T
        first, second = norm(mean_1, d1).logpdf(x), norm(mean_2, d2).logpdf(x)
        wanted = np.logaddexp(np.log(weight) + first, np.log(1 - weight) + second)
    assert np.isneginf(wanted).any()
    np.testing.assert_array_equal(np.isneginf(found), np.isneginf(wanted))
    finite = np.isfinite(wanted)
    scale = np.maximum(1, abs(wanted[finite]))
    assert (abs(np.array(found)[finite] - wanted[finite]) <= 1e-9 * scale).all()


def test_half_axes_are_numpys_and_come_back(maths):
    rows = [
        [first, second, correlation]
        for first in (0.5, 1, 2)
        for second in (0.5, 1.3, 2)
        for correlation in (-0.99, -0.1, 0, 0.6, 0.99)
    ]
    axes = maths("maths.halfAxes(...a)", rows)
    factors = maths("maths.cholesky(...a)", rows)
    back = maths(
        """(({lengths, angle}) => maths.fromHalfAxes(
            lengths[1] * Math.sin(angle), -lengths[1] * Math.cos(angle), lengths[0]
        ))(maths.halfAxes(...a))""",
        rows,
    )
    for row, found, factor in zip(rows, axes, factors, strict=True):
        between = row[0] * row[1] * row[2]
        covariance = np.array([[row[0] ** 2, between], [between, row[1] ** 2]])
        np.testing.assert_allclose(np.reshape(factor, (2, 2)), np.linalg.cholesky(covariance))
        lengths = np.sqrt(np.linalg.eigvalsh(covariance))[::-1]
        np.testing.assert_allclose(found["lengths"], lengths, rtol=1e-9)
        first = np.array([np.cos(found["angle"]), np.sin(found["angle"])])
        np.testing.assert_allclose(covariance @ first, lengths[0] ** 2 * first, atol=1e-9)
        assert -45.001 < np.degrees(found["angle"]) < 135
    np.testing.assert_allclose(back, rows, rtol=1e-9, atol=1e-9)


def test_numbers_are_written_so_that_products_agree(maths):
    logs = [[value] for value in (-1, -5, -10, -10_000)]
    assert maths("maths.fromLog(a[0])", logs) == ["0.368", "0.00674", "4.54e−5", "1.14e−4343"]
    assert maths("maths.fromLog(Math.log(0))", [[0]]) == ["0"]
    shares = [[0.9996, 0], [0.0004, np.log(0.0004)], [0, -2000]]
    assert maths("maths.writeShare(...a)", shares) == ["1.000", "4.00e−4", "2.58e−869"]
    assert maths("maths.fromLog(maths.multiplyLog(0, -1))", [[0]]) == ["0"]
    rng = np.random.default_rng(0)
    rows = np.column_stack([rng.integers(1, 100, 500) / 100, rng.uniform(-30, 2, 500)]).tolist()
    written = maths("[a[1], maths.multiplyLog(...a)].map((log) => maths.fromLog(log))", rows)
    for (weight, _), texts in zip(rows, written, strict=True):
        density, product = (float(text.replace("−", "-")) for text in texts)
        digits = 2 - np.floor(np.log10(weight * density) + 1e-12)
        assert product * 10**digits == pytest.approx(weight * density * 10**digits, abs=0.5001)
