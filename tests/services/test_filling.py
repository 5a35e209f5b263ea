"""Rows that were set aside are shown, filled in by hand and taken back; what is still missing is told."""

import json

import pytest

from studio.core.errors import Refused
from studio.core.records import Completion, Conversation, Message

GOOD = "".join(f"How do I reset number {n}?,Press key {n} and wait.\n" for n in range(12))
EMPTY = ("incomplete", "The answer is empty.")


@pytest.fixture
def gaps(closed, tmp_path):
    """12 good rows; row 14 has no answer, row 15 neither, row 16 one cell too many, row 17 holds a place."""
    path = tmp_path / "gaps.csv"
    path.write_text(f"question,answer\n{GOOD}Where is it?,\n , \na,b,c\nWho?,n/a\n", encoding="utf-8")
    return closed.add_dataset(path, path.name).id


def kept(studio, dataset):
    return {sourced.row: sourced.record for sourced in studio.dataset(dataset).preview}


def test_an_empty_answer_is_filled_in_counted_told_and_taken_back(closed, gaps):
    before = closed.dataset(gaps)
    found = closed.rows_to_fill(gaps, *EMPTY, 10)
    assert (found.count, found.version) == (1, before.version)
    (row,) = found.rows
    question, answer = row.blanks
    assert (row.row, question.text, question.is_missing) == (14, "Where is it?", False)
    assert (answer.place, answer.text, answer.is_missing) == ("cell:answer", "", True)
    after = closed.fill_in(gaps, 14, {"cell:answer": "On the left."})
    assert (after.report.kept, after.report.set_aside) == (
        before.report.kept + 1,
        before.report.set_aside - 1,
    )
    assert kept(closed, gaps)[14] == Completion("Where is it?", "On the left.")
    assert EMPTY not in {(issue.check, issue.kind) for issue in after.report.issues}
    (step,) = closed.history(gaps)
    assert (step.fix, step.kind, step.added, step.changed, step.dropped) == ("fill_in", "row 14", 1, 0, 0)
    with pytest.raises(Refused, match="no longer there"):
        closed.rows_to_fill(gaps, *EMPTY, 10)
    assert closed.undo(gaps) == before
    assert closed.redo(gaps).report.kept == after.report.kept


def test_a_row_that_could_not_be_read_is_typed_in_whole(closed, gaps):
    reason = "The row has 3 cells where the header names 2 columns."
    (row,) = closed.rows_to_fill(gaps, "unusable", reason, 10).rows
    assert [(blank.place, blank.is_missing) for blank in row.blanks] == [
        ("", False),
        ("cell:question", True),
        ("cell:answer", True),
    ]
    assert (row.blanks[0].text, row.blanks[0].is_open) == ("a | b | c", False)
    closed.fill_in(gaps, 16, {"cell:question": "a", "cell:answer": "b and c"})
    assert kept(closed, gaps)[16] == Completion("a", "b and c")


def test_half_a_character_is_shown_as_what_can_be_sent_and_written_anew(closed, tmp_path):
    rows = [json.dumps({"question": f"q {n}", "answer": f"a {n}"}) for n in range(11)]
    path = tmp_path / "torn.jsonl"
    path.write_text("\n".join([*rows, '{"question": "q\\ud800?", "answer": "a"}']))
    dataset = closed.add_dataset(path, path.name).id
    (finding,) = (each for each in closed.dataset(dataset).report.issues if "half a char" in each.message)
    (row,) = closed.rows_to_fill(dataset, finding.check, finding.kind, 5).rows
    assert [blank.text for blank in row.blanks] == ["q??", "a"]
    closed.fill_in(dataset, 12, {"cell:question": "q?"})
    assert kept(closed, dataset)[12].prompt == "q?"


def test_a_question_and_its_answer_may_come_in_any_order(closed, tmp_path):
    talks = [[{"role": "user", "content": f"q{n}"}, {"role": "assistant", "content": "a"}] for n in range(11)]
    path = tmp_path / "talks.jsonl"
    path.write_text("".join(json.dumps({"messages": talk}) + "\n" for talk in [*talks, []]))
    dataset = closed.add_dataset(path, path.name).id
    closed.fill_in(dataset, 12, {"turn:1": "a", "turn:0": "q"})
    assert [message.content for message in kept(closed, dataset)[12].messages] == ["q", "a"]


