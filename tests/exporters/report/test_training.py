"""How it was trained: the curve of a run stands in the words of what it learned from."""

from dataclasses import replace

from studio.exporters.on_the_way import point_used
from studio.exporters.report.training import training
from tests.exporters.test_on_the_way import REWARDED


def test_the_curve_of_a_reward_has_a_column_for_each_measure_of_its_checks(facts):
    page = training(replace(facts, story=REWARDED, step=10))
    assert "Reward on held-back questions" in page
    assert "Answers that are different texts (distinct share)" in page
    assert "nats per learned token" not in page


def test_the_curve_of_other_runs_is_an_error_per_token(facts):
    page = training(facts)
    assert "Error on held-back rows (loss)" in page
    assert "nats per learned token" in page
    assert point_used(facts.story, facts.step) == ()
