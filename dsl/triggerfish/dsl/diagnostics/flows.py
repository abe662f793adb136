"""Mistakes in flows and their steps: TF3xx."""

from __future__ import annotations

from triggerfish.dsl.diagnostics.model import Rule


class MixedAndOr(Rule):
    code = "TF301"
    severity = "warning"
    message = "`and` and `or` are mixed without brackets; `and` is taken first"
    help = "put brackets around what belongs together"
    reason = "Most people read such a line in the other way."
    wrong = 'segment s\n    plan is "pro" and total_spent > 5 or total_spent > 100\n'
    right = 'segment s\n    (plan is "pro" and total_spent > 5) or total_spent > 100\n'


class NoStart(Rule):
    code = "TF302"
    message = "nobody can enter the flow `{name}`: it has no start"
    help = "add a line such as `start when …`, or `start by hand`"
    reason = "A flow begins with what lets people in."
    wrong = "flow f\n    wait 1 day\n"
    right = "flow f\n    start when signed_up\n    wait 1 day\n"


class NoSteps(Rule):
    code = "TF303"
    severity = "warning"
    message = "the flow `{name}` has no steps"
    help = "add steps after its header lines"
    reason = "People would enter and leave at once."
    wrong = "flow f\n    start when signed_up\n"
    right = "flow f\n    start when signed_up\n    wait 1 day\n"


class RepeatedHeader(Rule):
    code = "TF304"
    message = "`{header}` is already given for this flow"
    help = "keep one of the two lines"
    reason = "There can only be one; nobody can say which is meant."
    wrong = "flow f\n    start when signed_up\n    priority 1\n    priority 2\n    wait 1 day\n"
    right = "flow f\n    start when signed_up\n    priority 2\n    wait 1 day\n"


class Unreachable(Rule):
    code = "TF305"
    severity = "warning"
    message = "nobody ever comes to this step"
    help = "move it before the `exit`, or remove it"
    reason = "Everybody has left the flow before it."
    wrong = "flow f\n    start when signed_up\n    exit\n    wait 1 day\n"
    right = "flow f\n    start when signed_up\n    wait 1 day\n    exit\n"


class NotByHand(Rule):
    code = "TF306"
    message = "the flow `{name}` cannot be entered by hand"
    help = "add the line `start by hand` to it"
    reason = "Only a flow with the line `start by hand` can be entered by a step, a test or a command."
    wrong = "flow a\n    start when signed_up\n    wait 1 day\n\nflow b\n    start when signed_up\n    enter flow a\n"
    right = "flow a\n    start by hand\n    wait 1 day\n\nflow b\n    start when signed_up\n    enter flow a\n"


class MissingArgument(Rule):
    code = "TF307"
    message = "{owner} needs `{name}`"
    help = "add `{name}: …`"
    reason = "It cannot do its work without this value."
    wrong = "flow f\n    start when signed_up\n    do log.write\n"
    right = 'flow f\n    start when signed_up\n    do log.write with message: "hi"\n'


class BadNumber(Rule):
    code = "TF308"
    message = "{what} must be {wanted}, not {found}"
    help = "write {wanted}"
    reason = "This number makes no sense here."
    wrong = "flow f\n    start when signed_up\n    holdout 150%\n    wait 1 day\n"
    right = "flow f\n    start when signed_up\n    holdout 15%\n    wait 1 day\n"


class FixedField(Rule):
    code = "TF309"
    message = "`{name}` cannot be changed by a flow"
    help = "set another field; this one is kept by the runtime"
    reason = "Who a person is, and since when they are known, is not for a flow to change."
    wrong = 'flow f\n    start when signed_up\n    set id to "x"\n'
    right = 'flow f\n    start when signed_up\n    set first_name to "x"\n'


class NotASetting(Rule):
    code = "TF310"
    message = "`{name}` is {what}; only profile fields can be {verb}"
    help = "name a field that is declared in `profile`"
    reason = "Events, values and what a run has caught are as they are."
    wrong = "flow f\n    start when order_completed\n    set event.total to 5\n"
    right = "flow f\n    start when order_completed\n    set total_spent to 5\n"


