"""Who a process is among several, and how a step's rows are dealt to them; what they do together is slow."""

import pytest
import torch

from studio.core.errors import Refused
from studio.core.examples import Example
from studio.engine.batches import dealt
from studio.engine.guards.memory import MemoryGuard, NoRoom, ThisMachine
from studio.engine.guards.together import together
from studio.engine.processes import ONE, Processes, _pieces, join, launched

TORCHRUN = {"RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2"}


def test_what_torchrun_says_is_who_a_process_is():
    assert launched(TORCHRUN) == Processes(rank=3, count=4, local_rank=1, local_count=2)
    assert not launched(TORCHRUN).leads


def test_a_process_that_nobody_launched_is_the_only_one():
    assert launched({}) == ONE
    assert ONE.leads
    join(ONE)
    assert not torch.distributed.is_initialized()


@pytest.mark.parametrize(
    "wrong",
    [{"RANK": "4"}, {"RANK": "-1"}, {"LOCAL_RANK": "2"}, {"WORLD_SIZE": "many"}, {"LOCAL_WORLD_SIZE": "5"}],
)
def test_an_environment_that_cannot_be_is_refused(wrong):
    with pytest.raises(Refused, match="names several processes, and not which of them this is"):
        launched({**TORCHRUN, **wrong})


def test_a_launcher_that_says_only_how_many_is_refused():
    with pytest.raises(Refused, match="WORLD_SIZE=2"):
        launched({"WORLD_SIZE": "2"})


def test_a_world_of_one_is_no_launcher():
    assert launched({"WORLD_SIZE": "1"}) is ONE


def test_one_process_sums_its_own_numbers():
    assert ONE.summed([1.5, 2]) == [1.5, 2.0]
    assert ONE.any(True)
    assert not ONE.any(False)
    assert ONE.words_of_first("ein Wört") == "ein Wört"
    ONE.check_same(7, "steps")


def test_the_random_numbers_of_the_first_process_are_not_touched():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    ONE.draw_apart(seed=0, step=3)
    assert torch.get_rng_state().equal(before)


def test_the_random_numbers_of_the_others_follow_from_the_step():
    def drawn(rank: int, step: int) -> float:
        Processes(rank, 3).draw_apart(seed=0, step=step)
        return torch.rand(()).item()

    with torch.random.fork_rng():
        draws = [drawn(rank, step) for rank in (1, 2) for step in (0, 1)]
        assert len(set(draws)) == 4
        assert drawn(1, 0) == draws[0]


def row(number: int, length: int) -> Example:
    return Example(number, tuple(range(length)), (-100,) * (length - 1) + (1,))


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_each_row_of_a_step_is_dealt_to_one_process(count):
    rows = [row(number, 3 + number % 4) for number in range(12)]
    hands = dealt(rows, count)
    assert len(hands) == count
    assert sorted(each.row for hand in hands for each in hand) == list(range(12))


def test_the_processes_get_about_as_many_tokens():
    rows = [row(number, length) for number, length in enumerate((90, 10, 40, 40, 30, 30))]
    assert [sum(len(each.input_ids) for each in hand) for hand in dealt(rows, 2)] == [120, 120]


def test_where_there_are_fewer_rows_than_processes_the_last_get_none():
    assert [len(hand) for hand in dealt([row(1, 5), row(2, 4)], 4)] == [1, 1, 0, 0]


def test_who_has_no_rows_needs_no_room():
    MemoryGuard(None).admit([], training=True)
    MemoryGuard(None).learn([])


def test_processes_of_one_machine_share_its_memory():
    assert ThisMachine(4).total_bytes() == ThisMachine().total_bytes() // 4


def test_one_process_meets_its_own_lack_of_room():
    def too_large() -> None:
        raise NoRoom(2e9, 1e9, 500, single=False)

    with pytest.raises(NoRoom) as refused:
        together(ONE, too_large, 768)
    assert refused.value.fitting_tokens == 250


def test_gradients_travel_in_pieces_of_one_format():
    weights = [torch.zeros(3), torch.zeros(2), torch.zeros(2, dtype=torch.bfloat16), torch.zeros(16_000_000)]
    assert [[len(each) for each in piece] for piece in _pieces(weights)] == [[3, 2], [2], [16_000_000]]
