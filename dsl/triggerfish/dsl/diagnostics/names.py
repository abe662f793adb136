"""Mistakes with names: TF1xx."""

from __future__ import annotations

from triggerfish.dsl.diagnostics.model import Rule


class UnknownEvent(Rule):
    code = "TF101"
    message = "there is no event called `{name}`"
    help = "declare it: `event {name}`, with its fields below it"
    reason = "An event that is declared nowhere can never happen, so nothing that waits for it would ever go on."
    wrong = "flow f\n    start when added_to_crat\n    wait 1 day\n"
    right = "flow f\n    start when added_to_cart\n    wait 1 day\n"


class UnknownName(Rule):
    code = "TF102"
    message = "nothing is called `{name}` here"
    help = "if it is a field of the person, declare it in `profile`; texts stand in quotation marks"
    reason = (
        "A name must be a field of the event looked at, a profile field, a value, a score, or a name given with `as`."
    )
    wrong = 'segment s\n    plann is "pro"\n'
    right = 'segment s\n    plan is "pro"\n'


class UnknownTopic(Rule):
    code = "TF103"
    message = "there is no topic called `{name}`"
    help = "declare it: `topic {name} for email`"
    reason = "People subscribe to declared topics; nobody can be subscribed to this one."
    wrong = "segment s\n    subscribed to ofers\n"
    right = "segment s\n    subscribed to offers\n"


class UnknownSegment(Rule):
    code = "TF104"
    message = "there is no segment called `{name}`"
    help = "declare it: `segment {name}`, with its conditions below it"
    reason = "Nobody can be in a segment that is declared nowhere."
    wrong = "segment s\n    in segment engagd\n"
    right = "segment s\n    in segment engaged\n"


class UnknownFlow(Rule):
    code = "TF105"
    message = "there is no flow called `{name}`"
    help = "`triggerfish describe` lists the flows there are"
    reason = "Nobody can be in a flow that is declared nowhere."
    wrong = "flow first_flow\n    start when signed_up\n    wait 1 day\n\nsegment s\n    in flow frist_flow\n"
    right = "flow first_flow\n    start when signed_up\n    wait 1 day\n\nsegment s\n    in flow first_flow\n"


class UnknownMessage(Rule):
    code = "TF106"
    message = "there is no message called `{name}`"
    help = "declare it: `message {name}`, and below it what it says on each channel"
    reason = "Only declared messages can be sent."
    wrong = "flow f\n    start when signed_up\n    about offers\n    send email cart_remind\n"
    right = "flow f\n    start when signed_up\n    about offers\n    send email cart_reminder\n"


class UnknownChannel(Rule):
    code = "TF107"
    message = "there is no channel called `{name}`"
    help = "`triggerfish plugins` lists the channels there are; a plugin that is installed adds its own"
    reason = "Channels come from plugins; none that is installed offers this one."
    wrong = "segment s\n    reachable by smss\n"
    right = "segment s\n    reachable by sms\n"


class UnknownAction(Rule):
    code = "TF108"
    message = "there is no action called `{name}`"
    help = "`triggerfish plugins` lists the actions there are; a plugin that is installed adds its own"
    reason = "Actions come from plugins; none that is installed offers this one."
    wrong = 'flow f\n    start when signed_up\n    do log.rite with text: "hi"\n'
    right = 'flow f\n    start when signed_up\n    do log.write with message: "hi"\n'


class UnknownArgument(Rule):
    code = "TF109"
    message = "{owner} has no {what} called `{name}`"
    help = "leave it out, or declare it where {owner} is declared"
    reason = "A value under a name that nobody reads would be lost silently."
    wrong = "flow f\n    start when signed_up\n    record order_completed with totl: 5\n"
    right = "flow f\n    start when signed_up\n    record order_completed with total: 5\n"


class UnknownFunction(Rule):
    code = "TF110"
    message = "there is no function called `{name}`"
    help = "`triggerfish plugins` lists the functions of plugins; the language page lists the built-in ones"
    reason = "Functions are built in or come from plugins; none that is installed offers this one."
    wrong = 'segment s\n    lowr(first_name) is "ana"\n'
    right = 'segment s\n    lower(first_name) is "ana"\n'


class UnknownPart(Rule):
    code = "TF111"
    message = "{owner} has no field called `{name}`"
    help = "declare it among the fields of {owner}, or leave it out"
    reason = "What stands after a dot must be a field of what stands before it."
    wrong = "flow f\n    start when order_completed\n    only if event.totl > 5\n    wait 1 day\n"
    right = "flow f\n    start when order_completed\n    only if event.total > 5\n    wait 1 day\n"


