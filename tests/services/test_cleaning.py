"""Fixes make versions: previewed on real rows, applied, told in the history, taken back and made again."""

import json
import threading

import pytest

from studio.core.errors import Refused
from studio.core.records import Completion, Conversation
from studio.services import cleaning
from tests.services.conftest import planned, write_table

ROWS = [
    (f"How do I reset number {number} of my things?", f"Press key {number}, then wait.")
    for number in range(20)
]
MESSY = [
    *ROWS,
    ("Whom do I write to?", "Write to anna.smith@example.org or anna.smith@example.org."),
    ("Is <b>this</b> bold?", "Yes, <i>it</i> is &amp; stays."),
    ("Where is the cafÃ©?", "Beside the cafÃ© at the corner."),
    ROWS[3],
]


@pytest.fixture
def messy(closed, tmp_path):
    path = tmp_path / "messy.jsonl"
    path.write_text(
        "".join(json.dumps({"question": q, "answer": a}) + "\n" for q, a in MESSY), encoding="utf-8"
    )
    return closed.add_dataset(path, path.name).id


def texts(studio, dataset):
    view = studio.dataset(dataset)
    return {sourced.row: (sourced.record.prompt, sourced.record.completion) for sourced in view.preview}


def found(studio, dataset):
    return {(issue.check, issue.kind) for issue in studio.dataset(dataset).report.issues}


def test_a_finding_offers_its_fix_and_to_drop_its_rows(closed, messy):
    offers = closed.fixes_for(messy, "personal_data", "email")
    assert [(offer.id, offer.recommended) for offer in offers] == [("redact", True), ("drop", False)]
    assert [offer.id for offer in closed.fixes_for(messy, "duplicates")] == ["keep_one", "drop"]
    assert closed.fixes_for(messy, "personal_data", "iban") == ()


def test_a_preview_shows_real_rows_and_writes_nothing(closed, messy, home):
    before = sorted(home.rglob("*"))
    preview = closed.preview_fix(messy, "personal_data", "email", "redact")
    assert (preview.changed, preview.dropped, preview.added) == (1, 0, 0)
    (row,) = preview.examples
    assert (row.row, row.after) == (21, "Write to [EMAIL_1] or [EMAIL_1].")
    assert "anna.smith@example.org" in row.before
    assert sorted(home.rglob("*")) == before


def test_three_fixes_one_taken_back_and_the_run_learns_from_the_result(closed, messy, tiny_model_folder):
    first = closed.dataset(messy).version
    closed.apply_fix(messy, "personal_data", "email", "redact")
    closed.apply_fix(messy, "html_remnants", "", "strip_html")
    view = closed.apply_fix(messy, "duplicates", "", "keep_one")
    assert [(step.fix, step.changed, step.dropped) for step in closed.history(messy)] == [
        ("redact", 1, 0),
        ("strip_html", 1, 0),
        ("keep_one", 0, 1),
    ]
    assert (view.report.total, view.report.kept) == (23, 23)
    assert not {("personal_data", "email"), ("html_remnants", ""), ("duplicates", "")} & found(closed, messy)
    assert ("broken_decoding", "misread") in found(closed, messy)
    closed.undo(messy)
    now = texts(closed, messy)
    assert len(now) == 24
    assert now[21][1] == "Write to [EMAIL_1] or [EMAIL_1]."
    assert now[22] == ("Is this bold?", "Yes, it is & stays.")
    run = closed.start(closed.plan(messy, model=str(tiny_model_folder), knobs={"steps": 2}))
    kept = closed._home.runs.folder(run).meta().cleaning
    assert [(step.fix, step.check) for step in kept] == [
        ("redact", "personal_data"),
        ("strip_html", "html_remnants"),
    ]
    closed.undo(messy), closed.undo(messy)
    assert closed.dataset(messy).version == first
    assert closed.history(messy) == ()
    with pytest.raises(Refused, match="no step to take back"):
        closed.undo(messy)


