"""What a request brings for a handler is what its fields can hold; what a program made up is refused.

An event that is marked private still answers whoever posts to its address. Every handler is behind this, so
that none of them has to ask whether a text is a text.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from studio.core.errors import StudioError

HOLDS: dict[type[gr.blocks.Block], tuple[type, ...]] = {
    gr.Textbox: (str,),
    gr.HTML: (str,),
    gr.Checkbox: (bool,),
    gr.File: (str,),
}
"""What a field can hold. Those with numbers and choices check themselves; an empty one may be None."""
STRANGE = "This is not what the page sends. Load it again."


def checked(handler: Callable[..., Any], inputs: Sequence[gr.blocks.Block]) -> Callable[..., Any]:
    """Decorate a handler. An empty field of text is the empty text; what cannot be is told, not handled."""

    @functools.wraps(handler)
    def run(*values: Any) -> Any:
        brought, events = values[: len(inputs)], values[len(inputs) :]
        if not all(map(_tells, events)):
            raise gr.Error(STRANGE, print_exception=False)
        filled = (_filled(value, field) for value, field in zip(brought, inputs, strict=True))
        try:
            return handler(*filled, *events)
        except StudioError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return run


def _tells(event: gr.EventData) -> bool:
    """Return whether anything came with an event; Gradio fails at looking into nothing."""
    try:
        getattr(event, "anything", None)
    except TypeError:
        return False
    return True


def _filled(value: Any, field: gr.blocks.Block) -> Any:
    if isinstance(field, gr.Dropdown) and isinstance(value, list) and not field.multiselect:
        raise gr.Error(STRANGE, print_exception=False)
    kinds = next((kinds for kind, kinds in HOLDS.items() if isinstance(field, kind)), None)
    if kinds is None:
        return value
    if value is None:
        return "" if str in kinds and not isinstance(field, gr.File) else value
    if not isinstance(value, kinds):
        raise gr.Error(STRANGE, print_exception=False)
    return value
