"""The candidates are runs that the studio knows, and their schedules fit into the time."""

import pytest

from benchmarks.quick_mode import CANDIDATES, steps_within
from studio.core.config import DataSettings, Optimisation
from studio.core.knobs import from_dict, knobs, problems
from studio.engine.batches import rows_of_step
from studio.engine.tunings import tuning_named


@pytest.mark.parametrize("name", CANDIDATES)
def test_a_candidate_sets_only_what_its_way_knows(name):
    candidate = CANDIDATES[name]
    known = set()
    for part in (DataSettings, Optimisation, tuning_named(candidate.tuning).Config):
        chosen = {knob.name for knob in knobs(part)} & set(candidate.knobs)
        assert problems(from_dict(part, {name: candidate.knobs[name] for name in chosen})) == ()
        known |= chosen
    assert known == set(candidate.knobs)


def test_as_many_steps_are_planned_as_the_tokens_of_their_rows_leave_time_for(tiny_examples):
    def tokens(step):
        chosen = rows_of_step(step, rows=len(tiny_examples), batch_size=2, seed=0)
        return sum(len(tiny_examples[row].input_ids) for row in chosen)

    taken, knobs = sum(map(tokens, range(6))), {"batch_size": 2}
    assert steps_within(taken / 10, 10.0, knobs, tiny_examples) == 6
    assert steps_within(taken / 10 + 0.1, 10.0, knobs, tiny_examples) == 6
    assert steps_within(taken / 10 - 0.1, 10.0, knobs, tiny_examples) == 5
    assert steps_within(0.001, 10.0, knobs, tiny_examples) == 1, "a run has a step"