@pytest.mark.parametrize("texts", [{}, {"cell:answer": " "}, {"cell:answer": "\u200b"}])
def test_what_is_still_missing_is_told_in_one_sentence_and_nothing_changes(closed, gaps, texts):
    with pytest.raises(Refused, match=r"Row 14 cannot be used yet\. The answer is empty\."):
        closed.fill_in(gaps, 14, texts)
    assert closed.history(gaps) == ()


def test_only_rows_that_are_set_aside_and_places_they_have_are_filled_in(closed, gaps):
    with pytest.raises(Refused, match="Row 3 is not set aside"):
        closed.fill_in(gaps, 3, {"cell:answer": "x"})
    for place in ("cell:other", "turn:0", "answer"):
        with pytest.raises(Refused, match="no text named"):
            closed.fill_in(gaps, 14, {place: "x"})


def test_each_finding_offers_what_can_be_done_about_its_rows(closed, gaps):
    offers = {
        (issue.check, issue.kind): [offer.id for offer in closed.fixes_for(gaps, issue.check, issue.kind)]
        for issue in closed.dataset(gaps).report.issues
    }
    assert offers[EMPTY] == ["fill_in"]
    assert offers["incomplete", "The question is empty."] == ["fill_in"]
    assert offers["incomplete", "placeholder"] == ["drop", "edit"]


def test_the_missing_answer_of_a_conversation_is_written_at_its_end(closed, tmp_path):
    turn = lambda role, text: {"role": role, "content": text}  # noqa: E731
    talks = [[turn("user", f"q {n}"), turn("assistant", f"a {n}")] for n in range(11)]
    talks += [[turn("system", "s"), turn("user", "never answered")]]
    talks += [[turn("user", "q"), turn("assistant", None), turn("user", "r"), turn("assistant", "b")]]
    path = tmp_path / "talks.jsonl"
    path.write_text("".join(json.dumps({"messages": talk}) + "\n" for talk in talks), encoding="utf-8")
    dataset = closed.add_dataset(path, path.name).id
    (row,) = closed.rows_to_fill(
        dataset, "unusable", "The conversation has no answer of the assistant.", 5
    ).rows
    assert [(blank.title, blank.is_open) for blank in row.blanks] == [
        ("system", False),
        ("user", False),
        ("assistant", True),
    ]
    closed.fill_in(dataset, 12, {"turn:2": "Here it is."})
    closed.fill_in(dataset, 13, {"turn:1": "a"})
    records = kept(closed, dataset)
    assert records[12].messages[-1] == Message("assistant", "Here it is.")
    texts = [message.content for message in records[13].messages]
    assert isinstance(records[13], Conversation)
    assert texts == ["q", "a", "r", "b"]
    assert len(closed.history(dataset)) == 2


@pytest.mark.parametrize(
    ("head", "good", "bad", "mapping", "texts"),
    [
        ("text,label", "a day,fine", "a night,", {"text": "text", "label": "label"}, {"cell:label": "x"}),
        ("prompt,completion,label", "q,a,true", "q,b,perhaps",
         {"input": "prompt", "output": "completion", "rating": "label"}, {"cell:label": "no"}),
        ("prompt,chosen,rejected", "q,a,b", "q,,b",
         {"input": "prompt", "chosen": "chosen", "rejected": "rejected"}, {"cell:chosen": "c"}),
        ("instruction,input,output", "q,,a", "q,,",
         {"input": "instruction", "context": "input", "output": "output"}, {"cell:output": "b"}),
        ("question,answer,part", "q,a,train", "q,b,perhaps",
         {"input": "question", "output": "answer", "split": "part"}, {"cell:part": "test"}),
        ("a,b,c", "x,y,z", ",,z", {"input": "{a}: {b}", "output": "c"}, {"cell:b": "why"}),
    ],
    ids=["label", "rating", "better answer", "instruction", "split", "prompt of several columns"],
)  # fmt: skip
def test_a_row_of_every_format_is_filled_in(closed, tmp_path, head, good, bad, mapping, texts):
    path = tmp_path / "rows.csv"
    path.write_text("\n".join([head, *[good] * 12, bad]), encoding="utf-8")
    before = closed.add_dataset(path, path.name, mapping)
    (issue,) = [issue for issue in before.report.issues if issue.is_set_aside]
    (row,) = closed.rows_to_fill(before.id, issue.check, issue.kind, 5).rows
    assert set(texts) <= {blank.place for blank in row.blanks if blank.is_open}
    after = closed.fill_in(before.id, row.row, texts)
    assert (after.report.kept, after.report.set_aside) == (13, 0)
