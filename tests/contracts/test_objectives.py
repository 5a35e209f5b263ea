"""What every objective keeps, whoever adds it: it is described, and encodes what it accepts."""

import dataclasses
from dataclasses import replace

import pytest

from studio.core.config import RunConfig
from studio.core.errors import Refused
from studio.core.knobs import problems
from studio.core.records import Completion, Conversation, Labelled, Message, Preference, Rated, Text
from studio.data.packing import apart
from studio.data.templates import ChatTemplate
from studio.engine.device import DeviceChoice
from studio.engine.objectives import OBJECTIVES, learns_from_reward, objective_named
from studio.engine.preferring import Preferring
from studio.engine.preparation import prepare
from studio.engine.whole_step import shared_by
from studio.evaluation.metrics import METRICS

FLOAT32 = DeviceChoice("cpu", "float32", ("exact comparisons",))
RECORDS = (
    Completion("What do bees make?", "Honey."),
    Conversation((Message("user", "Who barks?"), Message("assistant", "A dog."))),
    Text("Bees make honey."),
    Labelled("Who barks?", "animals"),
    Preference("Who barks?", "A dog.", "A stone."),
    Rated("Who barks?", "A stone.", False),
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


def test_it_names_its_head_and_metrics_that_exist(name, objective):
    assert objective.HEAD in ("language", "classes", "reward")
    assert "loss" in objective.METRICS or hasattr(objective, "weigh") or learns_from_reward(name)
    assert set(objective.METRICS) <= set(METRICS)


def test_its_default_settings_have_no_problems(objective):
    assert dataclasses.is_dataclass(objective.Config)
    assert problems(objective.Config()) == ()


def test_it_encodes_what_it_accepts_with_something_to_learn(objective, tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    accepted = [record for record in RECORDS if objective.accepts(record)]
    assert accepted
    for record in accepted:
        example = objective.encode(record, template, max_length=256, row=7)
        assert example.row == 7
        assert 0 < example.trained_tokens < len(example.input_ids)
        if objective.HEAD == "language":
            assert all(tiny_tokenizer.eos_token_id in text.input_ids[-2:] for text in apart(example))


def test_a_row_that_is_too_long_says_how_much_of_it_is_cut(objective, tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    record = next(record for record in RECORDS if objective.accepts(record))
    whole = objective.encode(record, template, max_length=256, row=7)
    shortest = min(len(text.input_ids) for text in apart(whole)) - 1
    cut = objective.encode(record, template, max_length=shortest, row=7)
    assert {len(text.input_ids) for text in apart(cut)} == {shortest}
    assert cut.cut_tokens == len(whole.input_ids) - len(cut.input_ids) > 0
    assert whole.cut_tokens == 0


def test_its_loss_is_a_sum_over_what_is_learned(name, objective, tiny_lesson, lesson_knobs, tiny_tokenizer):
    source, examples = tiny_lesson(name)
    if learns_from_reward(name):
        examples = as_tried(examples)
    config = RunConfig("d", "1", objective=name, knobs=lesson_knobs(name))
    machinery = prepare(config, source, tiny_tokenizer, choice=FLOAT32).machinery
    whole, weight = summed_loss(machinery, examples, examples)
    parts = [summed_loss(machinery, [example], examples)[0] for example in examples]
    by_row = hasattr(objective, "weigh") or name in ("rloo", "reinforce")
    assert weight == sum(1 if by_row else example.trained_tokens for example in examples)
    assert whole != 0
    assert whole == pytest.approx(sum(parts), rel=1e-5)


def summed_loss(machinery, examples, step) -> tuple[float, int]:
    """Of some rows of a step, and over how many tokens, pairs or answers it is a sum."""
    batch = machinery.batch(examples)
    if not isinstance(machinery.objective, Preferring):
        loss, weight = machinery.objective.loss(machinery.model, batch)
        return loss.item(), weight
    shared = shared_by(machinery, step, token_budget=512, between=lambda: None)
    weighed = machinery.objective.weigh(machinery.model, batch, shared)
    return weighed.loss.item(), weighed.weight


def as_tried(examples):
    """Return the rows as if their answers had been sampled, each with another advantage."""
    return tuple(
        replace(each, advantage=at - 2.0, untouched=(-2.0,) * each.trained_tokens)
        for at, each in enumerate(examples)
    )


def test_answers_are_set_beside_each_other_by_their_reward(name, objective):
    """The better one has the higher advantage, whichever question it belongs to."""
    if not learns_from_reward(name):
        assert not hasattr(objective, "advantages")
        return
    found = objective.advantages([[0.0, 1.0, 0.5], [1.0, 1.0]], [[0.0] * 3, [0.0] * 2], objective.Config())
    assert [len(group) for group in found] == [3, 2]
    assert found[0][0] < found[0][2] < found[0][1]
    assert found[1][0] == found[1][1]
    (alone,) = objective.advantages([[0.7]], [[0.0]], objective.Config())
    assert alone == [0.0]


def test_an_unknown_one_is_refused_by_name():
    with pytest.raises(Refused, match="no objective named 'osmosis'") as caught:
        objective_named("osmosis")
    assert caught.value.hint == f"Known: {', '.join(OBJECTIVES)}."
