"""What changes the code for `nox -s mutants`: one place of it, which is found again later."""

import mutants

SOURCE = '''def density(x, *, scale=1.0):  # φ < 1
    """Return 2 × what is not code."""
    if not ("μ < " in x or scale < 0):
        scale += x
        return x.sum() * (
            scale)
    raise ValueError(f"μ = {x + 1}")
'''
CHANGES = """1.0 → 2.0
not ("μ < " in x or scale < 0) → ("μ < " in x or scale < 0)
not ("μ < " in x or scale < 0) → not (not ("μ < " in x or scale < 0))
or → and
in → not in
< → >
< → <=
0 → 1
scale += x → pass
+= → -=
return x.sum() * (\n            scale) → return None
* → /
sum → mean
raise ValueError(f"μ = {x + 1}") → pass"""


def test_each_mutant_changes_one_place_and_is_found_again_lower_down(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "density.py"
    file.write_text(SOURCE, encoding="utf-8")
    found = [m | {"room": "", "outcome": "", "test": ""} for m in mutants.candidates(file.name)]
    assert "\n".join(f"{m['before']} → {m['after']}" for m in found) == CHANGES
    changed = [mutants.changed(m).decode() for m in found]
    file.write_text("# π\n" + SOURCE, encoding="utf-8")
    again = [mutants.changed(mutants.found_again(m)).decode() for m in found]
    assert again == ["# π\n" + source for source in changed]
