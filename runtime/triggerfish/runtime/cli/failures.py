"""What happens when something fails that is not the user's text: one line, and the right exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

WRONG_CONTENT = 1
WRONG_SETUP = 2
RUNTIME_FAILED = 3


class Fault(click.ClickException):
    """A problem to be told in one line; ``exit_code`` as in the contract of the command line."""

    def __init__(self, message: str, exit_code: int = WRONG_SETUP) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click sets it per class; here it differs per fault

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's interface
        """To standard error, without decoration."""
        click.echo(f"triggerfish: {self.format_message()}", err=True)


@contextmanager
def guarded() -> Iterator[None]:
    """Turn failures of the environment into faults, and anything else into a polite word about a bug."""
    try:
        yield
    except (click.exceptions.Exit, click.Abort, click.ClickException, BrokenPipeError, SystemExit):
        raise
    except KeyboardInterrupt:
        raise Fault("stopped", 130) from None
    except Exception as error:
        if os.environ.get("TRIGGERFISH_DEBUG"):
            raise
        raise _fault(error) from error


def _fault(error: Exception) -> Fault:
    from triggerfish.runtime.store.errors import StoreError, WrongFile  # only when something failed

    if isinstance(error, WrongFile):
        return Fault(str(error), WRONG_SETUP)
    if isinstance(error, StoreError):
        return Fault(str(error), RUNTIME_FAILED)
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return Fault(f"{error.strerror or error}{where}", RUNTIME_FAILED)
    sys.stderr.flush()
    return Fault(
        f"this should not have happened: {type(error).__name__}: {error}\n"
        "Set TRIGGERFISH_DEBUG=1 to see where, and report it.",
        RUNTIME_FAILED,
    )
