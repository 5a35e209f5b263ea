"""What a model wrote is run where it can compute and nothing else: every way out is tried for real."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio.core.errors import StudioError
from studio.engine import sandbox
from studio.engine.sandbox import Outcome, run_apart
from studio.engine.sandboxed import MACHINES

REFUSED = "PermissionError: [Errno 1] Operation not permitted"
REFUSED_BY_NUMBER = "worked and printed '(-1, 1)\\n'"
"""A call of the C library gives -1, and the number of the error is that of a call not permitted."""


def errors(code: str, *attempts: str) -> list[str]:
    outcomes = run_apart(code, [f"{attempt}\n" for attempt in attempts], seconds=2)
    assert len(outcomes) == len(attempts), "it ended before all were tried"
    return [(outcome.error or f"worked and printed {outcome.printed!r}").strip() for outcome in outcomes]


def test_code_runs_and_its_examples_see_what_it_defines_and_what_came_before():
    outcomes = run_apart(
        "def twice(x):\n    return 2 * x\n",
        ["y = twice(2)\n", "y\n", "twice(None)\n", "print('é')\n"],
        seconds=2,
    )
    assert outcomes == [
        Outcome("", None),
        Outcome("4\n", None),
        Outcome("", "TypeError: unsupported operand type(s) for *: 'int' and 'NoneType'\n"),
        Outcome("é\n", None),
    ]


def test_the_standard_library_that_computes_can_be_imported_and_chance_is_the_same_each_time():
    code = "import random, datetime, decimal\nfrom collections import Counter\n"
    examples = [
        "random.random()\n",
        "{'a', 'b', 'c', 'd', 'e'}\n",
        "datetime.datetime.strptime('7', '%d').day\n",
    ]
    first, second = (run_apart(code, examples, seconds=2) for _ in range(2))
    assert first == second
    assert [outcome.error for outcome in first] == [None] * 3
    assert first[2].printed == "7\n"


def test_no_file_can_be_read_written_listed_or_removed(tmp_path):
    kept = tmp_path / "kept.txt"
    kept.write_text("mine")
    found = errors(
        "import os\n",
        f"open({str(kept)!r}).read()",
        "open('here', 'w')",
        f"os.remove({str(kept)!r})",
        f"os.chmod({str(kept)!r}, 0)",
        "os.listdir('/')",
        "os.mkdir('here')",
        "os.open('/dev/shm/here', os.O_CREAT)",
        "os.stat('/etc/passwd')",
        "os.memfd_create('here')",
    )
    assert [error.partition(":")[0] for error in found] == ["PermissionError"] * 9
    assert kept.read_text() == "mine"


def test_nothing_can_be_connected_to():
    system = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    made = errors(
        system,
        "import socket",
        "libc.socket(2, 1, 0), ctypes.get_errno()",
        "libc.socketpair(1, 1, 0, (ctypes.c_int * 2)()), ctypes.get_errno()",
    )
    assert made[0].startswith(("PermissionError", "ModuleNotFoundError"))
    assert made[1:] == [REFUSED_BY_NUMBER] * 2


def test_no_process_or_thread_can_be_started_and_none_replaced():
    made = errors(
        "import os, _thread\n",
        "os.fork()",
        "while True: os.fork()",
        "_thread.start_new_thread(print, ())",
        "os.posix_spawn('/bin/sh', ['sh'], {})",
        "os.execv('/bin/sh', ['sh'])",
        "os.system('echo out > /tmp/out-of-the-sandbox') and print()",
    )
    assert made[:2] == [REFUSED, REFUSED]
    assert made[2].startswith("RuntimeError: can't start new thread")
    assert [error.partition(":")[0] for error in made[3:5]] == ["PermissionError"] * 2
    assert not Path("/tmp/out-of-the-sandbox").exists()


def test_no_other_process_can_be_ended_not_even_the_one_that_waits():
    with subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
    ) as other:
        made = errors(
            "import os\n",
            f"os.kill({other.pid}, 9)",
            f"os.killpg({other.pid}, 9)",
            f"os.kill({os.getpid()}, 0)",
        )
        assert other.poll() is None
        other.communicate()
    assert made == [REFUSED] * 3


def test_the_limits_and_the_lock_cannot_be_lifted_from_within():
    made = errors(
        "import os, resource, ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n",
        "resource.setrlimit(resource.RLIMIT_CPU, (-1, -1))",
        "libc.prctl(22, 0, 0, 0, 0), ctypes.get_errno()",
        "libc.syscall(101, 16, 1, 0, 0), ctypes.get_errno()",
        "os.setuid(0)",
        "os.nice(-20)",
        "os.environ['HOME']",
    )
    assert made[0].startswith(("PermissionError", "ValueError"))
    assert made[1:3] == [REFUSED_BY_NUMBER] * 2
    assert made[3] == REFUSED
    assert made[4].startswith("PermissionError")
    assert made[5] == "KeyError: 'HOME'"


def test_secrets_of_the_studio_are_not_handed_on(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    (outcome,) = run_apart("import os\n", ["sorted(os.environ)\n"], seconds=2)
    assert "HF_TOKEN" not in outcome.printed


@pytest.mark.parametrize(
    "attack",
    [
        "while True: pass",
        "import time\nwhile True:\n    try:\n        time.sleep(60)\n    except OSError:\n        pass",
        "import re\nre.match('(a+)+b', 'a' * 60)",
        "10 ** 10 ** 10",
        "import _signal\n_signal.signal(_signal.SIGXCPU, _signal.SIG_IGN)\nwhile True: pass",
    ],
    ids=["endless", "sleeping", "pattern", "number", "deaf"],
)
@pytest.mark.slow
def test_code_that_does_not_end_is_ended_and_what_was_reached_counts(attack):
    reached = run_apart("x = 1\n", ["x\n", f"exec({attack!r})\n", "x\n"], seconds=1)
    assert reached[:1] == [Outcome("1\n", None)]
    assert len(reached) == 1 or reached[1].error


def test_an_endless_loop_in_the_answer_leaves_its_examples_without_an_outcome():
    assert run_apart("while True: pass", ["1\n"], seconds=1) == []


def test_a_lock_that_nobody_opens_ends_the_process_instead_of_being_waited_for():
    code = "import _thread\nlock = _thread.allocate_lock()\nlock.acquire()\n"
    assert run_apart(code, ["1\n", "lock.acquire()\n"], seconds=2)[:1] == [Outcome("1\n", None)]


def test_memory_has_an_end():
    (error,) = errors("", "len(bytearray(10 ** 9))")
    assert error == "MemoryError"


@pytest.mark.parametrize(
    "attack",
    [
        "print('x' * 10 ** 7)",
        "import os\nwhile os.write(1, b'x' * 65536): pass",
        'import os\nos.write(1, b\'{"printed": 3, "error": {}}\\n\' * 9)',
    ],
    ids=["printed", "written", "forged"],
)
def test_huge_and_forged_output_is_cut_off_and_breaks_nothing(attack):
    assert run_apart(attack, ["1\n"], seconds=5) in ([], [Outcome("1\n", None)])


def test_what_was_told_cannot_be_told_anew():
    made = errors(
        "import os, ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n",
        "os.lseek(1, 0, 0)",
        "os.pwrite(1, b'[', 0)",
        "os.ftruncate(1, 0)",
        "libc.mmap(None, 4096, 3, 1, 1, 0), ctypes.get_errno()",
        "libc.mmap(None, 4096, 3, 0x22, -1, 0) != -1",
    )
    assert made[:3] == [REFUSED] * 3
    assert made[3] == REFUSED_BY_NUMBER
    assert made[4] == "worked and printed 'True\\n'"


@pytest.mark.parametrize(
    "code",
    [
        "import os\nos._exit(0)",
        "raise SystemExit",
        "import ctypes\nctypes.string_at(0)",
        "import os\nos.abort()",
    ],
    ids=["exit", "leave", "crash", "abort"],
)
def test_code_that_ends_its_process_passes_nothing(code):
    assert run_apart(code, ["1\n"], seconds=2) == []


@pytest.mark.parametrize("code", ["def", "\0", "\ud800", "(" * 5000, "x = '''", "-" * 10**5 + "1"])
def test_what_is_no_code_passes_nothing(code):
    assert run_apart(code, ["1\n"], seconds=2) == []


def test_where_the_kernel_shuts_nothing_in_the_reason_is_told(monkeypatch, tmp_path):
    machine = tmp_path / "inside.py"
    text = sandbox.INSIDE.read_text(encoding="utf-8")
    machine.write_text(text.replace("machine = platform.machine()", "machine = 'pdp11'"), encoding="utf-8")
    monkeypatch.setattr(sandbox, "INSIDE", machine)
    with pytest.raises(StudioError, match="can be shut in on x86_64 and aarch64 only, and this is pdp11"):
        run_apart("", [], seconds=2)
    assert "this is pdp11" in sandbox.unavailable.__wrapped__()


def test_a_lock_with_a_hole_is_noticed_and_named(monkeypatch, tmp_path):
    leaky = tmp_path / "inside.py"
    text = sandbox.INSIDE.read_text(encoding="utf-8").replace('"getpid": 39,', '"getpid": 39, "openat": 257,')
    leaky.write_text(text.replace('"getpid": 172,', '"getpid": 172, "openat": 56,'), encoding="utf-8")
    monkeypatch.setattr(sandbox, "INSIDE", leaky)
    assert "could still open a file and write a file" in sandbox.unavailable.__wrapped__()


def test_a_lock_that_is_left_out_is_noticed(monkeypatch, tmp_path):
    open_door = tmp_path / "inside.py"
    text = sandbox.INSIDE.read_text(encoding="utf-8")
    open_door.write_text(text.replace("    lock()\n", ""), encoding="utf-8")
    monkeypatch.setattr(sandbox, "INSIDE", open_door)
    assert sandbox.unavailable.__wrapped__().startswith("Code that was shut in here could still open a file")


def test_every_machine_leaves_the_same_calls():
    one, other = (sorted(calls) for _, calls in MACHINES.values())
    assert one == other
