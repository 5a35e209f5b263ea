"""Many people in one moment: a hundred presses of Start, and twenty pages that are open."""

import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from benchmarks.attacks_presses import JSON, PRESS, Site
from studio.core.config import RunConfig
from studio.services.studio import Studio


def start_at_once(studio: Studio, config: RunConfig, count: int) -> tuple[str, ...]:
    """Start so many runs in the same moment, each under a name of its own; return their ids by name."""
    gate = threading.Barrier(count)

    def start(number: int) -> str:
        gate.wait()
        return studio.start(config, f"run {number}")

    with ThreadPoolExecutor(count) as pool:
        return tuple(pool.map(start, range(count)))


def problems_of_queue(studio: Studio, runs: Sequence[str]) -> list[str]:
    """Return in words what is wrong with a queue of which one run is done and all others wait."""
    views = [studio.run(run) for run in runs]
    running = [view for view in views if view.status == "running"]
    waiting = [view for view in views if view.status == "queued"]
    places = sorted(view.queue_position or 0 for view in waiting)
    found = []
    if len(set(runs)) != len(runs):
        found.append(f"{len(runs)} presses gave {len(set(runs))} runs")
    if len(running) != 1 or len(waiting) != len(runs) - 1:
        found.append(f"{len(running)} run and {len(waiting)} wait, of {len(runs)}")
    if places != list(range(1, len(waiting) + 1)):
        found.append(f"the places are {places}")
    return found


def visit_at_once(site: Site, count: int, sessions: Callable[[int], dict], polls: int = 5) -> list[str]:
    """Open so many pages in the same moment, draw each from its own session and let it poll.

    Return in words what went wrong: a reply that is none, or one that belongs to another page.
    """
    gate = threading.Barrier(count)
    arrive = next(number for number, each in site.page.fns.items() if each.name == "arrive")

    def visit(number: int) -> list[str]:
        session, found = sessions(number), []
        with httpx.Client(base_url=site.address, timeout=300) as client:
            gate.wait()
            replies = [client.get("/")]
            body = {"fn_index": arrive, "data": [session], "event_data": {}, "session_hash": f"page{number}"}
            drawn = client.post(PRESS, content=json.dumps(body), headers=JSON)
            replies.append(drawn)
            asked = {name: session.get(name, "") for name in ("run", "dataset")} | {"since": 0}
            replies += [client.get("/studio/live", params=asked) for _ in range(polls)]
        found += [
            f"page {number}: {reply.status_code} from {reply.url}" for reply in replies if reply.is_error
        ]
        if not drawn.is_error:
            shown = drawn.json()["data"][0]
            found += [
                f"page {number} shows {shown[name]!r} as its {name}"
                for name in ("run", "dataset", "kind")
                if shown[name] != session.get(name, shown[name])
            ]
        return found

    with ThreadPoolExecutor(count) as pool:
        return [problem for found in pool.map(visit, range(count)) for problem in found]
