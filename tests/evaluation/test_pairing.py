"""Which drawn answers are set side by side: the pair about which the model is least sure comes first."""

from studio.core.drawn import Drawn
from studio.evaluation.pairing import pairs


def drawn(*answers: tuple[str, float]) -> Drawn:
    texts, gains = zip(*answers, strict=True)
    return Drawn(0, "Why?", (), "", texts, gains)


def test_the_closest_rewards_come_first_and_every_question_once_before_one_comes_again() -> None:
    sure = drawn(("a", 0.0), ("b", 9.0), ("c", 2.0), ("d", 12.5))
    unsure = drawn(("e", 1.0), ("f", 1.5), ("g", 40.0))
    assert pairs([sure, unsure]) == [(1, 0, 1), (0, 0, 2), (0, 1, 3)]


def test_no_answer_stands_in_two_pairs() -> None:
    four = drawn(("a", 0.0), ("b", 0.1), ("c", 0.2), ("d", 0.4))
    assert pairs([four]) == [(0, 0, 1), (0, 2, 3)]


def test_answers_alike_word_for_word_and_empty_ones_are_never_asked_about() -> None:
    assert pairs([drawn(("So it is.", 1.0), ("So  it is. ", 1.0), ("", 1.1))]) == []
    assert pairs([drawn(("So.", 1.0), ("So.", 1.0), ("No.", 5.0))]) == [(0, 0, 2)]
