"""The few pieces of HTML that the report is made of. Text becomes markup only through `shown`."""

import html
import re
from collections.abc import Iterable, Sequence

from studio.core.texts import writable
from studio.core.verdict import Verdict

LONGEST_TEXT = 700
"""Letters of one question or answer; what is longer is cut, and says so."""
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
"""Control characters and marks that turn a text round: they would act on the page or be overlooked."""


def shown(text: object) -> str:
    """Return text that shows as itself inside an element or a quoted attribute; what is unseen is named."""
    seen = _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", writable(str(text)).replace("\r\n", "\n"))
    return html.escape(seen, quote=True)


def quoted(text: str) -> str:
    """Return a text of the data or of a model in a box of its own, whatever direction it is written in."""
    if not text.strip():
        return '<p class="quoted none">(empty)</p>'
    cut = len(text) - LONGEST_TEXT
    rest = f'<span class="cut"> … cut here, {cut:,} more letters</span>' if cut > 0 else ""
    return f'<p class="quoted" dir="auto">{shown(text[:LONGEST_TEXT])}{rest}</p>'


def section(name: str, title: str, *parts: str) -> str:
    """Return a part of the report under its heading."""
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{shown(title)}</h2>{"".join(parts)}</section>'


def paragraph(text: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f"<p{named}>{shown(text)}</p>"


def bullets(lines: Iterable[str]) -> str:
    """Return a list; nothing where there is nothing to list."""
    items = "".join(f"<li>{shown(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else ""


def pairs(entries: Iterable[tuple[str, str]]) -> str:
    """Return names with their values, side by side where there is room."""
    cells = "".join(f"<div><dt>{shown(name)}</dt><dd>{shown(value)}</dd></div>" for name, value in entries)
    return f'<dl class="pairs">{cells}</dl>'


def figures(entries: Iterable[tuple[str, str]]) -> str:
    """Return a few large values, each over the words that say what it is."""
    cells = "".join(f"<div><dd>{shown(value)}</dd><dt>{shown(name)}</dt></div>" for name, value in entries)
    return f'<dl class="figures">{cells}</dl>'


def table(label: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, kind: str = "") -> str:
    """Return a table of cells that are markup already; it scrolls by itself where it is too wide."""
    head = "".join(f'<th scope="col">{shown(column)}</th>' for column in columns)
    names = [shown(column) for column in columns[1:]]
    body = "".join(f'<tr><th scope="row">{first}</th>{_cells(names, rest)}</tr>' for first, *rest in rows)
    return (
        f'<div class="scroll {kind}" tabindex="0" role="region" aria-label="{shown(label)}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cells(names: Sequence[str], cells: Sequence[str]) -> str:
    """Return the cells behind a line's head; on a phone each stands under its column's name."""
    named = zip(names, cells, strict=True)
    return "".join(f'<td data-label="{name}">{cell}</td>' for name, cell in named)


def verdict(said: Verdict) -> str:
    """Return the sentence of a verdict, its headline first."""
    headline = said.headline if said.headline.endswith((".", "!", "?")) else f"{said.headline}."
    return f'<p class="verdict {said.tone}"><b>{shown(headline)}</b> {shown(said.sentence)}</p>'


def not_measured(what: str, how: str) -> str:
    """Return the line that stands in the place of a part that was not measured."""
    return f'<p class="missing"><b>{shown(what)}</b> {shown(how)}</p>'
