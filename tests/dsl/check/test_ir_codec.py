"""Programs survive being stored, and equal programs have equal hashes."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir import types as t
from triggerfish.dsl.ir.codec import InvalidProgramError, dumps, loads, program_hash
from triggerfish.dsl.ir.program import Program, Segment, Source, Value
from triggerfish.dsl.project import compile_sources

CORPUS = Path(__file__).parent.parent / "corpus" / "ir"
FILES = {"cart.mjml": "<mjml>{{ first_name }}</mjml>", "cart.fr.mjml": "<mjml></mjml>", "vip.csv": "id\nu1\n"}
EXAMPLES = sorted(path.stem for path in CORPUS.glob("*.flow"))


def compiled(name: str, catalog: Catalog) -> Program:
    text = (CORPUS / f"{name}.flow").read_text(encoding="utf-8")
    loaded = compile_sources({f"{name}.flow": text}, catalog, FILES.get)
    assert loaded.program is not None, loaded.diagnostics
    return loaded.program


@pytest.mark.parametrize("name", EXAMPLES)
def test_snapshot(name: str, catalog: Catalog):
    program = replace(compiled(name, catalog), sources=())
    own = tuple(event for event in program.events if event.channel is None)
    found = indented(dumps(replace(program, events=own)))
    expected = CORPUS / f"{name}.json"
    if os.environ.get("TRIGGERFISH_REWRITE"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")


def indented(data: bytes) -> str:
    import json

    return json.dumps(json.loads(data), indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_survive(name: str, catalog: Catalog):
    program = compiled(name, catalog)
    again = loads(dumps(program))
    assert again == program
    assert dumps(again) == dumps(program)


def test_hash_depends_on_everything_but_the_sources(catalog: Catalog):
    program = compiled("chains", catalog)
    assert program_hash(replace(program, sources=(Source("a", "b"),))) == program_hash(program)
    assert program_hash(replace(program, flows=program.flows[:1])) != program_hash(program)
    assert len(program_hash(program)) == 64


def test_hash_is_the_same_in_every_process(catalog: Catalog):
    code = (
        "from triggerfish.dsl.ir.codec import loads, program_hash; import sys;"
        "print(program_hash(loads(sys.stdin.buffer.read())))"
    )
    program = compiled("waits", catalog)
    found = subprocess.run(
        [sys.executable, "-c", code],
        input=dumps(program),
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert found.stdout.decode().strip() == program_hash(program)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"ir_version": 2}', "IR version 2"),
        (b"{}", "IR version none"),
        (b"[]", "IR version none"),
        (b"\xff", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b'{"ir_version": 1, "flows": [{"kind": "nonsense"}]}', "damaged"),
        (b'{"ir_version": 1, "values": [{"name": "v", "value": {"kind": "nonsense"}}]}', "damaged"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, said: str):
    with pytest.raises(InvalidProgramError, match=said):
        loads(data)


def test_nodes_import_without_pydantic():
    code = (
        "import sys, triggerfish.dsl.ir.codec, triggerfish.dsl.ir.tests, triggerfish.dsl.ir.walk;"
        "sys.exit('pydantic' in sys.modules or 'lark' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- any program ----------------------------------------------------------------------------------------------

TEXTS = st.text(max_size=8)
NUMBERS = st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
PLAIN: Any = st.recursive(
    st.one_of(st.none(), TEXTS, NUMBERS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
PATHS = st.lists(TEXTS, max_size=3).map(tuple)
DURATIONS = st.builds(x.Duration, st.integers(0, 99), st.integers(0, 99), st.integers(0, 10**12))
KINDS = st.sampled_from(["text", "number", "boolean", "date", "datetime", "duration", "list", "record"])
LEAVES = st.one_of(
    st.builds(x.Constant, PLAIN, KINDS),
    st.builds(x.ProfileField, PATHS, PLAIN),
    st.builds(x.EventField, PATHS),
    st.builds(x.Variable, TEXTS, PATHS),
    st.just(x.Now()),
    st.just(x.Entered()),
    st.builds(x.LocalMoment, TEXTS, st.integers(0, 23), st.integers(0, 59)),
    st.builds(x.ValueOf, TEXTS),
    st.builds(x.LevelOf, TEXTS),
    st.builds(x.Template, TEXTS, PATHS),
    st.builds(x.InFlow, TEXTS, st.booleans()),
    st.builds(x.Subscribed, TEXTS, st.none() | TEXTS),
    st.builds(x.Reachable, TEXTS),
)


def larger(inner: Any) -> Any:
    windows = st.one_of(st.builds(x.InLast, DURATIONS), st.just(x.Ever()), st.builds(x.Since, inner))
    several = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(x.And, several),
        st.builds(x.Or, several),
        st.builds(x.ListOf, several),
        st.builds(x.Call, TEXTS, several),
        st.builds(x.Not, inner),
        st.builds(x.Located, inner, TEXTS, TEXTS, st.integers(1, 9)),
        st.builds(x.Compare, st.sampled_from(["is", "<", "like"]), inner, inner, st.booleans(), KINDS),
        st.builds(x.Did, TEXTS, st.none() | inner, st.just("exactly"), st.integers(0, 9), windows, st.booleans()),
        st.builds(x.Aggregate, st.just("sum"), TEXTS, PATHS, st.none() | inner, windows),
        st.builds(x.Arithmetic, st.just("+"), inner, inner, KINDS, KINDS),
    )


EXPRESSIONS = st.recursive(LEAVES, larger, max_leaves=12)
TYPES = st.builds(
    t.Type, st.just("one of"), st.none(), st.lists(st.one_of(TEXTS, NUMBERS), max_size=4).map(tuple), st.just(())
)


@given(EXPRESSIONS, TYPES)
def test_any_expression_survives_exactly(expression: x.Expr, type_: t.Type):
    program = Program(
        values=(Value("v", expression, type_, "text", 1),),
        segments=(Segment("s", "S", "conditions", expression, (), "f", 1),),
    )
    again = loads(dumps(program))
    assert repr(again) == repr(program)
