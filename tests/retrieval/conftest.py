"""Documents of every type that can be looked things up in."""

from tests.data.readers.conftest import make

__all__ = ["make"]
