"""The general texts and instructions that show what a model forgot: shipped in `assets/probe`."""

import json
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "assets" / "probe"


@cache
def general_texts() -> tuple[str, ...]:
    """Return short English texts about all kinds of things; sources and terms in `LICENCES.md` there."""
    return _column("texts.jsonl", "text")


@cache
def general_instructions() -> tuple[str, ...]:
    """Return simple requests that any assistant can meet."""
    return _column("instructions.jsonl", "instruction")


def _column(file: str, name: str) -> tuple[str, ...]:
    lines = (FOLDER / file).read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line)[name] for line in lines)
