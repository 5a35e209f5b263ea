"""What every objective keeps, whoever adds it: it is described, and encodes what it accepts."""

import dataclasses

import pytest

from studio.core.errors import Refused
from studio.core.knobs import problems
from studio.core.records import Completion, Conversation, Message, Text
from studio.data.templates import ChatTemplate
from studio.engine.batches import collate
from studio.engine.objectives import OBJECTIVES, objective_named

RECORDS = (
    Completion("What do bees make?", "Honey."),
    Conversation((Message("user", "Who barks?"), Message("assistant", "A dog."))),
)


@pytest.fixture(params=list(OBJECTIVES))
def objective(request):
    return OBJECTIVES[request.param]


def test_it_says_what_it_is_and_where_it_comes_from(objective):
    assert objective.TITLE
    assert objective.SUMMARY.endswith(".")
    assert objective.SOURCE
    assert objective.__doc__


def test_its_default_settings_have_no_problems(objective):
    assert dataclasses.is_dataclass(objective.Config)
    assert problems(objective.Config()) == ()


def test_it_encodes_what_it_accepts_with_something_to_learn(objective, tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    accepted = [record for record in RECORDS if objective.accepts(record)]
    assert accepted
    assert not objective.accepts(Text("alone"))
    for record in accepted:
        example = objective.encode(record, template, max_length=256, row=7)
        assert example.row == 7
        assert 0 < example.trained_tokens < len(example.input_ids)
        assert example.input_ids[-1] == tiny_tokenizer.eos_token_id or example.input_ids[-2:-1] == (
            tiny_tokenizer.eos_token_id,
        )


def test_its_loss_is_a_sum_over_the_learned_tokens(objective, tiny_model, tiny_tokenizer, tiny_records):
    template = ChatTemplate(tiny_tokenizer)
    examples = [
        objective.encode(each.record, template, max_length=256, row=each.row) for each in tiny_records
    ]
    whole, weight = objective.loss(tiny_model, collate(examples))
    parts = [objective.loss(tiny_model, collate([example])) for example in examples]
    assert weight == sum(example.trained_tokens for example in examples)
    assert whole.item() == pytest.approx(sum(loss.item() for loss, _ in parts), rel=1e-5)


def test_an_unknown_one_is_refused_by_name():
    with pytest.raises(Refused, match="no objective named 'osmosis'") as caught:
        objective_named("osmosis")
    assert caught.value.hint == "Known: chat, completion."
