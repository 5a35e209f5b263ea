"""Characters that cannot be seen, that turn the reading direction, or that pass for other letters."""

from array import array

from studio.data import invisibles
from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.checks.wording import rows_that

TITLE = "Invisible and look-alike characters"
SOURCE = "Unicode TR 36 and TR 39; Boucher and Anderson, “Trojan Source”, 2021"

_KINDS = {
    invisibles.ZERO_WIDTH: ("warning", "characters that cannot be seen (zero-width, soft hyphens, control)"),
    invisibles.BIDI: ("warning", "characters that turn the reading direction without need"),
    invisibles.LOOK_ALIKE: ("warning", "letters of another alphabet that pass for the right ones"),
    invisibles.SPACES: ("note", "no-break spaces among other spaces"),
}


class Invisible:
    def __init__(self, scene: Scene) -> None:
        self._rows: dict[str, array[int]] = {kind: rows_array() for kind in _KINDS}

    def see(self, seen: Seen) -> None:
        if not invisibles.may_hold_some(seen.text):
            return
        for kind in {kind for text in seen.texts for kind in invisibles.kinds(text)}:
            self._rows[kind].append(seen.row)

    def findings(self) -> list[Finding]:
        hint = (
            "The model reads other words than you see. “Remove invisible characters” puts them right; "
            "emoji and scripts that need such characters keep them."
        )
        return [
            Finding(
                severity,
                f"{rows_that(len(rows), 'has', 'have')} {words}.",
                hint,
                rows,
                kind,
                "remove_invisible",
            )
            for kind, (severity, words) in _KINDS.items()
            if (rows := self._rows[kind])
        ]


begin = Invisible
