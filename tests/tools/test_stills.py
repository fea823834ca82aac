"""Stills of widgets in the stored notebooks."""

import io
from base64 import b64decode

from files import NOTEBOOKS, outputs
from PIL import Image


def test_stored_stills_are_small_and_said_in_words():
    stored = [output for number in NOTEBOOKS for output in outputs(number)]
    found = [o for o in stored if "gmm" in o.get("metadata", ()) and "image/png" in o.data]
    assert found
    for output in found:
        png = b64decode(output.data["image/png"])
        picture, shown = Image.open(io.BytesIO(png)), output.metadata["image/png"]
        assert len(png) <= 80_000 and picture.mode == "P"
        assert shown["alt"] == output.data["text/plain"] and shown["width"] <= picture.width
