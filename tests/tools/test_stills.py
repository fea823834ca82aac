"""Stills of widgets, in the stored notebooks and where there is no browser to take them."""

import io
from base64 import b64decode, b64encode
from pathlib import Path

import nbformat
import pytest
import stills
from PIL import Image

NOTEBOOKS = Path(__file__).parents[2].glob("notebooks/[0-9]*.ipynb")


def stored_stills():
    """Yield the outputs of the stored notebooks that have a still."""
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                if "gmm" in output.get("metadata", {}) and "image/png" in output.data:
                    yield output


def test_stored_stills_are_small_and_said_in_words():
    outputs = list(stored_stills())
    assert outputs
    for output in outputs:
        png = b64decode(output.data["image/png"])
        picture = Image.open(io.BytesIO(png))
        assert len(png) <= 80_000 and picture.mode == "P"
        shown = output.metadata["image/png"]
        assert shown["alt"] == output.data["text/plain"] and shown["width"] <= picture.width
        assert "application/vnd.jupyter.widget-view+json" not in output.data


def notebook_of(outputs):
    """Return a notebook with outputs: the hash of each scene, and its still or None."""
    png = {scene: {"image/png": still} for scene, still in outputs.items() if still}
    made = [
        nbformat.v4.new_output(
            "display_data",
            {"text/plain": "Words.", **png.get(scene, {})},
            metadata={"gmm": {"scene": scene}},
        )
        for scene in outputs
    ]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=made)])


def test_without_a_browser_only_stills_of_the_same_scene_stay(monkeypatch):
    file = io.BytesIO()
    Image.new("P", (640, 10)).save(file, "PNG")
    still = b64encode(file.getvalue()).decode()
    before = notebook_of({"same": still, "old": still, "question": None})
    after = notebook_of({"same": None, "new": None, "question": None})
    monkeypatch.setattr(stills, "CHROMIUM", Path("nowhere"))
    with pytest.warns(UserWarning, match="dropped"):
        stills.add_stills(after, before)
    same, new, question = after.cells[0].outputs
    assert same.data["image/png"] == still and same.metadata["image/png"]["width"] == 640
    assert "image/png" not in new.data and "image/png" not in question.data


def test_of_a_folded_widget_the_still_is_folded_too(monkeypatch):
    before, after = (notebook_of({"same": None}) for _ in range(2))
    fold = '<details><img {}alt="Words."></details>'
    before.cells[0].outputs[0].data["text/html"] = fold.format('src="data:image/png;base64,ab=" ')
    after.cells[0].outputs[0].data["text/html"] = fold.format("")
    monkeypatch.setattr(stills, "CHROMIUM", Path("nowhere"))
    stills.add_stills(after, before)
    assert after.cells[0].outputs[0].data == before.cells[0].outputs[0].data
