"""Mistakes with types and values: TF2xx."""

from __future__ import annotations

from triggerfish.dsl.diagnostics.model import Rule


class UnlikeTypes(Rule):
    code = "TF201"
    message = "{left} is {left_type} and {right} is {right_type}: they cannot be compared"
    help = "compare it with something of its own kind, {left_type}"
    reason = "A comparison of unlike things is never true, so the rule would silently never apply."
    wrong = 'segment s\n    total_spent > "100"\n'
    right = "segment s\n    total_spent > 100\n"


class NotAnOption(Rule):
    code = "TF202"
    message = "{value} is none of the options of `{name}`"
    help = "write one of its options, or add this one where `{name}` is declared"
    reason = "A field that is `one of` a few options never holds anything else."
    wrong = 'segment s\n    plan is "proo"\n'
    right = 'segment s\n    plan is "pro"\n'


class NotACondition(Rule):
    code = "TF203"
    message = "{text} is {type}, not a condition"
    help = "compare it with something, as in `{text} is known`"
    reason = "A condition is true or false; a value alone does not say which."
    wrong = "segment s\n    renewal_date\n"
    right = "segment s\n    renewal_date is known\n"


class WrongType(Rule):
    code = "TF204"
    message = "{target} takes {wanted}, and this is {found}"
    help = "give it {wanted}"
    reason = "A value must fit the type of what it is given to."
    wrong = 'flow f\n    start when signed_up\n    set total_spent to "much"\n'
    right = "flow f\n    start when signed_up\n    set total_spent to 100\n"


class NoArithmetic(Rule):
    code = "TF205"
    message = "`{text}` cannot be calculated: {why}"
    help = "numbers can be calculated with, durations added and taken away, and durations added to dates and moments"
    reason = "This calculation has no result, so nothing that uses it would ever be true."
    wrong = "segment s\n    total_spent + plan > 5\n"
    right = "segment s\n    total_spent + 1 > 5\n"


class BadTimezone(Rule):
    code = "TF206"
    message = 'there is no time zone called "{name}"'
    help = 'names are such as "Europe/Paris" or "America/New_York"'
    reason = "Time zones have the names of the IANA time zone database, such as Europe/Paris."
    wrong = 'policy\n    timezone "Europe/Pariss"\n'
    right = 'policy\n    timezone "Europe/Paris"\n'


class NoSuchComparison(Rule):
    code = "TF207"
    message = "`{operator}` does not work on {type}"
    help = "`is` and `is known` work on everything"
    reason = "Only some things can be ordered or searched."
    wrong = 'segment s\n    total_spent contains "1"\n'
    right = 'segment s\n    first_name contains "1"\n'


class WrongCount(Rule):
    code = "TF208"
    message = "`{function}` takes {wanted}, not {found}"
    help = "give it {wanted}"
    reason = "A function needs its values, no more and no fewer."
    wrong = "segment s\n    round(total_spent, 1, 2) > 5\n"
    right = "segment s\n    round(total_spent, 1) > 5\n"


class NotWatchable(Rule):
    code = "TF210"
    message = "what changes as time passes must stand alone on one side of a comparison here"
    help = "compare it with a value that time does not change, such as a number, a duration or a field"
    reason = (
        "This condition is watched: the moment it becomes true is worked out in advance, which is only possible when "
        "what changes with time stands alone."
    )
    wrong = "segment s\n    renewal_date < now + 3 days\n"
    right = "segment s\n    renewal_date within next 3 days\n"


class NotAList(Rule):
    code = "TF211"
    message = "{text} is {type}, not a list"
    help = 'write a list in brackets, as in `("a", "b")`, or name a field that is one'
    reason = "Only a list has items to go through or to be one of."
    wrong = "segment s\n    plan in first_name\n"
    right = "segment s\n    plan in interests\n"


class NotAMoment(Rule):
    code = "TF212"
    message = "{text} is {type}, not a date or a moment"
    help = "name a field that is a date or a moment"
    reason = "Only dates and moments can be near, past or to come."
    wrong = "segment s\n    total_spent within last 7 days\n"
    right = "segment s\n    created_at within last 7 days\n"


