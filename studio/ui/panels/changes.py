"""Two texts side by side with what differs marked; characters that cannot be seen are named."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from studio.ui.markup import escape

MOST_PIECES = 1500
"""Up to so many words a change is looked at word by word; a longer one is marked as a whole."""
CUT = "…"
"""Stands where the caller has cut a long text."""
NAMED_CATEGORIES = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
SEEN = "\n\t"

_PIECES = re.compile(r"\w+|\s+|[^\w\s]")
Span = tuple[bool, int, int]
"""Whether a run of pieces is in both texts, its start and its end."""


def marked(before: str, after: str) -> tuple[str, str]:
    """Return both texts as HTML, what goes in `<del>` and what comes in `<ins>`."""
    left, right = _PIECES.findall(before), _PIECES.findall(after)
    if max(len(left), len(right)) > MOST_PIECES:
        steps = [("replace", 0, len(left), 0, len(right))]
    else:
        steps = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    same = list(_unchanged(steps, left, right))
    olds = [(is_same, low, high) for is_same, (_, low, high, _, _) in zip(same, steps, strict=True)]
    news = [(is_same, low, high) for is_same, (_, _, _, low, high) in zip(same, steps, strict=True)]
    return "".join(_side(left, olds, "del")), "".join(_side(right, news, "ins"))


def _unchanged(
    steps: Iterable[tuple[str, int, int, int, int]], left: Sequence[str], right: Sequence[str]
) -> Iterator[bool]:
    """Yield which steps are no change. Two long texts are cut equally long, so that behind a change their
    ends differ where they are cut, and only there."""
    changed = False
    for kind, _, old_end, _, new_end in steps:
        at_cut = left[old_end : old_end + 1] == [CUT] == right[new_end : new_end + 1]
        yield kind == "equal" or (changed and at_cut)
        changed |= kind != "equal"


def _side(pieces: Sequence[str], spans: Iterable[Span], tag: str) -> Iterator[str]:
    for is_same, low, high in spans:
        text = "".join(pieces[low:high])
        if text:
            yield escape(text) if is_same else f"<{tag}>{visible(text)}</{tag}>"


def visible(text: str) -> str:
    """Return text as HTML; a character that leaves no mark on the screen is shown by its number."""
    return "".join(map(_named, text)) if any(map(_is_unseen, text)) else escape(text)


def _named(character: str) -> str:
    if not _is_unseen(character):
        return escape(character)
    name = unicodedata.name(character, "unseen character").lower()
    return f'<span class="unseen-sign" title="{escape(name)}">U+{ord(character):04X}</span>'


def _is_unseen(character: str) -> bool:
    return character not in SEEN and unicodedata.category(character) in NAMED_CATEGORIES
