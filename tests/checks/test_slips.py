"""The tables of slips: the form of each row, and how rows become explanations."""

import ast
import functools
import tomllib
from collections import defaultdict

import numpy as np
import pytest
from answers import EXERCISES, TABLES

from gmm_helpers.checks import detectors, exercise, slips


@functools.cache
def rows(table):
    """Return where each slip of a table stands, and its row."""
    text = table.path.read_text(encoding="utf-8")
    lines = [i for i, line in enumerate(text.split("\n"), 1) if line == "[[slip]]"]
    pairs = zip(lines, table.rows, strict=True)
    return [(f"{table.path.name}, line {line}, {row.get('name')}", row) for line, row in pairs]


@pytest.mark.parametrize("table", TABLES)
def test_each_row_is_well_formed(table):
    right_of = TABLES[table].right
    for where, row in rows(TABLES[table]):
        assert (row["say"] or "").endswith((".", "?")), where
        assert {"name", "part"} <= {*row} <= {*"name part right wrong instead say".split()}, where
        assert ("right" in row) == ("wrong" in row) and {"wrong", "instead"} & {*row}, where
        for part in exercise.as_list(row["part"]):
            assert part in right_of, f"{where}: there is no right expression for {part}"
            right = right_of[part]
            assert not row.get("wrong") or right.count(row["right"]) == 1, f"{where}: in {part}"
            for change in exercise.changes(row, right):
                source = slips.Expression(right, (change,)).ranks[0][0].source
                nodes = ast.walk(ast.parse(source, where, mode="eval"))
                defines = any(isinstance(node, ast.Lambda | ast.NamedExpr) for node in nodes)
                assert not defines and source != right, f"{where}: {change.text!r}"


def numbers_of(part, source, cases):
    """Return what an expression makes of some cases."""
    return [np.asarray(slips.value(source, part.scope(*case)), dtype=float) for case in cases]


@pytest.mark.parametrize("name", EXERCISES)
@np.errstate(all="ignore")
def test_each_slip_makes_numbers_of_its_own_in_the_part_that_it_names(name):
    one = EXERCISES[name]()
    stated = [row for table in TABLES.values() for row in rows(table)]
    groups = one.groups[: 4 if name == "free_parameters" else 2]  # the four types; K = 2 and 3
    cases = [case for group in groups for case in group.cases]
    wanted = [one.read(one.expected(*case), *case) for case in cases]
    for j, part in enumerate(one.parts):
        if part.slips is None:
            continue
        right = [np.asarray(each[j], dtype=float) for each in wanted]
        assert detectors.same(numbers_of(part, part.slips.right, cases), right), part.name
        made = defaultdict(set)
        for change in part.slips.changes:
            source = slips.Expression(part.slips.right, (change,)).ranks[0][0].source
            named = [where for where, row in stated if row["say"] == change.say]
            where = f"{' or '.join(named)}: {change.text!r}"
            try:
                numbers = numbers_of(part, source, cases)
            except Exception as error:
                pytest.fail(f"{where}: {error}")
            assert not detectors.same(numbers, right), where
            if all(np.isfinite(each).all() for each in numbers):
                written = ([f"{v:.6g}" for v in each.ravel() + 0] for each in numbers)
                key = str([each.shape for each in numbers]) + str([*written])
                made[key].add(change.name)
                assert made[key] == {change.name}, f"{where} makes what {made[key]} does"


def test_two_changes_make_a_pair_where_they_stand_apart():
    right, rows = (
        "x * 2 + 1",
        (
            {"name": "b", "say": "b!", "right": " * 2", "wrong": [""]},
            {"name": "a", "say": "a!", "right": "x", "wrong": ["y"]},
            {"name": "c", "say": "c!", "right": "x * 2", "wrong": ["z"]},
            {"name": "d", "say": "d!", "instead": ["w"]},
            {"name": "a", "say": "a!", "right": "+ 1", "wrong": [""]},
        ),
    )
    changes = tuple(change for row in rows for change in exercise.changes(row, right))
    one, twice, two = slips.Expression(right, changes).ranks
    assert [(each.names, each.source) for each in one] == [
        (("b",), "x + 1"),
        (("a",), "y * 2 + 1"),
        (("c",), "z + 1"),
        (("d",), "w"),
        (("a",), "x * 2 "),
    ]
    assert [(each.say, each.source) for each in twice] == [("a!", "y * 2 ")]
    assert [(each.say, each.source) for each in two] == [
        ("b! a!", "y + 1"),
        ("b! a!", "x "),
        ("c! a!", "z "),
    ]


@pytest.mark.parametrize("table", TABLES)
def test_findings_are_told_and_what_is_told_has_its_sentence(table):
    path = TABLES[table].path
    rows = tomllib.loads(path.read_text(encoding="utf-8")).get("finding", ())
    assert all(row["say"].endswith((".", "?", "}")) for row in rows)
    code = ast.parse(path.with_suffix(".py").read_text(encoding="utf-8"))
    words = {node.value for node in ast.walk(code) if isinstance(node, ast.Constant)}
    by_shape = ("means ", "covariances ")  # that an M step's mixture is refused for
    whens = [(row["name"], when) for row in rows for when in exercise.as_list(row.get("when"))]
    assert {name for name, when in whens if not (when or "").startswith(by_shape)} <= words
    calls = [node for node in ast.walk(code) if isinstance(node, ast.Call) and node.args]
    told = [call.args for call in calls if getattr(call.func, "attr", None) == "finding"]
    said = [args for args in told if all(isinstance(each, ast.Constant) for each in args)]
    known = [[name, when] if when else [name] for name, when in whens]
    assert all([each.value for each in args] in known for args in said)
