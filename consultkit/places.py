"""Places of Mali: the regions' codes and their cercles.

Source: OCHA common operational datasets (COD-AB Mali, edition 2021); ISO 3166-2. The law of March 2023 redrew
regions and cercles, so that a cercle of another region is doubted, never refused.
"""

from __future__ import annotations

from consultkit.text import fold

# slug: (name, OCHA P-code, ISO 3166-2)
REGIONS: dict[str, tuple[str, str, str]] = {
    "kayes": ("Kayes", "ML01", "ML-1"),
    "koulikoro": ("Koulikoro", "ML02", "ML-2"),
    "sikasso": ("Sikasso", "ML03", "ML-3"),
    "segou": ("Ségou", "ML04", "ML-4"),
    "mopti": ("Mopti", "ML05", "ML-5"),
    "tombouctou": ("Tombouctou", "ML06", "ML-6"),
    "gao": ("Gao", "ML07", "ML-7"),
    "kidal": ("Kidal", "ML08", "ML-8"),
    "bamako": ("Bamako", "ML09", "ML-BKO"),
    "menaka": ("Ménaka", "ML10", "ML-9"),
    "taoudenit": ("Taoudénit", "", "ML-10"),
}
CERCLES: dict[str, tuple[str, ...]] = {
    "kayes": ("Bafoulabé", "Diéma", "Kayes", "Kéniéba", "Kita", "Nioro", "Yélimané"),
    "mopti": ("Bandiagara", "Bankass", "Djenné", "Douentza", "Koro", "Mopti", "Ténenkou", "Youwarou"),
    "tombouctou": ("Diré", "Goundam", "Gourma-Rharous", "Niafunké", "Tombouctou"),
    "gao": ("Ansongo", "Bourem", "Gao"),
}

_REGION_OF_CERCLE = {fold(name): region for region, names in CERCLES.items() for name in names}


def region_of_cercle(cercle: str) -> str | None:
    """The region in which a cercle lay in 2021, by the name of the cercle; None where it is not known."""
    return _REGION_OF_CERCLE.get(fold(cercle))


def known_region(id_: str, name: str, code: str) -> str | None:
    """Which region of Mali a campaign's region is: by its P-code, else its id, else its name."""
    for slug, (known_name, pcode, _iso) in REGIONS.items():
        if (
            (code and code == pcode)
            or (not code and slug in (fold(id_), fold(name)))
            or fold(known_name) == fold(name)
        ):
            return slug
    return None
