"""A model that speaks, by the name that requests call it by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.errors import Refused
from studio.core.records import Message
from studio.data.tokens import encode_completion_prompt, encode_prompt, encode_text_prompt
from studio.engine.objectives import objective_named
from studio.engine.sources import ModelSource
from studio.evaluation.arms.given import NOTHING, Given, in_text, in_turns
from studio.services.looking_up import Desk
from studio.services.training import Material
from studio.store.runs import RunFolder

if TYPE_CHECKING:
    from studio.engine.decoding import Decoder


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

    @property
    def gone(self) -> bool:
        """Whether its run was deleted; the untouched model outlives the runs that began with it."""
        return self.step > 0 and self.folder.deleted

    def chat_prompt(self, messages: Sequence[Message]) -> tuple[list[int], Given]:
        """Return the tokens before the answer, and what was looked up. Raises StudioError."""
        given = NOTHING
        if self.desk is not None and messages[-1].role == "user":
            given = self.desk.look_up(self.folder, messages[-1].content, self.gathered)
        return _not_nothing(self._as_learned(messages, given)), given

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
        """Return the tokens to go on from. Raises StudioError."""
        objective = objective_named(self.gathered.config.objective)
        encode = encode_text_prompt if objective.WINDOWS else encode_completion_prompt
        return _not_nothing(encode(text, self.gathered.template))

    def room(self, prompt_tokens: int) -> int:
        """Return how many tokens an answer may have behind a prompt; 0 or less where none fits."""
        return (1 << 30) if self.limit is None else self.limit - prompt_tokens


def _not_nothing(ids: list[int]) -> list[int]:
    """Return the tokens of a prompt. Raises Refused where there is none: a model goes on from something."""
    if not ids:
        raise Refused("The prompt is empty.", "Write what the model is to go on from.")
    return ids


def speaker_of(
    folder: RunFolder, gathered: Material, named: "tuple[str, Decoder, str]", of: tuple[int, str]
) -> Speaker:
    from studio.engine.generate import end_tokens
    from studio.engine.models import read_model_config, row_tokens

    (name, decoder, add_on), (step, weights) = named, of
    limit = row_tokens(gathered.config, read_model_config(gathered.source))
    ends = end_tokens(decoder.shelf.model, gathered.tokenizer)
    return Speaker(name, decoder, add_on, gathered, folder, ends, limit, step, weights)


def refuse_silent(folder: RunFolder) -> None:
    if objective_named(folder.config().objective).HEAD != "language":
        raise Refused(
            f"The run {folder.meta().name or folder.id} gives labels or scores and does not write.",
            "Serve a run that answers in words.",
        )


def refuse_with_a_state(source: ModelSource) -> None:
    """Raise Refused for a model whose answers cannot be written beside others."""
    from studio.engine.models import read_model_config
    from studio.engine.served import keeps_a_state

    config = read_model_config(source)
    if keeps_a_state(config):
        raise Refused(
            f"{source.id} is a {config.model_type} model, which keeps a running state of what it reads: its "
            "answers cannot be written beside others here.",
            "Ask it in Compare, or export it.",
        )
