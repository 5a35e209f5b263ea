"""The rewards that only read: what each gives for which answer."""

import pytest

from studio.core.errors import Refused
from studio.engine.rewarding import Given, Rewards
from studio.engine.rewards import Rewarded, pattern
from studio.engine.rewards.readability import lix


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
    [("Ask your DOCTOR, please.", 0.5), ("Ask a nurse.", 1.0), ("A cure by a doctor", 0.0)],
)
def test_must_not_contain_gives_the_share_of_the_phrases_that_are_not_said(answer, worth):
    knobs = {"must_not_contain_weight": 1.0, "must_not_contain_phrases": "doctor; cure"}
    assert part(answer, **knobs) == worth


@pytest.mark.parametrize(
    ("answer", "whole", "in_part"),
    [("positive", 1.0, 1.0), (" negative\n", 1.0, 1.0), ("It is positive.", 0.0, 1.0), ("none", 0.0, 0.0)],
)
def test_pattern_asks_for_the_whole_answer_or_a_part_of_it(answer, whole, in_part):
    form = {"pattern_weight": 1.0, "pattern_expression": "positive|negative"}
    assert part(answer, **form) == whole
    assert part(answer, **form, pattern_whole=False) == in_part


def test_pattern_sees_thoughts_of_several_lines_before_the_result():
    form = {"pattern_weight": 1.0, "pattern_expression": "<think>.*</think>.*"}
    assert part("<think>one\ntwo</think>\n3", **form) == 1.0


def test_a_pattern_that_hangs_is_cut_off_and_costs_its_answer_only(monkeypatch):
    monkeypatch.setattr(pattern, "LIMIT_SECONDS", 0.05)
    rewards = Rewards.of(Rewarded(pattern_weight=1.0, pattern_expression=r"(\w|\w\w)*[.!]"))
    hanging, plain = rewards.score_all([Given("Which?", "word" * 20), Given("Which?", "word.")])
    assert hanging.total is None
    assert "Comparing it with the form took longer than 0.05 second" in hanging.problem
    assert plain.total == 1.0


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ("", "no form is given"),
        ("(", "The form '\\(' is no regular expression: missing \\)"),
        ("a{9,1}", "is no regular"),
    ],
)
def test_a_pattern_that_is_none_is_refused(form, problem):
    with pytest.raises(Refused, match=problem):
        Rewards.of(Rewarded(pattern_weight=1.0, pattern_expression=form))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The cat sat. It saw a dog.", 3.5),  # 7 words in 2 sentences, none long
        ("Readability measurements", 2 + 100.0),  # no full stop is one sentence
        ("Der Gärtner gießt die Blumen: jeden Tag.", 7 / 2 + 100 / 7),  # Gärtner has seven letters
        ("3.5 + 4", None),
        ("", None),
    ],
)
def test_lix_is_words_per_sentence_and_the_percentage_of_long_words(text, expected):
    assert lix(text) == (None if expected is None else pytest.approx(expected))


def test_readability_is_full_up_to_the_limit_and_nothing_twenty_points_above():
    ten = " ".join(["short"] * 10)  # its LIX is 10
    for most, worth in ((10.0, 1.0), (30.0, 1.0)):
        assert part(ten, readability_weight=1.0, readability_most=most) == worth
    twenty, thirty = (" ".join(["short"] * words) for words in (20, 30))
    assert part(twenty, readability_weight=1.0, readability_most=10.0) == 0.5
    assert part(thirty, readability_weight=1.0, readability_most=10.0) == 0.0
    assert part("3 + 4", readability_weight=1.0) == 0.0


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


def test_json_with_a_schema_gives_half_for_fitting_it_and_a_quarter_beside_entries():
    schema = '{"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}'
    assert part('{"age": 7}', json_weight=1.0, json_schema=schema) == 1.0
    assert part('{"age": "7"}', json_weight=1.0, json_schema=schema) == 0.5
    assert part('{"age": "7"}', json_weight=1.0, json_schema=schema, json_keys="age") == 0.75


def test_json_with_a_schema_that_cannot_be_used_is_refused_before_anything_is_sampled():
    with pytest.raises(Refused, match="asks for 'pattern', which is not known here"):
        Rewards.of(Rewarded(json_weight=1.0, json_schema='{"pattern": "a+"}'))
