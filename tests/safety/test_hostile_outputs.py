"""Hostile text, pictures, templates and styles on their way to Word, PDF and HTML: refused, or made harmless."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hostile import MAPPING, NOTE, SYNTHESIS, answer, campaign, files, run, swap

FINDING = "L'accès recule [@GAO-01]."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return campaign(tmp_path)


def finding(root: Path, text: str) -> None:
    swap(SYNTHESIS, FINDING, f"{FINDING}\n\n{text}")(root)


def made(root: Path, suffix: str = "html", *arguments: str) -> str:
    """The text of a report that must be made."""
    ran = run(root, "report", "--to", suffix, *arguments)
    assert ran.code == 0, ran.said
    (path,) = (root / "build").glob(f"rapport*.{suffix}")
    return path.read_text("utf-8")


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def refused(root: Path, *arguments: str) -> str:
    """What is said of a report that must not be made; nothing is written."""
    before = files(root)
    ran = run(root, "report", *arguments)
    assert ran.code in (1, 2)
    assert files(root) == before
    return ran.said


# Links, pictures, markup


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "//example.org/x"],
)
def test_links_of_other_kinds_become_their_words(root: Path, link: str) -> None:
    finding(root, f"Voir [la page fictive]({link}).")
    page = made(root, "html", "--force")  # `check` refuses most of them; this is the second wall
    assert "la page fictive" in page
    assert link.lower() not in page.lower()


def test_a_link_to_a_file_is_refused_or_gone(root: Path) -> None:
    finding(root, "Voir [la page fictive](file:///etc/passwd).")
    ran = run(root, "report", "--to", "html")
    assert ran.code == 1 or "file:///" not in (root / "build/rapport.html").read_text("utf-8")


@pytest.mark.parametrize(
    "target",
    [
        "https://example.org/x.png",
        "//example.org/x.png",
        "../../secret.png",
        "/etc/hostname",
        "file:///etc/hostname",
        "lien.png",
        "faux.png",
    ],
)
def test_a_picture_from_elsewhere_or_that_is_none_is_refused_and_named(root: Path, target: str) -> None:
    (root.parent / "secret.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (root / "lien.png").symlink_to(root.parent / "secret.png")
    (root / "faux.png").write_bytes(b"GIF89a, or so it says")
    finding(root, f"![une photo]({target})")
    assert target.rsplit("/", 1)[-1] in refused(root, "--to", "html")


def test_two_notes_keep_their_own_footnotes(root: Path) -> None:
    answer("Voir[^1].\n\n[^1]: Le puits de la note un.")(root)
    swap("notes/gao/GAO-02.md", "non applicable", "Voir[^1].\n\n[^1]: La piste de la note deux.")(root)
    text = made(root, "html", "--edition", "internal")
    for words in ("Le puits de la note un.", "La piste de la note deux."):
        assert text.count(words) == 1


def test_what_a_note_says_is_never_run_as_a_template(root: Path) -> None:
    answer("{{ 7 * 191 }} {% for x in y %} {{ title }}")(root)
    text = made(root, "html", "--edition", "internal")
    assert "{{ 7 * 191 }} {% for x in y %} {{ title }}" in text
    assert "1337" not in text


def test_a_finding_is_never_run_as_a_template_either(root: Path) -> None:
    finding(root, "Il reste {% raw %} et {{ ''.__class__ }}.")
    ran = run(root, "report", "--to", "md")
    assert "<class" not in ran.said
    assert ran.code == 1 or "class 'str'" not in (root / "build/rapport.md").read_text("utf-8")


def test_a_finding_cannot_close_the_documents_own_blocks(root: Path) -> None:
    finding(root, ":::\n\n::::: {.landscape}\n\nToujours là.")
    ran = run(root, "report", "--to", "html")
    assert ran.code == 1 or "Toujours là." in (root / "build/rapport.html").read_text("utf-8")


def test_brackets_without_end_stop_at_a_limit_or_are_printed(root: Path) -> None:
    answer("[" * 20_000)(root)
    ran = run(root, "report", "--to", "docx", "--edition", "internal")
    assert ran.code in (0, 2)


def test_a_letter_that_no_font_has_is_told(root: Path) -> None:
    finding(root, "En chinois : 水.")
    ran = run(root, "report", "--to", "pdf")
    assert ran.code == 0
    assert "U+6C34" in ran.err


def test_the_same_input_gives_the_same_bytes(root: Path) -> None:
    def outputs() -> list[bytes]:
        assert run(root, "report", "--to", "docx", "--to", "pdf", "--to", "html").code == 0
        return [path.read_bytes() for path in sorted((root / "build").iterdir())]

    assert outputs() == outputs()


def test_metadata_comes_from_the_program_alone(root: Path) -> None:
    swap(MAPPING, "  language: fr\n", '  language: fr\n  authors: ["Équipe fictive"]\n')(root)
    assert run(root, "report", "--to", "docx").code == 0
    written = parts(root / "build/rapport.docx")
    assert "Équipe fictive" in written["docProps/core.xml"].decode()
    assert b"GAO-01" not in written.get("docProps/custom.xml", b"") + written["docProps/core.xml"]


# Templates and styles


@pytest.mark.parametrize(
    "text",
    [
        "{{ inconnu }}",
        "{{ title.inconnu }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ self._TemplateReference__context }}",
        "{% include '../../mapping.yaml' %}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% for i in range(1000000000) %}x{% endfor %}",
        "{% if %}",
        "{{ 'x' * }}",
        "{{ 1 / 0 }}",
    ],
)
def test_a_template_that_fails_or_reaches_out_is_named_with_its_line(root: Path, text: str) -> None:
    (root / "templates").mkdir()
    (root / "templates/rapport.md.j2").write_text(f"# Un\n\nDeux\n{text}\n", "utf-8")
    said = refused(root, "--to", "md")
    assert "templates/rapport.md.j2:4" in said
    assert "root:" not in said and "uid=" not in said


@pytest.mark.parametrize(
    "line",
    [
        '#read("/etc/passwd")',
        '#read("../../mapping.yaml")',
        '#import "@preview/cetz:0.3.0": *',
        "#panic(1)",
        "#(",
    ],
)
def test_a_layout_that_reaches_out_or_fails_is_refused(root: Path, line: str) -> None:
    from consultkit.files import defaults_dir

    (root / "templates").mkdir()
    shipped = (defaults_dir("templates") / "mise-en-page.typ").read_text("utf-8")
    (root / "templates/mise-en-page.typ").write_text(f"{shipped}\n{line}\n", "utf-8")
    said = refused(root, "--to", "pdf")
    assert "mise-en-page.typ" in said and "root:" not in said


def test_word_styles_from_an_old_report_bring_none_of_its_contents(root: Path) -> None:
    from consultkit.files import defaults_dir

    entries = parts(defaults_dir("templates") / "reference.docx")
    entries["word/comments.xml"] = b"<x>Zantigui Fictivard</x>"
    entries["word/media/image9.jpeg"] = b"\xff\xd8\xff Zantigui Fictivard"
    entries["docProps/custom.xml"] = b"<Properties>Zantigui Fictivard</Properties>"
    (root / "templates").mkdir()
    with zipfile.ZipFile(root / "templates/reference.docx", "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    if run(root, "report", "--to", "docx").code == 0:
        assert not any(b"Fictivard" in data for data in parts(root / "build/rapport.docx").values())


def test_styles_in_the_users_own_pandoc_folder_are_not_used(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(root, "report", "--to", "docx").code == 0
    before = (root / "build/rapport.docx").read_bytes()
    for folder in (tmp_path / "xdg/pandoc", tmp_path / ".pandoc"):
        folder.mkdir(parents=True)
        (folder / "reference.docx").write_bytes(b"no Word file")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run(root, "report", "--to", "docx").code == 0
    assert (root / "build/rapport.docx").read_bytes() == before


# Places


def test_an_output_that_is_a_link_is_not_written_through(root: Path, tmp_path: Path) -> None:
    target = tmp_path / "important.txt"
    target.write_text("à garder", "utf-8")
    (root / "build").mkdir()
    (root / "build/rapport.md").symlink_to(target)
    assert run(root, "report", "--to", "md").code == 2
    assert target.read_text("utf-8") == "à garder"


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
@pytest.mark.parametrize("command", [["check"], ["status"], [], ["explain", "N020"], ["--help"]])
def test_old_consoles_never_stop_a_run(root: Path, encoding: str, command: list[str]) -> None:
    swap(MAPPING, "Association Tamat", "Association Taɣlamt ✓ 水")(root)
    answer("<nous>")(root)
    environment = {
        **os.environ,
        "PYTHONIOENCODING": encoding,
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
    }
    ran = subprocess.run(
        [sys.executable, "-m", "consultkit", *command], cwd=root, capture_output=True, env=environment
    )
    assert ran.returncode in (0, 1)
    assert b"Traceback" not in ran.stderr and (ran.stdout or ran.stderr)


FORMULAS = ("=HYPERLINK(1)", "+223 fictif", "@SUM(A1)", "-1+1", "=cmd|' /C calc'!A0")


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_formulas_are_written_as_text(root: Path, suffix: str) -> None:
    swap(MAPPING, 'name: "Association Tamat"', 'name: "=HYPERLINK(1)"')(root)
    swap(MAPPING, 'name: "Réseau Alkafo"', 'name: "@SUM(A1)"')(root)
    target = root / f"carte.{suffix}"
    assert run(root, "mapping", "export", str(target)).code == 0
    if suffix == "csv":
        cells = target.read_text("utf-8-sig").replace('"', "").replace(";", ",").split(",")
        assert not [cell for cell in cells if cell.lstrip("\n").startswith(("=", "@", "+"))]
    else:
        assert not [
            name
            for name, data in parts(target).items()
            if name.startswith("xl/worksheets/") and b"<f>" in data
        ]


def bomb(path: Path, entry: str, size: int = 200_000_000) -> Path:
    """A ZIP of a few hundred kilobytes that unpacks to hundreds of megabytes."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(entry, "w", force_zip64=True) as file,
    ):
        block = bytes(10_000_000)
        for _ in range(size // len(block)):
            file.write(block)
    return path


@pytest.mark.parametrize(
    ("command", "name", "entry"),
    [
        (["comments"], "avis.docx", "word/document.xml"),
        (["import"], "donnees.xlsx", "xl/worksheets/sheet1.xml"),
        (["mapping", "import"], "carte.xlsx", "xl/worksheets/sheet1.xml"),
        (["report", "--verify"], "rapport.docx", "word/document.xml"),
    ],
)
def test_an_archive_that_swells_is_refused(root: Path, command: list[str], name: str, entry: str) -> None:
    path = bomb(root / name, entry)
    before = files(root)
    ran = run(root, *command, str(path))
    assert ran.code in (1, 2), ran.said
    assert files(root) == before


def test_the_gate_refuses_an_archive_that_swells(tmp_path: Path) -> None:
    from consultkit.privacy.readback import ReadbackError, texts

    with pytest.raises(ReadbackError):
        list(texts(bomb(tmp_path / "x.zip", "a.txt", 100_000_000).read_bytes(), ".zip"))


def test_a_word_file_that_defines_entities_is_refused(root: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    path = root / "avis.docx"
    path.write_bytes(buffer.getvalue())
    assert run(root, "comments", str(path)).code in (1, 2)
    assert NOTE


@pytest.mark.parametrize("link", ["templates/rapport.md.j2", "templates/logo.png", "templates"])
def test_a_template_that_leads_out_of_the_campaign_is_not_followed(
    root: Path, tmp_path: Path, link: str
) -> None:
    outside = tmp_path / "dehors"
    outside.mkdir()
    for name in ("rapport.md.j2", "logo.png"):
        (outside / name).write_text("SECRET", "utf-8")
    if link != "templates":
        (root / "templates").mkdir()
    (root / link).symlink_to(outside / Path(link).name if "/" in link else outside)
    ran = run(root, "report", "--to", "md")
    assert ran.code == 2 and "dehors" not in ran.said and not (root / "build").exists()
    assert "templates/" in ran.said


def test_an_included_template_is_no_link_either(root: Path, tmp_path: Path) -> None:
    (tmp_path / "dehors.txt").write_text("SECRET", "utf-8")
    (root / "templates").mkdir()
    (root / "templates/x.txt").symlink_to(tmp_path / "dehors.txt")
    (root / "templates/rapport.md.j2").write_text('{% include "x.txt" %}', "utf-8")
    assert run(root, "report", "--to", "md").code == 2 and not (root / "build").exists()
