"""Control tokens of chat templates written out in the data: `<|im_end|>`, `[INST]`.

In this studio they stay text (`data/encoding.py`); other programs let them end a turn.
"""

import re

from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.checks.wording import rows_that

TITLE = "Control tokens in the text"
SOURCE = "huggingface/transformers issue 29279"

_WELL_KNOWN = re.compile(
    r"<\|(?:im_start|im_end|im_sep|endoftext|eot_id|eom_id|start_header_id|end_header_id|begin_of_text|"
    r"end_of_text|python_tag|start|end|message|channel|return|call|user|assistant|system|tool|"
    r"endofprompt|fim_prefix|fim_middle|fim_suffix|start_of_role|end_of_role|begin_of_sentence|"
    r"END_OF_TURN_TOKEN|START_OF_TURN_TOKEN|[A-Z]+_TOKEN)\|>"
    r"|<｜[^｜<>\n]{1,40}｜>"
    r"|<(?:start_of_turn|end_of_turn|bos|eos|pad|unk)>"
    r"|\[/?INST\]|<</?SYS>>|\[/?(?:AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|SYSTEM_PROMPT)\]"
    r"|</s>\s*(?:<s>|\Z)"
)
"""Of ChatML, Llama, Mistral, Gemma, Phi, Command, DeepSeek, Granite and gpt-oss. `<s>` is HTML too."""


class ControlTokens:
    def __init__(self, scene: Scene) -> None:
        self._encoder = scene.template.encoder if scene.template else None
        self._own = rows_array()
        self._others = rows_array()

    def see(self, seen: Seen) -> None:
        if self._encoder and self._encoder.holds_control_token(seen.text):
            self._own.append(seen.row)
        elif ("<" in seen.text or "[" in seen.text) and any(map(_WELL_KNOWN.search, seen.texts)):
            self._others.append(seen.row)

    def findings(self) -> list[Finding]:
        found = []
        hint = "In this studio they stay plain text and steer nothing. If they are a mistake, drop the rows."
        if self._own:
            message = (
                f"{rows_that(len(self._own), 'writes', 'write')} out a control token of the chosen model."
            )
            found.append(Finding("warning", message, hint, self._own, "own", fix="drop"))
        if self._others:
            whose = "another model" if self._encoder else "a well-known model"
            message = f"{rows_that(len(self._others), 'writes', 'write')} out a control token of {whose}."
            found.append(Finding("note", message, hint, self._others, "other", fix="drop"))
        return found


begin = ControlTokens
