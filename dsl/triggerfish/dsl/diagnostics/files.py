"""Mistakes with files: TF7xx."""

from __future__ import annotations

from triggerfish.dsl.diagnostics.model import Rule


class MissingFile(Rule):
    code = "TF701"
    message = "there is no file `{path}`"
    help = "paths start at the folder of the .flow file"
    reason = "What a message or a list says is in this file."
    wrong = 'segment s from "nowhere.csv"\n'
    right = 'segment s from "vip.csv"\n'


class OutsideProject(Rule):
    code = "TF702"
    message = "`{path}` is outside the project folder"
    help = "move the file into the project"
    reason = "A project is complete in itself, so that it runs the same everywhere."
    wrong = 'segment s from "../vip.csv"\n'
    right = 'segment s from "vip.csv"\n'


class NotText(Rule):
    code = "TF703"
    message = "`{path}` is no UTF-8 text"
    help = "save it again with the encoding UTF-8"
    reason = "The file's letters cannot be told with certainty."
    wrong = ""
    right = ""


class Unreadable(Rule):
    code = "TF704"
    message = "`{path}` cannot be read: {problem}"
    help = "see that the file is there and may be read"
    reason = "The file is there, but may not or cannot be opened."
    wrong = ""
    right = ""


class EmptyProject(Rule):
    code = "TF705"
    message = "there is no .flow file in `{path}`"
    help = "`triggerfish new` makes a project to start from"
    reason = "There is nothing to check."
    wrong = ""
    right = ""


class EmptyList(Rule):
    code = "TF706"
    severity = "warning"
    message = "the list `{path}` is empty"
    help = "write one profile id or e-mail address a line into the file"
    reason = "Nobody is in this segment."
    wrong = 'segment s from "empty.csv"\n'
    right = 'segment s from "vip.csv"\n'
