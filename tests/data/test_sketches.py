"""Which likeness of two sketches makes their texts near, and which text an edit was made of."""

import numpy as np

from studio.data.sketches import COPIES, Origins, jaccard, minima


def judged(whole: float, distinctive: float, size: int, other_size: int) -> tuple[bool, bool]:
    one = (np.array([whole]), np.array([distinctive]), np.array([size]), np.array([other_size]))
    near, contained = COPIES.judge(*one)
    return bool(near[0]), bool(contained[0])


def test_a_short_text_must_be_more_alike_than_a_long_one():
    assert judged(0.9, 0.6, 200, 200) == (True, False)
    assert judged(0.9, 0.6, 40, 40)[0] is False
    assert judged(0.5, 0.9, 200, 200) == (False, False)


def test_words_that_an_edit_adds_do_not_count_against_it():
    slot, added = 20, 60
    assert judged(0.8, slot / (slot + added), slot, slot + added) == (False, True)
    assert judged(0.8, 0.2, 40, 40) == (False, False)
    assert judged(0.65, slot / (slot + added), slot, slot + added) == (False, False)


def test_an_edit_has_the_one_origin_that_it_is_most_like():
    origins = Origins(5)
    origins.offer(np.array([4, 4, 3]), np.array([0, 1, 2]), np.array([0.7, 0.9, 0.8]))
    origins.offer(np.array([4]), np.array([2]), np.array([0.8]))
    edits, texts = origins.pairs()
    assert (edits.tolist(), texts.tolist()) == ([3, 4], [2, 1])


def test_two_sketches_are_as_alike_as_the_sets_they_stand_for():
    hashes = np.random.default_rng(0).integers(0, 2**63, 1500).astype(np.uint64)
    both = np.concatenate((hashes[:1000], hashes[500:]))
    rows = np.repeat([0, 1], 1000)
    one, other = minima(both, rows, np.array([0, 1])).astype(np.uint8)
    assert abs(jaccard(one[None], other[None])[0] - 1 / 3) < 0.15
