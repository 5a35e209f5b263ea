"""The guard around a real application: routes, a websocket, and Gradio as the studio serves it."""

from collections.abc import Iterator

import gradio as gr
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from studio.ui.doors.door import Open
from studio.ui.doors.token import TokenDoor
from studio.ui.guard import Guard, guarded

HERE = "http://127.0.0.1:7860"
TOKEN = "a-token-of-this-start"


async def page(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"the page {request.url.query}")


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


def application(*, token: str | None = None, allowed_hosts: tuple[str, ...] = ()) -> Starlette:
    return Starlette(
        routes=[Route("/{path:path}", page, methods=["GET", "POST"]), WebSocketRoute("/talk", talk)],
        middleware=[Middleware(CORSMiddleware, allow_origins=["*"])],
        lifespan=guarded(TokenDoor(token) if token else Open(), allowed_hosts),
    )


def client(application: Starlette, address: str = HERE) -> TestClient:
    return TestClient(application, base_url=address, follow_redirects=False)


@pytest.fixture
def local() -> Iterator[TestClient]:
    with client(application()) as opened:
        yield opened


@pytest.fixture
def remote() -> Iterator[TestClient]:
    with client(application(token=TOKEN)) as opened:
        yield opened


def test_a_page_of_this_machine_is_served(local: TestClient) -> None:
    assert local.get("/").text.startswith("the page")
    assert local.post("/", headers={"origin": HERE}).status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:9", "localhost:7860", "LOCALHOST", "[::1]:7860"])
def test_every_name_of_this_machine_is_known(local: TestClient, host: str) -> None:
    assert local.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:7860", ""])
def test_a_name_that_somebody_pointed_here_is_refused(local: TestClient, host: str) -> None:
    reply = local.get("/", headers={"host": host})
    assert reply.status_code == 403
    assert "the page" not in reply.text


def test_an_unknown_name_is_told_how_it_becomes_known(local: TestClient) -> None:
    assert "--allow-host studio.example" in local.get("/", headers={"host": "studio.example:80"}).text


def test_a_request_with_two_names_is_refused(local: TestClient) -> None:
    assert local.get("/", headers=[("host", "127.0.0.1:7860"), ("host", "evil.example")]).status_code == 403


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "",
        "http://127.0.0.1:3000",
        "http://127.0.0.1",
        "http://[::1",
        "file://",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_a_page_from_elsewhere_is_refused_on_every_method(
    local: TestClient, origin: str, method: str
) -> None:
    headers = {"origin": origin, "access-control-request-method": "POST"}
    reply = local.request(method, "/anything", headers=headers)
    assert reply.status_code == 403
    assert "access-control-allow-origin" not in reply.headers


def test_a_name_may_be_allowed() -> None:
    with client(application(allowed_hosts=("Studio.Example",)), "http://studio.example") as opened:
        assert opened.get("/", headers={"origin": "http://studio.example"}).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"origin": "http://evil.example"}, {"origin": "null"}, {"host": "evil.example"}]
)
def test_a_websocket_from_elsewhere_is_closed(local: TestClient, headers: dict[str, str]) -> None:
    with pytest.raises(WebSocketDisconnect), local.websocket_connect("/talk", headers=headers):
        pass


def test_a_websocket_of_the_page_is_open(local: TestClient) -> None:
    # The test client says `testserver` in its websocket handshake whatever its address is.
    with local.websocket_connect("/talk", headers={"host": "127.0.0.1:7860", "origin": HERE}) as socket:
        assert socket.receive_text() == "hello"


def test_without_the_token_nothing_is_shown(remote: TestClient) -> None:
    for method, path in (("GET", "/"), ("POST", "/gradio_api/queue/join"), ("GET", "/studio/live")):
        reply = remote.request(method, path)
        assert reply.status_code == 401
        assert "the page" not in reply.text
    assert "printed where the studio was started" in remote.get("/").text


