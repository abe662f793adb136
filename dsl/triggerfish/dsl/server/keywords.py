"""What the words of the language mean, in a sentence each, for hovers and completion."""

from __future__ import annotations

DECLARATIONS = {
    "profile": "The fields known of a person. May be spread over several files.",
    "event": "Something that happens: its fields, and its name on the wire in quotes. `for everyone`: it concerns no single person.",
    "topic": "What a person subscribes to, channel by channel. Every message is about a topic, or `transactional`.",
    "value": "A named calculation, usable wherever a number field is.",
    "segment": "People for whom conditions hold now, a fixed list (`from`), or members by hand (`by hand`).",
    "score": "A number made of points for events and conditions.",
    "model": "A prediction from 0 to 1, learnt from history. Unknown until trained.",
    "message": "What is said, on each channel, perhaps in several languages.",
    "content": "A part of a message that differs: by conditions, by points, or as an experiment (`split`).",
    "policy": "Rules for everything that is sent: quiet hours, caps, sender, time zone.",
    "flow": "Who comes in and when, then the steps, one after the other.",
    "test": "An example that is run: what is given, what happens, what is expected.",
}

HEADERS = {
    "start": "How people come in. Several lines: any of them.",
    "only": "`only if C`: only people for whom the condition holds come in.",
    "again": "`again never`, `again always` or `again after 7 days`: how soon somebody may come in again, from the last entry.",
    "per": "`per event.order_id`: one run for each person and key.",
    "expire": "`expire after 3 days`: whoever is still inside then leaves.",
    "stop": "`stop when E` or `stop if C`: people leave at once, wherever they are.",
    "goal": "What the flow is for: measured, control group included; it ends nothing.",
    "priority": "Of sends due together, those of the flow with the higher priority go first.",
    "urgency": "`batch`, `low`, `normal`, `high` or `immediate`: order and batching of delivery.",
    "exclusive": "`exclusive in GROUP`: nobody is in two flows of one group; `else skip`, `wait` or `replace`.",
    "about": "The topic of the messages: consent to it is asked at each send.",
    "holdout": "`holdout 10%`: a control group that walks all steps and is sent nothing.",
    "status": "`active`, `paused` (nobody enters, those inside stand still), `testing` (nothing goes out) or `disabled` (those inside leave).",
    "release": "`release 500 per hour`: no more people come in than that.",
    "moved": "`moved old_name to new_name`: a step or flow goes on under another name.",
    "timezone": "The zone of the flow, or in `policy` of people whose own is unknown.",
}

STEPS = {
    "send": "One message on a channel. With `as NAME`, `NAME.opened`, `.clicked`, … are conditions afterwards.",
    "wait": "A while (`wait 2 days`), a moment (`wait until monday at 9:00`), or something that happens (`wait up to 2 days for E`).",
    "collect": "Gathers events for a digest.",
    "if": "The block below is for people for whom the condition holds.",
    "else": "What happens otherwise: `else`, or `else if C`.",
    "choose": "`choose by plan`: a block for each value. `choose best NAME`: the path with the most points.",
    "split": "An experiment: each person gets one arm, and always the same.",
    "together": "Branches that run at once; goes on when all are done.",
    "branch": "One of several branches that run at once.",
    "path": "One of the paths of `choose best`.",
    "repeat": "The block below, several times; `until C` is asked before each round.",
    "for": "`for each item in LIST` repeats a block; in a wait, `for E` is what it waits for; in a topic, the channels.",
    "set": "Gives a field of the profile a value.",
    "clear": "Makes a field of the profile unknown.",
    "add": "`add 10 to lead_score`: adds to a number; an unknown one starts at 0.",
    "subscribe": "Records consent to a topic.",
    "unsubscribe": "Withdraws consent to a topic.",
    "join": "`join segment S`: into a segment that is kept by hand.",
    "leave": "`leave segment S`: out of a segment that is kept by hand.",
    "record": "An event happens to this person.",
    "do": "An action of a plugin; the run goes on when the result is there.",
    "enter": "`enter flow X`: starts another flow for this person. As a header, `enter at most 2 per week` limits entries.",
    "exit": "Leaves the whole flow, perhaps with a reason.",
    "otherwise": "What happens when none of the others does.",
    "until": "Up to a moment, or until a condition holds.",
    "measure": "What an experiment is judged by.",
    "decide": "When and how an experiment is decided; newcomers then get the winner.",
}

