"""Every held-back row is handed out, with what is known of it, and no text of it computes anything."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from studio.core.config import RunConfig
from studio.core.exam import Difference, Exam, ExamRow, Score
from studio.core.records import Completion, Conversation, Labelled, Message, SourcedRecord
from studio.engine.sources import ModelSource
from studio.exporters.facts import DatasetFacts, RunFacts
from studio.exporters.job import ExportJob
from studio.exporters.predictions import write

FORMULA = '=HYPERLINK("http://evil","x")'
SOURCE = ModelSource("starter", Path("/cache/starter"), "", "e" * 64, "apache-2.0")
ROWS = (
    SourcedRecord(3, Completion(FORMULA, "It is 3.")),
    SourcedRecord(5, Completion("What is 5?", "It is 5.")),
    SourcedRecord(9, Completion("What is 9?", "It is 9.")),
)
SCORES = {name: Score(0.5, 0.4, 0.6) for name in ("loss", "exact_match", "chrf", "bleu")}
EXAM = Exam(
    rows=2, answered=1, answer_tokens=64, step=12, dtype="float32", device="cpu", seconds=3.0,
    arms={"base": SCORES, "tuned": SCORES}, weights_hashes={},
    differences={"loss": Difference(-1.0, -1.5, -0.5, "too_few")},
    table=(
        ExamRow(3, FORMULA, "It is 3.", 2.0, 1.0, 6, base="+1+1", tuned="It is 3."),
        ExamRow(5, "What is 5?", "It is 5.", 2.5, 1.5, 6),
    ),
)  # fmt: skip
CONFIG, DATASET = RunConfig("d", "v" * 12), DatasetFacts("sums", "v" * 12, "pairs")


def written(folder, rows=ROWS, exam=EXAM):
    folder.mkdir()
    job = ExportJob(CONFIG, SOURCE, folder, 12, DATASET, (), rows, RunFacts(CONFIG, DATASET), exam)
    write(job, folder)
    book = CalamineWorkbook.from_path(folder / "predictions.xlsx")
    lines = [json.loads(line) for line in (folder / "predictions.jsonl").read_text().splitlines()]
    return book.get_sheet_by_name("Predictions").to_python(), lines


def test_every_held_back_row_is_there_and_those_without_an_answer_say_so(tmp_path):
    sheet, lines = written(tmp_path / "out")
    head = sheet[0]
    assert [row[head.index("row")] for row in sheet[1:]] == [3, 5, 9]
    assert [line["row"] for line in lines] == [3, 5, 9]
    states = [line["state"] for line in lines]
    assert states == [row[-1] for row in sheet[1:]]
    assert states[0] == "answered"
    assert states[1].startswith("scored, not answered")
    assert states[2].startswith("not in the exam")


def test_a_row_has_both_answers_and_its_own_scores(tmp_path):
    sheet, lines = written(tmp_path / "out")
    assert lines[0]["tuned"] == {"answer": "It is 3.", "loss": 1.0, "exact_match": 1.0, "chrf": 100.0}
    assert lines[0]["base"]["exact_match"] == 0.0
    assert lines[1]["base"] == {"answer": None, "loss": 2.5}
    assert lines[2]["base"] == {"answer": None, "loss": None}
    head, first = sheet[0], sheet[1]
    assert "bleu after" not in head, "BLEU means nothing on one row"
    assert (first[head.index("after")], first[head.index("loss after")]) == ("It is 3.", 1.0)
    assert first[head.index("chrf after")] == 100.0


def test_no_text_becomes_a_formula_or_a_link(tmp_path):
    sheet, _ = written(tmp_path / "out")
    assert sheet[1][1:5] == [FORMULA, "It is 3.", "+1+1", "It is 3."]
    with zipfile.ZipFile(tmp_path / "out" / "predictions.xlsx") as whole:
        content = b"".join(whole.read(name) for name in whole.namelist() if "sheet" in name)
    assert b"<f>" not in content
    assert b"<hyperlink" not in content


def test_another_program_reads_the_same_cells(tmp_path):
    sheet, _ = written(tmp_path / "out")
    book = load_workbook(tmp_path / "out" / "predictions.xlsx")
    read = [list(line) for line in book["Predictions"].iter_rows(values_only=True)]
    empty = [[None if cell == "" else cell for cell in line] for line in sheet]
    assert read == empty
    assert {cell.data_type for line in book["Predictions"] for cell in line} <= {"s", "n"}


def test_without_an_exam_the_questions_are_handed_out_and_say_that_there_was_none(tmp_path):
    sheet, lines = written(tmp_path / "out", exam=None)
    assert {line["state"] for line in lines} == {"no exam was held for these weights"}
    assert [line["expected"] for line in lines] == ["It is 3.", "It is 5.", "It is 9."]
    assert len(sheet) == 4


def test_labels_and_conversations_are_handed_out_too(tmp_path):
    turns = (Message("user", "Hi"), Message("assistant", "Hello"), Message("user", "Bye"))
    rows = (
        SourcedRecord(2, Labelled("great film", "good")),
        SourcedRecord(4, Conversation((*turns, Message("assistant", "See you")))),
    )
    scores = {name: Score(0.5, 0.4, 0.6) for name in ("loss", "accuracy", "f1_macro")}
    exam = replace(
        EXAM,
        arms={"base": scores, "tuned": scores},
        differences={"accuracy": Difference(1.0, 0.5, 1.0, "too_few")},
        table=(ExamRow(2, "great film", "good", 0.9, 0.1, 1, "bad", "good"),),
    )
    _, lines = written(tmp_path / "out", rows, exam)
    assert (lines[0]["base"]["accuracy"], lines[0]["tuned"]["accuracy"]) == (0.0, 1.0)
    assert (lines[1]["question"], lines[1]["expected"]) == ("Hi\nHello\nBye", "See you")


def test_half_a_character_breaks_neither_file(tmp_path):
    _, lines = written(tmp_path / "out", (SourcedRecord(2, Completion("\ud83d", "a\x07b")),), None)
    assert lines[0]["expected"] == "a\x07b"


def test_a_row_of_two_answers_has_the_other_one_and_how_far_apart_each_model_holds_them(tmp_path):
    pair = replace(EXAM.table[0], worse="No.", base_margin=-1.5, tuned_margin=2.0)
    sheet, lines = written(tmp_path / "out", exam=replace(EXAM, table=(pair,)))
    assert lines[0]["worse"] == "No."
    assert (lines[0]["base"]["margin"], lines[0]["tuned"]["margin"]) == (-1.5, 2.0)
    head = sheet[0]
    assert sheet[1][head.index("margin before")] == -1.5
    assert "reward before" not in head


def test_a_row_that_a_reward_was_asked_about_has_what_each_answer_is_worth(tmp_path):
    row = replace(EXAM.table[0], base_reward=0.25, tuned_reward=0.75)
    sheet, lines = written(tmp_path / "out", exam=replace(EXAM, table=(row,)))
    assert (lines[0]["base"]["reward"], lines[0]["tuned"]["reward"]) == (0.25, 0.75)
    assert sheet[1][sheet[0].index("reward after")] == 0.75
