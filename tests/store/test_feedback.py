"""Feedback: lines are only added, a retraction takes one back, and a crash costs nothing that was said."""

import json
from pathlib import Path

import pytest

from studio.core.feedback import (
    Choice,
    Ended,
    Feedback,
    Message,
    Rating,
    Retraction,
    Vote,
    Written,
    from_dict,
    preference_pairs,
    standing,
    to_dict,
)
from studio.store.feedback import FeedbackFile


def vote(name: str = "v1", choice: Choice = "left", **changes: object) -> Vote:
    left = Written("tuned says", "tuned", "starter", "run1", 20, "aa")
    right = Written("base says", "base", "starter", "run1", 20, "bb")
    values: dict = {"id": name, "key": f"k-{name}", "prompt": "What?", "left": left, "right": right}
    return Vote(**{**values, "choice": choice, "who": "me", "at": 1.0, **changes})


SAID: list[Feedback] = [
    vote(before=(Message("system", "Be brief."),), settings={"decoding": "greedy", "answer_tokens": 64}),
    Ended("e1", "run1", 20, "me", 2.0),
    Retraction("r1", "v1", "me", 3.0),
    Rating(
        "g1",
        "k",
        "What?",
        Written("tuned says", "tuned", "starter", "run1", 20, "aa"),
        False,
        "me",
        4.0,
        "So.",
    ),
]


@pytest.mark.parametrize("said", SAID, ids=["vote", "ended", "retraction", "rating"])
def test_what_is_written_is_read_again(said: Feedback) -> None:
    assert from_dict(json.loads(json.dumps(to_dict(said)))) == said


def test_undo_adds_a_line_and_takes_the_vote_back(tmp_path: Path) -> None:
    file = FeedbackFile(tmp_path)
    file.add(vote("v1"))
    file.add(vote("v2"))
    before = file.path.read_bytes()
    file.add(Retraction("r1", "v2", "me", 2.0))
    assert file.path.read_bytes().startswith(before), "what was said is never rubbed out"
    assert [each.id for each in file.standing().votes] == ["v1"]


def test_of_two_votes_on_a_question_the_first_stays_and_a_retracted_one_makes_room(tmp_path: Path) -> None:
    file = FeedbackFile(tmp_path)
    file.add(vote("v1", "left", key="k"))
    file.add(vote("v2", "right", key="k"))
    assert [each.id for each in file.standing().votes] == ["v1"]
    file.add(Retraction("r1", "v1", "me", 3.0))
    file.add(vote("v3", "right", key="k"))
    assert [each.id for each in file.standing().votes] == ["v3"]
    twice = standing((vote("v1", key="k"), vote("v2", key="k")))
    assert [each.id for each in twice.votes] == ["v1"], "as an older studio may have written it"


def test_a_torn_last_line_was_never_said_and_the_next_vote_replaces_it(tmp_path: Path) -> None:
    file = FeedbackFile(tmp_path)
    file.add(vote("v1"))
    with file.path.open("ab") as open_file:
        open_file.write(b'{"version":1,"kind":"vo')
    assert [each.id for each in file.standing().votes] == ["v1"]
    file.add(vote("v2"))
    assert [each.id for each in file.standing().votes] == ["v1", "v2"]
    assert file.standing().damaged == 0


@pytest.mark.parametrize("line", [b"\x00\xff", b'{"version":1,"kind":"vote"}', b'{"version":2}', b"[]", b"5"])
def test_a_damaged_line_is_counted_and_hides_no_other(tmp_path: Path, line: bytes) -> None:
    file = FeedbackFile(tmp_path)
    file.add(vote("v1"))
    with file.path.open("ab") as open_file:
        open_file.write(line + b"\n")
    file.add(vote("v2"))
    found = file.standing()
    assert [each.id for each in found.votes] == ["v1", "v2"]
    assert found.damaged == 1


def test_without_a_file_nothing_was_said(tmp_path: Path) -> None:
    assert FeedbackFile(tmp_path).standing().votes == ()


def test_votes_are_told_by_the_run_and_the_step_that_they_judge(tmp_path: Path) -> None:
    file = FeedbackFile(tmp_path)
    file.add(vote("v1", key="k"))
    file.add(vote("v3", "tie", key="k", left=Written("x", "tuned", "starter", "run2", 5, "")))
    found = file.standing().of("run1", 20)
    assert [(each.id, each.preferred) for each in found.votes] == [("v1", "tuned")]


@pytest.mark.parametrize("choice", ["tie", "both_bad", "skipped"])
def test_what_prefers_nothing_is_no_pair(choice: Choice) -> None:
    assert preference_pairs((vote(choice=choice),)) == []


def test_a_preference_with_turns_ahead_is_written_as_messages() -> None:
    (pair,) = preference_pairs((vote(before=(Message("system", "Be brief."),)),))
    assert pair["prompt"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What?"},
    ]
    assert pair["chosen"] == [{"role": "assistant", "content": "tuned says"}]


def test_of_two_ratings_of_an_answer_the_last_counts(tmp_path: Path) -> None:
    file = FeedbackFile(tmp_path)
    answer = Written("base says", "base", "starter", "run1", 20, "bb")
    for name, good in (("g1", True), ("g2", False)):
        file.add(Rating(name, "k", "What?", answer, good, "me", 1.0))
    assert [each.good for each in file.standing().ratings] == [False]
    file.add(Retraction("r1", "g2", "me", 2.0))
    assert [each.good for each in file.standing().ratings] == [True]
