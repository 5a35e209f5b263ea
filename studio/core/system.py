"""What depends on the operating system: locks, durable folders, memory, the start of the process.

Everything else of the studio (`launch.py` excepted) is written as if there were only one system.
"""

import ctypes
import logging
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from studio.core.errors import Refused

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl
    import resource

ENVIRONMENT: Mapping[str, str] = {
    "OMP_WAIT_POLICY": "PASSIVE",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime else sends Microsoft a number of this device and what it runs
    "TOKENIZERS_PARALLELISM": "false",
}
"""Defaults; what the user has set stays. OpenMP threads that spin would take the page's server its core."""

_NAME_A_HOME = "Name a folder that you may write to after --home."
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_MMAP_MAX = -1, -3, -4
_KEEP_BYTES, _LARGE_BYTES = 2**31 - 1, 4 << 20


def prepare_process() -> None:
    """Set the defaults that must stand before torch and gradio are imported. Call it first."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    # bitsandbytes fetches machine code where this package is installed: nothing here does so.
    sys.modules.setdefault("kernels", None)  # type: ignore[arg-type]
    # It warns of that at every start; 4-bit layers do without it here (engine/four_bit.py).
    logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
    # Else large tensors are mapped and zeroed afresh in every step: 233 against 255 tokens/s on two cores.
    _ask_allocator("mallopt", ((_M_MMAP_MAX, 0), (_M_TRIM_THRESHOLD, _KEEP_BYTES)))


def keep_no_large_blocks() -> None:
    """From now on return large blocks as they are freed: for a process that answers and does not train."""
    _ask_allocator("mallopt", ((_M_MMAP_MAX, 65536), (_M_MMAP_THRESHOLD, _LARGE_BYTES)))


def give_back_memory() -> None:
    """Return freed memory to the system; only Linux is asked to keep it, see `prepare_process`."""
    _ask_allocator("malloc_trim", ((0,),))


def _ask_allocator(function: str, calls: Iterable[Iterable[int]]) -> None:
    ask = getattr(ctypes.CDLL(None), function, None) if sys.platform == "linux" else None
    for values in calls if ask is not None else ():  # musl has none, and keeps its own ways
        ask(*values)


def default_home() -> Path:
    """Return the folder that keeps this user's datasets and runs; STUDIO_HOME overrides it."""
    if chosen := os.environ.get("STUDIO_HOME"):
        return Path(chosen)
    place = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    if sys.platform == "win32":
        place = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        place = Path.home() / "Library" / "Application Support"
    return Path(place) / "fine-tuning-studio"


def home_folder(named: str | None) -> Path:
    """Return the home folder that was named; None: the user's own. Raises Refused where it names none."""
    if named is not None and not named.strip():
        raise Refused("The home folder has no name.", "Name a folder after --home, or leave --home out.")
    try:
        return (default_home() if named is None else Path(named)).expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise Refused(f"There is no home folder {named or 'for this user'}: {error}", _NAME_A_HOME) from error


class FileLock:
    """A lock on a file that the kernel frees when the process dies, however it dies."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    @classmethod
    def take(cls, path: Path) -> "FileLock | None":
        """Return the lock, or None where another holds it. Raises OSError where the file cannot be opened."""
        file = path.open("ab")
        if _lock(file):
            return cls(file)
        file.close()
        return None

    def release(self) -> None:
        """Free the lock. The file stays: removing it would let two processes lock different files."""
        self._file.close()


def is_locked(path: Path) -> bool:
    """Return whether somebody holds the lock, this process included. Leaves it as it was.

    A probe takes a free lock for an instant, so whoever takes a lock in earnest asks more than once.
    """
    try:
        with path.open("rb") as file:
            return not _lock(file, shared=True)
    except FileNotFoundError:
        return False


if sys.platform == "win32":

    def _lock(file: BinaryIO, *, shared: bool = False) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def sync_folder(path: Path) -> None:
        """Windows writes directory entries with the file; there is nothing to ask for."""

    def _peak_memory() -> int:
        return 0

else:

    def _lock(file: BinaryIO, *, shared: bool = False) -> bool:
        # flock, not lockf: a second open of the same file in this process must meet the lock, and closing
        # it must not free it.
        try:
            fcntl.flock(file.fileno(), (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def sync_folder(path: Path) -> None:
        """Make the entries of a folder (files created, renamed, removed in it) survive a power failure."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _peak_memory() -> int:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def reset_peak_memory(clear_refs: Path = Path("/proc/self/clear_refs")) -> bool:
    """Let `peak_memory_bytes` count from now on, and return whether it does; the file is for tests.

    Only Linux has that file, and some containers forbid it: the peak then counts from the process's start.
    """
    try:
        return bool(clear_refs.exists() and clear_refs.write_text("5"))
    except OSError:
        return False


def peak_memory_bytes() -> int:
    """Return the most memory this process held, since the last reset where the system can reset it."""
    return _status_bytes("VmHWM") or _peak_memory()


def process_memory_bytes() -> int:
    """Return the memory this process holds now (its peak where the system tells no more)."""
    return _status_bytes("VmRSS") or _peak_memory()


def _status_bytes(name: str) -> int:
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    line = next((line for line in status.read_text().splitlines() if line.startswith(name + ":")), "")
    return int(line.split()[1]) * 1024 if line else 0


@dataclass(frozen=True, slots=True)
class Memory:
    """What this process may use: the machine's memory, or its container's where that is less."""

    total_bytes: int
    available_bytes: int


def memory(proc: Path = Path("/proc"), cgroup: Path = Path("/sys/fs/cgroup")) -> Memory:
    """Return the memory of the machine as this process may use it; the folders are for tests."""
    machine = _machine_memory(proc / "meminfo")
    for limit_file, used_file in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        limit, used = _number(cgroup / limit_file), _number(cgroup / used_file)
        if limit is not None and used is not None and limit < machine.total_bytes:
            reclaimable = _reclaimable(cgroup / Path(limit_file).parent / "memory.stat")
            free = max(0, limit - used + reclaimable)
            return Memory(limit, min(machine.available_bytes, free))
    return machine


def _machine_memory(meminfo: Path) -> Memory:
    if meminfo.exists():
        lines = (line.split() for line in meminfo.read_text().splitlines())
        kilobytes = {parts[0]: int(parts[1]) for parts in lines if len(parts) > 1}
        return Memory(kilobytes["MemTotal:"] * 1024, kilobytes["MemAvailable:"] * 1024)
    if sys.platform == "win32":
        return _windows_memory()
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    # macOS names no figure for "available"; two thirds is what its own memory pressure calls normal.
    return Memory(total, total * 2 // 3)


def _windows_memory() -> Memory:
    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
            (name, ctypes.c_ulonglong) for name in ("total", "available", "a", "b", "c", "d", "e")
        ]

    status = Status(length=ctypes.sizeof(Status))
    ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return Memory(status.total, status.available)


def _number(path: Path) -> int | None:
    """Read a limit of a container; None where there is no such file or no limit."""
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


def _reclaimable(path: Path) -> int:
    """Return the file cache a container would give up before it runs out; 0 where it does not say."""
    try:
        lines = (line.split() for line in path.read_text().splitlines())
        values = {parts[0]: int(parts[1]) for parts in lines if len(parts) == 2}
    except OSError:
        return 0
    return values.get("inactive_file", values.get("total_inactive_file", 0))
