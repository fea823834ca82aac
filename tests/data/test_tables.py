"""A table as people have it: what can be read is read, and all else named, with its line."""

import time
import tomllib
from pathlib import Path

import nbformat
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

import gmm_helpers as gmm

DATA = Path(gmm.__file__).parent / "data"
PLAIN = "length,width\n5.1,3.5\n4.9,3.0\n-6.2e1,2.9\n"
EUROPE = "length;width\n5,1;3,5\n4,9;3,0\n-6,2e1;2,9\n"
ROWS = ("5.1 3.5", "4.9 3.0", "-6.2e1 2.9")
NUMBERS = [[5.1, 3.5], [4.9, 3.0], [-62, 2.9]]
SENTENCES = tomllib.loads((DATA / "tables.toml").read_text("utf-8"))


@pytest.fixture
def write(tmp_path):
    """Return a function that writes text, or bytes, to a file and returns its path."""

    def write(content):
        path = tmp_path / "mine.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def refusal(path, *arguments, **named):
    """Return the sentence by which a file is refused."""
    with pytest.raises(ValueError) as caught:
        gmm.read_table(path, *arguments, **named)
    assert caught.value.__suppress_context__  # the sentence is all that a learner sees
    message = str(caught.value)
    assert message.startswith("“mine.csv”: ") and message.endswith(".")
    return message.removeprefix("“mine.csv”: ")


def numbered(rows, mark="{}"):
    return "".join(f"{mark.format(i)} {row}\n" for i, row in enumerate(rows, start=1))


