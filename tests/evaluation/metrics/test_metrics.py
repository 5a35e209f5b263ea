"""Every registered metric describes itself, needs no network, and equals its definition."""

import math
import socket

import numpy as np
import pytest
from sklearn import metrics as reference

from studio.evaluation.intervals import bootstrap
from studio.evaluation.metrics import METRICS, metric_named

ROWS = {
    "losses": ([2.0, 30.0], [1, 9]),
    "bytes": ([2.0, 30.0], [1, 9]),
    "answers": (["Paris ", "Rome"], ["Paris", "rome"]),
    "seconds": ([0.5, 1.5], [1, 1]),
    "written": (["It is a refund.", "delivery"], [["refund", "delivery"]] * 2),
    "choices": (["refund", "delivery"], ["refund", "refund"]),
    "sourced": (["The printer is green.", "Yes"], [["What?", "A green printer"], ["What?", "A word"]]),
    "pairs": ([[-3.0, -5.0], [-9.0, -8.0]], [[2, 4], [9, 2]]),
    "gains": ([[1.0, -5.0], [-2.0, -1.0]], [[2, 4], [9, 2]]),
    "rated": ([2.0, 30.0], [[1, 1], [9, 0]]),
    "rewards": ([0.5, 1.5], [1, 1]),
    "phrasings": ([["Yes", "yes", "No"], ["One two", "one two", "One two"]], [3, 3]),
}
OF_LABELS = ("accuracy", "precision_macro", "recall_macro", "f1_macro")


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("a metric reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_describes_itself_and_measures_without_a_network(name, no_network):
    measured = metric_named(name)
    assert measured.source
    assert measured.description
    predictions, references = ROWS[measured.needs]
    assert list(measured.compute(predictions=predictions, references=references)) == [name]


@pytest.mark.parametrize("name", METRICS)
def test_what_counts_rows_as_right_or_wrong_gives_each_row_0_or_1(name):
    """Its interval is that of a share; a macro mean, or what an answer is partly worth, is none."""
    counted = (
        "accuracy", "label_written", "label_scored", "exact_match", "normalised_match",
        "preferred", "preferred_per_token", "gained",
    )  # fmt: skip
    assert METRICS[name].right_or_wrong == (name in counted)
    if name in counted:
        parts = metric_named(name).parts(*ROWS[METRICS[name].needs])
        assert set(parts.numerators) <= {0.0, 1.0}
        assert set(parts.denominators) == {1.0}


def test_loss_is_the_sum_of_nats_over_the_sum_of_tokens_and_not_a_mean_of_rows():
    assert metric_named("loss").compute(predictions=[2.0, 30.0], references=[1, 9]) == {
        "loss": pytest.approx(3.2)
    }


def test_perplexity_is_exp_of_the_loss():
    value = metric_named("perplexity").compute(predictions=[2.0, 30.0], references=[1, 9])
    assert value["perplexity"] == pytest.approx(math.exp(3.2))


def test_bits_per_byte_are_the_nats_in_bits_over_the_bytes_of_the_learned_text():
    measured = metric_named("bits_per_byte")
    value = measured.compute(predictions=[2.0, 30.0], references=[1, 9])["bits_per_byte"]
    assert value == pytest.approx(32 / math.log(2) / 10, abs=1e-12)
    assert not measured.measurable([4, 0])


def test_exact_match_ignores_blank_ends_and_nothing_else():
    answers, expected = ROWS["answers"]
    assert metric_named("exact_match").compute(predictions=answers, references=expected) == {
        "exact_match": 0.5
    }


def labels_of(seed: int, rows: int = 40) -> tuple[list[str], list[str]]:
    """Return given and true labels; some labels are rare, one is never given and one never true."""
    draw = np.random.default_rng(seed)
    true = draw.choice(["refund", "delivery", "other", "never given"], rows, p=[0.6, 0.25, 0.1, 0.05])
    noise = draw.choice(["refund", "delivery", "other", "never true"], rows)
    given = np.where((draw.random(rows) < 0.6) & (true != "never given"), true, noise)
    return given.tolist(), true.tolist()


def sklearns(name: str, given: list[str], true: list[str]) -> float:
    if name == "accuracy":
        return reference.accuracy_score(true, given)
    score = {"p": reference.precision_score, "r": reference.recall_score, "f": reference.f1_score}[name[0]]
    return score(true, given, average="macro", zero_division=0)


@pytest.mark.parametrize("name", OF_LABELS)
def test_metrics_of_labels_are_those_of_scikit_learn_on_the_rows_and_on_every_resample(name):
    given, true = labels_of(1)
    measured = metric_named(name)
    parts = measured.parts(given, true)
    value = measured.compute(predictions=given, references=true)[name]
    assert value == pytest.approx(sklearns(name, given, true), abs=1e-9)
    assert bootstrap({"tuned": parts}, measured.finish, seed=0, resamples=5)["tuned"].value == pytest.approx(
        value, abs=1e-9
    )
    draw = np.random.default_rng(2)
    for _ in range(20):
        drawn = draw.integers(0, 12, 12)  # few rows: some labels are missing in some draws
        counts = np.bincount(drawn, minlength=len(true))[None].astype(float)
        expected = sklearns(name, [given[at] for at in drawn], [true[at] for at in drawn])
        assert measured.finish(parts.measure(counts))[0] == pytest.approx(expected, abs=1e-9)


def test_a_metric_can_be_used_twice():
    loss = metric_named("loss")
    assert [loss.compute(predictions=[v], references=[1])["loss"] for v in (1.0, 2.0)] == [1.0, 2.0]


def test_an_unknown_metric_names_the_known_ones():
    with pytest.raises(KeyError, match="known: loss, perplexity, bits_per_byte"):
        metric_named("blue")
