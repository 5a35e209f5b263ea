"""llama.cpp itself, where `cyllama` is installed: it rounds a file, and it reads one.

cyllama carries llama.cpp built for the common systems, so nothing has to be compiled. What it does not expect
ends its whole process, so it gets one of its own (apart.py): fixed words, and files that the studio wrote.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import torch
from gguf import LlamaFileType

from studio.core.errors import Refused, StudioError

if TYPE_CHECKING:
    from studio.exporters.parity import Answered

FORMS = {
    "q6_k": LlamaFileType.MOSTLY_Q6_K,
    "q5_k_m": LlamaFileType.MOSTLY_Q5_K_M,
    "q4_k_m": LlamaFileType.MOSTLY_Q4_K_M,
}
"""The forms of numbers that only llama.cpp itself can write."""
INSTALL = "Install it with: pip install cyllama"
APART = Path(__file__).parent / "apart.py"
LOOKS_EVERY_SECONDS = 0.2
_KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""All that its process is told of the machine: no token, no home."""


@dataclass(frozen=True)
class Read:
    """What llama.cpp made of a file: the tokens of texts, and the logits (tokens, vocabulary) of answers."""

    tokens: list[tuple[int, ...]]
    logits: list[torch.Tensor]
    version: str


def installed() -> bool:
    return find_spec("cyllama") is not None


def refuse_absent(what: str) -> None:
    """Raise Refused where llama.cpp is not here; `what` says in words what needs it."""
    if not installed():
        raise Refused(f"{what} needs llama.cpp, which is not installed.", INSTALL)


def quantise(source: Path, target: Path, form: str, go_on: Callable[[], None]) -> None:
    """Write `source`, a file of 16 bits, as one of `FORMS`. Raises StudioError where llama.cpp cannot."""
    _done({"do": "quantise", "source": str(source), "target": str(target), "form": int(FORMS[form])}, go_on)


def read(
    file: Path,
    asked: Sequence[tuple[str, Sequence[int]]],
    ours: Sequence[Answered],
    *,
    begin: bool,
    go_on: Callable[[], None],
) -> Read:
    """Let llama.cpp cut texts, and say what comes next at the places of answers that another model gave.

    `asked` are texts with the tokens they are for the studio; `begin` adds what opens every text. Raises
    StudioError where it does not take the file.
    """
    rows = [(list(ids), list(answer.tokens)) for (_, ids), answer in zip(asked, ours, strict=True)]
    with tempfile.TemporaryDirectory(prefix="studio-llama-") as place:
        logits = Path(place) / "logits"
        texts = [text for text, _ in asked]
        job = {"do": "read", "file": str(file), "texts": texts, "begin": begin, "rows": rows}
        found = _done({**job, "logits": str(logits)}, go_on)
        whole = torch.frombuffer(bytearray(logits.read_bytes()), dtype=torch.float32)
    places = whole.reshape(-1, found["vocabulary"]).split([len(answer) for _, answer in rows])
    return Read([tuple(each) for each in found["tokens"]], list(places), found["version"])


def _done(job: dict[str, Any], go_on: Callable[[], None]) -> dict[str, Any]:
    """Have a job done, and return what was found. Whatever `go_on` raises ends it."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    with (
        tempfile.TemporaryFile() as asked,
        tempfile.TemporaryFile() as told,
        tempfile.TemporaryFile() as complaints,
    ):
        asked.write(json.dumps(job).encode())
        asked.seek(0)
        with subprocess.Popen(
            [sys.executable, "-P", "-B", str(APART)],
            stdin=asked,
            stdout=told,
            stderr=complaints,
            env={**kept, "PYTHONUTF8": "1", "GGML_NO_BACKTRACE": "1"},  # else it calls a debugger
        ) as process:
            _wait_for(process, go_on)
        if process.returncode:
            raise _failed(complaints)
        told.seek(0)
        return json.load(told)


def _wait_for(process: subprocess.Popen[bytes], go_on: Callable[[], None]) -> None:
    while process.poll() is None:
        try:
            go_on()
        except BaseException:
            process.kill()
            raise
        try:
            process.wait(LOOKS_EVERY_SECONDS)
        except subprocess.TimeoutExpired:
            continue


def _failed(complaints: IO[bytes]) -> StudioError:
    complaints.seek(0)
    said = complaints.read().decode(errors="replace").strip().rpartition("\n")[2]
    return StudioError(
        f"llama.cpp does not take the file: {said or 'it ended without a word'}",
        "Nothing was published. Choose other numbers or the whole model, and tell us.",
    )
