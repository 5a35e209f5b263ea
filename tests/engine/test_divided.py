"""A model that two processes divide learns what it learns in one, and is saved whole."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from studio.core import events
from studio.engine.checkpoints import OPTIMISER, WEIGHTS
from studio.engine.division import ASKED
from tests.engine.launched import Order
from tests.engine.test_two_processes import CLOSE, KNOBS, alone, losses, said, saved, torchrun

__all__ = ["alone"]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, tiny_model_folder: Path) -> dict[str, Order]:
    """What two processes did with a divided model, one run after the other, in one start of torchrun."""
    folder = tmp_path_factory.mktemp("divided")
    knobs = {**KNOBS, "divided": True}
    forgets = {"knobs": {**knobs, "dropout": 0.3, "checkpoint_every": 1}}

    def order(name: str, **further) -> Order:
        return replace(Order(str(tiny_model_folder), str(folder / name), knobs=knobs), **further)

    orders = {
        "lora": order("lora"),
        "full": order("full", tuning="full"),
        "held": order("held", tuning="full", divided=ASKED),
        "one row a step": order("one-row", knobs={**knobs, "batch_size": 1}),
        "undisturbed": order("undisturbed", **forgets),
        "stopped": order("stopped", stop_after=3, **forgets),
        "resumed": order("stopped", **forgets),
        "full, stopped": order("full-stopped", tuning="full", stop_after=3),
        "full, resumed": order("full-stopped", tuning="full"),
    }
    torchrun(list(orders.values()), folder)
    return orders


@pytest.mark.parametrize("name", ["lora", "full", "one row a step"])
def test_a_divided_model_has_the_losses_of_one_process(runs, alone, name):
    ours, theirs = losses(runs[name]), losses(alone(runs[name]))
    assert len(ours) == 6 + 4
    assert ours == pytest.approx(theirs, abs=CLOSE)


def test_the_run_says_that_the_model_is_divided_and_counts_the_whole_of_it(runs, alone):
    (ours,), (theirs,) = said(runs["full"], events.RunStarted), said(alone(runs["full"]), events.RunStarted)
    assert ASKED in ours.reasons
    assert ASKED not in theirs.reasons
    assert ours.trainable_parameters == theirs.trainable_parameters == theirs.total_parameters


def test_each_process_holds_half_of_the_model(runs, tiny_model):
    held = [int((Path(runs["held"].folder) / f"held-{rank}").read_text()) for rank in (0, 1)]
    whole = sum(weight.numel() for weight in tiny_model.parameters())
    assert sum(held) == whole
    # Rows are dealt whole, and the vocabulary has an odd number of them.
    assert held == pytest.approx([whole / 2] * 2, abs=tiny_model.config.hidden_size)


@pytest.mark.parametrize("name", ["lora", "full"])
def test_what_is_saved_is_whole(runs, alone, name):
    steps = [Path(order.folder) / "checkpoints/step-000006" for order in (runs[name], alone(runs[name]))]
    for part, close in ((WEIGHTS, 1e-4), (OPTIMISER, 1e-4)):
        ours, theirs = (load_file(step / part) for step in steps)
        assert ours.keys() == theirs.keys()
        for key, tensor in ours.items():
            assert tensor.shape == theirs[key].shape
            torch.testing.assert_close(tensor, theirs[key], rtol=close, atol=close)


@pytest.mark.parametrize(("resumed", "undisturbed"), [("resumed", "undisturbed"), ("full, resumed", "full")])
def test_a_divided_run_that_was_stopped_and_resumed_ends_bit_equal(runs, resumed, undisturbed):
    assert [event.from_step for event in said(runs[resumed], events.RunStarted)] == [0, 3]
    assert saved(runs[resumed]) == saved(runs[undisturbed])


@pytest.mark.parametrize("name", ["lora", "full"])
def test_one_process_goes_on_where_a_divided_run_ended(runs, alone, tmp_path, name):
    kept = Path(runs[name].folder)
    (tmp_path / "alone").mkdir()
    (kept / "checkpoints").rename(tmp_path / "alone" / "checkpoints")
    own = alone(replace(runs[name], knobs={**runs[name].knobs, "steps": 8}))
    (tmp_path / "alone" / "checkpoints").rename(kept / "checkpoints")
    assert [event.from_step for event in said(own, events.RunStarted)] == [6]
    assert [event.step for event in said(own, events.StepLogged)] == [7, 8]
