"""What docs/slides.toml lists is there: in the notebooks, and in the teacher's guide."""

from pathlib import Path

import build_slides
import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = {
    path.stem: nbformat.read(path, as_version=4) for path in ROOT.glob("notebooks/[0-9]*.ipynb")
}
PARTS = build_slides.load()
SLIDES = [(row, slide) for row, slides in PARTS for slide in slides]


@pytest.mark.parametrize("entry", [each for _, slide in SLIDES for each in slide.get("cells", [])])
def test_a_cell_that_a_slide_shows_is_there(entry):
    _, cell, parts = build_slides.find(entry, NOTEBOOKS)
    assert parts
    if "solution" in parts:
        assert "solution" in cell.metadata.tags


@pytest.mark.parametrize(
    ("entry", "lack"), [("01 gone output", "no such cell"), ("01 draw-heading table", "no table")]
)
def test_a_cell_that_is_gone_is_named(entry, lack):
    with pytest.raises(ValueError, match=f"'{entry}'.*{lack}"):
        build_slides.find(entry, NOTEBOOKS)


def test_each_part_belongs_to_its_row_of_the_plan():
    for (_, _, where), slides in PARTS:
        shown = {entry[:2] for slide in slides for entry in slide.get("cells", [])}
        assert all(number in where for number in shown), where


def test_each_slide_has_a_title_and_notes():
    for _, slide in SLIDES:
        heads = [entry for entry in slide.get("cells", []) if "heading" in entry.split()[2:]]
        assert ("title" in slide) + len(heads) == 1, slide
        assert slide["notes"]
        for name in [*slide.get("guide", []), *filter(None, [slide.get("ask")])]:
            assert build_slides.guide(name)
