"""What docs/slides.toml lists is there: in the notebooks, and in the teacher's guide."""

import build_slides
from files import NOTEBOOKS, read


def test_each_slide_shows_what_is_there_and_has_a_title_and_notes():
    notebooks = {path.stem: (read(number), {}) for number, path in NOTEBOOKS.items()}
    for (_, _, where), slides in build_slides.load():
        for slide in slides:
            heads = "title" in slide
            for entry in slide.get("cells", []):
                _, cell, parts = build_slides.find(entry, notebooks)  # else names what is not there
                assert parts and entry[:2] in where  # the row of the plan
                assert "solution" not in parts or "solution" in cell.metadata.tags
                heads += "heading" in parts
            assert heads == 1 and slide["notes"], slide
            for name in [*slide.get("guide", []), *filter(None, [slide.get("ask")])]:
                assert build_slides.guide(name)
