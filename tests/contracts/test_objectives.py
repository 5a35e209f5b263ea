"""What every objective keeps, whoever adds it: it is described, and encodes what it accepts."""

import dataclasses

import pytest
import torch

from studio.core.errors import Refused
from studio.core.knobs import problems
from studio.core.records import Completion, Conversation, Labelled, Message, Rated, Text
from studio.data.templates import ChatTemplate
from studio.engine.batches import collate
from studio.engine.models import load_model
from studio.engine.objectives import OBJECTIVES, objective_named
from studio.evaluation.metrics import METRICS

RECORDS = (
    Completion("What do bees make?", "Honey."),
    Conversation((Message("user", "Who barks?"), Message("assistant", "A dog."))),
    Text("Bees make honey."),
    Labelled("Who barks?", "animals"),
)


@pytest.fixture(params=list(OBJECTIVES))
def name(request):
    return request.param


@pytest.fixture
def objective(name):
    return OBJECTIVES[name]


def test_it_says_what_it_is_when_to_pick_it_and_where_it_comes_from(objective):
    assert objective.TITLE
    assert objective.SUMMARY.endswith(".")
    assert objective.WHEN.startswith("Pick it")
    assert objective.SOURCE
    assert objective.__doc__


def test_it_names_its_head_and_metrics_that_exist(objective):
    assert objective.HEAD in ("language", "classes")
    assert "loss" in objective.METRICS
    assert set(objective.METRICS) <= set(METRICS)


def test_its_default_settings_have_no_problems(objective):
    assert dataclasses.is_dataclass(objective.Config)
    assert problems(objective.Config()) == ()


def test_it_encodes_what_it_accepts_with_something_to_learn(objective, tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    accepted = [record for record in RECORDS if objective.accepts(record)]
    assert accepted
    assert not objective.accepts(Rated("A?", "a", True))
    for record in accepted:
        example = objective.encode(record, template, max_length=256, row=7)
        assert example.row == 7
        assert 0 < example.trained_tokens < len(example.input_ids)
        if objective.HEAD == "language":
            assert tiny_tokenizer.eos_token_id in example.input_ids[-2:]


def test_a_row_that_is_too_long_says_how_much_of_it_is_cut(objective, tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    record = next(record for record in RECORDS if objective.accepts(record))
    whole = objective.encode(record, template, max_length=256, row=7)
    cut = objective.encode(record, template, max_length=10, row=7)
    assert len(cut.input_ids) == 10
    assert cut.cut_tokens == len(whole.input_ids) - 10
    assert whole.cut_tokens == 0


def test_its_loss_is_a_sum_over_what_is_learned(name, objective, tiny_lesson):
    source, examples = tiny_lesson(name)
    model = load_model(source, dtype=torch.float32, device="cpu").eval()
    whole, weight = objective.loss(model, collate(examples))
    parts = [objective.loss(model, collate([example])) for example in examples]
    assert weight == sum(example.trained_tokens for example in examples)
    assert whole.item() == pytest.approx(sum(loss.item() for loss, _ in parts), rel=1e-5)


def test_an_unknown_one_is_refused_by_name():
    with pytest.raises(Refused, match="no objective named 'osmosis'") as caught:
        objective_named("osmosis")
    assert caught.value.hint == f"Known: {', '.join(OBJECTIVES)}."
