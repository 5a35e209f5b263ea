"""Conversations set aside for the order of their turns become usable; others stay set aside."""

import json

import pytest

from studio.core.records import Completion, Conversation, Message, SourcedRecord
from studio.data.fixes import mend_turns
from studio.data.tables import SourceRow

MAPPING = {"messages": "talk"}


def mended(turns, name="chat", written=lambda cell: cell):
    keys = ("role", "content") if name == "chat" else ("from", "value")
    cell = [dict(zip(keys, turn, strict=True)) for turn in turns]
    return mend_turns.mend(SourceRow(4, {"talk": written(cell)}), name, MAPPING)


@pytest.mark.parametrize("written", [lambda cell: cell, json.dumps], ids=["list", "JSON text"])
@pytest.mark.parametrize("name", ["chat", "sharegpt"])
def test_neighbours_are_joined_and_what_comes_before_the_first_question_goes(name, written):
    user, assistant = ("user", "assistant") if name == "chat" else ("human", "gpt")
    turns = [(assistant, "Hi!"), (user, "one"), (user, "two"), (assistant, "a"), (assistant, "b")]
    record = mended(turns, name, written)
    assert record == Conversation((Message("user", "one\n\ntwo"), Message("assistant", "a\n\nb")))


def test_an_answer_beside_its_prompt_is_none_before_the_first_question():
    talk = [{"role": "user", "content": "one"}, {"role": "user", "content": "two"}]
    cells = {"prompt": talk, "completion": [{"role": "assistant", "content": "a"}]}
    record = mend_turns.mend(SourceRow(4, cells), "pairs", {"input": "prompt", "output": "completion"})
    assert record == Completion("one\n\ntwo", "a")


def test_what_cannot_be_mended_stays_set_aside():
    assert mended([("user", "one"), ("narrator", "two"), ("assistant", "a")]) is None
    assert mended([("user", "one"), ("user", "two")]) is None
    assert mended([("assistant", "a")]) is None


def test_a_cell_that_is_no_json_stays_set_aside():
    turns = [("user", "one"), ("user", "two"), ("assistant", "a")]
    assert mended(turns, written=lambda cell: json.dumps(cell)[:-3]) is None
    assert mended(turns, written=str) is None


def test_records_are_left_alone():
    row = SourcedRecord(1, Completion("q", "a"))
    assert mend_turns.begin({}).apply(row, True) is row
