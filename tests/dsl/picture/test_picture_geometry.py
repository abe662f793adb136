from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triggerfish.dsl.picture.layout import lay_out
from triggerfish.dsl.picture.shape import Card, Fork, Label, Loop, Picture, Rule, Series

_spec = importlib.util.spec_from_file_location("picture_geometry", Path(__file__).with_name("geometry.py"))
assert _spec is not None
assert _spec.loader is not None
geometry: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(geometry)

words = st.text(alphabet='abcdefg WiM_".:{}<&éß中', max_size=60) | st.sampled_from(["", "x" * 90, "a b c " * 30])
kinds = st.sampled_from(["send", "wait", "data", "act"])
cards = st.builds(Card, kinds, st.just("Do"), words, st.just(1), words, words, words)
exits = st.builds(Card, st.just("end"), st.just("Exit"), words, st.just(1), words, ends=st.just(True))


def _series(shapes: Any) -> Any:
    return st.tuples(st.lists(shapes, max_size=3), st.none() | exits).map(
        lambda both: tuple(both[0]) + ((both[1],) if both[1] else ())
    )


def _composed(shapes: Any) -> Any:
    branch = st.tuples(st.builds(Label, words.filter(str.strip), st.just(1)), _series(shapes)).map(
        lambda both: (both[0], *both[1])
    )
    forks = st.builds(Fork, cards, st.lists(branch, min_size=1, max_size=4).map(tuple))
    return forks | st.builds(Loop, cards, _series(shapes))


bodies = _series(st.recursive(cards, _composed, max_leaves=14))
chains = st.lists(cards, min_size=1, max_size=3).map(lambda found: tuple(replace(card, kind="start") for card in found))
rules = st.lists(st.builds(Rule, words.filter(str.strip), st.just(2)), max_size=4).map(tuple)
pictures = st.builds(
    Picture,
    st.just("flow"),
    words.filter(str.strip),
    words,
    st.just("a.flow"),
    st.just(1),
    st.lists(chains, min_size=1, max_size=3).map(tuple),
    rules,
    bodies,
    st.just(()),
    st.just(()),
)


@given(pictures)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_overlaps_no_line_crosses_and_all_text_fits(picture: Picture) -> None:
    assert geometry.faults(lay_out(picture)) == []


def test_a_real_flow_has_no_faults_and_every_step_is_reached(cart: Picture) -> None:
    diagram = lay_out(cart)
    assert geometry.faults(diagram) == []
    assert geometry.unreached(diagram) == []
    assert {box.kind for box in diagram.boxes} == {
        "title", "start", "rules", "send", "wait", "decide", "loop", "data", "act", "end", "label",
    }  # fmt: skip
    assert len(diagram.frames) == 2


def _of(body: Series) -> Picture:
    start = (Card("start", "Start when", "something happens", 2, "start when x"),)
    return Picture("flow", "Flow", "", "a.flow", 1, (start,), (), body, (), ())


def test_a_very_long_flow() -> None:
    diagram = lay_out(_of(tuple(Card("send", "Send email", f"message {place}", place, "") for place in range(1000))))
    assert diagram.height > 50_000
    assert diagram.width < 400
    assert geometry.unreached(diagram) == []


def test_a_very_wide_flow() -> None:
    branches = tuple(
        (Label(f"plan {place}", place), Card("send", "Send email", f"message {place}", place, "")) for place in range(80)
    )
    diagram = lay_out(_of((Fork(Card("decide", "Choose by", "plan", 1, ""), branches),)))
    assert geometry.faults(diagram) == []
    assert geometry.unreached(diagram) == []
    assert diagram.height < 500


def test_deeply_nested_loops_and_branches() -> None:
    body: Series = (Card("send", "Send email", "x", 1, ""),)
    for depth in range(30):
        inner = (Fork(Card("decide", "If", "so", depth, ""), ((Label("yes", 1), *body), (Label("no", 2),))),)
        body = (Loop(Card("loop", "Repeat", "3 times", depth, ""), inner),)
    diagram = lay_out(_of(body))
    assert geometry.faults(diagram) == []
    assert geometry.unreached(diagram) == []


def test_after_an_exit_no_line_goes_on() -> None:
    leave = Card("end", "Exit", "", 1, "exit", ends=True)
    fork = Fork(Card("decide", "If", "so", 1, ""), ((Label("yes", 1), leave), (Label("no", 2), leave)))
    diagram = lay_out(_of((fork, Card("send", "Send email", "never", 3, ""))))
    assert len(geometry.unreached(diagram)) == 1
    assert geometry.faults(diagram) == []
