"""The teacher's guide says what the notebooks hold: minutes, headings, exercises, numbers."""

import html
import re
from datetime import datetime

import numpy as np
import pytest
from files import GUIDE, NOTEBOOKS, README, ROOT, code_cells, markdown, outputs, sources

import gmm_helpers as gmm
from gmm_helpers import Mixture
from gmm_helpers.plots.geometry import mass_inside


def part(heading, level=2):
    """Return the text under a heading, up to the next one that is not deeper."""
    rest = re.split(rf"^{'#' * level} {heading}.*\n", GUIDE, maxsplit=1, flags=re.MULTILINE)[1]
    return re.split(rf"^#{{1,{level}}} ", rest, flags=re.MULTILINE)[0]


def rows(text):
    """Return the tables of a text as one list of rows, each a list of cells, without headers."""
    lines = [line.strip()[1:-1].split("|") for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines]
    rules = [i for i, line in enumerate(cells) if set("".join(line)) <= set(":-")]
    return [line for i, line in enumerate(cells) if i not in rules and i + 1 not in rules]


def section(number, name):
    """Return all cells' source under the one heading that begins with a name, as one text."""
    # In code a comment at the left edge looks like a heading of level 1, which no section has.
    text = "\n".join(sources(number).values())
    (found,) = re.finditer(rf"^(##+) {re.escape(name)}.*\n", text, re.MULTILINE)
    return re.split(rf"^#{{2,{len(found[1])}}} ", text[found.end() :], flags=re.MULTILINE)[0]


def named_sections(row):
    """Return (number, name) of each section that a row of a plan names."""
    return [
        (number, name)
        for number, names in re.findall(r"(\d\d), (\*.*?)(?=; \d\d|$)", row[-1])
        for name in re.findall(r"\*(.*?)\*", names)
    ]


def printed(number, pattern):
    """Return the numbers that a pattern finds first in what a notebook prints."""
    pages = [output.get("data", {}).get("text/html", "") for output in outputs(number)]
    folds = [html.unescape(re.sub("<.*?>", "\n", page, flags=re.DOTALL)) for page in pages]
    text = "\n".join([*(output.get("text", "") for output in outputs(number)), *folds])
    return [float(group) for group in re.search(pattern, text).groups()]


def test_plans_leave_no_minute_out():
    for heading, ends in (("One lesson of 90", [90]), ("Two lessons of 90", [90, 90])):
        found = []
        for minutes, *_ in rows(part(heading, level=3)):
            start, end = map(int, minutes.split("–"))
            assert end > start and start in (0, *found[-1:])
            found = [*found, end] if start == 0 else [*found[:-1], end]
        assert found == ends


def test_the_full_day_adds_up():
    last = None
    for times, minutes, _ in rows(part("A full day", level=3)):
        start, end = (datetime.strptime(time, "%H:%M") for time in times.split("–"))
        assert last in (None, start)
        assert (end - start).total_seconds() == 60 * int(minutes)
        last = end


def test_what_plans_do_in_a_section_is_there():
    """A vote or a prediction needs a question, and an exercise stands where the plan says."""
    sections = votes = exercises = 0
    for row in rows(part("Teach it tomorrow")) + rows(part("Choose a plan")):
        named = named_sections(row)
        text = "\n".join(section(*each) for each in named)
        wanted = len(re.findall(r"\b(?:[Vv]ote|[Pp]redict)\b", row[-2])) if named else 0
        assert text.count("gmm.ask(") >= wanted, row
        told = re.findall(r"[Ee]xercises? (\d(?: and \d)?)", " ".join(row)) if named else []
        for exercise in " and ".join(told).split(" and ") if told else []:
            assert f"**Exercise {exercise}.**" in text, row
            exercises += 1
        sections, votes = sections + len(named), votes + wanted
    assert sections >= 35 and votes >= 14 and exercises >= 12


