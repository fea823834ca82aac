"""Debian's Chromium for the site and the slides, and pages of it that hear what goes wrong."""

import pytest
from driver import chromium


@pytest.fixture(scope="module")
def browser():
    """Give Debian's Chromium."""
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
