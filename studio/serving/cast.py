"""Which models speak here: runs that were tuned here, those on one base side by side on it."""

import gc
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.errors import Refused
from studio.core.system import give_back_memory
from studio.core.words import size
from studio.data.templates import ChatTemplate
from studio.engine.sources import ModelSource
from studio.engine.tunings import lora
from studio.services.jobs import best_checkpoint
from studio.services.looking_up import Desk
from studio.services.training import Material, material
from studio.serving.speakers import Speaker, refuse_silent, refuse_with_a_state, speaker_of
from studio.store.files import digest
from studio.store.home import Home
from studio.store.runs import RunFolder

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from studio.engine.decoding import Decoder
    from studio.engine.shelf import Shelf

Tell = Callable[[str], None]


@dataclass
class Cast:
    """The models that are loaded. `speakers` are those that requests can name, by name.

    `quiet` keeps everybody from getting tokens while a model that they use is changed.
    """

    speakers: dict[str, Speaker] = field(default_factory=dict)
    quiet: Callable[[], AbstractContextManager[None]] = nullcontext
    _shelves: "dict[tuple[str, str], tuple[Shelf, Decoder]]" = field(default_factory=dict)
    _tuned: dict[str, Speaker] = field(default_factory=dict)
    _untouched: dict[str, Speaker] = field(default_factory=dict)
    _gathered: dict[str, Material] = field(default_factory=dict)
    _tokenizers: "dict[tuple[Path, str], tuple[PreTrainedTokenizerBase, ChatTemplate]]" = field(
        default_factory=dict
    )

    def holds(self, folder: RunFolder, *, untouched: bool) -> bool:
        """Return whether asking needs nothing to be loaded."""
        if untouched:
            return folder.id in self._untouched
        known = self._tuned.get(folder.id)
        return known is not None and known.step == folder.checkpoints.best_step()

    def tuned(self, folder: RunFolder, tell: Tell) -> Speaker:
        """Return the best point of a run, loaded where it is not.

        Raises Refused for a run that cannot answer in words, StudioError for one that is not saved.
        """
        if not self.holds(folder, untouched=False):
            self._tuned[folder.id] = self._loaded(folder, tell)
        return self._tuned[folder.id]

    def untouched(self, folder: RunFolder, tell: Tell) -> Speaker:
        """Return the model that a run began with, loaded where it is not."""
        if not self.holds(folder, untouched=True):
            gathered = self._material(folder, tell)
            source, (_, decoder) = gathered.source, self._base(gathered.source, tell)
            named, of = (source.id, decoder, ""), (0, source.weights_hash)
            self._untouched[folder.id] = speaker_of(folder, gathered, named, of)
        return self._untouched[folder.id]

    def put_away(self, run: str) -> None:
        """Let go of a run's tuned model, whether it is there or not; answers under way come to their end.

        The base stays for the others.
        """
        self.speakers.pop(run, None)
        self._gathered.pop(run, None)
        if run in self._tuned:
            self._clear(self._tuned.pop(run).decoder.shelf, run)
            gc.collect()  # a model of its own hangs together in circles
            give_back_memory()

    def _clear(self, shelf: "Shelf", run: str) -> None:
        """Take all points of a run off, earlier ones too."""
        with self.quiet():
            for name in shelf.names():
                if name.startswith(f"{run}@"):
                    shelf.remove(name)

    def _loaded(self, folder: RunFolder, tell: Tell) -> Speaker:
        from studio.engine.checkpoints import WEIGHTS
        from studio.engine.decoding import Decoder
        from studio.engine.served import own_bytes, own_shelf, reader, shares_its_base

        gathered = self._material(folder, tell)
        config, (step, checkpoint) = gathered.config, best_checkpoint(folder)
        tell("The tuned model is loaded.")
        weights = digest(checkpoint / WEIGHTS)
        if shares_its_base(config):
            shelf, decoder = self._base(gathered.source, tell)
            add_on = f"{folder.id}@{step}"
            if add_on not in shelf.names():
                read = reader(checkpoint, weights, folder.meta().name or folder.id)
                shelf.add(add_on, read, lora.scale(config.part(lora.Config)))
        else:
            check_room(own_bytes(config, gathered.source))
            decoder, add_on = Decoder(own_shelf(config, gathered.source, checkpoint)), ""
        proof = sha256(f"{gathered.source.weights_hash} {weights}".encode()).hexdigest()
        return speaker_of(folder, gathered, (folder.id, decoder, add_on), (step, proof))

    def _material(self, folder: RunFolder, tell: Tell) -> Material:
        refuse_silent(folder)
        if folder.id not in self._gathered:
            gathered = material(folder, tell, lambda: False)
            assert gathered is not None  # nobody stops it
            refuse_with_a_state(gathered.source)
            self._gathered[folder.id] = self._sharing(gathered)
        return self._gathered[folder.id]

    def _sharing(self, gathered: Material) -> Material:
        """Let runs of one base share its tokenizer, which takes more memory than an add-on."""
        of = gathered.source.path, gathered.source.weights_hash
        tokenizer, template = self._tokenizers.setdefault(of, (gathered.tokenizer, gathered.template))
        return replace(gathered, tokenizer=tokenizer, template=template)

    def _base(self, source: ModelSource, tell: Tell) -> "tuple[Shelf, Decoder]":
        from studio.engine.decoding import Decoder
        from studio.engine.served import base_bytes, base_shelf

        of = (source.id, source.weights_hash)
        if of not in self._shelves:
            check_room(base_bytes(source))
            tell("The untouched model is loaded.")
            shelf = base_shelf(source)
            self._shelves[of] = (shelf, Decoder(shelf))
        return self._shelves[of]


def cast(home: Home, runs: Sequence[str], *, with_documents: bool, tell: Tell) -> Cast:
    """Load the runs, each to be called by its id, and their base by its own name. Raises as `tuned` does."""
    whole = Cast()
    for run in runs:
        folder = home.runs.folder(run)
        tell(f"{folder.meta().name or run} is loaded.")
        introduce(whole, whole.speakers, folder, Desk() if with_documents else None)
    return whole


def introduce(whole: Cast, offered: dict[str, Speaker], folder: RunFolder, desk: Desk | None) -> None:
    """Let requests name a run, and its base where both stand side by side."""
    speaker = whole.tuned(folder, _nothing)
    offered[speaker.name] = replace(speaker, desk=desk)
    if speaker.add_on:
        base = whole.untouched(folder, _nothing)
        offered.setdefault(base.name, base)


def _nothing(text: str) -> None:
    """Tell nobody."""


def check_room(needed_bytes: int) -> None:
    """Raise Refused where a model of this size would not fit beside what is in memory now."""
    from studio.engine.served import free_bytes

    free = free_bytes()
    if needed_bytes > free:
        raise Refused(
            f"This model takes about {size(needed_bytes)} of memory, and {size(free)} are free now.",
            "Wait until the run under way is over, stop the server, or close other programs.",
        )
