"""Reading ``triggerfish.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triggerfish.dsl.diagnostics.model import Diagnostic
from triggerfish.dsl.diagnostics.suggest import closest
from triggerfish.runtime.settings.places import Places
from triggerfish.runtime.settings.rules import (
    BrokenFile,
    MissingKey,
    MissingVariable,
    UnknownKey,
    UnknownSection,
    WrongValue,
)
from triggerfish.runtime.settings.variables import expand

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

FILE = "triggerfish.toml"
FOLDER = ".triggerfish"
_SQLITE = "sqlite:///"
_TOML_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)")


@dataclass(frozen=True, slots=True)
class Settings:
    """``folder`` is the project's, ``database`` a database URL, ``sections`` the validated settings of plugins by name.

    A section that is not in the file is there with its defaults, unless it cannot do without a value.
    """

    folder: Path
    database: str
    sections: dict[str, BaseModel] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """Where triggerfish keeps its own files: the default database, mails written to files."""
        return self.folder / FOLDER


@dataclass(frozen=True, slots=True)
class Loaded:
    """``settings`` hold defaults where ``diagnostics`` tell of something wrong."""

    settings: Settings
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not any(one.severity == "error" for one in self.diagnostics)


def load_settings(folder: Path, environment: Mapping[str, str], models: Mapping[str, type[BaseModel]]) -> Loaded:
    """The settings of a project, defaults where there is no file.

    ``models`` are the pydantic models of the sections that plugins read, by section name. Raises OSError when the file is
    there and cannot be read.
    """
    try:
        text = (folder / FILE).read_bytes()
    except FileNotFoundError:
        text = b""
    return _Reader(folder, environment, models).read(text)


class _Reader:
    """One reading of one file, gathering diagnostics."""

    def __init__(self, folder: Path, environment: Mapping[str, str], models: Mapping[str, type[BaseModel]]) -> None:
        self._folder = folder
        self._environment = environment
        self._models = models
        self._diagnostics: list[Diagnostic] = []
        self._places = Places("", FILE)

    def read(self, data: bytes) -> Loaded:
        table = self._parse(data)
        known = ("database", *sorted(self._models))
        for name, content in table.items():
            if name not in known:
                hint = _meant(name, known)
                self._add(UnknownSection.at(self._places.section(name), hint=hint, name=name, known=", ".join(known)))
            elif not isinstance(content, dict):
                hint = f"write a section [{name}] with settings below it"
                place = self._places.section(name)
                self._add(WrongValue.at(place, section=name, name=name, problem="is a section", hint=hint))
        sections = {}
        for name, model in self._models.items():
            section = self._section(name, model, table.get(name))
            if section is not None:
                sections[name] = section
        settings = Settings(self._folder, self._database(table.get("database")), sections)
        return Loaded(settings, tuple(self._diagnostics))

    def _parse(self, data: bytes) -> dict[str, Any]:
        try:
            text = data.decode("utf-8-sig")
            self._places = Places(text, FILE)
            return tomllib.loads(text)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self._add(BrokenFile.at(self._places.at(line, 1), error="the file is not UTF-8"))
        except tomllib.TOMLDecodeError as error:
            found = _TOML_PLACE.search(str(error))
            place = self._places.at(int(found[1]), int(found[2])) if found else self._places.at(1, 1)
            self._add(BrokenFile.at(place, error=_TOML_PLACE.sub("", str(error)).rstrip(".")))
        return {}

    def _database(self, content: Any) -> str:
        default = f"{_SQLITE}{(self._folder / FOLDER / 'triggerfish.db').absolute()}"
        if not isinstance(content, dict):
            return default
        known = ("url",)
        for name in content:
            if name not in known:
                self._unknown_key("database", name, known)
        url = self._expanded("database", content).get("url")
        if url is None:
            return default
        if not isinstance(url, str):
            place = self._places.key("database", ("url",))
            self._add(WrongValue.at(place, section="database", name="url", problem="should be a text"))
            return default
        if url.startswith(_SQLITE) and not url.startswith(_SQLITE + "/"):
            # A relative file lies in the project, wherever the command is run from.
            return f"{_SQLITE}{(self._folder / url.removeprefix(_SQLITE)).absolute()}"
        return url

    def _section(self, name: str, model: type[BaseModel], content: Any) -> BaseModel | None:
        from pydantic import ValidationError  # slow to import

        given = content if isinstance(content, dict) else {}
        known = tuple(field.alias or key for key, field in model.model_fields.items())
        if model.model_config.get("extra") != "allow":
            for key in given:
                if key not in known:
                    self._unknown_key(name, key, known)
            given = {key: value for key, value in given.items() if key in known}
        try:
            return model.model_validate(self._expanded(name, given))
        except ValidationError as error:
            if isinstance(content, dict):
                self._explain(name, model, error)
            return None

    def _explain(self, section: str, model: type[BaseModel], error: ValidationError) -> None:
        for problem in error.errors(include_url=False):
            path = tuple(str(part) for part in problem["loc"] if not isinstance(part, int))
            name = ".".join(path) or section
            place = self._places.key(section, path)
            if problem["type"] == "missing":
                info = model.model_fields.get(path[0]) if len(path) == 1 else None
                doc = info.description if info and info.description else "add it below the section's name"
                self._add(MissingKey.at(place, section=section, name=name, doc=doc))
            elif problem["type"] == "extra_forbidden":
                self._unknown_key(section, name, ())
            else:
                text = problem["msg"].removeprefix("Value error, ").rstrip(".")
                self._add(WrongValue.at(place, section=section, name=name, problem=text[:1].lower() + text[1:]))

    def _expanded(self, section: str, content: dict[str, Any]) -> dict[str, Any]:
        def missing(path: tuple[str, ...], variable: str) -> None:
            place = self._places.key(section, path)
            self._add(MissingVariable.at(place, section=section, name=".".join(path), variable=variable))

        expanded: dict[str, Any] = expand(content, self._environment, missing)
        return expanded

    def _unknown_key(self, section: str, name: str, known: tuple[str, ...]) -> None:
        place = self._places.key(section, tuple(name.split(".")))
        listed = ", ".join(known) or "nothing of that kind"
        self._add(UnknownKey.at(place, hint=_meant(name, known), name=name, section=section, known=listed))

    def _add(self, diagnostic: Diagnostic) -> None:
        self._diagnostics.append(diagnostic)


def _meant(name: str, known: tuple[str, ...]) -> str | None:
    guess = closest(name, known)
    return f"did you mean {guess}?" if guess else None
