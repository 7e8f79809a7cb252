"""Every rule's documentation, held against the sample campaign: "bad" raises its code, "good" raises none."""

from __future__ import annotations

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


def apply_bad(rule: Rule, root: Path) -> None:
    """Replaces the rule's good example by its bad one in the sample."""
    example = rule.documentation
    path = root / example.file
    path.parent.mkdir(parents=True, exist_ok=True)
    bad = example.bad.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    if bad.startswith("-> "):
        (root.parent.parent / "ailleurs.md").write_text("x", "utf-8")
        path.symlink_to(bad.removeprefix("-> "))
        return
    if bad.startswith("(copy of "):
        path.write_bytes((root / bad.removeprefix("(copy of ").rstrip(")")).read_bytes())
        return
    if example.good == "(absent)":
        path.write_text(bad + "\n", "utf-8")
        return
    lines = path.read_text("utf-8").split("\n")
    good = [line.strip() for line in example.good.split("\n")]
    indents: dict[int, str] = {}
    for start in range(len(lines)):
        window = [line.strip() for line in lines[start : start + len(good)]]
        if all(g in w if len(good) == 1 else w == g or g in w for g, w in zip(good, window, strict=False)) and len(window) == len(good):
            indents[start] = lines[start][: len(lines[start]) - len(lines[start].lstrip())]
            break
    assert indents, f"{rule.code}: the good example does not stand in {example.file}"
    (start, indent), = indents.items()
    if len(good) == 1 and "\n" not in bad:
        replaced = [lines[start].replace(good[0], bad.strip())]
    else:
        replaced = [indent + line if line else line for line in bad.split("\n")]
        if len(good) == 1:
            head, tail = lines[start].split(good[0], 1)
            replaced = [head + bad.split("\n")[0], *replaced[1:]]
            replaced[-1] += tail
    lines[start : start + len(good)] = replaced
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))


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
    assert {d.code for d in check(sample)} == {rule.code}
