"""Runs code that a model wrote, behind limits it cannot lift: `engine/sandbox.py` starts this file by itself.

It stands alone and imports nothing of the studio. Its job comes on standard input as JSON, what happened goes
to standard output, a line of JSON each. Before the code is begun, the kernel is told to let this process
only compute: of the calls to the system, memory, the clock and the descriptors it holds are left. Opening a
file, even to read, a socket, another process or thread, a signal to anybody are refused, for good
(seccomp, Documentation/userspace-api/seccomp_filter.rst of Linux). Modules of the standard library that the
code names are therefore loaded before. No call is left that waits for anything either: code that does not
end uses its processor time up, however busy the machine is.
"""

import contextlib
import ctypes
import importlib
import io
import json
import os
import platform
import re
import struct
import sys
import traceback

if sys.platform == "linux":
    import resource

# fmt: off
MODULES = (
    "abc", "array", "base64", "binascii", "bisect", "calendar", "cmath", "collections", "contextlib", "copy",
    "dataclasses", "datetime", "decimal", "difflib", "enum", "fractions", "functools", "graphlib", "hashlib",
    "heapq", "html", "inspect", "io", "itertools", "json", "keyword", "math", "numbers", "operator", "pprint",
    "queue", "random", "re", "statistics", "string", "struct", "textwrap", "time", "types", "typing",
    "unicodedata", "warnings", "zlib",
)
# fmt: on
"""What the code may import: the standard library's modules that compute."""
COMES_ALONG = {"collections": ("collections.abc",), "datetime": ("_strptime",), "time": ("_strptime",)}

_DEATH_WITH_PARENT, _NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 1, 38, 22, 2
_KILL, _REFUSE, _ALLOW = 0x80000000, 0x00050001, 0x7FFF0000  # refused with EPERM
_LOAD, _EQUAL, _HAS, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER, _MACHINE, _FOURTH = 0, 4, 40  # where they stand in what the filter sees (struct seccomp_data)
_ANONYMOUS = 0x20  # memory that shows no file, in the fourth argument of mmap
_LETTERS = 20_000

# fmt: off
MACHINES = {
    "x86_64": (0xC000003E, {
        "read": 0, "write": 1, "close": 3, "fstat": 5, "mmap": 9, "mprotect": 10, "munmap": 11,
        "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "sched_yield": 24,
        "mremap": 25, "madvise": 28, "getpid": 39, "exit": 60, "gettimeofday": 96, "sigaltstack": 131,
        "gettid": 186, "clock_gettime": 228, "clock_getres": 229, "exit_group": 231,
        "getrandom": 318,
    }),
    "aarch64": (0xC00000B7, {
        "read": 63, "write": 64, "close": 57, "fstat": 80, "mmap": 222, "mprotect": 226,
        "munmap": 215, "brk": 214, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139,
        "sched_yield": 124, "mremap": 216, "madvise": 233, "getpid": 172, "exit": 93, "gettimeofday": 169,
        "sigaltstack": 132, "gettid": 178, "clock_gettime": 113, "clock_getres": 114,
        "exit_group": 94, "getrandom": 278,
    }),
}
# fmt: on
"""By machine: its number in the audit interface, and the calls that are left (syscall tables of Linux)."""


def main() -> None:
    job = json.load(sys.stdin)
    limit(job["seconds"], job["memory_bytes"], job["output_bytes"])
    load(job["code"] + "".join(job["examples"]))
    lock()
    tell({"ready": True})
    namespace: dict[str, object] = {"__name__": "answer"}
    outcome = run(job["code"], "exec", namespace)
    tell(outcome)
    for example in job["examples"] if outcome["error"] is None else ():
        tell(run(example, "single", namespace))


def tell(what: dict[str, object]) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


def limit(seconds: int, memory_bytes: int, output_bytes: int) -> None:
    """Set what the kernel ends this process for."""
    if sys.platform != "linux":
        raise SystemExit(f"Code can be shut in on Linux only, and this is {platform.system()}.")
    limits = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_FSIZE: output_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 16,
    }
    for what, most in limits.items():
        resource.setrlimit(what, (most, most))


def load(text: str) -> None:
    """Import the modules that the text names, for no file can be opened later."""
    words = set(re.findall(r"\w+", text))
    for name in (name for name in MODULES if name in words):
        for module in (name, *COMES_ALONG.get(name, ())):
            importlib.import_module(module)
    if "random" in words:
        sys.modules["random"].seed(0)  # the same answer is worth the same each time


def lock() -> None:
    """Leave this process nothing but computing. There is no way back."""
    machine = platform.machine()
    if machine not in MACHINES:
        raise SystemExit(f"Code can be shut in on {' and '.join(MACHINES)} only, and this is {machine}.")
    number, calls = MACHINES[machine]
    control = ctypes.CDLL(None, use_errno=True).prctl
    control.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)
    steps = filter_of(number, calls)
    program = struct.pack("HxxxxxxP", len(steps) // 8, ctypes.cast(steps, ctypes.c_void_p).value)
    for what in (
        (_DEATH_WITH_PARENT, 9, 0, 0, 0),
        (_NO_NEW_PRIVILEGES, 1, 0, 0, 0),
        (_SECCOMP, _FILTER, ctypes.cast(program, ctypes.c_void_p).value, 0, 0),
    ):
        if control(*what) != 0:
            raise SystemExit(f"The kernel does not shut code in here: {os.strerror(ctypes.get_errno())}.")


def filter_of(machine: int, calls: dict[str, int]) -> bytes:
    """Return the kernel's filter program: 8 bytes a step (code, jump if true, jump if false, number).

    Another machine's calls (32 bits among them) end the process, calls that are not named are refused. What
    was told stays told: the file it stands in is only ever written at its end, and never shown as memory.
    """
    steps = [(_LOAD, 0, 0, _MACHINE), (_EQUAL, 1, 0, machine), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NUMBER)]
    steps += [(_EQUAL, 0, 4, calls["mmap"]), (_LOAD, 0, 0, _FOURTH), (_HAS, 0, 1, _ANONYMOUS)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    plain = sorted(number for name, number in calls.items() if name != "mmap")
    steps += [(_EQUAL, len(plain) - at, 0, call) for at, call in enumerate(plain)]
    steps += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def run(source: str, mode: str, namespace: dict[str, object]) -> dict[str, object]:
    """Run one piece; return what it printed, and its error as the last line of a traceback would say it."""
    printed, error = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(source, "<answer>", mode, dont_inherit=True), namespace)
        except BaseException as raised:  # whatever it raises is what the example may expect
            error = traceback.format_exception_only(type(raised), raised)[-1]
    return {"printed": printed.getvalue()[:_LETTERS], "error": error and error[:_LETTERS]}


if __name__ == "__main__":
    main()
