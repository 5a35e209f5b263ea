"""The truth that the probe's lights are judged by is found without the probe, and agrees where it must."""

import pytest

from benchmarks.verdicts_probe import continues, loss
from studio.core.examples import IGNORED, Example
from studio.engine.generate import write_group
from studio.evaluation.reading import loss_and_recital

GIVEN = tuple(range(40, 65))


@pytest.fixture
def recited(tiny_model, tiny_tokenizer):
    """A row whose second half is what the model itself writes; a token that is not learned ends it."""
    (written,) = write_group(tiny_model, tiny_tokenizer, [GIVEN], (0,), 20)
    labels = (*[IGNORED] * 5, *GIVEN[5:], *written.ids, IGNORED)
    return Example(1, (*GIVEN, *written.ids, 7), labels)


def test_writing_an_answer_out_and_reading_it_tell_the_same(tiny_model, recited):
    assert continues(tiny_model, recited)
    assert loss_and_recital(tiny_model, recited)[1]
    ids = list(recited.input_ids)
    ids[40] = (ids[40] + 1) % 200
    other = Example(1, tuple(ids), (*recited.labels[:5], *ids[5:45], IGNORED))
    assert not continues(tiny_model, other)
    assert not loss_and_recital(tiny_model, other)[1]


def test_the_loss_is_that_of_the_probe(tiny_model, recited):
    nats, _, _ = loss_and_recital(tiny_model, recited)
    assert loss(tiny_model, [recited]) == pytest.approx(nats / recited.trained_tokens, rel=1e-5)
