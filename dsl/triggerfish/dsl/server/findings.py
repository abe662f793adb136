"""Diagnostics, and the fixes that come with them as code actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from lsprotocol import types as lsp

from triggerfish.dsl.diagnostics.model import Diagnostic, Fix
from triggerfish.dsl.server.document import Document

_SEVERITIES = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "info": lsp.DiagnosticSeverity.Information,
}
FIX_ALL = "source.fixAll.triggerfish"

ToUri = Callable[[str], str]


def diagnostics(document: Document, to_uri: ToUri) -> list[lsp.Diagnostic]:
    """Everything that is wrong with a file."""
    return [diagnostic(one, document, to_uri) for one in document.state.diagnostics.get(document.path, ())]


def diagnostic(found: Diagnostic, document: Document, to_uri: ToUri) -> lsp.Diagnostic:
    """One diagnostic; its help is part of its message, since editors show nothing else."""
    related = [
        lsp.DiagnosticRelatedInformation(
            lsp.Location(to_uri(one.span.file), document.other(one.span.file).text.range(one.span)), one.message
        )
        for one in found.related
    ]
    return lsp.Diagnostic(
        range=document.text.range(found.span),
        message=f"{found.message}\n{found.help}" if found.help else found.message,
        severity=_SEVERITIES[found.severity],
        code=found.code,
        source="triggerfish",
        related_information=related or None,
    )


def code_actions(document: Document, params: lsp.CodeActionParams, to_uri: ToUri) -> list[lsp.CodeAction]:
    """What can be put right in a range of a file, and all safe fixes of the file at once."""
    wanted = params.context.only
    actions = []
    found = [one for one in document.state.diagnostics.get(document.path, ()) if one.fix is not None]
    for one in found:
        place = document.text.range(one.span)
        if one.fix is not None and _touch(place, params.range) and _asked(lsp.CodeActionKind.QuickFix, wanted):
            actions.append(
                lsp.CodeAction(
                    title=one.fix.title[:1].upper() + one.fix.title[1:],
                    kind=lsp.CodeActionKind.QuickFix,
                    diagnostics=[diagnostic(one, document, to_uri)],
                    edit=_edit([one.fix], document, to_uri),
                    is_preferred=True,
                )
            )
    safe = [one.fix for one in found if one.fix is not None and one.fix.safe]
    if safe and _asked(FIX_ALL, wanted):
        edit = _edit(safe, document, to_uri)
        actions.append(lsp.CodeAction(title="Put right what is safe to change", kind=FIX_ALL, edit=edit))
    return actions


def _edit(fixes: Iterable[Fix], document: Document, to_uri: ToUri) -> lsp.WorkspaceEdit:
    changes: dict[str, list[lsp.TextEdit]] = {}
    for fix in fixes:
        for edit in fix.edits:
            other = document.other(edit.span.file)
            changes.setdefault(to_uri(edit.span.file), []).append(
                lsp.TextEdit(other.text.range(edit.span), edit.text)
            )
    return lsp.WorkspaceEdit(changes=changes)


def _touch(one: lsp.Range, other: lsp.Range) -> bool:
    return _key(one.start) <= _key(other.end) and _key(other.start) <= _key(one.end)


def _key(position: lsp.Position) -> tuple[int, int]:
    return position.line, position.character


def _asked(kind: str, wanted: Sequence[lsp.CodeActionKind | str] | None) -> bool:
    return not wanted or any(kind == one or kind.startswith(f"{_plain(one)}.") for one in map(_plain, wanted))


def _plain(kind: lsp.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, lsp.CodeActionKind) else kind
