"""A page that is really served, over an empty home and over one with data and a run."""

from collections.abc import Iterator

import pytest

from benchmarks.attacks_presses import Site, served
from studio.services.studio import Studio


@pytest.fixture(scope="package")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The page of a studio in which nobody works and nothing is."""
    folder = tmp_path_factory.mktemp("empty")
    with served(Studio(folder / "home"), folder / "uploads") as site:
        yield site
