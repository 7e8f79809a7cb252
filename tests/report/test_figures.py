"""The figures: read back as XML, their texts measured, in typst's renderer too."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from pathlib import Path

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from consultkit import i18n
from consultkit.report import figures as fig
from consultkit.report import svg

REGIONS = ["Kayes", "Mopti", "Gao", "Tombouctou"]
TYPES = [
    "ONG internationale",
    "ONG nationale",
    "Organisation de la société civile",
    "Agence des Nations unies",
    "Autorités traditionnelles et religieuses",
    "Services techniques de l’État",
    "Collectivités territoriales",
    "Organisations de femmes",
    "Organisations de jeunes",
    "Médias et radios communautaires",
]
THEMES = [f"Thème {n} : formation à la sensibilité aux conflits"[: 12 + 3 * n] for n in range(18)]
START = date(2023, 6, 12)
BARS = [
    fig.Bar("Kayes", 10, 10),
    fig.Bar("Mopti", 8, 12, 3),
    fig.Bar("Gao", 0),
    fig.Bar("Tombouctou", 12, 10),
]
MAPPED = [
    fig.MapRegion("ML01", "Kayes", 10, 10),
    fig.MapRegion("ML05", "Mopti", 3, 12),
    fig.MapRegion("ML07", "Gao", 11, 12),
    fig.MapRegion("ml06", "Tombouctou", 0, 10),
    fig.MapRegion("ML10", "Ménaka", 2, 5),
    fig.MapRegion("ML09", "Bamako", 4),
]
LANES = [fig.Lane(name, [START + timedelta(days=n * n) for n in range(6)]) for name in REGIONS]
MARKS = [
    fig.Milestone("Rapport provisoire", date(2023, 7, 5)),
    fig.Milestone("Leçons apprises, document destiné à tous les partenaires du programme", date(2023, 7, 12)),
]


def counts(rows, columns):
    """Every value from 0 to 9, every seventh cell masked."""
    cells = itertools.cycle([0, 1, 2, 9, 5, 7, None])
    return [[next(cells) for _ in columns] for _ in rows]


DRAWINGS = {
    "bars": (fig.coverage_bars, fig.coverage_bars_alt, (BARS,)),
    "map": (fig.region_map, fig.region_map_alt, (MAPPED,)),
    "stacked": (fig.stacked_bars, fig.stacked_bars_alt, (REGIONS, TYPES, counts(REGIONS, TYPES))),
    "heat by type": (fig.heat_map, fig.heat_map_alt, (THEMES, TYPES, counts(THEMES, TYPES))),
    "heat by region": (fig.heat_map, fig.heat_map_alt, (THEMES, REGIONS, counts(THEMES, REGIONS))),
    "timeline": (fig.timeline, fig.timeline_alt, (START, date(2023, 7, 11), LANES, MARKS)),
}
EMPTY = {
    "bars": (fig.coverage_bars, fig.coverage_bars_alt, ([],)),
    "map": (fig.region_map, fig.region_map_alt, ([],)),
    "stacked": (fig.stacked_bars, fig.stacked_bars_alt, ([], [], [])),
    "heat": (fig.heat_map, fig.heat_map_alt, ([], TYPES, [])),
    "timeline": (fig.timeline, fig.timeline_alt, (START, START, [])),
}


@pytest.fixture(autouse=True)
def english():
    i18n.use("en")


def drawn(name):
    draw, _alt, arguments = DRAWINGS[name]
    return draw(*arguments)


def texts(markup):
    return [node for node in ET.fromstring(markup).iter() if node.tag.endswith("}text")]


def words(markup):
    """All the text without its white space: labels are wrapped over several elements."""
    return re.sub(r"\s", "", "".join(node.text or "" for node in texts(markup)))


def squeezed(label):
    return re.sub(r"\s", "", label)


def box(node):
    """Left, top, right, bottom of a text, from the same measures as the drawing, less its safety margin."""
    size = float(node.get("font-size"))
    width = svg.text_width(node.text or "", size, node.get("font-weight") == "700") / 1.03
    if turn := node.get("transform"):
        x, y = map(float, re.match(r"translate\((\S+) (\S+)\)", turn).groups())
        return x - 0.72 * size, y - width, x + 0.2 * size, y
    x, y = float(node.get("x")), float(node.get("y"))
    x -= {"start": 0, "middle": width / 2, "end": width}[node.get("text-anchor", "start")]
    return x, y - 0.72 * size, x + width, y + 0.2 * size


def overlapping(markup):
    boxes = [(box(node), node.text) for node in texts(markup)]
    return [
        (one, other)
        for (a, one), (b, other) in itertools.combinations(boxes, 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def outside(markup):
    height = float(ET.fromstring(markup).get("height"))
    boxes = [(box(node), node.text) for node in texts(markup)]
    return [
        text for (x1, y1, x2, y2), text in boxes if x1 < -0.5 or y1 < -0.5 or x2 > 640.5 or y2 > height + 0.5
    ]


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_text_is_inside_and_none_covers_another(name):
    assert outside(drawn(name)) == []
    assert overlapping(drawn(name)) == []


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_figure_needs_nothing_from_outside_and_can_share_a_page(name):
    root = ET.fromstring(drawn(name))
    assert root.get("viewBox") == f"0 0 640 {root.get('height')}"
    attributes = {key for node in root.iter() for key in node.attrib}
    assert not attributes & {"id", "class", "style", "href", "clip-path", "onload"}
    assert {node.tag.split("}")[1] for node in root.iter()} <= {"svg", "text", "rect", "path", "circle"}


@pytest.mark.parametrize("name", DRAWINGS)
def test_same_data_same_drawing(name):
    first = drawn(name)
    svg.wrap.cache_clear()
    svg.text_width.cache_clear()
    assert drawn(name) == first


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("bars", [bar.label for bar in BARS]),
        ("map", [*(region.name for region in MAPPED), "Koulikoro", "Kidal"]),
        ("stacked", REGIONS + TYPES),
        ("heat by type", THEMES + TYPES),
        ("heat by region", THEMES + REGIONS),
        ("timeline", [*REGIONS, *(mark.label for mark in MARKS)]),
    ],
)
def test_every_label_is_text_and_whole(name, labels):
    found = words(drawn(name))
    assert [label for label in labels if squeezed(label) not in found] == []


def test_type_headings_are_cut_at_spaces_only():
    lines = {node.text for node in texts(drawn("heat by type")) if node.get("transform")}
    assert {word for line in lines for word in line.split()} == {
        word for name in TYPES for word in name.split()
    }


@pytest.mark.parametrize("name", EMPTY)
def test_nothing_to_draw_is_a_sane_drawing(name):
    draw, alt, arguments = EMPTY[name]
    markup = draw(*arguments)
    assert outside(markup) == []
    assert texts(markup)
    assert alt(*arguments).strip()


def test_empty_says_so():
    assert words(fig.coverage_bars([])) == "Nodatayet"
    assert fig.heat_map([], [], []) == fig.stacked_bars(["a"], [], [[]])


@pytest.mark.parametrize(
    "draw",
    [
        lambda label: fig.coverage_bars([fig.Bar(label, 1, 2, 1)]),
        lambda label: fig.region_map([fig.MapRegion("ML07", label, 1, 2), fig.MapRegion("", label, 1)]),
        lambda label: fig.stacked_bars([label], [label, "b"], [[3, None]], masked=label),
        lambda label: fig.heat_map([label], [label, "b"], [[3, None]], masked=label),
        lambda label: fig.timeline(START, START, [fig.Lane(label, [START])], [fig.Milestone(label, START)]),
    ],
)
@pytest.mark.parametrize(
    "label", ['<b a="1">&amp;</b>', "]]>", "a\x00b\x1bc\ud800d\ufffe", "مدينة غاو", "ⵜⴰⵎⴰ"]
)
def test_hostile_labels_stay_text(draw, label):
    visible = re.sub("[\x00-\x1f\ud800\ufffe]", "", label)
    assert squeezed(visible) in words(draw(label))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=70), min_size=1, max_size=12), st.integers(0, 10**6))
def test_any_labels_and_counts_make_a_drawing(labels, value):
    values = [[value, *[None] * (len(labels) - 1)] for _ in labels]
    for markup in (
        fig.coverage_bars([fig.Bar(label, value, 10, value) for label in labels]),
        fig.stacked_bars(labels, labels, values),
        fig.heat_map(labels, labels, values),
        fig.region_map([fig.MapRegion(f"ML0{n}", label, value, 10) for n, label in enumerate(labels)]),
    ):
        assert ET.fromstring(markup).get("width") == "640"
        assert outside(markup) == []
        widths = [float(width) for width in re.findall(r'<rect [^>]*width="([^"]+)"', markup)]
        assert all(0 <= width <= 640 for width in widths)


def test_bars_are_to_scale_and_the_minimum_is_marked():
    root = ET.fromstring(fig.coverage_bars([fig.Bar("a", 8, 10), fig.Bar("b", 4, 10, 2)]))
    held = [
        float(n.get("width")) for n in root.iter() if n.get("fill") == svg.SHADES[5] and n.get("y") != "2.5"
    ]
    assert held[0] == pytest.approx(2 * held[1], abs=0.2)
    marks = [n.get("d") for n in root.iter() if n.get("stroke") == svg.RUST]
    assert len(marks) == 3  # the key's and one a bar
    assert marks[1].split()[0] == marks[2].split()[0]


def test_map_shades_by_share_and_lists_what_has_no_polygon():
    root = ET.fromstring(drawn("map"))
    paths = [node for node in root.iter() if node.get("fill-rule") == "evenodd"]
    assert len(paths) == 9
    fills = [node.get("fill") for node in paths]
    assert fills.count(svg.GREY) == 4  # Koulikoro, Sikasso, Ségou, Kidal
    assert sorted(fill for fill in fills if fill != svg.GREY) == sorted(
        [svg.SHADES[5], svg.SHADES[2], svg.SHADES[4], "#FFFFFF", svg.SHADES[5]]
    )
    said = [node.text for node in texts(drawn("map"))]
    assert said.index("Ménaka 2\u00a0/\u00a05") > said.index("Not drawn on the map")
    assert "11\u00a0/\u00a012" in said


def test_two_regions_with_one_code_are_both_shown():
    found = words(
        fig.region_map([fig.MapRegion("ML05", "Mopti", 1, 2), fig.MapRegion("ML05", "Bandiagara", 3, 4)])
    )
    assert "Mopti1/2" in found
    assert "Bandiagara3/4" in found


def test_all_regions_of_mali_fit_together():
    names = ["Kayes", "Koulikoro", "Sikasso", "Ségou", "Mopti", "Tombouctou", "Gao", "Kidal", "Bamako"]
    markup = fig.region_map([fig.MapRegion(f"ML0{n}", name, 10, 12) for n, name in enumerate(names, 1)])
    assert overlapping(markup) == []


@pytest.mark.parametrize("draw", [fig.heat_map, fig.stacked_bars])
def test_masked_cells_are_all_alike(draw):
    markup = draw(["a", "b"], ["c", "d", "e"], [[1, None, 50], [None, 3, None]], masked="< 5")
    root = ET.fromstring(markup)
    hidden = [n for n in root.iter() if n.get("fill") == "#F7F7F5" and n.get("width") != "15"]
    assert len(hidden) == 3
    assert len({(n.get("width"), n.get("height"), n.get("stroke")) for n in hidden}) == 1
    assert sum(node.text == "< 5" for node in texts(markup)) == 3
    shown = sorted(node.text for node in texts(markup) if (node.text or "").isdigit())
    assert shown == ["1", "3", "50"]


def test_many_masked_cells_stay_inside():
    markup = fig.stacked_bars(["Gao"], [f"type {n}" for n in range(40)], [[None] * 39 + [900]])
    assert outside(markup) == []
    right = [
        float(n.get("x")) + float(n.get("width"))
        for n in ET.fromstring(markup).iter()
        if n.get("width") and n.get("x")
    ]
    assert max(right) <= 640


def test_no_total_gives_a_masked_count_away():
    values = [[6, None, 7], [9, 8, 5]]
    shown = {node.text for node in texts(fig.stacked_bars(["a", "b"], ["c", "d", "e"], values))}
    assert {int(text) for text in shown if text.isdigit()} == {5, 6, 7, 8, 9}


def test_timeline_counts_by_week():
    lane = fig.Lane("Gao", [date(2023, 6, 12), date(2023, 6, 18), date(2023, 6, 19)])
    said = [node.text for node in texts(fig.timeline(START, date(2023, 7, 7), [lane]))]
    assert [text for text in said if text.isdigit()] == ["2", "1"]
    assert [text for text in said if "J" in text] == ["12 Jun", "19 Jun", "26 Jun", "3 Jul"]


@pytest.mark.parametrize("end", [date(2024, 12, 31), date(2203, 7, 7), date.max])
def test_a_long_calendar_still_fits(end):
    markup = fig.timeline(START, end, LANES, MARKS)
    assert outside(markup) == []
    assert overlapping(markup) == []
    days = sum(len(lane.days) for lane in LANES)
    assert sum(int(node.text) for node in texts(markup) if node.text.isdigit()) == days


def test_alternative_texts_say_what_the_drawings_show():
    assert fig.coverage_bars_alt(BARS) == (
        "Bar chart of the consultations held, by region. Kayes: 10 for a minimum of 10; "
        "Mopti: 8 for a minimum of 12, + 3 drafts; Gao: 0; Tombouctou: 12 for a minimum of 10."
    )
    assert "Ménaka: 2 for a minimum of 5; Bamako: 4." in fig.region_map_alt(MAPPED)
    values = [[6, None, 0]]
    assert (
        fig.stacked_bars_alt(["Gao"], ["A", "B", "C"], values, masked="< 5")
        == "Stacked bars. Gao: A 6, B < 5."
    )
    assert fig.heat_map_alt(["Gao"], ["A", "B", "C"], values, masked="< 5") == (
        "Shaded table of 1 rows and 3 columns. Highest: Gao × A 6. 1 cell kept back (< 5)."
    )
    assert fig.timeline_alt(START, date(2023, 7, 11), [fig.Lane("Gao", [START])], MARKS[:1]) == (
        "Calendar from 12 Jun to 11 Jul. Consultations held: Gao: 1 (12 Jun to 12 Jun). "
        "Deliverables: Rapport provisoire, due 5 Jul."
    )


def luminance(colour):
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("fill", sorted({*svg.SHADES, *svg.SERIES, svg.GREY}))
def test_text_on_every_fill_has_contrast_aa(fill):
    assert contrast(svg.ink_on(fill), fill) >= 4.5


def test_quiet_texts_have_contrast_aa_and_shades_darken_step_by_step():
    assert (
        min(contrast(svg.MUTED, "#FFFFFF"), contrast(svg.MUTED, svg.GREY), contrast(svg.RUST, "#FFFFFF"))
        >= 4.5
    )
    steps = [luminance(shade) for shade in svg.SHADES]
    assert all(light - dark > 0.02 for light, dark in itertools.pairwise(steps))
    assert all(contrast(one, other) > 1.7 for one, other in itertools.pairwise(svg.SERIES))


def test_wrap_loses_nothing_and_keeps_no_break_spaces():
    assert svg.wrap("Organisation de la société civile", 90) == ("Organisation", "de la société", "civile")
    assert svg.wrap("a\u00a0: b", 16) == ("a\u00a0:", "b")
    assert "".join(svg.wrap("W" * 40, 60)) == "W" * 40
    assert svg.wrap("", 60) == ("",)


@pytest.mark.parametrize("name", DRAWINGS)
def test_typst_draws_it(name, tmp_path):
    (tmp_path / "x.svg").write_text(drawn(name), encoding="utf-8")
    page = b'#set page(width: 200pt, height: auto)\n#image("x.svg", width: 100%, alt: "x")'
    (tmp_path / "page.typ").write_bytes(page)
    png = typst.compile(str(tmp_path / "page.typ"), format="png", ppi=72)
    assert png.startswith(b"\x89PNG")
    assert len(png) > 1500  # a blank page of this size stays under


def test_importing_the_figures_is_light():
    code = "import sys, consultkit.report.figures; print(*sys.modules)"
    root = Path(__file__).parents[2]
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    assert not {"typst", "yaml", "jinja2", "typer", "rich", "pypandoc"} & set(loaded.stdout.split())
