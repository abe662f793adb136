"""Goes through flows and tests and tells what each name in them stands for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from triggerfish.dsl import tree
from triggerfish.dsl.server.finder import Finder
from triggerfish.dsl.server.names import Symbol
from triggerfish.dsl.server.scopes import Caught, Scope
from triggerfish.dsl.tree import expressions as tx
from triggerfish.dsl.tree import flows as tf
from triggerfish.dsl.tree import steps as ts
from triggerfish.dsl.tree import tests as tt

EVENT = Symbol("built-in", "event")
_MOVED = ("name", "split", "arm", "branch")
"""What ``moved old to new`` may give another name."""


class FlowFinder(Finder):
    """A finder that knows all declarations."""

    def declaration(self, one: tree.Declaration) -> None:
        """Any declaration."""
        match one:
            case tf.Flow():
                self._flow(one)
            case tt.Test():
                self.words("flow", one.flows)
                for line in one.lines:
                    self._test_line(line, Scope())
            case _:
                super().declaration(one)

    # --- header lines -------------------------------------------------------------------------------

    def _flow(self, one: tf.Flow) -> None:
        name, first = one.name.text, len(self.found)
        self.word("flow", one.name, definition=True)
        scope = Scope(name, {})
        started: list[Caught] = [self._start(line, scope) for line in one.headers if isinstance(line, tf.Start)]
        scope.catch(
            "event",
            Caught(
                EVENT,
                tuple(event for caught in started for event in caught.events),
                kinds=tuple(kind for caught in started for kind in caught.kinds),
                flows=tuple(flow for caught in started for flow in caught.flows),
            ),
        )
        scope.catch("entered", Caught(Symbol("built-in", "entered")))
        for line in one.headers:
            if not isinstance(line, tf.Start):
                self._header(line, scope)
        self._steps(one.steps, scope)
        given = {each.symbol.word: each.symbol for each in self.found[first:] if each.definition and each.symbol.kind in _MOVED}
        for line in one.headers:
            if isinstance(line, tf.Moved) and line.new.text in given:
                self.add(line.new.span, given[line.new.text])

    def _start(self, line: tf.Start, scope: Scope) -> Caught:
        match line:
            case tf.StartWhen():
                return self._start_when(line, scope)
            case tf.StartChange():
                self.expression((line.field, line.before, line.after), scope)
                return Caught(EVENT, kinds=("change",))
            case tf.StartSegment():
                self.word("segment", line.segment)
            case tf.StartCrossing():
                self.expression((line.value, line.threshold), scope)
                return Caught(EVENT, kinds=("change",))
            case tf.StartConsent():
                self.word("topic", line.topic)
                self.word("channel", line.channel)
                return Caught(EVENT, kinds=("consent",))
            case tf.StartByHand():
                for parameter in line.parameters:
                    self.word("parameter", parameter.name, scope.flow, definition=True)
                return Caught(EVENT, flows=(scope.flow,))
            case tf.StartWebhook():
                self.word("event", line.event)
                return Caught(EVENT, ((line.event.text, ()),))
            case _:
                self.expression(line, scope)
        return Caught(EVENT)

    def _start_when(self, line: tf.StartWhen, scope: Scope) -> Caught:
        known: dict[str, Caught] = {}
        latest: tuple[tuple[str, tuple[str, ...]], ...] = ()
        for index, stage in enumerate(line.stages):
            self.words("event", stage.events)
            events = tuple((word.text, ()) for word in stage.events)
            if not index or not stage.negated:
                latest = events
            inside = Scope(scope.flow, {**known, "event": Caught(EVENT, events if not index else latest)})
            inside = inside.looking_at(*(word.text for word in stage.events), started=not index)
            if stage.name is not None:
                caught = Caught(Symbol("name", stage.name.text, scope.flow), events)
                known[stage.name.text] = caught
                inside.catch(stage.name.text, caught)
                before = (scope.variables or {}).get(stage.name.text)
                both = (*(before.events if before is not None else ()), *events)
                scope.catch(stage.name.text, Caught(caught.symbol, both))
                self.word("name", stage.name, scope.flow, definition=True)
            self.expression((stage.same, stage.where), inside)
        return Caught(EVENT, latest)

    def _header(self, line: tf.Header, scope: Scope) -> None:
        match line:
            case tf.StopWhen():
                self.words("event", line.events)
                self.expression(line.where, scope.looking_at(*(word.text for word in line.events)))
            case tf.Goal():
                self.words("event", line.events)
                self.expression((line.worth, line.where), scope.looking_at(*(word.text for word in line.events)))
            case tf.Exclusive():
                self.word("group", line.group, definition=True)
            case tf.About():
                self.word("topic", line.topic)
            case tf.Per():
                events = tuple(event for event, _ in (scope.variables or {})["event"].events)
                self.expression(line.key, scope.looking_at(*events, started=True))
            case _:
                self.expression(line, scope)

    # --- steps ----------------------------------------------------------------------------------------

    def _steps(self, steps: Iterable[ts.Step] | None, scope: Scope) -> None:
        for step in steps or ():
            self._step(step, scope)

    def _name(self, word: tx.Word | None, scope: Scope, events: Sequence[str] = (), kind: str = "", action: str = "") -> None:
        """An ``as`` name and what it knows from here on."""
        if word is not None:
            self.word("name", word, scope.flow, definition=True)
            symbol = Symbol("name", word.text, scope.flow)
            scope.catch(word.text, Caught(symbol, tuple((one, ()) for one in events), (), action, (kind,) if kind else ()))

    def _step(self, step: ts.Step, scope: Scope) -> None:
        match step:
            case ts.Send():
                self._send(step, scope)
            case ts.WaitUpTo():
                self._wait_up_to(step, scope)
            case ts.Collect():
                self._collect(step, scope)
            case ts.If():
                for arm in step.arms:
                    self.expression(arm.condition, scope)
                    self._steps(arm.steps, scope)
                self._steps(step.otherwise, scope)
                self._name(step.name, scope)
            case ts.Choose():
                self.expression(step.subject, scope)
                for case in step.cases:
                    self.expression(case.values, scope)
                    self.options(step.subject, case.values, scope)
                    self._steps(case.steps, scope)
                self._steps(step.otherwise, scope)
                self._name(step.name, scope)
            case ts.ChooseBest():
                self._choose_best(step, scope)
            case ts.Split():
                self._split(step, scope)
            case ts.Together():
                for branch in step.branches:
                    self.word("branch", branch.name, scope.flow, definition=True)
                    self._steps(branch.steps, scope)
                self._name(step.name, scope)
            case ts.Repeat():
                self.expression(step.until, scope)
                self._steps(step.steps, scope)
                self._name(step.name, scope)
            case ts.ForEach():
                self._for_each(step, scope)
            case _:
                self._change(step, scope)

    def _send(self, step: ts.Send, scope: Scope) -> None:
        self.words("channel", [step.channel] if step.channel is not None else step.channels)
        self.word("message", step.message)
        self.word("topic", step.about)
        self.arguments(step.values, "given", step.message.text, scope)
        given = {one.name.text: Caught(Symbol("given", one.name.text, step.message.text)) for one in step.values}
        inside = Scope(scope.flow, {**(scope.variables or {}), **given})
        self.sends.append((step.message.text, inside))
        message = self.declared.messages.get(step.message.text)
        if message is not None:
            channels = {word.text for word in (step.channels if step.channel is None else (step.channel,))}
            uses = [use for use in self.templates.of_message(message) if use.channel in channels]
            self.template(uses, inside)
            for name in dict.fromkeys(use.path[1] for use in uses if use.path[0] == "content" and len(use.path) > 1):
                content = self.declared.contents.get(name)
                self.template(self.templates.of_content(content) if content is not None else (), inside)
        if step.to is not None:
            self.template(self.templates.of_text(step.to), inside)
        self._name(step.name, scope, kind="send")

    def _wait_up_to(self, step: ts.WaitUpTo, scope: Scope) -> None:
        self.expression(step.duration, scope)
        caught: list[str] = []
        for branch in step.branches:
            if isinstance(branch, ts.UntilBranch):
                self.expression(branch.condition, scope)
            else:
                self.words("event", branch.events)
                events = [word.text for word in branch.events]
                caught += events
                self.expression(branch.where, scope.looking_at(*events))
                if step.block:
                    self._name(branch.name, scope, events, "wait")
            self._steps(branch.steps, scope)
        self._name(step.name, scope, caught, "wait")
        self._steps(step.otherwise, scope)

    def _collect(self, step: ts.Collect, scope: Scope) -> None:
        self.words("event", step.events)
        events = [word.text for word in step.events]
        self.expression(step.where, scope.looking_at(*events))
        self.expression((step.duration, step.until), scope)
        self._name(step.name, scope, events)

    def _choose_best(self, step: ts.ChooseBest, scope: Scope) -> None:
        self._name(step.name, scope, kind="choice")
        for path in step.paths:
            self.word("path", path.name, step.name.text, definition=True)
            self.expression(path.points, scope)
            self._steps(path.steps, scope)
        self._steps(step.otherwise, scope)

    def _split(self, step: ts.Split, scope: Scope) -> None:
        self.word("split", step.name, definition=True)
        scope.catch(step.name.text, Caught(Symbol("split", step.name.text), kinds=("split",)))
        self.expression(step.context, scope)
        for arm in step.arms:
            self.word("arm", arm.name, step.name.text, definition=True)
            self._steps(arm.steps, scope)
        self.measure(step.measure, scope)

    def _for_each(self, step: ts.ForEach, scope: Scope) -> None:
        self.expression(step.items, scope)
        self.word("name", step.item, scope.flow, definition=True)
        symbol = Symbol("name", step.item.text, scope.flow)
        events: list[tuple[str, tuple[str, ...]]] = []
        profiles: list[tuple[str, ...]] = []
        items = step.items
        if isinstance(items, tx.Name):
            for place, one in self.resolver.resolve(items.path, scope):
                if place == len(items.path) - 1 and one.kind == "event field":
                    events.append((one.owner, tuple(one.name.split("."))))
                elif place == len(items.path) - 1 and one.kind == "field":
                    profiles.append(tuple(one.name.split(".")))
                elif place == len(items.path) - 1 and one.kind == "name":
                    events += (scope.variables or {})[one.name].events
        before = (scope.variables or {}).get(step.item.text)
        scope.catch(step.item.text, Caught(symbol, tuple(events), tuple(profiles)))
        self._steps(step.steps, scope)
        if before is not None:
            scope.catch(step.item.text, before)

    def _change(self, step: ts.Step, scope: Scope) -> None:
        match step:
            case ts.Consent():
                self.word("topic", step.topic)
                self.word("channel", step.channel)
            case ts.Membership():
                self.word("segment", step.segment)
            case ts.RecordEvent():
                self.word("event", step.event)
                self.arguments(step.values, "event field", step.event.text, scope)
            case ts.Do():
                name = self._action(step.plugin, step.action)
                self.arguments(step.arguments, "argument", name, scope)
                self._name(step.name, scope, kind="action", action=name)
            case ts.EnterFlow():
                self.word("flow", step.flow)
                self.word("segment", step.segment)
                self.arguments(step.values, "parameter", step.flow.text, scope)
            case ts.WaitFor() | ts.WaitUntil():
                self.expression(step, scope)
                self._name(step.name, scope)
            case _:
                self.expression(step, scope)

    def _action(self, plugin: tx.Word, action: tx.Word) -> str:
        name = f"{plugin.text}.{action.text}"
        if name in self.declared.catalog.actions:
            self.add(plugin.span.to(action.span), Symbol("action", name))
        return name

    # --- tests ------------------------------------------------------------------------------------------

    def _test_line(self, line: tt.TestLine, scope: Scope) -> None:
        match line:
            case tt.GivenValues():
                self.arguments(line.values, "field", "", scope)
            case tt.GivenConsent() | tt.StatesConsent():
                self.word("topic", line.topic)
                self.word("channel", line.channel)
            case tt.GivenSegment():
                self.word("segment", line.segment)
            case tt.GivenEvent() | tt.Happens():
                self.word("event", line.event)
                self.arguments(line.values, "event field", line.event.text, scope)
            case tt.GivenAction():
                self.arguments(line.values, "result", self._action(line.plugin, line.action), scope)
            case tt.Enters():
                self.word("flow", line.flow)
                self.arguments(line.values, "parameter", line.flow.text, scope)
            case tt.ExpectSend(channel=tx.Word() as word) if self._bare(word):
                self.name(tx.Name((word.text,), word.span), scope)
            case tt.ExpectSend():
                self.word("channel", line.channel)
                self.word("message", line.message)
                self.word("content field", line.field, line.channel.text if line.channel is not None else "")
            case tt.ExpectFlow() | tt.ExpectExit():
                self.word("flow", line.flow)
            case tt.ExpectEvent():
                self.word("event", line.event)
            case tt.ExpectAction():
                self.arguments(line.values, "argument", self._action(line.plugin, line.action), scope)
            case _:
                self.expression(line, scope)

    def _bare(self, word: tx.Word) -> bool:
        """Whether the word after ``expect`` is a field or a value; the grammar takes it for a channel."""
        known = self.declared.is_field((word.text,)) or word.text in self.declared.values
        return known and word.text not in self.declared.catalog.channels
