"""Nothing that was acknowledged is lost: kill -9 at any moment, and two processes on one home."""

import json
import signal

import pytest

from studio.store.runs import RunFolder
from tests.services.conftest import wait_for, weights_of

pytestmark = pytest.mark.slow

STEPS = 60


def test_a_run_killed_again_and_again_ends_bit_equal_to_the_undisturbed_one(shell, train_words):
    code, document, said = shell.run(*train_words())
    assert (code, document["status"]) == (0, "finished"), said
    undisturbed = weights_of(shell.home, document["run"], STEPS)

    process = shell.start(*train_words())
    wait_for(lambda: len(shell.runs()) == 2, seconds=120)
    run = shell.runs()[-1].name
    for steps in (9, 33):
        wait_for(lambda steps=steps: shell.steps_said() >= steps, seconds=120)
        process.kill()
        process.wait()
        assert shell.run("show", run)[1]["status"] == "interrupted"
        process = shell.start("resume", run)
    out, said = process.communicate(timeout=180)
    assert process.returncode == 0, said
    assert json.loads(out)["status"] == "finished"
    assert weights_of(shell.home, run, STEPS) == undisturbed
    told = {line["step"]: line for line in steps_of(shell, run)}
    assert sorted(told) == list(range(1, STEPS + 1))


def steps_of(shell, run):
    lines = (shell.home / "runs" / run / "events.jsonl").read_text().splitlines()
    return [line for line in map(json.loads, lines) if line["event"] == "StepLogged"]


def test_whenever_it_is_killed_a_sound_checkpoint_is_left(shell, train_words):
    process = shell.start(*train_words(checkpoint_every=1))
    wait_for(lambda: shell.steps_said() >= 3, seconds=120)
    run = shell.runs()[-1]
    for _ in range(3):
        process.kill()
        process.wait()
        newest = RunFolder(run).checkpoints.newest()
        assert newest is not None
        seen = shell.steps_said()
        process = shell.start("resume", run.name)
        wait_for(lambda seen=seen: shell.steps_said() > seen, seconds=120)
    process.kill()
    process.wait()


def test_two_processes_on_one_home_take_turns_and_say_so(shell, train_words):
    first = shell.start(*train_words(steps=400))
    wait_for(lambda: shell.steps_said() >= 1, seconds=120)
    second = shell.start(*train_words(steps=5))
    wait_for(lambda: len(shell.runs()) == 2, seconds=120)
    waiting = shell.runs()[-1].name
    document = shell.run("show", waiting)[1]
    assert (document["status"], document["queue_position"]) == ("queued", 1)
    code, stopped, _ = shell.run("stop", shell.runs()[0].name)
    assert (code, stopped["run"]) == (0, shell.runs()[0].name)
    out, _ = first.communicate(timeout=180)
    assert first.returncode == 3
    assert json.loads(out)["status"] == "stopped"
    out, said = second.communicate(timeout=180)
    assert second.returncode == 0
    assert json.loads(out)["status"] == "finished"
    assert "It is next" in said
    assert "does the work of this home now" in said


def test_a_polite_end_of_the_process_saves_what_was_learned(shell, train_words):
    process = shell.start(*train_words(steps=4000, checkpoint_every=4000, evaluations=1))
    wait_for(lambda: shell.steps_said() >= 5, seconds=120)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 3
    document = json.loads(out)
    assert document["status"] == "stopped"
    checkpoints = RunFolder(shell.runs()[-1]).checkpoints
    assert checkpoints.newest()[0] == document["steps"] >= 5


def test_a_flipped_byte_in_the_newest_checkpoint_is_told_and_the_run_still_ends_bit_equal(shell, train_words):
    code, document, _ = shell.run(*train_words())
    assert code == 0
    undisturbed = weights_of(shell.home, document["run"], STEPS)
    process = shell.start(*train_words())
    wait_for(lambda: len(shell.runs()) == 2 and shell.steps_said() >= 30, seconds=120)
    process.kill()
    process.wait()
    run = shell.runs()[-1]
    newest = RunFolder(run).checkpoints.newest()
    path = newest[1] / "resume" / "optimizer.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    code, document, _ = shell.run("resume", run.name)
    assert (code, document["status"]) == (0, "finished")
    assert weights_of(shell.home, run.name, STEPS) == undisturbed
    warnings = shell.run("show", run.name)[1]["warnings"]
    assert any(f"step {newest[0]} was damaged" in warning for warning in warnings)
