"""A Chromium, a JupyterLab that it opens, and the option of the weekly run."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import driver  # noqa: E402
from blank import mount  # noqa: E402, F401


def pytest_addoption(parser):
    """Add the option of the weekly run."""
    parser.addoption("--every", action="store_true", help="move every widget of every notebook")


@pytest.fixture(scope="session")
def lab_url():
    """Give the address of a JupyterLab."""
    with driver.jupyterlab() as url:
        yield url


@pytest.fixture(scope="session")
def browser():
    """Give Debian's Chromium."""
    with driver.chromium() as browser:
        yield browser
