"""Too few rows to learn from and to test on."""

from studio.data.checks.seen import Finding, Scene, Seen

TITLE = "Number of rows"
SOURCE = ""

FEWEST_ROWS = 10
"""With fewer, the rows held out for the exam could not tell luck from learning."""


class TooFew:
    def __init__(self, scene: Scene) -> None:
        self._usable = 0

    def see(self, seen: Seen) -> None:
        self._usable += 1

    def findings(self) -> list[Finding]:
        if self._usable >= FEWEST_ROWS:
            return []
        rows = "1 row" if self._usable == 1 else f"{self._usable} rows"
        message = f"The file has {rows} that can be used; training needs at least {FEWEST_ROWS}."
        hint = "Add examples; a few hundred make a good start."
        return [Finding("error", message, hint, count=1)]


begin = TooFew