class Duplicate(Rule):
    code = "TF112"
    message = "there is already {what} called `{name}`"
    help = "give one of them another name, or remove one"
    reason = "With two things of one name nobody can say which is meant."
    wrong = "event thing_done\n\nevent thing_done\n"
    right = "event thing_done\n\nevent other_thing_done\n"


class TakenName(Rule):
    code = "TF113"
    message = "the name `{name}` already belongs to {owner}"
    help = "choose another name"
    reason = "Names that mean something everywhere cannot be given to something else."
    wrong = "profile\n    entered  date\n"
    right = "profile\n    entered_on  date\n"


class SameWireName(Rule):
    code = "TF114"
    message = "incoming events cannot tell `{name}` from `{other}`: both are known as `{wire}`"
    help = "give one of them another name on the wire, in quotes after its name"
    reason = "Names of incoming events match after capitals, spaces and dashes are levelled, so these two are the same."
    wrong = 'event cart_filled "Cart Updated"\n\nevent cart_changed "cart-updated"\n'
    right = 'event cart_filled "Cart Filled"\n\nevent cart_changed "cart-updated"\n'


class NotInEvery(Rule):
    code = "TF115"
    message = "{lacking} no `{name}`"
    help = "only what all of them have, with the same type, can be used here: {all}"
    reason = "Any of several events may be the one that came; a name must mean something for each of them."
    wrong = "flow f\n    start when order_completed, signed_up where total > 5\n    wait 1 day\n"
    right = "flow f\n    start when order_completed where total > 5\n    start when signed_up\n    wait 1 day\n"


class AmbiguousName(Rule):
    code = "TF116"
    severity = "warning"
    message = "`{name}` is a field of `{event}` and also {other}; here it is the field of `{event}`"
    help = "for the other one write {explicit}"
    reason = "After an event's name its own fields come first, which may not be what was meant."
    wrong = 'event plan_changed\n    plan  text\n\nsegment s\n    did (plan_changed where plan is "pro") ever\n'
    right = 'event plan_changed\n    plan  text\n\nsegment s\n    did (plan_changed where profile.plan is "pro") ever\n'


class Circular(Rule):
    code = "TF117"
    message = "{what} `{name}` depends on itself: {chain}"
    help = "take one of these uses out"
    reason = "What is defined by itself has no value."
    wrong = "segment a\n    in segment b\n\nsegment b\n    in segment a\n"
    right = 'segment a\n    in segment b\n\nsegment b\n    plan is "pro"\n'


class NothingHere(Rule):
    code = "TF118"
    message = "there is no `{name}` here"
    help = "write a value that does not need a run, such as `last EVENT.FIELD`"
    reason = "`event` and `entered` belong to a run of a flow, which segments, values and scores do not have."
    wrong = "segment s\n    event.total > 5\n"
    right = "segment s\n    last order_completed.total > 5\n"


class NotAValue(Rule):
    code = "TF119"
    message = "`{name}` is {what}, not a value"
    help = "compare a field, a value or a score; of an event ask `did {name} …`"
    reason = (
        "Only fields, values, scores and names given with `as` have a value that can be compared or calculated with."
    )
    wrong = "segment s\n    order_completed > 5\n"
    right = "segment s\n    last order_completed.total > 5\n"


class UnknownStep(Rule):
    code = "TF120"
    message = "no step of `{flow}` is called `{name}`"
    help = "give the step this name with `as {name}`, or write the name of another"
    reason = "A step gets its name with `as`; people can only be moved to a step that is there."
    wrong = "flow f\n    start when signed_up\n    moved old_wait to pause\n    wait 1 day as pauze\n"
    right = "flow f\n    start when signed_up\n    moved old_wait to pause\n    wait 1 day as pause\n"


class UnknownMethod(Rule):
    code = "TF121"
    message = "there is no way to decide called `{name}`"
    help = "the ways are bayesian, frequentist and sequential"
    reason = "An experiment is decided by one of a few well-known methods."
    wrong = (
        "flow f\n    start when signed_up\n    split tone\n        50% calm\n            wait 1 day\n        50% loud\n"
        "        measure order_completed within 2 days\n        decide by baesian at 95%\n"
    )
    right = (
        "flow f\n    start when signed_up\n    split tone\n        50% calm\n            wait 1 day\n        50% loud\n"
        "        measure order_completed within 2 days\n        decide by bayesian at 95%\n"
    )
