"""A table as people have it: what can be read is read, and all else named, with its line."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from files import sources
from IPython.core.interactiveshell import InteractiveShell

import gmm_helpers as gmm

DATA = Path(gmm.__file__).parent / "data"
PLAIN = "length,width\n5.1,3.5\n4.9,3.0\n-6.2e1,2.9\n"
EUROPE = "length;width\n5,1;3,5\n4,9;3,0\n-6,2e1;2,9\n"
SENTENCES = tomllib.loads((DATA / "tables.toml").read_text("utf-8"))


def tables(heading):
    """Return what is said of each file under a heading of tables.txt, and the file."""
    text = Path(__file__).with_name("tables.txt").read_text("utf-8")
    section = text.split(f"\n== {heading}\n")[1].split("\n== ")[0]
    pairs = [entry.split("\n", 1) for entry in section.split("\n-- ")[1:]]
    return [pytest.param(said, file.rstrip("\n") + "\n", id=said[:40]) for said, file in pairs]


@pytest.fixture
def write(tmp_path):
    """Return a function that writes text, or bytes, to a file and returns its path."""

    def write(content):
        path = tmp_path / "mine.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def refusal(path, *arguments, error=ValueError, **named):
    """Return the sentence by which a file is refused."""
    with pytest.raises(error) as caught:
        gmm.read_table(path, *arguments, **named)
    assert caught.value.__suppress_context__  # the sentence is all that a learner sees
    message = str(caught.value)
    assert message.startswith("“mine.csv”: ") and message.endswith(".")
    return message.removeprefix("“mine.csv”: ")


@pytest.mark.parametrize(
    ("said", "content"),
    [
        *tables("read"),
        ("Commas", PLAIN.replace("\n", "\r")),
        ("Commas", PLAIN.replace("\n", "\r\n")),
        ("Commas", PLAIN.encode("utf-8-sig")),
        ("Commas", PLAIN.replace("5.1", "5.1\u00ad")),
        ("Tabs", PLAIN.replace(",", "\t")),
        ("Tabs", PLAIN.replace(",", " \t  ").replace("\n", " \n  ")),
        ("Semicolons between columns, decimal commas, UTF-16.", EUROPE.encode("utf-16")),
        ("Semicolons between columns, decimal commas, UTF-16.", EUROPE.encode("utf-16-be")),
        ("decimal commas, Latin-1 (Win", EUROPE.replace("width", "Höhe").encode("cp1252")),
    ],
)
def test_the_same_numbers_in_whatever_form(said, content, write, capsys):
    data = gmm.read_table(write(content))
    assert data.features == ("length", "Höhe" if "Latin-1" in said else "width")
    np.testing.assert_array_equal(data.x, [[5.1, 3.5], [4.9, 3.0], [-62, 2.9]])
    printed = " ".join(capsys.readouterr().out.split())
    assert printed.startswith("Read 3 rows of 2 columns: “length”, “") and said in printed
    assert "Note" not in printed


TWO_TABLES = "a,b,kind,,c\n1,2,red,,3\n4,5,,,7\n"  # as where another stands beside it


@pytest.mark.parametrize(
    ("content", "columns", "features", "x"),
    [
        (TWO_TABLES, ["c", "a"], ("c", "a"), [[3, 1], [7, 4]]),
        (TWO_TABLES, "b", ("b",), [2, 5]),  # (n,) for one
        ("v (km/s)\n9.1\n9.3\n8", None, ("v (km/s)",), [9.1, 9.3, 8]),
        ("v (km/s)\n9,1\n9,3\n8", None, ("v (km/s)",), [9.1, 9.3, 8]),
        ("v (km/s);\n9,1;\n9,3;\n8;", None, ("v (km/s)",), [9.1, 9.3, 8]),
        (",0,1\n0,5.1,3.5\n1,4.9,3\n", None, ("0", "1"), [[5.1, 3.5], [4.9, 3]]),  # of pandas
        ("Unnamed: 0\n1\n2\n", None, ("column 1",), [1, 2]),  # and there is no other column
        ('"Länge, cm";"φ;\nb"\n1;2\n3;4\n', None, ("Länge, cm", "φ; b"), [[1, 2], [3, 4]]),
    ],
)
def test_columns_with_their_names(content, columns, features, x, write):
    data = gmm.read_table(write(content), columns)
    assert data.features == features
    np.testing.assert_array_equal(data.x, x)


def test_rows_keep_the_numbers_of_their_lines(write, capsys):
    path = write("# mine\na,b,c\n1,2,x\n,3,y\n\n4,NA,z\n5,6,\n7,8,w\n")
    data = gmm.read_table(path, ["a", "b"], drop_missing=True)
    np.testing.assert_array_equal(data.x, [[1, 2], [5, 6], [7, 8]])
    np.testing.assert_array_equal(data.lines, [3, 7, 8])
    assert capsys.readouterr().out.startswith("Read 3 of 5 rows of 2 columns")


@pytest.mark.parametrize("mark", ["", "NaN", "#N/A", "-", "k.A."])
def test_what_stands_for_a_missing_value(mark, write):
    path = write(f"a,b\n1,2\n3,{mark}\n4,5\n")
    assert "“b” has no value in 1 row, first in line 3: say drop_missing=True" in refusal(path)
    np.testing.assert_array_equal(gmm.read_table(path, drop_missing=True).x, [[1, 2], [4, 5]])


@pytest.mark.parametrize(("note", "content"), tables("noted"))
def test_what_may_be_no_measurement_is_noted(note, content, write, capsys):
    gmm.read_table(write(content))
    printed = " ".join(capsys.readouterr().out.split())
    assert "Note: " in printed and note in printed


def test_measured_numbers_need_no_note_and_an_unfit_column_is_read_if_it_is_asked_for(
    write, capsys
):
    np.testing.assert_array_equal(gmm.read_table(DATA / "galaxies.csv").x, gmm.galaxies().x)
    x = np.random.default_rng(0).normal([52.1, 5e-9], [1e-4, 1e-9], (50, 2))  # no row is the mean
    gmm.read_table(write("a,b\n" + "\n".join(f"{a:.7f},{b:.3g}" for a, b in x)))
    assert "Note" not in capsys.readouterr().out
    assert gmm.read_table(write("a,b\n1,7\n2,7\n"), ["a", "b"]).x.shape == (2, 2)
    assert "“b” is constant, always 7, so leave it out." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("sentence", "content"),
    [
        *tables("refused"),
        ("A field has more than 131072 letters.", "a,b\n1,2\n3," + 131073 * "4"),
        ("This is the file of a spreadsheet. Open it in", b"PK\x03\x04\x14\x00 xl/workbook.xml"),
        ("This is a compressed file.", b"\x1f\x8b\x08\x00"),
        ("This is not a text file. Open it in the program", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    ],
)
def test_what_is_wrong_is_named(sentence, content, write):
    assert sentence in refusal(write(content))


@pytest.mark.parametrize("entry", SENTENCES["field"], ids=lambda entry: entry["example"])
def test_each_field_that_is_no_number_gets_its_remedy(entry, write):
    parts = SENTENCES["parts"]
    message = refusal(write(f"a;b\n1;2\n{entry['example']};3\n4;5\n"))
    assert f"Column “a” holds text, first “{entry['example']}” in line 3: " in message
    assert entry["what"].replace("EMPTY", parts["EMPTY"]) in message


@pytest.mark.parametrize("entry", SENTENCES["text"], ids=lambda entry: entry["example"])
def test_each_text_that_is_no_table_is_recognised(entry, write):
    sentence = entry["what"].replace("EXPORT", SENTENCES["parts"]["EXPORT"])
    assert refusal(write(f"\n{entry['example']}\n")) == f"This is {sentence}"


def test_of_many_columns_that_are_wrong_a_few_are_told(write):
    names = [f"c{i}" for i in range(30)]
    path = write("\n".join([",".join(names), ",".join("1" * 30), ",".join(["5 %"] * 30)]))
    message = refusal(path)
    assert "“c3” holds text" in message and "And 26 more columns cannot be used." in message
    assert "“c11” and 18 more." in refusal(path, "x")


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        (["a", "x"], "No column is called “x”. The file has “a”, “b”, “c”, “c”."),
        (["c"], "Two columns are called “c”."),
        (["a", "a"], "columns must name some columns, each once"),
        ([], "columns must name some columns"),
        (0, "columns must be names of columns, as text"),
    ],
)
def test_columns_that_cannot_be_chosen(columns, sentence, write):
    path = write("a,b,c,c\n1,2,3,4\n5,6,7,9\n")
    assert sentence in refusal(path, columns, error=TypeError if columns == 0 else ValueError)


def test_what_is_told_may_not_be_enough(write):
    path = write("a;b\n1.234;5.678\n2.345;6.789\n")
    assert "write numbers without marks for thousands" in refusal(path, decimal=",")
    assert gmm.read_table(path, decimal=".").x[0, 0] == 1.234
    path = write("a,b\n1,\n,2\n3,4\n")
    said = "Fewer than two rows have a value in each column: 1 of 3."
    assert said in refusal(path, drop_missing=True)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("data\table.csv", r"'\\t', which Python made of a backslash and a letter: wr"),
        ("https://example.org/a.csv", "is a web address: download the file"),
        (None, "path must be the path of a file, as text; it is None"),
        ("~/none.csv", "There is no such file .*there are “mine.csv”"),
        ("~none/none.csv", "There is no such file .*nor is there this folder"),
        ("~", "This is a folder. Name a file in it."),
    ],
)
def test_what_is_no_file(path, message, write, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(write(PLAIN).parent))
    assert gmm.read_table("~/mine.csv").x.shape == (3, 2)
    with pytest.raises(TypeError if path is None else ValueError, match=message):
        gmm.read_table(path)


def test_a_notebook_shows_the_sentence_alone(capsys):
    InteractiveShell().run_cell("import gmm_helpers\ngmm_helpers.read_table('no/such.csv')")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 and lines[0].startswith("“such.csv”: There is no such file")


def test_the_capstone_goes_on_where_a_learners_file_is_refused(write, capsys):
    cells = sources("09")
    settings = cells["own-settings"].replace("= course_file", f"= {str(write('a,b'))!r}")
    names = {}
    exec("\n".join([cells["imports"], settings, cells["own-read"]]), names)  # noqa: S102
    assert names["own"].shape == (272, 2) and "as yours was not read" in names["own_name"]
    assert "“mine.csv”: Below the line of names" in capsys.readouterr().out
