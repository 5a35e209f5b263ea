"""The rewards that only read: what each gives for which answer."""

import pytest

from studio.core.errors import Refused
from studio.engine.rewarding import Given, Rewards
from studio.engine.rewards import Rewarded


def part(answer: str, *, reference: str = "", **knobs) -> float | str:
    """What the one reward that is switched on gives, or the problem it names."""
    (scored,) = Rewards.of(Rewarded(**knobs)).score_all([Given("Which?", answer, reference)])
    return scored.problem or next(iter(scored.parts.values()))


@pytest.mark.parametrize(
    ("answer", "reference", "worth"),
    [
        ("positive", "Positive", 1.0),
        ("  positive\n", "positive", 1.0),
        ("two  words", "two\nwords", 1.0),
        ("positive.", "positive", 0.0),
        ("It is positive", "positive", 0.0),
        ("", "positive", 0.0),
    ],
)
def test_exact_asks_for_the_whole_text_case_and_spaces_aside(answer, reference, worth):
    assert part(answer, reference=reference, exact_weight=1.0) == worth


@pytest.mark.parametrize(
    ("answer", "reference", "worth"),
    [
        ("12 eggs and 6 more are 18.", "18", 1.0),
        ("It costs $1,234.50", "#### 1234.5", 1.0),
        ("18 eggs", "18.0", 1.0),
        ("x = -3", "−3", 1.0),
        ("18 or 17", "18", 0.0),
        ("180", "18", 0.0),
        ("eighteen", "18", 0.0),
        ("word2vec", "2", 0.0),
        ("1" * 5000, "18", 0.0),
    ],
)
def test_exact_as_a_number_asks_for_the_last_number_alone(answer, reference, worth):
    assert part(answer, reference=reference, exact_weight=1.0, exact_as="number") == worth


def test_exact_cannot_judge_without_an_expected_answer():
    assert "no expected answer to compare with" in part("honey", exact_weight=1.0)
    assert "holds no number" in part("18", reference="many", exact_weight=1.0, exact_as="number")


@pytest.mark.parametrize(
    ("answer", "worth"),
    [("Ask your DOCTOR, please.", 1.0), ("Ask a nurse.", 0.0), ("See a doctor.", 0.5), ("", 0.0)],
)
def test_contains_gives_the_share_of_the_phrases_that_are_said(answer, worth):
    assert part(answer, contains_weight=1.0, contains_phrases="doctor; Your doctor;doctor") == worth


@pytest.mark.parametrize(
    ("answer", "worth"),
    [
        ('{"name": "Bea", "age": 7}', 1.0),
        (' {"age": null, "name": []}\n', 1.0),
        ('{"name": "Bea"}', 0.75),
        ("{}", 0.5),
        ("7", 0.5),
        ('{"name": "Bea", "age": 7} Done.', 0.0),
        ("{name: Bea}", 0.0),
        ('{"name": NaN, "age": 7}', 0.0),
        ("[" * 100_000, 0.0),
        ("1" * 10_000, 0.0),
        ("", 0.0),
    ],
)
def test_json_gives_half_for_json_and_half_for_the_entries(answer, worth):
    assert part(answer, json_weight=1.0, json_keys="name; age") == worth


def test_json_without_entries_gives_all_for_json():
    assert part("[1, 2]", json_weight=1.0) == 1.0
    assert part("[1, 2", json_weight=1.0) == 0.0


@pytest.mark.parametrize(("words", "worth"), [(0, 0), (2, 0.5), (4, 1), (10, 1), (15, 0.5), (20, 0), (99, 0)])
def test_length_falls_evenly_below_and_above(words, worth):
    assert part("word " * words, length_weight=1.0, length_least=4, length_most=10) == worth


def test_length_the_wrong_way_round_is_refused():
    with pytest.raises(Refused, match=r"\(length_least\) are 70 and the most \(length_most\) are 60"):
        Rewards.of(Rewarded(length_weight=1.0, length_least=70))
