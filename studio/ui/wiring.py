"""How a handler hangs on an event: plain values in, a dict of components out, errors told in place."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, Literal

import gradio as gr

from studio.core.errors import StudioError
from studio.ui.arguments import checked
from studio.ui.assets import script_tags
from studio.ui.markup import problem

Updates = dict[gr.blocks.Block, Any]
Handler = Callable[..., Updates]


def html_part(
    element: str, *events: str, value: str = "", script: str = "events", visible: bool = True
) -> gr.HTML:
    """Return an HTML component whose `[data-event]` elements trigger the named events.

    Only the default template is ever used: it takes `value` as it is. A Handlebars template would put
    values into JavaScript source, where a `${...}` of a user's text runs (seen in Gradio 6.31).
    """
    if not events and script == "events":
        return gr.HTML(value, elem_id=element, apply_default_css=False, js_on_load=None, visible=visible)
    names = ", ".join(f'"{name}"' for name in events)
    code = f"window.studioScreen.{script}(element, trigger, watch, [{names}]);"
    return gr.HTML(
        value,
        elem_id=element,
        apply_default_css=False,
        js_on_load=code,
        head=script_tags(),
        visible=visible,
    )


def on(
    event: Callable[..., Any],
    handler: Callable[..., Updates | None] | None,
    *,
    inputs: Sequence[gr.blocks.Block] = (),
    outputs: Sequence[gr.blocks.Block] = (),
    js: str | None = None,
    repeats: Literal["once", "multiple", "always_last"] = "once",
) -> Any:
    """Attach a handler as a plain short request: no stream stays open, nothing greys out while it runs.

    One with the session among its outputs waits for the answer before it (`turns.js`), so what may take long
    has it not. `repeats` says what becomes of the same event while its request is under way: it is dropped,
    it counts as well, or the last one counts once the request is answered.
    """
    return event(
        checked(handler, inputs) if handler is not None else None,
        inputs=list(inputs),
        outputs=list(outputs),
        js=js,
        queue=False,
        show_progress="hidden",
        api_visibility="private",
        trigger_mode=repeats,
    )


def told(notice: gr.HTML, *, pressed: bool = True) -> Callable[[Handler], Handler]:
    """Decorate a handler: what went wrong is written into `notice`; success clears it.

    Unless it was `pressed`: what the page asks by itself takes nothing away that a visitor was just told.
    """
    kept: Updates = {notice: "" if pressed else gr.skip()}

    def decorate(handler: Handler) -> Handler:
        @functools.wraps(handler)
        def run(*values: Any) -> Updates:
            try:
                return {**kept, **handler(*values)}
            except StudioError as error:
                return {notice: problem(error)}

        return run

    return decorate


def event_text(event: gr.EventData, name: str) -> str:
    """Return one of the values that came with an event of an HTML part; empty if it did not."""
    value = getattr(event, name, "")
    return value if isinstance(value, str) else ""
