"""A file becomes a report and records: accepted, noted or rejected, each row accounted for."""

import json
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.core import report as reports
from studio.core.errors import Refused, StudioError
from studio.core.records import Completion, SourcedRecord, Text
from studio.data.inspect import (
    ROWS_BETWEEN_LOOKS,
    Conditions,
    Stopped,
    inspect,
    training_refusal,
)
from studio.data.tables import SourceRow
from studio.data.templates import ChatTemplate

CLEAN = "question,answer\n" + "".join(f"question {n},answer {n}\n" for n in range(12))


class Found(NamedTuple):
    report: reports.DatasetReport
    records: tuple[SourcedRecord, ...]
    rows: tuple[SourceRow, ...]


@pytest.fixture
def look(tmp_path):
    def look_at(content: str | bytes, name: str = "rows.csv", **options):
        path = tmp_path / "upload"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        mapping, records = options.pop("mapping", None), []
        found = inspect(path, name, sink=records, mapping=mapping, conditions=Conditions(**options))
        return Found(found.report, tuple(records), found.rows)

    return look_at


def checks(report) -> dict[str, tuple[int, ...]]:
    return {issue.check: issue.rows for issue in report.issues}


def test_a_clean_table_is_accepted(look):
    found = look(CLEAN)
    report = found.report
    assert (report.verdict, report.file_type, report.format) == ("accept", "csv", "pairs")
    assert (report.total, report.kept, report.set_aside, report.issues) == (12, 12, 0, ())
    assert report.columns == ("question", "answer")
    assert report.mapping == {"input": "question", "output": "answer"}
    assert report.first == {"input": "question 0", "output": "answer 0"}
    assert found.records[0] == SourcedRecord(2, Completion("question 0", "answer 0"))
    assert training_refusal(report) is None


def test_unusable_rows_are_set_aside_with_their_lines_and_copies_stay(look):
    found = look(CLEAN + "empty,\n ,empty\nragged\nquestion 0,answer 0\n")
    report = found.report
    assert (report.verdict, report.total, report.kept, report.set_aside) == ("note", 16, 13, 3)
    assert [(issue.check, issue.rows) for issue in report.issues] == [
        ("unusable", (16,)),
        ("incomplete", (14,)),
        ("incomplete", (15,)),
        ("duplicates", (17,)),
    ]
    assert len(found.records) == 13
    assert training_refusal(report) is None


def test_lengths_need_a_tokenizer(look, make_tokenizer):
    assert look(CLEAN).report.lengths is None
    report = look(CLEAN, tokenizer=make_tokenizer(), max_length=16).report
    assert report.lengths.cut == 12
    assert checks(report) == {"lengths": tuple(range(2, 14))}
    assert report.verdict == "note"


def test_columns_that_cannot_be_guessed_are_shown_and_wait_for_a_mapping(look):
    content = "one,two,three\n" + "aa,bb,cc\n" * 12
    found = look(content)
    assert (found.report.verdict, found.report.format, found.report.kept) == ("note", "", 12)
    assert checks(found.report) == {"mapping": ()}
    assert found.records == ()
    assert found.rows[0].cells == {"one": "aa", "two": "bb", "three": "cc"}
    assert "No column with answers" in training_refusal(found.report).message
    mapped = look(content, mapping={"input": "two", "output": "three"})
    assert mapped.report.format == "pairs"
    assert mapped.report.first == {"input": "bb", "output": "cc"}


def test_a_table_without_an_answer_is_read_as_text_and_asks_whether_that_is_meant(look):
    found = look("text\n" + "".join(f"sentence {n}\n" for n in range(12)))
    assert (found.report.verdict, found.report.format, found.report.kept) == ("note", "text", 12)
    assert found.records[0].record == Text("sentence 0")
    assert [issue.check for issue in found.report.issues] == ["mapping"]
    assert "documents" in found.report.issues[0].hint
    assert training_refusal(found.report) is None


