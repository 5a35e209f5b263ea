"""Step 6, Chat: talk with one or more models, judge what they say, and open a server for other programs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import gradio as gr

from studio.core.errors import Refused
from studio.core.events import ACTIVE
from studio.core.talk import Talk, run_of
from studio.services.rating import RatingView
from studio.services.talks import MOST_VOICES
from studio.services.views import RunView
from studio.ui import voices
from studio.ui.actions import actions
from studio.ui.markup import heading, notice
from studio.ui.panels import chat as panel
from studio.ui.session import Facts, Session, read
from studio.ui.shell import Shell
from studio.ui.tabs.chat_door import DoorPart
from studio.ui.tabs.chat_manner import MannerPart
from studio.ui.tabs.compare_answers import pressed
from studio.ui.wiring import Updates, event_text, html_part, on, told

HEAD = heading(
    6,
    "Chat",
    "Talk to it",
    subtitle="Ask, follow up, and say what is good. Every conversation is kept.",
)
BESIDE = notice(
    "neutral",
    "A training run is at work.",
    "Answers come while it goes on; both are slower, and both need memory.",
)


class ChatTab:
    name = "chat"

    def __init__(self, shell: Shell) -> None:
        self._shell, self._studio = shell, shell.studio
        with gr.Column(elem_classes="step"):
            gr.HTML(HEAD, apply_default_css=False)
            self.notice = html_part("notice-chat", script="notices")
            self.beside = html_part("chat-beside")
            with gr.Accordion("", open=False, elem_id="chat-who", elem_classes="fold") as self.who:
                self.voices = html_part("chat-voices", "voice", script="choices")
            self.talk = html_part("talk", "rate", "again", script="talk")
            with gr.Row(elem_id="chat-row"):
                self.question = gr.Textbox(
                    label="Your question",
                    placeholder="Ask, or follow up",
                    lines=1,
                    max_lines=8,
                    interactive=True,
                    elem_id="chat-question",
                )
                look = {"size": "lg", "scale": 0, "min_width": 140}
                self.send = gr.Button("Send", variant="primary", elem_id="chat-send", **look)
                self.stop = gr.Button("Stop writing", visible=False, elem_id="chat-stop", **look)
            self.manner = MannerPart()
            with gr.Accordion("", open=False, elem_id="chat-earlier", elem_classes="fold") as self.before:
                self.earlier = html_part("talks", "open", "remove")
            self.door = DoorPart(shell, self.notice)
            self.bar = actions("chat", variant="secondary")

    def outputs(self) -> list[gr.blocks.Block]:
        parts = [self.notice, self.beside, self.who, self.voices, self.talk, self.question, self.send]
        parts += [self.stop, self.before, self.earlier]
        return [*parts, *self.manner.outputs(), *self.door.outputs(), *self.bar.parts()]

    def wire(self) -> None:
        session, safe, fields = self._shell.session, told(self.notice), self.manner.fields()
        for event, handler, inputs, repeats in (
            (self.send.click, self.ask, [session, self.question, *fields], "once"),
            (self.question.submit, self.ask, [session, self.question, *fields], "once"),
            (self.talk.again, self.again, [session, *fields], "once"),
            (self.stop.click, self.stop_writing, [session], "once"),
            (self.voices.voice, self.choose, [session], "multiple"),
            (self.earlier.open, self.open, [session], "multiple"),
            (self.earlier.remove, self.remove, [session], "multiple"),
            (self.bar.primary.click, self.begin, [session], "once"),
        ):
            outputs = [self.notice, session, self.question]
            pressed = on(event, safe(handler), inputs=inputs, outputs=outputs, repeats=repeats)
            self._shell.after(pressed, entering=False)
        outputs = [self.notice, self.talk]
        on(self.talk.rate, safe(self.rate), inputs=[session], outputs=outputs, repeats="multiple")
        self.door.wire(self.chosen)
        back, everything = self._shell.step("export"), self._shell.outputs()
        on(self.bar.back.click, back, inputs=[session], outputs=everything)

    # What it looks like

    def show(self, facts: Facts, *, entering: bool) -> Updates:
        run = facts.run
        assert run is not None  # the step is locked without one
        runs, talks = self._studio.runs(), self._studio.talks()
        talk = voices.talk_of(self._studio, facts.session.talk)
        chosen, writing = self.chosen(facts.session), voices.talking(talk)
        return {
            self.beside: BESIDE if any(each.status in ACTIVE for each in runs) else "",
            self.who: gr.Accordion(label=panel.who_title(runs, chosen)),
            self.voices: panel.who(runs, run, chosen),
            self.talk: panel.conversation(talk, runs, self._ratings(talk)),
            self.send: gr.Button(visible=not writing),
            self.stop: gr.Button(visible=writing),
            self.before: gr.Accordion(label=panel.earlier_title(talks), visible=bool(talks)),
            self.earlier: panel.earlier(talks, facts.session.talk),
            **self.manner.show(looks_up=not self._studio.why_no_arm(run.id, "retrieval")),
            **self.door.show(),
            self.bar.primary: gr.Button("New conversation", interactive=talk is not None),
        }

    def _ratings(self, talk: Talk | None) -> Mapping[tuple[str, str], RatingView | None]:
        return self._studio.talk_ratings(talk.id) if talk is not None else {}

    def chosen(self, session: Session) -> tuple[str, ...]:
        """Return who answers next: of those that were ticked whoever is still there, else the open run."""
        there = {run.id for run in self._studio.runs()}
        ticked = dict.fromkeys(voice for voice in session.voices.split() if run_of(voice) in there)
        return tuple(ticked) or (session.run,)

    # Handlers

    def ask(self, document: object, question: str, *manner: object) -> Updates:
        session = read(document)
        wanted = self.manner.read(*manner)
        asked = self._studio.say(question, self.chosen(session), wanted, session.talk)
        return {self._shell.session: replace(session, talk=asked).document(), self.question: ""}

    def again(
        self,
        document: object,
        temperature: Any,
        tokens: Any,
        instruction: Any,
        looked_up: Any,
        event: gr.EventData,
    ) -> Updates:
        """Each field by its name: what came with an event stands behind them all."""
        session, manner = read(document), self.manner.read(temperature, tokens, instruction, looked_up)
        talk = self._studio.talk(session.talk)
        if not talk.exchanges:
            raise Refused("There is no question to ask again.", "Ask one first.")
        question = event_text(event, "text") or talk.exchanges[-1].question
        self._studio.say_again(talk.id, question, self.chosen(session), manner)
        return {self._shell.session: document}

    def stop_writing(self, document: object) -> Updates:
        self._studio.stop_talking(read(document).talk)
        return {self._shell.session: document}

    def choose(self, document: object, event: gr.EventData) -> Updates:
        """Let a model answer, or leave it out; the last one that is left stays."""
        session, voice = read(document), event_text(event, "value")
        others = [each for each in self.chosen(session) if each != voice]
        wanted = [*others, voice] if event_text(event, "checked") == "true" else others
        if len(wanted) > MOST_VOICES:
            raise Refused(f"{MOST_VOICES} models answer side by side at most.", "Untick one first.")
        return {self._shell.session: replace(session, voices=" ".join(wanted)).document()}

    def open(self, document: object, event: gr.EventData) -> Updates:
        """Go on with an earlier conversation, with those who answered last."""
        session, talk = read(document), self._studio.talk(event_text(event, "id"))
        opened = replace(session, talk=talk.id, voices=" ".join(talk.voices))
        return {self._shell.session: opened.document()}

    def remove(self, document: object, event: gr.EventData) -> Updates:
        self._studio.delete_talk(event_text(event, "id"))
        return {self._shell.session: document}

    def begin(self, document: object) -> Updates:
        return {self._shell.session: replace(read(document), talk="").document()}

    def rate(self, document: object, event: gr.EventData) -> Updates:
        """Keep what was pressed; pressed again, it is taken back."""
        talk = read(document).talk
        exchange, _, voice = event_text(event, "who").partition("/")
        before = self._studio.talk_ratings(talk).get((exchange, voice))
        self._studio.rate_talk(talk, exchange, voice, pressed(event, before))
        return {self.talk: self._drawn(self._studio.talk(talk), self._studio.runs())}

    def _drawn(self, talk: Talk, runs: tuple[RunView, ...]) -> str:
        return panel.conversation(talk, runs, self._ratings(talk))
