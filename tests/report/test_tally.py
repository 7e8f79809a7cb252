"""What the documents on all regions and on each tell together: no small count follows from them."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from campaigns import A, Campaign, N
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultkit.i18n import speaking
from consultkit.report import words
from consultkit.report.tally import Tally

REGIONS = ("gao", "mopti")
MODES = {"in-person": "en présentiel", "phone": "par téléphone", "written": "par écrit"}
ACTORS = [A("tamat", "osc", REGIONS), A("loin", "ong", REGIONS), A("mairie", "etat", REGIONS)]


SETTINGS = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@st.composite
def campaigns(draw):
    """Consultations with a mode, an actor's type and perhaps a theme, in two regions."""
    notes = []
    for region in REGIONS:
        for index in range(draw(st.integers(0, 11))):
            note = N(
                f"{region[0].upper()}-{index}",
                (draw(st.sampled_from(["tamat", "tamat", "loin", "mairie"])),),
                region,
            )
            note.need = draw(st.sampled_from(["[formés]{.formation}", "Rien."]))
            notes.append((note, draw(st.sampled_from(["in-person", "in-person", "phone", "written"]))))
    return notes


def loaded(folder: Path, notes):
    texts = {
        f"notes/{note.region}/{note.id}.md": note.text().replace("mode: in-person", f"mode: {mode}")
        for note, mode in notes
    }
    return Campaign([], ACTORS, texts).load(folder)


def ways(total: int, parts: int, most: tuple[int, ...]):
    """Every way to share a total among parts, none above its most."""
    return [
        w for w in product(*(range(min(total, m) + 1) for m in most)) if sum(w) == total and len(w) == parts
    ]


@SETTINGS
@given(campaigns())
def test_no_mode_follows_from_the_documents_of_all_and_of_each_region(tmp_path_factory, notes):
    project = loaded(tmp_path_factory.mktemp("c"), notes)
    with speaking("fr"):
        whole = Tally(project, masked=True).talks(words.MODES, "mode")
        parts = {r: Tally(project, masked=True, region=r).talks(words.MODES, "mode") for r in REGIONS}
    names = [name for name, _count in whole.items] or sorted({n for s in parts.values() for n, _c in s.items})
    held = {region: sum(note.region == region for note, _mode in notes) for region in REGIONS}
    kept = [name for name in names if name in MODES.values()]
    if not names:
        return

    def true(region: str) -> tuple[int, ...]:
        found = [MODES[mode] for note, mode in notes if note.region == region]
        return tuple(
            sum(one == name for one in found) if name in kept else sum(one not in kept for one in found)
            for name in names
        )

    told = [dict(parts[region].items) for region in REGIONS]
    total = dict(whole.items)
    tables = [
        pair
        for pair in product(*(ways(held[r], len(names), (held[r],) * len(names)) for r in REGIONS))
        if all(total.get(name) in (None, pair[0][i] + pair[1][i]) for i, name in enumerate(names))
        and all(told[k].get(name) in (None, pair[k][i]) for k in (0, 1) for i, name in enumerate(names))
    ]
    truth = tuple(true(region) for region in REGIONS)
    assert truth in tables
    for k, region in enumerate(REGIONS):
        for i, count in enumerate(truth[k]):
            if 0 < count < 5:
                assert len({pair[k][i] for pair in tables}) >= min(5, held[region] + 1) or len(names) == 1


@SETTINGS
@given(campaigns())
def test_no_theme_follows_from_its_tables_and_what_was_held(tmp_path_factory, notes):
    project = loaded(tmp_path_factory.mktemp("c"), notes)
    with speaking("fr"):
        by_type, by_region = Tally(project, masked=True).themes("need")
        parts = [Tally(project, masked=True, region=r).themes("need") for r in REGIONS]
        whole = Tally(project, masked=False)
        types, regions = whole.themes("need")
        sizes = Tally(project, masked=True)
    assert [part[1].cells[0][0] for part in parts] == list(by_region.cells[0])
    assert all(part[0].columns == part[1].columns for part in parts)
    held = [sum(note.region == region for note, _mode in notes) for region in REGIONS]
    counted = {
        name: sum(sizes.groups[sizes.type_of(n)] == name for n in sizes.held) for name in by_type.columns
    }
    lines = [(by_region.cells[0], regions.cells[0], held)]
    if by_type.columns == types.columns:
        lines.append((by_type.cells[0], types.cells[0], [counted[name] for name in by_type.columns]))
    found = [
        [
            w
            for w in product(*(range(m + 1) for m in most))
            if all(s in (None, v) for s, v in zip(shown, w, strict=True))
        ]
        for shown, _true, most in lines
    ]
    totals = set.intersection(*({sum(w) for w in ways_} for ways_ in found)) if found else set()
    if by_region.totals[0] is not None:
        totals = {by_region.totals[0]}
    for (shown, true, most), ways_ in zip(lines, found, strict=True):
        for i, count in enumerate(true):
            assert shown[i] in (None, count)
            if 0 < count < 5:
                values = {w[i] for w in ways_ if sum(w) in totals}
                ceiling = min(most[i], *(sum(m) for _s, _t, m in lines))
                assert shown[i] is None and len(values) >= min(5, ceiling + 1)