def test_a_guess_by_position_is_noted(look):
    report = look(CLEAN.replace("question,answer", "left,right")).report
    assert report.verdict == "note"
    assert "“left” was taken for the question" in report.issues[0].message


@pytest.mark.parametrize("rows", [1, 9])
def test_few_rows_are_read_and_reported_and_not_trained_on(look, rows):
    report = look("\n".join(CLEAN.split("\n")[: rows + 1])).report
    assert (report.verdict, report.kept) == ("note", rows)
    assert checks(report) == {"too_few": ()}
    assert f"there are {rows}" in training_refusal(report).message


def test_rows_that_cannot_be_divided_are_refused_as_the_split_would(look):
    report = look("question,answer\n" + "".join(f"the same,answer {n}\n" for n in range(20))).report
    assert (report.verdict, report.kept) == ("note", 20)
    refusal = training_refusal(report)
    assert refusal.message == (
        "All 20 rows ask the same question, so none of them can be held back for the exam."
    )
    assert refusal.hint


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"question,answer\n", "has a header and no rows"),
        (b"\x00\x01\x02\xff" * 900, "not text"),
        (b"%PDF-1.4", "a PDF document"),
        (b'question,answer\n"open,\n' + b"q,a\n" * 20, "never closed"),
        (b"question,answer\n,a\nq,\n", "None of the 2 rows can be used."),
    ],
)
def test_what_cannot_be_used_is_rejected_with_the_reason_first(look, content, sentence):
    report = look(content).report
    assert report.verdict == "reject"
    assert sentence in report.issues[0].message
    assert report.issues[0].severity == "error"
    assert report.issues[0].hint
    assert training_refusal(report).message == report.issues[0].message


def test_an_error_far_into_the_file_rejects_it_and_keeps_what_is_known(look):
    report = look(CLEAN * 300 + '"open,\n' + CLEAN * 300).report
    assert (report.verdict, report.file_type, report.columns) == ("reject", "csv", ("question", "answer"))


def test_chats_of_jsonl_are_shown_as_messages(look):
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    lines = [json.dumps({"messages": turns}), json.dumps({"messages": turns[:1]})]
    report = look("\n".join(lines), "chat.jsonl").report
    assert (report.format, report.kept, report.first) == ("chat", 1, {"messages": turns})
    assert checks(report)["unusable"] == (2,)


def test_labels_are_trained_as_answers(look):
    found = look("text,label\n" + "".join(f"text {n},{'good' if n % 2 else 'bad'}\n" for n in range(12)))
    assert (found.report.verdict, found.report.format) == ("accept", "labelled")
    assert found.report.first == {"text": "text 0", "label": "bad"}
    assert training_refusal(found.report) is None


@pytest.mark.parametrize(
    ("columns", "row", "name"),
    [
        ("prompt,chosen,rejected", "q{n},a{n},b{n}", "preference"),
        ("prompt,completion,label", "q{n},a,{half}", "rated"),
    ],
)
def test_answers_that_are_preferred_or_rated_can_be_trained_on(look, columns, row, name):
    rows = (row.format(n=n, half=n % 2) for n in range(12))
    report = look("\n".join([columns, *rows])).report
    assert (report.format, report.kept) == (name, 12)
    assert training_refusal(report) is None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("prompt,chosen,rejected\n" + "".join(f"q{n},a{n},A{n} \n" for n in range(12)), "one and the same"),
        ("prompt,completion,label\n" + "".join(f"q{n},a{n},yes\n" for n in range(12)), "rated good"),
    ],
)
def test_pairs_and_ratings_in_which_nothing_is_better_are_refused_before_a_run(look, content, sentence):
    refusal = training_refusal(look(content).report)
    assert sentence in refusal.message
    assert refusal.hint