# A file, and what is printed after the names.
FORMS = {
    "plain": (PLAIN, "Commas between columns, decimal points, UTF-8."),
    "old Macs": (PLAIN.replace("\n", "\r"), "Commas"),
    "mark of UTF-8": (PLAIN.encode("utf-8-sig"), "Commas"),
    "Europe": (EUROPE, "Semicolons between columns, decimal commas, UTF-8."),
    "UTF-16": (EUROPE.encode("utf-16"), "Semicolons between columns, decimal commas, UTF-16."),
    "UTF-16, no mark": (EUROPE.encode("utf-16-be"), "Semicolons between columns, decimal c"),
    "tabs": (PLAIN.replace(",", "\t"), "Tabs"),
    "bars, as in a text": ("| length | width |\n|---|---|\n" + "".join(
        f"| {row.replace(' ', ' | ')} |\n" for row in ROWS),
     "Bars"),
    "aligned": (PLAIN.replace(",", " \t  ").replace("\n", " \n  "), "Tabs"),
    "spaces": (PLAIN.replace(",", "  "), "Spaces between columns, decimal points"),
    "told by Excel": ("sep=;\r\n" + EUROPE, "Semicolons between columns, decimal commas"),
    "R's write.table": ('"length" "width"\n' + numbered(ROWS, '"{}"'), "Spaces between columns"),
    "R's print": ("  length width\n" + numbered(ROWS), "Spaces between columns, decimal points"),
    "R's write.csv": ('"",' + PLAIN.replace("5.1", '"1",5.1').replace("4.9", '"4",4.9').replace(
        "-", '"5",-'), "UTF-8. Left out: names of the rows (1 column)."),
    "named rows": ("," + PLAIN.replace("5", "Fiat 1,5", 1).replace("4.", "Fiat 2,4.").replace(
        "-", "Opel,-"), "UTF-8. Left out: names of the rows (1 column)."),
    "numpy's savetxt": ("# length width\n" + "\n".join(ROWS), "Spaces"),
    "Latin-1": (EUROPE.replace("width", "Höhe").encode("cp1252"), "decimal commas, Latin-1 (Win"),
    "remarks": ("# a logger\n" + PLAIN.replace("4.9", "#Tuesday\n4.9") + "# end\n", "Left out: rem"
     "arks (3 lines)."),
    "ends": (PLAIN.replace("\n", ",,\n").replace("4.9", "\n,\n \n4.9") + ",\n\n", "Commas"),
    "quotes": ('"length", "width"\n' + PLAIN[13:].replace("5.1,3.5", '"5.1", "3.5"'), "Commas"),
    "quoted commas": ('length,width\n"5,1","3,5"\n"4,9","3,0"\n"-6,2e1","2,9"\n', "Commas between "
     "columns, decimal commas"),
    "two tables": (PLAIN.replace("\n", ",,\n").replace("h,,\n", "h,,b\n").replace("5,,", "5,,x"),
     ""),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_the_same_numbers_in_whatever_form(form, write, capsys):
    content, said = FORMS[form]
    data = gmm.read_table(write(content), ["length", "width"] if form == "two tables" else None)
    assert data.features == ("length", "Höhe" if form == "Latin-1" else "width")
    np.testing.assert_array_equal(data.x, NUMBERS)
    printed = capsys.readouterr().out
    assert printed.startswith("Read 3 rows of 2 columns: “length”, “") and said in printed
    assert printed.count("\n") == 1  # no note


def test_columns_are_chosen_by_name_and_in_order(write):
    path = write("a,b,kind,c\n1,2,red,3\n4,5,blue,7\n")
    data = gmm.read_table(path, ["c", "a"])
    assert data.features == ("c", "a")
    np.testing.assert_array_equal(data.x, [[3, 1], [7, 4]])
    np.testing.assert_array_equal(gmm.read_table(path, "b").x, [2, 5])  # (n,) for one


@pytest.mark.parametrize("numbers", ["9.1\n9.3\n8", "9,1\n9,3\n8", "9,1;\n9,3;\n8;"])
def test_a_file_of_one_column(numbers, write):
    np.testing.assert_array_equal(
        gmm.read_table(write(f"v (km/s){';' * (';' in numbers)}\n{numbers}\n")).x, [9.1, 9.3, 8]
    )


def test_names_may_hold_separators_and_any_letters(write):
    data = gmm.read_table(write('"Länge, in cm";"φ;\nshare"\n1;2\n3;4\n'))
    assert data.features == ("Länge, in cm", "φ; share")


def test_rows_keep_the_numbers_of_their_lines(write, capsys):
    path = write("# mine\na,b,c\n1,2,x\n,3,y\n\n4,NA,z\n5,6,\n7,8,w\n")
    data = gmm.read_table(path, ["a", "b"], drop_missing=True)
    np.testing.assert_array_equal(data.x, [[1, 2], [5, 6], [7, 8]])
    np.testing.assert_array_equal(data.lines, [3, 7, 8])
    assert capsys.readouterr().out.startswith("Read 3 of 5 rows of 2 columns")


@pytest.mark.parametrize("mark", ["", "NaN", "#N/A", "-"])
def test_what_stands_for_a_missing_value(mark, write):
    path = write(f"a,b\n1,2\n3,{mark}\n4,5\n")
    assert "“b” has no value in 1 row, first in line 3: say drop_missing=True" in refusal(path)
    np.testing.assert_array_equal(gmm.read_table(path, drop_missing=True).x, [[1, 2], [4, 5]])


def test_the_courses_own_files_can_be_read(capsys):
    folder = DATA
    data = gmm.read_table(folder / "old_faithful.csv")
    np.testing.assert_array_equal(data.x, gmm.old_faithful().x)
    printed = " ".join(capsys.readouterr().out.split())
    assert "Note: Values are heaped: in 272 rows “eruptions” has 126 different numbers" in printed
    assert "“waiting” has 51 different numbers (78 stands 15 times)" in printed
    np.testing.assert_array_equal(gmm.read_table(folder / "galaxies.csv").x, gmm.galaxies().x)
    assert "Note" not in capsys.readouterr().out


NOTES = {
    "sentinel": ("a\n1.5\n-999\n2\n2.5\n-999\n",
     "“a” is -999 in 2 rows, first in line 3, far from"),
    "one sentinel": ("a\n1.5\n9999\n2\n2.5\n3\n",
     "“a” is 9999 in 1 row, first in line 3, far from"),
    "unknown age": ("a\n22\n31\n99\n45\n99\n64\n58\n", "“a” is 99 in 2 rows"),
    "total": ("a,b\n2,1\n4,7\n3,5\n9,13\n", "Line 5 seems to hold totals or means."),
    "subtotal": ("town,n\nA,2\nB,3.5\nSubtotal,5.5\nC,1\n", "Line 4 seems to hold totals or mean"),
    "mean": ("a;b\n2;1\n4;7\n3;6\n3;4,6667\n", "Line 5 seems to hold totals or means."),
    "number": ("a,b\n1,1.3\n2,0.7\n3,1.5\n4,1.9\n",
     "Does “a” only number the rows? If so, leave it "
     'out, by columns=["b"].'),
    "id": ("id,b\n71,1.3\n23,0.7\n35,1.5\n94,1.9\n", "Does “id” only number the rows?"),
    "constant": ("a,b\n1,3.50\n2,3.5\n4,3.5\n",
     "Column “b” is constant, always 3.5, and is left out"),
    "copy": ("a,b\n1,1.0\n2,2.0\n4,4.0\n", "Column “b” is column “a” again, and is left out."),
    "inches": ("a,b\n1,2.54\n2,5.08\n4,10.16\n",
     "Column “b” is column “a” again in another unit, and"),
    "heaps": ("a\n1\n1\n2\n2\n3\n1\n", "in 6 rows “a” has 3 different numbers (1 stands 3 times)"),
    "zeros": ("a\n0\n0\n0\n0\n0\n1.2\n2.3\n3.5\n4.1\n5.2\n6.7\n", "(0 stands 5 times)"),
    "three decimals": ("a\n9.172\n9.350\n9.483\n", "“9.172” in line 2 was read as it stands. If"),
}  # fmt: skip


@pytest.mark.parametrize("what", NOTES)
def test_what_may_be_no_measurement_is_noted(what, write, capsys):
    content, note = NOTES[what]
    gmm.read_table(write(content), "n" if what == "subtotal" else None)
    printed = " ".join(capsys.readouterr().out.split())
    assert f"Note: {note}" in printed or note.startswith(("in", "(")) and note in printed


def test_an_unfit_column_is_read_if_it_is_asked_for(write, capsys):
    assert gmm.read_table(write("a,b\n1,7\n2,7\n"), ["a", "b"]).x.shape == (2, 2)
    assert "“b” is constant, always 7, so leave it out." in capsys.readouterr().out


def test_measured_numbers_need_no_note(write, capsys):
    x = np.random.default_rng(0).normal([5, 50], [1, 9], (50, 2))
    gmm.read_table(write("a,b\n" + "\n".join(f"{a:.3f},{b:.2f}" for a, b in x)))
    assert "Note" not in capsys.readouterr().out


def leave(names):
    return f"leave it out, by columns={names}".replace("'", '"')


WRONG = {
    "empty": ("", "The file is empty."),
    "remarks only": ("# a\n", "The file is empty but for remarks."),
    "names only": ("a,b\n", "Below the line of names there is nothing. A fit needs several rows."),
    "a single row": ("a,b\n1,2\n", "Below the line of names there is a single row."),
    "no header": ("1.5,2\n3,4\n5,6\n", "The first line, “1.5, 2”, holds numbers. Put a line above"),
    "numbered columns": ("0,1\n3,4\n5,6\n", "or, if these only number the columns, write names in"),
    "transposed": ("a,1.5,2,4\nb,3,4,7\n",
     "if the names stand at the beginning of the lines, trans"),
    "units": ("a,b\ncm,\n5,6\n7,8\n", "Line 2, “cm”, holds no numbers. If it holds units or more"),
    "one unit": ("a,b\ncm,1\n5,6\n7,8\n",
     "“cm” in line 2: write a number there, or delete the line"),
    "text": ("a,kind,b\n1,,1\n3,setosa,2\n",
     "Column “kind” holds text, first “setosa” in line 3: " +
     leave(["a", "b"])),
    "texts": ("a,b,c\n1,x,u\n2,y,v\n",
     'Columns “b”, “c” hold text, first “x” in line 2: leave them '
     'out, by columns=["a"].'),
    "text beside a gap": ("a,b\n\n,2\nx,2\n4,1\n", "“a” holds text, first “x” in line 4"),
    "mixed": ("a;b\n1,5;2\n1,4;3\n1.3;3\n",
     "“1.3” in line 4: others have decimal commas. Write all"),
    "thousands or not": ("a;b\n1.234;5.678\n2.345;6.789\n",
     "“1.234” in line 2 may be 1.234 or 1234. "
     'If it has a decimal point, say decimal="."; else take the point away'),
    "one column": ("price\n1,234\n2,345\n", '“1,234” in line 2 may be 1.234 or 1234. If it has a '
     'decimal comma, say decimal=","'),
    "thousands and less": ("a\n1.234\n-485\n2.318\n", "“1.234” in line 2 may be 1.234 or 1234."),
    "spaces for thousands": ("v (km/s)\n9 172\n10 083\n", "may have a space for thousands"),
    "decimal commas, commas": ("a,b\n1,5,2\n2,7,3\n1,2,1\n", "numbers must hold no commas"),
    "row number or number": ("x\n1,9\n2,7\n3,8\n", "write decimals with a point, and name row"),
    "missing": (
        "a,b\n1,2\n,3\n4,5\n ,6\n",
        "“a” has no value in 2 rows, first in line 3: say drop_missing=True to do without these "
        "rows, or leave the column out.",
    ),
    "no value": ("a,b,c\n1,2,\n3,4,NA\n", f"Column “c” has no values: {leave(['a', 'b'])}."),
    "all constant": ("a,b\n1,3\n1,3\n",
     "Column “a” is constant, always 1, so there is no variance"),
    "a row too short": ("a,b\n1,2\n1\n", "Line 3 has 1 field, but line 1, “a, b”, names 2 columns: "
     "give it an empty field"),
    "a title": ("My data\na,b\n1,2\n",
     "Line 2 has 2 fields, but line 1, “My data”, names 1 column: "
     "if one of the two is a title or a remark, delete it, or put # in front"),
    "names with spaces": ("an a a b\n1 2\n3 4\n",
     "put a name that holds a space in quotation marks"),
    "two separators": ("a,b\n1 2\n3 4\n", "put the same separator into all lines."),
    "names again": ("a,b\n1,2\na,b\n4,5\n",
     "“a” in line 3: the line repeats the names. Delete it."),
    "a total": ("a,b\n1,2\n3,4\nTotal,6\n", "“Total” in line 4: the line seems to hold a total."),
    "quotes": ('a,b\n1,2\n"3,4\n5,6\n', "A quotation mark has no partner"),
    "quoted lines": ('"a,b"\n"1,2"\n"3,4"\n', "Whole lines stand in quotation marks: take these a"),
    "Excel": (b"PK\x03\x04\x14\x00 xl/workbook.xml",
     "This is the file of a spreadsheet. Open it in"),
    "gzip": (b"\x1f\x8b\x08\x00", "This is a compressed file."),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
     "This is not a text file. Open it in the program"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_named(what, write):
    content, message = WRONG[what]
    assert message in refusal(write(content))


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


def test_the_decimal_mark_may_be_told(write):
    path = write("a;b\n1.234;5.678\n2.345;6.789\n")
    assert "write numbers without marks for thousands" in refusal(path, decimal=",")
    assert gmm.read_table(path, decimal=".").x[0, 0] == 1.234


def test_of_many_columns_that_are_wrong_a_few_are_told(write):
    names = [f"c{i}" for i in range(30)]
    path = write("\n".join([",".join(names), ",".join("1" * 30), ",".join(["5 %"] * 30)]))
    message = refusal(path)
    assert "“c3” holds text" in message and "And 26 more columns cannot be used." in message
    assert "“c11” and 18 more." in refusal(path, "x")


def test_too_few_complete_rows(write):
    path = write("a,b\n1,\n,2\n3,4\n")
    assert "Only 1 of 3 rows have a value in each column." in refusal(path, drop_missing=True)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["a", "x"], "No column is called “x”. The file has “a”, “b”, “c”, “c”."),
        (["c"], "Two columns are called “c”."),
        (["a", "a"], "columns must name some columns, each once"),
        ([], "columns must name some columns"),
        (0, "columns must be names of columns, as text"),
    ],
)
def test_columns_that_cannot_be_chosen(columns, message, write):
    with pytest.raises(TypeError if columns == 0 else ValueError, match=message):
        gmm.read_table(write("a,b,c,c\n1,2,3,4\n5,6,7,9\n"), columns)


