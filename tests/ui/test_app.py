"""What the server does before it serves, and that it listens where it is told, IPv6 included."""

import socket
import urllib.request

import pytest

from studio.services.studio import Studio
from studio.ui.app import EVERY_ADDRESS, build, in_url, launch
from studio.ui.doors.door import Open
from studio.ui.guard import guarded


def free_port(host):
    try:
        with socket.create_server((host, 0), family=socket.AF_INET6) as server:
            return server.getsockname()[1]
    except OSError:
        pytest.skip("this machine has no IPv6")


@pytest.mark.parametrize("host", ["::1", "::"])
def test_a_page_is_had_at_an_address_of_ipv6(tmp_path, host):
    studio = Studio(tmp_path)
    page, port = build(studio), free_port(host)
    launch(page, studio, host=host, port=port, lifespan=guarded(Open(), [host]))
    try:
        address = f"http://{in_url(EVERY_ADDRESS.get(host, host))}:{port}/"
        with urllib.request.urlopen(address, timeout=60) as answer:
            assert answer.status == 200
    finally:
        page.close()
