"""Names of a server and of the pages that ask it: what stands in Host and Origin."""

from ipaddress import ip_address
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_loopback(host: str) -> bool:
    """Return whether only this machine itself reaches what listens there."""
    try:
        return host in LOOPBACK or ip_address(host).is_loopback
    except ValueError:
        return False


def bare(host: str) -> str:
    """Return the name in `name`, `name:port`, `[::1]:port` or `::1`, in lower case."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host if host.count(":") > 1 else host.partition(":")[0]


def authority(origin: str) -> str:
    """Return `name:port` of an Origin header; empty for `null` and whatever else is not one."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    return parts.netloc.lower() if parts.scheme in ("http", "https") else ""
