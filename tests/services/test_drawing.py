"""The worker draws several answers to each question: the same ones again, and it goes on where it was."""

from pathlib import Path

import pytest

from studio.core.drawn import Draw, Wanted
from studio.core.errors import Refused
from studio.services import drawing
from studio.services.studio import Studio
from studio.store.home import Home
from studio.store.lines import KeptLines
from studio.store.runs import RunFolder
from tests.services.conftest import STEPS, ended, job_ended, planned

TYPED = Wanted(3, 1.5, ("Why?", "How?"))


@pytest.fixture
def trained(studio: Studio, table: Path, tiny_model_folder: Path) -> str:
    run = studio.start(planned(studio, table, tiny_model_folder, evaluations=1))
    assert ended(studio, run) == "finished"
    return run


def draw(studio: Studio, home: Path, run: str, wanted: Wanted) -> Draw:
    assert job_ended(studio, run, studio.start_drawing(run, wanted)) == "finished"
    found = drawing.newest(Home(home).runs.folder(run))
    assert found is not None
    return found


def test_typed_and_held_back_questions_get_their_answers_and_the_same_ones_again(
    studio: Studio, home: Path, trained: str
) -> None:
    first = draw(studio, home, trained, TYPED)
    assert [(each.row, each.prompt, each.expected) for each in first.drawn] == [
        (0, "Why?", ""),
        (0, "How?", ""),
    ]
    assert all(len(each.answers) == len(each.gains) == 3 for each in first.drawn)
    assert len(set(first.drawn[0].answers)) > 1
    assert any(gain != 0 for gain in first.drawn[0].gains)
    assert (first.step, first.temperature) == (STEPS, 1.5)
    assert draw(studio, home, trained, TYPED) == first

    held_back = draw(studio, home, trained, Wanted(2, 1.0))
    assert len(held_back.drawn) == studio.run(trained).held_out_rows
    assert all(each.row and each.expected.startswith("It is") for each in held_back.drawn)


def test_what_was_drawn_before_a_stop_is_not_drawn_again(studio: Studio, home: Path, trained: str) -> None:
    whole = draw(studio, home, trained, TYPED)
    folder: RunFolder = Home(home).runs.folder(trained)
    kept = KeptLines(folder.path / drawing.UNFINISHED)
    assert kept.begin(f"{TYPED} {STEPS}") == []
    kept.append({"texts": ["a", "b", "c"], "ids": [[5], [6], [7]], "likely": [-1.0, -2.0, -3.0]})
    again = draw(studio, home, trained, TYPED)
    assert again.drawn[0].answers == ("a", "b", "c")
    assert again.drawn[1] == whole.drawn[1], "each question has a seed of its own"
    assert not (folder.path / drawing.UNFINISHED).exists()


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        (Wanted(1, 1.0), "1 answer to each question cannot be drawn"),
        (Wanted(4, 0.0), "A temperature of 0 cannot be drawn at"),
        (Wanted(4, 1.0, tuple(f"{number}?" for number in range(51))), "51 questions are too many"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    closed: Studio, table: Path, tiny_model_folder: Path, home: Path, wanted: Wanted, problem: str
) -> None:
    run = closed.start(planned(closed, table, tiny_model_folder))
    Home(home).runs.folder(run).checkpoints.save(
        1, lambda staged: (staged / "w").write_text("w"), eval_loss=1.0
    )
    with pytest.raises(Refused, match=problem):
        closed.start_drawing(run, wanted)


def test_a_second_wish_beside_one_that_waits_is_refused(
    closed: Studio, table: Path, tiny_model_folder: Path, home: Path
) -> None:
    run = closed.start(planned(closed, table, tiny_model_folder))
    Home(home).runs.folder(run).checkpoints.save(
        1, lambda staged: (staged / "w").write_text("w"), eval_loss=1.0
    )
    closed.start_drawing(run, Wanted(4, 1.0, ("Why?", " Why? ", "")))
    with pytest.raises(Refused, match="to be drawn already"):
        closed.start_drawing(run, TYPED)
    (request,) = Home(home).runs.folder(run).requests.all()
    assert request.wishes == ('{"answers": 4, "temperature": 1.0, "questions": ["Why?"]}',)
