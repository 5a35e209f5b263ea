"""Near copies are found, and what only shares a template, a language or a word is left alone."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from studio.data.near import Forest, NearIndex, near_groups, neighbours, normalise
from studio.data.shingles import Templates, shingles

SAMPLES = Path(__file__).parents[2] / "assets" / "samples"


def sample(name: str) -> list[str]:
    lines = (SAMPLES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return ["\n".join(str(value) for value in json.loads(line).values()) for line in lines]


def edited(text: str, words: int, rng: random.Random, vocabulary: list[str]) -> str:
    pieces = text.split(" ")
    for at in rng.sample(range(len(pieces)), words):
        pieces[at] = rng.choice(vocabulary)
    return " ".join(pieces)


@pytest.mark.parametrize("changed", [1, 2, 4])
def test_one_to_four_of_forty_words_changed_are_found_and_nothing_else(changed):
    rng = random.Random(changed)
    vocabulary = sorted({word for text in sample("gnome_help_support") for word in text.split()})
    texts = [" ".join(rng.choice(vocabulary) for _ in range(40)) for _ in range(600)]
    copies = [edited(text, changed, rng, vocabulary) for text in texts[:150]]
    groups = near_groups([*texts, *copies])
    found = {at for at, first in groups.items() if at >= 600 and first == at - 600}
    wrong = {at for at, first in groups.items() if at != first and not (at >= 600 and first == at - 600)}
    assert len(found) >= 0.98 * 150
    assert len(wrong) <= 0.02 * 150


def test_questions_of_one_template_are_no_copies():
    rng = random.Random(0)
    vocabulary = sorted(
        {word for text in sample("gnome_help_support") for word in text.split() if len(word) < 12}
    )
    template = "Which chapter of ICD-10-CM does this diagnosis belong to, and why is it not another one: {}?"
    texts = [template.format(" ".join(rng.choice(vocabulary) for _ in range(6))) for _ in range(3000)]
    assert near_groups(texts) == {}
    assert near_groups(texts[:12]) == {}


LETTER = (
    "Dear {0}, thank you very much for writing to us. We are sorry to hear that your parcel did not arrive "
    "on time. We will look into it at once and come back to you within the next two working days. The "
    "parcel in question holds: {1}. Kind regards, your support team in the city, open from nine to five."
)


def letters(count: int, rng: random.Random) -> list[str]:
    words = sorted({word for text in sample("gnome_help_support") for word in text.split() if word.isalpha()})
    return [
        LETTER.format(" ".join(rng.sample(words, 2)), " ".join(rng.sample(words, 5))) for _ in range(count)
    ]


@pytest.mark.parametrize("count", [300, 6000])
def test_copies_with_words_of_the_template_changed_are_found_and_its_other_rows_left_alone(count):
    rng = random.Random(count)
    texts = letters(count, rng)
    fixed = [at for at, word in enumerate(LETTER.split()) if 8 <= at < 41]
    copies = []
    for text in texts[:60]:
        words = text.split()
        for at in rng.sample(fixed, 3):
            words[at] = rng.choice(["banana", "umbrella", "seven", "quietly"])
        copies.append(" ".join(words))
    groups = near_groups([*texts, *copies])
    assert sum(groups.get(count + at) == at for at in range(60)) >= 57
    assert [at for at, first in groups.items() if at != first and at < count] == []


def test_a_word_changed_in_the_template_is_an_edit_and_a_slot_filled_otherwise_is_none():
    texts = letters(300, random.Random(3))
    before = edited_rows(texts)
    assert len(before) <= 3
    assert 7 not in before
    texts[7] = texts[7].replace("sorry", "thrilled")
    assert edited_rows(texts) - before == {7}


def edited_rows(texts: list[str]) -> set[int]:
    hashes, rows, spaces = shingles([f" {normalise(text)} " for text in texts])
    _, edits = Templates().outside(hashes, rows, spaces, len(texts))
    return set(np.flatnonzero(edits).tolist())


def test_a_template_that_begins_deep_in_the_file_is_known_as_one():
    rng = random.Random(1)
    vocabulary = sorted({word for text in sample("gnome_help_support") for word in text.split()})
    prose = [" ".join(rng.choice(vocabulary) for _ in range(20)) for _ in range(6000)]
    texts = [f"Please tell me in one short sentence what the word stands for: {text}" for text in prose[:900]]
    assert near_groups(prose[900:] + texts) == {}


@pytest.mark.parametrize(("name", "most"), [("gnome_help_support", 4), ("icd10cm_chapters", 5)])
def test_the_samples_hold_few_that_only_look_like_copies(name, most):
    """What is left are siblings: "for one user" and "for all users", with the same instructions."""
    texts = sample(name)
    later = [at for at, first in near_groups(texts).items() if at != first]
    assert len([at for at in later if normalise(texts[at]) not in map(normalise, texts[:at])]) <= most


def test_exact_copies_are_in_a_group_however_short():
    assert near_groups(["a", "b", " A ", "", "", "c"]) == {0: 0, 2: 0, 3: 3, 4: 3}
    assert near_groups([]) == {}


def test_short_texts_with_another_word_or_number_are_not_copies():
    assert near_groups(["Type 1 diabetes mellitus", "Type 2 diabetes mellitus", "Fracture of left femur",
                        "Fracture of right femur"]) == {}  # fmt: skip


def test_texts_in_any_script_and_lone_surrogates_are_compared():
    text = (
        "日本語の文章をここに書いて、それがほとんど同じかどうかを調べることができます。これは長い文章です。"
        * 2
    )
    assert near_groups([text, text + "そう", "\ud800" * 40, "\ud800" * 40]) == {0: 0, 1: 0, 2: 2, 3: 2}


def test_groups_can_be_asked_for_again_after_more_texts():
    index = NearIndex()
    index.add("one")
    assert index.groups() == {}
    index.add("One")
    assert index.groups() == {0: 0, 1: 0}
    long = " ".join(f"word{at}" for at in range(40))
    index.add(long)
    assert index.groups() == {0: 0, 1: 0}
    index.add(long.replace("word7 ", "another "))
    assert index.groups() == {0: 0, 1: 0, 2: 2, 3: 2}


def test_texts_of_a_template_are_compared_with_those_of_none():
    """Only the former have a second sketch; their places among all texts are kept apart."""
    rng = random.Random(6)
    free = [" ".join(f"{rng.getrandbits(40):x}" for _ in range(30)) for _ in range(40)]
    texts = [text for pair in zip(letters(40, rng), free, strict=True) for text in pair]
    copies = [f"{text} indeed" for text in texts[10:20]]
    groups = near_groups([*texts, *copies])
    assert [groups.get(80 + at) for at in range(10)] == list(range(10, 20))
    assert len(groups) == 20


def test_neighbours_pair_equal_keys_with_the_one_before_and_the_first():
    earlier, later = neighbours(np.array([5, 7, 5, 5, 7]))
    assert sorted(zip(earlier.tolist(), later.tolist(), strict=True)) == [(0, 2), (0, 3), (1, 4), (2, 3)]


def test_a_group_is_named_by_its_first_member():
    forest = Forest(6)
    forest.join(np.array([4, 2, 3]), np.array([2, 5, 0]))
    assert forest.groups() == {0: 0, 2: 2, 3: 0, 4: 2, 5: 2}
