"""Stills of widgets, in the stored notebooks and where there is no browser to take them."""

import io
from base64 import b64decode, b64encode
from pathlib import Path

import nbformat
import pytest
import stills
from PIL import Image

NOTEBOOKS = Path(__file__).parents[2].glob("notebooks/[0-9]*.ipynb")


def test_stored_stills_are_small_and_said_in_words():
    cells = [cell for path in NOTEBOOKS for cell in nbformat.read(path, as_version=4).cells]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    found = [o for o in outputs if "gmm" in o.get("metadata", ()) and "image/png" in o.data]
    assert found
    for output in found:
        png = b64decode(output.data["image/png"])
        picture, shown = Image.open(io.BytesIO(png)), output.metadata["image/png"]
        assert len(png) <= 80_000 and picture.mode == "P"
        assert shown["alt"] == output.data["text/plain"] and shown["width"] <= picture.width


def notebook_of(**outputs):
    """Return a notebook with outputs: the hash of each scene, and what stands beside its words."""
    made = [
        nbformat.v4.new_output("display_data", {"text/plain": "A.", **data})
        for data in outputs.values()
    ]
    for output, scene in zip(made, outputs, strict=True):
        output.metadata["gmm"] = {"scene": scene}
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=made)])


def test_without_a_browser_only_stills_of_the_same_scene_stay(monkeypatch):
    file = io.BytesIO()
    Image.new("P", (640, 10)).save(file, "PNG")
    still = {"image/png": b64encode(file.getvalue()).decode()}
    fold = '<details><img {}alt="A."></details>'
    in_fold = {"text/html": fold.format(f'src="data:image/png;base64,{still["image/png"]}" ')}
    before = notebook_of(same=still, folded=in_fold, old=still, question={})
    after = notebook_of(same={}, folded={"text/html": fold.format("")}, new={}, question={})
    monkeypatch.setattr(stills, "CHROMIUM", Path("nowhere"))
    with pytest.warns(UserWarning, match="dropped"):
        stills.add_stills(after, before)
    same, folded, new, question = after.cells[0].outputs
    assert same.data["image/png"] == still["image/png"]
    assert same.metadata["image/png"]["width"] == 640
    assert folded.data["text/html"] == in_fold["text/html"]
    assert "image/png" not in new.data and "image/png" not in question.data
