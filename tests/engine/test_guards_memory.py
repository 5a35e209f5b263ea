"""On a processor a batch is weighed before it is tried, and the weighing learns from what batches took."""

from dataclasses import dataclass, field, replace

import pytest

from studio.core import events
from studio.core.errors import StudioError
from studio.data.packing import apart
from studio.engine.batches import collate
from studio.engine.guards.memory import (
    NEAR,
    RESERVE_BYTES,
    MemoryGuard,
    ModelSize,
    NoRoom,
    Shape,
    ThisMachine,
    needed_bytes,
    shape_of,
)
from studio.engine.preparation import TOKENS_AT_ONCE

STARTER = ModelSize(width=576, layers=30, heads=9, vocabulary=49152, number_bytes=2, longest_products=768)


@dataclass
class Machine:
    """A machine of 2 GB whose free and held memory the test sets."""

    free: float = 1e9
    held: float = 500e6
    kept: float = 0.0
    given_back: list[float] = field(default_factory=list)

    def free_bytes(self):
        return self.free

    def total_bytes(self):
        return 2e9

    def held_bytes(self):
        return self.held

    def give_back(self):
        self.given_back.append(self.kept)
        self.free, self.held, self.kept = self.free + self.kept, self.held - self.kept, 0.0


def groups(example, rows):
    return [[example] * rows]


@pytest.fixture
def example(tiny_examples):
    """One row of 200 tokens, all learned."""
    return replace(tiny_examples[0], input_ids=(5,) * 200, labels=(5,) * 200)


def test_the_arithmetic_counts_layers_attention_and_logits():
    plain = needed_bytes(Shape(1, 1000, 0), STARTER, training=True)
    assert plain == 1000 * 34 * 576 * 30 * 2
    with_products = needed_bytes(Shape(1, 500, 0), STARTER, training=True)
    assert with_products == (500 * 34 * 576 + 9 * 500**2) * 30 * 2
    learned = needed_bytes(Shape(1, 1000, 100), STARTER, training=True)
    assert learned - plain == 100 * 49152 * 2 * 2
    assert needed_bytes(Shape(1, 1000, 0), STARTER, training=False) * 30 == plain


def test_the_longest_row_sets_the_shape(tiny_examples):
    longest = max(len(example.input_ids) for example in tiny_examples)
    shape = shape_of(tiny_examples)
    assert (shape.rows, shape.length, shape.tokens) == (8, longest, 8 * longest)


def test_answers_that_are_set_beside_each_other_take_the_places_of_their_batch(tiny_lesson):
    _, pairs = tiny_lesson("dpo")
    batch = collate([text for pair in pairs for text in apart(pair)])
    shape = shape_of(pairs, side_by_side=True)
    assert shape.tokens == batch.input_ids.numel() > shape_of(pairs).tokens
    assert shape_of(pairs[:1], side_by_side=True).rows == 1  # a pair cannot be split


def test_what_does_not_fit_is_named_with_what_would(example):
    machine = Machine(free=RESERVE_BYTES + 200e6)
    guard = MemoryGuard(STARTER, machine=machine)
    needed = needed_bytes(shape_of([example] * 4), STARTER, training=True)
    with pytest.raises(NoRoom) as refused:
        guard.admit(groups(example, 4), training=True)
    assert not refused.value.single
    assert refused.value.fitting_tokens == int(800 * 200e6 / needed)


def test_freed_memory_is_given_back_before_a_batch_is_split(example):
    machine = Machine(free=RESERVE_BYTES + 200e6, held=2e9, kept=1.5e9)
    guard = MemoryGuard(STARTER, machine=machine)
    guard.admit(groups(example, 4), training=True)
    assert machine.given_back == [1.5e9]


def test_a_measured_batch_sets_the_arithmetic_right(example):
    machine = Machine(free=3e9)
    guard = MemoryGuard(STARTER, machine=machine)
    guard.admit(groups(example, 1), training=True)
    plain = needed_bytes(shape_of([example]), STARTER, training=True)
    machine.held += 2 * plain  # it took twice what was thought
    guard.learn(groups(example, 1))
    machine.free = RESERVE_BYTES + 3 * plain
    guard.admit(groups(example, 2), training=True)  # 2 * 2 are needed, 2 are held already
    with pytest.raises(NoRoom):
        guard.admit(groups(example, 3), training=True)


def test_the_optimisers_state_of_a_resumed_run_is_not_taken_for_what_a_batch_needs(example):
    machine, moments = Machine(free=3e9), 800e6
    plain = needed_bytes(shape_of([example]), STARTER, training=True)
    guard = MemoryGuard(STARTER, moments_bytes=moments, machine=machine)
    machine.held += moments  # loaded with the checkpoint
    guard.optimiser_is_held()
    machine.held += plain
    guard.learn(groups(example, 1))
    machine.free = RESERVE_BYTES + 1.1 * plain
    guard.admit(groups(example, 2), training=True)  # 2 are needed, 1 is held already
    with pytest.raises(NoRoom) as refused:
        guard.admit(groups(example, 3), training=True)
    assert refused.value.needed_bytes == needed_bytes(shape_of([example] * 3), STARTER, training=True)


