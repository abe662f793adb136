"""Mistakes that show while a text is read, before it is known what its names mean."""

from __future__ import annotations

from triggerfish.dsl.diagnostics.model import Rule


class UnexpectedWord(Rule):
    code = "TF001"
    message = "{what} cannot stand {where}"
    help = "leave it out, or begin a new line"
    reason = "Every line is a sentence of the language; this word does not continue the one that was begun."
    wrong = "flow hello\n    start when signed_up\n    send email welcome tomorrow\n"
    right = "flow hello\n    start when signed_up\n    wait 1 day\n    send email welcome\n"


class UnfinishedLine(Rule):
    code = "TF002"
    message = "this line ends too early"
    help = "say the rest of the sentence"
    reason = "The sentence that was begun needs more words."
    wrong = "flow hello\n    start when signed_up\n    send email\n"
    right = "flow hello\n    start when signed_up\n    send email welcome\n"


class ReservedName(Rule):
    code = "TF003"
    message = "here a name is expected, but `{word}` is a word of the language"
    help = "choose another name, such as `the_{word}`"
    reason = "A few words hold the sentences of the language together and cannot be names, except after a dot."
    wrong = 'segment last\n    plan is "pro"\n'
    right = 'segment last_ones\n    plan is "pro"\n'


class Misspelt(Rule):
    code = "TF004"
    message = "`{word}` is not known here"
    help = "did you mean `{suggestion}`?"
    reason = "A word of the language is misspelt."
    wrong = "flow hello\n    start when signed_up\n    sned email welcome\n"
    right = "flow hello\n    start when signed_up\n    send email welcome\n"


class UnknownDeclaration(Rule):
    code = "TF005"
    message = "no declaration begins with {what}"
    help = (
        "at the left margin stand `profile`, `event`, `topic`, `value`, `segment`, `score`, `model`, `message`, "
        "`content`, `policy`, `flow` and `test`; what belongs to one of them is indented below it"
    )
    reason = "A line at the left margin says what is declared."
    wrong = "send email welcome\n"
    right = "flow hello\n    start when signed_up\n    send email welcome\n"


class UnexpectedIndent(Rule):
    code = "TF006"
    message = "this line is indented deeper than the one above it, which takes no lines below it"
    help = (
        "write it in line with the one above; to continue a line, begin the next one with `and`, `or`, "
        "`then` or `where`"
    )
    reason = "Indented lines belong to the line above them, and only some lines can have lines of their own."
    wrong = "flow hello\n    start when signed_up\n    send email welcome\n        exit\n"
    right = "flow hello\n    start when signed_up\n    send email welcome\n    exit\n"


class UnmatchedIndent(Rule):
    code = "TF007"
    message = "this line is in line with no line above it"
    help = "indent it by {choices} spaces"
    reason = "Lines that belong together begin at the same column."
    wrong = "flow hello\n    start when signed_up\n  send email welcome\n"
    right = "flow hello\n    start when signed_up\n    send email welcome\n"


class MixedIndent(Rule):
    code = "TF008"
    message = "tabs and spaces are mixed in the indentation"
    help = "indent every line of this block by spaces, four for each level (`triggerfish fmt` does)"
    reason = "A tab is as wide as each program likes; mixed with spaces it shows blocks that are none."
    wrong = 'segment engaged\n    plan is "pro"\n\tlogins > 3\n'
    right = 'segment engaged\n    plan is "pro"\n    logins > 3\n'


class UnclosedText(Rule):
    code = "TF009"
    message = "this text has no closing quotation mark"
    help = 'write `"` at its end; a text over several lines stands between `"""` and `"""`'
    reason = "A text ends where its line ends, at the latest."
    wrong = 'segment pros\n    plan is "pro\n'
    right = 'segment pros\n    plan is "pro"\n'


class UnclosedLongText(Rule):
    code = "TF010"
    message = 'this text over several lines has no closing `"""`'
    help = 'write `"""` after its last line'
    reason = "Everything up to the next three quotation marks belongs to the text."
    wrong = 'message hi\n    sms """\n        Hello\n'
    right = 'message hi\n    sms """\n        Hello\n        """\n'


class UnclosedBracket(Rule):
    code = "TF011"
    message = "this bracket is never closed"
    help = "write `{closing}` where what belongs together ends"
    reason = "Brackets come in pairs."
    wrong = 'segment pros\n    plan in ("pro", "team"\n'
    right = 'segment pros\n    plan in ("pro", "team")\n'


