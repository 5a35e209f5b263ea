"""A row whose answer shows that it is a copy is found; labels and standard answers show nothing."""

import json
import random

from studio.data.samples import SAMPLES
from studio.data.whole_rows import WholeRows


def groups(pairs: list[tuple[str, str]]) -> dict[int, int]:
    rows = WholeRows()
    for question, answer in pairs:
        rows.add(question, answer, f"{question}\n{answer}")
    return rows.groups()


def later(pairs: list[tuple[str, str]]) -> list[int]:
    return [at for at, first in groups(pairs).items() if at != first]


def help_desk() -> list[tuple[str, str]]:
    lines = SAMPLES["support"].path.read_text(encoding="utf-8").splitlines()
    return [(row["question"], row["answer"]) for row in map(json.loads, lines)]


def with_a_word_replaced(text: str, rng: random.Random) -> str:
    words = text.split()
    words[rng.randrange(len(words))] = rng.choice(["banana", "umbrella", "seven", "quietly"])
    return " ".join(words)


ANSWER = (
    "Open the settings, click on the third entry of the list, and choose the colour that you like best; then "
    "close the window, wait for the lamp to stop blinking and restart the whole machine once or twice."
)
WORDS = ("apple", "bridge", "candle", "desert", "engine", "forest", "garden", "hammer", "island", "jacket")


def question(at: int) -> str:
    return f"{WORDS[at % 10]} {WORDS[at // 10 % 10]} {WORDS[at // 100 % 10]} {WORDS[at // 1000]}?"


def test_rows_of_the_help_desk_with_a_word_of_the_question_and_of_the_answer_replaced_are_found():
    rng, rows = random.Random(3), help_desk()
    chosen = rng.sample([at for at, (_, answer) in enumerate(rows) if len(answer.split()) >= 40], 60)
    copies = [
        (with_a_word_replaced(rows[at][0], rng), with_a_word_replaced(rows[at][1], rng)) for at in chosen
    ]
    found = groups([*rows, *copies])
    assert [found.get(len(rows) + at) for at in range(60)] == [found.get(at) for at in chosen]
    assert None not in map(found.get, chosen)
    assert len([at for at, first in found.items() if at != first and at < len(rows)]) <= 4


def test_a_few_questions_with_one_long_answer_are_alike():
    others = [(question(at), f"answer {at} of its own") for at in range(100, 140)]
    assert later([(question(0), ANSWER), *others, (question(57), ANSWER)]) == [41]


def test_one_answer_to_many_questions_makes_none_of_them_alike():
    """Eleven of 1,200 rows are too few for a template, and too many for copies."""
    rng = random.Random(8)
    others = [(f"{rng.getrandbits(256):x}", f"{rng.getrandbits(256):x}") for _ in range(1189)]
    asked = [(question(at * 7), ANSWER) for at in range(11)]
    assert later(others + asked) == []
    assert later(others + asked[:10]) == list(range(1190, 1199))


def test_two_texts_of_one_label_are_not_alike_however_long_the_label_is():
    rng = random.Random(4)
    labels = [f"{rng.getrandbits(360):x}" for _ in range(10)]
    texts = [(f"pain {at * 7919}", labels[at % 10]) for at in range(50)]
    assert later(texts) == []
    assert later([texts[0], texts[10], *texts[1:10]]) == [1]


def test_rows_without_an_answer_are_not_compared():
    assert groups([(ANSWER, ""), (ANSWER, ""), (question(3), ANSWER), (question(3), ANSWER)]) == {2: 2, 3: 2}
    assert groups([]) == {}
