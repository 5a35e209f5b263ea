"""The few pieces of HTML that every panel uses. Text becomes markup only through `escape`."""

import html
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from studio.core.errors import StudioError
from studio.core.verdict import Verdict

Tone = Literal["good", "neutral", "warning", "error"]
STEP_COUNT = 6


def escape(text: object) -> str:
    """Return text that shows as itself inside an element or a quoted attribute."""
    return html.escape(str(text), quote=True)


def notice(tone: Tone, headline: str, sentence: str, *, hint: str = "") -> str:
    """Return a boxed message; errors are announced to screen readers at once."""
    role = "alert" if tone == "error" else "status"
    hint_part = f'<p class="hint">{escape(hint)}</p>' if hint else ""
    return (
        f'<div class="notice {tone}" role="{role}"><p><b>{escape(headline)}</b> {escape(sentence)}</p>'
        f"{hint_part}</div>"
    )


def problem(error: StudioError) -> str:
    """Return what went wrong and the next step, as a notice."""
    return notice("error", "That did not work.", error.message, hint=error.hint)


def heading(number: int, term: str, title: str, *, subtitle: str) -> str:
    """Return the head of a step: its number with the technical name, the plain title, one sentence."""
    return (
        f'<header class="step-head"><p class="eyebrow">Step {number} of {STEP_COUNT} · {escape(term)}</p>'
        f'<h2 tabindex="-1">{escape(title)}</h2><p>{escape(subtitle)}</p></header>'
    )


def empty(title: str, sentence: str) -> str:
    """Return what stands where there is nothing to show yet."""
    return f'<div class="empty"><b>{escape(title)}</b><p>{escape(sentence)}</p></div>'


@dataclass(frozen=True)
class Figure:
    """A large value over the words that say what it is; `live` names it for the page's script."""

    value: str
    words: str
    live: str = ""


def numbers(title: str, figures: Iterable[Figure]) -> str:
    """Return a row of figures."""
    cells = "".join(
        f"<div><dd{f' data-live={figure.live}' if figure.live else ''}>{escape(figure.value)}</dd>"
        f"<dt>{escape(figure.words)}</dt></div>"
        for figure in figures
    )
    return f'<dl class="numbers" aria-label="{escape(title)}">{cells}</dl>'


def sentence(verdict: Verdict) -> str:
    """Return the sentence that stands above a chart or a table."""
    headline = verdict.headline if verdict.headline.endswith((".", "!", "?")) else f"{verdict.headline}."
    return (
        f'<p class="verdict {verdict.tone}" role="status"><b>{escape(headline)}</b> '
        f"{unbroken(verdict.sentence)}</p>"
    )


def unbroken(text: str) -> str:
    """Return a user's or the studio's text as HTML in which no percent sign begins a line."""
    return escape(text).replace(" %", "\N{NO-BREAK SPACE}%")


def table(label: str, columns: Iterable[str], body: str, *, classes: str = "", tall: bool = False) -> str:
    """Return a table in a box that scrolls by itself and can be reached with the keyboard."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    named = f' class="{classes}"' if classes else ""
    size = " tall" if tall else ""
    return (
        f'<div class="scroll{size}" tabindex="0" role="region" aria-label="{escape(label)}">'
        f"<table{named}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def radio_card(event: str, value: str, *, checked: bool, words: tuple[str, str, str], side: str) -> str:
    """Return one choice of a group named like its event: title, summary, small print; a value at the side."""
    title, summary, small = (escape(text) for text in words)
    state = " checked" if checked else ""
    return (
        f'<label class="choice"><input type="radio" name="{event}" value="{escape(value)}" '
        f'data-event="{event}"{state}><span class="choice-text"><b>{title}</b><span>{summary}</span>'
        f'<small>{small}</small></span><span class="choice-side">{escape(side)}</span></label>'
    )


def folded(summary: str, inside: str, *, opened: bool = False) -> str:
    """Return something that is shown when its summary is pressed."""
    state = " open" if opened else ""
    return f'<details class="more"{state}><summary>{escape(summary)}</summary>{inside}</details>'


def progress_bar(label: str, percent: int, *, live: str) -> str:
    """Return a bar; `live` names it for the page's script."""
    return (
        f'<div class="bar" role="progressbar" data-bar="{escape(live)}" aria-label="{escape(label)}" '
        f'aria-valuemin="0" aria-valuemax="100" aria-valuenow="{percent}">'
        f'<i style="width:{percent}%"></i></div>'
    )


def event_button(event: str, words: str) -> str:
    """Return a secondary button that triggers an event of the part it stands in."""
    return f'<button type="button" class="plain" data-event="{escape(event)}">{escape(words)}</button>'
