"""Mistakes in tests: TF5xx."""

from __future__ import annotations

from triggerfish.dsl.diagnostics.model import Rule


class NothingExpected(Rule):
    code = "TF501"
    severity = "warning"
    message = "this test expects nothing, so it can never fail"
    help = "add a line such as `expect email cart_reminder`"
    reason = "A test without an expectation shows nothing."
    wrong = 'test "t"\n    at 2026-03-02 10:00\n    signed_up happens\n'
    right = 'test "t"\n    at 2026-03-02 10:00\n    signed_up happens\n    expect no messages\n'


class NotRunning(Rule):
    code = "TF502"
    message = "the flow `{name}` does not run in this test"
    help = "add it after `for`, or leave out `for` to run all flows"
    reason = "With `for` only the flows named there run."
    wrong = (
        "flow a\n    start by hand\n    wait 1 day\n\nflow b\n    start by hand\n    wait 1 day\n\n"
        'test "t" for a\n    at 2026-03-02 10:00\n    enter flow a\n    expect in flow b\n'
    )
    right = (
        "flow a\n    start by hand\n    wait 1 day\n\nflow b\n    start by hand\n    wait 1 day\n\n"
        'test "t" for a, b\n    at 2026-03-02 10:00\n    enter flow a\n    expect not in flow b\n'
    )


class NoDay(Rule):
    code = "TF503"
    message = "the first `at` of a test needs its date"
    help = "write it as `at 2026-03-02 10:00`"
    reason = "The test's clock has no day yet."
    wrong = 'test "t"\n    at 10:00\n    signed_up happens\n    expect no messages\n'
    right = 'test "t"\n    at 2026-03-02 10:00\n    signed_up happens\n    expect no messages\n'


class ComputedMembers(Rule):
    code = "TF504"
    message = "who is in the segment `{name}` follows from its conditions"
    help = "give what its conditions ask for instead"
    reason = "Only fixed lists and segments by hand can be given; the others are worked out in the test, too."
    wrong = 'test "t"\n    given in segment engaged\n    at 2026-03-02 10:00\n    expect no messages\n'
    right = 'test "t"\n    given in segment beta\n    at 2026-03-02 10:00\n    expect no messages\n'


class FieldWithoutChannel(Rule):
    code = "TF505"
    message = "which channel's {field} is meant?"
    help = "name the channel: `expect email … with {field} containing …`"
    reason = "Each channel has its own fields."
    wrong = 'test "t"\n    at 2026-03-02 10:00\n    expect 1 message with subject containing "x"\n'
    right = 'test "t"\n    at 2026-03-02 10:00\n    expect 1 email with subject containing "x"\n'
