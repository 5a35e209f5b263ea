"""Conversations that were set aside become usable by the fix that fits; others stay set aside."""

import json

import pytest

from studio.core.records import Completion, Conversation, Message, SourcedRecord
from studio.data.fixes import FIXES
from studio.data.tables import SourceRow

MAPPING = {"messages": "talk"}
KEYS = {"chat": ("role", "content"), "sharegpt": ("from", "value")}
U, A, S, N = "user", "assistant", "system", "narrator"


def mended(fix, turns, name="chat", written=lambda cell: cell):
    """Return (first letter of who speaks, what) of each turn that a fix leaves; None where it makes none."""
    cell = [dict(zip(KEYS[name], turn, strict=True)) for turn in turns]
    made = FIXES[fix].begin({}).mend(SourceRow(4, {"talk": written(cell)}), name, MAPPING)
    if made is None:
        return None
    assert made.row == 4
    return [(message.role, message.content) for message in made.record.messages]


@pytest.mark.parametrize("written", [lambda cell: cell, json.dumps], ids=["list", "JSON text"])
@pytest.mark.parametrize("name", ["chat", "sharegpt"])
def test_neighbours_are_joined_and_what_comes_before_the_first_question_goes(name, written):
    user, assistant = ("user", "assistant") if name == "chat" else ("human", "gpt")
    turns = [(assistant, "Hi!"), (user, "one"), (user, "two"), (assistant, "a"), (assistant, "b")]
    assert mended("mend_turns", turns, name, written) == [(U, "one\n\ntwo"), (A, "a\n\nb")]


@pytest.mark.parametrize(
    ("fix", "turns", "left"),
    [
        ("system_first", [(U, "q"), (S, "s"), (A, "a")], [(S, "s"), (U, "q"), (A, "a")]),
        ("system_first", [(S, "1"), (U, "q"), (A, "a"), (S, "2")], [(S, "1\n\n2"), (U, "q"), (A, "a")]),
        ("system_first", [(U, "q"), (S, "s"), (U, "r"), (A, "a")], [(S, "s"), (U, "q\n\nr"), (A, "a")]),
        ("leave_out_turns", [(U, "q"), (N, "n"), (A, "a")], [(U, "q"), (A, "a")]),
        ("leave_out_turns", [(U, "q"), (A, "a"), (N, "n"), (A, "b")], [(U, "q"), (A, "a\n\nb")]),
        ("leave_out_turns", [(U, "q"), (A, None), (U, "r"), (A, "b")], [(U, "r"), (A, "b")]),
        ("leave_out_turns", [(U, "q"), (A, "a"), (U, " "), (A, "b")], [(U, "q"), (A, "a")]),
        ("leave_out_turns", [(U, None), (A, "a"), (U, "r"), (A, "b")], [(U, "r"), (A, "b")]),
        ("leave_out_turns", [(U, "q"), (A, "a"), (U, 7), (A, None), (U, "r"), (A, "b")],
         [(U, "q"), (A, "a"), (U, "r"), (A, "b")]),
        ("leave_out_turns",
         [(U, "p"), (A, "a"), (U, "q"), (A, None), (U, None), (A, "b"), (U, "r"), (A, "c")],
         [(U, "p"), (A, "a"), (U, "r"), (A, "c")]),
        ("leave_out_turns", [(U, "q"), (A, "a"), (U, "r")], [(U, "q"), (A, "a")]),
        ("leave_out_turns", [(S, ""), (U, "q"), (A, "a"), (S, "s")], [(S, "s"), (U, "q"), (A, "a")]),
    ],
)  # fmt: skip
def test_what_cannot_stay_goes_and_no_answer_is_given_to_another_question(fix, turns, left):
    assert mended(fix, turns) == left


def test_calls_of_tools_are_left_out_with_what_the_tools_said():
    call = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
    talk = [{"role": "user", "content": "q"}, call, {"role": "tool", "content": "7"}]
    row = SourceRow(4, {"talk": [*talk, {"role": "assistant", "content": "It is 7."}]})
    made = FIXES["leave_out_turns"].begin({}).mend(row, "chat", MAPPING)
    assert made.record == Conversation((Message("user", "q"), Message("assistant", "It is 7.")))


def test_a_system_column_and_a_system_message_become_one():
    turns = [("system", "Be kind."), ("human", "q"), ("gpt", "a")]
    cells = {"talk": [dict(zip(("from", "value"), turn, strict=True)) for turn in turns], "sys": "Be brief."}
    roles = {"messages": "talk", "system": "sys"}
    made = FIXES["system_first"].begin({}).mend(SourceRow(4, cells), "sharegpt", roles)
    assert made.record.messages[0] == Message("system", "Be brief.\n\nBe kind.")
    assert len(made.record.messages) == 3


@pytest.mark.parametrize("fix", ["mend_turns", "system_first", "leave_out_turns"])
def test_what_cannot_be_mended_stays_set_aside(fix):
    assert mended(fix, [(U, "one"), (U, "two")]) is None
    assert mended(fix, [(A, "a")]) is None
    assert mended(fix, [(U, "q"), (A, None)]) is None
    turns = [(U, "one"), (U, "two"), (A, "a")]
    assert mended(fix, turns, written=lambda cell: json.dumps(cell)[:-3]) is None
    assert mended(fix, turns, written=str) is None
    assert FIXES[fix].begin({}).mend(SourceRow(4, {}, "The row is cut off."), "chat", MAPPING) is None


@pytest.mark.parametrize("fix", ["mend_turns", "system_first"])
def test_only_the_fix_that_says_so_leaves_a_message_out(fix):
    assert mended(fix, [(U, "one"), (N, "two"), (A, "a")]) is None


def test_a_row_whose_part_of_the_split_is_unknown_stays_set_aside():
    talk = [{"role": role, "content": "x"} for role in (A, U, A)]
    row = SourceRow(4, {"talk": talk, "part": "perhaps"})
    assert FIXES["mend_turns"].begin({}).mend(row, "chat", {**MAPPING, "split": "part"}) is None


@pytest.mark.parametrize("fix", ["mend_turns", "system_first", "leave_out_turns"])
def test_records_are_left_alone(fix):
    row = SourcedRecord(1, Completion("q", "a"))
    assert FIXES[fix].begin({}).apply(row, True) is row


def test_an_answer_beside_its_prompt_is_none_before_the_first_question():
    talk = [{"role": "user", "content": "one"}, {"role": "user", "content": "two"}]
    cells = {"prompt": talk, "completion": [{"role": "assistant", "content": "a"}]}
    roles = {"input": "prompt", "output": "completion"}
    made = FIXES["mend_turns"].begin({}).mend(SourceRow(4, cells), "pairs", roles)
    assert made.record == Completion("one\n\ntwo", "a")