@pytest.mark.parametrize("number", NOTEBOOKS)
def test_each_notebook_has_all_that_a_teacher_needs(number):
    text = part(f"Notebook {number}")
    needs = "Objectives:", "Show.", "Let them predict", "Where they get stuck.", "Exit ticket."
    assert all(f"**{need}**" in text for need in needs)
    questions = re.split(r"\*\*Ask \d\.\*\*", text)[1:]
    assert len(questions) == 2
    for question in questions:
        assert question.strip()[0] != "|" and "*If the class splits:*" in question
        table = [row for row in rows(question) if len(row) == 3]
        assert len(table) >= 3 and [row[1] for row in table].count("right") == 1
        assert all((row[1] == "right") != bool(row[2]) for row in table), "why each is tempting"


@pytest.mark.parametrize("number", ["01", "02", "03", "04", "06"])
def test_the_guide_has_each_exercise_with_its_minutes(number):
    guide = part(f"Notebook {number}").strip()
    found = [row for row in rows(guide) if len(row) == 4]
    text = markdown(number)
    wanted = re.findall(r"\*\*Exercise (\d+)\.\*\*.*?About (\d+) minutes", text, re.DOTALL)
    assert [(row[0].split()[0], row[1]) for row in found] == wanted
    stubs = [cell.source for cell in code_cells(number) if cell.id.endswith("-exercise")]
    names = [re.search(r"def (\w+)", stub)[1] for stub in stubs]
    assert [re.search(r"`(\w+)`", row[0])[1] for row in found] == names
    core = re.search(r"\*\*Time\*\*: about (\d+) minutes", text)[1]
    assert guide.startswith(f"{core} minutes")


def test_the_board_has_the_numbers_of_a_right_iteration():
    x = np.array([1.0, 2, 3, 4, 7, 8, 10])
    trace = gmm.run_em(x, Mixture.from_1d([0.5, 0.5], [4, 6], [4, 4]), tol=1e-10)
    b, m = trace.steps[1].responsibilities, trace.steps[2].mixture
    text = part("Do an iteration on the board")
    means = m.means[:, 0]
    table = np.column_stack([b, b[:, 0] * x, b * (x[:, None] - means) ** 2])
    heads = [*(f"{i} | {each:.0f}" for i, each in enumerate(x, 1)), "sum |"]
    for head, row in zip(heads, [*table, table.sum(axis=0)], strict=True):
        assert f"| {head} | {' | '.join(map('{:.4f}'.format, row))} |" in text
    told = [*m.weights, *means, *m.variances, -trace.log_likelihoods[0], -trace.log_likelihoods[1]]
    assert all(f"{value:.4f}" in text for value in told)
    rounded = b.round(2)
    mean = rounded[:, 0] @ x / rounded[:, 0].sum()
    variance = rounded[:, 0] @ (x - mean) ** 2 / rounded[:, 0].sum()
    old_mean = b[:, 0] @ (x - 4) ** 2 / b[:, 0].sum()
    by_all = b[:, 0] @ (x - means[0]) ** 2 / len(x)
    told = [mean, variance, old_mean, by_all, *trace.mixture.variances]
    assert all(f" {value:.2f}" in text for value in told) and f"({x.sum():.0f} − " in text


def test_what_to_do_when_the_class_splits_is_there():
    """The sections that are named outside the plans, and the panels' numbers."""
    named = [
        ("01", "Fit by hand"),
        ("01", "Ask which component made a point"),
        ("01", "Compare with the truth"),
        ("02", "Read EM off the bound"),
        ("06", "Watch a component collapse"),
    ]
    for number, name in named:
        assert section(number, name) and f"*{name}*" in part(f"Notebook {number}")
    truth = Mixture.from_1d([0.9, 0.1], [-1.5, 2.0], [0.64, 1.44])
    means, variances = truth.means[:, 0], truth.variances
    bells = np.exp(-(means**2) / (2 * variances)) / np.sqrt(2 * np.pi * variances)  # at x = 0
    share = truth.responsibilities(np.zeros(1))[0, 0]
    assert "({:.3f} and {:.3f})".format(*bells) in part("Notebook 01")
    assert f"b₁ = {share:.3f}" in part("Notebook 01")


