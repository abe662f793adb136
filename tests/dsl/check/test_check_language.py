"""Every block and every line of the language page compiles, as one project."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from triggerfish.dsl.catalog import ActionField, ActionInfo, Catalog
from triggerfish.dsl.diagnostics.render import render_text
from triggerfish.dsl.ir.codec import dumps, loads
from triggerfish.dsl.ir.types import TEXT
from triggerfish.dsl.project import Loaded, compile_sources

CORPUS = Path(__file__).parent.parent / "corpus"
FILES = {"cart.mjml": "<mjml>{{ first_name }}</mjml>", "cart.fr.mjml": "<mjml></mjml>", "vip.csv": "id\nu1\n"}


@pytest.fixture(scope="module")
def loaded(catalog: Catalog) -> Loaded:
    update = ActionInfo(
        "salesforce.update_lead",
        (ActionField("status", TEXT, True, "The new status."),),
        (ActionField("id", TEXT, True, "Whose."),),
        False,
        "Updates a lead.",
    )
    paths = sorted((*(CORPUS / "language").glob("*.flow"), *(CORPUS / "project").glob("*.flow")))
    sources = {f"{path.parent.name}-{path.name}": path.read_text(encoding="utf-8") for path in paths}
    offers = replace(catalog, actions={**catalog.actions, update.name: update})
    return compile_sources(sources, offers, FILES.get)


def test_the_language_page_compiles(loaded: Loaded):
    errors = [one for one in loaded.diagnostics if one.severity == "error"]
    assert errors == [], render_text(errors, loaded.sources)
    assert loaded.program is not None


def test_the_program_survives_being_stored(loaded: Loaded):
    assert loaded.program is not None
    assert loads(dumps(loaded.program)) == loaded.program