def test_a_step_that_was_taken_back_can_be_made_again_until_another_is_made(closed, messy):
    applied = closed.apply_fix(messy, "duplicates", "", "keep_one").version
    closed.undo(messy)
    assert [step.fix for step in closed.undone(messy)] == ["keep_one"]
    assert closed.redo(messy).version == applied
    closed.undo(messy)
    closed.edit_cell(messy, 2, "completion", "Another answer.")
    assert closed.undone(messy) == ()
    with pytest.raises(Refused, match="No step was taken back"):
        closed.redo(messy)


def test_a_cell_is_edited_and_edited_back_and_both_steps_can_be_taken_back(closed, messy):
    first = closed.dataset(messy)
    old = texts(closed, messy)[2][1]
    closed.edit_cell(messy, 2, "completion", "Ask Ms Müller.")
    assert texts(closed, messy)[2][1] == "Ask Ms Müller."
    assert closed.edit_cell(messy, 2, "completion", old).version == first.version
    assert len(closed.history(messy)) == 2
    closed.undo(messy)
    assert texts(closed, messy)[2][1] == "Ask Ms Müller."
    assert closed.undo(messy).version == first.version
    assert closed.history(messy) == ()


@pytest.mark.parametrize(
    ("row", "role", "text", "sentence"),
    [
        (2, "completion", " ", "text is empty"),
        (2, "answer", "x", "no text named"),
        (999, "completion", "x", "No usable row 999"),
    ],
)
def test_an_edit_that_cannot_be_meant_is_refused(closed, messy, row, role, text, sentence):
    with pytest.raises(Refused, match=sentence):
        closed.edit_cell(messy, row, role, text)
    assert closed.history(messy) == ()


def test_a_finding_that_is_gone_and_a_fix_that_does_not_belong_to_it_are_refused(closed, messy):
    for check, kind, fix in [
        ("personal_data", "iban", "redact"),
        ("duplicates", "", "redact"),
        ("x", "", "drop"),
    ]:
        with pytest.raises(Refused, match="no longer there"):
            closed.apply_fix(messy, check, kind, fix)


def test_a_fix_that_was_previewed_on_another_version_is_refused(closed, messy):
    preview = closed.preview_fix(messy, "duplicates", "", "keep_one")
    closed.apply_fix(messy, "personal_data", "email", "redact")
    with pytest.raises(Refused, match="has changed since you looked at it"):
        closed.apply_fix(messy, "duplicates", "", "keep_one", version=preview.version)


def test_of_two_pages_that_apply_at_once_the_second_is_refused(closed, messy, monkeypatch):
    inside, go_on = threading.Event(), threading.Event()
    real = cleaning._keep

    def slow(*arguments):
        inside.set()
        assert go_on.wait(30)
        real(*arguments)

    monkeypatch.setattr(cleaning, "_keep", slow)
    first = threading.Thread(target=closed.apply_fix, args=(messy, "duplicates", "", "keep_one"))
    first.start()
    assert inside.wait(30)
    for act in (
        lambda: closed.apply_fix(messy, "personal_data", "email", "redact"),
        lambda: closed.undo(messy),
        lambda: closed.delete_dataset(messy),
        lambda: closed.remap(messy, {"input": "answer", "output": "question"}),
    ):
        with pytest.raises(Refused, match="being changed at the moment"):
            act()
    assert closed.rename_dataset(messy, "renamed meanwhile").name == "renamed meanwhile"
    go_on.set()
    first.join()
    assert [step.fix for step in closed.history(messy)] == ["keep_one"]
    assert closed.dataset(messy).name == "renamed meanwhile"


