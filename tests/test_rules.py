"""Every rule's documentation, held against the sample campaign: "bad" raises its code, "good" raises none."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from consultkit.diagnostic import Diagnostic
from consultkit.load import load
from consultkit.rules import RULES, run
from consultkit.rules.base import Rule

SAMPLE = Path(__file__).with_name("sample")
TODAY = date(2023, 7, 20)


def check(root: Path) -> list[Diagnostic]:
    return run(load(root, TODAY))


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "campagne"))


ENTAILED = {"C003": {"C001"}}  # who cannot reach a minimum is below it


def unescape(text: str) -> str:
    """What the documentation writes as an escape (\\u202e, \\t), as the character."""
    return re.sub(
        r"\\(u[0-9a-f]{4}|x[0-9a-f]{2}|t)",
        lambda m: "\t" if m[1] == "t" else chr(int(m[1][1:], 16)),
        text,
    )


def apply_bad(rule: Rule, root: Path) -> None:
    """Puts the rule's bad example in the place of its good one in the sample."""
    example = rule.documentation
    path = root / example.file
    path.parent.mkdir(parents=True, exist_ok=True)
    bad = unescape(example.bad)
    if bad.startswith("-> "):
        (root.parent / "ailleurs.md").write_text("x", "utf-8")
        path.symlink_to(bad.removeprefix("-> "))
    elif bad == "(absent)":
        path.unlink()
    elif bad.endswith(" octets)"):
        path.write_text("x" * int(bad[1:].split()[0]), "utf-8")
    elif bad.startswith("(copy of "):
        path.write_bytes((root / bad.removeprefix("(copy of ").rstrip(")")).read_bytes())
    elif example.good == "(absent)":
        path.write_text(bad + "\n", "utf-8")
    else:
        text = path.read_text("utf-8")
        path.write_bytes(replaced(text, bad, example.good).encode("utf-8", "surrogateescape"))


def replaced(text: str, bad: str, good: str) -> str:
    """The text with `bad` for `good`: a piece of one line, or whole lines wherever they are indented."""
    if "\n" not in bad and "\n" not in good and text.count(good) == 1:
        return text.replace(good, bad)
    lines, wanted = text.split("\n"), good.split("\n")
    starts = [i for i in range(len(lines)) if same(lines[i : i + len(wanted)], wanted)]
    assert starts, "the good example does not stand in its file"
    start = starts[-1]
    indent = " " * (len(lines[start]) - len(lines[start].lstrip()))
    lines[start : start + len(wanted)] = [indent + line if line else line for line in bad.split("\n")]
    return "\n".join(lines)


def same(lines: list[str], wanted: list[str]) -> bool:
    indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())] if lines else ""
    return lines == [indent + line if line else line for line in wanted]


def test_the_sample_is_clean(sample: Path) -> None:
    assert check(sample) == []


def test_codes_are_unique_and_well_formed() -> None:
    codes = [rule.code for rule in RULES]
    assert len(set(codes)) == len(codes)
    assert all(len(code) == 4 and code[0] in "WMGNCFPT" and code[1:].isdigit() for code in codes)
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_documentation_has_a_summary(rule: Rule) -> None:
    assert rule.documentation.summary.endswith(".")
    assert bool(rule.documentation.bad) == bool(rule.documentation.good) == bool(rule.documentation.file)


@pytest.mark.parametrize("rule", [r for r in RULES if r.documentation.bad], ids=lambda rule: rule.code)
def test_the_bad_example_raises_its_code_alone(rule: Rule, sample: Path) -> None:
    apply_bad(rule, sample)
    assert {d.code for d in check(sample)} == {rule.code} | ENTAILED.get(rule.code, set())
