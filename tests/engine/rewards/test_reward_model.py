"""A trained reward model judges single answers as it learned to, and is named by a checkpoint of its run."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from studio.core import events
from studio.core.config import RunConfig, read_config, to_dict
from studio.core.errors import Refused
from studio.core.records import Completion
from studio.data.questions import Asked
from studio.data.templates import ChatTemplate
from studio.engine.answer_judge import load_judge
from studio.engine.device import choose_device
from studio.engine.objectives import grpo
from studio.engine.rewarding import Given, Rewards
from studio.engine.rewards import Rewarded
from studio.engine.sources import from_folder
from studio.engine.tuned import load_tuned
from studio.engine.tunings import lora
from tests.conftest import QUESTIONS


def config_of(checkpoint) -> RunConfig:
    return read_config(json.loads((checkpoint.parent.parent / "config.json").read_text()))


def rewards_of(place) -> Rewards:
    return Rewards.of(Rewarded(reward_model_weight=2.0, reward_model_run=str(place)))


def test_what_was_preferred_is_worth_more_and_the_number_is_a_chance(judging_checkpoint):
    pairs = [(Given(q, a), Given(q, f"Not {a}")) for q, a in QUESTIONS]
    scored = rewards_of(judging_checkpoint).score_all([given for pair in pairs for given in pair])
    assert {each.problem for each in scored} == {""}
    chances = [each.parts["reward_model"] for each in scored]
    assert all(0 < chance < 1 for chance in chances)
    assert [each.total for each in scored] == [2 * chance for chance in chances]
    assert sum(better > worse for better, worse in zip(chances[::2], chances[1::2], strict=True)) >= 7


def test_it_reads_and_judges_as_the_model_does_elsewhere(judging_checkpoint, tiny_tokenizer):
    config = config_of(judging_checkpoint)
    source = replace(from_folder(Path(config.model)), labels=("reward",))
    model = load_tuned(
        source,
        "lora",
        settings=config.part(lora.Config),
        checkpoint=judging_checkpoint,
        dtype=choose_device().torch_dtype,
        device="cpu",
    )
    turns = [{"role": "user", "content": "Who barks?"}, {"role": "assistant", "content": "A dog."}]
    read = tiny_tokenizer.apply_chat_template(turns, return_dict=True, return_tensors="pt")
    reward = model(**read).logits[0, 0]
    judge = load_judge(config, judging_checkpoint)
    assert judge("Who barks?", "A dog.") == pytest.approx(torch.sigmoid(reward).item(), abs=1e-5)


def test_judging_leaves_chance_and_gradients_of_the_run_alone(judging_checkpoint):
    before = torch.get_rng_state()
    rewards_of(judging_checkpoint).score_all([Given("Who barks?", "A dog.")])
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.is_grad_enabled()


def test_a_run_is_rewarded_by_it(judging_checkpoint, tiny_run, tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    records = [Completion(question, answer) for question, answer in QUESTIONS[:4]]
    encoded = (grpo.encode(each, template, max_length=128, row=row) for row, each in enumerate(records, 1))
    tiny_run.examples = tiny_run.held_out = tuple(encoded)
    tiny_run.asked = {row: Asked(each.prompt, each.completion) for row, each in enumerate(records, 1)}
    sampling = {"answers": 2, "answer_tokens": 4, "batch_size": 2, "steps": 2, "evaluations": 1}
    judged = {"reward_model_weight": 1.0, "reward_model_run": str(judging_checkpoint)}
    tiny_run(sampling | judged, objective="grpo")
    for step in tiny_run.of(events.StepLogged):
        assert 0 < step.measures["reward"] == step.measures["reward.reward_model"] < 1
        assert step.measures["failed"] == 0


def test_no_run_and_one_that_is_gone_are_refused_before_anything_is_sampled(tmp_path):
    with pytest.raises(Refused, match="no run that judges is named"):
        rewards_of("")
    with pytest.raises(Refused, match="no saved point of a reward model at"):
        rewards_of(tmp_path / "gone")


def test_a_run_that_learned_another_thing_cannot_judge(tmp_path):
    checkpoint = tmp_path / "checkpoints" / "step-000004"
    checkpoint.mkdir(parents=True)
    (tmp_path / "config.json").write_text(json.dumps(to_dict(RunConfig("d", "1", objective="chat"))))
    with pytest.raises(Refused, match=r"learned another thing \(chat\)"):
        rewards_of(checkpoint)


def test_a_judge_whose_model_left_the_machine_costs_the_answers_and_says_so(tmp_path):
    checkpoint = tmp_path / "checkpoints" / "step-000004"
    checkpoint.mkdir(parents=True)
    config = RunConfig("d", "1", model=str(tmp_path / "model"), objective="reward")
    (tmp_path / "config.json").write_text(json.dumps(to_dict(config)))
    (scored,) = rewards_of(checkpoint).score_all([Given("Who barks?", "A dog.")])
    assert scored.total is None
    assert "of which the reward model was made, is not on this machine" in scored.problem
