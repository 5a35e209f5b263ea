"""What people said becomes a data set that is learned from: with its origin, its versions, and a way back."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.errors import Refused
from studio.core.feedback import Choice, Retraction, Vote, Written
from studio.core.records import Message, Preference, Rated
from studio.services.studio import Studio
from studio.store.feedback import FeedbackFile
from studio.store.home import Home
from tests.services.conftest import ended, write_table

Say = Callable[..., None]


def cast(number: int, choice: Choice, **changes: object) -> Vote:
    """A vote on a pair of answers; the tuned one stands left."""
    left = Written(f"Right {number}.", "tuned", "starter", "run1", 12, "t" * 8)
    right = Written(f"Wrong {number}.", "base", "starter", "run1", 12, "b" * 8)
    vote = Vote(f"v{number}", f"k{number}", f"Question {number}?", left, right, choice, "me", 1.0 + number)
    return replace(vote, row=number + 1, settings={"decoding": "greedy"}, **changes)


@pytest.fixture
def dataset(closed: Studio, table: Path) -> str:
    return closed.add_dataset(table, table.name).id


@pytest.fixture
def say(home: Path, dataset: str) -> Say:
    """Keep votes with the data set: of these numbers and with this choice."""
    file = FeedbackFile(Home(home).datasets.folder(dataset).path)

    def keep(numbers: range, choice: Choice = "left", **changes: object) -> None:
        for number in numbers:
            file.add(cast(number, choice, **changes))

    return keep


def test_too_few_preferences_are_counted_and_refused(closed: Studio, dataset: str, say: Say) -> None:
    assert [lesson.rows for lesson in closed.lessons(dataset).lessons] == [0, 0, 0]
    say(range(4))
    say(range(4, 20), "tie")
    first, *_ = closed.lessons(dataset).lessons
    assert (first.kind, first.rows, first.needed, first.made) == ("preference", 4, 10, "")
    with pytest.raises(Refused, match=r"There are 4 preferences so far; learning needs at least 10\."):
        closed.learn_from_feedback(dataset, "preference")
    with pytest.raises(Refused, match="no feedback of the kind 'stars'"):
        closed.learn_from_feedback(dataset, "stars")


def test_preferences_become_a_data_set_of_pairs_that_keeps_who_said_it_when_and_of_what(
    closed: Studio, dataset: str, say: Say, home: Path
) -> None:
    say(range(9))
    say(range(9, 12), "right")
    made = closed.learn_from_feedback(dataset, "preference")
    assert (made.name, made.report.format, made.report.kept) == ("Preferences: sums", "preference", 12)
    records = [sourced.record for sourced in closed.records_at(made.id, 0, 12)]
    assert records[0] == Preference("Question 0?", "Right 0.", "Wrong 0.")
    assert records[9] == Preference("Question 9?", "Wrong 9.", "Right 9.")
    lines = Home(home).datasets.folder(made.id).source(made.version).read_text(encoding="utf-8").splitlines()
    said = json.loads(lines[9])["said"]
    assert (said["id"], said["who"], said["at"]) == ("v9", "me", "1970-01-01T00:00:10+00:00")
    assert (said["what"], said["row"], said["settings"]) == ("right", 10, {"decoding": "greedy"})
    assert [answer["arm"] for answer in said["answers"]] == ["base", "tuned"]
    assert said["answers"][1] == {
        "arm": "tuned",
        "model": "starter",
        "run": "run1",
        "step": 12,
        "weights_hash": "t" * 8,
    }
    assert closed.lessons(dataset).lessons[0].made == made.id


def test_what_was_said_later_is_a_new_version_that_can_be_undone(
    closed: Studio, dataset: str, say: Say
) -> None:
    say(range(10))
    first = closed.learn_from_feedback(dataset, "preference")
    assert closed.learn_from_feedback(dataset, "preference") == first
    assert closed.history(first.id) == ()
    say(range(10, 15))
    then = closed.learn_from_feedback(dataset, "preference")
    assert (then.id, then.report.kept) == (first.id, 15)
    assert [step.title for step in closed.history(then.id)] == ["What people said, taken again"]
    assert closed.learn_from_feedback(dataset, "preference") == then
    assert closed.undo(then.id).report.kept == 10
    assert len(closed.datasets()) == 2


def test_two_bad_answers_are_rated_bad_and_ties_teach_nothing(closed: Studio, dataset: str, say: Say) -> None:
    say(range(4), "both_bad")
    say(range(4, 6))
    say(range(6, 9), "tie")
    say(range(9, 12), "skipped")
    pairs, rated, _ = closed.lessons(dataset).lessons
    assert (pairs.rows, rated.kind, rated.rows) == (2, "rated", 12)
    made = closed.learn_from_feedback(dataset, "rated")
    records = [sourced.record for sourced in closed.records_at(made.id, 0, 12)]
    assert records[0] == Rated("Question 0?", "Right 0.", False)
    assert records[8:10] == [Rated("Question 4?", "Right 4.", True), Rated("Question 4?", "Wrong 4.", False)]
    assert [record.label for record in records].count(True) == 2


def test_where_nothing_was_written_there_is_nothing_to_learn_from(
    closed: Studio, dataset: str, say: Say
) -> None:
    empty = replace(cast(0, "left").right, text=" ")
    say(range(3), right=empty)
    say(range(3, 5), "both_bad", right=empty)
    assert [lesson.rows for lesson in closed.lessons(dataset).lessons] == [0, 5, 0]


def test_turns_ahead_of_a_question_are_in_its_pair(closed: Studio, dataset: str, say: Say) -> None:
    before = (Message("user", "Hello"), Message("assistant", "Good day"))
    say(range(12), before=before)
    made = closed.learn_from_feedback(dataset, "preference")
    (first,) = closed.records_at(made.id, 0, 1)
    assert first.record == Preference("Question 0?", "Right 0.", "Wrong 0.", before)


def test_votes_on_answers_of_a_deleted_run_count_and_are_told(closed: Studio, dataset: str, say: Say) -> None:
    say(range(10))
    view = closed.lessons(dataset)
    assert (view.gone, view.lessons[0].rows) == (10, 10)
    assert closed.learn_from_feedback(dataset, "preference").report.kept == 10


def test_all_that_was_said_is_handed_out_ties_among_it(
    closed: Studio, dataset: str, say: Say, home: Path
) -> None:
    with pytest.raises(Refused, match="Nothing was said"):
        closed.feedback(dataset)
    say(range(2, 4), "tie")
    say(range(2))
    lines = [json.loads(line) for line in closed.feedback(dataset).splitlines()]
    assert [(line["kind"], line["id"], line["choice"]) for line in lines] == [
        ("vote", "v0", "left"),
        ("vote", "v1", "left"),
        ("vote", "v2", "tie"),
        ("vote", "v3", "tie"),
    ]
    FeedbackFile(Home(home).datasets.folder(dataset).path).add(Retraction("r", "v2", "me", 9.0))
    assert closed.feedback(dataset).count("tie") == 1


def test_a_run_learns_from_the_preferences(
    studio: Studio, tmp_path: Path, home: Path, tiny_model_folder: Path
) -> None:
    table = write_table(tmp_path / "sums.csv")
    asked = studio.add_dataset(table, table.name)
    file = FeedbackFile(Home(home).datasets.folder(asked.id).path)
    for number in range(12):
        file.add(cast(number, "left"))
    made = studio.learn_from_feedback(asked.id, "preference")
    knobs = {"steps": 3, "batch_size": 4, "evaluations": 1}
    config = studio.plan(made.id, model=str(tiny_model_folder), objective="dpo", knobs=knobs)
    run = studio.start(config)
    assert ended(studio, run) == "finished"
