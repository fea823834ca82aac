"""What holds for all tests, before NumPy is imported; and what is said at the end, in words."""

import os

import pytest

# The matrices here are small: a second thread for them costs more than it does, most of all
# beside another process with tests.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def run_1d():
    """Give the 300 points of two Gaussians that most notebooks have, and EM's run on them."""
    import numpy as np

    import gmm_helpers as gmm

    x = gmm.two_gaussians(rng=np.random.default_rng(1)).x
    return x, gmm.run_em(x, gmm.Mixture.from_1d([0.5, 0.5], [0, 1], [1, 1]))


@pytest.fixture(scope="session")
def x(run_1d):
    return run_1d[0]


@pytest.fixture(scope="session")
def em(run_1d):
    return run_1d[1].mixture


@pytest.fixture
def kept(monkeypatch):
    """Keep each figure, with its caption, in place of showing it."""
    shown = []
    monkeypatch.setattr("gmm_helpers.plots.figures.show_figure", lambda *each: shown.append(each))
    return shown


@pytest.fixture(scope="session")
def browser():
    """Give Debian's Chromium, to the tests that need it."""
    from driver import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture
def new_page(browser):
    """Return a function that makes a page; none may complain, or ask for what is not at `home`."""
    pages, wrong = [], []

    def make(home, **options):
        def foreign(address):
            return not address.startswith((home, "data:", "blob:"))

        page = browser.new_page(**options)
        pages.append(page)
        page.on("pageerror", lambda error: wrong.append(error.stack or str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("request", lambda asked: wrong.append(asked.url) if foreign(asked.url) else None)
        return page

    yield make
    for page in pages:
        page.close()
    assert wrong == []


def pytest_terminal_summary(terminalreporter):
    """Say in words what has passed, or what to do about what has not."""
    counts = {name: len(reports) for name, reports in terminalreporter.stats.items()}
    bad = counts.get("failed", 0) + counts.get("error", 0)
    if bad:
        say = [
            f"{bad} of the course's tests did not pass. Each is named above, in a line that begins",
            "with FAILED or ERROR, and what it found stands further up. To run one file alone:",
            "python3 course.py test tests/model/test_em.py",
        ]
    elif counts.get("passed"):
        say = [
            f"All is well: {counts['passed']} tests passed. Where notebooks were among them, each",
            "of their cells has run and printed what is stored.",
        ]
    else:
        return
    terminalreporter.section("In words")
    terminalreporter.write_line("\n".join(say))
