"""The words of the metrics: one entry for each that is registered, and nothing said twice."""

import pytest

from studio.core.measures import MEASURES
from studio.evaluation.metrics import METRICS


def test_every_metric_has_its_words_in_the_order_of_the_registry() -> None:
    assert list(MEASURES) == list(METRICS)


@pytest.mark.parametrize("name", MEASURES)
def test_the_small_print_says_which_way_is_better_wherever_one_is(name: str) -> None:
    measure = MEASURES[name]
    assert measure.title
    assert measure.term in measure.small_print
    assert ("is better" in measure.small_print.removeprefix(measure.term)) == (measure.better is not None)


def test_what_is_neither_better_nor_worse_only_describes() -> None:
    assert [name for name, measure in MEASURES.items() if measure.better is None] == [
        "gained",
        "answer_words",
        "seconds_per_answer",
    ]