class RepeatedCase(Rule):
    code = "TF311"
    message = "{value} already has its block"
    help = "remove it here, or join the two blocks"
    reason = "The first block always wins, so this one would never be used."
    wrong = (
        'flow f\n    start when signed_up\n    choose by plan\n        "pro"\n            wait 1 day\n'
        '        "pro"\n            wait 2 days\n'
    )
    right = (
        'flow f\n    start when signed_up\n    choose by plan\n        "pro"\n            wait 1 day\n'
        '        "team"\n            wait 2 days\n'
    )


class NotByHandSegment(Rule):
    code = "TF312"
    message = "people come into the segment `{name}` {how}; nobody can join or leave it by hand"
    help = "only a segment declared `by hand` can be joined and left"
    reason = "Its members follow from its conditions or its list."
    wrong = "flow f\n    start when signed_up\n    join segment engaged\n"
    right = "flow f\n    start when signed_up\n    join segment beta\n"


class RepeatedArgument(Rule):
    code = "TF313"
    message = "`{name}` is already given"
    help = "keep one of the two"
    reason = "There can only be one value; nobody can say which is meant."
    wrong = "flow f\n    start when signed_up\n    record order_completed with total: 5, total: 6\n"
    right = "flow f\n    start when signed_up\n    record order_completed with total: 5\n"


class PerNothing(Rule):
    code = "TF315"
    message = "`per` needs a field of what starts the flow"
    help = "write it as `per event.order_id`"
    reason = "One run per person and key needs a key that comes with the event."
    wrong = "flow f\n    start when order_completed\n    per total_spent\n    wait 1 day\n"
    right = "flow f\n    start when order_completed\n    per event.order_id\n    wait 1 day\n"


class EmptyWindow(Rule):
    code = "TF316"
    message = "this span of the day is empty: it begins when it ends"
    help = "give two different times"
    reason = "No moment is inside it."
    wrong = "flow f\n    start when signed_up\n    wait until 9:00 to 9:00\n"
    right = "flow f\n    start when signed_up\n    wait until 9:00 to 17:00\n"


class UselessStart(Rule):
    code = "TF317"
    message = "{what}"
    help = "correct this line; the language page shows its forms"
    reason = "Such a start would never let anybody in."
    wrong = 'flow f\n    start when plan changes from "pro" to "pro"\n    wait 1 day\n'
    right = 'flow f\n    start when plan changes from "free" to "pro"\n    wait 1 day\n'


class YearlyMoment(Rule):
    code = "TF318"
    message = "`yearly` needs a date, and `{name}` is a moment"
    help = "leave out `yearly`, or declare the field as a date"
    reason = "A day comes back every year; a moment, with its time of day, comes once."
    wrong = "flow f\n    start on created_at yearly at 9:00\n    wait 1 day\n"
    right = "flow f\n    start on renewal_date yearly at 9:00\n    wait 1 day\n"


class SharesNotWhole(Rule):
    code = "TF319"
    message = "the shares of `{name}` add up to {found}, not to 100%"
    help = "change them so that nobody is left out and nobody counted twice"
    reason = "Everybody who comes here must get exactly one of the arms."
    wrong = (
        "flow f\n    start when signed_up\n    split tone\n        50% calm\n            wait 1 day\n"
        "        40% loud\n            wait 2 days\n"
    )
    right = (
        "flow f\n    start when signed_up\n    split tone\n        50% calm\n            wait 1 day\n"
        "        50% loud\n            wait 2 days\n"
    )


class NothingMeasured(Rule):
    code = "TF320"
    message = "`{what}` needs to know what counts as success"
    help = "add a line such as `measure email_clicked within 2 days` to the arms"
    reason = "Which arm is better can only be found out by what people do after it."
    wrong = (
        "flow f\n    start when signed_up\n    split tone by bandit\n        50% calm\n            wait 1 day\n"
        "        50% loud\n            wait 2 days\n"
    )
    right = (
        "flow f\n    start when signed_up\n    split tone by bandit\n        50% calm\n            wait 1 day\n"
        "        50% loud\n            wait 2 days\n        measure order_completed within 2 days\n"
    )


class NeverChosen(Rule):
    code = "TF321"
    severity = "warning"
    message = "`{name}` is never chosen: it can get no points"
    help = "add a line such as `+1 if …` below it, or `+1` for everybody"
    reason = "The highest score wins, and one without points does not take part."
    wrong = (
        "flow f\n    start when signed_up\n    choose best offer\n        path discount\n            wait 1 day\n"
        "        otherwise\n            wait 2 days\n"
    )
    right = (
        "flow f\n    start when signed_up\n    choose best offer\n        path discount\n"
        "            +1 if total_spent > 500\n            wait 1 day\n        otherwise\n            wait 2 days\n"
    )


