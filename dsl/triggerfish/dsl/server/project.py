"""A project that is being edited: compiled again after each change, as far as something has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from triggerfish.dsl import tree
from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.diagnostics.model import Diagnostic, Fix, Related
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.lint.run import reviewed
from triggerfish.dsl.lint.silence import silenced
from triggerfish.dsl.project import Loaded, compile_trees
from triggerfish.dsl.server.declared import Declared
from triggerfish.dsl.server.files import Files
from triggerfish.dsl.server.memory import Memory
from triggerfish.dsl.server.occurrences import Index
from triggerfish.dsl.server.pieces import MARK, Piece, Pieces, Placed
from triggerfish.dsl.span import Span

AT_ONCE = 150
"""So many declarations are looked at again before the editor is told what is known: a fraction of what a keystroke may take."""


Problems = Callable[[Program], Sequence[Diagnostic]]


def _none(_: Program) -> Sequence[Diagnostic]:
    return ()


class Project:
    """One folder of ``.flow`` files with what the editor has changed in them.

    ``problems`` says what is wrong with a program that only its runtime sees: in the bodies of messages.
    """

    def __init__(self, folder: Path, catalog: Catalog, problems: Problems = _none) -> None:
        self.files = Files(folder)
        self.catalog = catalog
        self._problems = problems
        self._pieces = Pieces()
        self._memory = Memory()
        self._state: State | None = None
        self._advice: tuple[Diagnostic, ...] = ()
        self._advised: Mapping[str, str] = {}
        """The templates as they were when the advice was given."""
        self._loaded: Loaded | None = None

    @property
    def lowered(self) -> int:
        """How many declarations the last check had to look at anew."""
        return self._memory.lowered

    def changed(self, texts: Mapping[str, str]) -> State:
        """The project as it would be with these texts of files; it stays what it is."""
        other = Project(self.files.folder, self.catalog)
        other._pieces = self._pieces.fork()
        other._memory = self._memory.fork()
        for path, text in {**self.state().texts, **texts}.items():
            other.edit(path, text)
        return other.complete()

    def edit(self, path: str, text: str | None) -> None:
        """What the editor holds of a file; None once it has closed it."""
        self.files.edit(path, text)
        self._state = None

    def look_again(self) -> None:
        """Something has changed on disk."""
        self.files.look_again()
        self._state = None

    @property
    def waiting(self) -> int:
        """How many declarations are still to be looked at anew, after a change that concerns very many."""
        return self._memory.waiting

    def state(self) -> State:
        """The project as it is now; while declarations are waiting, what is said of them is what was said before."""
        if self._state is None:
            self._state = self._compile(AT_ONCE)
        return self._state

    def carry_on(self) -> State:
        """Look at some more of the declarations that are waiting."""
        if self._state is None or self.waiting:
            self._state = self._compile(AT_ONCE)
        return self._state

    def complete(self) -> State:
        """The project as it is now, with nothing waiting."""
        if self._state is None or self.waiting:
            self._state = self._compile(None)
        return self._state

    def review(self) -> State:
        """The project as it is now, with the linter's advice brought up to date: that takes longer than a keystroke."""
        state = self.complete()
        loaded = self._loaded
        if loaded is not None and loaded.program is not None:
            known = set(state.found)
            found = reviewed(loaded.program, loaded.trees, [*loaded.diagnostics, *self._problems(loaded.program)])
            self._advice = tuple(one for one in found if one not in known)
            self._advised = state.texts
            self._loaded = None
            self._state = state.advised(self._advice)
        return self.state()

    def _compile(self, most: int | None) -> State:
        self.files.begin()
        placed: dict[str, tuple[Placed, ...]] = {}
        texts: dict[str, str] = {}
        found: list[Diagnostic] = []
        for path in self.files.flows():
            text = self.files.text(path)
            problem = self.files.problem(path)
            if problem is not None:
                found.append(problem)
            if text is not None:
                texts[path] = text
                placed[path] = self._pieces.read(path, text)
        pieces = [one.piece for parts in placed.values() for one in parts]
        sources = {piece.path: piece.text for piece in pieces}
        problems = [problem for piece in pieces for problem in piece.problems]
        checking = self._memory.checking(most)
        loaded = compile_trees(
            [piece.tree for piece in pieces], problems, sources, self.catalog, self.files.text, checking
        )
        self._memory.finish(checking)
        others = {path: text for path, text in loaded.sources.items() if MARK not in path}
        found += [problem for path in others if (problem := self.files.problem(path)) is not None]
        self._loaded = loaded
        found += silenced(loaded.diagnostics, loaded.trees, all_rules=False)
        advice = tuple(one for one in self._advice if one.span.file in sources or self._unchanged(one.span.file, others))
        everything = {**self.files.edited, **others, **texts}
        return State(self.files.folder, self.catalog, placed, everything, tuple(found), advice)

    def _unchanged(self, path: str, others: Mapping[str, str]) -> bool:
        """Whether a template is what it was when the advice was given."""
        return path in others and others[path] == self._advised.get(path)


