"""The structure that docs/architecture.md draws, held against the syntax trees."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "consultkit"


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


MODULES = {path.relative_to(PACKAGE).as_posix(): imports(path) for path in PACKAGE.rglob("*.py")}


def importers(*names: str) -> set[str]:
    return {
        module
        for module, wanted in MODULES.items()
        if any(w == name or w.startswith(name + ".") for w in wanted for name in names)
    }


def test_nothing_imports_the_command_line() -> None:
    outside = {module for module in importers("consultkit.cli") if not module.startswith("cli/")}
    assert outside == {"__main__.py"}


def test_rules_read_no_file_and_render_nothing() -> None:
    rules = {module for module in MODULES if module.startswith("rules/")}
    forbidden = (
        "consultkit.report.render",
        "consultkit.report.build",
        "consultkit.load",
        "consultkit.output",
        "consultkit.scaffold",
    )
    assert not rules & importers(*forbidden)


def test_outputs_are_made_of_values() -> None:
    output = {module for module in MODULES if module.startswith("output/")}
    assert not output & importers("consultkit.load", "consultkit.rules", "consultkit.parse")


def test_what_is_low_knows_nothing_of_what_is_high() -> None:
    assert not {"diagnostic.py", "i18n.py"} & importers(
        "consultkit.model", "consultkit.files", "consultkit.rules"
    )
    assert "model.py" not in importers(
        "consultkit.parse", "consultkit.rules", "consultkit.load", "consultkit.report"
    )


def test_one_module_alone_runs_each_engine() -> None:
    assert importers("typst") <= {"report/typeset.py"}
    assert importers("pypandoc") <= {"report/pandoc.py"}
    assert importers("pyrage") == {"privacy/encryption.py"}


def test_heavy_packages_are_imported_inside_functions() -> None:
    heavy = (
        "jinja2",
        "rich",
        "typst",
        "pyrage",
        "phonenumbers",
        "python_calamine",
        "xlsxwriter",
        "pypdfium2",
    )
    for path in PACKAGE.rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            allowed = path.name in ("typeset.py", "compose.py", "spreadsheet.py")
            assert allowed or not any(name.split(".")[0] in heavy for name in names), path
