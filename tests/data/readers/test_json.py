"""JSON and JSONL in every shape people write; broken lines are set aside, the rest is used."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.core.errors import Refused

json_cell = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=3))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.fixed_dictionaries({"a": json_cell, "b": json_cell}), min_size=1, max_size=8))
def test_any_objects_read_back_the_same_from_json_and_jsonl(read, make, rows):
    assert make.cells(read(json.dumps(rows), "rows.json")) == rows
    assert make.cells(read(json.dumps(rows, indent=1), "rows.json")) == rows
    lines = "\n".join(json.dumps(row, ensure_ascii=bool(at % 2)) for at, row in enumerate(rows))
    assert make.cells(read(lines.encode("utf-8", "surrogatepass"), "rows.jsonl")) == rows


def test_broken_json_lines_are_set_aside_with_their_line(read):
    content = '{"q": "half\n\n{"q": "1", "a": "2"}\n[1]\n{"q": "1", "q": "2"}\n{"q": "1"} x\n{"a": 1e999}\n'
    rows = list(read(content, "rows.jsonl").rows)
    assert [row.number for row in rows if row.problem] == [1, 4, 5, 6]
    assert "stands in it twice" in next(row.problem for row in rows if row.number == 5)
    assert [row.number for row in rows if not row.problem] == [3, 7]


OBJECTS_BELOW = "\n".join(json.dumps({"q": str(number)}) for number in (2, 3))


@pytest.mark.parametrize(
    "first", ['["q", "a"]', '[{"q": "1"}]', "[]", '[{"q": "half', "5", "null", "one, two", "[1, 2]  ", "]"]
)
@pytest.mark.parametrize("name", ["rows.jsonl", "rows.ndjson"])
def test_an_odd_first_line_is_set_aside_and_the_lines_below_it_are_read(read, first, name):
    table = read(f"{first}\n{OBJECTS_BELOW}\n", name)
    assert table.file_type == "jsonl"
    assert {row.number: row.cells.get("q") for row in table.rows} == {1: None, 2: "2", 3: "3"}


@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl", "rows"])
@pytest.mark.parametrize("indent", [None, 0, 2])
@pytest.mark.parametrize("count", [1, 2, 30])
def test_a_list_of_objects_stays_one_however_it_is_printed(read, make, name, indent, count):
    rows = [{"q": str(number), "tags": [{"a": "b"}]} for number in range(count)]
    table = read(json.dumps(rows, indent=indent), name)
    assert (table.file_type, make.cells(table)) == ("json", rows)
    lined = read("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n", name)
    assert (lined.file_type, make.cells(lined)) == ("json", rows)


def test_items_of_a_json_list_that_are_no_objects_are_set_aside(read):
    rows = list(read('[{"q": "1"}, 5, {"\\ud800": "2"}]', "rows.json").rows)
    assert [row.problem != "" for row in rows] == [False, True, True]


QUESTIONS, ANSWERS = ["007", "Wie?"], ["NA", "So."]
OBJECTS = [{"q": question, "a": answer} for question, answer in zip(QUESTIONS, ANSWERS, strict=True)]
SHAPES = {
    "list of objects": OBJECTS,
    "columns": {"q": QUESTIONS, "a": ANSWERS},
    "columns of labelled cells": {
        "q": dict(zip("01", QUESTIONS, strict=True)),
        "a": dict(zip("01", ANSWERS, strict=True)),
    },
    "rows under their numbers": dict(zip("01", OBJECTS, strict=True)),
    "under one key": {"data": OBJECTS},
    "under one key, among others": {"version": "1.1", "data": OBJECTS},
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_json_table_is_read_in_every_shape(read, make, shape, indent):
    table = read(json.dumps(SHAPES[shape], indent=indent), "rows.json")
    assert make.cells(table) == OBJECTS
    assert table.file_type == "json"


def test_the_questions_of_an_article_are_rows_each_with_its_paragraph(read, make):
    asked = [
        {"id": str(at), "question": f"q{at}", "answers": [{"text": "a", "answer_start": 0}]} for at in (1, 2)
    ]
    article = {
        "title": "t",
        "paragraphs": [{"context": "c", "qas": asked}, {"context": "d", "qas": [asked[0], 5]}],
    }
    rows = list(read(json.dumps({"version": "1.1", "data": [article, article]}), "rows.json").rows)
    assert [row.number for row in rows] == list(range(1, 9))
    assert [row.problem != "" for row in rows] == [False, False, False, True] * 2
    assert rows[2].cells == {"title": "t", "context": "d", **asked[0]}


def test_numbered_columns_are_no_rows(read, make):
    cells = {"0": {"0": "a?", "1": "c?"}, "1": {"0": "b", "1": "d"}}
    assert make.cells(read(json.dumps(cells), "rows.json")) == [{"0": "a?", "1": "b"}, {"0": "c?", "1": "d"}]


def test_objects_printed_one_behind_the_other_are_rows(read, make):
    content = "\n".join(json.dumps(row, indent=2) for row in make.rows)
    assert make.cells(read(content, "rows.json")) == make.rows


@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl"])
def test_one_object_is_one_row_even_when_it_is_a_chat(read, make, name):
    for row in ({"messages": [{"role": "user", "content": "hi"}]}, {"question": "a", "answer": "b"}):
        assert make.cells(read(json.dumps(row), name)) == [row]


def test_rows_wrapped_twice_are_found_and_said_to_be(read):
    table = read('{"ok": true, "result": {"total": 2, "items": [{"q": "1"}, {"q": "2"}]}}', "a.json")
    assert [row.cells for row in table.rows] == [{"q": "1"}, {"q": "2"}]
    assert any("under the key “items” in “result”" in note.message for note in table.notes)


def test_two_tables_in_one_wrapping_are_refused(read):
    with pytest.raises(Refused, match="several tables: “train”, “test”"):
        read('{"data": {"train": [{"q": "1"}], "test": [{"q": "2"}]}}', "a.json")
