"""A tiny model learns which of two answers is better; what it was before is asked without a second copy."""

import pytest
import torch

from studio.core import events
from studio.core.config import RunConfig
from studio.core.records import Preference
from studio.data.packing import apart
from studio.data.templates import ChatTemplate
from studio.engine.batches import collate
from studio.engine.device import choose_device
from studio.engine.models import load_model
from studio.engine.objectives import OBJECTIVES, dpo
from studio.engine.preferring import preferring
from studio.engine.tunings import lora

PAIRS = [
    Preference("What do bees make?", "Honey.", "Cheese."),
    Preference("Who barks?", "A dog.", "A stone does, at night."),
    Preference("Where is the sun?", "In the sky.", "Under it."),
    Preference("What is snow?", "Frozen water.", "Sugar."),
]


@pytest.fixture
def pairs(tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    return tuple(dpo.encode(pair, template, max_length=128, row=row) for row, pair in enumerate(PAIRS, 1))


def test_a_run_drives_better_and_worse_answers_apart(tiny_run, pairs):
    tiny_run.examples, tiny_run.held_out = pairs, pairs
    said = tiny_run({"learning_rate": 1e-2, "steps": 20, "batch_size": 4}, objective="dpo")
    steps = [event for event in said if isinstance(event, events.StepLogged)]
    assert steps[0].loss == pytest.approx(0.6931, abs=1e-3)  # the model and the one before tuning agree
    assert steps[0].measures["margin"] == pytest.approx(0, abs=1e-3)
    assert steps[-1].measures["accuracy"] == 1
    assert steps[-1].measures["margin"] > 0.5
    assert steps[-1].trained_tokens == len(pairs)
    looks = [event for event in said if isinstance(event, events.Evaluated)]
    assert looks[-1].loss < looks[0].loss
    assert looks[0].measures["margin"] == pytest.approx(0, abs=1e-3)
    assert looks[-1].measures["accuracy"] == 1
    assert looks[-1].measures["margin"] > 0.5


@pytest.mark.parametrize("objective", ["orpo", "simpo", "kto", "reward"])
def test_every_objective_ends_with_the_answers_on_the_right_side(tiny_run, tiny_lesson, objective):
    tiny_run.source, tiny_run.examples = tiny_lesson(objective)
    tiny_run.held_out = tiny_run.examples
    tiny_run({"learning_rate": 2e-2, "steps": 30, "batch_size": 8, "evaluations": 2}, objective=objective)
    looks = tiny_run.of(events.Evaluated)
    measured = OBJECTIVES[objective].MEASURES
    assert all(set(step.measures) == set(measured) for step in tiny_run.of(events.StepLogged))
    assert looks[-1].measures["accuracy"] == 1 > looks[0].measures["accuracy"]
    assert looks[-1].measures["margin"] > looks[0].measures["margin"]
    assert looks[-1].loss < looks[0].loss
    assert looks[-1].trained_tokens == 8  # pairs, or rated answers


@pytest.mark.parametrize("loss", ["sigmoid", "ipo", "hinge"])
def test_a_step_in_pieces_is_the_step_in_one(tiny_source, pairs, loss):
    config = RunConfig("dataset", "1", objective="dpo", knobs={"dpo_loss": loss})
    torch.manual_seed(0)
    model = lora.apply(load_model(tiny_source, dtype=torch.float32, device="cpu"), lora.Config())
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.1)
    lesson = preferring(config, tiny_source, choose_device())
    texts = [apart(pair) for pair in pairs]
    whole = lesson.weigh(model, collate([text for both in texts for text in both]), 0.0)
    pieces = [lesson.weigh(model, collate(both), 0.0) for both in texts]
    assert whole.weight == len(pairs) == sum(piece.weight for piece in pieces)
    assert whole.loss.item() == pytest.approx(sum(piece.loss.item() for piece in pieces), rel=1e-4)
    for name in dpo.MEASURES:
        together = sum(piece.measures[name] for piece in pieces)
        assert whole.measures[name] == pytest.approx(together, rel=1e-3, abs=1e-4)


def test_a_question_that_leaves_no_room_for_an_answer_is_refused(tiny_tokenizer):
    template, long = ChatTemplate(tiny_tokenizer), Preference("word " * 200, "Yes.", "No.")
    with pytest.raises(Exception, match="Row 7: the question is so long"):
        dpo.encode(long, template, max_length=64, row=7)


def test_each_answer_stands_behind_the_whole_question(pairs, tiny_tokenizer):
    better, worse = apart(pairs[0])
    for text, answer in ((better, "Honey."), (worse, "Cheese.")):
        assert "What do bees make?" in tiny_tokenizer.decode(text.input_ids)
        learned = [token for token, label in zip(text.input_ids, text.labels, strict=True) if label == token]
        assert answer in tiny_tokenizer.decode(learned)
