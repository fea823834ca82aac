"""What notebooks quote from other software: the calls that they quote are run, and compared."""

import re

import numpy as np
import pytest
import sklearn
from files import sources
from sklearn.mixture import GaussianMixture

import gmm_helpers as gmm


def numbers(text, pattern):
    """Return the numbers that a pattern finds in a text."""
    return [float(each.replace("−", "-")) for each in re.search(pattern, text).groups()]


def test_scikit_learns_criteria_of_the_four_gaussians():
    text, x = sources("04")["signs"], gmm.four_gaussians(rng=np.random.default_rng(1)).x
    options = eval(f"dict({re.search(r'`(n_init.*?)`', text)[1]})")
    assert f"scikit-learn {sklearn.__version__} prints" in text
    for K in (1, 2, 3, 4):
        fitted = GaussianMixture(K, **options).fit(x)
        told = numbers(text, rf"\| {K} \| (\S+) \| (\S+) \|")
        assert told == pytest.approx([fitted.aic(x), fitted.bic(x)], abs=1e-3)


def test_scikit_learns_fit_of_old_faithful():
    text = sources("09")["others-heading"]
    names = {"x": gmm.old_faithful().x}
    call, _, result = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1].rpartition(".fit(x)\n")
    assert f"scikit-learn {sklearn.__version__} then gives" in text
    for change, told in (
        (lambda call: call, r"\\ell\$ = (\S+) and BIC = (\S+)\. "),
        (lambda call: re.sub("tol.*", "", call.replace("=20", "=10")), r"gives (\S+) and (\S+):"),
    ):
        exec(f"{change(call)}.fit(x)\nfound = {result}", names)
        assert numbers(text, told) == pytest.approx(names["found"], abs=2e-5)


def test_scikit_learns_fit_of_notebook_01s_data():
    cells, names = sources("01"), {"np": np, "print": lambda *_: None}
    exec(cells["draw"], names)
    x, text = names["x"][:, None], cells["try-it-discussion"]
    theirs = GaussianMixture(2, random_state=0, tol=1e-10, max_iter=1000).fit(x)
    assert "GaussianMixture(2, tol=1e-10, max_iter=1000)" in cells["try-it"]
    rows = theirs.weights_, theirs.means_.ravel(), np.sqrt(theirs.covariances_.ravel())
    found = np.concatenate([row[theirs.means_.ravel().argsort()] for row in rows])
    two = r" (\S+) and (\S+), "
    told = numbers(text, f"weights{two}means{two}standard deviations{two}")
    assert told == pytest.approx(found, abs=1e-3)
    quick = GaussianMixture(2, random_state=0).fit(x)
    told = numbers(text, r"\\ell\$ = (\S+)\. \(scikit[^§]*\\ell\$ = (\S+):")
    assert told == pytest.approx([len(x) * fit.score(x) for fit in (theirs, quick)], abs=1e-3)


def test_mclust_counts_as_the_module_does():
    """It prints ℓ and BIC to three decimals, and they have to agree with each other."""
    text = sources("09")["others-heading"]
    ell, m, value = numbers(text, r"log-likelihood (\S+), (\d+) parameters, BIC (\S+) ")
    assert m == gmm.free_parameters(3, 2, "tied")
    assert gmm.bic(ell, int(m), 272) == pytest.approx(-value, abs=2e-3)
