"""Programs to JSON and back, without loss."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from triggerfish.dsl.ir.program import IR_VERSION, Program

if TYPE_CHECKING:
    from pydantic import TypeAdapter


class InvalidProgramError(ValueError):
    """The bytes are no program this version can read."""


@cache
def _adapter() -> TypeAdapter[Program]:
    from pydantic import TypeAdapter  # only who stores programs pays for pydantic

    return TypeAdapter(Program)


def dumps(program: Program) -> bytes:
    """The program as UTF-8 JSON; ``loads`` gives back an equal one."""
    return _adapter().dump_json(program)


def loads(data: bytes | str) -> Program:
    """The program stored as JSON.

    Raises ``InvalidProgramError`` when the JSON is damaged or was written by a version with another ``ir_version``.
    """
    from pydantic import ValidationError  # see above

    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as error:
        message = f"the stored program is not valid JSON: {error}"
        raise InvalidProgramError(message) from error
    version = raw.get("ir_version") if isinstance(raw, dict) else None
    if version != IR_VERSION:
        found = "none" if version is None else version
        message = (
            f"the stored program has IR version {found}, this triggerfish reads version {IR_VERSION}; "
            "deploy the project again, or use the triggerfish that wrote it"
        )
        raise InvalidProgramError(message)
    try:
        return _adapter().validate_python(raw)
    except ValidationError as error:
        message = f"the stored program is damaged: {error}"
        raise InvalidProgramError(message) from error


def program_hash(program: Program) -> str:
    """A SHA-256 in hexadecimal over everything but the sources: equal programs have equal hashes on every machine."""
    return hashlib.sha256(dumps(replace(program, sources=()))).hexdigest()