def test_a_fix_that_would_leave_nothing_is_refused(closed, tmp_path):
    path = tmp_path / "mail.csv"
    path.write_text("question,answer\n" + "".join(f"Whose {n}?,a{n}@example.org\n" for n in range(12)))
    dataset = closed.add_dataset(path, path.name).id
    with pytest.raises(Refused, match="leave no row"):
        closed.apply_fix(dataset, "personal_data", "email", "drop")
    assert closed.history(dataset) == ()


def test_conversations_that_were_set_aside_are_mended_from_the_file(closed, tmp_path):
    turn = lambda role, text: {"role": role, "content": text}  # noqa: E731
    rows = [[turn("user", f"q {n}"), turn("assistant", f"a {n}")] for n in range(12)]
    rows[4] = [turn("user", "one"), turn("user", "two"), turn("assistant", "three")]
    rows[7] = [turn("user", "never answered")]
    path = tmp_path / "chat.jsonl"
    path.write_text("".join(json.dumps({"messages": row}) + "\n" for row in rows))
    view = closed.add_dataset(path, path.name)
    assert (view.report.kept, view.report.set_aside) == (10, 2)
    issue = next(issue for issue in view.report.issues if issue.fix == "mend_turns")
    assert [offer.id for offer in closed.fixes_for(view.id, issue.check, issue.kind)] == ["mend_turns"]
    preview = closed.preview_fix(view.id, issue.check, issue.kind, "mend_turns")
    assert (preview.added, preview.examples[0].row) == (1, 5)
    assert "two" in preview.examples[0].before
    mended = closed.apply_fix(view.id, issue.check, issue.kind, "mend_turns")
    assert (mended.report.total, mended.report.kept, mended.report.set_aside) == (12, 11, 1)
    assert [sourced.row for sourced in mended.preview] == [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12]
    record = mended.preview[4].record
    assert isinstance(record, Conversation)
    assert record.messages[0].content == "one\n\ntwo"
    assert ("unusable", issue.kind) not in found(closed, view.id)
    assert any(each.check == "unusable" and each.rows == (8,) for each in mended.report.issues)


def test_reading_with_other_columns_keeps_the_way_back_to_what_was_cleaned(closed, messy):
    cleaned = closed.apply_fix(messy, "duplicates", "", "keep_one").version
    closed.remap(messy, {"input": "answer", "output": "question"})
    assert [step.fix for step in closed.history(messy)] == ["keep_one", "remap"]
    assert closed.undo(messy).version == cleaned
    assert isinstance(closed.dataset(messy).preview[0].record, Completion)


def test_undo_goes_back_to_the_mapping_before_even_where_both_give_equal_records(closed, messy):
    closed.apply_fix(messy, "duplicates", "", "keep_one")
    plain = closed.remap(messy, {"input": "question", "output": "answer"}).report
    as_prompt = closed.remap(messy, {"input": "{question}", "output": "answer"}).report
    assert (plain.first, plain.kept) == (as_prompt.first, as_prompt.kept)
    assert closed.undo(messy).report.mapping == plain.mapping
    assert closed.redo(messy).report.mapping == as_prompt.mapping


def test_cleaning_keeps_what_the_reader_said_and_the_report_is_that_of_the_new_rows(closed, messy):
    before = closed.dataset(messy).report
    after = closed.apply_fix(messy, "broken_decoding", "misread", "repair_encoding").report
    assert (after.file_type, after.format, after.columns) == (before.file_type, before.format, before.columns)
    assert after.first == before.first
    assert closed.dataset(messy).rows == closed.dataset(messy).rows


def test_a_run_keeps_the_version_it_began_with_and_no_version_is_removed(closed, table, tiny_model_folder):
    config = planned(closed, table, tiny_model_folder)
    closed.edit_cell(config.dataset, 2, "completion", "It is one.")
    run = closed.start(config)
    assert closed.run(run).config.dataset_version == config.dataset_version
    assert closed._home.runs.folder(run).meta().cleaning == ()
    assert "2 versions of its rows" in " ".join(closed.dataset_dependents(config.dataset))
    write_table(table, 5)
