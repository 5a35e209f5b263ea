"""Thumbs on one answer and right answers: kept at once, changed, taken back, and made rows to learn from."""

from collections.abc import Callable
from pathlib import Path

import pytest

from studio.core.errors import Refused
from studio.core.records import Completion, Preference, Rated
from studio.services.comparisons import BASE
from studio.services.rating import RatingView
from studio.services.studio import Studio
from studio.services.views import Answer
from tests.services.conftest import planned

Put = Callable[..., str]


@pytest.fixture
def run(closed: Studio, table: Path, tiny_model_folder: Path) -> str:
    return closed.start(planned(closed, table, tiny_model_folder))


@pytest.fixture
def put(closed: Studio, run: str) -> Put:
    """Put a question that both models have answered already; return its id."""

    def put(question: str = "Why?", text: str = "So.", *, done: bool = True, **asked: bool) -> str:
        name = closed._questions.ask(question, run, **asked)
        closed._questions.write(name, BASE, Answer("Who knows", True, "b" * 8))
        closed._questions.write(name, run, Answer(text, done, "t" * 8))
        return name

    return put


def test_a_thumb_is_kept_changed_and_taken_back(closed: Studio, run: str, put: Put, home: Path) -> None:
    name = put()
    assert closed.ratings(name) == {BASE: None, run: None}
    closed.rate(name, run, RatingView(True))
    assert Studio(home).lessons(closed.run(run).config.dataset).lessons[1].rows == 1
    closed.rate(name, run, RatingView(False))
    assert closed.ratings(name) == {BASE: None, run: RatingView(False)}
    assert closed.ratings(put()) == closed.ratings(name), "asked again and answered alike"
    assert closed.ratings(put(text="Else.")) == {BASE: None, run: None}
    closed.rate(name, run, None)
    assert closed.ratings(name) == {BASE: None, run: None}
    assert closed.lessons(closed.run(run).config.dataset).lessons[1].rows == 0


def test_a_right_answer_is_a_pair_two_rated_answers_and_an_example(
    closed: Studio, run: str, put: Put
) -> None:
    for number in range(10):
        name = put(f"What is {number}?", "No idea.")
        closed.rate(name, run, RatingView(True, f" It is {number}. "))
    closed.rate(put("Who?"), BASE, RatingView(True))
    dataset = closed.run(run).config.dataset
    assert [lesson.rows for lesson in closed.lessons(dataset).lessons] == [10, 21, 10]

    def learned(kind: str, most: int) -> list[object]:
        made = closed.learn_from_feedback(dataset, kind)
        assert made.report.format == kind
        return [sourced.record for sourced in closed.records_at(made.id, 0, most)]

    assert learned("preference", 1) == [Preference("What is 0?", "It is 0.", "No idea.")]
    assert learned("rated", 2) == [
        Rated("What is 0?", "No idea.", False),
        Rated("What is 0?", "It is 0.", True),
    ]
    assert learned("pairs", 1) == [Completion("What is 0?", "It is 0.")]


def test_only_an_answer_that_stands_there_can_be_rated(closed: Studio, run: str, put: Put) -> None:
    assert closed.ratings(put(done=False)) == {BASE: None}
    assert closed.ratings(put(text=" ")) == {BASE: None}
    assert closed.ratings(put(with_retrieval=True)) == {}
    with pytest.raises(Refused, match="no such answer"):
        closed.rate(put(), "somebody", RatingView(True))
    with pytest.raises(Refused, match="as the model wrote it"):
        closed.rate(put(), run, RatingView(False, "So. "))
    with pytest.raises(Refused, match="40000 is the most"):
        closed.rate(put(), run, RatingView(False, "x" * 40_001))


def test_without_its_data_set_a_rating_has_no_place(closed: Studio, run: str, put: Put) -> None:
    name = put()
    closed.delete_dataset(closed.run(run).config.dataset)
    with pytest.raises(Refused, match="was deleted"):
        closed.rate(name, run, RatingView(True))