def test_the_token_is_exchanged_for_a_cookie_and_leaves_the_address(remote: TestClient) -> None:
    reply = remote.get(f"/?token={TOKEN}&step=train")
    assert (reply.status_code, reply.headers["location"]) == (303, "/?step=train")
    cookie = reply.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert TOKEN not in cookie
    assert reply.headers["cache-control"] == "no-store"
    assert remote.get("/").text.startswith("the page")


def test_a_wrong_token_gets_no_cookie(remote: TestClient) -> None:
    for wrong in ("guess", "", TOKEN + "x", "ä"):
        reply = remote.get("/", params={"token": wrong})
        assert reply.status_code == 401
        assert "set-cookie" not in reply.headers
        assert "every start has a new one" in reply.text


def test_a_made_up_cookie_is_refused(remote: TestClient) -> None:
    assert remote.get("/", headers={"cookie": "studio-7860=guess"}).status_code == 401
    assert remote.get("/", headers={"cookie": f"studio-7860={TOKEN}"}).status_code == 401


def test_the_exchange_does_not_lead_to_another_host(remote: TestClient) -> None:
    reply = remote.get(f"{HERE}//evil.example/?token={TOKEN}")
    assert reply.headers["location"] == "/evil.example/"


def test_a_foreign_page_is_refused_even_with_the_cookie(remote: TestClient) -> None:
    remote.get(f"/?token={TOKEN}")
    assert remote.post("/", headers={"origin": "http://evil.example"}).status_code == 403


def test_a_websocket_needs_the_cookie_too(remote: TestClient) -> None:
    headers = {"host": "127.0.0.1:7860", "origin": HERE}
    with pytest.raises(WebSocketDisconnect), remote.websocket_connect("/talk", headers=headers):
        pass
    cookie = remote.get(f"/?token={TOKEN}").headers["set-cookie"].partition(";")[0]
    with remote.websocket_connect("/talk", headers={**headers, "cookie": cookie}) as socket:
        assert socket.receive_text() == "hello"


def test_every_reply_forbids_guessing_types_and_framing_by_others(local: TestClient) -> None:
    for reply in (local.get("/"), local.get("/", headers={"origin": "null"})):
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["content-security-policy"] == "frame-ancestors 'self'"
        assert reply.headers["cross-origin-resource-policy"] == "same-origin"


def test_on_spaces_the_hub_may_frame_the_page_and_its_own_name_is_known() -> None:
    inner = Starlette(routes=[Route("/", page)])
    space = "someone-studio.hf.space"
    opened = TestClient(
        Guard(inner, door=TokenDoor(TOKEN, framed=True), space_host=space),
        base_url=f"https://{space}",
        follow_redirects=False,
    )
    reply = opened.get(f"/?token={TOKEN}", headers={"origin": f"https://{space}"})
    assert reply.status_code == 303
    assert "samesite=none" in reply.headers["set-cookie"].lower()
    assert "secure" in reply.headers["set-cookie"].lower()
    assert (
        opened.get("/").headers["content-security-policy"] == "frame-ancestors 'self' https://huggingface.co"
    )
    assert opened.get("/", headers={"origin": "https://huggingface.co"}).status_code == 403


def test_gradio_served_as_the_studio_serves_it_stands_inside_the_guard() -> None:
    with gr.Blocks() as blocks:
        gr.Textbox()
    served = gr.routes.App.create_app(blocks, app_kwargs={"lifespan": guarded(TokenDoor(TOKEN), ())})
    with client(served) as opened:
        assert opened.get("/config").status_code == 401
        assert opened.get("/gradio_api/startup-events").status_code == 200
        preflight = {"origin": "http://evil.example", "access-control-request-method": "POST"}
        assert opened.options("/gradio_api/upload", headers=preflight).status_code == 403
        opened.get(f"/?token={TOKEN}")
        assert "components" in opened.get("/config").json()
