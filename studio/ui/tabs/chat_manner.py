"""Chat: how answers are written. What is chosen here counts from the next question on."""

from typing import Any

import gradio as gr

from studio.core.knobs import knobs
from studio.core.talk import Manner
from studio.ui.forms import description
from studio.ui.wiring import Updates

LOOK_UP = "Look it up first in the learned rows and the run's documents (retrieval)"


class MannerPart:
    """Laid out when made."""

    def __init__(self) -> None:
        with gr.Accordion("How it answers (Advanced)", open=False, elem_id="chat-how", elem_classes="fold"):
            with gr.Row(elem_classes="knob-grid"):
                self.numbers = [
                    gr.Number(
                        knob.default,
                        label=knob.label,
                        info=description(knob),
                        precision=0 if knob.type is int else None,
                        interactive=True,
                        elem_id=f"chat-{knob.name}",
                    )
                    for knob in knobs(Manner)
                ]
            self.instruction = gr.Textbox(
                label="Instruction before the conversation (system prompt)",
                info="A tuned model learned without one; leave it empty to hear it as it was measured.",
                lines=2,
                max_lines=8,
                interactive=True,
                elem_id="chat-instruction",
            )
            self.looked_up = gr.Checkbox(
                label=LOOK_UP, value=False, container=False, interactive=True, elem_id="chat-documents"
            )

    def fields(self) -> list[gr.blocks.Block]:
        return [*self.numbers, self.instruction, self.looked_up]

    def outputs(self) -> list[gr.blocks.Block]:
        return [self.looked_up]

    def show(self, *, looks_up: bool) -> Updates:
        return {self.looked_up: gr.Checkbox(visible=looks_up)}

    def read(self, *values: Any) -> Manner:
        """Return what the fields say; an emptied one stays empty, so that the knob says what is missing."""
        *numbers, instruction, looked_up = values
        given = dict(zip((knob.name for knob in knobs(Manner)), numbers, strict=True))
        return Manner(**given, instruction=instruction or "", with_documents=bool(looked_up))
