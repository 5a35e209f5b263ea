"""The advice says what the intervals show: each ending of the bake-off, and never a claim beyond it."""

from dataclasses import replace

import pytest

from studio.core.bake_off import BakeOff, BestOther, Cost
from studio.core.exam import Difference, Exam, Score
from studio.evaluation.advice import PHRASES, advise, deciding_measure, phrase
from studio.evaluation.arms import ARMS

CLAIMS = ("better", "worse", "pays")
GAIN = Difference(0.3, 0.2, 0.4, "better")
NOTHING = Difference(0.01, -0.1, 0.12, "same")
LOST = Difference(-0.3, -0.4, -0.2, "worse")
CHANCE = Difference(0.3, 0.1, 0.5, "too_few")


def exam(**values: float) -> Exam:
    """An exam of so many words right, by arm, on 35 rows of which 32 were answered."""
    arms = {arm: {"loss": Score(2, 1, 3), "exact_match": Score(value, 0, 1)} for arm, value in values.items()}
    return Exam(35, 32, 64, 8, "float32", "cpu", 30.0, arms, {}, (), {})


def bake_off(
    against_best: Difference, *, rival: str = "prompt", tuned: Difference, other: Difference
) -> BakeOff:
    gains = {"base": {}, "tuned": {"exact_match": tuned}}
    if rival != "base":
        gains[rival] = {"exact_match": other}
    cost = Cost(0.0, 1.0, 0, 40.0)
    return BakeOff(
        costs=dict.fromkeys(ARMS, cost),
        against_base=gains,
        against_best={"exact_match": BestOther(rival, against_best)},
    )


TRIED = exam(base=0.2, prompt=0.5, tuned=0.8)


def test_a_tuned_model_that_is_better_than_the_best_of_the_others_pays() -> None:
    said = advise(TRIED, bake_off(GAIN, tuned=GAIN, other=GAIN))
    assert said is not None
    assert (said.tone, said.headline) == ("good", "Fine-tuning pays")
    assert "better than the best of the other ways, your instructions alone" in said.sentence
    assert "tuned 80 %, your instructions alone 50 %" in said.sentence
    assert "95 % interval of the difference +20 % to +40 %" in said.sentence


def test_instructions_that_show_no_difference_to_tuning_and_help_make_tuning_unneeded() -> None:
    said = advise(TRIED, bake_off(NOTHING, tuned=GAIN, other=GAIN))
    assert said is not None
    assert said.headline == "You may not need to fine-tune"
    assert "show no clear difference. Both are better than the model as it is" in said.sentence
    said = advise(TRIED, bake_off(NOTHING, tuned=NOTHING, other=GAIN))
    assert said is not None
    assert "Only the second is clearly better than the model as it is" in said.sentence


def test_a_way_that_reads_the_instructions_beside_something_else_says_so() -> None:
    found = bake_off(LOST, rival="few_shot", tuned=GAIN, other=GAIN)
    tried = exam(base=0.2, few_shot=0.9, tuned=0.8)
    alone, told = advise(tried, found), advise(tried, replace(found, prompt="Be brief."))
    assert alone is not None
    assert told is not None
    assert "instructions" not in alone.sentence
    assert "untouched model with your instructions and examples in the prompt does better" in told.sentence
    assert phrase("prompt", replace(found, prompt="Be brief.")) == PHRASES["prompt"]
    assert phrase("base", replace(found, prompt="Be brief.")) == PHRASES["base"]


def test_a_way_that_beats_the_tuned_model_is_named() -> None:
    said = advise(TRIED, bake_off(LOST, tuned=GAIN, other=GAIN))
    assert said is not None
    assert (said.tone, said.headline) == ("warning", "You need not fine-tune")
    assert "with your instructions alone does better" in said.sentence


