"""What the model will learn: one example as it reads it, in context, learned and cut-off stretches."""

from functools import lru_cache
from pathlib import Path

from studio.core.errors import Refused, StudioError
from studio.core.records import Completion, Conversation, Labelled, as_conversation
from studio.data.templates import ChatTemplate
from studio.data.tokens import spans
from studio.engine.starter import starter_is_ready
from studio.services.packages import IMPORTING
from studio.services.views import Span
from studio.store.home import Home


def learning_view(
    home: Home, dataset: str, index: int, *, model: str, max_length: int
) -> tuple[int, tuple[Span, ...]]:
    """Return (row of the user's file, spans) of the kept row at `index`, counted from 0."""
    folder = home.datasets.folder(dataset)
    found = folder.records(folder.meta().version, first=max(0, index), most=1)
    if index < 0 or not found:
        raise Refused(f"There is no example number {index + 1}.", "Choose an earlier one.")
    record = found[0].record
    if not isinstance(record, Conversation | Completion | Labelled):
        raise Refused(
            "It is not known which column holds the question and which the answer.", "Choose both above."
        )
    parts = spans(as_conversation(record), _template(_here(model)), max_length)
    return found[0].row, tuple(Span(text, role) for text, role in parts)


def _here(model: str) -> str:
    """Return the model, if looking at an example downloads nothing. Raises StudioError."""
    if (model == "starter" and not starter_is_ready()) or (model != "starter" and not Path(model).is_dir()):
        raise StudioError(
            "The model is not on this machine yet, and only it knows how the example is read.",
            "It is fetched when a run with it begins.",
        )
    return model


@lru_cache(maxsize=4)
def _template(model: str) -> ChatTemplate:
    with IMPORTING:
        from studio.engine.models import load_tokenizer, resolve

    return ChatTemplate(load_tokenizer(resolve(model, progress=_nothing_to_fetch)))


def _nothing_to_fetch(text: str) -> None:
    """The files are here; resolving them has nothing to tell."""
