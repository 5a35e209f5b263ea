"""Every address of the page's server and of the server of tuned models, read off their own lists of routes:
one that is added later cannot be forgotten here."""

import re
from collections.abc import Iterable, Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from benchmarks.attacks_presses import PRESS, Site, file
from studio.serving.app import Desk
from studio.serving.gate import Gate
from studio.serving.turns import Turns
from studio.ui.addresses import MOST_BYTES, OPEN, ours
from studio.ui.doors.door import WITHOUT_ASKING
from studio.ui.doors.token import TokenDoor
from studio.ui.guard import Guard

FOREIGN = ("http://evil.example", "null", "file://", "http://127.0.0.1:1", "http://127.0.0.1.evil.example")
STRANGE_HOSTS = ("evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:7860")
HERE = "http://127.0.0.1:7860"


def flat(routes: Iterable) -> Iterator:
    """Yield all routes, those of routers within a router too."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        yield from flat(inner.routes) if inner is not None else (route,)


def calls(app: Starlette) -> Iterator[tuple[str, str]]:
    """Yield a method and an address for every way to call every route."""
    for route in flat(app.routes):
        path = re.sub(r"\{[^}]*\}", "x", route.path)
        if not hasattr(route, "endpoint"):  # a folder that is served
            path += "/x"
        for method in sorted(getattr(route, "methods", None) or {"GET"}):
            yield method, path


@pytest.fixture(scope="module")
def client(empty_site: Site) -> TestClient:
    return TestClient(
        empty_site.page.app, base_url=HERE, follow_redirects=False, raise_server_exceptions=False
    )


@pytest.fixture(scope="module")
def every_call(empty_site: Site) -> list[tuple[str, str]]:
    found = sorted(set(calls(empty_site.page.app)))
    assert {("POST", "/gradio_api/upload"), ("GET", "/studio/live"), ("GET", "/ui-static/x")} <= set(found)
    assert len(found) > 60
    return found


def test_no_route_of_the_page_answers_a_foreign_page(client, every_call) -> None:
    for method, path in every_call:
        for origin in FOREIGN:
            for sent in {method, "OPTIONS"}:
                reply = client.request(sent, path, headers={"origin": origin})
                assert (reply.status_code, path) == (403, path)
                assert "access-control-allow-origin" not in reply.headers


def test_no_route_of_the_page_answers_to_a_strange_name(client, every_call) -> None:
    for method, path in every_call:
        for host in STRANGE_HOSTS:
            assert client.request(method, path, headers={"host": host}).status_code == 403, (method, path)


def test_off_this_machine_no_route_answers_without_the_token(empty_site, every_call) -> None:
    inner = empty_site.page.app
    client = TestClient(Guard(inner, door=TokenDoor("of-this-start")), base_url=HERE, follow_redirects=False)
    for method, path in every_call:
        reply = client.request(method, path, params={"token": "guess"})
        assert reply.status_code == 401 or path in WITHOUT_ASKING, (method, path, reply.status_code)


def test_of_gradios_addresses_only_those_of_the_page_are_there(client, empty_site, every_call) -> None:
    own = ours(empty_site.page.app.routes)
    assert len(own) >= 10
    closed = [
        (method, path)
        for method, path in every_call
        if not path.startswith(("/studio/", "/ui-static/")) and not OPEN.fullmatch(path)
    ]
    assert len(closed) > 40
    for method, path in closed:
        assert client.request(method, path).status_code == 404, (method, path)


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=https://192.0.2.1/x",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/proxy=https://192.0.2.1/x",
        "/gradio_api/component_server",
        "/gradio_api/queue/join",
        "/gradio_api/call/arrive",
        "/gradio_api/run/arrive",
        "/gradio_api/api/predict",
        "/gradio_api/process_recording",
        "/gradio_api/deep_link?session_hash=x",
        "/gradio_api/openapi.json",
        "/openapi.json",
        "/monitoring",
        "//gradio_api/queue/join",
        "/gradio_api/../gradio_api/queue/join",
        "/gradio_api/run/predict/",
    ],
)
def test_what_would_fetch_record_or_go_round_the_page_is_not_there(client: TestClient, path: str) -> None:
    for method in ("GET", "POST"):
        assert client.request(method, path, json={"data": []}).status_code in (404, 405)


def test_no_file_is_fetched_for_a_press(empty_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("gradio.processing_utils.async_ssrf_protected_download", asked.append)
    far = file("https://192.0.2.1/x.csv")
    with httpx.Client(base_url=empty_site.address, timeout=60) as client:
        for function in empty_site.page.fns:
            for data in ([far], [{"deep": [far]}]):
                reply = client.post(PRESS, json={"fn_index": function, "data": data, "event_data": {}})
                assert (reply.status_code, "none is fetched" in reply.text) == (400, True)
    assert asked == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b"[]", 400),
        (b'{"data": ["' + b"x" * MOST_BYTES + b'"]}', 413),
    ],
)
def test_what_is_no_press_is_told_before_gradio_reads_it(empty_site, body: bytes, status: int) -> None:
    reply = httpx.post(f"{empty_site.address}{PRESS}", content=body, timeout=60)
    assert (reply.status_code, reply.headers["content-type"]) == (status, "text/plain; charset=utf-8")


@pytest.mark.parametrize("value", ["me/tuned", "value", 7, ["adapter"]])
def test_a_field_that_changes_brings_its_value_along_and_is_heard(empty_site: Site, value: object) -> None:
    found = {at: each.inputs for at, each in empty_site.page.fns.items() if each.name == "tell_where"}
    assert len(found) > 1
    for function, inputs in found.items():
        data = [getattr(field, "value", None) for field in inputs]
        press = {"fn_index": function, "data": data, "event_data": value}
        assert httpx.post(f"{empty_site.address}{PRESS}", json=press, timeout=60).status_code == 200
    go = next(at for at, each in empty_site.page.fns.items() if each.name == "go")
    press = {"fn_index": go, "data": [None], "event_data": value}
    reply = httpx.post(f"{empty_site.address}{PRESS}", json=press, timeout=60)
    assert "not what the page sends" in reply.text, "a part of the page tells what was chosen by its name"


@pytest.fixture
def desk() -> Iterator[Starlette]:
    turns = Turns()
    yield Desk({}, turns).app()
    turns.close()


def test_no_route_of_the_server_of_tuned_models_answers_others(desk: Starlette) -> None:
    gated = TestClient(Gate(desk, key="sk-x", hosts=()), base_url="http://127.0.0.1:8000")
    found = list(calls(desk))
    assert ("POST", "/v1/chat/completions") in found
    for method, path in found:
        for origin in FOREIGN:
            assert gated.request(method, path, headers={"origin": origin}).status_code == 403, path
        for host in STRANGE_HOSTS:
            assert gated.request(method, path, headers={"host": host}).status_code == 403, path
        assert path == "/health" or gated.request(method, path).status_code == 401


def test_half_a_letter_becomes_a_question_mark_and_whole_ones_stay(empty_site: Site) -> None:
    number = next(at for at, each in empty_site.page.fns.items() if each.name == "draw")
    body = '{"fn_index": %d, "event_data": {}, "data": [{"trial": "half \\ud83d, whole \\ud83d\\ude00"}]}'
    headers = {"content-type": "application/json"}
    reply = httpx.post(f"{empty_site.address}{PRESS}", content=body % number, headers=headers, timeout=60)
    assert reply.status_code == 200
    assert reply.json()["data"][0]["trial"] == "half ?, whole 😀"
