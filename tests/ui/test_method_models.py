"""Who comes from elsewhere names no folder of this machine, by whatever field."""

from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.errors import Refused
from studio.services.studio import Studio
from studio.ui.session import Session
from studio.ui.tabs.method_models import refuse_places

HERE = Session(place="folder")


@pytest.mark.parametrize("place", ["/etc", "studio", "../x", "~/x", "C:\\x", "a/b/c"])
def test_neither_as_the_model_nor_as_the_one_that_teaches(studio: Studio, place: str, monkeypatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    for session, knobs in ((replace(HERE, elsewhere=place), {}), (Session(), {"teacher": f" {place} "})):
        with pytest.raises(Refused, match="is not a name on the hub"):
            refuse_places(studio, session, knobs)


def test_the_starter_and_names_of_the_hub_may_be_named(studio: Studio) -> None:
    refuse_places(studio, Session(), {"teacher": "owner/model"})
    refuse_places(studio, replace(HERE, place="hub", elsewhere="owner/model"), {})