def test_group_and_split_columns_stand_beside_the_record(look):
    lines = (f"q{n},a{n},{n % 3},{'test' if n > 9 else 'train'}\n" for n in range(12))
    mapping = {"input": "q", "output": "a", "group": "ward", "split": "use"}
    records = look("q,a,ward,use\n" + "".join(lines), mapping=mapping).records
    assert records[0] == SourcedRecord(2, Completion("q0", "a0"), "0", "train")
    assert records[11] == SourcedRecord(13, Completion("q11", "a11"), "2", "held_out")


def test_a_prompt_joins_columns(look):
    content = "title,body,reply\n" + "".join(f"t{n},b{n},r{n}\n" for n in range(12))
    found = look(content, mapping={"input": "{title}: {body}", "output": "reply"})
    assert found.report.first == {"input": "t0: b0", "output": "r0"}


def many(rows: int) -> str:
    return "question,answer\n" + "".join(f"question {n},answer {n}\n" for n in range(rows))


def test_a_large_file_says_how_far_it_is(look):
    told = []
    found = look(many(8 * ROWS_BETWEEN_LOOKS), progress=lambda *said: told.append(said))
    assert [done for done, _ in told] == list(range(200, 1601, 200))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.3 < 0.9 < shares[-1] <= 1
    assert found.report.total == 1600


def test_a_template_is_loaded_once_and_only_for_a_table(look, make_tokenizer):
    asked = []
    loading = {"load_template": lambda: asked.append(1) or ChatTemplate(make_tokenizer()), "max_length": 16}
    assert look(b"%PDF-1.4", **loading).report.verdict == "reject"
    assert asked == []
    assert look(CLEAN, **loading).report.lengths.cut == 12
    assert asked == [1]


def test_a_pass_that_is_told_to_stop_ends_there(look):
    asked = []
    with pytest.raises(Stopped):
        look(many(5000), should_stop=lambda: asked.append(1) or len(asked) == 3)
    assert len(asked) == 3


def test_what_the_sink_raises_is_no_fault_of_the_file(tmp_path):
    class FullDisk:
        def append(self, sourced, /):
            raise StudioError("The disk is full.")

    (tmp_path / "rows.csv").write_text(CLEAN)
    with pytest.raises(StudioError, match="disk is full"):
        inspect(tmp_path / "rows.csv", "rows.csv", sink=FullDisk())
    assert inspect(tmp_path / "rows.csv", "rows.csv").report.kept == 12


def test_only_a_missing_file_or_a_wrong_mapping_is_refused(look, tmp_path):
    with pytest.raises(Refused, match="no file"):
        inspect(tmp_path / "none.csv", "none.csv")
    with pytest.raises(Refused, match="no column"):
        look(CLEAN, mapping={"input": "question", "output": "reply"})
    with pytest.raises(Refused, match="do not go together"):
        look(CLEAN, mapping={"input": "question"})


value = (
    st.none() | st.integers() | st.floats() | st.text(max_size=8) | st.lists(st.text(max_size=2), max_size=2)
)
turn = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant", "x"]), "content": value})
row = st.one_of(
    st.dictionaries(st.sampled_from(["question", "answer", "text", "\ud800"]), value, max_size=3),
    st.fixed_dictionaries({"messages": st.lists(turn, max_size=3) | value}),
    value,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(row, max_size=8), shape=st.sampled_from(["json", "jsonl"]))
def test_any_json_gives_a_report_that_adds_up_and_can_be_kept(look, rows, shape):
    content = json.dumps(rows) if shape == "json" else "\n".join(map(json.dumps, rows))
    found = look(content, f"rows.{shape}")
    kept = reports.from_dict(json.loads(json.dumps(reports.to_dict(found.report), ensure_ascii=False)))
    assert kept == found.report
    json.dumps(reports.to_dict(found.report), ensure_ascii=False).encode()
    assert found.report.kept == len(found.records) or not found.report.format


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode()))
def test_any_bytes_give_a_report(look, content):
    assert look(content).report.verdict in ("accept", "note", "reject")
