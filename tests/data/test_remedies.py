"""Every kind of conversation that is set aside is offered the fix that makes it usable."""

import json

import pytest

from studio.data.inspect import inspect
from studio.data.mending import Mending, Uploaded
from studio.data.remedies import fixes_for

GOOD = [("user", "q"), ("assistant", "a")]
KINDS = {
    "unknown role": ([("user", "q"), ("narrator", "n"), ("assistant", "a")], "leave_out_turns"),
    "two questions in a row": ([("user", "q"), *GOOD], "mend_turns"),
    "two answers in a row": ([*GOOD, ("assistant", "b")], "mend_turns"),
    "assistant first": ([("assistant", "a"), *GOOD], "mend_turns"),
    "system in the middle": ([*GOOD, ("system", "s"), *GOOD], "system_first"),
    "two system messages": ([("system", "s"), ("system", "t"), *GOOD], "system_first"),
    "null content": ([*GOOD, ("user", "q"), ("assistant", None)], "leave_out_turns"),
    "empty question": ([*GOOD, ("user", ""), ("assistant", "a")], "leave_out_turns"),
    "a number": ([*GOOD, ("user", 7), ("assistant", "a")], "leave_out_turns"),
    "a picture": ([*GOOD, ("user", [{"type": "image_url"}]), ("assistant", "a")], "leave_out_turns"),
    "no answer at the end": ([*GOOD, ("user", "q")], "leave_out_turns"),
}


def found(tmp_path, turns, keys=("role", "content")):
    """Write 11 good conversations and one; return the report, the records and the file."""
    path, kept = tmp_path / "talks.jsonl", []
    talks = [*[GOOD] * 11, turns]
    lines = [{"messages": [dict(zip(keys, turn, strict=True)) for turn in talk]} for talk in talks]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return inspect(path, path.name, sink=kept).report, kept, path


@pytest.mark.parametrize("keys", [("role", "content"), ("from", "value")], ids=["chat", "sharegpt"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_fix_that_is_offered_makes_the_row_usable(tmp_path, kind, keys):
    turns, fix = KINDS[kind]
    report, kept, path = found(tmp_path, turns, keys)
    (issue,) = [issue for issue in report.issues if issue.is_set_aside]
    assert (issue.fix, issue.rows) == (fix, (12,))
    assert "On the Data step one click" in issue.hint
    mending = Mending(fix, {"kind": issue.kind}, set(issue.rows))
    *_, last = mending.changes(kept, Uploaded(path, path.name, report.format, report.mapping))
    assert (mending.added, last.after.row) == (1, 12)


def test_a_conversation_without_any_answer_says_that_only_its_owner_can_write_one(tmp_path):
    report, _, _ = found(tmp_path, [("user", "q")])
    (issue,) = [issue for issue in report.issues if issue.is_set_aside]
    assert issue.fix == "fill_in"
    assert "Only you know the answers" in issue.hint


def test_an_empty_cell_of_a_table_is_no_message_to_leave_out():
    assert fixes_for("The answer is empty.", "chat") == ("leave_out_turns", "fill_in")
    assert fixes_for("The answer is empty.", "pairs") == ("fill_in",)


def test_nothing_is_offered_where_no_hand_and_no_fix_can_help():
    assert fixes_for("The two answers do not belong to the same question.", "preference") == ()
    assert fixes_for("The row has 3 cells where the header names 2 columns.", "") == ()
    assert fixes_for("The turns before the answer are out of order.", "pairs") == ("mend_turns",)
