"""The big list of naughty strings (npm: blns) through a note and a finding, to Word, PDF and HTML."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import zipfile
from pathlib import Path

import pytest

from consultkit.files import decode, defaults_dir
from consultkit.privacy.readback import texts
from consultkit.report.render import SEAM, Document, render

MODULES = Path(os.environ.get("CONSULTKIT_NODE_MODULES", Path(__file__).parents[2] / "build/node_modules"))
LIST = MODULES / "blns/resources/blns.json"


@pytest.fixture(scope="module")
def strings() -> list[str]:
    if not LIST.is_file():
        pytest.skip("the list of naughty strings is not here: .ci/run fetches it (npm blns)")
    found = [text for text in json.loads(LIST.read_text("utf-8")) if text.strip()]
    assert len(found) > 400
    return found


def document(parts: list[str]) -> Document:
    return Document(SEAM.join(["# Vilaines chaînes", *parts]), "Essai", "fr", dt.date(2023, 7, 1))


def test_they_are_read_and_never_break_what_reads_files(strings: list[str]) -> None:
    for text in strings:
        faults: list = []
        source = decode(
            f"## Titre\n\n{text}\n".encode("utf-8", "surrogatepass"), "notes/gao/GAO-01.md", faults
        )
        assert source is not None or faults


def test_they_reach_word_pdf_and_html_and_nothing_of_them_runs(strings: list[str], tmp_path: Path) -> None:
    clean = []
    for number, text in enumerate(strings):
        source = decode(text.encode("utf-8", "replace"), "x.md", [])
        if source is not None:
            clean.append(f"Avant{number}x\n\n{source.text}\n\nAprès{number}x")
    outputs = render(
        document(clean), ["docx", "pdf", "html"], templates=defaults_dir("templates"), workspace=tmp_path
    )
    for kind, data in outputs.items():
        said = " ".join(text for _where, text in texts(data, "." + kind))
        for number in range(len(clean)):
            assert f"Avant{number}x" in said
            assert f"Après{number}x" in said
    page = outputs["html"].decode()
    for tag in re.findall(r"<[^>]*>", page[page.index("<main") :]):  # text has its brackets escaped
        assert not re.match(r"<(?:script|iframe|object|embed|style|link|form)\b", tag, re.IGNORECASE)
        assert not re.search(
            r"\son\w+\s*=|=\s*[\"']?\s*(?:javascript|vbscript|data:text)", tag, re.IGNORECASE
        )
    (tmp_path / "x.docx").write_bytes(outputs["docx"])
    with zipfile.ZipFile(tmp_path / "x.docx") as archive:
        assert not [name for name in archive.namelist() if "vba" in name.lower() or "embeddings" in name]
        relations = archive.read("word/_rels/document.xml.rels").decode()
    assert not re.search(r'Target="(?!https?://|mailto:|[\w/.-]+\.(?:xml|png|jpe?g|odttf)")', relations)
