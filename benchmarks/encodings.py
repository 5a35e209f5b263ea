"""How often a text that is no UTF-8 is read right: many languages, their code pages, few rows and many.

    python -m benchmarks.encodings [--files 20] [--seed 1] [--library]

Every file is a table with an English header and rows drawn from `encodings_texts`; it is read right where all
of its letters come out as they were written. With --library charset-normalizer alone is asked.
"""

import argparse
import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from benchmarks.encodings_texts import PAGES, TEXTS
from studio.core.errors import StudioError
from studio.data.readers.decoding import find_encoding

ROWS = (1, 5, 50)
Reads = Callable[[Path, bytes, str], tuple[bool, bool]]
"""(file, content, page) -> (whether it is read right, whether the right page is named as likely)."""


@dataclass(frozen=True)
class Score:
    """`noted`: where the reading was wrong, the right page was named as another that is likely."""

    language: str
    page: str
    rows: int
    files: int
    right: int
    noted: int


def table(source: random.Random, language: str, rows: int) -> str:
    """Return a table of so many rows; beyond five they are put together from the words of others."""
    lines = list(TEXTS[language])
    if rows <= len(lines):
        return as_table(source.sample(lines, rows))
    questions = " ".join(question for question, _ in lines).split()
    answers = " ".join(answer for _, answer in lines).split()
    made = [
        (_sentence(source, questions, 5), _sentence(source, answers, 9)) for _ in range(rows - len(lines))
    ]
    return as_table([*lines, *made])


def _sentence(source: random.Random, words: list[str], most: int) -> str:
    return " ".join(source.sample(words, min(most, len(words))))


def as_table(rows: list[tuple[str, str]]) -> str:
    return "question;answer\n" + "".join(f"{question};{answer}\n" for question, answer in rows)


def plain_signs(text: str, page: str) -> str:
    """Return the text with plain quotation marks for those that a page does not have."""
    for sign, plain in (("«", "'"), ("»", "'"), ("„", "'"), ("“", "'"), ("’", "'")):
        if not sign.encode(page, "ignore"):
            text = text.replace(sign, plain)
    return text


def score(case: tuple[str, str, int], files: int, seed: int, reads: Reads) -> Score:
    language, page, rows = case
    source = random.Random(f"{seed} {language} {page} {rows}")
    right = noted = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        for _ in range(files):
            content = plain_signs(table(source, language, rows), page).encode(page)
            path.write_bytes(content)
            is_right, is_noted = reads(path, content, page)
            right, noted = right + is_right, noted + (is_noted and not is_right)
    return Score(language, page, rows, files, right, noted)


def _library_reads(path: Path, content: bytes, page: str) -> tuple[bool, bool]:
    best = from_bytes(content).best()
    return best is not None and content.decode(best.encoding, "replace") == content.decode(page), False


def _studio_reads(path: Path, content: bytes, page: str) -> tuple[bool, bool]:
    try:
        decoding = find_encoding(path)
    except StudioError:
        return False, False
    written = content.decode(page)
    near = [other for note in decoding.notes for other in PAGES_KNOWN if f" {other}" in note.message]
    read = content.decode(decoding.encoding, decoding.errors)
    return read == written, any(content.decode(other, "replace") == written for other in near)


PAGES_KNOWN = sorted({page for pages in PAGES.values() for page in pages})


def scores(files: int, seed: int, reads: Reads) -> Iterator[Score]:
    for language, pages in PAGES.items():
        for page in pages:
            for rows in ROWS:
                yield score((language, page, rows), files, seed, reads)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--library", action="store_true")
    chosen = parser.parse_args()
    reads = _library_reads if chosen.library else _studio_reads
    found = list(scores(chosen.files, chosen.seed, reads))
    for each in found:
        if each.right < each.files:
            told = f"{each.right}/{each.files} right, {each.noted} named as likely"
            print(f"{each.language:22} {each.page:10} {each.rows:3} rows: {told}")
    for rows in ROWS:
        some = [each for each in found if each.rows == rows]
        files, right = sum(each.files for each in some), sum(each.right for each in some)
        named = sum(each.noted for each in some)
        print(f"{rows:3} rows: {right}/{files} right ({right / files:.3f}), {named} others named as likely")


if __name__ == "__main__":
    main()
