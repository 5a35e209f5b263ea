"""What depends on the operating system: locks, memory inside and outside a container."""

import importlib
import logging
import os
import subprocess
import sys

import pytest

from studio.core.system import (
    FileLock,
    Memory,
    is_locked,
    memory,
    peak_memory_bytes,
    prepare_process,
    process_memory_bytes,
    reset_peak_memory,
)

GIB = 1024**3


def test_a_lock_is_held_once_seen_from_inside_too_and_free_after_release(tmp_path):
    path = tmp_path / "lock"
    assert not is_locked(path)
    lock = FileLock.take(path)
    assert FileLock.take(path) is None
    assert is_locked(path)
    assert is_locked(path), "a probe must leave it as it was"
    lock.release()
    assert not is_locked(path)


def test_a_lock_dies_with_its_process_and_not_with_its_children(tmp_path):
    path = tmp_path / "lock"
    code = (
        "import subprocess, sys; from pathlib import Path; from studio.core.system import FileLock\n"
        "lock = FileLock.take(Path(sys.argv[1]))\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'], stdin=0)\n"
        "print(child.pid, flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    child = int(process.stdout.readline())
    assert is_locked(path)
    process.kill()
    process.wait()
    os.kill(child, 0)
    assert not is_locked(path)
    process.stdin.close()


@pytest.fixture
def proc(tmp_path):
    folder = tmp_path / "proc"
    folder.mkdir()
    (folder / "meminfo").write_text("MemTotal: 16777216 kB\nMemFree: 1 kB\nMemAvailable: 8388608 kB\n")
    return folder


def test_without_a_container_the_machine_counts(proc, tmp_path):
    assert memory(proc, tmp_path) == Memory(16 * GIB, 8 * GIB)
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("5\n")
    assert memory(proc, tmp_path) == Memory(16 * GIB, 8 * GIB)


def test_a_container_lends_what_its_limit_leaves_and_its_cache_gives_back(proc, tmp_path):
    (tmp_path / "memory.max").write_text(f"{4 * GIB}\n")
    (tmp_path / "memory.current").write_text(f"{3 * GIB}\n")
    (tmp_path / "memory.stat").write_text(f"anon 1\ninactive_file {GIB}\n")
    assert memory(proc, tmp_path) == Memory(4 * GIB, 2 * GIB)


def test_an_older_container_is_read_too(proc, tmp_path):
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text(f"{2 * GIB}\n")
    (tmp_path / "memory" / "memory.usage_in_bytes").write_text(f"{GIB}\n")
    assert memory(proc, tmp_path) == Memory(2 * GIB, GIB)


def test_the_peak_counts_from_its_reset():
    held = bytearray(200_000_000)
    assert peak_memory_bytes() >= 200_000_000
    del held
    assert reset_peak_memory()
    assert peak_memory_bytes() <= process_memory_bytes() + 50_000_000


def test_where_the_peak_cannot_be_reset_that_is_said(tmp_path):
    assert not reset_peak_memory(tmp_path / "forbidden" / "clear_refs")


def test_no_package_is_let_fetch_machine_code(monkeypatch):
    monkeypatch.delitem(sys.modules, "kernels", raising=False)
    prepare_process()
    with pytest.raises(ImportError, match="kernels"):
        importlib.import_module("kernels")


def test_a_start_lets_no_library_report_to_anybody(monkeypatch):
    silent = ("GRADIO_ANALYTICS_ENABLED", "HF_HUB_DISABLE_TELEMETRY", "ORT_DISABLE_TELEMETRY")
    for name in silent:
        monkeypatch.delenv(name, raising=False)
    prepare_process()
    assert [os.environ[name] for name in silent] == ["False", "1", "1"]


def test_a_start_does_not_warn_of_machine_code_that_is_not_wanted(caplog):
    prepare_process()
    told_by = logging.getLogger("bitsandbytes.backends.cpu.ops")
    told_by.warning("Failed to load")
    told_by.error("Broken")
    assert [record.message for record in caplog.records] == ["Broken"]


def test_a_process_that_answers_keeps_no_large_block_that_is_freed():
    code = (
        "from studio.core.system import *\n"
        "prepare_process()\n"
        "if {answers}: keep_no_large_blocks()\n"
        "blocks = [bytearray(b'1') * 50_000_000 for _ in range(2)]; kept = bytearray(100)\n"
        "del blocks\n"
        "print(process_memory_bytes())"
    )

    def held(*, answers: bool) -> int:
        done = [sys.executable, "-c", code.format(answers=answers)]
        return int(subprocess.run(done, capture_output=True, text=True, check=True).stdout)

    kept = 80_000_000 if sys.platform == "linux" else 0  # elsewhere nothing is kept in the first place
    assert held(answers=True) + kept <= held(answers=False) + 10_000_000
