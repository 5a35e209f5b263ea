"""Personal data and secrets, by kind: what a tuned model may repeat to anybody who asks."""

from array import array

from studio.data import personal
from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.checks.wording import rows_that

TITLE = "Personal data and secrets"
SOURCE = "Microsoft Presidio (patterns), python-stdnum (check digits), Google's libphonenumber"

_EVERYBODY_LOSES = ("api_key", "private_key")


class PersonalData:
    def __init__(self, scene: Scene) -> None:
        self._rows: dict[str, array[int]] = {kind: rows_array() for kind in personal.KINDS}

    def see(self, seen: Seen) -> None:
        if not personal.may_hold_some(seen.text):
            return
        for kind in {span.kind for spans in personal.find_all(seen.texts) for span in spans}:
            self._rows[kind].append(seen.row)

    def findings(self) -> list[Finding]:
        return [_finding(kind, rows) for kind, rows in self._rows.items() if rows]


def _finding(kind: str, rows: "array[int]") -> Finding:
    message = f"{rows_that(len(rows), 'holds', 'hold')} {personal.KINDS[kind]}."
    hint = f"A model may repeat them to anybody. Replace them ([{kind.upper()}_1]), or drop the rows."
    if kind in _EVERYBODY_LOSES:
        hint += " Whoever has seen this file can use them: make new ones."
    return Finding("warning", message, hint, rows, kind, fix="redact")


begin = PersonalData
