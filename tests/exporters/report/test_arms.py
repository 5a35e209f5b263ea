"""The bake-off stands in the report with quality, intervals and what each way takes; else how to hold it."""

from dataclasses import replace

import pytest

from studio.core.bake_off import BakeOff, BestOther, Cost
from studio.core.exam import Difference, Score
from studio.exporters.report.arms import arms


def baked(facts, verdict="better"):
    change = Difference(0.1, 0.05, 0.15, verdict)
    ways = ("base", "prompt", "tuned")
    found = BakeOff(
        costs={way: Cost(60.0, 0.5, 900_000_000, 120.0) for way in ways},
        against_base={"prompt": {"chrf": change}, "tuned": {"chrf": change}},
        against_best={"chrf": BestOther("prompt", change)},
        prompt="Answer <briefly>.",
        documents=("manual.pdf",),
        memory_measured="The process as a whole.",
    )
    exam = facts.exam
    scores = {"chrf": Score(0.5, 0.4, 0.6)}
    return replace(facts, exam=replace(exam, arms=dict.fromkeys(ways, scores), bake_off=found))


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("better", "The tuned model is better than the best way without training, “With your instructions”"),
        ("same", "There is no clear difference between the tuned model and the best way"),
        ("worse", "The tuned model is worse than"),
        ("too_few", "There are too few rows to set the tuned model beside"),
    ],
)
def test_the_tuned_model_is_set_beside_the_best_way_without_training(facts, verdict, said):
    assert said in arms(baked(facts, verdict))


def test_each_way_has_its_quality_and_its_price(facts):
    page = arms(baked(facts))
    assert "0.5 <span" in page
    assert "900 MB" in page
    assert "1 min" in page
    assert "Answer &lt;briefly&gt;." in page
    assert "manual.pdf" in page


def test_without_a_bake_off_it_is_said_how_to_hold_one(facts):
    for told in (facts, replace(facts, exam=None)):
        assert "exam RUN --arms base prompt few_shot retrieval tuned tuned_retrieval" in arms(told)