@dataclass(frozen=True)
class State:
    """A project at one moment.

    ``texts`` are all files by path, templates too; ``found`` are the diagnostics, with the places of pieces, ``advice`` the
    linter's as far as they are known: those of an earlier moment about what has not been changed since.
    """

    folder: Path
    catalog: Catalog
    placed: Mapping[str, tuple[Placed, ...]]
    texts: Mapping[str, str]
    found: tuple[Diagnostic, ...]
    advice: tuple[Diagnostic, ...] = ()

    def advised(self, advice: tuple[Diagnostic, ...]) -> State:
        """The same with newer advice; what was worked out so far is kept."""
        other = replace(self, advice=advice)
        for name in ("declared", "index", "_above"):
            if name in self.__dict__:
                other.__dict__[name] = self.__dict__[name]
        return other

    @cached_property
    def _above(self) -> dict[str, int]:
        return {one.piece.path: one.above for parts in self.placed.values() for one in parts}

    def real(self, span: Span) -> Span:
        """Where a place of a piece is in its file; other places are what they are."""
        path, mark, _ = span.file.partition(MARK)
        if not mark:
            return span
        above = self._above.get(span.file, 0)
        return Span(path, span.line + above, span.column, span.end_line + above, span.end_column)

    @cached_property
    def diagnostics(self) -> dict[str, tuple[Diagnostic, ...]]:
        """What is wrong, by file, in order."""
        by_file: dict[str, list[Diagnostic]] = {}
        for one in map(self._real_diagnostic, (*self.found, *self.advice)):
            by_file.setdefault(one.span.file, []).append(one)
        return {
            path: tuple(sorted(dict.fromkeys(found), key=lambda one: (one.span, one.code)))
            for path, found in by_file.items()
        }

    def _real_diagnostic(self, found: Diagnostic) -> Diagnostic:
        fix = found.fix
        if fix is not None:
            edits = tuple(replace(edit, span=self.real(edit.span)) for edit in fix.edits)
            fix = Fix(fix.title, edits, fix.safe)
        related = tuple(Related(self.real(one.span), one.message) for one in found.related)
        return replace(found, span=self.real(found.span), related=related, fix=fix)

    def pieces(self) -> Iterator[Piece]:
        """All pieces of all files."""
        for parts in self.placed.values():
            for one in parts:
                yield one.piece

    def piece_at(self, path: str, line: int) -> Placed | None:
        """The piece in which a line of a file (from 1) stands."""
        before = None
        for one in self.placed.get(path, ()):
            if one.above >= line:
                break
            before = one
        return before

    def declarations(self) -> Iterator[tree.Declaration]:
        """Everything that is declared."""
        for piece in self.pieces():
            yield from piece.tree.declarations

    @cached_property
    def declared(self) -> Declared:
        """What is declared, by name."""
        return Declared.of(self.declarations(), self.catalog)

    @cached_property
    def index(self) -> Index:
        """Where each name of the project stands."""
        texts = {**self.texts, **{piece.path: piece.text for piece in self.pieces()}}
        return Index(self.declared, texts, self.declarations())
