"""What is measured of preferred and rated answers equals its definition, on the rows and on any resample."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from studio.evaluation.intervals import bootstrap
from studio.evaluation.metrics import METRICS, metric_named

LIKED = [[-3.0, -5.0], [-9.0, -8.0], [-4.0, -4.0], [-20.0, -12.0]]
TOKENS = [[2, 2], [9, 4], [2, 4], [10, 4]]


def value(name, predictions, references):
    return metric_named(name).compute(predictions=predictions, references=references)[name]


def test_the_better_answer_is_preferred_where_it_is_likelier_as_a_whole_and_not_where_both_are_alike():
    assert value("preferred", LIKED, TOKENS) == 0.25


def test_by_its_tokens_a_long_answer_may_be_the_likelier_one():
    """-9 / 9 > -8 / 4, -4 / 2 < -4 / 4, -20 / 10 > -12 / 4."""
    assert value("preferred_per_token", LIKED, TOKENS) == 0.75


def test_gained_reads_what_tuning_added_and_not_what_was_there():
    assert METRICS["gained"].needs == "gains"
    assert value("gained", [[-1.0, -5.0], [2.0, 3.0]], [[2, 2], [2, 2]]) == 0.5


def rated(seed: int, rows: int) -> tuple[list[float], list[list[int]]]:
    """Return nats and (tokens, good) of rated answers; some are equally likely by token."""
    draw = np.random.default_rng(seed)
    tokens = draw.integers(1, 5, rows)
    good = draw.random(rows) < 0.6
    nats = tokens * draw.integers(1, 9, rows) / 2.0
    return nats.tolist(), [[int(count), int(kind)] for count, kind in zip(tokens, good, strict=True)]


def reference(nats, references):
    likely = [-each / tokens for each, (tokens, _) in zip(nats, references, strict=True)]
    return roc_auc_score([good for _, good in references], likely)


def test_good_answers_stand_above_bad_ones_as_often_as_the_area_under_the_roc_curve_says():
    nats, references = rated(1, 50)
    assert value("rated_apart", nats, references) == pytest.approx(reference(nats, references), abs=1e-12)


def test_so_they_do_on_every_resample_and_one_without_bad_answers_tells_nothing():
    nats, references = rated(2, 40)
    metric = metric_named("rated_apart")
    parts = metric.parts(nats, references)
    draw = np.random.default_rng(3)
    for _ in range(10):
        drawn = draw.integers(0, 40, 40)
        counts = np.bincount(drawn, minlength=40)[None].astype(float)
        expected = reference([nats[at] for at in drawn], [references[at] for at in drawn])
        assert parts.measure(counts)[0] == pytest.approx(expected, abs=1e-12)
    only_good = np.array([[float(good) for _, good in references]])
    assert parts.measure(only_good)[0] == 0.5


def test_a_single_bad_answer_among_many_good_ones_is_not_taken_for_many_rows():
    metric = METRICS["rated_apart"]
    assert metric.rests_on([[1, 1]] * 99 + [[1, 0]]) == 2
    assert metric.measurable([[1, 1], [1, 0]])
    assert not metric.measurable([[1, 1], [1, 1]])


def test_a_better_model_has_a_share_above_that_of_a_random_one_with_its_interval():
    nats, references = rated(4, 60)
    metric = metric_named("rated_apart")
    better = [each - 20.0 * good for each, (_, good) in zip(nats, references, strict=True)]
    arms = {"base": metric.parts(nats, references), "tuned": metric.parts(better, references)}
    drawn = bootstrap(arms, metric.finish, seed=0, resamples=50)
    assert drawn["tuned"].value == 1.0 > drawn["base"].value
