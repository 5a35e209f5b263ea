"""The calibration of unsupported statements counts sentences of which it knows what is true."""

import random

from benchmarks.support import case, line

TEXTS = [
    "Press the green button on the printer. Then wait until every job is cancelled.",
    "Open the window settings and choose another theme. Restart the whole program afterwards.",
]


def test_a_sentence_of_the_source_is_supported_and_one_of_another_is_not():
    draw = random.Random(1)
    cases = [found for number in (0, 1) for _ in range(9) if (found := case(TEXTS, number, draw))]
    assert cases
    shown = [cell.strip() for cell in line(0.5, cases).strip("|").split("|")]
    assert shown[1].startswith("0.000 ")
    assert shown[2].startswith("0.000 ")


def test_without_a_foreign_sentence_there_is_no_case():
    assert case(TEXTS[:1], 0, random.Random(0)) is None
