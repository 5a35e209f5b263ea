"""What the model will learn: one example as it reads it, in context, learned and cut-off stretches."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from studio.core.errors import Refused, StudioError
from studio.core.examples import Example
from studio.data.judged import BAD
from studio.data.packing import apart
from studio.data.templates import ChatTemplate
from studio.data.tokens import spans
from studio.engine.aims import aim_of
from studio.engine.objectives import objective_named
from studio.engine.sources import ModelSource, source_here
from studio.services.examples import WHOLE
from studio.services.packages import IMPORTING
from studio.services.views_of_data import Role, Span
from studio.store.home import Home


def learning_view(
    home: Home, dataset: str, index: int, *, model: str, objective: str, max_length: int
) -> tuple[int, tuple[Span, ...]]:
    """Return (row of the user's file, spans) of the kept row at `index`, counted from 0.

    It is encoded by the objective, as for training, and cut only in what is shown.
    """
    folder = home.datasets.folder(dataset)
    found = folder.records(folder.meta().version, first=max(0, index), most=1)
    if index < 0 or not found:
        raise Refused(f"There is no example number {index + 1}.", "Choose an earlier one.")
    row, record = found[0].row, found[0].record
    learned = objective_named(objective)
    if not learned.accepts(record):
        raise Refused(
            f"Such rows cannot be learned as “{learned.TITLE}”.",
            "Choose the columns of the question and of the answer above.",
        )
    template = _template(_here(model))
    example = learned.encode(record, template, max_length=WHOLE, row=row)
    if aim_of(objective) == "reward":
        return row, tuple(_spans(example, template, max_length, {"learned": "expected"}))
    named = {"learned": "avoided"} if example.label == BAD else {}
    return row, tuple(_spans(example, template, max_length, named))


def _spans(
    example: Example, template: ChatTemplate, max_length: int, named: Mapping[str, Role]
) -> Iterator[Span]:
    """Yield the pieces of an example, their roles as `named` has them; of two answers to one question the
    question once, then both."""
    for place, text in enumerate(apart(example)):
        roles = {"learned": "avoided"} if place > 0 else named
        for words, role in spans(text, template, max_length):
            if place == 0 or role != "context":
                yield Span(words, roles.get(role, role))


def _here(model: str) -> ModelSource:
    """Return the model, if looking at an example downloads nothing. Raises StudioError."""
    if (source := source_here(model)) is None:
        raise StudioError(
            "The model is not on this machine yet, and only it knows how the example is read.",
            "It is fetched when a run with it begins.",
        )
    return source


@lru_cache(maxsize=4)
def _template(source: ModelSource) -> ChatTemplate:
    with IMPORTING:
        from studio.engine.models import load_tokenizer

    return ChatTemplate(load_tokenizer(source))