def test_a_resumed_run_says_that_it_holds_the_optimisers_state(tiny_run, monkeypatch):
    tiny_run({"steps": 4, "evaluations": 2}, should_stop=lambda: bool(tiny_run.of(events.CheckpointSaved)))
    tiny_run.remember()
    held = []
    monkeypatch.setattr(MemoryGuard, "optimiser_is_held", lambda guard: held.append(guard))
    monkeypatch.setattr(MemoryGuard, "learn", lambda guard, learned: None)
    tiny_run({"steps": 4, "evaluations": 2})
    assert len(held) == 1


def test_a_batch_near_the_limit_is_told_before_it_is_tried_and_once(example):
    needed = needed_bytes(shape_of([example]), STARTER, training=True)
    told = []
    guard = MemoryGuard(STARTER, machine=Machine(free=RESERVE_BYTES + needed / NEAR * 0.99))
    guard.tell = lambda *batch: told.append(batch)
    guard.admit(groups(example, 1), training=True)
    assert [tokens for tokens, _, _ in told] == [200]
    guard.learn(groups(example, 1))
    guard.admit(groups(example, 1), training=True)
    assert len(told) == 1


def test_a_single_row_is_given_up_only_after_something_was_measured(example):
    machine = Machine(free=0.0)
    guard = MemoryGuard(STARTER, machine=machine)
    guard.admit(groups(example, 1), training=True)
    machine.held += needed_bytes(shape_of([example]), STARTER, training=True)
    guard.learn(groups(example, 1))
    machine.held = 0.0
    with pytest.raises(NoRoom) as refused:
        guard.admit(groups(replace(example, input_ids=(5,) * 300, labels=(5,) * 300), 1), training=True)
    assert refused.value.single


def test_a_run_with_little_memory_is_split_before_anything_breaks_and_learns_the_same(
    tiny_run, tmp_path, monkeypatch
):
    knobs = {"steps": 2, "batch_size": 8, "evaluations": 1}
    tiny_run(knobs, tuning="full")  # in 32 bits, so that how a step is cut shows least
    undisturbed = [event.loss for event in tiny_run.of(events.StepLogged)]
    assert tiny_run.of(events.BatchSplit) == []

    monkeypatch.setattr(ThisMachine, "total_bytes", lambda machine: 0)
    monkeypatch.setattr(ThisMachine, "free_bytes", lambda machine: RESERVE_BYTES + 4_000_000)
    tiny_run(knobs, tuning="full", checkpoints=type(tiny_run.checkpoints)(tmp_path / "little"))
    (split,) = tiny_run.of(events.BatchSplit)
    assert split.micro_tokens < TOKENS_AT_ONCE["cpu"]
    assert "would not hold the next batch" in split.reason
    assert [event.loss for event in tiny_run.of(events.StepLogged)] == pytest.approx(undisturbed, abs=1e-4)


def test_a_run_cut_off_near_the_limit_goes_on_with_half(tiny_run, kept_checkpoints):
    tiny_run(
        {"steps": 4, "batch_size": 4, "evaluations": 2},
        should_stop=lambda: bool(tiny_run.of(events.CheckpointSaved)),
    )
    tiny_run.said.pop()  # killed: no last word
    tiny_run.said.append(events.BatchGrew(2, 700, 900, 1000))
    tiny_run.remember()
    tiny_run({"steps": 4, "batch_size": 4, "evaluations": 2})
    (split,) = tiny_run.of(events.BatchSplit)
    assert split.micro_tokens == TOKENS_AT_ONCE["cpu"] // 2
    assert "cut off when the memory was nearly used up" in split.reason
    assert isinstance(tiny_run.said[-1], events.RunFinished)


def test_a_run_cut_off_with_memory_to_spare_goes_on_as_it_was(tiny_run):
    tiny_run({"steps": 4, "evaluations": 2}, should_stop=lambda: bool(tiny_run.of(events.CheckpointSaved)))
    tiny_run.said.pop()
    tiny_run.remember()
    tiny_run({"steps": 4, "evaluations": 2})
    assert tiny_run.of(events.BatchSplit) == []


def test_a_row_that_cannot_fit_ends_the_run_in_words(tiny_run, monkeypatch):
    def no_room(guard, admitted, *, training):
        raise NoRoom(2e9, 1e9, 500, single=True)

    monkeypatch.setattr(MemoryGuard, "admit", no_room)
    with pytest.raises(StudioError, match="memory of this machine is too small for a single row"):
        tiny_run({"steps": 1})
