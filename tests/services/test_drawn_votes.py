"""Drawn answers are judged blind, the least sure pair first, and every vote is a preference to learn from."""

from dataclasses import replace
from pathlib import Path

import pytest

from studio.core import drawn as draws
from studio.core.drawn import Draw, Drawn, Wanted
from studio.core.errors import Refused
from studio.services import drawing
from studio.services.studio import Studio
from studio.store.feedback import FeedbackFile
from studio.store.files import write_json
from studio.store.home import Home
from tests.services.conftest import planned
from tests.services.test_voting import held_exam, keep

DRAW = Draw(
    12,
    "t" * 8,
    0.9,
    96,
    (
        Drawn(3, "What is 1 plus one?", (), "It is 2.", ("It is 2.", "No idea", "Two"), (3.0, 9.0, 3.5)),
        Drawn(0, "How are you?", (), "", ("Fine", "Well"), (1.0, 1.1)),
    ),
)


@pytest.fixture
def run(closed: Studio, table: Path, tiny_model_folder: Path, home: Path) -> str:
    run = closed.start(planned(closed, table, tiny_model_folder))
    write_json(home / "runs" / run / drawing.FILE, draws.to_dict(DRAW))
    return run


def test_a_draw_is_read_as_it_was_written() -> None:
    assert draws.from_dict(draws.to_dict(DRAW)) == DRAW


def test_the_least_sure_pair_is_asked_first_and_a_vote_keeps_how_it_was_drawn(
    closed: Studio, run: str, home: Path
) -> None:
    first = closed.drawn(run)
    assert first is not None
    assert first.open is not None
    assert (first.questions, first.answers, first.pairs, first.voted) == (2, 5, 2, 0)
    assert {first.open.left, first.open.right} == {"Fine", "Well"}
    closed.vote_on_drawn(run, first.open.key, "left")
    closed.vote_on_drawn(run, first.open.key, "left")
    then = closed.drawn(run)
    assert then is not None
    assert then.open is not None
    assert (then.voted, {then.open.left, then.open.right}) == (1, {"It is 2.", "Two"})
    assert then.open.expected == "It is 2."
    dataset = closed.run(run).config.dataset
    (vote,) = FeedbackFile(Home(home).datasets.folder(dataset).path).standing().votes
    assert vote.settings == {"decoding": "sampled", "temperature": "0.9", "answer_tokens": 96}
    assert (vote.left.arm, vote.right.arm, vote.left.step) == ("tuned", "tuned", 12)
    assert closed.preferences(dataset).count("How are you?") == 1
    assert closed.lessons(dataset).lessons[0].rows == 1


def test_the_last_vote_is_taken_back_and_the_others_stay(closed: Studio, run: str) -> None:
    for choice in ("right", "both_bad"):
        view = closed.drawn(run)
        assert view is not None
        assert view.open is not None
        closed.vote_on_drawn(run, view.open.key, choice)
    done = closed.drawn(run)
    assert done is not None
    assert (done.voted, done.open) == (2, None)
    closed.undo_vote_on_drawn(run)
    closed.undo_vote_on_drawn(run)
    closed.undo_vote_on_drawn(run)
    back = closed.drawn(run)
    assert back is not None
    assert back.voted == 0


def test_votes_on_drawn_answers_say_nothing_of_which_model_is_better(
    closed: Studio, run: str, home: Path
) -> None:
    keep(home, run, held_exam())
    before = closed.votes(run)
    drawn = closed.drawn(run)
    assert drawn is not None
    assert drawn.open is not None
    closed.vote_on_drawn(run, drawn.open.key, "left")
    after = closed.votes(run)
    assert after is not None
    assert replace(after, pairs_kept=0) == before
    closed.undo_vote(run)
    still = closed.drawn(run)
    assert still is not None
    assert still.voted == 1


def test_what_cannot_be_drawn_or_voted_on_is_refused(closed: Studio, run: str, home: Path) -> None:
    with pytest.raises(Refused, match="is no vote"):
        closed.vote_on_drawn(run, "key", "better")
    with pytest.raises(Refused, match="Nothing of this run is saved yet"):
        closed.start_drawing(run, Wanted(4, 0.9))
    (home / "runs" / run / drawing.FILE).unlink()
    assert closed.drawn(run) is None
    with pytest.raises(Refused, match="No answers were drawn yet"):
        closed.vote_on_drawn(run, "key", "left")
