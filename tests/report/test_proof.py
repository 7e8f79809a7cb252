"""evidence.json: what each finding rests on; and the state of git, where there is one."""

from __future__ import annotations

import hashlib
import json
import subprocess

import pytest
from campaigns import A, Campaign, N, synthesis

from consultkit.disclose import INTERNAL
from consultkit.report.build import build_report
from consultkit.report.proof import commit, evidence


@pytest.fixture
def project(tmp_path):
    notes = [
        N("G-1", ("tamat",)),
        N("G-2", ("tamat",), withdrawn="2023-07-01"),
        N("G-3", ("tamat",), attribution="none"),
    ]
    body = (
        "## O {#organisation}\n\nUn constat [@G-1; @G-2]. « On ne passe plus après seize heures » [@G-1].\n"
    )
    body += "\nAilleurs « On ne passe plus après seize heures » [@G-3].\n"
    return Campaign(notes, [A("tamat"), A("b"), A("c")], {"notes/gao/synthese.md": synthesis(body)}).load(
        tmp_path
    )


def test_each_finding_and_quotation_names_its_notes_file_and_line(project):
    value = json.loads(evidence(project, build_report(project, edition=INTERNAL, force=True)))
    assert value["findings"] == [
        {"file": "notes/gao/synthese.md", "line": 9, "section": "organisation", "notes": ["G-1"]}
    ]
    [quotation] = value["quotations"]
    assert quotation["holds"] is True
    assert quotation["found_in"]["note"] == "G-1"
    assert (
        project.sources["notes/gao/G-1.md"]
        .line(quotation["found_in"]["line"])
        .startswith("> On ne passe plus")
    )
    assert quotation["attribution"].startswith("une organisation de la société civile")
    data = (project.root / "notes/gao/G-1.md").read_bytes()
    assert value["notes"] == {"G-1": {"file": "notes/gao/G-1.md", "sha256": hashlib.sha256(data).hexdigest()}}
    assert set(value["made_with"]) == {"consultkit", "pandoc", "typst"}


def test_the_commit_is_told_with_whether_files_are_as_committed(project):
    root = project.root
    assert commit(root) is None
    git = ["git", "-C", str(root), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "a"]):
        subprocess.run([*git, *arguments], check=True, capture_output=True)
    assert commit(root)["clean"] is True
    (root / "mapping.yaml").write_text("x", "utf-8")
    assert commit(root)["clean"] is False
