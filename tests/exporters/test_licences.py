"""Licences are told in the hub's words, and what they forbid is said before somebody hands a model on."""

from dataclasses import replace

import pytest
from huggingface_hub import ModelCard

from studio.core.config import RunConfig
from studio.exporters.licences import NAMES, front_matter, named, of_run, stated, warnings


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Apache-2.0", "apache-2.0"),
        ("Apache License, Version 2.0", "apache-2.0"),
        ("MIT License", "mit"),
        ("CC BY-SA 4.0", "cc-by-sa-4.0"),
        ("cc_by_nc_4.0", "cc-by-nc-4.0"),
        ("GPL v3.0", "gpl-3.0"),
        ("deepfloyd-if-license", "deepfloyd-if-license"),
        ("openrail++", "openrail++"),
        ("Ours, all rights reserved", ""),
        ("", ""),
    ],
)
def test_a_licence_is_known_however_it_is_written(written, name):
    assert named(written) == name


def test_every_name_of_the_hub_is_its_own():
    assert [name for name in NAMES if named(name) != name] == []


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("MIT", {"license": "mit"}),
        ("", {"license": "unknown"}),
        ("other", {"license": "other"}),
        ('Ours"\nlicense: mit', {"license": "other", "license_name": "ours-license-mit"}),
        ("['mit', 'gpl']", {"license": "other", "license_name": "mit-gpl"}),
        ("2.0", {"license": "other", "license_name": "2.0"}),
    ],
)
def test_the_lines_of_the_card_are_what_the_hub_reads(written, told):
    lines = "\n".join(front_matter(written))
    assert ModelCard(f"---\n{lines}\n---\n").data.to_dict() == told


@pytest.mark.parametrize("name", ["apache-2.0", "mit", "cc-by-4.0", "cc0-1.0", "bsd-3-clause", "isc"])
def test_nothing_is_warned_of_where_nothing_is_forbidden(name):
    assert warnings(name, name) == ()


@pytest.mark.parametrize(
    ("base", "rows", "said"),
    [
        ("cc-by-nd-4.0", "mit", "The licence of the base model (cc-by-nd-4.0) forbids handing on changed"),
        ("mit", "cc-by-nc-nd-4.0", "The licence of the data (cc-by-nc-nd-4.0) forbids commercial use."),
        ("cc-by-nc-sa-4.0", "", "under the same licence"),
        ("gpl-3.0", "", "under the same licence"),
        ("deepfloyd-if-license", "", "research only"),
        ("llama3.1", "", "terms of its own"),
        ("bigscience-openrail-m", "", "terms of its own"),
        ("", "", "It is not known what the licence of the base model allows"),
        ("other", "", "It is not known what the licence of the base model allows"),
        (
            "mit",
            "GNOME documentation, CC BY-SA 3.0",
            "The licence of the data (GNOME documentation, CC BY-SA",
        ),
        ("Ours alone", "", "Ours alone, is not one that the studio knows"),
    ],
)
def test_what_a_licence_forbids_is_said(base, rows, said):
    assert any(said in line for line in warnings(base, rows))


def test_data_that_is_the_users_own_and_a_licence_in_his_words_need_no_warning():
    assert warnings("mit", "") == warnings("mit", "choosealicense.com, MIT") == ()


@pytest.mark.parametrize(("teacher", "called"), [("owner/large", "owner/large"), ("/home/ann/mine", "mine")])
def test_the_licence_of_a_teacher_is_pointed_to_by_the_name_that_it_has_anywhere(teacher, called):
    config = RunConfig("d", "v", objective="distillation", knobs={"teacher": teacher})
    (said,) = of_run(config, "mit", "")
    assert f"answers of {called}, whose licence" in said
    assert of_run(replace(config, objective="chat"), "mit", "") == ()


def test_a_licence_that_is_not_known_is_said_to_be():
    known = dict(stated("", ""))
    assert known["Base model"] == "not stated where it came from"
    assert known["Data"] == "not stated; it is up to whoever owns the data"
    assert dict(stated("mit", "mine")) == {"Base model": "mit", "Data": "mine"}
