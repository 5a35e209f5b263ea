"""A checkpoint holds all of a run's state, exactly, and nothing that can carry a program."""

import json
import resource

import pytest
import torch

from studio.engine.checkpoints import (
    STATE,
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


def test_a_disk_that_is_full_in_the_middle_is_an_error_of_the_disk(tmp_path):
    """The system itself refuses the file: a limit of this process stands for a disk without room."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    state = TrainingState(Progress(), {"a": torch.ones(100_000)}, {}, random_tensors())
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
        with pytest.raises(OSError, match=r"tuned\.safetensors: .*File too large"):
            write_checkpoint(tmp_path, state)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_what_a_run_knows_of_its_best_point_comes_back_to_the_last_digit(tmp_path):
    progress = Progress(step=3, best_loss=0.1 + 0.2, best_parts=((1 / 3, 7), (2 / 3, 11)), rate_factor=0.5)
    write_checkpoint(tmp_path, TrainingState(progress, {"a": torch.ones(1)}, {}, random_tensors()))
    assert read_checkpoint(tmp_path).progress == progress


def test_a_checkpoint_of_an_earlier_studio_is_still_read(tmp_path):
    write_checkpoint(tmp_path, TrainingState(Progress(step=3), {"a": torch.ones(1)}, {}, random_tensors()))
    document = json.loads((tmp_path / STATE).read_text())
    for name in ("rate_factor", "best_loss", "best_parts"):
        del document[name]
    (tmp_path / STATE).write_text(json.dumps(document))
    assert read_checkpoint(tmp_path).progress == Progress(step=3)
