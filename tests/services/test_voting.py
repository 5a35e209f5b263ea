"""Blind votes on an exam: stored at once, undone by a line, blind until the end, and read back as data."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.core import exam as exams
from studio.core.errors import Refused, StudioError
from studio.core.exam import Difference, Exam, ExamRow, Score
from studio.core.records import Preference
from studio.services import voting
from studio.services.comparisons import BASE
from studio.services.studio import Studio
from studio.services.views import Answer
from studio.store.feedback import FeedbackFile
from studio.store.files import write_json
from studio.store.home import Home
from tests.services.conftest import planned

QUESTIONS = 8
SAME = Score(0.5, 0.4, 0.6)
NONE = Difference(0.0, -0.1, 0.1, "too_few")


def held_exam(rows: int = QUESTIONS, *, identical: int = 1) -> Exam:
    """An exam of which the tuned model answered as expected; the last rows are answered alike by both."""
    table = tuple(
        ExamRow(
            row=row + 2,
            question=f"What is {row} plus one?",
            expected=f"It is {row + 1}.",
            base_loss=2.0,
            tuned_loss=1.0,
            trained_tokens=5,
            base=f"It is {row + 1}." if row >= rows - identical else "No idea at all",
            tuned=f"It is {row + 1}.",
        )
        for row in range(rows)
    )
    names = ("loss", "rougeL", "chrf")
    return Exam(
        rows=rows,
        answered=rows,
        answer_tokens=16,
        step=12,
        dtype="float32",
        device="cpu",
        seconds=1.0,
        arms={arm: dict.fromkeys(names, SAME) for arm in ("base", "tuned")},
        differences=dict.fromkeys(names, NONE),
        table=table,
        weights_hashes={"base": "b" * 8, "tuned": "t" * 8},
    )


@pytest.fixture
def examined(closed: Studio, table: Path, tiny_model_folder: Path, home: Path) -> tuple[Studio, str]:
    """A studio where nobody works, and a run of it with an exam."""
    run = closed.start(planned(closed, table, tiny_model_folder))
    keep(home, run, held_exam())
    return closed, run


def keep(home: Path, run: str, exam: Exam) -> None:
    write_json(home / "runs" / run / "exam.json", exams.to_dict(exam))


def vote_all(studio: Studio, run: str, choose: Callable[[str, str], str]) -> None:
    """Vote until no question is left; `choose` sees the left and the right answer only."""
    while (view := studio.votes(run)) is not None and view.open is not None:
        studio.vote(run, view.open.key, choose(view.open.left, view.open.right))


def right_one(left: str, right: str) -> str:
    return "left" if left.startswith("It is") else "right"


def test_no_question_tells_whose_answer_is_whose(examined: tuple[Studio, str]) -> None:
    studio, run = examined
    sides = set()
    while (view := studio.votes(run)) is not None and view.open is not None:
        assert not view.shown
        assert (view.counted.decided, view.rows, view.won, view.metrics) == (0, (), None, {})
        sides.add(right_one(view.open.left, view.open.right))
        studio.vote(run, view.open.key, "tie")
    assert sides == {"left", "right"}, "one model that always stands left is found out"


def test_the_order_is_the_same_after_a_restart(examined: tuple[Studio, str], home: Path) -> None:
    studio, run = examined
    before = studio.votes(run)
    assert before is not None
    again = Studio(home).votes(run)
    assert again is not None
    assert again.open == before.open


def test_votes_for_the_tuned_answers_are_counted_with_an_interval(examined: tuple[Studio, str]) -> None:
    studio, run = examined
    vote_all(studio, run, right_one)
    view = studio.votes(run)
    assert view is not None
    assert view.shown
    assert (view.counted.tuned, view.counted.base, view.counted.ties) == (7, 0, 1)
    assert view.verdict == "better"
    assert "You preferred the tuned answer in 7 of the 7 questions" in view.said.sentence
    assert "1 answered alike word for word and not asked" in view.said.sentence
    assert view.metrics["loss"].same == view.metrics["loss"].rows == 7
    assert view.metrics["rougeL"].same == view.metrics["chrf"].same == 7


def test_a_vote_is_on_disk_at_once_and_undo_brings_its_question_back(
    examined: tuple[Studio, str], home: Path
) -> None:
    studio, run = examined
    first = studio.votes(run)
    assert first is not None
    assert first.open is not None
    studio.vote(run, first.open.key, "both_bad")
    elsewhere = Studio(home)
    then = elsewhere.votes(run)
    assert then is not None
    assert (then.voted, then.open == first.open) == (1, False)
    elsewhere.undo_vote(run)
    back = studio.votes(run)
    assert back is not None
    assert (back.voted, back.open) == (0, first.open)


def test_a_press_that_comes_twice_counts_once(examined: tuple[Studio, str]) -> None:
    studio, run = examined
    first = studio.votes(run)
    assert first is not None
    assert first.open is not None
    studio.vote(run, first.open.key, "left")
    studio.vote(run, first.open.key, "left")
    studio.vote(run, "no such question", "left")
    view = studio.votes(run)
    assert view is not None
    assert view.voted == 1


def test_two_pages_that_vote_at_the_same_moment_cast_one_vote(
    examined: tuple[Studio, str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, run = examined
    first = studio.votes(run)
    assert first is not None
    assert first.open is not None
    key, written = first.open.key, voting._vote

    def meanwhile(*asked: Any) -> Any:
        monkeypatch.setattr(voting, "_vote", written)
        Studio(home).vote(run, key, "left")
        return written(*asked)

    monkeypatch.setattr(voting, "_vote", meanwhile)
    studio.vote(run, key, "right")
    dataset = Home(home).runs.folder(run).config().dataset
    (kept,) = FeedbackFile(Home(home).datasets.folder(dataset).path).standing().votes
    assert kept.choice == "left", "the one that came first stays"
    assert len(studio.preferences(dataset).splitlines()) == 1


def test_the_end_may_come_early_and_be_taken_back(examined: tuple[Studio, str]) -> None:
    studio, run = examined
    first = studio.votes(run)
    assert first is not None
    assert first.open is not None
    studio.vote(run, first.open.key, "skipped")
    studio.end_voting(run)
    ended = studio.votes(run)
    assert ended is not None
    assert (ended.shown, ended.open, ended.skipped, ended.won) == (True, None, 1, None)
    assert "No question was decided yet" in ended.said.sentence
    studio.go_on_voting(run)
    on = studio.votes(run)
    assert on is not None
    assert on.open is not None
    assert not on.shown


def test_votes_become_rows_that_the_studio_reads_as_preferences(
    examined: tuple[Studio, str], tmp_path: Path
) -> None:
    studio, run = examined
    with pytest.raises(Refused, match="No vote prefers"):
        studio.preferences(studio.run(run).config.dataset)
    vote_all(studio, run, right_one)
    kept = studio.preferences(studio.run(run).config.dataset)
    file = tmp_path / "votes.jsonl"
    file.write_text(kept, encoding="utf-8")
    added = studio.add_dataset(file, file.name)
    assert added.report.format == "preference"
    records = [sourced.record for sourced in studio.records_at(added.id, 0, QUESTIONS)]
    assert records[0] == Preference("What is 0 plus one?", "It is 1.", "No idea at all")
    assert len(records) == 7


def test_a_disk_that_fails_leaves_no_half_of_the_preferences(
    examined: tuple[Studio, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, run = examined
    vote_all(studio, run, right_one)
    target = tmp_path / "given" / "pairs.jsonl"
    target.parent.mkdir()

    def fails(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(StudioError, match=r"The preferences could not be written: No space left"):
        studio.write_preferences(run, target)
    assert list(target.parent.iterdir()) == []


def test_typed_questions_are_voted_on_after_those_of_the_exam(examined: tuple[Studio, str]) -> None:
    studio, run = examined
    answer(studio, run, "How are you?", "Fine", weights="t" * 8)
    answer(studio, run, "Asked of another step?", "Fine", weights="other")
    view = studio.votes(run)
    assert view is not None
    assert view.questions == QUESTIONS  # seven of the exam and one typed
    vote_all(studio, run, lambda left, right: "left")
    told = studio.votes(run)
    assert told is not None
    assert told.rows[-1].prompt == "How are you?"


def test_answers_written_with_documents_are_no_ballot_of_the_bare_models(
    examined: tuple[Studio, str],
) -> None:
    studio, run = examined
    answer(studio, run, "How are you?", "Fine", weights="t" * 8, with_retrieval=True)
    view = studio.votes(run)
    assert view is not None
    assert view.questions == QUESTIONS - 1


def answer(
    studio: Studio, run: str, question: str, text: str, *, weights: str, with_retrieval: bool = False
) -> None:
    asked = studio._questions.ask(question, run, with_retrieval=with_retrieval)
    studio._questions.write(asked, BASE, Answer("I do not know", True, "b" * 8))
    studio._questions.write(asked, run, Answer(text, True, weights))


def test_another_exam_is_voted_on_anew(examined: tuple[Studio, str], home: Path) -> None:
    studio, run = examined
    vote_all(studio, run, right_one)
    keep(home, run, replace(held_exam(), step=24))
    view = studio.votes(run)
    assert view is not None
    assert (view.voted, view.shown) == (0, False)


def test_when_the_run_goes_on_the_votes_are_those_of_an_earlier_point(examined: tuple[Studio, str]) -> None:
    studio, run = examined
    checkpoints = studio._home.runs.folder(run).checkpoints
    for step, earlier in ((12, False), (24, True)):
        loss = 1.0 / step
        checkpoints.save(step, lambda staged: (staged / "file").write_text("w"), eval_loss=loss)
        view = studio.votes(run)
        assert view is not None
        assert view.earlier is earlier


def test_before_an_exam_there_is_nothing_to_vote_on(
    closed: Studio, table: Path, tiny_model_folder: Path
) -> None:
    run = closed.start(planned(closed, table, tiny_model_folder))
    assert closed.votes(run) is None
    with pytest.raises(Refused, match="no answers to judge"):
        closed.vote(run, "key", "left")


def test_where_all_answers_are_alike_nobody_is_asked(examined: tuple[Studio, str], home: Path) -> None:
    studio, run = examined
    keep(home, run, held_exam(3, identical=3))
    view = studio.votes(run)
    assert view is not None
    assert (view.questions, view.identical, view.shown, view.verdict) == (0, 3, True, "too_few")


def test_without_its_data_set_votes_have_no_place(examined: tuple[Studio, str]) -> None:
    studio, run = examined
    studio.delete_dataset(studio.run(run).config.dataset)
    with pytest.raises(Refused, match="was deleted, and votes are kept with it"):
        studio.votes(run)


def test_an_unknown_choice_is_refused(examined: tuple[Studio, str]) -> None:
    studio, run = examined
    with pytest.raises(Refused, match="is no vote"):
        studio.vote(run, "key", "better")
