"""Rows whose question or answer is empty or cannot be seen, and answers that only hold a place."""

import re

from studio.core.records import Labelled
from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.checks.unusable import findings_by_reason

TITLE = "Empty cells"
SOURCE = ""

_LONGEST = 60
"""Letters: no answer that only holds a place is longer, save the printers' Latin."""

_PLACEHOLDER = re.compile(
    r"""
    n\.?\s?/\s?a\.? | n\.a\.? | none | null | nil | nan | \#n/a | k\.\s?a\.
    | to-?do(:.*)? | tbd | tba | tbc | fixme(:.*)? | to\ be\ (done|determined|defined|announced|filled(\ in)?)
    | place\s?-?holder(\ text)? | coming\ soon | asdf\w* | x{3,}
    | (your|insert|enter|add)?\s?(an?|the|your)?\s?answer\ (goes\ )?here | no\ answer(\ (yet|given|provided))?
    | \?+ | \.{2,} | …+ | [-–—_]+ | \(?(empty|blank|missing|leer)\)?
    """,
    re.VERBOSE,
)
_WRAPPED = " \t\r\n.!:<>[]{}()*\"'“”„"
"""What may stand around such a word: `[TODO]`, `<n/a>`, `tbd.`"""


class Incomplete:
    """Lists rows set aside as empty, and kept rows whose whole answer is a placeholder."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._placeholders = rows_array()

    def see(self, seen: Seen) -> None:
        # A label may well be called "none".
        if is_placeholder(seen.answer) and not isinstance(seen.record, Labelled):
            self._placeholders.append(seen.row)

    def findings(self) -> list[Finding]:
        found = findings_by_reason(self._scene, "incomplete")
        count = len(self._placeholders)
        if count:
            rows = "1 answer only holds" if count == 1 else f"{count:,} answers only hold"
            message = f"{rows} the place of one (such as “n/a” or “todo”)."
            hint = "Fill these rows in, or drop them: the model would learn to answer like that."
            found.append(Finding("warning", message, hint, self._placeholders, "placeholder", "drop"))
        return found


begin = Incomplete


def is_placeholder(answer: str) -> bool:
    """Return whether a whole answer says that there is none yet."""
    if len(answer) > _LONGEST:
        return answer[:20].lstrip().casefold().startswith("lorem ipsum")
    whole = answer.strip().casefold()
    bare = whole.strip(_WRAPPED)
    return (
        bare.startswith("lorem ipsum")
        or _PLACEHOLDER.fullmatch(whole) is not None
        or (bool(bare) and _PLACEHOLDER.fullmatch(bare) is not None)
    )
