"""Stills of widgets in the stored notebooks."""

import io
from base64 import b64decode
from pathlib import Path

import nbformat
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
