"""Where examples come from: a file, a sample, an earlier upload, the hub; and the file that is being read."""

from dataclasses import replace
from pathlib import Path

import gradio as gr

from studio.core.errors import Refused, StudioError
from studio.core.words import size
from studio.services.views import DatasetView
from studio.services.views_of_data import UploadView
from studio.ui.markup import notice, problem
from studio.ui.panels import sources as panel
from studio.ui.panels.share import of_files
from studio.ui.session import Facts, Session, opened, read
from studio.ui.shell import Shell
from studio.ui.wiring import Updates, event_text, html_part, on, told

READING = notice("neutral", "Taking the file…", "Large files take a moment.")
FETCHING = notice("neutral", "Asking the hub…", "The data set is fetched to this computer and then read.")
NAME_SHOWN = 120
MOST_BYTES = 2 * 1000**3
"""Of a file that comes through the browser."""


class SourcesPart:
    """The folded part of the Data step above the report. Every way in ends in a session on a data set."""

    def __init__(self, shell: Shell, notice_part: gr.HTML) -> None:
        self._shell, self._studio, self.notice = shell, shell.studio, notice_part
        self.reading = html_part("reading", "stop", "close", script="arrivals")
        with gr.Accordion("Use other examples", open=True, elem_id="other-examples") as self.other:
            self.upload = gr.File(
                label="Examples", show_label=False, height=150, elem_id="upload", interactive=True
            )
            self.limit = html_part(
                "upload-limit",
                "refused",
                script="uploads",
                value=_limit(MOST_BYTES),
            )
            self.samples = html_part("samples", "pick")
            self.uploads = html_part("uploads", "open", "rename", "remove")
            with gr.Accordion("Take a data set from Hugging Face", open=False, elem_id="hub"):
                with gr.Row(elem_classes="hub-row"):
                    self.hub = [_field(*field) for field in panel.HUB_FIELDS]
                self.fetch = gr.Button("Fetch it and read it", variant="secondary", elem_id="hub-fetch")

    def outputs(self) -> list[gr.blocks.Block]:
        return [self.other, self.upload, self.limit, self.samples, self.uploads, self.reading]

    def wire(self) -> None:
        session, safe = self._shell.session, told(self.notice)
        first = on(self.upload.upload, lambda: {self.notice: READING}, outputs=[self.notice])
        asked = on(self.fetch.click, lambda: {self.notice: FETCHING}, outputs=[self.notice])
        for event, handler, inputs, repeats in (
            (first.then, self.add, [self.upload, session], "once"),
            (asked.then, self.fetch_from_hub, [session, *self.hub], "once"),
            (self.samples.pick, self.pick, [session], "multiple"),
            (self.uploads.open, self.open, [session], "multiple"),
            (self.reading.stop, self.stop, [session], "once"),
            (self.reading.close, self.close, [session], "once"),
        ):
            outputs = [self.notice, self.upload, session]
            self._shell.after(on(event, safe(handler), inputs=inputs, outputs=outputs, repeats=repeats))
        for event, handler, repeats in (
            (self.limit.refused, self.refuse, "once"),
            (self.uploads.rename, self.rename, "multiple"),
            (self.uploads.remove, self.remove, "multiple"),
        ):
            # Another data set is not opened by these, so the list stays unfolded for the next press.
            outputs = [self.notice, self.upload, session]
            pressed = on(event, safe(handler), inputs=[session], outputs=outputs, repeats=repeats)
            self._shell.after(pressed, entering=False)

    # What it looks like

    def show(self, facts: Facts, *, entering: bool) -> Updates:
        upload = facts.upload
        failed = upload is not None and upload.state == "failed"
        opened_out = facts.dataset is None and (upload is None or failed)
        moves = entering or (failed and opened_out)  # what a visitor unfolds stays so beside a failed file
        folded = {self.other: gr.Accordion(open=opened_out)} if moves else {}
        share = self._studio.share()
        return folded | {
            self.limit: _limit(share.limits.upload_bytes or MOST_BYTES) + of_files(share),
            self.samples: panel.samples(self._studio.samples(), first=facts.dataset is None),
            self.uploads: panel.uploads(self._studio.datasets(), facts.session.dataset),
            self.reading: _reading(upload) if upload is not None else "",
        }

    # Handlers

    def add(self, file: str | None, document: object) -> Updates:
        """Begin to read a file; the page then shows how far it is."""
        if file is None:
            return {self.upload: None}
        path = Path(file)
        try:
            upload = self._studio.start_upload(path, path.name)
        except StudioError as error:
            return {self.notice: problem(error), self.upload: None}
        finally:
            # The store keeps its own copy; Gradio's would stay readable by its address.
            path.unlink(missing_ok=True)
        return {self.upload: None, **self._to(replace(read(document), upload=upload))}

    def fetch_from_hub(self, document: object, *asked: str) -> Updates:
        """Begin to fetch a data set of the hub; the page then shows how far it is."""
        name, subset, split = (text.strip() for text in asked)
        if not name:
            raise Refused("No data set is named yet.", "Write its name as the hub does: owner/name.")
        upload = self._studio.start_hub_upload(name, subset, split)
        return self._to(replace(read(document), upload=upload))

    def refuse(self, document: object, event: gr.EventData) -> Updates:
        """Say that a file is too large: the page noticed before it sent any of it."""
        most = self._studio.share().limits.upload_bytes or MOST_BYTES
        bytes_of_file = event_text(event, "bytes")
        large = size(int(bytes_of_file)) if bytes_of_file.isdecimal() else "too many bytes"
        raise Refused(
            f"The file {event_text(event, 'name')[:NAME_SHOWN]} has {large}; {size(most)} is the most that "
            "can be handed over here.",
            "Save it as Parquet, which is smaller, or take fewer rows; a few thousand good ones are plenty.",
        )

    def stop(self, document: object) -> Updates:
        session = read(document)
        self._studio.stop_upload(session.upload)
        return self._to(replace(session, upload=""))

    def close(self, document: object) -> Updates:
        """Put the message about a file that could not be read away."""
        return self._to(replace(read(document), upload=""))

    def pick(self, document: object, event: gr.EventData) -> Updates:
        return self._opened(document, self._studio.add_sample(event_text(event, "sample")))

    def open(self, document: object, event: gr.EventData) -> Updates:
        return self._opened(document, self._studio.dataset(event_text(event, "id")))

    def rename(self, document: object, event: gr.EventData) -> Updates:
        self._studio.rename_dataset(event_text(event, "id"), event_text(event, "text"))
        return {self._shell.session: document}

    def remove(self, document: object, event: gr.EventData) -> Updates:
        self._studio.delete_dataset(event_text(event, "id"))
        return {self._shell.session: document}

    def _opened(self, document: object, view: DatasetView) -> Updates:
        return self._to(opened(read(document), view.id))

    def _to(self, session: Session) -> Updates:
        return {self._shell.session: session.document()}


def _limit(most_bytes: int) -> str:
    """Return what the page reads before it sends a file."""
    return f'<i hidden data-most="{most_bytes}"></i>'


def _field(label: str, placeholder: str, element: str) -> gr.Textbox:
    return gr.Textbox(label=label, placeholder=placeholder, interactive=True, elem_id=element)


def _reading(upload: UploadView) -> str:
    if upload.state == "failed":
        return panel.failed(upload)
    return panel.reading(upload) if upload.state == "reading" else ""
