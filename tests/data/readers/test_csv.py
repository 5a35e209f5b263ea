"""CSV in any dialect reads back as written, line by line; broken rows are set aside, the rest is used."""

import csv

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":", "^", "~", "\x01"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_dialect_of_csv_reads_back_the_same(read, make, delimiter, encoding, end):
    content = make.csv(make.rows, delimiter, encoding, lineterminator=end)
    assert make.cells(read(content, "rows.csv")) == make.rows


cell = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t,;|\"' "), max_size=30)
width = st.shared(st.integers(2, 5), key="width")
table_rows = st.lists(width.flatmap(lambda n: st.lists(cell, min_size=n, max_size=n)), min_size=1, max_size=8)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=table_rows,
    delimiter=st.sampled_from(",;\t|:^~"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_any_table_written_in_any_dialect_reads_back_the_same(
    read, make, rows, delimiter, encoding, quoting, end
):
    columns = [f"column {number}" for number in range(len(rows[0]))]
    rows = [dict(zip(columns, row, strict=True)) for row in rows]
    content = make.csv(rows, delimiter, encoding, quoting=quoting, lineterminator=end)
    table = read(content, "rows.csv")
    assert table.columns == tuple(columns)
    assert make.cells(table) == rows


def test_a_delimiter_that_breaks_the_quotes_above_its_header_is_not_taken(read, make):
    rows = [{"column 1": "", "column 2": "\n|0"}]
    content = make.csv(rows, ":", "utf-8", quoting=csv.QUOTE_ALL, lineterminator="\n")
    assert make.cells(read(content, "rows.csv")) == rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_rows_that_end_in_a_delimiter_their_header_has_not_are_rows(read, make, delimiter):
    text = "q,a\nWho barks?,A dog,\nWho meows?,,\nWho sings?,A bird,\n".replace(",", delimiter)
    table = read(text, "rows.csv")
    assert make.cells(table) == [
        {"q": "Who barks?", "a": "A dog"},
        {"q": "Who meows?", "a": ""},
        {"q": "Who sings?", "a": "A bird"},
    ]


def test_ragged_and_broken_rows_are_set_aside_with_the_line_they_start_on(read):
    content = 'q,a\none,1\n"two\nlines",2\nthree\nfour,4,4\n"five"x,5\nsix,6\n'
    rows = list(read(content, "rows.csv").rows)
    assert [(row.number, bool(row.problem)) for row in rows] == [
        (2, False),
        (3, False),
        (5, True),
        (6, True),
        (7, True),
        (8, False),
    ]
    assert rows[2].problem == "The row has 1 cell where the header names 2 columns."
    assert "quotation marks" in rows[4].problem


def test_excels_separator_line_is_obeyed_and_counted(read):
    table = read("sep=|\nq|a\n1|2,3\n", "rows.csv")
    assert [(row.number, row.cells) for row in table.rows] == [(3, {"q": "1", "a": "2,3"})]


def test_a_single_column_is_not_cut_at_its_commas(read, make):
    table = read("text\nHello, world, and all\nSo, it goes\n", "rows.csv")
    assert make.cells(table) == [{"text": "Hello, world, and all"}, {"text": "So, it goes"}]


def test_an_answer_longer_than_the_csv_modules_limit_is_read(read, make):
    answer = "a" * 300_000
    assert make.cells(read(f"q,a\n1,{answer}\n", "rows.csv")) == [{"q": "1", "a": answer}]


def test_empty_lines_are_no_rows_and_nameless_columns_get_a_number(read):
    table = read("\n,q,a\n\n0,x,y\n\n", "rows.csv")
    assert table.columns == ("column 1", "q", "a")
    assert [row.number for row in table.rows] == [4]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Frage;Antwort\nWas heißt „naïve“?;Gutgläubig, arglos – ohne Hintergedanken\n" * 3),
        ("cp1251", "Вопрос;Ответ\nКак дела сегодня?;Спасибо, всё хорошо\n" * 3),
        ("gb18030", "问题;答案\n你今天好吗？;我很好，谢谢你的关心\n" * 3),
    ],
)
def test_other_encodings_are_guessed_with_a_note(read, make, encoding, text):
    table = read(text.encode(encoding), "rows.csv")
    assert [note.check for note in table.notes] == ["encoding"]
    assert table.columns == tuple(text.split("\n")[0].split(";"))
    assert list(make.cells(table)[0].values()) == text.split("\n")[1].split(";")
