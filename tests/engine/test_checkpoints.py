"""A checkpoint holds all of a run's state, exactly, and nothing that can carry a program."""

import json

import torch

from studio.engine.checkpoints import (
    Progress,
    TrainingState,
    load_optimiser_tensors,
    load_random_tensors,
    optimiser_tensors,
    random_tensors,
    read_checkpoint,
    read_weights,
    write_checkpoint,
)


def stepped(weight: torch.nn.Parameter, times: int) -> torch.optim.AdamW:
    optimiser = torch.optim.AdamW([weight], lr=0.1, fused=True)
    for _ in range(times):
        weight.grad = torch.full_like(weight, 0.5)
        optimiser.step()
    return optimiser


def test_what_was_written_is_read_back_bit_by_bit(tmp_path):
    weight = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3))
    optimiser = stepped(weight, 2)
    progress = Progress(step=2, evaluated_step=1, skipped_steps=3, micro_tokens=64, seconds=1.5)
    state = TrainingState(
        progress, {"a": weight}, optimiser_tensors(optimiser, {weight: "a"}), random_tensors()
    )
    write_checkpoint(tmp_path, state)
    again = read_checkpoint(tmp_path)
    assert again.progress == progress
    for ours, theirs in ((state.weights, again.weights), (state.optimiser, again.optimiser)):
        assert ours.keys() == theirs.keys()
        assert all(ours[name].equal(theirs[name]) for name in ours)
    assert read_weights(tmp_path)["a"].equal(weight)


def test_an_optimiser_that_was_put_away_goes_on_as_before(tmp_path):
    first, second = (torch.nn.Parameter(torch.ones(3)) for _ in range(2))
    undisturbed = stepped(first, 2)
    stopped = stepped(second, 2)
    resumed = torch.optim.AdamW([second], lr=0.1, fused=True)
    load_optimiser_tensors(resumed, {second: "w"}, optimiser_tensors(stopped, {second: "w"}))
    for weight, optimiser in ((first, undisturbed), (second, resumed)):
        weight.grad = torch.full_like(weight, -0.25)
        optimiser.step()
    assert first.equal(second)


def test_random_numbers_go_on_where_they_were():
    before = random_tensors()
    expected = torch.rand(5)
    load_random_tensors(before)
    assert torch.rand(5).equal(expected)


def test_only_safetensors_and_json_are_written(tmp_path):
    write_checkpoint(tmp_path, TrainingState(Progress(), {"a": torch.ones(1)}, {}, random_tensors()))
    files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert files == [
        "resume/optimizer.safetensors",
        "resume/rng.safetensors",
        "resume/state.json",
        "weights/tuned.safetensors",
    ]
    assert json.loads((tmp_path / "resume/state.json").read_text())["version"] == 1