class StrayBracket(Rule):
    code = "TF012"
    message = "`{closing}` closes nothing"
    help = "remove it, or open the bracket it belongs to"
    reason = "Brackets come in pairs."
    wrong = 'segment pros\n    plan in "pro")\n'
    right = 'segment pros\n    plan in ("pro", "team")\n'


class OddCharacter(Rule):
    code = "TF013"
    message = "{what} has no meaning here"
    help = "remove it; in a text, between quotation marks, any character may stand"
    reason = "Outside of texts and comments there are only words, numbers and a few signs."
    wrong = "segment rich\n    total_spent > $50\n"
    right = "segment rich\n    total_spent > 50\n"


class WrongQuotes(Rule):
    code = "TF014"
    message = "texts stand between double quotation marks"
    help = 'write `"…"`'
    reason = "One way to write a text: single quotation marks are left to what stands inside of it."
    wrong = "segment pros\n    plan is 'pro'\n"
    right = 'segment pros\n    plan is "pro"\n'


class ForeignSign(Rule):
    code = "TF015"
    message = "`{sign}` is written `{word}` here"
    help = "write `{word}`"
    reason = "Conditions are written in words, so that they can be read aloud."
    wrong = 'segment pros\n    plan == "pro"\n'
    right = 'segment pros\n    plan is "pro"\n'


class BadName(Rule):
    code = "TF016"
    message = "`{word}` is not written like a name"
    help = "names have small letters a to z, digits and `_`: `{better}`"
    reason = "One way of writing names, which every system the program talks to can carry."
    wrong = "segment BigSpenders\n    total_spent > 500\n"
    right = "segment big_spenders\n    total_spent > 500\n"


class NoSuchDate(Rule):
    code = "TF017"
    message = "there is no date {word}"
    help = "dates are written year-month-day, as in 2026-03-09"
    reason = "A date has four digits of year, two of month and two of day, and is in the calendar."
    wrong = "flow spring\n    start on 2026-02-30 at 9:00\n"
    right = "flow spring\n    start on 2026-02-28 at 9:00\n"


class NoSuchTime(Rule):
    code = "TF018"
    message = "there is no time of day {word}"
    help = "times are written 9:00, 21:30, 9am or 9:30pm"
    reason = "Hours go from 0 to 23, or from 1 to 12 before am and pm; minutes have two digits."
    wrong = "flow spring\n    start every day at 24:30\n"
    right = "flow spring\n    start every day at 23:30\n"


class NumberTooLong(Rule):
    code = "TF019"
    message = "this number has too many digits"
    help = "numbers have at most 15 digits"
    reason = "Beyond 15 digits a number is no longer exact."
    wrong = "value much is 12345678901234567890\n"
    right = "value much is 1234567890\n"


class NestedTooDeep(Rule):
    code = "TF020"
    message = "this is nested too deep"
    help = "move a part of it into a declaration of its own: a `segment`, a `value` or a flow"
    reason = "Nobody can read it, and {limit} levels are more than any flow needs."
    wrong = "value deep is " + "(" * 50 + "1" + ")" * 50 + "\n"
    right = "value deep is (1)\n"


class TooLong(Rule):
    code = "TF021"
    message = "this calculation is too long"
    help = "break it into `value`s"
    reason = "Beyond 200 signs in one calculation nobody can check it."
    wrong = "value long is 1" + " + 1" * 250 + "\n"
    right = "value long is 250\n"


class NothingBelow(Rule):
    code = "TF022"
    message = "{what} needs lines below it"
    help = "indent by four spaces, below it, {below}"
    reason = "The line opens a block that cannot be empty."
    wrong = "segment engaged\n"
    right = "segment engaged\n    did email_clicked in last 30 days\n"


class NoType(Rule):
    code = "TF023"
    message = "the field `{name}` has no type"
    help = (
        'write what it holds behind its name: `text`, `number`, `boolean`, `date`, `one of "a", "b"`, `list of text` …'
    )
    reason = "Conditions are checked against the types of fields."
    wrong = "profile\n    plan\n"
    right = "profile\n    plan text\n"


class UnknownType(Rule):
    code = "TF024"
    message = "`{name}` is not a type"
    help = (
        "types are `text`, `number`, `boolean`, `date`, `datetime`, `duration`, `timezone`, `email`, `phone`, `url`, "
        "`list`, `list of …` and `one of …`"
    )
    reason = "Conditions are checked against the types of fields."
    wrong = "profile\n    plan string\n"
    right = "profile\n    plan text\n"


