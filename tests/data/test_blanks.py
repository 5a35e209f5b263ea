"""The texts of a row that was set aside: each is named once, and what is missing is known."""

import pytest

from studio.core.errors import Refused
from studio.data.blanks import blanks_of, filled
from studio.data.formats import FORMATS
from studio.data.readers import read_table
from studio.data.tables import SourceRow

PAIRS = {"input": "q", "output": "a"}
CHAT = {"messages": "talk"}


def seen(cells, mapping, name):
    found = blanks_of(SourceRow(5, cells), name, mapping)
    return [(blank.place, blank.text, blank.is_missing) for blank in found]


@pytest.mark.parametrize("empty", [None, "", " \n", "\u200b"])
def test_an_empty_cell_that_is_needed_is_missing_and_an_optional_one_is_not(empty):
    mapping = {**PAIRS, "context": "more"}
    assert [place for place, _, is_missing in seen({"q": "x", "a": empty, "more": empty}, mapping, "pairs")
            if is_missing] == ["cell:a"]  # fmt: skip


def test_a_prompt_of_several_columns_is_missing_where_all_of_them_are_empty():
    mapping = {"input": "{a}: {b}", "output": "c"}
    assert [blank[2] for blank in seen({"a": "", "b": "x", "c": "y"}, mapping, "pairs")] == [False] * 3
    assert [blank[2] for blank in seen({"a": "", "b": None, "c": "y"}, mapping, "pairs")] == [
        True,
        True,
        False,
    ]


def test_what_is_no_text_is_shown_as_json_to_be_written_anew():
    assert seen({"q": 7, "a": ["x"]}, PAIRS, "pairs") == [("cell:q", "7", False), ("cell:a", '["x"]', False)]


def test_a_conversation_shows_its_turns_and_a_place_for_the_missing_answer():
    talk = [{"role": "user", "content": "q"}, {"role": "tool", "content": "t"}]
    assert seen({"talk": talk}, CHAT, "chat") == [
        ("turn:0", "q", False),
        ("turn:1", "t", False),
        ("turn:2", "", True),
    ]


@pytest.mark.parametrize("cell", [None, [], "[{'role': 'user'", ["text"]])
def test_a_conversation_that_is_none_is_asked_and_answered_anew(cell):
    assert seen({"talk": cell}, CHAT, "chat") == [("turn:0", "", True), ("turn:1", "", True)]


@pytest.mark.parametrize("name", ["chat", "sharegpt"])
def test_a_conversation_is_filled_in_in_the_spelling_of_its_format(name):
    who, what = ("role", "content") if name == "chat" else ("from", "value")
    rows = [
        ([{who: "user", what: None}, {who: "assistant", what: "a"}], {"turn:0": "q"}),
        ([{who: "user", what: "q"}], {"turn:1": "a"}),
        (None, {"turn:0": "q", "turn:1": "a"}),
    ]
    for cell, texts in rows:
        cells = filled(SourceRow(5, {"talk": cell}), CHAT, texts).cells
        record = FORMATS[name].to_record(cells, CHAT)
        assert [message.content for message in record.messages] == ["q", "a"]


def test_the_cells_of_the_row_itself_stay_as_they_are():
    row = SourceRow(5, {"q": "x", "a": "", "z": 1})
    assert filled(row, PAIRS, {"cell:a": "y"}).cells == {"q": "x", "a": "y", "z": 1}
    assert row.cells["a"] == ""
    with pytest.raises(Refused, match="no text named “cell:z”"):
        filled(row, PAIRS, {"cell:z": "y"})


@pytest.mark.parametrize(
    ("name", "line"), [("rows.csv", "one,two,three"), ("rows.jsonl", '{"question": "one", "answer": two}')]
)
def test_a_row_that_could_not_be_read_is_shown_as_it_stands_in_the_file(tmp_path, name, line):
    good = "q,a" if name.endswith("csv") else '{"question": "q", "answer": "a"}'
    path = tmp_path / name
    head = ["question,answer"] if name.endswith("csv") else []
    path.write_text("\n".join([*head, *[good] * 3, line, good]), encoding="utf-8")
    (row,) = [row for row in read_table(path, name).rows if row.problem]
    shown, question, answer = blanks_of(row, "pairs", {"input": "question", "output": "answer"})
    assert (shown.text, shown.is_open) == (line.replace(",t", " | t") if head else line, False)
    assert (question.is_missing, answer.is_missing) == (True, True)
    with pytest.raises(Refused, match="no text named"):
        filled(row, {"input": "question", "output": "answer"}, {"": "x"})
