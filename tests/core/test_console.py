"""The command line in a real process: odd letters, readers that leave, signals at any moment."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SLOW_IMPORT = """
import sys, time
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "studio.cli":
            print("loading", file=sys.stderr, flush=True)
            time.sleep(3)
sys.meta_path.insert(0, Slow())
import runpy
runpy.run_module("studio", run_name="__main__", alter_sys=True)
"""
STORM = """
import sys
from studio.core.console import expect_interruption, noting_interruptions
if sys.argv[1] == "server":
    wait = expect_interruption()
    print("ready", flush=True)
    wait()
    print(sys.stdin.readline(), flush=True)
with noting_interruptions() as interrupted:
    print("ready", flush=True)
    while not interrupted():
        pass
    print(sys.stdin.readline(), flush=True)
"""
ELSEWHERE = """
import signal, threading
from studio.core.console import expect_interruption
wait, go = expect_interruption(), threading.Event()
other = threading.Thread(target=go.wait, daemon=True)
other.start()
threading.Timer(0.5, signal.pthread_kill, (other.ident, signal.SIGTERM)).start()
wait()
"""
SLOW_VERB = """
import sys, time
import studio.cli
def slow(call):
    print("working", file=sys.stderr, flush=True)
    time.sleep(30)
studio.cli.VERBS["runs"] = slow
import runpy
runpy.run_module("studio", run_name="__main__", alter_sys=True)
"""

COMMANDS = [["runs"], ["runs", "--json"], ["show", "none"], ["--help"]]
LEAVING = """
import json, os, runpy, sys
import studio.cli  # once; from here on each command is a process of its own, to its very end
home, nobody, left = sys.argv[1], int(sys.argv[2]), []
for words in json.loads(sys.argv[3]):
    for closed, other in (("stdout", "stderr"), ("stderr", "stdout")):
        with open(os.path.join(home, other), "w+", encoding="utf-8") as file:
            if not (process := os.fork()):
                os.dup2(nobody, getattr(sys, closed).fileno())
                os.dup2(file.fileno(), getattr(sys, other).fileno())
                sys.argv = ["studio", "--home", home, *words]
                runpy.run_module("studio", run_name="__main__", alter_sys=True)
            code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
            file.seek(0)
            left.append((words, closed, code, file.read()))
print(json.dumps(left))
"""


def studio(*words, **options):
    command = [sys.executable, "-m", "studio", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, check=False, **options)


def test_a_console_that_knows_few_letters_gets_them_all_the_same(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("question,answer\n" + "".join(f"Ω{number},日本{number}\n" for number in range(12)))
    done = studio("check", str(path), "--json", env={**os.environ, "PYTHONIOENCODING": "cp1252"})
    assert done.returncode == 0
    assert json.loads(done.stdout.decode())["first"] == {"input": "Ω0", "output": "日本0"}


def test_a_name_of_bytes_that_are_no_text_is_one_sentence(tmp_path):
    path = os.fsencode(tmp_path) + b"/bad\xff\xfename.csv"
    Path(os.fsdecode(path)).write_text("question,answer\na,b\n")
    done = studio("--json", "--home", str(tmp_path / "home"), "train", path)
    assert done.returncode == 2
    assert "no letter" in json.loads(done.stdout.decode())["error"]
    assert b"Traceback" not in done.stderr


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """Run each command of `COMMANDS` with either stream closed; returns its exit code and other stream."""
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-c", LEAVING, str(tmp_path_factory.mktemp("left")), str(write)]
    command.append(json.dumps(COMMANDS))  # both streams are pipes from the start, as those that are closed
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, check=True, pass_fds=[write])
    os.close(write)
    return {(" ".join(words), closed): (code, said) for words, closed, code, said in json.loads(done.stdout)}


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
@pytest.mark.parametrize("words", [" ".join(words) for words in COMMANDS])
def test_a_reader_that_leaves_is_no_error(left, words, closed):
    code, said = left[words, closed]
    assert code == (2 if "show" in words else 0)
    assert "Traceback" not in said
    assert "BrokenPipe" not in said


@pytest.mark.slow
@pytest.mark.parametrize("program", [SLOW_IMPORT, SLOW_VERB], ids=["loading", "working"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_any_moment_is_a_document_and_exit_code_three(tmp_path, program, number):
    command = [sys.executable, "-c", program, "--home", str(tmp_path), "runs", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stderr.readline()
        time.sleep(0.2)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert json.loads(out)["error"] == "It was stopped."
    assert b"Traceback" not in err


@pytest.mark.parametrize("which", ["server", "command"])
def test_signals_that_come_in_a_flood_do_not_wait_for_each_other(which):
    command = [sys.executable, "-c", STORM, which]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        stopper = threading.Timer(30.0, process.kill)  # where it hangs
        stopper.start()
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            process.send_signal(signal.SIGTERM)
        process.stdin.write(b"still there\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"still there\n"
        process.kill()
        stopper.cancel()


@pytest.mark.skipif(os.name == "nt", reason="signals to a thread are POSIX's")
def test_a_signal_that_the_kernel_gives_to_another_thread_ends_the_wait():
    subprocess.run([sys.executable, "-c", ELSEWHERE], cwd=ROOT, timeout=60, check=True)
