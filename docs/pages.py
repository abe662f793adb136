"""What MkDocs has to be told of these pages: files outside of this folder that they lead to are pages (or files), too.

A link in a document leads to a file as it lies in the project, so that it works where the text itself is read. Here such
links are turned to where the file is among the pages.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
PAGES = ("CHANGELOG.md", "examples/cdnow/README.md", "examples/plugin-webhook/README.md")
LINK = re.compile(r"(\]\()(?!https?:|mailto:|#)([^)#\s]+)")
ROW = re.compile(r"^\|.*$", re.MULTILINE)
_CODE = re.compile(r"^(`{3,}).*?^\1", re.MULTILINE | re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie elsewhere in the project, and the files that any page leads to."""
    from mkdocs.structure.files import File

    for name in PAGES:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    for page in list(files.documentation_pages()):
        for _, target in LINK.findall(_CODE.sub("", page.content_string)):
            uri = _uri(page.src_uri, target)
            if files.get_file_from_path(uri) is None and (ROOT / uri).is_file():
                files.append(File.generated(config, uri, abs_src_path=str(ROOT / uri)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001  (MkDocs passes by name)
    """Turn the links of a page from where files lie to where they are among the pages."""
    here = page.file.src_uri

    def turned(link: re.Match[str]) -> str:
        return link[1] + posixpath.relpath(_uri(here, link[2]), posixpath.dirname(here) or ".")

    return ROW.sub(_pipes, LINK.sub(turned, markdown))


def _pipes(row: re.Match[str]) -> str:
    """Where documents are read as text a ``|`` in the code of a table needs a backslash; MkDocs would show it."""
    return re.sub(r"`[^`]*`", lambda code: code[0].replace("\\|", "|"), row[0])


def _uri(page: str, target: str) -> str:
    """Where a file is among the pages, from how a page names it."""
    folder = posixpath.dirname(page) if page in PAGES else "docs"
    path = posixpath.normpath(posixpath.join(folder, target))
    return path.removeprefix("docs/")
