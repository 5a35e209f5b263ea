"""Records -> tokens in files, once for all runs that read the same rows in the same way."""

import hashlib
import json
import sys
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from heapq import merge
from importlib.metadata import version
from typing import TYPE_CHECKING

from studio.core.config import DataSettings
from studio.core.errors import StudioError
from studio.core.events import Event, Warned
from studio.core.examples import Example
from studio.data.tokens import ENCODING
from studio.engine.objectives import objective_named
from studio.services.examples import encode_rows
from studio.store.records import ChosenRecords
from studio.store.token_cache import TokenCache
from studio.store.token_files import TokenFile, TokenWriter, Unusable

if TYPE_CHECKING:
    from studio.services.training import Material

TOLD_EVERY_SECONDS = 0.5


@dataclass(frozen=True)
class Watch:
    """Who looks on: `tell` says what is done now, `emit` what is to be kept in the run."""

    tell: Callable[[str], None]
    stopping: Callable[[], bool]
    emit: Callable[[Event], None]
    clock: Callable[[], float] = time.monotonic


def tokens_of(material: "Material", cache: TokenCache, *, watch: Watch) -> TokenFile | None:
    """Return the rows of a run as tokens, from the cache where they are in it; None where it was stopped."""
    records = _all_of(material)
    name = _name(material, records)
    try:
        found = cache.find(name)
    except StudioError as damaged:
        found = None
        watch.emit(Warned(damaged.message, "They are made anew. The disk may be failing: keep a copy."))
    return found or cache.make(name, lambda writer: _write(material, records, writer, watch))


def _all_of(material: "Material") -> ChosenRecords:
    """Return the records of both parts in the order of the file, those set aside by now included."""
    training, held_out = material.divided.training, material.divided.held_out
    return ChosenRecords(training.records, array("Q", merge(training.places, held_out.places)))


def _name(material: "Material", records: ChosenRecords) -> str:
    """Name all that the tokens depend on: the rows, the tokenizer and its template, and how they are cut."""
    template, config = material.template, material.config
    tokenizer = material.tokenizer.backend_tokenizer.to_str()
    depends = [
        *(ENCODING, version("tokenizers"), version("transformers"), sys.byteorder, material.records_hash),
        hashlib.sha256(records.places.tobytes()).hexdigest(),
        *(config.objective, config.part(DataSettings).max_length),
        *(hashlib.sha256(tokenizer.encode()).hexdigest(), template.source),
        *(template.starts_with, template.end_of_text),
    ]
    key = hashlib.sha256(json.dumps(depends).encode()).hexdigest()[:32]
    return f"{config.dataset_version}-{key}"


def _write(material: "Material", records: ChosenRecords, writer: TokenWriter, watch: Watch) -> bool:
    """Write the tokens of all records; return whether it came to the end."""
    objective = objective_named(material.config.objective)
    max_length, told_at = material.config.part(DataSettings).max_length, watch.clock()
    for done, (place, sourced) in enumerate(zip(records.places, records, strict=True)):
        if watch.clock() - told_at >= TOLD_EVERY_SECONDS:
            if watch.stopping():
                return False
            watch.tell(f"The rows are turned into tokens: {done:,} of {len(records):,}.")
            told_at = watch.clock()
        for _, found in encode_rows((sourced,), objective, material.template, max_length=max_length):
            if isinstance(found, Example):
                writer.append(found, place)
            else:
                writer.note(Unusable(place, sourced.row, found.message, found.hint))
    return True
