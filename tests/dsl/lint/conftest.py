from __future__ import annotations

import pytest

from triggerfish.dsl.catalog import Catalog
from triggerfish.plugins.manager import load_plugins


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """What the built-in plugins offer."""
    return load_plugins().catalog()


@pytest.fixture
def found(catalog):
    """Reviews a text: the diagnostics of ``case.flow`` beside a file with the usual declarations."""
    from triggerfish.dsl.diagnostics.example import PRELUDE
    from triggerfish.dsl.lint.run import reviewed
    from triggerfish.dsl.project import compile_sources

    def review(text: str, *, prelude: str = PRELUDE):
        loaded = compile_sources({"case.flow": text, "prelude.flow": prelude}, catalog)
        assert loaded.program is not None, loaded.diagnostics
        every = reviewed(loaded.program, loaded.trees, loaded.diagnostics)
        return [one for one in every if one.span.file == "case.flow"]

    return review
