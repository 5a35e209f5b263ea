"""Chat: the server for other programs, which speaks for the models that are ticked."""

from collections.abc import Callable

import gradio as gr

from studio.core.talk import run_of
from studio.ui.panels import door as panel
from studio.ui.session import Session, read
from studio.ui.shell import Shell
from studio.ui.wiring import Updates, event_text, html_part, on, told


class DoorPart:
    """Laid out when made."""

    def __init__(self, shell: Shell, notice: gr.HTML) -> None:
        self._shell, self._studio, self._notice = shell, shell.studio, notice
        with gr.Accordion(
            panel.title(None), open=False, elem_id="chat-door", elem_classes="fold"
        ) as self.fold:
            self.door = html_part("door", "open", "close", "away")

    def outputs(self) -> list[gr.blocks.Block]:
        return [self.fold, self.door]

    def wire(self, chosen: Callable[[Session], tuple[str, ...]]) -> None:
        """Attach the handlers; `chosen` tells which models are ticked."""

        def begin(document: object) -> Updates:
            runs = dict.fromkeys(run_of(voice) for voice in chosen(read(document)))
            self._studio.open_server(tuple(runs))
            return {self._shell.session: document}

        def end(document: object) -> Updates:
            self._studio.close_server()
            return {self._shell.session: document}

        def away(document: object, event: gr.EventData) -> Updates:
            self._studio.put_away(event_text(event, "id"))
            return {self._shell.session: document}

        session, safe = self._shell.session, told(self._notice)
        for event, handler, repeats in (
            (self.door.open, begin, "once"),
            (self.door.close, end, "once"),
            (self.door.away, away, "multiple"),
        ):
            outputs = [self._notice, session]
            pressed = on(event, safe(handler), inputs=[session], outputs=outputs, repeats=repeats)
            self._shell.after(pressed, entering=False)

    def show(self) -> Updates:
        server = self._studio.server()
        runs = self._studio.runs()
        called = {run.config.model: "the untouched model" for run in runs}
        called |= {run.id: run.name for run in runs}
        return {self.fold: gr.Accordion(label=panel.title(server)), self.door: panel.door(server, called)}
