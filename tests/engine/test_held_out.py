"""How sure a held-out loss is: a closed form, a simulation, and the rows' own noise cancelled."""

import random
import statistics
from collections.abc import Sequence
from dataclasses import replace

import pytest

from studio.core.config import RunConfig
from studio.core.examples import Example, Measured
from studio.engine.held_out import PARTS, in_parts, mean_loss, standard_error
from studio.engine.preparation import prepare
from studio.engine.steps import measure_parts


def test_every_row_is_in_one_part_whatever_their_number(tiny_examples):
    for count in (1, 2, 15, 16, 17, 50):
        rows = [replace(tiny_examples[at % 8], row=at) for at in range(count)]
        parts = in_parts(rows)
        assert len(parts) == min(PARTS, count)
        assert all(parts)
        assert sorted(example.row for part in parts for example in part) == list(range(count))


def test_with_equal_weights_it_is_the_standard_error_of_a_mean():
    values = [2.0, 2.5, 1.5, 3.0, 2.2]
    parts = [(10 * value, 10) for value in values]
    assert mean_loss(parts) == (pytest.approx(statistics.mean(values)), 50)
    assert standard_error(parts) == pytest.approx(statistics.stdev(values) / 5**0.5)


def test_it_is_how_much_the_loss_varies_from_sample_to_sample():
    draw = random.Random(1)

    def sample():
        weights = [draw.randint(20, 60) for _ in range(PARTS)]
        return [(weight * draw.gauss(2.0, 0.3), weight) for weight in weights]

    samples = [sample() for _ in range(400)]
    spread = statistics.stdev(mean_loss(parts)[0] for parts in samples)
    told = statistics.mean(standard_error(parts) for parts in samples)
    assert told == pytest.approx(spread, rel=0.1)


def test_beside_the_same_rows_only_the_change_counts():
    draw = random.Random(2)
    before = [(40 * draw.gauss(2.0, 0.5), 40) for _ in range(PARTS)]
    after = [(nats * 0.9, tokens) for nats, tokens in before]
    shifted = [(nats - 4.0, tokens) for nats, tokens in before]
    assert standard_error(after, before) == pytest.approx(standard_error(before) * 0.1)
    assert standard_error(shifted, before) == pytest.approx(0.0, abs=1e-9)


def test_what_cannot_be_set_beside_it_is_left_out():
    parts = [(20.0, 10), (30.0, 10)]
    assert standard_error(parts, [(20.0, 10)]) == standard_error(parts)
    assert standard_error(parts[:1]) == 0.0


class OnDisk(Measured):
    """Rows whose reading is counted, as those of a mapped file are read when they are asked for."""

    def __init__(self, kept: Sequence[Example], read: list[int]) -> None:
        self._kept, self._read = kept, read

    def __len__(self) -> int:
        return len(self._kept)

    def __getitem__(self, at):
        self._read.append(self._kept[at].row)
        return self._kept[at]

    def rows(self) -> list[int]:
        return [each.row for each in self._kept]

    def lengths(self) -> list[int]:
        return [len(each.input_ids) for each in self._kept]

    def trained_tokens(self) -> list[int]:
        return [each.trained_tokens for each in self._kept]

    def cut_tokens(self) -> list[int]:
        return [each.cut_tokens for each in self._kept]

    def class_labels(self) -> list[str]:
        return [each.label for each in self._kept]

    def only(self, places: Sequence[int]) -> "OnDisk":
        return OnDisk([self._kept[at] for at in places], self._read)


def test_held_out_rows_are_read_part_by_part_and_measured_as_if_all_were_in_memory(
    tiny_source, tiny_tokenizer, tiny_examples
):
    prepared = prepare(RunConfig("d", "1"), tiny_source, tiny_tokenizer)
    rows = [replace(tiny_examples[at % 8], row=at) for at in range(64)]
    read: list[int] = []
    seen_by_then: list[int] = []

    def look(examples):
        return measure_parts(
            prepared.machinery,
            examples,
            token_budget=512,
            between=lambda: seen_by_then.append(len(read)),
        )

    found = look(OnDisk(rows, read))
    assert seen_by_then == [64 // PARTS * part for part in range(1, PARTS + 1)]
    assert sorted(read) == list(range(64))
    assert found == look(rows)
    assert found.measures == {}
