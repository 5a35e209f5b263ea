"""Who joins a batch under way gets the answer it would have had alone, and who leaves disturbs nobody."""

import weakref

import pytest
import torch

from studio.core.errors import StudioError
from studio.engine.decoding import Decoder, Sampling, Seat
from studio.engine.generate import greedy_tokens
from studio.engine.models import load_model
from studio.engine.openings import Opening
from studio.engine.shelf import Shelf
from studio.engine.tunings import lora, prefix, prompt

PROMPTS = ((5, 9, 12, 7, 30, 8, 21), (11, 6), (40, 41, 42, 9, 10), (17,))
NEVER = frozenset({-1})


def model_of(source, tokenizer, tuning=None):
    torch.manual_seed(3)
    model = load_model(source, dtype=torch.float32, device="cpu").eval()
    if tuning is not None:
        model = tuning.apply(model, tuning.Config())
        tuning.begin(model, tuning.Config(), tokenizer)
        assert any(isinstance(module, Opening) for module in model.modules())
    return model.eval()


def add_on(source):
    torch.manual_seed(4)
    model = lora.apply(load_model(source, dtype=torch.float32, device="cpu"), lora.Config(rank=2))
    for weight in lora.state(model).values():
        torch.nn.init.normal_(weight, std=0.3)
    return {name: tensor.clone() for name, tensor in lora.state(model).items()}


class Asker:
    def __init__(self, tokens, wanted: int, **settings):
        self.got, self._wanted, self.here = [], wanted, True
        self.seat = Seat(tokens, self.take, wanted=lambda: self.here, **settings)

    def take(self, token: int) -> bool:
        self.got.append(token)
        return len(self.got) < self._wanted


@pytest.mark.parametrize("tuning", [None, prefix, prompt], ids=["plain", "prefix", "prompt"])
def test_who_comes_later_and_leaves_earlier_gets_its_own_answer(tiny_source, tiny_tokenizer, tuning):
    model = model_of(tiny_source, tiny_tokenizer, tuning)
    alone = [list(greedy_tokens(model, ids, ends=NEVER, limit=12)) for ids in PROMPTS]
    askers = [Asker(ids, wanted) for ids, wanted in zip(PROMPTS, (12, 5, 9, 1), strict=True)]
    decoder = Decoder(Shelf(model))
    decoder.join([askers[1].seat])
    decoder.step()
    decoder.join([askers[0].seat, askers[3].seat])
    decoder.step()
    decoder.join([askers[2].seat])
    while len(decoder):
        decoder.step()
    for asker, wanted, answer in zip(askers, (12, 5, 9, 1), alone, strict=True):
        assert asker.got == answer[:wanted]


def test_who_has_left_is_not_written_for_any_more(tiny_source, tiny_tokenizer):
    decoder = Decoder(Shelf(model_of(tiny_source, tiny_tokenizer)))
    stays, leaves = Asker(PROMPTS[0], 6), Asker(PROMPTS[1], 6)
    decoder.join([stays.seat, leaves.seat])
    leaves.here = False
    decoder.dismiss()
    assert len(decoder) == 1
    while len(decoder):
        decoder.step()
    assert (len(stays.got), len(leaves.got)) == (6, 1)


def test_a_seed_gives_the_same_answer_whoever_stands_beside_it(tiny_source, tiny_tokenizer):
    decoder = Decoder(Shelf(model_of(tiny_source, tiny_tokenizer)))
    warm = Sampling(temperature=1.0, top_p=0.9, seed=7)

    def answer(*others) -> list[int]:
        asker = Asker(PROMPTS[0], 8, sampling=warm)
        decoder.join([asker.seat, *(other.seat for other in others)])
        while len(decoder):
            decoder.step()
        return asker.got

    first = answer()
    assert answer(Asker(PROMPTS[2], 3, sampling=Sampling(temperature=1.5, seed=1))) == first
    other = Asker(PROMPTS[0], 8, sampling=Sampling(temperature=1.0, top_p=0.9, seed=8))
    assert answer(other) == first != other.got


def test_whose_add_on_cannot_be_had_is_told_and_the_others_get_their_answers(tiny_source, tiny_tokenizer):
    model = model_of(tiny_source, tiny_tokenizer)
    alone = list(greedy_tokens(model, PROMPTS[0], ends=NEVER, limit=4))
    shelf, told = Shelf(model), []

    def broken():
        raise StudioError("The file is gone.", "Look for it.")

    shelf.add("broken", broken, 1.0)
    decoder = Decoder(shelf)
    refused = [Asker(PROMPTS[1], 4, add_on=name, refuse=told.append) for name in ("broken", "unknown")]
    decoder.join([refused[0].seat])
    assert len(decoder) == 0
    answered = Asker(PROMPTS[0], 4)
    decoder.join([refused[1].seat, answered.seat])
    while len(decoder):
        decoder.step()
    assert answered.got == alone
    assert [problem.message.split()[0] for problem in told] == ["The", "This"]
    assert refused[0].got == refused[1].got == []


def test_an_answer_under_way_ends_as_it_would_have_though_its_add_on_is_removed(tiny_source, tiny_tokenizer):
    shelf, weights = Shelf(model_of(tiny_source, tiny_tokenizer)), add_on(tiny_source)
    decoder = Decoder(shelf)

    def answer(*, removed: bool) -> list[int]:
        shelf.add("one", lambda: weights, 2.0)
        asker = Asker(PROMPTS[0], 8, add_on="one")
        decoder.join([asker.seat])
        if removed:
            shelf.remove("one")
        while len(decoder):
            decoder.step()
        held = weakref.ref(asker.seat.through)
        del asker.seat
        if not removed:
            shelf.remove("one")
        assert held() is None, "nobody holds its memory any more"
        return asker.got

    plain = Asker(PROMPTS[0], 8)
    decoder.join([plain.seat])
    while len(decoder):
        decoder.step()
    assert answer(removed=False) == answer(removed=True) != plain.got


def test_the_unlikely_rest_is_never_drawn():
    logits = torch.tensor([5.0, 4.9, 0.0, -1.0])
    seat = Seat((1,), lambda token: True, sampling=Sampling(temperature=1.0, top_p=0.6, seed=0))
    assert {seat.draw(logits) for _ in range(200)} == {0, 1}
    narrow = Seat((1,), lambda token: True, sampling=Sampling(temperature=1.0, top_p=0.01, seed=0))
    assert {narrow.draw(logits) for _ in range(50)} == {0}


@pytest.mark.parametrize("tiny", [{"temperature": 1e-38}, {"temperature": 5e-324}, {"top_p": 5e-324}])
def test_numbers_next_to_nothing_draw_the_likeliest_and_end_nothing(tiny):
    logits = torch.tensor([-30.0, 29.0, 30.0])
    seat = Seat((1,), lambda token: True, sampling=Sampling(**{"temperature": 1.0} | tiny))
    assert seat.draw(logits) == 2
