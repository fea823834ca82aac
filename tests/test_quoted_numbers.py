"""What notebook 04 quotes from scikit-learn: run here, and compared digit by digit with it."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import sklearn
from sklearn.mixture import GaussianMixture

import gmm_helpers as gmm

PATH = Path(__file__).parents[1] / "notebooks" / "04_choose_k.ipynb"
# As the notebook gives them.
STRICT = {"random_state": 1, "tol": 1e-10, "max_iter": 5000, "reg_covar": 0}


@pytest.fixture(scope="module")
def text():
    cells = nbformat.read(PATH, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_the_versions_are_those_that_are_installed(text):
    quoted = set(re.findall(r"scikit-learn (\d[\d.]*\d)", text))
    assert quoted == {sklearn.__version__}


def test_the_table_of_criteria(text):
    assert "`n_init=10, random_state=1, tol=1e-10, max_iter=5000, reg_covar=0`" in text
    rows = re.findall(r"^\| (\d) \| (\d+\.\d{3}) \| (\d+\.\d{3}) \|$", text, re.MULTILINE)
    x = gmm.four_gaussians(rng=np.random.default_rng(1)).x
    for K, *quoted in rows:
        model = GaussianMixture(int(K), n_init=10, **STRICT).fit(x)
        assert quoted == [f"{model.aic(x):.3f}", f"{model.bic(x):.3f}"]
    assert [K for K, *_ in rows] == ["1", "2", "3", "4"]


def test_the_fit_of_old_faithful(text):
    x = gmm.old_faithful().x
    call = re.search(r"GaussianMixture\((.*?)\)\.fit", text, re.DOTALL)[1]
    options = dict(re.findall(r"(\w+)=([^,\s]+)", call))
    assert options == {
        "n_components": "3",
        "covariance_type": '"tied"',
        "n_init": "20",
        **{name: str(value) for name, value in STRICT.items()},
    }
    exact = GaussianMixture(3, covariance_type="tied", n_init=20, **STRICT).fit(x)
    default = GaussianMixture(3, covariance_type="tied", n_init=10, random_state=1).fit(x)
    numbers = [number(model.score(x) * len(x)) for model in (exact, default)]
    criteria = [number(model.bic(x)) for model in (exact, default)]
    assert f"gives $\\ell$ = {numbers[0]} and BIC = {criteria[0]}." in text
    assert f"it gives {numbers[1]} and {criteria[1]}:" in text


def test_mclust_counts_as_the_module_does(text):
    """It prints ℓ and BIC to three decimals, and they have to agree with each other."""
    ell, m, value = re.search(
        r"log-likelihood −([\d.]+), (\d+) parameters, BIC −([\d.]+) ", text
    ).groups()
    assert int(m) == gmm.free_parameters(3, 2, "tied")
    assert gmm.bic(-float(ell), int(m), 272) == pytest.approx(float(value), abs=2e-3)


def number(value):
    """Write a number as the notebook does."""
    return f"{value:.5f}".replace("-", "−")
