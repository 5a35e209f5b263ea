"""Text misread as an eastern, Mac or DOS encoding is read again; names of places in all languages stay."""

import importlib
import pkgutil
import random

import phonenumbers.geodata
import pytest
from phonenumbers.geodata.locale import LOCALE_DATA

from studio.data.misreadings import ENCODINGS, read_again

SENTENCES = (
    "L’été dernier, nous avons mangé à la crêperie près du théâtre.",
    "Zażółć gęślą jaźń, a później wróciliśmy.",
    "Съешь же ещё этих мягких французских булок, да выпей чаю.",
    "Η ελληνική γλώσσα έχει μακρά ιστορία.",
    "It costs 5 € – the naïve café’s “price”.",
    "私は昨日、図書館へ行きました。",
)


@pytest.mark.parametrize("encoding", [name for name in ENCODINGS if name != "iso-8859-2"])
def test_a_misread_sentence_is_read_again(encoding):
    tried = 0
    for sentence in SENTENCES:
        wrong = sentence.encode().decode(encoding, "replace")
        if "\ufffd" not in wrong:
            tried += 1
            assert read_again(wrong) == sentence
    assert tried >= 2


@pytest.mark.parametrize(
    "text",
    [
        "The integral is √π, and √Ω is no unit.",
        "It costs ≈£5.",
        "Её",
        "дії",
        "Ні",
        "Ä… no idea",
        "L’État, c’est moi",
        "1990–été",
        "Γ… of 5",
        "├─ é",
        "└── été",
        "Å½ and Ã are letters",
    ],
)
def test_what_somebody_may_have_written_stays(text):
    assert read_again(text) is text


FORMS = (
    "{}", "“{}”", "„{}“", "«{}»", "{}…", "{}»", "{}”", "{}’s", "l’{}", "–{}", "{}—yes", "{}°", "{}™", "{}–{}",
)  # fmt: skip


def test_of_all_names_of_countries_and_places_in_a_hundred_languages_none_is_changed():
    names = {name for names in LOCALE_DATA.values() for name in names.values()}
    for module in pkgutil.iter_modules(phonenumbers.geodata.__path__):
        if module.name.startswith("data"):
            data = importlib.import_module(f"phonenumbers.geodata.{module.name}").data
            names |= {name for names in data.values() for name in names.values()}
    foreign = sorted(name for name in names if not name.isascii())
    assert len(foreign) > 10_000
    source = random.Random(1)
    for name in foreign:
        form = source.choice(FORMS)
        for text in (name, name.upper(), name[:2], name[-3:], form.format(name, name)):
            assert read_again(text) is text
