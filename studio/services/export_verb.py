"""The verb `export`: a tuned model into a folder, or to the Hugging Face hub."""

import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from studio.core.arguments import pairs
from studio.core.console import say
from studio.core.errors import Refused
from studio.core.keys import HUB_TOKEN, Key
from studio.core.words import size
from studio.exporters import EXPORTERS
from studio.services import documents, pushing
from studio.services.calls import Call, Result, unfinished
from studio.services.export_settings import read_settings
from studio.services.pushing import Push

HUB = "hub"
"""Stands among the kinds of exports, and sends one of them."""


def export(call: Call) -> Result:
    """write a tuned model into a folder, or send it to the hub"""
    run, kind = call.studio.find_run(call.typed.run), call.typed.kind
    texts = pairs(call.typed.settings, "--set KNOB=VALUE")
    if kind == HUB:
        return _push(call, run, texts)
    if call.typed.of or call.typed.public:
        raise Refused("--of and --public say what goes to the hub.", "Say --as hub with them.")
    target, settings = Path(call.typed.target), read_settings(kind, texts)
    job = call.studio.start_export(run, kind, target, settings)
    if expected := call.studio.export_sizes(run, settings).get(kind):
        say(f"The files will take about {size(expected)}.", sys.stderr)
    problem, code = call.wait_for([(run, job)])
    if problem:
        return unfinished(run, problem), code
    return documents.export_document(call.studio.copy_export(run, kind, target)), code


def _push(call: Call, run: str, settings: Mapping[str, str]) -> Result:
    """Send an export of the run to the hub; it is made first where it is not made yet."""
    typed = call.typed
    if settings:
        raise Refused(
            "What is sent to the hub has no settings of its own.",
            "Export it with them first (--as KIND --set ...), then send it.",
        )
    asked = Push(typed.of or _usual(call, run), typed.target, private=not typed.public)
    jobs = call.studio.start_push(run, asked, Key(os.environ.get(HUB_TOKEN, "")))
    problem, code = call.wait_for([(run, job) for job in jobs])
    if problem:
        return unfinished(run, problem), code
    sent = asdict(call.studio.pushed(run)[-1])
    return {"version": 1, "run": run, "kind": HUB, "url": sent.pop("address"), **sent}, code


def _usual(call: Call, run: str) -> str:
    """Return the first export that can be sent of a run. Raises Refused where there is none."""
    config = call.studio.run(run).config
    found = next((kind for kind in pushing.OFFERED if not EXPORTERS[kind].refusal(config)), None)
    if found is None:
        raise Refused("Nothing of this run can be sent to the hub.", "Choose another way to learn it.")
    return found