@pytest.mark.parametrize("against", [LOST, NOTHING])
def test_looking_up_is_not_praised_where_the_documents_hold_the_answers(against: Difference) -> None:
    tried = exam(base=0.2, retrieval=0.9, tuned=0.8)
    measured = bake_off(against, rival="retrieval", tuned=GAIN, other=GAIN)
    said = advise(tried, replace(measured, given_away=12, looked_up=32))
    assert said is not None
    assert (said.tone, said.headline) == ("neutral", "Your documents hold the answers")
    assert "12 of 32 questions had their own answer among the passages" in said.sentence
    assert advise(tried, measured) != said
    lucky = replace(bake_off(GAIN, rival="retrieval", tuned=GAIN, other=GAIN), given_away=12, looked_up=32)
    assert "pays" in advise(tried, lucky).headline


def test_a_tuned_model_that_is_worse_than_before_is_not_recommended() -> None:
    said = advise(TRIED, bake_off(LOST, rival="base", tuned=LOST, other=NOTHING))
    assert said is not None
    assert said.headline == "Do not use this tuned model"


def test_where_only_tuning_helps_for_sure_the_other_way_is_left_open() -> None:
    said = advise(TRIED, bake_off(NOTHING, tuned=GAIN, other=NOTHING))
    assert said is not None
    assert "Whether it is better than your instructions alone these rows do not show." in said.sentence


@pytest.mark.parametrize(
    ("rival", "words"),
    [
        ("prompt", "Neither the tuned model nor your instructions alone"),
        ("base", "which no other way came before"),
    ],
)
def test_where_nothing_helps_nothing_is_claimed(rival: str, words: str) -> None:
    said = advise(TRIED, bake_off(NOTHING, rival=rival, tuned=NOTHING, other=NOTHING))
    assert said is not None
    assert said.headline == "No clear difference"
    assert words in said.sentence


def test_too_few_rows_allow_no_advice_whatever_the_values_are() -> None:
    said = advise(replace(TRIED, answered=12), bake_off(CHANCE, tuned=CHANCE, other=CHANCE))
    assert said is not None
    assert said.headline == "Too few rows to tell"
    assert "on 12 held-back rows" in said.sentence
    assert not any(claim in said.sentence.split(":")[-1] for claim in CLAIMS)


def test_an_answer_that_takes_much_longer_is_mentioned_where_the_slower_way_is_advised() -> None:
    found = bake_off(NOTHING, tuned=GAIN, other=GAIN)
    slow = replace(found, costs={**found.costs, "prompt": Cost(0.0, 2.0, 0, 400.0)})
    fast, told = advise(TRIED, found), advise(TRIED, slow)
    assert fast is not None
    assert told is not None
    assert "times as long" not in fast.sentence
    assert "An answer takes 2.0 times as long that way" in told.sentence


def test_the_exam_alone_is_no_bake_off() -> None:
    assert advise(exam(base=0.2, tuned=0.8), bake_off(GAIN, rival="base", tuned=GAIN, other=NOTHING)) is None


def test_ways_are_ranked_by_what_was_answered_and_by_the_loss_only_where_nothing_was() -> None:
    assert deciding_measure(TRIED.arms) == "exact_match"
    one = Score(1, 1, 1)
    only = {"loss": one, "repetition": one, "answer_words": one}
    assert deciding_measure({"base": only, "tuned": only}) == "loss"
    assert deciding_measure({"base": {**only, "chrf": one}, "prompt": only, "tuned": only}) == "loss"


def test_a_measure_by_which_all_ways_are_alike_does_not_decide() -> None:
    none, some, more = Score(0, 0, 0), Score(0.2, 0.1, 0.3), Score(0.4, 0.3, 0.5)
    base, tuned = {"exact_match": none, "rougeL": some}, {"exact_match": none, "rougeL": more}
    assert deciding_measure({"base": base, "tuned": tuned}) == "rougeL"


def test_every_way_that_leaves_the_model_untouched_has_its_place_in_a_sentence() -> None:
    assert set(PHRASES) == {name for name, arm in ARMS.items() if arm.MODEL == "base"}
