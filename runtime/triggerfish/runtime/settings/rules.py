"""Mistakes in ``triggerfish.toml``."""
# ruff: noqa: D101 - a rule documents itself

from __future__ import annotations

from triggerfish.dsl.diagnostics.model import Rule


class BrokenFile(Rule):
    code = "TF801"
    message = "This is not TOML: {error}."
    help = 'write for instance: [database] and below it url = "sqlite:///shop.db"'
    reason = "The settings are one TOML file; nothing in it counts while a part of it cannot be read."
    wrong = "[database\nurl = 3\n"
    right = '[database]\nurl = "sqlite:///shop.db"\n'


class UnknownSection(Rule):
    code = "TF802"
    message = "There is no section [{name}]."
    help = "sections are: {known}"
    reason = "A section nobody reads is a slip of the pen, or belongs to a plugin that is not installed."
    wrong = '[databse]\nurl = "sqlite:///shop.db"\n'
    right = '[database]\nurl = "sqlite:///shop.db"\n'


class UnknownKey(Rule):
    code = "TF803"
    message = "[{section}] has no setting {name}."
    help = "it has: {known}"
    reason = "A setting nobody reads would be silently without effect."
    wrong = '[database]\nurll = "sqlite:///shop.db"\n'
    right = '[database]\nurl = "sqlite:///shop.db"\n'


class WrongValue(Rule):
    code = "TF804"
    message = "[{section}] {name}: {problem}."
    help = "correct this line of triggerfish.toml"
    reason = "A value of the wrong kind would fail when it is first used, at night."
    wrong = "[database]\nurl = 3\n"
    right = '[database]\nurl = "sqlite:///shop.db"\n'


class MissingVariable(Rule):
    code = "TF805"
    message = "[{section}] {name}: the environment variable {variable} is not set."
    help = "set it before triggerfish is started; for a real dollar sign write $$"
    reason = "Secrets come from the environment; without this one the section cannot be used."
    wrong = '[database]\nurl = "$SHOP_DATABASE"\n'
    right = '[database]\nurl = "sqlite:///shop.db"\n'


class MissingKey(Rule):
    code = "TF806"
    message = "[{section}] needs the setting {name}."
    help = "{doc}"
    reason = "The section cannot work without it."
    wrong = "[database]\n"
    right = '[database]\nurl = "sqlite:///shop.db"\n'


RULES: tuple[type[Rule], ...] = (BrokenFile, UnknownSection, UnknownKey, WrongValue, MissingVariable, MissingKey)