class ClockAlone(Rule):
    code = "TF213"
    message = "a time of day has no day here"
    help = "write a moment such as 2026-12-24 9:00, or compare `hour(now)` with a number"
    reason = "Times of day belong to waits, schedules and quiet hours; elsewhere a moment needs its day."
    wrong = "segment s\n    created_at > 9:00\n"
    right = "segment s\n    created_at > 2026-12-24 9:00\n"


class NotANumberField(Rule):
    code = "TF214"
    message = "`{function} of` needs numbers, and `{name}` is {type}"
    help = "name a field that is a number"
    reason = "Only numbers can be added up or averaged."
    wrong = "segment s\n    sum of order_completed.currency ever > 5\n"
    right = "segment s\n    sum of order_completed.total ever > 5\n"


class FieldNeeded(Rule):
    code = "TF215"
    message = "`{function} of` needs a field of `{event}`"
    help = "write the field after a dot: `{event}.FIELD`"
    reason = "An event has many fields; which of them is calculated with must be said."
    wrong = "segment s\n    sum of order_completed ever > 5\n"
    right = "segment s\n    sum of order_completed.total ever > 5\n"


class FieldTooMuch(Rule):
    code = "TF216"
    message = "{what} means whole events, so it takes no field"
    help = "leave out .{field}"
    reason = "Events are counted, not their fields."
    wrong = "segment s\n    count of order_completed.total ever > 5\n"
    right = "segment s\n    count of order_completed ever > 5\n"


class MixedList(Rule):
    code = "TF217"
    message = "the items of this list are of different types: {first} and {second}"
    help = "write all items as numbers, or all as texts in quotation marks"
    reason = "All items of a list are of one type."
    wrong = 'segment s\n    total_spent in (1, "2")\n'
    right = "segment s\n    total_spent in (1, 2)\n"


class BadDuration(Rule):
    code = "TF218"
    message = "{text} is no duration that can be used here"
    help = "write whole days, or hours and minutes: `36 hours`"
    reason = "A part of a month has no length, and a duration of nothing or less takes no time."
    wrong = "segment s\n    did order_completed in last 1.5 months\n"
    right = "segment s\n    did order_completed in last 45 days\n"


class NotWrittenOut(Rule):
    code = "TF219"
    message = "{what} must be written out"
    help = "write the text, number, date or list itself"
    reason = "There is no person here whose fields could be looked up."
    wrong = "profile\n    points  number = total_spent\n"
    right = "profile\n    points  number = 10\n"


class NoRecord(Rule):
    code = "TF220"
    message = "fields in brackets must be written out: nothing is looked up inside of them"
    help = (
        "pass single values, each under its own name; where an action takes JSON write it as one text: "
        '"{{\\"id\\": \\"{{{{ id }}}}\\"}}"'
    )
    reason = "Steps and conditions work on single values and lists of them."
    wrong = "flow f\n    start when signed_up\n    record added_to_cart with items: [(product_id: first_name)]\n"
    right = 'flow f\n    start when signed_up\n    record added_to_cart with items: [(product_id: "p1")]\n'


class PointlessCount(Rule):
    code = "TF221"
    severity = "warning"
    message = "`{text}` is always true"
    help = "write `did not …` for never, or a number of at least 1"
    reason = "Everything has happened at least 0 times."
    wrong = "segment s\n    did order_completed at least 0 times ever\n"
    right = "segment s\n    did order_completed at least 1 times ever\n"


class BadOptions(Rule):
    code = "TF222"
    message = "the options of `{name}` {problem}"
    help = "write each option once, all of one type"
    reason = "The options of `one of` are different texts, numbers or yes / no, all of one type."
    wrong = 'profile\n    size  one of "s", "m", "s"\n'
    right = 'profile\n    size  one of "s", "m", "l"\n'


class NoFieldsOfItsOwn(Rule):
    code = "TF223"
    message = "`{name}` is {type}, which has no fields of its own"
    help = "only a list, or a field without a type, can have a block of fields"
    reason = "The fields below could never have a value."
    wrong = "profile\n    company  text\n        size  number\n"
    right = "profile\n    company\n        size  number\n"