CONDITIONS = {
    "did": "`did E in last 30 days`, `did E at least 3 times in last 2 hours`, `did not E ever`, `did E since entered`.",
    "is": "Equal; `is known`, `is unknown` ask whether there is a value at all. An unknown is equal to nothing.",
    "known": "The field has a value.",
    "unknown": "The field has no value.",
    "in": "One of several values, or `in segment S`, `in flow F`.",
    "in last": "A window that ends now: `in last 7 days`. A day is 24 hours here.",
    "within last": "On moments: not longer ago than that. On dates: whole days, today included.",
    "within next": "On moments: not further ahead than that. On dates: whole days, today included.",
    "contains": "On texts and lists.",
    "like": '`like "/shop/*"`: `*` stands for anything, `?` for one letter.',
    "between": "Both ends count.",
    "subscribed": "`subscribed to offers`, `subscribed to offers by sms`: there is consent.",
    "reachable": "`reachable by sms`: address, consent and no suppression.",
    "since": "From a moment on: `since entered`, `time since created_at`.",
    "ever": "At any time at all.",
    "count": "`count of E in last 7 days`; over nothing it is 0.",
    "sum": "`sum of E.field in last 90 days`; over nothing it is 0.",
    "average": "`average of E.field in last 90 days`; over nothing unknown.",
    "smallest": "`smallest of E.field in last 90 days`; over nothing unknown.",
    "largest": "`largest of E.field in last 90 days`; over nothing unknown.",
    "last": "`last E.field`: of the latest such event.",
    "first": "`first E.field`: of the earliest such event.",
    "time": "`time since M`: how long ago a moment was.",
    "now": "This moment.",
    "not": "The exact opposite, for unknown values too.",
    "and": "Both hold. Binds closer than `or`.",
    "or": "At least one holds.",
    "where": "Narrows an event: after its name, bare names are that event's fields first, then the profile's.",
    "worth": "What reaching the goal is worth: a number, usually a field of the event.",
    "with": "Values that are given: `with name: value, …`.",
    "as": "Gives what is caught or done a name for later: `as order`, then `order.total`.",
    "then": "The next stage of a chain: `then E within D`, or `then no E within D`.",
    "transactional": "Passes caps, quiet hours, topics and holdouts, and fills no cap.",
    "uncapped": "Passes caps only.",
    "sensitive": "Encrypted at rest and masked in logs, reports and pages.",
    "when": "`start when`, `stop when`: at the very moment. `when late by 6 hours skip`: what to do after an outage.",
}

OTHERS = {
    "given": "What is so when the test begins.",
    "happens": "An event happens in a test.",
    "after": "After a while: `again after 7 days`, `30 days after created_at`; in a test it moves the clock.",
    "at": "A time of day; in a test it sets the clock.",
    "expect": "What must be so at this point of a test.",
    "quiet": "`quiet hours 21:00 to 8:00 for sms`: nothing goes out then, in the person's zone.",
    "never": "`again never`; in `policy`, `never send to segment S`.",
    "sender": "Whom mail comes from.",
    "postal": "`postal address`: stands below every marketing mail.",
    "utm": "What is added to links, so that web analytics knows where visitors come from.",
    "conversion": "`conversion window 7 days`: how long after a message a goal counts as its doing.",
    "attribution": "Which message a goal is credited to.",
    "fade": "Takes a share of a score after each period without activity.",
    "level": "A name for a score from a number on: `NAME.level`.",
    "while": "Points for as long as a condition holds.",
    "predict": "What a model predicts.",
    "retrain": "How often a model learns anew.",
    "opt-in": "Nothing goes out on this channel without recorded consent.",
    "confirmed": "`confirmed opt-in`: consent must be confirmed by a link.",
}

KEYWORDS: dict[str, str] = {**DECLARATIONS, **HEADERS, **STEPS, **CONDITIONS, **OTHERS}
"""By the word, or the two words that are read as one."""

WORDS_AFTER: dict[str, tuple[str, ...]] = {
    "URGENCY": ("batch", "low", "normal", "high", "immediate"),
    "STATUS": ("active", "paused", "testing", "disabled"),
    "ATTRIBUTION": ("last touch", "first touch", "linear"),
}
"""Words that are no keywords but the only ones that may stand after one."""

TYPES = (
    "text", "number", "boolean", "date", "datetime", "duration", "timezone", "email", "phone", "url", "list", "list of",
    "one of",
)  # fmt: skip
