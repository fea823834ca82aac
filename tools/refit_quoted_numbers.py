"""Fit with scikit-learn what notebooks 04 and 09 quote, and write the numbers with the versions.

Run it with `nox -s refit` after a change of the pins: the test command compares the versions in
`tests/tools/quoted_numbers.json` with the pins, and its numbers with those in the notebook.
"""

import json
from importlib.metadata import version
from pathlib import Path

FILE = Path(__file__).parents[1] / "tests" / "tools" / "quoted_numbers.json"
PACKAGES = ("numpy", "scikit-learn", "scipy")  # on which the numbers may depend
# As the notebook gives them.
STRICT = {"random_state": 1, "tol": 1e-10, "max_iter": 5000, "reg_covar": 0}
TABLE = {"n_init": 10, **STRICT}
TIED = {"n_components": 3, "covariance_type": "tied", "n_init": 20, **STRICT}
DEFAULT = {"n_components": 3, "covariance_type": "tied", "n_init": 10, "random_state": 1}


def refit():
    """Return each quoted number as the notebook writes it."""
    import numpy as np
    from sklearn.mixture import GaussianMixture

    import gmm_helpers as gmm

    x = gmm.four_gaussians(rng=np.random.default_rng(1)).x
    table = []
    for K in (1, 2, 3, 4):
        model = GaussianMixture(K, **TABLE).fit(x)
        table.append(f"| {K} | {model.aic(x):.3f} | {model.bic(x):.3f} |")
    x = gmm.old_faithful().x
    quoted = {"K, AIC, BIC of the four Gaussians": table}
    for name, options in (("strict", TIED), ("default", DEFAULT)):
        model = GaussianMixture(**options).fit(x)
        values = (model.score(x) * len(x), model.bic(x))
        quoted[f"ℓ and BIC of Old Faithful, {name}"] = [number(value) for value in values]
    return quoted


def number(value):
    """Write a number as the notebook does."""
    return f"{value:.5f}".replace("-", "−")


if __name__ == "__main__":
    stamp = {"versions": {name: version(name) for name in PACKAGES}, "quoted": refit()}
    text = json.dumps(stamp, ensure_ascii=False, indent=1) + "\n"
    changed = not FILE.exists() or text != FILE.read_text(encoding="utf-8")
    FILE.write_text(text, encoding="utf-8", newline="\n")
    print(f"{FILE.name}: {'written anew' if changed else 'unchanged'}")
