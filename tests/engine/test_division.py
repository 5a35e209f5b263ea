"""When a model is divided among processes, what of it cannot be, and what is said; no process is started."""

import math
from dataclasses import replace

import pytest
import torch

from studio.core.config import RunConfig
from studio.core.errors import Refused, StudioError
from studio.engine import division
from studio.engine.device import DeviceChoice
from studio.engine.divided import gathered, like, own_part, side_by_side, while_others_last, whole
from studio.engine.division import ASKED, cannot_divide, share_bytes, why_divided
from studio.engine.forecast import forecast_memory
from studio.engine.processes import ONE, Processes

PLAIN = RunConfig("d", "1", model="tiny")
ASKING = replace(PLAIN, knobs={"divided": True})


class Two(Processes):
    """Two processes that see the same, of which this is one."""

    def largest(self, numbers):
        return [float(number) for number in numbers]


@pytest.fixture
def two() -> Two:
    return Two(rank=0, count=2, local_count=2)


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch):
    """Have graphics cards with so much memory."""

    def with_bytes(each: int) -> None:
        monkeypatch.setattr(division, "choose_device", lambda: DeviceChoice("cuda", "bfloat16", ("", "")))
        monkeypatch.setattr(division, "_card_bytes", lambda: each)

    return with_bytes


def lasting(config: RunConfig, source) -> int:
    parts = forecast_memory(source, config, longest_tokens=512)
    return parts.weights + parts.optimiser


@pytest.mark.parametrize("tuning", ["lora", "full"])
def test_several_processes_divide_a_model_where_they_are_asked_to(tiny_source, two, tuning):
    assert why_divided(replace(ASKING, tuning=tuning), tiny_source, two) == ASKED
    assert why_divided(replace(PLAIN, tuning=tuning), tiny_source, two) == ""


def test_one_process_divides_nothing_whatever_is_asked(tiny_source):
    assert why_divided(ASKING, tiny_source, ONE) == ""
    assert why_divided(replace(ASKING, tuning="qlora"), tiny_source, ONE) == ""


@pytest.mark.parametrize("tuning", ["lora", "full"])
def test_on_cards_a_model_is_divided_from_where_one_cannot_hold_it_with_its_optimiser(
    tiny_source, two, cards, tuning
):
    config = replace(PLAIN, tuning=tuning)
    needed = lasting(config, tiny_source)
    cards(needed)
    assert why_divided(config, tiny_source, two) == ""
    cards(needed - 1)
    assert "a graphics card has" in why_divided(config, tiny_source, two)


def test_what_cannot_be_divided_stays_whole_on_a_card_that_is_too_small(tiny_source, two, cards):
    cards(1)
    assert why_divided(replace(PLAIN, tuning="ia3"), tiny_source, two) == ""


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"tuning": "qlora"}, "QLoRA"),
        ({"tuning": "freeze"}, "cannot be divided"),
        ({"knobs": {"divided": True, "dora": True}}, "LoRA with DoRA"),
        ({"objective": "classification"}, "“Sort into classes”"),
        ({"objective": "distillation"}, "cannot be divided"),
        ({"objective": "dpo"}, "“Learn from preferences .DPO.”"),
        ({"objective": "reward"}, "“Judge answers"),
    ],
)
def test_what_cannot_be_divided_is_refused_where_it_is_asked_for(tiny_source, two, changed, named):
    with pytest.raises(Refused, match=named):
        why_divided(replace(ASKING, **changed), tiny_source, two)


def test_a_plain_run_can_be_divided():
    assert cannot_divide(PLAIN) == ""


def test_more_cards_need_less_each_and_never_less_than_what_is_whole_in_each(tiny_source, cards):
    cards(1)
    config = replace(PLAIN, tuning="full")
    needs = [share_bytes(config, tiny_source, Two(0, count, 0, count)) for count in (2, 4, 8)]
    assert needs == sorted(needs, reverse=True)
    parts = forecast_memory(tiny_source, config, longest_tokens=512)
    assert needs[0] - needs[1] == pytest.approx(lasting(config, tiny_source) / 4, abs=1)
    assert needs[-1] > parts.program + parts.activations


def test_nothing_is_shared_where_nothing_would_be_divided(tiny_source, two, cards):
    assert share_bytes(PLAIN, tiny_source, two) == 0  # on a processor
    cards(1)
    assert share_bytes(PLAIN, tiny_source, ONE) == 0
    assert share_bytes(replace(PLAIN, tuning="qlora"), tiny_source, two) == 0


def test_memory_that_runs_out_in_a_divided_step_ends_the_run_in_words():
    def full() -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    with pytest.raises(StudioError, match="ran out in the middle of a step"):
        side_by_side(full)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("[/gloo/gloo/transport/tcp/pair.cc:547] Connection closed by peer [127.0.0.1]:5"),
        RuntimeError("[/gloo/gloo/transport/tcp/pair.cc:537] Read error: Connection reset by peer"),
        torch.distributed.DistBackendError("NCCL communicator was aborted"),
    ],
)
def test_a_process_that_is_left_alone_says_so(error):
    with pytest.raises(StudioError, match="Another process of this run ended"), while_others_last():
        raise error


def test_a_mistake_keeps_its_name_among_several_processes():
    def wrong() -> None:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="mat1 and mat2"), while_others_last():
        side_by_side(wrong)


def test_tensors_that_are_not_divided_stay_as_they_are():
    tensor = torch.tensor([1.0, math.pi])
    assert whole(tensor) is tensor
    assert own_part(tensor) is tensor
    assert like(tensor, torch.zeros(2)) is tensor
    assert gathered({"a": tensor}, kept=True)["a"] is tensor
    assert gathered({"a": tensor}, kept=False) == {}
