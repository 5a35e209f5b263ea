"""Every registered metric describes itself, needs no network, and equals its definition."""

import math
import socket

import pytest

from studio.evaluation.metrics import METRICS, metric_named

ROWS = {"losses": ([2.0, 30.0], [1, 9]), "answers": (["Paris ", "Rome"], ["Paris", "rome"])}


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("a metric reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_describes_itself_and_measures_without_a_network(name, no_network):
    measured = metric_named(name)
    assert measured.title
    assert measured.unit
    assert measured.source
    assert measured.better in ("lower", "higher")
    predictions, references = ROWS[measured.needs]
    assert list(measured.compute(predictions=predictions, references=references)) == [name]


def test_loss_is_the_sum_of_nats_over_the_sum_of_tokens_and_not_a_mean_of_rows():
    assert metric_named("loss").compute(predictions=[2.0, 30.0], references=[1, 9]) == {
        "loss": pytest.approx(3.2)
    }


def test_perplexity_is_exp_of_the_loss():
    value = metric_named("perplexity").compute(predictions=[2.0, 30.0], references=[1, 9])
    assert value["perplexity"] == pytest.approx(math.exp(3.2))


def test_exact_match_ignores_blank_ends_and_nothing_else():
    answers, expected = ROWS["answers"]
    assert metric_named("exact_match").compute(predictions=answers, references=expected) == {
        "exact_match": 0.5
    }


def test_a_metric_can_be_used_twice():
    loss = metric_named("loss")
    assert [loss.compute(predictions=[v], references=[1])["loss"] for v in (1.0, 2.0)] == [1.0, 2.0]


def test_an_unknown_metric_names_the_known_ones():
    with pytest.raises(KeyError, match="loss, perplexity, exact_match"):
        metric_named("bleu")
