"""The bake-off stands in the report with quality, intervals and what each way takes; else how to hold it."""

from dataclasses import replace

import pytest

from studio.core.bake_off import BakeOff, BestOther, Cost
from studio.core.exam import Difference, Score
from studio.core.measures import MEASURES
from studio.evaluation.advice import advise
from studio.exporters.report.arms import arms
from studio.exporters.report.markup import shown


def baked(facts, verdict="better"):
    change = Difference(0.1, 0.05, 0.15, verdict)
    ways = ("base", "prompt", "few_shot", "tuned")
    found = BakeOff(
        costs={way: Cost(60.0, 0.5, 900_000_000, 120.0) for way in ways},
        against_base={"prompt": {"chrf": change}, "tuned": {"chrf": change}},
        against_best={"chrf": BestOther("prompt", change)},
        prompt="Answer <briefly>.",
        documents=("manual.pdf",),
        memory_measured="The process as a whole.",
    )
    shared = dict.fromkeys(("loss", "perplexity", "bits_per_byte", "rougeL"), Score(1.0, 0.9, 1.1))
    arms_scores = {way: {**shared, "chrf": Score(0.5 + at, 0.4, 2.6)} for at, way in enumerate(ways)}
    return replace(facts, exam=replace(facts.exam, arms=arms_scores, bake_off=found))


@pytest.mark.parametrize("verdict", ["better", "same", "worse", "too_few"])
def test_the_advice_is_that_of_the_screen(facts, verdict):
    told = baked(facts, verdict)
    said = advise(told.exam, told.exam.bake_off)
    assert shown(said.headline) in arms(told)
    assert shown(said.sentence) in arms(told)


def test_each_way_has_its_quality_and_its_price(facts):
    page = arms(baked(facts))
    assert "0.5 <span" in page
    assert "900 MB" in page
    assert "1 min" in page
    assert "Answer &lt;briefly&gt;." in page
    assert "manual.pdf" in page


def test_what_read_the_instructions_beside_something_else_is_marked(facts):
    told = baked(facts)
    mark = "<small>and your instructions</small>"
    assert arms(told).count(f"With examples in the prompt{mark}") == arms(told).count(mark) == 2
    silent = replace(told.exam, bake_off=replace(told.exam.bake_off, prompt=""))
    assert mark not in arms(replace(told, exam=silent))


def test_the_measure_that_decides_stands_first_in_the_table(facts):
    page = arms(baked(facts))
    heads = page[page.index("<thead>") : page.index("</thead>")]
    assert heads.index(MEASURES["chrf"].title) < heads.index(MEASURES["loss"].title)


def test_without_a_bake_off_it_is_said_how_to_hold_one(facts):
    for told in (facts, replace(facts, exam=None)):
        assert "exam RUN --arms base prompt few_shot retrieval tuned tuned_retrieval" in arms(told)
