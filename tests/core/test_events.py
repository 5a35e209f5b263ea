"""Events round-trip through their line, and a run's status is derived from them alone."""

import dataclasses
from collections.abc import Mapping
from typing import Literal

import pytest

from studio.core.events import (
    EVENTS,
    JobStarted,
    QueueMoved,
    Recorded,
    RunFailed,
    RunFinished,
    RunQueued,
    RunStarted,
    RunStopped,
    StepLogged,
    decode,
    encode,
    status_of,
)

SAMPLES = {int: 3, float: 0.5, str: 'Zeile "eins"\n½', bool: True, tuple[str, ...]: ("a", "b")}
SAMPLES[Mapping[str, float]] = {"accuracy": 0.5, "margin": -1}
SAMPLES[Literal["best", "worst"]] = "worst"
STARTED = RunStarted("worker-1", 0, 10, 8, 2, 5, 9, "cpu", "bfloat16", ("why",), "hash")
ENDED = (9, 8, 1.0, 1)


def sample(event_type: type):
    return event_type(**{field.name: SAMPLES[field.type] for field in dataclasses.fields(event_type)})


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_is_one_line_and_comes_back_equal(name):
    event = sample(EVENTS[name])
    line = encode(event, 12.5)
    assert "\n" not in line
    assert decode(line) == Recorded(12.5, event)


def test_a_loss_that_is_not_a_number_cannot_be_written():
    with pytest.raises(ValueError, match="JSON compliant"):
        encode(StepLogged(1, float("nan"), 1, 1, 0.1, 1.0, 1.0, 1), 0.0)


@pytest.mark.parametrize(("version", "name"), [(2, "RunQueued"), (1, "RunExploded")])
def test_an_event_of_another_studio_is_an_error_and_not_skipped(version, name):
    with pytest.raises(ValueError, match="not known to this studio"):
        decode(f'{{"version":{version},"event":"{name}","at":0}}')


@pytest.mark.parametrize(
    ("events", "live_worker", "status"),
    [
        ([RunQueued()], None, "queued"),
        ([RunQueued(), STARTED], "worker-1", "running"),
        ([RunQueued(), STARTED], "worker-2", "interrupted"),
        ([RunQueued(), STARTED], None, "interrupted"),
        ([RunQueued(), STARTED, RunFinished(*ENDED)], None, "finished"),
        ([RunQueued(), STARTED, RunStopped(*ENDED)], None, "stopped"),
        ([RunQueued(), STARTED, RunStopped(*ENDED, paused=True)], None, "paused"),
        ([RunQueued(), QueueMoved(3.0)], None, "queued"),
        ([RunQueued(), STARTED, RunFailed("why", "next")], "worker-1", "failed"),
        ([RunQueued(), STARTED, RunStopped(*ENDED), RunQueued(resume=True)], None, "queued"),
        ([RunQueued(), STARTED, RunFinished(*ENDED), JobStarted("j", "exam", "w")], "w", "finished"),
        ([], None, "interrupted"),
    ],
)
def test_status_is_the_last_word_of_the_run_and_needs_its_worker_alive(events, live_worker, status):
    assert status_of(events, live_worker) == status


@pytest.mark.parametrize(
    "line",
    [
        "3",
        "[]",
        "null",
        "{}",
        '{"version":1,"event":[],"at":0}',
        '{"version":1,"event":"RunQueued","at":"yesterday"}',
        '{"version":1,"event":"RunQueued","at":0,"resume":3}',
        '{"version":1,"event":"RunQueued","at":0,"other":3}',
        '{"version":1,"event":"JobFinished","at":0,"job":"j","kind":"exam"}',
        '{"version":1,"event":"Evaluated","at":0,"step":"two","loss":1.0,"trained_tokens":1,"rows":1}',
        '{"version":1,"event":"Evaluated","at":0,"step":2,"loss":NaN,"trained_tokens":1,"rows":1}',
        "[" * 100_000,
    ],
)
def test_a_line_that_is_no_event_is_a_value_error_whatever_it_is(line):
    with pytest.raises(ValueError, match=r"."):
        decode(line)


def test_a_stop_that_an_earlier_studio_wrote_is_no_pause():
    line = (
        '{"version":1,"event":"RunStopped","at":1,"step":9,"best_step":8,"seconds":1.0,"peak_memory_bytes":1}'
    )
    assert decode(line).event == RunStopped(*ENDED, paused=False)
