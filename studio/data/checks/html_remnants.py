"""HTML tags and entities left over in prose, as text copied from web pages has them."""

from studio.data import markup
from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.checks.wording import rows_that

TITLE = "HTML remnants"
SOURCE = ""


class HtmlRemnants:
    def __init__(self, scene: Scene) -> None:
        self._rows = rows_array()

    def see(self, seen: Seen) -> None:
        if "<" not in seen.text and "&" not in seen.text:
            return
        if any(map(markup.has_remnants, seen.texts)) and not markup.is_about_markup(seen.text):
            self._rows.append(seen.row)

    def findings(self) -> list[Finding]:
        if not self._rows:
            return []
        message = f"{rows_that(len(self._rows), 'has', 'have')} HTML left over in the text (<br>, &nbsp;)."
        hint = (
            "The model would learn to write it. “Take the tags out” mends it; rows about HTML are left alone."
        )
        return [Finding("warning", message, hint, self._rows, fix="strip_html")]


begin = HtmlRemnants
