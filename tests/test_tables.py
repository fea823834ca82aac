"""A CSV file as people have it: what can be read is read, and all else named, with its line."""

import time

import numpy as np
import pytest

import gmm_helpers as gmm

PLAIN = "length,width\n5.1,3.5\n4.9,3.0\n-6.2e1,2.9\n"
NUMBERS = [[5.1, 3.5], [4.9, 3.0], [-62, 2.9]]


@pytest.fixture
def write(tmp_path):
    """Return a function that writes text, or bytes, to a file and returns its path."""

    def write(content):
        path = tmp_path / "mine.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.rstrip(),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.encode("utf-8-sig"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", " , "),
        PLAIN.replace("length,width", '"length","width"'),
        PLAIN.replace("5.1,3.5", '"5.1","3.5"'),
        "\n" + PLAIN.replace("4.9", "\n,\n \n4.9") + ",\n\n",
    ],
    ids=["plain", "no last line end", "Windows", "old Macs", "mark of UTF-8", "semicolons", "tabs",
         "spaces", "quoted names", "quoted numbers", "blank lines"],
)  # fmt: skip
def test_the_same_numbers_in_whatever_form(content, write):
    data = gmm.read_table(write(content))
    assert data.features == ("length", "width")
    np.testing.assert_array_equal(data.x, NUMBERS)
    assert (data.mixture, data.z) == (None, None)
    assert data.x.dtype == np.float64


def test_the_path_may_be_text(write):
    assert gmm.read_table(str(write(PLAIN))).x.shape == (3, 2)


def test_columns_are_chosen_by_name_and_in_order(write):
    path = write("a,b,kind,c\n1,2,red,3\n4,5,blue,7\n")
    data = gmm.read_table(path, ["c", "a"])
    assert data.features == ("c", "a")
    np.testing.assert_array_equal(data.x, [[3, 1], [7, 4]])


@pytest.mark.parametrize("columns", ["b", ["b"], ("b",)])
def test_one_column_is_data_of_one_dimension(columns, write):
    data = gmm.read_table(write("a,b\n1,2\n4,5\n"), columns)
    assert data.features == ("b",)
    np.testing.assert_array_equal(data.x, [2, 5])


def test_a_file_of_one_column(write):
    np.testing.assert_array_equal(gmm.read_table(write("velocity\n9.1\n9.3\n")).x, [9.1, 9.3])


def test_names_may_hold_separators_and_any_letters(write):
    data = gmm.read_table(write('"Länge, in cm";"φ; share"\n1;2\n3;4\n'))
    assert data.features == ("Länge, in cm", "φ; share")


def test_a_column_without_a_name_is_called_by_its_number(write):
    """As R writes the names of the rows."""
    data = gmm.read_table(write('"","eruptions"\n"1",3.6\n"2",1.8\n'))
    assert data.features == ("column 1", "eruptions")


def test_rows_with_missing_values_are_dropped_if_asked(write):
    path = write("a,b,c\n1,2,x\n,3,y\n4,NA,z\n5,6,\n7,8,w\n")
    data = gmm.read_table(path, ["a", "b"], drop_missing=True)
    np.testing.assert_array_equal(data.x, [[1, 2], [5, 6], [7, 8]])


@pytest.mark.parametrize("mark", ["", " ", "NA", "nan", "NaN", "n/a", "#N/A", "-", "?", "NULL"])
def test_what_stands_for_a_missing_value(mark, write):
    path = write(f"a,b\n1,2\n3,{mark}\n4,5\n")
    with pytest.raises(ValueError, match="“b” has no value in 1 row, first in line 3: say drop_mi"):
        gmm.read_table(path)
    np.testing.assert_array_equal(gmm.read_table(path, drop_missing=True).x, [[1, 2], [4, 5]])


def test_the_courses_own_files_can_be_read(tmp_path):
    folder = gmm.datasets.files("gmm_helpers") / "data"
    data = gmm.read_table(folder / "old_faithful.csv")
    np.testing.assert_array_equal(data.x, gmm.old_faithful().x)
    np.testing.assert_array_equal(gmm.read_table(folder / "galaxies.csv").x, gmm.galaxies().x)


