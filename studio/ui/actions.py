"""The sticky bar under each step: one primary button that says what happens, Back, and at most one more."""

from dataclasses import dataclass

import gradio as gr


@dataclass(frozen=True)
class Actions:
    back: gr.Button | None
    other: gr.Button | None
    primary: gr.Button

    def parts(self) -> list[gr.blocks.Block]:
        return [button for button in (self.back, self.other, self.primary) if button is not None]


def actions(step: str, *, back: bool = True, other: bool = False, variant: str = "primary") -> Actions:
    """Lay out the bar of a step. `other` is a second action, hidden until a tab shows it.

    `variant` is "secondary" where the button to press stands in the step itself.
    """
    with gr.Row(elem_id=f"actions-{step}", elem_classes="actions"):
        back_button = _button("Back", f"back-{step}", "secondary", width=100) if back else None
        other_button = _button("", f"other-{step}", "secondary", width=100, visible=False) if other else None
        primary = _button("", f"primary-{step}", variant, width=220)
    return Actions(back_button, other_button, primary)


def _button(text: str, element: str, variant: str, *, width: int, visible: bool = True) -> gr.Button:
    return gr.Button(
        text, variant=variant, size="lg", scale=0, min_width=width, elem_id=element, visible=visible
    )
