"""Figures have the course's look whatever the notebook has set, and are shown with words."""

import gc
import io

import matplotlib
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from PIL import Image

import gmm_helpers as gmm
from gmm_helpers.plots import figures


@pytest.fixture
def shown(monkeypatch):
    """Return what is displayed, and with which options."""
    shown = []
    monkeypatch.setattr(figures, "display", lambda data, **options: shown.append((data, options)))
    return shown


def test_the_users_style_does_not_reach_a_picture(shown):
    mixture = gmm.Mixture([0.4, 0.6], [[0, 0], [5, 1]], [[[4, 1], [1, 1]], [[1, -0.5], [-0.5, 2]]])
    style = {"text.usetex": True, "lines.linewidth": 9, "text.color": "red", "axes.grid": True}
    style |= {"path.sketch": (3, 100, 2), "font.style": "italic", "font.variant": "small-caps"}
    for settings in ({}, style):
        with matplotlib.rc_context(settings):
            gmm.show_regions(mixture, mixture.means)
            gmm.show_functions([0, 1], {"a": [0, 1], "b": [1, 0]})
            assert matplotlib.rcParams["lines.linewidth"] == settings.get("lines.linewidth", 1.5)
    pictures = [data["image/png"] for data, _ in shown]
    assert pictures[:2] == pictures[2:]


def test_text_is_large_enough_for_the_back_row():
    figure, axes = gmm.new_figure(2)
    for ax in axes:
        ax.set_xticks([0, 1], ["none", "all"])
        texts = [ax.xaxis.label, ax.yaxis.label, ax.title, *ax.get_xticklabels()]
        assert {text.get_size() for text in texts} == {20}
    assert figure.get_size_inches()[0] * figure.dpi == 840 and figure.dpi == 72
    figure, axes = figures.panels(5)  # in rows of two
    assert [ax.get_visible() for ax in figure.axes] == [True] * 5 + [False] and len(axes) == 5


def test_show_figure_displays_the_picture_and_prints_the_caption(shown, capsys):
    sentence = "An empty pair of axes from 0 to 1, with nothing to see in it, where K = 4. "
    caption = sentence * 3 + "So."
    gmm.show_figure(gmm.new_figure()[0], caption)
    [(data, options)] = shown
    picture = Image.open(io.BytesIO(data["image/png"]))
    assert picture.size[0] == 2 * figures.WIDTH and len(picture.getcolors()) <= 128
    assert data["text/plain"] == options["metadata"]["image/png"]["alt"] == caption
    printed = capsys.readouterr().out
    assert " ".join(printed.split()) == caption
    assert max(map(len, printed.split("\n"))) <= 72 and printed.count("K = 4") == 3


def test_a_shown_figure_keeps_no_pixels_and_can_be_shown_again(shown):
    figure, ax = gmm.new_figure()
    ax.set(xlabel="x", title="twice")
    before = {id(each) for each in gc.get_objects() if isinstance(each, RendererAgg)}
    for _ in range(2):
        gmm.show_figure(figure, "An empty pair of axes.")
        kept = [each for each in gc.get_objects() if isinstance(each, RendererAgg)]
        assert {id(each) for each in kept} <= before
    assert shown[0] == shown[1]
