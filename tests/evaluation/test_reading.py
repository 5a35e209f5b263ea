"""Two models read the same text: what is told of it equals the reference, and needs only one in memory."""

import pytest
import torch

from studio.core.examples import IGNORED, Example
from studio.engine.generate import write_group
from studio.evaluation import reading
from studio.evaluation.reading import beside, continued, loss_and_recital, read

IDS = tuple(range(40, 90))
TEXT = Example(1, IDS, IDS)


@pytest.fixture
def other_model(tiny_model_folder):
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny_model_folder, dtype=torch.float32)
    with torch.no_grad():
        model.model.norm.weight.mul_(1.3)
    return model


def whole(model):
    with torch.no_grad():
        return model(input_ids=torch.tensor([IDS])).logits[0, :-1].double().log_softmax(-1)


def test_the_divergence_the_nats_and_the_agreement_are_those_of_the_whole_vocabulary(tiny_model, other_model):
    found = beside(read(tiny_model, TEXT), other_model, TEXT)
    base, tuned = whole(tiny_model), whole(other_model)
    targets = torch.tensor(IDS[1:]).unsqueeze(-1)
    assert found.places == 49
    assert found.divergence == pytest.approx(float((base.exp() * (base - tuned)).sum()), rel=1e-3)
    assert found.base_nats == pytest.approx(-float(base.gather(-1, targets).sum()), rel=1e-5)
    assert found.tuned_nats == pytest.approx(-float(tuned.gather(-1, targets).sum()), rel=1e-5)
    assert found.agreed == int((base.argmax(-1) == tuned.argmax(-1)).sum())
    assert found.divergence > 0.1


def test_with_few_tokens_kept_the_divergence_is_less_and_never_more(tiny_model, other_model, monkeypatch):
    exact = beside(read(tiny_model, TEXT), other_model, TEXT).divergence
    monkeypatch.setattr(reading, "LIKELIEST", 20)
    assert 0 < beside(read(tiny_model, TEXT), other_model, TEXT).divergence <= exact


def test_a_model_beside_itself_diverges_by_exactly_nothing(tiny_model):
    found = beside(read(tiny_model, TEXT), tiny_model, TEXT)
    assert (found.divergence, found.agreed) == (0.0, found.places)
    assert found.base_nats == found.tuned_nats


@pytest.mark.parametrize(
    ("learned", "span"),
    [
        ([0] * 5 + [1] * 20, (10, 20)),
        ([0] * 5 + [1] * 200, (100, 150)),  # as far as the paper looks
        ([0] * 5 + [1] * 21, (11, 21)),
        ([0] * 5 + [1] * 18, None),  # nine tokens may be guessed
        ([0] * 3 + [1] * 30 + [0] * 3 + [1] * 20, (40, 50)),  # of several answers the last
        ([1] * 25, (12, 24)),  # nothing stands before the first token
    ],
)
def test_an_answer_is_continued_from_its_middle(learned, span):
    labels = tuple(7 if each else IGNORED for each in learned)
    assert continued(Example(1, (7,) * len(learned), labels)) == span


def test_reciting_is_what_greedy_writing_from_the_middle_would_say(tiny_model, tiny_tokenizer):
    given = IDS[:25]
    (written,) = write_group(tiny_model, tiny_tokenizer, [given], (0,), 20)
    assert len(written.ids) == 20
    labels = (*[IGNORED] * 5, *IDS[5:25], *written.ids)
    recited = Example(1, (*given, *written.ids), labels)
    nats, right, tokens = loss_and_recital(tiny_model, recited)
    assert (right, tokens) == (True, written.ids)
    assert nats == pytest.approx(read(tiny_model, recited).nats)
    for place in (25, 44):
        ids = list(recited.input_ids)
        ids[place] = (ids[place] + 1) % 200
        other = Example(1, tuple(ids), (*labels[:5], *ids[5:]))
        assert loss_and_recital(tiny_model, other)[1] is False


def test_a_short_answer_has_a_loss_and_cannot_be_recited(tiny_model):
    example = Example(1, IDS[:20], (*[IGNORED] * 10, *IDS[10:20]))
    nats, right, tokens = loss_and_recital(tiny_model, example)
    assert (right, tokens) == (None, ())
    assert nats > 0
