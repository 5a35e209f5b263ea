"""Text of Western Europe is known as such by single signs; that of other code pages is left to the guess."""

import random

import pytest

from studio.data.readers.western import ENCODING, is_western

ENGLISH = (
    "Please restart the computer, and try again.",
    "The printer on the second floor is out of paper.",
    "It is open from nine to five, Monday to Friday.",
)
WESTERN = {
    "French": "L’été dernier, nous avons mangé à la crêperie près du théâtre : « à tomber » ! Où êtes-vous ?",
    "German": "Die Grippe ist eine Krankheit, die süße Äpfel und größere Bären „sehr gut“ übersteht.",
    "Italian": "Perché non è più così? La città è bella, però il caffè è già freddo. Lunedì andrò all’Etna.",
    "Portuguese": "NÃO é possível! A situação econômica não é fácil, mas há esperança: São Paulo e órgãos.",
    "Spanish": "¿Cómo está usted? El niño pequeño comió una piña en el jardín; ¡qué alegría! La 1.ª vez.",
    "Swedish": "Åsa och Örjan åt räksmörgås på ön i går kväll; det var väldigt gott, tyckte de båda två.",
}
OTHERS = {
    "cp1250": "Zażółć gęślą jaźń. Wczoraj wieczorem poszliśmy na spacer wzdłuż rzeki, a później wróciliśmy.",
    "cp1250 ": "Příliš žluťoučký kůň úpěl ďábelské ódy. Včera večer jsme šli na procházku podél řeky.",
    "cp1250  ": "Árvíztűrő tükörfúrógép. A magyar nyelv az uráli nyelvcsalád tagja, és őszintén szép.",
    "cp1251": "Съешь же ещё этих мягких французских булок, да выпей чаю. Сегодня хорошая погода.",
    "cp1253": "Η ελληνική γλώσσα είναι μία από τις ινδοευρωπαϊκές γλώσσες, και έχει μακρά ιστορία.",
    "cp1254": "Şu çılgın Türk, ağaçların arasında güneşli bir günde yürüdü; İstanbul’da hava güzeldi.",
    "cp932": "私は昨日、友達と一緒に図書館へ行きました。とても楽しかったです。",
    "mac_roman": "L’été dernier, nous avons mangé à la crêperie près du théâtre. Où êtes-vous ?",
    "cp437": "Die größeren Bären essen süße Äpfel, und der schöne Mann öffnet die Tür.",
}


@pytest.mark.parametrize(
    "sign", ["5 €", "£5", "20 °C", "½ price", "café", "“yes” – it’s", "so…", "Foo™", "©"]
)
@pytest.mark.parametrize("rows", [1, 200])
def test_one_sign_among_english_is_enough(sign, rows):
    source = random.Random(1)
    text = "\n".join([*source.choices(ENGLISH, k=rows), sign])
    assert is_western(text.encode(ENCODING))


@pytest.mark.parametrize("language", WESTERN)
def test_languages_of_western_europe_are_known(language):
    source = random.Random(1)
    words = WESTERN[language].split()
    assert is_western(WESTERN[language].encode(ENCODING))
    for _ in range(20):
        text = " ".join(source.choices(words, k=60))
        assert is_western(text.encode(ENCODING))


@pytest.mark.parametrize("encoding", OTHERS)
def test_other_code_pages_are_not_taken_for_it(encoding):
    assert not is_western(OTHERS[encoding].encode(encoding.strip()))


@pytest.mark.parametrize(
    ("word", "encoding"), [("Привет, друзья", "cp1251"), ("Ελλάδα και Κύπρος", "cp1253")]
)
def test_a_foreign_word_among_english_is_not_taken_for_it(word, encoding):
    assert not is_western(" ".join([*ENGLISH * 5, word]).encode(encoding))


def test_a_table_is_read_by_it_with_a_note(read, make):
    content = "question,answer\nHow much?,5 €\nWhen?,“Soon” – it’s café time\n".encode(ENCODING)
    table = read(content, "rows.csv")
    assert [note.check for note in table.notes] == ["encoding"]
    assert "read as cp1252" in table.notes[0].message
    assert make.cells(table)[0]["answer"] == "5 €"
