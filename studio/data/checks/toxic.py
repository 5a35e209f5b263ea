"""Insults, slurs and obscene words: shown, never dropped by the studio, for a word list knows no context."""

import re

from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.checks.wording import rows_that

TITLE = "Toxic words"
SOURCE = "a short list of our own: `WORDS` in this file"

WORDS = (
    # insults and obscenities, English
    "arsehole", "asshole", "assholes", "bitch", "bitches", "bullshit", "cocksucker", "cunt", "cunts",
    "dickhead", "dumbass", "fuck", "fucked", "fucker", "fuckers", "fucking", "jackass", "motherfucker",
    "motherfuckers", "motherfucking", "scumbag", "shit", "shithead", "shits", "shitty", "twat", "wanker",
    "wankers", "whore", "whores",
    # slurs against people for what they are
    "faggot", "faggots", "gook", "gooks", "kike", "kikes", "nigga", "niggas", "nigger", "niggers", "paki",
    "pakis", "raghead", "ragheads", "retarded", "shemale", "spic", "spics", "tranny", "trannies", "wetback",
    "wetbacks",
    # German, French, Spanish, Italian, Portuguese
    "arschloch", "fotze", "hurensohn", "missgeburt", "scheiße", "scheisse", "schlampe", "wichser", "kanake",
    "connard", "connasse", "enculé", "merde", "pute", "salope", "nique", "cabrón", "gilipollas", "hijueputa",
    "maricón", "mierda", "pendejo", "puta", "cazzo", "coglione", "puttana", "stronzo", "vaffanculo",
    "caralho", "foda-se", "porra", "viado",
)  # fmt: skip
"""Whole words, in any case. Left out is what is often harmless, or is in another language (ass, retard)."""

_LISTED = frozenset(WORDS)
_WORD = re.compile(r"[\w-]+")


class Toxic:
    def __init__(self, scene: Scene) -> None:
        self._rows = rows_array()

    def see(self, seen: Seen) -> None:
        if not _LISTED.isdisjoint(_WORD.findall(seen.text.lower())):
            self._rows.append(seen.row)

    def findings(self) -> list[Finding]:
        if not self._rows:
            return []
        message = f"{rows_that(len(self._rows), 'has', 'have')} insults, slurs or obscene words."
        hint = "Look at them: a list knows no context, so only you can tell whether to drop them."
        return [Finding("note", message, hint, self._rows, fix="drop")]


begin = Toxic
