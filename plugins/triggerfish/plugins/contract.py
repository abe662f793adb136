"""The contract every plugin keeps, as tests that a plugin's author runs with one line each.

In a test file of the plugin, for pytest::

    TestPlugin = plugin_contract(plugin)
    TestLetter = channel_contract(Letter(), address="1 Rue X", content={"text": "Hello"}, received=count_letters)
    TestStamp = action_contract(Stamp(), arguments={"value": 80})

Each makes a class with one test for every clause. This module needs no pytest itself.
"""

# ruff: noqa: S101 - these are tests

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from triggerfish.plugins.action import AnyAction, Call, OutcomeUnknown, Refused, TryLater
from triggerfish.plugins.channel import AnyChannel, Prepared, Session, Setup
from triggerfish.plugins.describe import describe_action, describe_channel
from triggerfish.plugins.manager import Loader
from triggerfish.plugins.outcome import Failed, Later, Outcome, Sent, Unknown

Values = Mapping[str, Any]
MakeSettings = Callable[[Path], Values]
AT = 1_767_225_600_000
"""2026-01-01, the moment all messages of the contract are sent."""
NASTY = {
    "other alphabets": "Ünïcödé 日本語 العربية 😀👩\u200d👩\u200d👧",
    "signs of markup": "<b>&amp;</b> \"quotes\" 'and' {{ braces }} {% tags %}",
    "line ends of all kinds": "one\ntwo\r\nthree\rfour\u2028five",
    "control signs": "a\x00b\x07c\x1bd",
    "half a character": "a\ud800b",
    "very long": "x" * 100_000,
}
WRONG_ADDRESSES = ("", " ", "\r\n", "x\r\nBcc: y@example.com", "\x00")


class PluginContract:
    """The object behind the entry point."""

    plugin: Any

    def test_loads_without_problems(self) -> None:
        """All hooks are known, return lists, and everything in them describes itself."""
        entry_point = _EntryPoint(self.plugin)
        plugins = Loader().load([entry_point])
        assert not plugins.problems, "\n".join(map(str, plugins.problems))
        assert plugins.channels or plugins.actions or plugins.functions, "the plugin brings nothing"


class ChannelContract:
    """A channel."""

    channel: AnyChannel
    address: str
    content: Values
    settings: Values | MakeSettings
    received: Callable[[Path], int] | None

    def test_describes_itself(self) -> None:
        """Names, content fields and their descriptions are as the checker needs them."""
        info = describe_channel(self.channel)
        assert info.doc, "the class needs a docstring: its first paragraph is shown to people"

    def test_settings_are_described(self) -> None:
        """Each setting says what it is for."""
        fields = self.channel.Settings.model_fields
        bare = [name for name, info in fields.items() if not info.description]
        assert not bare, f"settings without a description: {', '.join(bare)}"

    def test_content_takes_the_example(self) -> None:
        """The example content is valid, and each required field is really required."""
        model = self.channel.Content
        model.model_validate(self.content)
        for name, info in model.model_fields.items():
            if info.is_required():
                _refuses(model, {key: value for key, value in self.content.items() if key != name}, name)

    def test_short_form_is_enough(self) -> None:
        """The short form gives one field; no other may be required then."""
        if self.channel.short is not None:
            self.channel.Content.model_validate({self.channel.short: "Hello"})

    def test_sends_the_example(self, tmp_path: Path) -> None:
        """The example goes out, once."""
        outcome = self._send(tmp_path, "contract-1")
        assert isinstance(outcome, Sent), f"the example did not go out: {outcome}"
        assert outcome.id is None or isinstance(outcome.id, str)
        if self.received is not None:
            assert self.received(tmp_path) == 1

    def test_one_key_is_one_message(self, tmp_path: Path) -> None:
        """Where the session says it deduplicates, it does: within a session, and after a restart."""
        session = self._open(tmp_path)
        if not session.deduplicates:
            session.close()
            return
        assert self.received is not None, "give received=…: a channel that deduplicates must show that it does"
        outcomes = [session.send(self._prepared("contract-2")) for _ in range(2)]
        session.close()
        outcomes.append(self._send(tmp_path, "contract-2"))
        assert all(isinstance(one, Sent) for one in outcomes), outcomes
        assert self.received(tmp_path) == 1, "the same key was delivered more than once"
        self._send(tmp_path, "contract-3")
        assert self.received(tmp_path) == 2, "another key is another message"

    def test_wrong_addresses_are_failures(self, tmp_path: Path) -> None:
        """An address nobody can have is an outcome, no exception, and never sent to."""
        for number, address in enumerate(WRONG_ADDRESSES):
            outcome = self._send(tmp_path, f"contract-wrong-{number}", address=address)
            assert isinstance(outcome, (Failed, Later)), f"{address!r} gave {outcome}"

    def test_any_text_is_an_outcome(self, tmp_path: Path) -> None:
        """Whatever people put into their fields, sending never raises."""
        for name, text in NASTY.items():
            content = {key: text if isinstance(value, str) else value for key, value in self.content.items()}
            if not _takes(self.channel.Content, content):
                continue  # the runtime does not bring such a message to the channel: it has failed, with the reason
            outcome = self._send(tmp_path, f"contract-{name}", content=content)
            assert isinstance(outcome, (Sent, Failed, Later, Unknown)), f"{name}: {outcome!r} is no outcome"

    # --- how the tests do it ----------------------------------------------------------------------

    def _open(self, folder: Path) -> Session[Any]:
        given = self.settings(folder) if callable(self.settings) else self.settings
        return self.channel.open(self.channel.Settings.model_validate(given), Setup(folder, folder / "outbox"))

    def _prepared(self, key: str, *, address: str | None = None, content: Values | None = None) -> Prepared[Any]:
        return Prepared(
            key=key,
            person="ana",
            address=self.address if address is None else address,
            content=self.channel.Content.model_validate(content or self.content),
            message="hello",
            flow="greeting",
            step="send hello",
            at=AT,
            language="en",
            transactional=True,
            sender="Contract <contract@example.com>",
        )

    def _send(self, folder: Path, key: str, *, address: str | None = None, content: Values | None = None) -> Outcome:
        session = self._open(folder)
        try:
            return session.send(self._prepared(key, address=address, content=content))
        finally:
            session.close()