class SaidTwice(Rule):
    code = "TF025"
    message = "{what} is said twice"
    help = "keep one of them"
    reason = "Only one of the two could count."
    wrong = "flow hello\n    start when signed_up\n    send email welcome uncapped uncapped\n"
    right = "flow hello\n    start when signed_up\n    send email welcome uncapped\n"


class PartMissing(Rule):
    code = "TF026"
    message = "{what} does not say {missing}"
    help = "add {example}"
    reason = "Without this part the line means nothing."
    wrong = "flow hello\n    start when signed_up\n    goal order_completed\n"
    right = "flow hello\n    start when signed_up\n    goal order_completed within 3 days\n"


class HeaderAfterStep(Rule):
    code = "TF027"
    message = "`{word}` belongs to the head of a flow, above its first step"
    help = "move this line up"
    reason = "What holds for the whole flow stands at its top, where it is looked for."
    wrong = "flow hello\n    start when signed_up\n    send email welcome\n    priority 10\n"
    right = "flow hello\n    start when signed_up\n    priority 10\n    send email welcome\n"


class ElseWithoutIf(Rule):
    code = "TF028"
    message = "this `else` follows no `if`"
    help = "`else` stands in line with its `if`, directly after the lines below it, and is the last of them"
    reason = "`else` is what happens where the `if` before it does not hold."
    wrong = "flow hello\n    start when signed_up\n    else\n        exit\n"
    right = (
        'flow hello\n    start when signed_up\n    if plan is "pro"\n        exit\n'
        "    else\n        send email welcome\n"
    )


class OtherwiseNotLast(Rule):
    code = "TF029"
    message = "`otherwise` is the last of its kind, and there is only one"
    help = "move it to the end"
    reason = "`otherwise` is what happens when nothing above it did."
    wrong = (
        "flow hello\n    start when signed_up\n    choose by plan\n        otherwise\n            exit\n"
        '        "pro"\n            send email welcome\n'
    )
    right = (
        'flow hello\n    start when signed_up\n    choose by plan\n        "pro"\n            send email welcome\n'
        "        otherwise\n            exit\n"
    )


class NotOneOf(Rule):
    code = "TF030"
    message = "`{word}` is no {what}"
    help = "write one of {choices}"
    reason = "Only the words listed have a meaning here."
    wrong = "flow hello\n    start when signed_up\n    status sleeping\n"
    right = "flow hello\n    start when signed_up\n    status paused\n"


class NotWhole(Rule):
    code = "TF031"
    message = "{what} is a whole number{range}"
    help = "write {example}"
    reason = "Things are counted in whole numbers."
    wrong = "flow hello\n    start when signed_up\n    repeat 2.5 times\n        send email welcome\n"
    right = "flow hello\n    start when signed_up\n    repeat 2 times\n        send email welcome\n"


class PointsAfterStep(Rule):
    code = "TF032"
    message = "points stand at the top of a path, above its first step"
    help = "move this line up"
    reason = "The points decide whether the path is taken at all."
    wrong = (
        "flow hello\n    start when signed_up\n    choose best next\n        path a\n            exit\n"
        "            +3 if vip\n"
    )
    right = (
        "flow hello\n    start when signed_up\n    choose best next\n        path a\n            +3 if vip\n"
        "            exit\n"
    )


class FirstLineIndented(Rule):
    code = "TF033"
    message = "the first line of the file is indented"
    help = "declarations begin at the left margin"
    reason = "What is indented belongs to a line above it, and there is none."
    wrong = "    event signed_up\n"
    right = "event signed_up\n"


class WrongPlace(Rule):
    code = "TF034"
    message = "{what}"
    help = "{cure}"
    reason = "Each part of these lines is understood, but not together."
    wrong = "flow hello\n    start when signed_up\n    wait until plan to 17:00\n"
    right = "flow hello\n    start when signed_up\n    wait until 9:00 to 17:00\n"


class OtherWords(Rule):
    code = "TF035"
    message = "`{said}` is not how it is written here"
    help = "write `{better}`"
    reason = "There is one way to say each thing, so that everybody can read what anybody wrote."
    wrong = "flow hello\n    start when signed_up\n    wait for 2 days\n    send email welcome\n"
    right = "flow hello\n    start when signed_up\n    wait 2 days\n    send email welcome\n"


class NotIndented(Rule):
    code = "TF036"
    message = "this line belongs to `{head}` above it, but is not indented below it"
    help = "indent it and the lines after it by four spaces"
    reason = "What belongs to a declaration is indented below it; the left margin is where declarations begin."
    wrong = "flow hello\nstart when signed_up\nsend email welcome\n"
    right = "flow hello\n    start when signed_up\n    send email welcome\n"
