"""Every row is seen once a round, in an order that follows from seed and round alone."""

import pytest
import torch

from studio.core.examples import IGNORED, Example
from studio.engine.batches import collate, micro_batches, rows_of_step, steps_per_epoch


def example(row: int, length: int, learned: int = 2) -> Example:
    ids = tuple(range(10, 10 + length))
    return Example(row, ids, (IGNORED,) * (length - learned) + ids[length - learned :])


def test_a_round_takes_every_row_exactly_once():
    seen = [row for step in range(4) for row in rows_of_step(step, rows=10, batch_size=3, seed=7)]
    assert steps_per_epoch(10, 3) == 4
    assert sorted(seen) == list(range(10))


def test_rounds_differ_and_seeds_differ_and_both_repeat():
    first = rows_of_step(0, rows=20, batch_size=20, seed=1)
    assert first == rows_of_step(0, rows=20, batch_size=20, seed=1)
    assert first != rows_of_step(1, rows=20, batch_size=20, seed=1)
    assert first != rows_of_step(0, rows=20, batch_size=20, seed=2)


def test_the_order_of_a_round_is_drawn_once_however_many_steps_it_has(monkeypatch):
    first = rows_of_step(0, rows=977, batch_size=4, seed=3)
    monkeypatch.setattr("studio.engine.batches.random.Random", drawn_again)
    assert rows_of_step(1, rows=977, batch_size=4, seed=3) != first
    assert rows_of_step(0, rows=977, batch_size=4, seed=3) == first
    with pytest.raises(AssertionError):
        rows_of_step(0, rows=977, batch_size=4, seed=4)


def drawn_again(seed):
    raise AssertionError(f"the rows of round {seed} were drawn again")


def test_groups_hold_every_example_and_stay_within_the_budget_save_for_single_long_ones():
    examples = [example(row, length) for row, length in enumerate((5, 90, 12, 30, 31, 8, 29))]
    groups = micro_batches(examples, 64)
    assert sorted(each.row for group in groups for each in group) == list(range(7))
    assert [len(group) for group in groups] == [1, 2, 2, 2]
    for group in groups:
        assert len(group) == 1 or len(group) * max(len(each.input_ids) for each in group) <= 64


def test_the_longest_comes_first_so_that_too_little_memory_shows_at_once():
    lengths = [
        [len(each.input_ids) for each in group] for group in micro_batches([example(1, 3), example(2, 9)], 9)
    ]
    assert lengths == [[9], [3]]


def test_targets_are_the_tokens_after_the_learned_positions():
    batch = collate([example(1, 4), example(2, 3)])
    assert batch.input_ids.tolist() == [[10, 11, 12, 13], [10, 11, 12, 0]]
    assert batch.positions.tolist() == [1, 2, 4, 5]
    assert batch.targets.tolist() == [12, 13, 11, 12]
    assert batch.tokens == 7
    assert batch.to("cpu").input_ids.equal(batch.input_ids)


@pytest.mark.parametrize("learned", [1, 4])
def test_as_many_targets_as_trained_tokens(learned: int):
    examples = [example(1, 4, learned), example(2, 6, learned)]
    assert len(collate(examples).targets) == sum(each.trained_tokens for each in examples)
    assert collate(examples).targets.dtype == torch.int64
