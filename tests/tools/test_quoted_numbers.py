"""What notebooks 04 and 09 quote from other software is what that gives, at the pinned versions.

`nox -s refit` fits it anew and writes the file that is read here.
"""

import json
import re
from pathlib import Path

import nbformat
import pytest
from refit_quoted_numbers import FILE, PACKAGES, TABLE, TIED

import gmm_helpers as gmm

ROOT = Path(__file__).parents[2]
STAMP = json.loads(FILE.read_text(encoding="utf-8"))
QUOTED = STAMP["quoted"]
NOTEBOOKS = ("04_choose_k", "09_fit_your_own_data")


@pytest.fixture(scope="module")
def text():
    paths = (ROOT / "notebooks" / f"{name}.ipynb" for name in NOTEBOOKS)
    cells = [cell for path in paths for cell in nbformat.read(path, as_version=4).cells]
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_the_fits_are_of_the_versions_that_are_pinned_and_quoted(text):
    files = (ROOT / name for name in ("requirements.txt", "requirements-test.txt"))
    pins = dict(re.findall(r"^([\w-]+)==(\S+)$", "\n".join(f.read_text() for f in files), re.M))
    assert STAMP["versions"] == {name: pins[name] for name in PACKAGES}, "run `nox -s refit`"
    quoted = set(re.findall(r"scikit-learn (\d[\d.]*\d)", text))
    assert quoted == {STAMP["versions"]["scikit-learn"]}


def test_the_table_of_criteria(text):
    assert "`" + ", ".join(f"{name}={value}" for name, value in TABLE.items()) + "`" in text
    rows = re.findall(r"^\| \d \| \d+\.\d{3} \| \d+\.\d{3} \|$", text, re.MULTILINE)
    assert rows == QUOTED["K, AIC, BIC of the four Gaussians"]


def test_the_fit_of_old_faithful(text):
    call = re.search(r"GaussianMixture\((.*?)\)\.fit", text, re.DOTALL)[1]
    options = dict(re.findall(r"(\w+)=([^,\s]+)", call))
    assert {name: value.strip('"') for name, value in options.items()} == {
        name: str(value) for name, value in TIED.items()
    }
    ell, bic = QUOTED["ℓ and BIC of Old Faithful, strict"]
    assert f"gives $\\ell$ = {ell} and BIC = {bic}." in text
    ell, bic = QUOTED["ℓ and BIC of Old Faithful, default"]
    assert f"it gives {ell} and {bic}:" in text


def test_mclust_counts_as_the_module_does(text):
    """It prints ℓ and BIC to three decimals, and they have to agree with each other."""
    ell, m, value = re.search(
        r"log-likelihood −([\d.]+), (\d+) parameters, BIC −([\d.]+) ", text
    ).groups()
    assert int(m) == gmm.free_parameters(3, 2, "tied")
    assert gmm.bic(-float(ell), int(m), 272) == pytest.approx(float(value), abs=2e-3)
