"""Text that was decoded with the wrong encoding ("cafÃ©"), and letters that were lost by it."""

from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.checks.wording import rows_that
from studio.data.mojibake import has_lost_letters, is_broken

TITLE = "Broken letters"
SOURCE = "ftfy (Robyn Speer)"


class BrokenDecoding:
    def __init__(self, scene: Scene) -> None:
        self._broken = rows_array()
        self._lost = rows_array()

    def see(self, seen: Seen) -> None:
        if seen.is_ascii:
            return
        if any(is_broken(text) for text in seen.texts):
            self._broken.append(seen.row)
        elif has_lost_letters(seen.text):
            self._lost.append(seen.row)

    def findings(self) -> list[Finding]:
        found = []
        if self._broken:
            message = (
                f"{rows_that(len(self._broken), 'has', 'have')} letters read wrongly (“cafÃ©” for “café”)."
            )
            hint = "“Repair the letters” puts them right; the preview shows what changes."
            found.append(Finding("warning", message, hint, self._broken, "misread", fix="repair_encoding"))
        if self._lost:
            message = f"{rows_that(len(self._lost), 'has', 'have')} letters that are lost (shown as �)."
            hint = (
                "What stood there cannot be known any more: save the file again as UTF-8, or drop the rows."
            )
            found.append(Finding("warning", message, hint, self._lost, "lost", fix="drop"))
        return found


begin = BrokenDecoding
