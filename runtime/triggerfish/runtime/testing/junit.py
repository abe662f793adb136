"""Test results as JUnit XML, for continuous integration."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from triggerfish.runtime.testing.run import TestResult

VISIBLE = 0x20


def as_junit(results: Sequence[TestResult]) -> str:
    """One test suite; each ``.flow`` file is a class name."""
    failed = sum(1 for result in results if result.outcome == "failed")
    errors = sum(1 for result in results if result.outcome == "error")
    root = ET.Element("testsuites")
    counts = {"tests": str(len(results)), "failures": str(failed), "errors": str(errors)}
    suite = ET.SubElement(root, "testsuite", {"name": "triggerfish", **counts})
    for result in results:
        case = ET.SubElement(
            suite, "testcase",
            {"classname": result.file, "name": _clean(result.name), "file": result.file, "line": str(result.line)},
        )
        if result.outcome == "passed":
            continue
        kind = "failure" if result.outcome == "failed" else "error"
        first = result.failures[0].message.splitlines()[0] if result.failures else ""
        element = ET.SubElement(case, kind, {"message": _clean(first)})
        lines = [f"line {failure.line}: {failure.text}\n{failure.message}" for failure in result.failures]
        element.text = _clean("\n".join([*lines, "", *result.story]))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _clean(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(character for character in text if ord(character) >= VISIBLE or character in "\n\t")
