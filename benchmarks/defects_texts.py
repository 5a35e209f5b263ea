"""Defects of single texts: control tokens, wrong encodings, remnants of web pages, unseen characters."""

import random
import re
from collections.abc import Sequence

from benchmarks.defects_planting import inside, somewhere
from benchmarks.defects_sets import Cells

OWN_TOKENS = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")
OTHER_TOKENS = ("[INST]", "[/INST]", "<|eot_id|>", "<|start_header_id|>", "<end_of_turn>", "<start_of_turn>",
                "<<SYS>>", "<｜User｜>", "<|END_OF_TURN_TOKEN|>", "<bos>")  # fmt: skip

LANGUAGES = {
    "German": (
        "Die Grippe ist eine Krankheit, die süße Äpfel und größere Bären sehr gut übersteht, wie man weiß.",
        "Bitte öffnen Sie zuerst die Einstellungen und wählen Sie dann das Menü für die Helligkeit.",
    ),
    "French": (
        "L’été dernier, nous avons mangé à la crêperie près du théâtre, et le gâteau était très bon.",
        "Où êtes-vous allés hier soir, et pourquoi n’avez-vous pas répondu à la première question posée ?",
    ),
    "Spanish": (
        "¿Cómo está usted? El niño pequeño comió una piña en el jardín de su tía; ¡qué gran alegría!",
        "Después de la reunión, el señor Núñez explicó por qué la máquina no funcionaba todavía.",
    ),
    "Portuguese": (
        "A situação econômica não é fácil, mas há esperança para os órgãos públicos de São Paulo.",
        "Você não precisa preencher o formulário até amanhã de manhã, porque a seção está fechada.",
    ),
    "Italian": (
        "Perché non è più così? La città è bella, però il caffè è già freddo e la virtù è rara.",
        "Lunedì andrò all’università, perché c’è un’attività che mi interessa già da più di un anno.",
    ),
    "Polish": (
        "Zażółć gęślą jaźń. Wczoraj wieczorem poszliśmy na spacer wzdłuż rzeki, a później wróciliśmy.",
        "Proszę otworzyć ustawienia i wybrać język, w którym chcesz pracować każdego następnego dnia.",
    ),
    "Czech": (
        "Příliš žluťoučký kůň úpěl ďábelské ódy. Včera večer jsme šli na procházku podél řeky.",
        "Nejdříve prosím otevřete nastavení a zvolte jazyk, ve kterém chcete zítra ráno pracovat.",
    ),
    "Turkish": (
        "Şu çılgın Türk, ağaçların arasında güneşli bir günde yürüdü; İstanbul’da hava çok güzeldi.",
        "Önce ayarları açınız, sonra da yarın çalışmak istediğiniz dili dikkatlice seçiniz lütfen.",
    ),
    "Russian": (
        "Съешь же ещё этих мягких французских булок, да выпей чаю. Сегодня хорошая погода в городе.",
        "Сначала откройте настройки и выберите язык, на котором вы хотите работать каждый день.",
    ),
    "Greek": (
        "Η ελληνική γλώσσα είναι μία από τις ινδοευρωπαϊκές γλώσσες, και έχει πολύ μακρά ιστορία.",
        "Ανοίξτε πρώτα τις ρυθμίσεις και επιλέξτε τη γλώσσα στην οποία θέλετε να εργαστείτε αύριο.",
    ),
}
MISREAD_AS = ("cp1252", "cp1252", "latin-1", "mac_roman", "cp1251")

TAGS = (
    "<br>", "<br/>", "<p>", "</div>", "&nbsp;", "&amp;", "&quot;", "&#39;", '<a href="page.html">here</a>',
    "<li>", '<span class="x">', "<strong>note</strong>", "&lt;b&gt;", '<img src="a.png">', "<!-- ad -->",
)  # fmt: skip
TOXIC = ("fuck", "shit", "asshole", "bitch", "Arschloch", "hurensohn", "merde", "connard", "puta", "cazzo")
_GUISES = dict(zip("aeopcxyi", "аеорсхуі", strict=True))


def control_token(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells:
    return somewhere(source, cells, source.choice(OWN_TOKENS + OTHER_TOKENS))


def sentence(source: random.Random) -> str:
    """Return a sentence, or eight words or more of one, in one of ten languages."""
    words = source.choice(source.choice(list(LANGUAGES.values()))).split()
    start = source.randint(0, len(words) - 8)
    return " ".join(words[start : start + source.randint(8, len(words))])


def misread(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells | None:
    """Read a cell's UTF-8 with another encoding, with a foreign sentence in it where it has only ASCII."""
    column = source.choice(("question", "answer"))
    text = cells[column]
    if text.isascii():
        text = inside(source, text, sentence(source))
    wrong = text.encode().decode(source.choice(MISREAD_AS), "replace")
    return None if wrong == text else cells | {column: wrong}


def remnant(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells:
    return somewhere(source, cells, source.choice(TAGS))


def hidden(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells | None:
    """Put in a character of no width or one that turns the direction, or a letter of another alphabet."""
    column = source.choice(("question", "answer"))
    text = cells[column]
    letters = [match.start() for match in re.finditer(r"(?<=[a-z])[aeopcxyi](?=[a-z])", text)]
    if not letters:
        return None
    at = source.choice(letters)
    if source.random() < 1 / 3:
        return cells | {column: text[:at] + _GUISES[text[at]] + text[at + 1 :]}
    unseen = source.choice(
        ("\u200b", "\u200d", "\u00ad", "\u2060", "\ufeff", "\u202e", "\u2066", "\x07", "\U000e0041")
    )
    return cells | {column: text[:at] + unseen + text[at:]}


def foreign(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells:
    """Write a question or an answer in another language than the rest."""
    column = source.choice(("question", "answer"))
    return cells | {column: source.choice(source.choice(list(LANGUAGES.values())))}


def insulted(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells:
    word = source.choice(TOXIC)
    return somewhere(source, cells, source.choice((word, word.upper(), f"{word},", f"“{word}”")))


def echoed(source: random.Random, cells: Cells, rows: Sequence[Cells]) -> Cells | None:
    """Answer with the question, or write the answer into the question, in other case or spacing at times."""
    question, answer = cells["question"], cells["answer"]
    if source.random() < 0.5:
        return cells | {"answer": source.choice((question, question.upper(), f" {question}\n"))}
    if len(" ".join(answer.split())) < 20:
        return None
    return cells | {
        "question": f"{question} {source.choice((answer, answer.replace(' ', '  ')))} Is that right?"
    }