def test_the_questions_have_the_notebooks_numbers():
    minus = "−{:.1f}".format
    fit, one = printed("01", r"one Gaussian +-(.*)\n[^§]*\nEM +-(.*)\n")[::-1]
    assert f"ℓ = {minus(fit)}, and mixture B has ℓ = {minus(one)}" in part("Notebook 01")
    ell, count = printed("06", r"of 25 starts\n-(\S+) +(\d+)\n")
    assert f"Of 25 starts {count:.0f} end at ℓ = {minus(ell)} " in part("Notebook 06")
    logs = np.log(5), np.log(9) / 2
    assert "log 5 = {:.2f}, and ½ log 9 = {:.2f}.".format(*logs) in part("Notebook 02")
    first, last = printed("03", r"in true group .*\n +1 +(\S+) [^§]*?\n14 +(\S+) ")
    told = f"from {first:.0%} of the points in their true group to {last:.0%}."
    assert told in part("Notebook 03")
    best = printed("04", r"\n4 +-(\S+)\n")[0]
    assert f"Your best ℓ is {minus(best)} for K = 4" in part("Notebook 04")
    assert printed("04", r"(\d) components: component 1 ") == [6]
    assert "BIC chose K = 6 for a ring and a cloud" in part("Notebook 04")


def test_the_answers_to_the_questions_are_right():
    covariance = np.array([[4, 1.6], [1.6, 1]])
    assert f"| {np.sqrt(np.linalg.eigvalsh(covariance)[1]):.2f} |" in part("Notebook 03")
    groups = Mixture([0.5, 0.5], [[0, 0], [6, 0]], [0.25 * np.eye(2), 4 * np.eye(2)])
    assert groups.responsibilities([[3.0, 0.0]])[0, 1] > 0.999
    assert "Halfway is 6 of the narrow group's, and 1.5 of the wide one's." in GUIDE
    more = gmm.free_parameters(5, 2, "full") - gmm.free_parameters(4, 2, "full")
    aic, bic = gmm.aic(8, more), gmm.bic(8, more, 600)
    assert more == 6 and aic < 0 < bic
    assert f"with {gmm.free_parameters(2, 10)} free numbers" in part("Notebook 07")
    assert f"= −{-aic:.0f}. BIC:" in GUIDE and f"= +{bic:.1f}." in GUIDE


def test_the_sheet_has_the_notebooks_symbols_and_words():
    sheet, used = part("Hand out a sheet"), "\n".join(map(markdown, NOTEBOOKS))
    table = re.sub(r"\\[,;]", "", section("00", "Look up a symbol"))
    known = {row[0]: row[2] for row in rows(table)}
    symbols = [row for row in rows(sheet) if len(row) == 3]
    assert len(symbols) >= 19
    for symbol, _, code in symbols:
        for name in re.findall(r"`(.*?)`", code):
            assert name in known.get(symbol, name), symbol
        for letter in re.findall(r"\$(.*?)\$", symbol):
            assert letter in used, letter
    words = [row[0] for row in rows(sheet) if len(row) == 2]
    assert len(words) >= 25 and words == sorted(words, key=str.lower)
    for word in ", ".join(words).split(", "):
        assert re.search(rf"(?<!\w){re.escape(word.lower())}", used.lower()), word
    for sigmas in (1, 2):
        assert f"{mass_inside(sigmas):.0%}" in sheet


def test_commands_and_versions_are_those_of_the_project():
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    for text in (GUIDE, README):
        for session in re.findall(r"`nox -s ([a-z]+)`", text):
            assert f"def {session}(session):" in noxfile, session
    builder = re.search(r"flit_core==[\d.]+", (ROOT / "pyproject.toml").read_text())[0]
    assert f" {builder} -d wheels" in GUIDE
    grader = re.search(r'"nbgrader==([\d.]+)"', noxfile)[1]
    assert f"nbgrader ({grader})" in GUIDE
    lab = re.search(r"^jupyterlab==(\d+\.\d+)", pins, re.MULTILINE)[1]
    assert f"Looked at in JupyterLab {lab} " in GUIDE
    points = re.findall(r"About (\d+) minutes", markdown("01"))
    told = f"{', '.join(points[:-1])} and {points[-1]}, together {sum(map(int, points))}."
    assert told in part("Grade with nbgrader")
