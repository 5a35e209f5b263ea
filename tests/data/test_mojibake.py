"""Wrongly decoded text is put right, and clean text of many languages stays as it is."""

import random

import ftfy
import pytest

from studio.data import mojibake
from studio.data.mojibake import has_lost_letters, is_broken, repaired

CLEAN = {
    "German": "Die Grippe ist eine Krankheit, die süße Äpfel und größere Bären „sehr gut“ übersteht",
    "French": "L’été dernier, nous avons mangé à la crêperie près du théâtre : « à tomber » ! Où êtes-vous ?",
    "Spanish": "¿Cómo está usted? El niño pequeño comió una piña en el jardín de su tía; ¡qué alegría!",
    "Portuguese": "NÃO é possível! A situação econômica não é fácil, mas há esperança: São Paulo e órgãos.",
    "Italian": "Perché non è più così? La città è bella, però il caffè è già freddo. Lunedì andrò all’Etna.",
    "Polish": "Zażółć gęślą jaźń. Wczoraj wieczorem poszliśmy na spacer wzdłuż rzeki, a później wróciliśmy.",
    "Czech": "Příliš žluťoučký kůň úpěl ďábelské ódy. Včera večer jsme šli na procházku podél řeky.",
    "Turkish": "Şu çılgın Türk, ağaçların arasında güneşli bir günde yürüdü; İstanbul’da hava güzeldi.",
    "Swedish": "Åsa och Örjan åt räksmörgås på ön i går kväll; det var väldigt gott, tyckte de båda två.",
    "Hungarian": "Árvíztűrő tükörfúrógép. A magyar nyelv az uráli nyelvcsalád tagja, és őszintén szép.",
    "Vietnamese": "Tiếng Việt là ngôn ngữ chính thức tại Việt Nam. Ở đâu có nước uống, thưa ông?",
    "Russian": "Съешь же ещё этих мягких французских булок, да выпей чаю. Сегодня хорошая погода.",
    "Greek": "Η ελληνική γλώσσα είναι μία από τις ινδοευρωπαϊκές γλώσσες, και έχει μακρά ιστορία.",
    "Arabic": "اللغة العربية هي أكثر اللغات السامية تحدثا، وإحدى أكثر اللغات انتشارا في العالم.",
    "Hebrew": "העברית היא שפה שמית, ממשפחת השפות האפרו-אסיאתיות, והיא שפה עתיקה.",
    "Hindi": "हिन्दी विश्व की एक प्रमुख भाषा है और भारत की राजभाषा है।",
    "Japanese": "私は昨日、友達と一緒に図書館へ行きました。とても楽しかったです。",
    "Chinese": "今天天气很好，我们一起去公园散步吧。你觉得怎么样？",
    "Korean": "한국어는 한국의 공용어이다. 오늘 날씨가 좋습니다.",
    "English": "He said “it’s a naïve café” — £5, 20 °C, ½ price… ™ © • ✓ → 😀 👩‍👩‍👧, isn’t it?",
}


def drawn(source: random.Random, language: str) -> str:
    """Return some words of a sentence in another order: short pieces are the hardest to judge."""
    words = CLEAN[language].split()
    return " ".join(source.choices(words, k=source.randint(3, 12)))


@pytest.mark.parametrize("language", CLEAN)
def test_clean_text_stays_as_it_is(language):
    source = random.Random(1)
    for text in (CLEAN[language], *(drawn(source, language) for _ in range(60))):
        for written in (text, text.upper(), text + "\nA line of English."):
            assert repaired(written) is written
            assert not is_broken(written)


@pytest.mark.parametrize(
    "misread_as",
    ["latin-1", "cp1252", "sloppy-windows-1251", "mac_roman", "sloppy-windows-1250", "cp437"],
)
def test_nineteen_of_twenty_broken_texts_are_found_and_most_put_right(misread_as):
    source = random.Random(2)
    cases = [drawn(source, source.choice(list(CLEAN))) for _ in range(600)]
    broken = [(text, text.encode().decode(misread_as, "replace")) for text in cases if not text.isascii()]
    found = [is_broken(wrong) for _, wrong in broken]
    assert sum(found) / len(found) >= 0.95
    whole = [(text, wrong) for text, wrong in broken if mojibake.LOST not in wrong]
    right = [repaired(wrong) == text for text, wrong in whole]
    assert sum(right) / len(right) >= 0.95


def test_one_broken_letter_in_a_text_is_enough():
    english = "The {} is open until ten, and the people there are friendly and speak English with everybody."
    words = [
        "café",
        "naïve",
        "über",
        "señor",
        "São",
        "façade",
        "Zoë",
        "don’t",
        "“quoted”",
        "5 €",
        "a – b",
        "20 °C",
    ]
    found = [is_broken(english.format(word).encode().decode("cp1252", "ignore")) for word in words]
    assert sum(found) >= 11, dict(zip(words, found, strict=True))


def test_the_glance_misses_nothing_that_the_library_would_repair():
    source = random.Random(3)
    for misread_as in ("latin-1", "cp1252", "cp1251", "cp1250", "mac_roman", "cp437", "iso-8859-2"):
        for language in CLEAN:
            wrong = drawn(source, language).encode().decode(misread_as, "replace")
            if ftfy.fix_text(wrong, mojibake._ONLY_DECODING) != wrong:
                assert is_broken(wrong), ascii(wrong)


def test_quotes_ligatures_and_entities_are_no_decoding():
    text = "ﬁne “quotes” ＡＢＣ &amp; more é"
    assert repaired(text) is text


def test_lost_letters_are_told_from_misread_ones():
    assert has_lost_letters("caf\ufffd")
    assert not is_broken("caf\ufffd")