class NothingToChoose(Rule):
    code = "TF322"
    message = "`{what}` has nothing to choose from"
    help = "{cure}"
    reason = "A choice needs at least one way to go."
    wrong = "flow f\n    start when signed_up\n    choose best offer\n        otherwise\n            wait 1 day\n"
    right = (
        "flow f\n    start when signed_up\n    choose best offer\n        path discount\n            +1\n"
        "            wait 1 day\n"
    )


class NotForEveryone(Rule):
    code = "TF323"
    message = "the event `{name}` concerns one person; it is not declared `for everyone`"
    help = "leave out `for everyone`, or add it to the declaration of the event"
    reason = "Only what concerns no single person, such as a price, is looked at for everyone."
    wrong = "flow f\n    start when order_completed for everyone where total > 5\n    wait 1 day\n"
    right = "flow f\n    start when order_completed where total > 5\n    wait 1 day\n"


class SayEveryone(Rule):
    code = "TF324"
    message = "the event `{name}` concerns no single person, and this line does not say whom to look at"
    help = "write `start when {name} for everyone where …`"
    reason = "Such a start looks at everybody whom its `where` admits; the line says so, so that nobody misses it."
    wrong = (
        "event price_dropped for everyone\n    price  number\n\n"
        "flow f\n    start when price_dropped where price < 5\n    wait 1 day\n"
    )
    right = (
        "event price_seen\n    price  number\n\n"
        "flow f\n    start when price_seen where price < 5\n    wait 1 day\n"
    )


class NobodysEvent(Rule):
    code = "TF325"
    message = "the event `{name}` concerns no single person, so it is in nobody's history"
    help = "ask about an event of the person instead"
    reason = "What is declared `for everyone` happens to nobody in particular; it cannot be counted person by person."
    wrong = "event price_dropped for everyone\n\nsegment s\n    did price_dropped in last 7 days\n"
    right = "event price_dropped\n\nsegment s\n    did price_dropped in last 7 days\n"


class SegmentEntry(Rule):
    code = "TF326"
    message = "only a flow `for workspace` can bring a whole segment into another flow"
    help = "leave out `for segment`, or write `for workspace` after the name of this flow"
    reason = "This flow runs for each person; every one of them would bring in the whole segment again."
    wrong = (
        "flow a\n    start by hand\n    wait 1 day\n\n"
        "flow b\n    start when signed_up\n    enter flow a for segment engaged\n"
    )
    right = "flow a\n    start by hand\n    wait 1 day\n\nflow b\n    start when signed_up\n    enter flow a\n"


class NobodysFlow(Rule):
    code = "TF328"
    message = "the flow `{name}` runs for no person, so nobody can enter it"
    help = "leave out this line, or leave out `for workspace` after the name of that flow"
    reason = "A flow `for workspace` runs once, for all together; it can be entered by another one of its kind, not by people."
    wrong = (
        "flow a for workspace\n    start by hand\n    wait 1 day\n\n"
        "flow b\n    start when signed_up\n    enter flow a\n"
    )
    right = "flow a\n    start by hand\n    wait 1 day\n\nflow b\n    start when signed_up\n    enter flow a\n"


class NobodyHere(Rule):
    code = "TF327"
    message = "a flow `for workspace` runs for no person, so {what}"
    help = "leave out `for workspace`, or do without the person here"
    reason = "What belongs to a person cannot be known, changed or sent where there is none."
    wrong = "flow f for workspace\n    start every monday at 9:00\n    only if total_spent > 5\n    wait 1 day\n"
    right = "flow f\n    start every monday at 9:00\n    only if total_spent > 5\n    wait 1 day\n"


class StillThere(Rule):
    code = "TF329"
    message = "`{name}` is still the name of a step here, so it was not moved"
    help = "leave out this line, or rename the step too"
    reason = "`moved` says under which name people find the step they were at; while the old name is there, that is the step."
    wrong = "flow f\n    start when signed_up\n    moved pause to rest\n    wait 1 day as pause\n    wait 1 day as rest\n"
    right = "flow f\n    start when signed_up\n    moved pause to rest\n    wait 1 day as rest\n"
