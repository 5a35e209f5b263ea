"""A judge behind an address, against a stand-in on this machine: what it sends, and every way it can fail."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from studio.core.errors import Refused, StudioError
from studio.core.judge import Judge
from studio.core.keys import Key
from studio.services.judge_address import (
    WAITS_SECONDS,
    Address,
    TooLong,
    checked_address,
    refuse_open_key,
    stays_here,
)

KEY = "sk-very-secret"
Act = Callable[[http.server.BaseHTTPRequestHandler], None]


def send(status: int, body: bytes, **headers: str) -> Act:
    def act(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return act


def reply(text: str) -> Act:
    return send(200, json.dumps({"choices": [{"message": {"content": text}}]}).encode())


def hang_up(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def cut(handler: http.server.BaseHTTPRequestHandler) -> None:
    send(200, b'{"choices": [', Content_Length="500")(handler)
    handler.close_connection = True


@dataclass
class StandIn:
    """A service that does one thing after the other, and the last one for ever; it notes what it was sent."""

    acts: list[Act] = field(default_factory=list)
    asked: list[dict] = field(default_factory=list)
    headers: list[dict] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def service() -> Iterator[StandIn]:
    standing = StandIn()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            standing.asked.append(json.loads(self.rfile.read(length)) | {"path": self.path})
            standing.headers.append(dict(self.headers))
            act = standing.acts.pop(0) if len(standing.acts) > 1 else standing.acts[0]
            act(self)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    standing.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    yield standing
    server.shutdown()
    server.server_close()


@dataclass
class Asking:
    """An address that waits without waiting; `waited` says for how long it would have."""

    waited: list[float] = field(default_factory=list)

    def of(self, service: StandIn, *, timeout_seconds: float = 20.0) -> Address:
        judge = Judge("some-model", service.address)
        return Address(judge, Key(KEY), self.pause, timeout_seconds)

    def pause(self, seconds: float) -> None:
        if seconds:
            self.waited.append(seconds)


@pytest.fixture
def asking() -> Asking:
    return Asking()


def test_the_question_is_sent_as_every_such_service_takes_it(service: StandIn, asking: Asking) -> None:
    service.acts = [reply("B")]
    assert asking.of(service).ask("Which one?") == "B"
    (sent,), (headers,) = service.asked, service.headers
    assert sent["path"] == "/v1/chat/completions"
    assert (sent["model"], sent["temperature"]) == ("some-model", 0)
    assert sent["messages"] == [{"role": "user", "content": "Which one?"}]
    assert headers["Authorization"] == f"Bearer {KEY}"


def test_without_a_key_none_is_sent(service: StandIn, asking: Asking) -> None:
    service.acts = [reply("A")]
    Address(Judge("m", service.address), Key(), asking.pause).ask("?")
    assert "Authorization" not in service.headers[0]


@pytest.mark.parametrize("code", [401, 403])
def test_a_key_that_is_not_accepted_ends_it_at_once_and_is_not_told(
    service: StandIn, asking: Asking, code: int
) -> None:
    service.acts = [send(code, json.dumps({"error": {"message": f"Incorrect key {KEY}"}}).encode())]
    with pytest.raises(StudioError, match=f"does not accept this key \\({code}\\)") as failed:
        asking.of(service).ask("?")
    assert KEY not in str(failed.value)
    assert "Incorrect key ***" in failed.value.message
    assert (len(service.asked), asking.waited) == (1, [])


def test_a_key_that_is_said_back_in_an_answer_is_not_handed_on(service: StandIn, asking: Asking) -> None:
    service.acts = [reply(f"B, and your key is {KEY}.")]
    assert asking.of(service).ask("?") == "B, and your key is ***."


def test_a_key_at_the_cut_of_a_long_refusal_is_not_told_in_part(service: StandIn, asking: Asking) -> None:
    for before in range(290, 300):
        service.acts = [send(401, json.dumps({"error": "x" * before + KEY}).encode())]
        with pytest.raises(StudioError) as failed:
            asking.of(service).ask("?")
        assert "sk-" not in failed.value.message


def test_what_breaks_in_the_sending_is_told_as_what_it_is(asking: Asking) -> None:
    with pytest.raises(UnicodeEncodeError):
        Address(Judge("m", "http://127.0.0.1:9/\u00e4"), Key(), asking.pause).ask("?")


@pytest.mark.parametrize("act", [send(429, b""), send(500, b"oh"), send(503, b""), hang_up, cut])
def test_what_may_pass_is_tried_again(service: StandIn, asking: Asking, act: Act) -> None:
    service.acts = [act, reply("A")]
    assert asking.of(service).ask("?") == "A"
    assert asking.waited == [WAITS_SECONDS[0]]


def test_a_service_that_says_how_long_to_wait_is_heeded(service: StandIn, asking: Asking) -> None:
    service.acts = [send(429, b"", Retry_After="7"), send(429, b"", Retry_After="9999"), reply("A")]
    asking.of(service).ask("?")
    assert asking.waited == [7.0, 60.0]


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (send(429, b""), r"is too busy \(429\)"),
        (send(500, b'{"error": "broken"}'), r"failed \(500\)\. It said: broken"),
        (hang_up, "broke off while it answered"),
        (cut, r"broke off while it answered \(IncompleteRead\)"),
    ],
)
def test_what_does_not_pass_is_told_after_the_last_try(
    service: StandIn, asking: Asking, act: Act, said: str
) -> None:
    service.acts = [act]
    with pytest.raises(StudioError, match=said) as failed:
        asking.of(service).ask("?")
    assert "goes on where it was" in failed.value.hint
    assert asking.waited == list(WAITS_SECONDS)


@pytest.mark.parametrize(
    "body",
    [b"<html>hello", b"", b"[]", b"{}", b'{"choices": []}', b'{"choices": [{"message": 5}]}', b"\xff\xfe"],
)
def test_what_is_no_answer_of_such_a_service_is_said_to_be_none(
    service: StandIn, asking: Asking, body: bytes
) -> None:
    service.acts = [send(200, body)]
    with pytest.raises(StudioError, match="no OpenAI-compatible service answers"):
        asking.of(service).ask("?")


def test_an_empty_reply_is_a_reply_that_says_nothing(service: StandIn, asking: Asking) -> None:
    service.acts = [send(200, b'{"choices": [{"message": {"content": null}}]}')]
    assert asking.of(service).ask("?") == ""


def test_a_service_that_never_answers_is_given_up(service: StandIn, asking: Asking) -> None:
    over = threading.Event()
    service.acts = [lambda handler: over.wait(20) and None]
    with pytest.raises(StudioError, match="did not answer in time"):
        asking.of(service, timeout_seconds=0.05).ask("?")
    over.set()


def test_nobody_waits_for_an_answer_when_a_stop_is_asked_for(service: StandIn) -> None:
    over = threading.Event()
    service.acts = [lambda handler: over.wait(20) and None]

    def pause(seconds: float) -> None:
        if service.asked:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        Address(Judge("m", service.address), Key(), pause).ask("?")
    over.set()


def test_where_nobody_listens_the_address_is_named(asking: Asking) -> None:
    judge = Judge("m", "http://127.0.0.1:9/v1")
    with pytest.raises(StudioError, match="cannot be reached"):
        Address(judge, Key(), asking.pause).ask("?")


def test_a_redirect_is_not_followed_with_the_key(service: StandIn, asking: Asking) -> None:
    service.acts = [send(302, b"", Location=f"{service.address}/elsewhere")]
    with pytest.raises(StudioError, match="sends elsewhere"):
        asking.of(service).ask("?")
    assert len(service.asked) == 1


def test_a_question_that_is_too_long_is_told_apart(service: StandIn, asking: Asking) -> None:
    service.acts = [send(400, b'{"error": {"message": "x", "code": "context_length_exceeded"}}')]
    with pytest.raises(StudioError, match="refused the question"):
        asking.of(service).ask("?")
    service.acts = [send(400, b'{"error": {"message": "maximum context length is 8 tokens"}}')]
    with pytest.raises(TooLong):
        asking.of(service).ask("?")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" https://api.example.com/v1/ ", "https://api.example.com/v1"),
        ("https://api.example.com", "https://api.example.com/v1"),
        ("http://127.0.0.1:8080/v1/chat/completions", "http://127.0.0.1:8080/v1"),
        ("HTTP://API.Example.com:8080/V1", "http://api.example.com:8080/V1"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
    ],
)
def test_an_address_is_read_as_people_copy_it(typed: str, address: str) -> None:
    assert checked_address(typed) == address


@pytest.mark.parametrize(
    "typed",
    ["example", "ftp://a/v1", "file:///etc/passwd", "https://", "https://me:pw@a/v1", "https://a/v1?key=1",
     "http://[::1", "http://a:port/v1", "https://a..b/v1", "https://.a/v1", "https://a/v 1",
     "https://a/v1\x7f", "https://b\u00fccher.example/v1", "https://a/\u00e4/v1", f"https://{'a' * 64}.b/v1"],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        checked_address(typed)


def test_capitals_do_not_let_a_key_go_unencrypted() -> None:
    with pytest.raises(Refused, match="unencrypted"):
        refuse_open_key(checked_address("HTTP://api.example.com/v1"), Key(KEY))
    with pytest.raises(Refused, match="unencrypted"):
        refuse_open_key("HTTP://api.example.com/v1", Key(KEY))


def test_a_key_goes_unencrypted_to_this_machine_alone() -> None:
    refuse_open_key("http://127.0.0.1:8080/v1", Key(KEY))
    refuse_open_key("http://localhost/v1", Key(KEY))
    refuse_open_key("http://example.com/v1", Key())
    with pytest.raises(Refused, match="unencrypted"):
        refuse_open_key("http://example.com/v1", Key(KEY))
    assert stays_here("http://[::1]:8080/v1")
    assert not stays_here("https://localhost.example.com/v1")
