"""A judge's replies: one letter is read, a sentence is not, and both orders must agree."""

import pytest

from studio.core.judge import Judgement
from studio.evaluation.ballots import ballot
from studio.evaluation.judge import asked, letter, settle


@pytest.mark.parametrize(
    ("reply", "read"),
    [
        ("A", "A"),
        (" b.\n", "B"),
        ("**C**", "C"),
        ("Answer B", "B"),
        ("The better answer is: A.", "A"),
        ("Verdict: [[B]], since it is shorter", "B"),
        ("[[A]] or [[B]]", None),
        ("A good question.", None),
        ("Both are fine", None),
        ("A or B", None),
        ("D", None),
        ("", None),
    ],
)
def test_a_letter_is_read_and_nothing_is_guessed(reply: str, read: str | None) -> None:
    assert letter(reply) == read


@pytest.mark.parametrize(
    ("replies", "opinion", "swayed"),
    [
        (("A", "B"), "tuned", False),
        (("B", "A"), "base", False),
        (("C", "C"), "tie", False),
        (("A", "A"), "tie", True),
        (("A", "C"), "tie", True),
        (("A", "hm"), "unread", False),
    ],
)
def test_an_answer_wins_only_where_it_wins_in_both_orders(
    replies: tuple[str, str], opinion: str, swayed: bool
) -> None:
    assert settle("k", replies) == Judgement("k", opinion, replies, swayed)


def test_both_orders_show_the_same_answers_in_changed_places() -> None:
    first, second = asked(ballot(("run", 1), 0, ("Why?", "BASE", "TUNED")))
    assert first.index("TUNED") < first.index("BASE")
    assert second.index("BASE") < second.index("TUNED")
    assert first.replace("TUNED", "x").replace("BASE", "y") == second.replace("BASE", "x").replace(
        "TUNED", "y"
    )
