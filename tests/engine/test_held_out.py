"""How sure a held-out loss is: a closed form, a simulation, and the rows' own noise cancelled."""

import random
import statistics
from dataclasses import replace

import pytest

from studio.engine.held_out import PARTS, in_parts, mean_loss, standard_error


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
