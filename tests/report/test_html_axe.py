# ruff: noqa: E501
"""The HTML edition before axe-core, in headless Chromium: no violation, best practices included."""

import json
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from sample_document import TEMPLATES, document

from consultkit.report.render import render

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)


@cache
def axe() -> Path | None:
    """axe.min.js: in the file AXE_CORE names, or among npm's global packages."""
    if os.environ.get("AXE_CORE"):
        return Path(os.environ["AXE_CORE"])
    npm = shutil.which("npm")
    if not npm:
        return None
    root = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False).stdout.strip()
    script = Path(root) / "axe-core" / "axe.min.js"
    return script if script.is_file() else None


@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")
@pytest.mark.skipif(
    not axe(), reason="axe-core is not installed: npm install -g axe-core, or AXE_CORE=axe.min.js"
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_barrier_is_found(language, tmp_path):
    html = render(document(language=language), ["html"], templates=TEMPLATES, workspace=tmp_path)[
        "html"
    ].decode()
    html = re.sub(r"<meta http-equiv=[^>]*>", "", html)  # the page's own policy would keep axe out
    run = "axe.run(document).then(r => { document.body.innerHTML = '<pre id=found></pre>';"
    run += "document.getElementById('found').textContent = JSON.stringify([r.passes.length, r.violations.map(v => v.id)]) })"
    page = tmp_path / "page.html"
    page.write_text(
        html.replace("</body>", f"<script>{axe().read_text('utf-8')}</script><script>{run}</script></body>"),
        "utf-8",
    )
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=20000",
        "--dump-dom",
        page.as_uri(),
    ]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    found = re.search(r'<pre id="found">(.*?)</pre>', shown, re.DOTALL)
    passes, violations = json.loads(found[1])
    assert violations == [] and passes > 15
