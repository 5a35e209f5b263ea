"""What Ollama wants beside a GGUF file: its `Modelfile`, with the chat template in Ollama's own language.

Ollama reads the template inside the file only where it knows it by heart, and else sends the bare question:
that is the garbage people get. So it is written out, from the pieces that the model was trained with, and
only where it then says the very same for every kind of conversation.
Source: ollama, docs/modelfile.md and docs/template.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from studio.core.errors import StudioError
from studio.core.records import Message
from studio.data.templates import ChatTemplate

NAME = "Modelfile"
QUOTE = '"""'
CONTEXT = 8192
"""At most so many tokens are asked for at once: Ollama keeps room for all of them."""
_OPEN = '{{ "{{" }}'
_WITHOUT = (
    "# This model's chat template cannot be said in Ollama's language. Ollama takes the one inside the file\n"
    "# where it knows it; ask it something you know the answer to before you rely on it."
)
_BARE = f"TEMPLATE {QUOTE}{{{{ .Prompt }}}}{QUOTE}"
"""For a model that goes on with a text: else Ollama would put its base's chat template around it."""
_CHECKED = (
    ("user",),
    ("system", "user"),
    ("user", "assistant", "user"),
    ("system", "user", "assistant", "user"),
    ("user", "assistant", "user", "assistant", "user"),
)


@dataclass(frozen=True)
class Frame:
    """What stands around each turn: by role what is before and behind it; `opening` where no system turn is.

    `prompt` is what asks for the next answer.
    """

    around: dict[str, tuple[str, str]]
    opening: str
    prompt: str

    def said(self, messages: Sequence[Message]) -> str:
        """Write a conversation out as Ollama will."""
        start = "" if messages[0].role == "system" else self.opening
        turns = (f"{self.around[each.role][0]}{each.content}{self.around[each.role][1]}" for each in messages)
        return start + "".join(turns) + self.prompt


def frame_of(template: ChatTemplate) -> Frame | None:
    """Return the frame of a template; None where it is none: a turn looks otherwise beside others."""
    try:
        frame = _frame(template)
        _quoted(_in_their_words(frame))
        same = all(frame.said(turns) == _said(template, turns) for turns in map(_turns, _CHECKED))
    except (StudioError, ValueError):  # it does not take such turns, or a piece is not where a frame has it
        return None
    return frame if same else None


def _turns(roles: Sequence[str]) -> list[Message]:
    return [Message(role, f"turn {at} of {role}") for at, role in enumerate(roles)]


def _said(template: ChatTemplate, messages: Sequence[Message]) -> str:
    """Write a conversation out as it was trained, without what the file has put before every text."""
    text = "".join(part.text for part in template.prompt_parts(messages))
    return text.removeprefix(template.starts_with)


def _frame(template: ChatTemplate) -> Frame:
    """Tell the pieces apart by what a longer conversation adds. Raises ValueError where they do not fit."""
    control = template.tokenizer.all_special_tokens
    system, user, answer, again = _turns(("system", "user", "assistant", "user"))
    opened, prompt_behind = _around(_said(template, [user]), user)
    _, between, behind_answer, _ = _around(_said(template, [user, answer, again]), user, answer, again)
    before_system, behind_system, _ = _around(_said(template, [system, user]), system, user)
    user_end = _first_part(_common_start(prompt_behind, between), control)
    user_start = behind_answer.removeprefix(_first_part(behind_answer, control))
    if not user_start or not all(each.endswith(user_start) for each in (opened, behind_system)):
        user_start = _common_end(opened, behind_answer, behind_system)
    around = {
        "system": (before_system, behind_system.removesuffix(user_start)),
        "user": (user_start, user_end),
        "assistant": (between.removeprefix(user_end), behind_answer.removesuffix(user_start)),
    }
    return Frame(around, opened.removesuffix(user_start), prompt_behind.removeprefix(user_end))


def _around(text: str, *turns: Message) -> list[str]:
    """Return what stands before, between and behind the turns. Raises ValueError where one is not there."""
    pieces, rest = [], text
    for turn in turns:
        before, found, rest = rest.partition(turn.content)
        if not found:
            raise ValueError(f"{turn.content!r} is not in the text")
        pieces.append(before)
    return [*pieces, rest]


def _first_part(text: str, control: Sequence[str]) -> str:
    """Return a text as far as its second control token: the end of a turn, without the next one's start."""
    places = sorted({at for token in control for at in _places(text, token)})
    return text[: places[1]] if len(places) > 1 else text


def _places(text: str, token: str) -> list[int]:
    return [at for at in range(len(text)) if text.startswith(token, at)]


def _common_start(*texts: str) -> str:
    alike = (len(set(letters)) == 1 for letters in zip(*texts, strict=False))
    return texts[0][: sum(takewhile(bool, alike))]


def _common_end(*texts: str) -> str:
    return _common_start(*(text[::-1] for text in texts))[::-1]


def _in_their_words(frame: Frame) -> str:
    """Return the frame as a template of Go, on one line but for what the turns themselves have."""
    system, user, answer = (
        f"{_literal(before)}{{{{ .Content }}}}{_literal(behind)}"
        for before, behind in (frame.around[role] for role in ("system", "user", "assistant"))
    )
    opening = (
        f'{{{{ if and (eq $i 0) (ne .Role "system") }}}}{_literal(frame.opening)}{{{{ end }}}}'
        if frame.opening
        else ""
    )
    return (
        f'{{{{ range $i, $_ := .Messages }}}}{opening}{{{{ if eq .Role "system" }}}}{system}'
        f'{{{{ else if eq .Role "user" }}}}{user}{{{{ else if eq .Role "assistant" }}}}{answer}'
        f"{{{{ end }}}}{{{{ end }}}}{_literal(frame.prompt)}"
    )


def _literal(text: str) -> str:
    return text.replace("{{", _OPEN)


def _quoted(text: str) -> str:
    """Return a text in Ollama's quotes. Raises ValueError for one that would end them."""
    if QUOTE in text or text.endswith('"'):
        raise ValueError("it holds Ollama's own quotes")
    return f"{QUOTE}{text}{QUOTE}"


def write(
    template: ChatTemplate, file: str, *, chat: bool, context: int, system: str, ends: Sequence[str]
) -> str:
    """Return the text of the `Modelfile` for a GGUF file; `ends` are the tokens that end an answer."""
    frame = frame_of(template) if chat else None
    lines = ["# ollama create my-model -f Modelfile", f"FROM ./{file}"]
    if frame is not None:
        lines.append(f"TEMPLATE {_quoted(_in_their_words(frame))}")
    else:
        lines.append(_WITHOUT if chat else _BARE)
    lines += _system(system) if system else []
    lines += [f'PARAMETER stop "{end}"' for end in ends if '"' not in end]
    lines.append(f"PARAMETER num_ctx {min(context, CONTEXT)}")
    lines += [
        "# As in the exam: the likeliest word. Higher is more varied.",
        "PARAMETER temperature 0",
        "PARAMETER repeat_penalty 1.0",
    ]
    return "\n".join(lines) + "\n"


def _system(text: str) -> list[str]:
    try:
        return [f"SYSTEM {_quoted(text)}"]
    except ValueError:
        return ["# The instruction of this run cannot stand in Ollama's quotes: give it with each question."]
