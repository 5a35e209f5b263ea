"""Which models a server speaks for: runs that were tuned here, those on one base side by side on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio.core.errors import Refused
from studio.core.records import Message
from studio.data.tokens import encode_completion_prompt, encode_prompt, encode_text_prompt
from studio.engine.objectives import objective_named
from studio.engine.tunings import lora
from studio.evaluation.arms.given import NOTHING, Given, in_turns
from studio.services.jobs import best_checkpoint
from studio.services.looking_up import Desk
from studio.services.training import Material, material
from studio.store.home import Home
from studio.store.runs import RunFolder

if TYPE_CHECKING:
    from studio.engine.decoding import Decoder
    from studio.engine.shelf import Shelf


@dataclass(frozen=True)
class Speaker:
    """A model by the name that requests call it by. `decoder` is its place among those of the server."""

    name: str
    decoder: int
    add_on: str
    gathered: Material
    folder: RunFolder
    ends: frozenset[int]
    limit: int | None
    """What it reads and writes at most, in tokens."""
    desk: Desk | None = None
    """Where documents are looked up before it answers."""

    def chat_prompt(self, messages: Sequence[Message]) -> tuple[list[int], Given]:
        """Return the tokens before the answer, and what was looked up. Raises StudioError."""
        given = NOTHING
        if self.desk is not None and messages[-1].role == "user":
            given = self.desk.look_up(self.folder, messages[-1].content, self.gathered)
        return encode_prompt(in_turns(given, tuple(messages)), self.gathered.template), given

    def text_prompt(self, text: str) -> list[int]:
        objective = objective_named(self.gathered.config.objective)
        encode = encode_text_prompt if objective.WINDOWS else encode_completion_prompt
        return encode(text, self.gathered.template)


@dataclass
class Cast:
    """The speakers by name, and the decoders they speak through."""

    speakers: dict[str, Speaker] = field(default_factory=dict)
    decoders: "list[Decoder]" = field(default_factory=list)


def cast(home: Home, runs: Sequence[str], *, with_documents: bool, tell: Callable[[str], None]) -> Cast:
    """Load the runs. Raises Refused for one that cannot answer in words, StudioError for one not saved."""
    whole, shelves = Cast(), {}
    for run in runs:
        folder = home.runs.folder(run)
        tell(f"{folder.meta().name or run} is loaded.")
        gathered = material(folder, lambda text: None, lambda: False)
        assert gathered is not None  # nobody stops it
        _refuse_silent(gathered, folder)
        place, add_on = _seated(whole, shelves, gathered, folder)
        desk = Desk() if with_documents else None
        _introduce(whole, run, place, add_on, (gathered, folder, desk))
        if add_on:
            _introduce(whole, gathered.source.id, place, "", (gathered, folder, None))
    return whole


def _refuse_silent(gathered: Material, folder: RunFolder) -> None:
    if objective_named(gathered.config.objective).HEAD != "language":
        raise Refused(
            f"The run {folder.meta().name or folder.id} gives labels or scores and does not write.",
            "Serve a run that answers in words.",
        )


def _seated(
    whole: Cast, shelves: "dict[tuple[str, str], tuple[int, Shelf]]", gathered: Material, folder: RunFolder
) -> tuple[int, str]:
    """Put a run beside others on its base where that can be; return its decoder's place and its add-on."""
    from studio.engine.checkpoints import read_weights
    from studio.engine.decoding import Decoder
    from studio.engine.served import base_shelf, own_shelf, shares_its_base

    config, source, (_, checkpoint) = gathered.config, gathered.source, best_checkpoint(folder)
    if not shares_its_base(config):
        whole.decoders.append(Decoder(own_shelf(config, source, checkpoint)))
        return len(whole.decoders) - 1, ""
    of = (source.id, source.weights_hash)
    if of not in shelves:
        shelf = base_shelf(source)
        whole.decoders.append(Decoder(shelf))
        shelves[of] = (len(whole.decoders) - 1, shelf)
    place, shelf = shelves[of]
    shelf.add(folder.id, read_weights(checkpoint), lora.scale(config.part(lora.Config)))
    return place, folder.id


def _introduce(
    whole: Cast, name: str, place: int, add_on: str, of: tuple[Material, RunFolder, Desk | None]
) -> None:
    """Add a speaker, once."""
    from studio.engine.models import read_model_config, row_tokens

    gathered, folder, desk = of
    if name in whole.speakers:
        return
    limit = row_tokens(gathered.config, read_model_config(gathered.source))
    ends = frozenset(gathered.template.stop_ids)
    whole.speakers[name] = Speaker(name, place, add_on, gathered, folder, ends, limit, desk)
