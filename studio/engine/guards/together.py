"""Work that several processes do side by side: where one finds no room for it, none goes on."""

from collections.abc import Callable

from studio.engine.device import ran_out_of_memory
from studio.engine.guards.memory import NoRoom, NoRoomElsewhere
from studio.engine.processes import Processes

_ROOM = 1e18
"""More tokens than ever go through a model at once: what a process says that has found room."""


def together(processes: Processes, work: Callable[[], None], token_budget: int) -> None:
    """Do this process's part of the work. Raises NoRoom in all processes where one of them found no room.

    `token_budget`: how many tokens the work may put through the model at once.
    """
    if processes.count == 1:
        work()
        return
    fitting, single = _tried(work, token_budget)
    least_negative, any_single = processes.largest([-fitting, single])
    if least_negative > -_ROOM:
        raise NoRoomElsewhere(round(-least_negative), single=bool(any_single))


def _tried(work: Callable[[], None], token_budget: int) -> tuple[float, bool]:
    """Return how many tokens would have fitted, and whether a single row did not. Keeps no frame of an error:
    that would hold the memory it ran out of."""
    try:
        work()
    except NoRoom as error:
        return error.fitting_tokens, error.single
    except RuntimeError as error:
        if not ran_out_of_memory(error):
            raise
        return token_budget // 2, token_budget < 2
    return _ROOM, False
