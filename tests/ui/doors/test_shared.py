"""The door of a studio for many people, asked over HTTP as a browser asks."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from studio.core import accounts
from studio.core.accounts import accounts_from, line_of
from studio.core.errors import Refused
from studio.ui.doors.attempts import FREE
from studio.ui.doors.guests import Guests
from studio.ui.doors.passwords import Passwords
from studio.ui.doors.shared import SharedDoor
from studio.ui.guard import Guard
from studio.ui.visitors import visitor

HERE = "http://127.0.0.1:7860"
PASSWORD = "a few plain words"


async def page(request: Request) -> PlainTextResponse:
    """Say who is asking, as a handler of the studio sees it."""
    try:
        return PlainTextResponse(f"the page of {visitor()}")
    except Refused:
        return PlainTextResponse("the page of nobody")


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(visitor())
    await socket.close()


INNER = Starlette(
    routes=[Route("/{path:path}", page, methods=["GET", "POST"]), WebSocketRoute("/talk", talk)]
)


def browser(door: SharedDoor, address: str = HERE, space_host: str = "") -> TestClient:
    guard = Guard(INNER, door=door, space_host=space_host)
    return TestClient(guard, base_url=address, follow_redirects=False, headers={"origin": address})


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> SharedDoor:
    monkeypatch.setattr(accounts, "COST", 2**4)
    people = "\n".join(line_of(name, PASSWORD) for name in ("ada", "bob"))
    return SharedDoor(passwords=Passwords(accounts_from(people, where="x")))


@pytest.fixture
def opened(door: SharedDoor) -> Iterator[TestClient]:
    with browser(door) as client:
        yield client


def signed_in(client: TestClient, name: str = "ada", password: str = PASSWORD, target: str = "/"):
    return client.post("/studio/sign-in", data={"name": name, "password": password, "target": target})


def test_who_is_not_known_is_asked_to_sign_in_on_every_route(opened: TestClient) -> None:
    for method, path in (
        ("GET", "/"),
        ("GET", "/config"),
        ("POST", "/gradio_api/run/predict"),
        ("GET", "/studio/who"),
    ):
        reply = opened.request(method, path)
        assert reply.status_code == 401
        assert "the page of" not in reply.text
        assert "Sign in" in reply.text


def test_each_comes_in_with_the_own_password_and_sees_the_own_things(door: SharedDoor) -> None:
    for name in ("ada", "bob"):
        with browser(door) as client:
            reply = signed_in(client, name, target="/?step=train&run=7")
            assert (reply.status_code, reply.headers["location"]) == (303, "/?step=train&run=7")
            assert client.get("/").text == f"the page of user-{name}"
            assert client.get("/studio/who").json() == {"name": name, "sign_in": ""}


def test_the_page_that_was_asked_for_comes_after_the_sign_in(opened: TestClient) -> None:
    asked = opened.get('/?step=train&run="><script>')
    assert 'value="/?step=train&amp;run=%22%3E%3Cscript%3E"' in asked.text


@pytest.mark.parametrize(
    "target", ["//evil.example/x", "https://evil.example", "/\\evil.example", "\\\\evil"]
)
def test_the_sign_in_does_not_lead_to_another_host(opened: TestClient, target: str) -> None:
    place = signed_in(opened, target=target).headers["location"]
    assert urlsplit(place).netloc == ""
    assert not place.startswith(("//", "/\\"))


def test_the_cookie_is_for_the_server_alone_and_says_nothing(opened: TestClient) -> None:
    cookie = signed_in(opened).headers["set-cookie"]
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
    assert "ada" not in cookie
    assert PASSWORD not in cookie


def test_a_wrong_password_and_an_unknown_name_are_told_the_same(opened: TestClient) -> None:
    replies = [signed_in(opened, name, "wrong words here") for name in ("ada", "eve")]
    assert [reply.status_code for reply in replies] == [401, 401]
    assert "set-cookie" not in replies[0].headers
    assert replies[0].text == replies[1].text.replace("eve", "ada")
    assert "wrong words here" not in replies[0].text


def test_after_some_wrong_tries_even_the_right_password_has_to_wait(opened: TestClient) -> None:
    for _ in range(FREE):
        assert signed_in(opened, password="wrong words").status_code == 401
    reply = signed_in(opened)
    assert reply.status_code == 429
    assert "Wait 1 s" in reply.text
    assert signed_in(opened, "bob").status_code == 303


def test_a_made_up_cookie_is_nobodys(opened: TestClient) -> None:
    for value in ("guess", "user-ada", ""):
        assert opened.get("/", headers={"cookie": f"studio-7860={value}"}).status_code == 401


def test_who_signs_out_is_unknown_again_and_so_is_the_cookie(opened: TestClient) -> None:
    cookie = signed_in(opened).headers["set-cookie"].partition(";")[0]
    reply = opened.post("/studio/sign-out")
    assert "You are signed out" in reply.text
    assert "max-age=0" in reply.headers["set-cookie"].lower()
    assert opened.get("/", headers={"cookie": cookie}).status_code == 401


def test_another_sites_page_signs_nobody_in_or_out(opened: TestClient) -> None:
    signed_in(opened)
    for path in ("/studio/sign-in", "/studio/sign-out"):
        for origin in ("http://evil.example", "null"):
            assert opened.post(path, headers={"origin": origin}).status_code == 403
    assert opened.get("/studio/sign-out").text == "the page of user-ada"
    assert opened.get("/").text == "the page of user-ada"


@pytest.mark.parametrize("body", [b"x" * 9000, b"\xff\xfe", b"&".join(b"a=1" for _ in range(50)), b""])
def test_what_is_no_form_signs_nobody_in(opened: TestClient, body: bytes) -> None:
    reply = opened.post("/studio/sign-in", content=body)
    assert reply.status_code in (400, 401)
    assert "set-cookie" not in reply.headers


def test_the_sign_in_page_loads_nothing_and_runs_nothing(opened: TestClient) -> None:
    text = opened.get("/studio/sign-in").text
    assert "default-src &#x27;none&#x27;" in text or "default-src 'none'" in text
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")


def test_a_browser_sends_the_origin_of_the_sign_in_page_with_its_form(opened: TestClient) -> None:
    assert opened.get("/").headers["referrer-policy"] == "same-origin", "no-referrer would make it `null`"


def test_a_websocket_needs_the_cookie_and_is_its_persons(opened: TestClient) -> None:
    headers = {"host": "127.0.0.1:7860", "origin": HERE}
    with pytest.raises(WebSocketDisconnect), opened.websocket_connect("/talk", headers=headers):
        pass
    cookie = signed_in(opened).headers["set-cookie"].partition(";")[0]
    with opened.websocket_connect("/talk", headers={**headers, "cookie": cookie}) as socket:
        assert socket.receive_text() == "user-ada"


def test_gradios_own_check_of_its_server_is_answered_in_nobodys_name(opened: TestClient) -> None:
    assert opened.get("/gradio_api/startup-events").text == "the page of nobody"


# An open demo


@pytest.fixture
def demo() -> Iterator[TestClient]:
    with browser(SharedDoor(guests=Guests())) as client:
        yield client


def arrived(client: TestClient) -> str:
    """Come to the demo as a browser does that keeps cookies, and return who one is there."""
    target = "/?step=data"
    while (reply := client.get(target)).status_code == 303:
        target = reply.headers["location"]
    assert target == "/?step=data"
    return reply.text.removeprefix("the page of ")


def test_each_browser_is_a_guest_of_its_own_and_stays_the_same_one(demo: TestClient) -> None:
    first = arrived(demo)
    assert first.startswith("guest-")
    assert arrived(demo) == first
    demo.cookies.clear()
    assert arrived(demo) != first


def test_a_guest_is_the_same_one_after_a_restart(demo: TestClient) -> None:
    first = arrived(demo)
    with browser(SharedDoor(guests=Guests())) as later:
        later.cookies = demo.cookies
        assert arrived(later) == first


def test_a_guests_name_does_not_tell_the_cookie(demo: TestClient) -> None:
    guest = arrived(demo)
    held = demo.cookies["studio-guest-7860"]
    assert len(held) == 43
    assert guest.removeprefix("guest-") not in held
    for made_up in ("", "short", guest, held[:-1], held + "x"):
        demo.cookies.clear()
        reply = demo.get("/studio/live", headers={"cookie": f"studio-guest-7860={made_up}"})
        assert reply.status_code == 401


def test_a_browser_that_keeps_no_cookie_is_told_so(demo: TestClient) -> None:
    place = demo.get("/").headers["location"]
    demo.cookies.clear()
    reply = demo.get(place)
    assert reply.status_code == 401
    assert "This demo needs a cookie" in reply.text


def test_in_a_frame_of_the_hub_the_guests_cookie_is_one_that_frames_keep() -> None:
    space = "someone-studio.hf.space"
    door = SharedDoor(guests=Guests(framed=True), framed=True)
    with browser(door, f"https://{space}", space) as client:
        cookie = client.get("/").headers["set-cookie"]
    assert {"Secure", "SameSite=None", "Partitioned", "HttpOnly"} <= set(cookie.split("; "))


def test_a_guest_may_sign_in_where_there_is_a_sign_in(door: SharedDoor) -> None:
    both = SharedDoor(passwords=door._passwords, guests=Guests())
    with browser(both) as client:
        assert arrived(client).startswith("guest-")
        assert client.get("/studio/who").json() == {"name": "", "sign_in": "/studio/sign-in"}
        assert signed_in(client).status_code == 303
        assert client.get("/").text == "the page of user-ada"
        client.post("/studio/sign-out")
        assert client.get("/").text.startswith("the page of guest-")
