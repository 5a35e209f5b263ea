"""Votes on conversations: turns ahead of the question come along, and are read back as the same record."""

import json
from dataclasses import replace
from pathlib import Path

from studio.core.exam import Exam
from studio.core.records import Message, Preference
from studio.services.studio import Studio
from tests.services.conftest import planned
from tests.services.test_voting import held_exam, keep, right_one, vote_all

ROWS = 40


def conversations(path: Path) -> Path:
    def turns(number: int) -> list[dict[str, str]]:
        return [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": f"Do you know the number {number}?"},
            {"role": "assistant", "content": "Yes, I do."},
            {"role": "user", "content": f"What is {number} plus one?"},
            {"role": "assistant", "content": f"It is {number + 1}."},
        ]

    lines = (json.dumps({"messages": turns(number)}) for number in range(ROWS))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def exam_on(rows: tuple[int, ...]) -> Exam:
    """An exam on these rows of the file; its questions show the turns in one text, as exams do."""
    exam = held_exam(len(rows), identical=0)
    shown = "user: Do you know?\nassistant: Yes.\nuser: And?"
    table = (replace(row, row=at, question=shown) for row, at in zip(exam.table, rows, strict=True))
    return replace(exam, table=tuple(table))


def test_turns_ahead_of_a_question_become_part_of_the_preference(
    closed: Studio, home: Path, tmp_path: Path, tiny_model_folder: Path
) -> None:
    run = closed.start(planned(closed, conversations(tmp_path / "talks.jsonl"), tiny_model_folder))
    dataset = closed.run(run).config.dataset
    (first,) = closed.records_at(dataset, 4, 1)
    keep(home, run, exam_on((first.row,)))
    vote_all(closed, run, right_one)
    target = tmp_path / "pairs.jsonl"
    closed.write_preferences(run, target)
    added = closed.add_dataset(target, target.name)
    assert added.report.format == "preference"
    (pair,) = closed.records_at(added.id, 0, 1)
    assert pair.record == Preference(
        "What is 4 plus one?",
        "It is 1.",
        "No idea at all",
        (
            Message("system", "Be brief."),
            Message("user", "Do you know the number 4?"),
            Message("assistant", "Yes, I do."),
        ),
    )
