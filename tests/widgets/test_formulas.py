"""The widgets' formulas: what is stored is what is written."""

import make_formulas


def test_the_stored_formulas_are_current():
    """After a change, `nox -s formulas` draws them anew."""
    stored = (make_formulas.FOLDER / "formulas.json").read_text("utf-8")
    assert stored == make_formulas.make_formulas()