class ActionContract:
    """An action."""

    action: AnyAction
    arguments: Values
    settings: Values | MakeSettings

    def test_describes_itself(self) -> None:
        """Name, arguments, results and their descriptions are as the checker needs them."""
        info = describe_action(self.action)
        assert info.doc, "the class needs a docstring: its first paragraph is shown to people"

    def test_arguments_take_the_example(self) -> None:
        """The example is valid, and each required argument is really required."""
        model = self.action.Arguments
        model.model_validate(self.arguments)
        for name, info in model.model_fields.items():
            if info.is_required():
                given = info.alias or name
                _refuses(model, {key: value for key, value in self.arguments.items() if key != given}, given)

    def test_runs_the_example(self, tmp_path: Path) -> None:
        """It returns its own result, which can be kept as JSON."""
        result = self._run(tmp_path, "contract-1")
        assert isinstance(result, self.action.Result), f"run returned {type(result).__name__}"
        json.dumps(result.model_dump(mode="json", by_alias=True))

    def test_may_be_repeated_if_it_says_so(self, tmp_path: Path) -> None:
        """A repeatable action runs again under its key."""
        if self.action.repeatable:
            first, second = (self._run(tmp_path, "contract-2") for _ in range(2))
            assert type(first) is type(second)

    def test_any_text_is_an_outcome(self, tmp_path: Path) -> None:
        """Whatever people put into their fields: a result, or one of the exceptions that say what happened."""
        for name, text in NASTY.items():
            values = {key: text if isinstance(value, str) else value for key, value in self.arguments.items()}
            try:
                self._run(tmp_path, f"contract-{name}", values)
            except (ValidationError, Refused, TryLater, OutcomeUnknown):
                continue

    def _run(self, folder: Path, key: str, values: Values | None = None) -> Any:
        given = self.settings(folder) if callable(self.settings) else self.settings
        settings = self.action.Settings.model_validate(given)
        call = Call(key, "ana", "greeting", "do it", AT, settings, Setup(folder, folder / "outbox"))
        return self.action.run(self.action.Arguments.model_validate(values or self.arguments), call)


def plugin_contract(plugin: object) -> type[PluginContract]:
    """Tests for what the entry point names."""
    return type("TestPluginContract", (PluginContract,), {"plugin": plugin})


def channel_contract(
    channel: AnyChannel,
    *,
    address: str,
    content: Values,
    settings: Values | MakeSettings | None = None,
    received: Callable[[Path], int] | None = None,
) -> type[ChannelContract]:
    """Tests for a channel.

    ``content`` is an example that can be sent to ``address``. ``settings`` are those for testing, or a function that makes
    them for a folder of the test's own. ``received`` says how many messages have arrived in that folder.
    """
    made = staticmethod(settings) if callable(settings) else settings or {}
    members = {
        "channel": channel,
        "address": address,
        "content": content,
        "settings": made,
        "received": None if received is None else staticmethod(received),
    }
    return type(f"Test{channel.name.title()}Contract", (ChannelContract,), members)


def action_contract(
    action: AnyAction, *, arguments: Values, settings: Values | MakeSettings | None = None
) -> type[ActionContract]:
    """Tests for an action; ``arguments`` are an example that works."""
    made = staticmethod(settings) if callable(settings) else settings or {}
    return type("TestActionContract", (ActionContract,), {"action": action, "arguments": arguments, "settings": made})


def _takes(model: type[BaseModel], values: Values) -> bool:
    try:
        model.model_validate(values)
    except ValidationError:
        return False
    return True


def _refuses(model: type[BaseModel], values: Values, name: str) -> None:
    assert not _takes(model, values), f"{name} is required but may be left out"


class _EntryPoint:
    """Stands in for an installed one."""

    name = "contract"
    value = "contract:plugin"
    dist = None

    def __init__(self, plugin: object) -> None:
        self.plugin = plugin

    def load(self) -> object:
        return self.plugin
