"""How people say things who have not read the language page, and how they are said here.

A cure rewrites the words of one sentence, joined by single spaces. It is only proposed where the rewritten sentence can
be read (see ``explain``), so that a pattern may be generous.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_NUMBERS = {
    word: str(number)
    for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
}
_COUNTED = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|times?)"
_UNITS = {
    "sec": "seconds", "secs": "seconds", "min": "minutes", "mins": "minutes", "h": "hours", "hr": "hours", "hrs": "hours",
    "d": "days", "w": "weeks", "wk": "weeks", "wks": "weeks", "mo": "months", "mos": "months", "yr": "years", "yrs": "years",
}  # fmt: skip
_CLOCKS = {"noon": "12:00", "midday": "12:00", "midnight": "0:00"}
_PERIODS = {"daily": "day", "monthly": "month on day 1", "hourly": "1 hour", "weekly": "monday"}
_A_PART = r"(?:subject|preview|title|body|text|sms|push|sender|postal address|timezone|headline)"

CURES: tuple[tuple[str, str], ...] = (
    # what programs and lists begin and end their lines with
    (r"^[-*] (?=[^\W\d])", ""),
    (r" then(?: :)?$| :$| do$", ""),
    (r"^(?:elif|elsif|elseif|elsewhen) ", "else if "),
    (r"^otherwise if ", "else if "),
    (r"^unless (.+)$", r"if not (\1)"),
    (r"^(?:when|on|upon) (?=if )", ""),
    (r"^case (?=\")", ""),
    # texts
    (rf"^({_A_PART}) : ", r"\1 "),
    (r'^(\w+) file ([^"]+)$', r'\1 file "\2"'),
    (rf'^({_A_PART}) (?!file |")([^"]+)$', "quoted"),
    (r"^((?:flow|message|segment|event|topic|score|model) \w+) : ", r"\1 "),
    (r"^(\w+) : ", r"\1 "),
    # how long, and when
    (r"^wait for (?=[\w\"])", "wait "),
    (r"^(?:delay|pause|sleep|hold) (?:for )?", "wait "),
    (r"^after (\d+ \w+)$", r"wait \1"),
    (r"^wait until (?:next|the next|this) ", "wait until "),
    (rf"\b({'|'.join(_NUMBERS)})(?= {_COUNTED}\b| \w+ per | \w+ in any )", "number"),
    (r"\b(?:an?)(?= (?:second|minute|hour|day|week|month|year)\b)", "1"),
    (r"\b(until|at|to) (\d{1,2}) (?:h|o'clock|oclock|uhr|heures)\b", r"\1 \2:00"),
    (rf"(?<=\d )({'|'.join(_UNITS)})\b", "unit"),
    (r"\b(noon|midday|midnight)\b", "clock"),
    (r"\b(\d{1,2})\.(\d{2})\b", r"\1:\2"),
    (r"(?<=at )(\d{1,2})$", r"\1:00"),
    (r"(?<=\d:\d\d) - (?=\d)", " to "),
    (r"^quiet hours (?:from|between) ", "quiet hours "),
    (r"((?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|day|month)) (?=\d+:\d\d$)", r"\1 at "),
    (r"^(start on \d{4}-\d\d-\d\d) (?=\d+:\d\d$)", r"\1 at "),
    (r"^(start on \d{4}-\d\d-\d\d|start every (?:day|\w+day(?: , \w+day)*))$", r"\1 at 9:00"),
    (r"^start (daily|weekly|monthly|hourly)\b", "period"),
    (r"\b(at most|at least) once\b", r"\1 1 times"),
    (r"\b(at most|at least) twice\b", r"\1 2 times"),
    (r"\b(enter at most) (?:once|1 times?)\b", r"\1 1"),
    (r" (?:a|each|every|/) (?=(?:second|minute|hour|day|week|month|year)\b)", " per "),
    (r"^(?:max|maximum|limit|no more than|up to) (?=\d)", "at most "),
    (r"\b(\d{1,3})(?: , (\d{3}))(?: , (\d{3}))?\b", "thousands"),
    # conditions
    (r"\b(\d{1,3})\.(\d{3}) , (\d+)", r"\1\2.\3"),
    (r" is (not )?in (?=[\[(])", r" \1in "),
    (r" is not (?:set|given|filled|there)\b", " is unknown"),
    (r" is (?:set|given|there)\b", " is known"),
    (r"^((?:else )?if|only if|stop if) (?:they |the person )?(opened|clicked) (\w+)$",
     r'\1 did (email_\2 where message is "\3") ever'),
    (r"\b(?:email|mail) (opened|clicked|replied|bounced)(?= |$)", r"did email_\1 ever"),
    (r"\b([a-z]\w*) (sent|opened|clicked|bounced|replied|failed|happened)(?= |$)", r"\1.\2"),
    (r"\b(?:is )?(?:equals?(?: to)?|same as) ", "is "),
    (r"\b(?:isnt|aint|is different from|differs from) ", "is not "),
    (r"\b(?:is )?(?:greater|more|bigger|higher|larger|over) than or equal(?: to)? ", ">= "),
    (r"\b(?:is )?(?:less|fewer|smaller|lower) than or equal(?: to)? ", "<= "),
    (r"\b(?:is )?(?:greater|more|bigger|higher|larger) than ", "> "),
    (r"\b(?:is )?(?:less|fewer|smaller|lower) than ", "< "),
    (r"\b(?:is )?(?:above|over|exceeds) (?=[\w-])", "> "),
    (r"\b(?:is )?(?:below|under) (?=[\w-])", "< "),
    (r"\b(?:is )?at least (?=[\d-])", ">= "),
    (r"\b(?:is )?at most (?=[\d-])", "<= "),
    (r" (?:exists|is present|is filled|is not null)(?= |$)", " is known"),
    (r" does not exist(?= |$)| is absent(?= |$)", " is unknown"),
    (r" (?:includes?|contain|has) ", " contains "),
    (r" (?:doesnt|does not) contains ", " does not contain "),
    (r"\bin the last\b|\bwithin the last\b|\bin the past\b|\bin past\b|\bwithin last\b", "in last"),
    (r"\b(did (?:not )?[\w.]+(?: at (?:least|most) \d+ times?)?) (?:last|within|for|during|over) (?=\d)", r"\1 in last "),
    (r"\b(did (?:not )?[\w.]+(?: at (?:least|most) \d+ times?)?)$", r"\1 ever"),
    (r"\b(?:has|have|had) (not )?(?:done )?(?=\w+ (?:in|at|ever|since)\b)", r"did \1"),
    (r"\b([a-z]\w*)(?= (?:at least \d+ times? )?in last \d)", r"did \1"),
    (r"\b(?:is )?(?:a )?(?:member of|in the|in) (?:the )?segment ", "in segment "),
    (r"\b(?:is )?not in segment (\w+)", r"not (in segment \1)"),
    (r"\bis (?:not )?subscribed to ", "subscribed to "),
    # how a flow starts, stops and whom it takes
    (r"^start (?:when|if) (?:is )?(?:in|joins?|enters?|joined|entered|in the) segment ", "start when enters segment "),
    (r"^start (?:when|if) (?:not in|leaves?|left|exits?) segment ", "start when leaves segment "),
    (r"^start (?:when|if) subscribed to ", "start when subscribes to "),
    (r"^start (?:when|if) unsubscribed from ", "start when unsubscribes from "),
    (r"^start (?:when|if) (\S+) (?:is|becomes|changes to|=) ", r"start when \1 changes to "),
    (r"^start (?:when|if) (\S+) changed\b", r"start when \1 changes"),
    (r"^start (?:when|if) (\S+) (?:>=|>|reaches|is at least|rises above|at least|exceeds) ", r"start when \1 rises to "),
    (r"^start (?:when|if) (\S+) (?:<=|<|drops below|drops under|is below|is at most) ", r"start when \1 falls below "),
    (r"^(?:start|trigger|begin|run)(?: (?:when|on|if|with|upon))?(?: the)?(?: event)? (?=[a-z_])", "start when "),
    (r"^(?:when|on|upon)(?: the)?(?: event)? (?=[a-z_])", "start when "),
    (r'^(?:start|trigger|begin|enter|run) ?(?:when|on|if|with|upon)? ?(?:the )?(?:event )?"([^"]+)"', "event"),
    (r"^start when (?:a |the )?(?:user|person|customer|contact|someone|somebody|they|profile)(?: did| does| has)? ", "start when "),
    (r"^(start when .+?) (?:happens|occurs|fires|is received|happened)\b", r"\1"),
    (r"^(start when \w+(?: , \w+)*) or (?=\w)", r"\1 , "),
    (r"^(start when \w+) (?:and|if|with|when) (?=.)", r"\1 where "),
    (r"^start when ([a-z]\w*) ([a-z]\w*)(?: ([a-z]\w*))?$", "joined"),
    (r"^stop when (.+)$", r"stop if \1"),
    (r"^(?:exit|leave|quit|end|cancel) (when|if) ", r"stop \1 "),
    (r"^stop (?:on|after|at|with) (?=\w)", "stop when "),
    (r"^only (?:for )?(?:people )?(?:in )?(?:the )?(?:segment )?(?!if|when|where)(\w+)$", r"only if in segment \1"),
    (r"^only (?:when|for|where) (.+)$", r"only if \1"),
    (r"^(?:filter|condition|audience|for people who|for those who) (.+)$", r"only if \1"),
    (r"^(?:reenter|re_enter|repeat) after ", "again after "),
    (r"^again (?=\d)", "again after "),
    (r"^(?:topic|category) (?=\w+$)", "about "),
    (r"^expire (?:in|within) ", "expire after "),
    # steps
    (r"^send (?:an?|the|message) ", "send "),
    (r"^(email|sms|push) (?=[a-z_]\w*)", r"send \1 "),
    (r"^send (?!(?:email|sms|push|whatsapp|chat)\b)(?=[a-z_]\w*(?: (?:about|as|to|with|within|at best|transactional|uncapped)\b|$))", "send email "),
    (r"^set (\S+) (?:=|:|as|is) ", r"set \1 to "),
    (r"^set (\S+) (?=[\"\d\w])", r"set \1 to "),
    (r"^(?:update|change) (\S+) (?:=|to) ", r"set \1 to "),
    (r"^(?:increase|increment) (\S+) by (.+)$", r"add \2 to \1"),
    (r"^add (.+) (?:in|into|on) (\S+)$", r"add \1 to \2"),
    (r"^(subscribe) (?=\w)", r"\1 to "),
    (r"^(unsubscribe) (?=\w)", r"\1 from "),
    (r"^add to segment ", "join segment "),
    (r"^remove from segment ", "leave segment "),
    (r"^(?:stop|quit|finish|return|leave)$", "exit"),
    (r"^exit (?:the )?flow$", "exit"),
    (r"^(?:track|trigger|emit|fire) (?:event )?(?=\w)", "record "),
    (r"^(?:call|run|execute) (?=\w+\.)", "do "),
    (r"^(repeat (?:up to )?\d+)(?= |$)", r"\1 times"),
    (r"^(?:loop|repeat) (?:for )?(\d+) x$", r"repeat \1 times"),
    (r"^for (?=\w+ in )", "for each "),
    (r"^foreach ", "for each "),
    (r"^choose (?=\w+$)|^(?:switch|match|case) (?:on |by )?", "choose by "),
    (r"^(\d+) (?=[a-z_]\w*$)", r"\1% "),
    (r"^(do [\w.]+|record \w+|enter flow \w+|\w+ happens) (?=\w+ :)", r"\1 with "),
    (r"(?<= with )(\w+) (?:(?:=|is|to) )?(?=[\"\d])", r"\1 : "),
    (r"^(given \w+) (?:=|is|to) ", r"\1 : "),
    (r'^(given \w+) (?=(?:\d{4}-\S+|\d[\d.]*|"[^"]*"|yes|no)(?: ,|$))', r"\1 : "),
    # declarations
    (r"^([a-z]\w*) ([a-z]\w*) (?=(?:text|number|boolean|date|datetime|email|phone|url|one of|list)\b)", r"\1_\2 "),
    (r"(\bfor \w+) and (?=\w+$)", r"\1 , "),
    (r"^([+-] \d+) (?:points )?(?:for|when|if|on) (?=\w+)", r"\1 "),
    (r"^([+-] \d+) (?:points )?(?:if|when|for) ", r"\1 while "),
    (r"^(\d+) (?=[a-z_])", r"+ \1 "),
    (r"^(segment \w+)(?: where| if| is)? (?=from \")", r"\1 "),
    # tests
    (r"^(?:wait|sleep|pass) (?=\d)", "after "),
    (r"^after (\w+)$", r"\1 happens"),
    (r"^expect (?:not|never) (?=\w+ \w+$)", "expect no "),
    (r"^(expect .* with \w+) (?:contains?|has|includes?|with) (?=\")", r"\1 containing "),
    (r"^([a-z]\w*) (?=with \w+ :)", r"\1 happens "),
    (r"^(?:when|given) (\w+ happens)", r"\1"),
    (r"^(?:assert|check|verify|then) ", "expect "),
    (r"^(?:given )?(\w+_\w+)$", r"\1 happens"),
)  # fmt: skip
"""What is found in a sentence, and what stands there instead. Earlier ones are preferred."""

ADVICE: tuple[tuple[str, str], ...] = (
    (r"^end$|^end ?(?:if|for|choose|flow|split|repeat)$|^(?:endif|endfor|done|fi|pass|begin)$",
     "leave this line out: a block ends where the indentation ends"),
    (r"^send (?:email|sms|push) (?:to|about|with|as)\b",
     "after the channel stands the message, as in `send email welcome`; the start of the flow says whom it reaches"),
    (r"^send (\w+) \"",
     "a message has a name and is declared on its own: `message NAME` with its texts below it, then `send {0} NAME` here"),
    (r"^(email|sms|push) (?:\"|$)",
     "declare what is sent with `message NAME` and its texts below it, then write `send {0} NAME` here"),
    (r"^(?:subject|preview|body|title) ",
     "texts belong to a `message`, below its channel; a flow sends it with `send email NAME`"),
    (r"^wait (?:\d+|\w+) (?:-|to|or) \d+ ",
     "say one length, as in `wait 2 days`; `wait up to 3 days for EVENT` goes on earlier where something happens"),
    (r"^wait \d+ (?:workdays?|weekdays?|business days?)",
     "count in days, then add `wait until 9:00 on weekdays`"),
    (r"^wait .* then \w+", "each step has a line of its own"),
    (r"^send .* (?:after|in) \d+ \w+$", "write `wait …` on a line of its own above the `send`"),
    (r"^(?:goto|go to|jump to?) ",
     "there is no jumping: put the steps into `if` and `else`, or start another flow with `enter flow NAME`"),
    (r"^(?:tag|label) ", 'mark people in a field, as in `set plan to "pro"`, or in a list, as in `join segment NAME`'),
    (r"^webhook ", 'web addresses are called by an action, as in `do http.request with url: "https://…"`'),
    (r"^split (?:test$|\d|\")", "a split has a name, and a line for each arm below it: `split tone`, then `50% calm`"),
    (r"^flow \"", 'after `flow` stands a short name, then the title: `flow my_flow "My flow"`'),
    (r"^flow$", "give it a name: `flow welcome`"),
    (r"^(flow|message|segment|score|event|topic|value|model|content) [^\W\d]\w* (?!(?:for|is|from|by|in|where|if)\b)[^\W\d]\w*$",
     "a name is one word: join its words by `_`, and put a title in quotation marks behind it"),
    (r"^segment \w+ (?:where |if )?.+",
     'the conditions stand below the name, one a line and indented: `segment engaged`, then `plan is "pro"`'),
    (r"\bone of [^\W\d]", 'put each option in quotation marks: `one of "gold", "silver"`'),
)  # fmt: skip
"""What is found in a sentence that cannot be rewritten word by word, and what to do."""

_CURES = tuple((re.compile(pattern), better) for pattern, better in CURES)
_ADVICE = tuple((re.compile(pattern), advice) for pattern, advice in ADVICE)


def rewritten(said: str) -> Iterator[str]:
    """``said`` in other words, the likeliest first: by each cure alone, then by several one after another."""
    several = said
    tried = 0
    for pattern, better in _CURES:
        alone = pattern.sub(lambda match, better=better: _said(match, better), said, count=1)  # type: ignore[misc]
        if alone != said:
            yield alone
        after = pattern.sub(lambda match, better=better: _said(match, better), several, count=1)  # type: ignore[misc]
        if after != several:
            several = after
            tried += 1
            if tried > 1:
                yield several


def advice(said: str) -> str | None:
    """What to do about a sentence that no other words mend."""
    for pattern, text in _ADVICE:
        if found := pattern.search(said):
            return text.replace("{0}", found[1]) if found.groups() else text
    return None


def _said(match: re.Match[str], better: str) -> str:
    word = match[match.lastindex or 0]
    match better:
        case "number":
            return _NUMBERS[word]
        case "unit":
            return _UNITS[word]
        case "clock":
            return _CLOCKS[word]
        case "period":
            return f"start every {_PERIODS[word]}"
        case "thousands":
            return "".join(part for part in match.groups() if part)
        case "quoted":
            text = re.sub(r" ([,.:;!?)])", r"\1", re.sub(r" ([/-]) ", r"\1", match[2]))
            return f'{match[1]} "{text}"'
        case "joined":
            return "start when " + "_".join(part for part in match.groups() if part)
        case "event":
            return f"start when {re.sub(r'[^a-z0-9]+', '_', word.casefold()).strip('_')}"
        case _:
            return match.expand(better)
