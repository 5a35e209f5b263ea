"""Which models speak here: runs that were tuned here, those on one base side by side on it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from studio.core.errors import Refused
from studio.core.records import Message
from studio.core.words import size
from studio.data.tokens import encode_completion_prompt, encode_prompt, encode_text_prompt
from studio.engine.objectives import objective_named
from studio.engine.sources import ModelSource
from studio.engine.tunings import lora
from studio.evaluation.arms.given import NOTHING, Given, in_text, in_turns
from studio.services.jobs import best_checkpoint
from studio.services.looking_up import Desk
from studio.services.training import Material, material
from studio.store.files import digest
from studio.store.home import Home
from studio.store.runs import RunFolder

if TYPE_CHECKING:
    from studio.engine.decoding import Decoder
    from studio.engine.shelf import Shelf

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Speaker:
    """A model by the name that requests call it by. It speaks through `decoder`, as this add-on of its."""

    name: str
    decoder: "Decoder"
    add_on: str
    gathered: Material
    folder: RunFolder
    ends: frozenset[int]
    limit: int | None
    """What it reads and writes at most, in tokens."""
    step: int = 0
    """The checkpoint that speaks, and `weights` which weights these are; 0 for the untouched model."""
    weights: str = ""
    desk: Desk | None = None
    """Where documents are looked up before it answers."""

    def chat_prompt(self, messages: Sequence[Message]) -> tuple[list[int], Given]:
        """Return the tokens before the answer, and what was looked up. Raises StudioError."""
        given = NOTHING
        if self.desk is not None and messages[-1].role == "user":
            given = self.desk.look_up(self.folder, messages[-1].content, self.gathered)
        return self._as_learned(messages, given), given

    def _as_learned(self, messages: Sequence[Message], given: Given) -> list[int]:
        """Return the turns in the form that the model learned from; one that knows no turns reads on."""
        objective = objective_named(self.gathered.config.objective)
        if objective.CHAT:
            return encode_prompt(in_turns(given, tuple(messages)), self.gathered.template)
        texts = [message.content for message in messages]
        if objective.WINDOWS:
            return encode_text_prompt("".join(texts), self.gathered.template)
        return encode_completion_prompt(in_text(given, "\n".join(texts)), self.gathered.template)

    def text_prompt(self, text: str) -> list[int]:
        objective = objective_named(self.gathered.config.objective)
        encode = encode_text_prompt if objective.WINDOWS else encode_completion_prompt
        return encode(text, self.gathered.template)

    def room(self, prompt_tokens: int) -> int:
        """Return how many tokens an answer may have behind a prompt; 0 or less where none fits."""
        return (1 << 30) if self.limit is None else self.limit - prompt_tokens


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
            self._untouched[folder.id] = _speaker(folder, gathered, named, of)
        return self._untouched[folder.id]

    def _loaded(self, folder: RunFolder, tell: Tell) -> Speaker:
        from studio.engine.checkpoints import WEIGHTS, read_weights
        from studio.engine.decoding import Decoder
        from studio.engine.served import own_bytes, own_shelf, shares_its_base

        gathered = self._material(folder, tell)
        config, (step, checkpoint) = gathered.config, best_checkpoint(folder)
        tell("The tuned model is loaded.")
        if shares_its_base(config):
            shelf, decoder = self._base(gathered.source, tell)
            add_on = f"{folder.id}@{step}"
            weights, scale = read_weights(checkpoint), lora.scale(config.part(lora.Config))
            with self.quiet():
                if add_on not in shelf.names():
                    shelf.add(add_on, weights, scale)
        else:
            check_room(own_bytes(config, gathered.source))
            decoder, add_on = Decoder(own_shelf(config, gathered.source, checkpoint)), ""
        proof = sha256(f"{gathered.source.weights_hash} {digest(checkpoint / WEIGHTS)}".encode()).hexdigest()
        return _speaker(folder, gathered, (folder.id, decoder, add_on), (step, proof))

    def _material(self, folder: RunFolder, tell: Tell) -> Material:
        refuse_silent(folder)
        if folder.id not in self._gathered:
            gathered = material(folder, tell, lambda: False)
            assert gathered is not None  # nobody stops it
            self._gathered[folder.id] = gathered
        return self._gathered[folder.id]

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


def _speaker(
    folder: RunFolder, gathered: Material, named: "tuple[str, Decoder, str]", of: tuple[int, str]
) -> Speaker:
    from studio.engine.models import read_model_config, row_tokens

    (name, decoder, add_on), (step, weights) = named, of
    limit = row_tokens(gathered.config, read_model_config(gathered.source))
    ends = frozenset(gathered.template.stop_ids)
    return Speaker(name, decoder, add_on, gathered, folder, ends, limit, step, weights)


def check_room(needed_bytes: int) -> None:
    """Raise Refused where a model of this size would not fit beside what is in memory now."""
    from studio.engine.served import free_bytes

    free = free_bytes()
    if needed_bytes > free:
        raise Refused(
            f"This model takes about {size(needed_bytes)} of memory, and {size(free)} are free now.",
            "Wait until the run under way is over, stop the server, or close other programs.",
        )


def refuse_silent(folder: RunFolder) -> None:
    if objective_named(folder.config().objective).HEAD != "language":
        raise Refused(
            f"The run {folder.meta().name or folder.id} gives labels or scores and does not write.",
            "Serve a run that answers in words.",
        )