def test_the_home_folder(write, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(write(PLAIN).parent))
    assert gmm.read_table("~/mine.csv").x.shape == (3, 2)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("data\table.csv", r"'\\t', which Python made of a backslash and a letter: wr"),
        ("https://example.org/a.csv", "is a web address: download the file"),
        (None, "path must be the path of a file, as text; it is None"),
    ],
)
def test_what_is_no_path(path, message):
    with pytest.raises(TypeError if path is None else ValueError, match=message):
        gmm.read_table(path)


def test_no_such_file(write):
    folder = write(PLAIN).parent
    with pytest.raises(ValueError, match="There is no such file .*there are “mine.csv”"):
        gmm.read_table(folder / "none.csv")
    with pytest.raises(ValueError, match="There is no such file .*nor is there this folder"):
        gmm.read_table(folder / "none" / "none.csv")
    with pytest.raises(ValueError, match="This is a folder. Name a file in it."):
        gmm.read_table(folder)


def test_a_notebook_shows_the_sentence_alone(capsys):
    InteractiveShell().run_cell("import gmm_helpers\ngmm_helpers.read_table('no/such.csv')")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 and lines[0].startswith("“such.csv”: There is no such file")


def test_the_capstone_goes_on_where_a_learners_file_is_refused(write, capsys):
    notebook = Path(__file__).parents[2] / "notebooks" / "09_fit_your_own_data.ipynb"
    sources = {cell.id: cell.source for cell in nbformat.read(notebook, as_version=4).cells}
    settings = sources["own-settings"].replace("= course_file", f"= {str(write('a,b'))!r}")
    names = {}
    exec("\n".join([sources["imports"], settings, sources["own-read"]]), names)  # noqa: S102
    assert names["own"].shape == (272, 2) and "as yours was not read" in names["own_name"]
    assert "“mine.csv”: Below the line of names" in capsys.readouterr().out


def test_a_large_file_is_read_in_a_moment(write):
    x = np.random.default_rng(0).normal(size=(20_000, 5))
    rows = "\n".join(";".join(f"{value:.6g}" for value in row) for row in x).replace(".", ",")
    path = write(f"a;b;c;d;e\n{rows}\n")
    begin = time.process_time()
    data = gmm.read_table(path)
    assert time.process_time() - begin < 2  # it takes about 0.3
    np.testing.assert_allclose(data.x, x, rtol=1e-5)