WRONG = {
    "empty": ("", "The file is empty."),
    "blank": (" \r\n\n", "The file is empty."),
    "names only": ("a,b\n", "Below the line of names there is nothing. A fit needs several rows."),
    "a single row": ("a,b\n1,2\n", "Below the line of names there is a single row."),
    "no header": ("1.5,2\n3,4\n5,6\n", "The first line, “1.5, 2”, holds numbers. Put a line above"),
    "text": (
        "a,kind,b\n1,2,1\n3,setosa,2\n",
        "Column “kind” holds text, first “setosa” in line 3: leave it out, or write numbers there.",
    ),
    "decimal commas": (
        "a;b\n1,5;2\n2;3\n",
        "Column “a” holds text, first “1,5” in line 2: write decimals with a point",
    ),
    "spaces": ("a b\n1 2\n3 4\n", "“a b” holds text, first “1 2” in line 2: put commas between"),
    "text after a blank line": ("a,b\n\n1,2\n\nx,2\n", "“a” holds text, first “x” in line 5"),
    "text beside a gap": ("a,b\n,2\nx,2\n", "“a” holds text, first “x” in line 3"),
    "missing": (
        "a,b\n1,2\n,3\n4,5\n ,6\n",
        "“a” has no value in 2 rows, first in line 3: say drop_missing=True to do without these "
        "rows, or leave the column out.",
    ),
    "no value": ("a,b,\n1,2,\n3,4,\n", "Column “column 3” has no values: leave it out."),
    "infinite": ("a,b\n1,2\n3,-inf\n", "Column “b” has an infinite value in line 3."),
    "constant": (
        "a,b\n1,3.50\n2,3.5\n4,3.5\n",
        "Column “b” is constant, always 3.5: leave it out, as it has no variance to fit.",
    ),
    "a row too long": ("a,b\n1,2\n1,2,3\n", "Line 3 has 3 fields, but the first line names 2 col"),
    "a row too short": ("a,b\n1,2\n1\n", "Line 3 has 1 field, but the first line names 2 columns"),
    "a title": ("My data\na,b\n1,2\n", "Line 2 has 2 fields, but the first line names 1 column."),
    "quotes": ('a,b\n1,2\n"3,4\n5,6\n', "In line 4, or before it, a quotation mark has no par"),
    "Latin-1": ("a,b\n1,2\n3,é\n".encode("latin-1"), "A letter in line 3 is not UTF-8. Save the"),
    "UTF-16": ("a,b\n1,2\n3,4\n".encode("utf-16"), "This is text in UTF-16. Save the table as"),
    "Excel": (b"PK\x03\x04\x14\x00", "This is an Excel file, or a zip archive. Save the table as"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_named(what, write):
    content, message = WRONG[what]
    with pytest.raises(ValueError) as caught:
        gmm.read_table(write(content))
    assert str(caught.value).startswith("“mine.csv”: ")
    assert message in str(caught.value)
    assert str(caught.value).endswith(".")
    assert caught.value.__suppress_context__  # the sentence is all that a learner sees


def test_each_column_that_is_wrong_has_a_sentence(write):
    path = write("a,b,c,d\n1,x,,2\n1,3,4,5\n")
    with pytest.raises(ValueError) as caught:
        gmm.read_table(path)
    assert "“b” holds text" in str(caught.value) and "“c” has no value" in str(caught.value)
    assert "“d”" not in str(caught.value)


def test_of_many_columns_that_are_wrong_a_few_are_told(write):
    names = [f"c{i}" for i in range(30)]
    path = write("\n".join([",".join(names), ",".join("x" * 30), ",".join("y" * 30)]))
    with pytest.raises(ValueError, match=r"“c3” holds text.* And 26 more columns cannot be used\."):
        gmm.read_table(path)


def test_a_column_constant_where_rows_are_dropped(write):
    path = write("a,b\n1,2\n3,\n1,5\n")
    with pytest.raises(ValueError, match="Column “a” is constant, always 1"):
        gmm.read_table(path, drop_missing=True)


def test_too_few_complete_rows(write):
    path = write("a,b\n1,\n,2\n3,4\n")
    with pytest.raises(ValueError, match="Only 1 of 3 rows have a value in each column."):
        gmm.read_table(path, drop_missing=True)


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        (["a", "x"], ValueError, "No column is called “x”. The file has “a”, “b”, “c”, “c”."),
        (["c"], ValueError, "Two columns are called “c”."),
        (["a", "a"], ValueError, "columns must name some columns, each once"),
        ([], ValueError, "columns must name some columns"),
        ([0, 1], TypeError, "columns must be names of columns, as text"),
    ],
)
def test_columns_that_cannot_be_chosen(columns, error, message, write):
    with pytest.raises(error, match=message):
        gmm.read_table(write("a,b,c,c\n1,2,3,4\n5,6,7,9\n"), columns)


def test_a_long_list_of_names_is_cut(write):
    names = ",".join(f"c{i}" for i in range(40))
    path = write("\n".join([names] + [",".join("1" * 40)] * 2))
    with pytest.raises(ValueError, match="“c11” and 28 more.$"):
        gmm.read_table(path, "x")


def test_no_such_file(tmp_path):
    with pytest.raises(ValueError, match="“none.csv”: There is no such file. If it is not in the"):
        gmm.read_table(tmp_path / "none.csv")


def test_a_folder(tmp_path):
    with pytest.raises(ValueError, match="This is a folder. Name a file in it."):
        gmm.read_table(tmp_path)


def test_a_large_file_is_read_in_a_moment(write):
    x = np.random.default_rng(0).normal(size=(100_000, 5))
    rows = "\n".join(",".join(f"{value:.6g}" for value in row) for row in x)
    path = write(f"a,b,c,d,e\n{rows}\n")
    begin = time.process_time()
    data = gmm.read_table(path)
    assert time.process_time() - begin < 5  # it takes about 1
    np.testing.assert_allclose(data.x, x, rtol=1e-5)
