"""A text of a code page is read by that page, however short; where another is likely, the note says which."""

import pytest

from benchmarks.encodings import as_table, plain_signs
from benchmarks.encodings_texts import PAGES, TEXTS
from studio.data.readers.code_pages import guess_code_page

CASES = [(language, page) for language, pages in PAGES.items() for page in pages]


@pytest.mark.parametrize(("language", "page"), CASES)
def test_five_rows_of_a_language_are_read_by_their_page(language, page):
    text = plain_signs(as_table(list(TEXTS[language])), page)
    found = guess_code_page(text.encode(page))
    assert text.encode(page).decode(found.encoding) == text


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Frage;Antwort\nWas kostet das?;Fünf Euro\n", "cp1252"),
        ("question;answer\nCât costă?;Zece lei în oraş\n", "cp1250"),
        ("question;answer\nПочему так дорого?;Потому что это ручная работа\n", "koi8_r"),
        ("question;answer\nPrice?;It costs £5 – or 6 €.\n", "cp1252"),
        ("question;answer\n何時ですか？;三時です。\n", "cp932"),
        ("question;answer\n几点了？;现在三点。\n", "gb18030"),
        ("question;answer\n몇 시예요?;세 시예요.\n", "cp949"),
    ],
)
def test_a_single_row_is_enough(text, page):
    found = guess_code_page(text.encode(page))
    assert text.encode(page).decode(found.encoding) == text


def test_a_page_that_reads_the_text_otherwise_and_is_as_likely_is_named(read):
    table = read("question;answer\nКъде е?;Там.\n".encode("cp1251"), "rows.csv")
    (note,) = table.notes
    assert "read as" in note.message
    assert "cp1251" in note.message
    assert "It could also be" in note.message


@pytest.mark.parametrize("data", [b"", b"plain", bytes(range(128, 256)) * 4])
def test_what_makes_no_sense_is_told_by_no_page(data):
    assert guess_code_page(data) is None


def test_the_note_on_a_guess_names_the_encoding_and_the_way_out(read):
    note, *_ = read("Frage,Antwort\nWas heißt „naïve“?,Gutgläubig\n".encode("cp1252"), "rows.csv").notes
    assert "read as cp1252, which is a guess" in note.message
    assert "save the file as UTF-8 (in Excel: “CSV UTF-8”) and add it again" in note.hint
