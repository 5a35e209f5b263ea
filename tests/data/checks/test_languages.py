"""Rows in another language than the rest are listed; short texts and code are no evidence."""

import random

import pytest

from studio.core.records import Completion, SourcedRecord, Text
from studio.data.checks import Scene, Seen, languages
from studio.data.checks.languages import language_of
from studio.data.checkup import findings_of

SENTENCES = {
    "en": "The train leaves at ten in the morning, so please be at the station a little earlier than that.",
    "de": "Der Zug fährt um zehn Uhr morgens ab, also seien Sie bitte etwas früher am Bahnhof als sonst.",
    "fr": "Le train part à dix heures du matin, alors soyez à la gare un peu plus tôt que d’habitude.",
    "es": "El tren sale a las diez de la mañana, así que por favor llegue un poco antes a la estación.",
    "it": "Il treno parte alle dieci del mattino, quindi per favore arrivate alla stazione un po’ prima.",
    "pt": "O comboio parte às dez da manhã, por isso cheguem à estação um pouco mais cedo do que isso.",
    "nl": "De trein vertrekt om tien uur in de ochtend, dus wees alstublieft iets eerder op het station.",
    "pl": "Pociąg odjeżdża o dziesiątej rano, więc proszę być na dworcu trochę wcześniej niż zwykle.",
    "tr": "Tren sabah saat onda kalkıyor, bu yüzden lütfen istasyonda biraz daha erken bulunun lütfen.",
    "ru": "Поезд отправляется в десять утра, поэтому приходите, пожалуйста, на вокзал немного раньше.",
    "ja": "電車は午前十時に出発しますので、少し早めに駅に来てください。よろしくお願いします。",
    "zh": "火车上午十点出发，所以请稍微提前一点到达车站。谢谢你的理解和合作。",
    "ar": "يغادر القطار في الساعة العاشرة صباحا، لذا يرجى التواجد في المحطة قبل ذلك بقليل من الوقت.",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_is_enough_to_tell_its_language(code):
    assert language_of(SENTENCES[code]) == code


@pytest.mark.parametrize(
    "text", ["", "Guten Tag", "1234567890 " * 20, "```\n" + "fuer alle Kinder " * 9, "\ud800" * 90]
)
def test_what_is_too_short_or_no_prose_is_not_told(text):
    assert language_of(text) == ""


def test_rows_in_another_language_are_listed_for_each_side():
    other = {7: "de", 9: "de", 11: "fr"}
    data = [
        SourcedRecord(row, Completion(SENTENCES["de"], SENTENCES[other.get(row, "en")]))
        for row in range(1, 21)
    ]
    (finding,) = findings_of("languages", data, Scene())
    assert (finding.kind, list(finding.rows), finding.severity, finding.fix) == (
        "answer",
        [7, 9, 11],
        "note",
        "drop",
    )
    assert finding.message == (
        "3 rows have an answer in another language than most, which are in English: German 2, French 1."
    )


HEADINGS = (
    "Check the battery", "Turn on the screen reader", "Connect to a hidden network", "Print on both sides",
    "Find a lost file", "Change the wallpaper", "Use a second keyboard", "Set a default printer",
    "Close all open windows", "Share the desktop with others", "Stop the sound of the alarm",
    "Copy files to a disk", "Why is the network slow", "Make the text larger", "Add a new user account",
    "Remove a printer", "Open the settings", "Hide the dock", "Lock the screen when you leave",
)  # fmt: skip


def test_one_long_question_among_short_ones_is_compared_with_these():
    data = [
        SourcedRecord(row, Completion(question, SENTENCES["en"])) for row, question in enumerate(HEADINGS, 1)
    ]
    data[4] = SourcedRecord(5, Completion(SENTENCES["de"], SENTENCES["en"]))
    (finding,) = findings_of("languages", data, Scene())
    assert (finding.kind, list(finding.rows)) == ("question", [5])
    assert finding.message.endswith("in another language than most, which are in English: German 1.")


def test_short_texts_in_the_language_of_the_long_ones_are_no_finding():
    data = [SourcedRecord(row, Completion(text, SENTENCES["de"])) for row, text in enumerate(HEADINGS, 1)]
    data[4] = SourcedRecord(5, Completion(SENTENCES["en"], SENTENCES["de"]))
    assert findings_of("languages", data, Scene()) == []


@pytest.mark.parametrize("short", [HEADINGS, ("ja", "nein")])
def test_short_texts_whose_language_no_longer_one_has_count_for_none(short):
    data = [SourcedRecord(row, Completion(short[row % len(short)], SENTENCES["de"])) for row in range(1, 40)]
    data[4] = SourcedRecord(5, Completion(SENTENCES["fr"], SENTENCES["de"]))
    assert findings_of("languages", data, Scene()) == []


def test_the_chart_counts_rows_by_language():
    watch = languages.begin(Scene())
    for index, code in enumerate(["en", "en", "ru"]):
        watch.see(Seen(index, SourcedRecord(index + 1, Text(SENTENCES[code]))))
    assert languages.chart(watch) == {"question": {"English": 2, "Russian": 1}}


def test_two_thousand_rows_get_the_verdicts_that_each_gets_alone():
    source = random.Random(7)
    sentences = list(SENTENCES.values())
    texts = [*sentences, *(sentence[:30] for sentence in sentences), "```code```", "\ud800", "x" * 5000, ""]
    texts += [f"{sentence} " * 12 for sentence in sentences]
    data = [
        SourcedRecord(row, Completion(source.choice(texts), source.choice(texts))) for row in range(1, 2001)
    ]
    watch = languages.begin(Scene())
    expected: dict[str, dict[str, list[int]]] = {"question": {}, "answer": {}}
    for index, sourced in enumerate(data):
        watch.see(Seen(index, sourced))
        sides = {"question": sourced.record.prompt, "answer": sourced.record.completion}
        for side, text in sides.items():
            if code := language_of(text):
                expected[side].setdefault(code, []).append(sourced.row)
    named = {
        side: {languages.NAMES[code]: len(rows) for code, rows in found.items()}
        for side, found in expected.items()
    }
    assert watch.counts() == named
    for finding in watch.findings():
        found = expected[finding.kind]
        main = max(found, key=lambda code: len(found[code]))
        assert sorted(finding.rows) == sorted(
            row for code, rows in found.items() if code != main for row in rows
        )
    assert len(expected["question"]) == len(expected["answer"]) == len(SENTENCES)


def test_a_long_file_is_looked_at_in_part_and_the_message_says_so(monkeypatch):
    monkeypatch.setattr(languages, "ALL_UP_TO", 10)
    texts = ["en", *["de"] * 9, *["en"] * 30]
    data = [SourcedRecord(row, Text(SENTENCES[code])) for row, code in enumerate(texts, 1)]
    (finding,) = findings_of("languages", data, Scene(format="text"))
    assert finding.message == (
        "4 rows have a text in another language than most, which are in German: English 4. "
        "Looked at 13 of 40 rows."
    )
