"""What the tests of pictures share: the figures that would be shown."""

import pytest

from gmm_helpers.plots import figures


@pytest.fixture
def kept(monkeypatch):
    """Keep each figure, with its caption, in place of showing it."""
    figures_shown = []
    monkeypatch.setattr(figures, "show_figure", lambda *shown: figures_shown.append(shown))
    return figures_shown
