"""Known identities are found through every disguise, and ordinary French raises no alarm."""

# ruff: noqa: E501
from __future__ import annotations

import pytest
from disguises import DISGUISES
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consultkit.privacy.identities import Identity
from consultkit.privacy.matcher import Hit, Matcher

PEOPLE = [
    Identity("GAO-01", "note", "Amadou ag Maïga", ("Papa Doc",), "+223 76 12 34 56", "a.maiga@example.org"),
    Identity("GAO-02", "note", "Fatoumata Konaté"),
    Identity("GAO-03", "note", "Ibrahim Touré"),
    Identity("MOP-01", "note", "Seydou Coulibaly"),
    Identity("MOP-02", "note", "Aïssata Dembélé"),
    Identity("KAY-01", "note", "Boubacar Sangaré"),
    Identity("KAY-02", "note", "Oumou Ongoïba"),
    Identity("TOM-01", "note", "Mohamed ould Haïdara", phone="0022366778899"),
    Identity("TOM-02", "note", "Ali Ba"),
    Identity("TOM-03", "note", "Marie Sissoko"),
]
LEAKS = [
    pytest.param(identity, name, id=f"{identity.owner}-{name}")
    for identity in PEOPLE
    if len(identity.name.split()[-1]) > 4
    for name in DISGUISES
]


@pytest.fixture(scope="module")
def matcher():
    return Matcher(PEOPLE)


def test_there_are_enough_leaks():
    assert len(LEAKS) >= 200


@pytest.mark.parametrize(("identity", "disguise"), LEAKS)
def test_every_seeded_leak_is_found(matcher, identity, disguise):
    first, *_, last = identity.name.split()
    leak = DISGUISES[disguise](first, last)
    before = "Selon la note, "
    text = f"{before}{leak} a parlé du puits."
    hits = matcher.search(text)
    assert any(identity.owner in (hit.owner, *hit.others) for hit in hits)
    for hit in hits:
        assert len(before) - 2 <= hit.start < hit.end <= len(before) + len(leak)


@pytest.mark.parametrize(
    "written",
    [
        "76 12 34 56",
        "76123456",
        "+223 76.12.34.56",
        "00223-76-12-34-56",
        "(223) 7612 3456",
        "76\u00a012\u00a034\u00a056",
        "tél:76/12/34/56.",
        "76**12**34 56",
        "７６ １２ ３４ ５６",
    ],
)
def test_a_known_phone_in_any_spacing(matcher, written):
    assert [hit.owner for hit in matcher.search(f"Appeler {written} demain")] == ["GAO-01"]


@pytest.mark.parametrize(
    "written",
    ["a.maiga@example.org", "A.Maiga@Example.ORG", "a.maiga&#64;example.org", "a\\.maiga@**example**.org"],
)
def test_a_known_address(matcher, written):
    assert "GAO-01" in {hit.owner for hit in matcher.search(f"Écrire à <{written}>.")}


@pytest.mark.parametrize("written", ["Ali Ba", "BA Ali", "ali ba", "A. Ba", "Ba, A.", "Ali dit Ba"])
def test_a_name_of_short_parts_is_found_whole(matcher, written):
    assert [hit.owner for hit in matcher.search(f"Vu avec {written} hier")] == ["TOM-02"]


@pytest.mark.parametrize("written", ["Ali est venu", "la ba", "M. Ba", "AB", "abali", "le bal"])
def test_short_parts_alone_are_not(matcher, written):
    assert matcher.search(written) == []


ORDINARY = """
# Contexte et tensions {#contexte .required}

La mairie de Gao a pris contact avec les chefs de village. Toute la population attend une réponse ; le diabète et la
diarrhée touchent surtout les enfants. Grâce au comité, le marché a rouvert en mars. Mairie, préfecture et services
techniques se partagent la tâche. Caméras et radios ont été volées. Contact pris le 20/06/2023 avec le point focal.

> « Nous avons besoin d’une formation, pas d’un discours. » [@GAO-03; @GAO-05]

- Claire dans ses objectifs, l’équipe manque de moyens. Cesse-t-on d’aider les déplacés ? Tours de garde la nuit.
- Tambours, chants, contes : la radio locale diffuse en songhay, en tamasheq et en fulfulde.
- Conflits fonciers entre éleveurs et agriculteurs, transhumance, accès à l’eau. Marie-t-on encore les filles si jeunes ?

Cisse n’est pas un mot, classe en est un. Dialogue, médiation, cohésion sociale, redevabilité, mécanismes de plainte.
Le budget de 60 000 000 FCFA couvre 2025-2026. Ménages ciblés : 1 250 à Ansongo, 870 à Bourem. Carte, charte, chartes.
Tourner la page. Toutes les femmes. Marre de la guerre. Maires et mairies. Courir un risque. Donner, dire, faire, agir.
"""


def test_ordinary_french_raises_no_alarm():
    matcher = Matcher(person for person in PEOPLE if "Marie" not in person.name)
    text = ORDINARY.replace("Cisse n’est pas un mot, classe en est un. ", "")
    assert [text[hit.start : hit.end] for hit in matcher.search(text)] == []


def test_ordinary_words_are_no_typos_of_french_names():
    matcher = Matcher([Identity("A-1", "note", "Marie Cissé"), Identity("A-2", "note", "Pierre Camara")])
    text = "Mairie, Mairies, Mariage, Caisse, Classe, Caméra, des pierres, marié, caméra : rien."
    assert [text[hit.start : hit.end] for hit in matcher.search(text)] == []
    assert len(matcher.search("Puis Marie, Pierre, CISSE et camara.")) == 4


ORGANISATIONS = [
    Identity("tamat", "actor", "Association Tamat", ("ATA",), organisation=True),
    Identity("femmes", "actor", "Réseau des femmes pour la paix", ("RFP",), organisation=True),
    Identity("care", "actor", "CARE", organisation=True),
]


@pytest.mark.parametrize(
    ("text", "owners"),
    [
        ("l’Association Tamat", ["tamat"]),
        ("l’ASSOCIATION TAMAT", ["tamat"]),
        ("l’asociation « Tamat »", ["tamat"]),
        ("Tamat", ["tamat"]),
        ("l’ATA et les A.T.A.", ["tamat", "tamat"]),
        ("le Réseau des femmes pour la paix", ["femmes"]),
        ("le Reseau de Femmes pour la Paix", ["femmes"]),
        ("RFP", ["femmes"]),
        ("CARE", ["care"]),
        ("une association de femmes pour la paix ; le réseau ; ata ; care for people", []),
        ("Femmes, Paix et Réseau", []),
    ],
)
def test_organisations_by_whole_name_acronym_and_telling_words(text, owners):
    assert [hit.owner for hit in Matcher(ORGANISATIONS).search(text)] == owners


def test_one_find_for_a_whole_name_and_everyone_it_may_be():
    matcher = Matcher([Identity("A-1", "note", "Amadou Traoré"), Identity("A-2", "note", "Amadou Sylla")])
    assert matcher.search("Amadou Traoré") == [Hit(0, 13, "A-1")]
    assert matcher.search("Amadou") == [Hit(0, 6, "A-1", ("A-2",))]


def test_exceptions_and_stop_words():
    people = [Identity("A-1", "note", "Amadou Kita"), Identity("A-2", "note", "Fanta Diarra")]
    matcher = Matcher(people, exceptions=["Fanta", "Sékou Diarra"], stop_words=["Kita"])
    assert matcher.search("À Kita, le Fanta est cher.") == []
    assert [hit.owner for hit in matcher.search("Amadou Kita, puis Diarra")] == ["A-1", "A-2"]


def test_no_name_in_a_representation():
    assert "Maïga" not in repr(PEOPLE[0])
    assert "Maïga" not in repr(Matcher(PEOPLE).search("Maïga"))


def test_a_matcher_of_nobody_finds_nothing():
    assert Matcher([]).search(ORDINARY) == []
    assert Matcher([Identity("A-1", "note")]).search("76 12 34 56") == []


def test_memory_of_pieces_is_bounded(monkeypatch):
    monkeypatch.setattr("consultkit.privacy.matcher.REMEMBERED", 10)
    matcher = Matcher(PEOPLE)
    text = " ".join(f"mot{i}" for i in range(50)) + " Maïga"
    assert (
        [hit.owner for hit in matcher.search(text)]
        == ["GAO-01"]
        == [hit.owner for hit in matcher.search(text)]
    )


PIECES = st.sampled_from(
    [
        "Maïga",
        "mai",
        "ga",
        "**",
        "\\-",
        "&iuml;",
        "<b ",
        ">",
        "{.x ",
        "}",
        "[",
        "](",
        ")",
        "76",
        " 12",
        "\u200b",
        "\ufeff",
        "-\n",
        "%C3",
        "%AF",
        "\\u00ef",
        "\\ud800",
        "&#0;",
        "&#1114112;",
        "@",
        "Ali",
        "Ba",
        "A.",
        "’",
        "<!--",
        "-->",
        " ",
        "\n",
        "\U0001e944",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_never_raises_and_places_lie_inside_the_text(text):
    last = 0
    for hit in _shared().search(text):
        assert last <= hit.start < hit.end <= len(text)
        last = hit.start


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(DISGUISES)),
    st.text(alphabet=" .,;«»\n", max_size=5),
    st.text(alphabet=" .,;«»\n", max_size=5),
)
def test_a_leak_is_found_whatever_punctuation_surrounds_it(disguise, before, after):
    leak = DISGUISES[disguise]("Boubacar", "Sangaré")
    assert _shared().search(f"mot {before}{leak}{after} mot")


_MATCHERS: list[Matcher] = []


def _shared():
    if not _MATCHERS:
        _MATCHERS.append(Matcher(PEOPLE))
    return _MATCHERS[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [("le R4F a dit", True), ("l’R4F", True), ("(r4f)", True), ("**R4**F", True), ("R-4-F", True), ("R4F_b", True)]
    + [("R4Fa", False), ("R5F", False), ("GAO-04", False), ("RF", False)],
)  # fmt: skip
def test_acronyms_with_a_digit_are_found(text, found):
    search = Matcher([Identity("r", "actor", "Réseau Fictif", ("R4F",), organisation=True)]).search
    assert bool(search(f"Ici, {text} dit-on.")) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [("alkafo.org", True), ("(www.alkafo.ml)", True), ("https://alkafo.org/paix", True), ("alkafo", False), ("Alkafo", True)]
    + [("unionalkafo.ml", True), ("contact@alkafo-gao.org", True), ("unionalkafo", False), ("unionkafo.ml", False)],
)  # fmt: skip
def test_an_organisation_is_found_in_an_address_without_its_capital(text, found):
    search = Matcher([Identity("r", "actor", "Réseau Alkafo", ("RAK",), organisation=True)]).search
    assert bool(search(f"Voir {text} pour la suite.")) is found


def test_a_whole_name_is_excepted_and_its_parts_are_not():
    search = Matcher([Identity("GAO-01", "note", "Ibrahim Maïga")], ["Aïssata Maïga"]).search
    assert not search("Par Aïssata Maïga, et AÏSSATA\u00a0MAÏGA.")
    assert [hit.start for hit in search("Par Aïssata Maïga, avec I. Maïga.")] == [24]


def test_an_elided_article_makes_no_name_of_a_word():
    search = Matcher([Identity("e", "actor", "ONG Zorgol du Sahel", organisation=True)]).search
    assert not search("L’zorgol reste, d’zorgol en zorgol.")
    assert search("L’Zorgol.") and search("d’ici à Zorgol")
    assert Matcher([Identity("GAO-01", "note", "Awa N’Diaye")]).search("Vu N’diaye.")


class Closely(Matcher):
    """Judges every piece of a text: what the automaton spares is held to it."""

    def _suspects(self, text):
        return set(text.split())


SHORT = [
    *PEOPLE,
    Identity("KAY-03", "note", "Sy Ly"),
    Identity("ong", "actor", "Réseau Alkafo", ("RAK", "R4", "ba"), "76 12 34 56", "b@c.org"),
]
WORDS = [
    form(*name)
    for form in DISGUISES.values()
    for name in (("Oumou", "Maïga"), ("Ali", "Touré"), ("Marie", "Sissoko"))
]
WORDS += ["sy", "ly", "Sy", "ba", "BA", "RAK", "rak", "R4", "alkafo", "maïga", "m.a.i.g.a", "maigɑ", "l’", "d'", "œ", "é",
          "76 12", "34 56", "b@c.org", "konate", "konatee", "Konatee", "entouré", "x", "{.off}"]  # fmt: skip
GAPS = [" ", "", "", "\n", "\u202f", "\u00a0", ".", ", ", " (", "?", "…", "-"]
FAST, SLOW = Matcher(SHORT), Closely(SHORT)


@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(GAPS)), max_size=5))
@example([("m.a.i.g.a", " ")])
@example([("l’", ""), ("maïga", "?"), ("x", "")])
@example([("sy", "\u00a0"), ("ly", ",")])
@example([("Si\u200bssoko", "\u2009"), ("b@c.org", "*"), ("maïga", " ")])
@settings(max_examples=300, deadline=None)
def test_what_is_spared_holds_nothing(words):
    text = "".join(word + gap for word, gap in words)
    assert FAST.search(text) == SLOW.search(text)


@pytest.mark.parametrize("written", ["H. Bâ", "H.Bâ", "Bâ H.", "BÂ H.", "H. Ba"])
def test_a_short_surname_is_found_beside_an_initial(written):
    search = Matcher([Identity("GAO-01", "note", "Haoua Bâ")]).search
    assert search(f"Selon {written} d’ici, la route est coupée.")
    assert not search("Il y a ba, là-bas ; la Bâ ne dit rien, h. non plus.")


@pytest.mark.parametrize("text", ["www.ata-mali.org", "[leur site](https://ata.ml/rapport)", "ATA", "l’ATA"])
def test_an_acronym_is_found_in_an_address(text):
    search = Matcher([Identity("t", "actor", "Réseau Tamat", ("ATA",), organisation=True)]).search
    assert search(f"Voir {text}, à lire.") and not search("Il ata la corde.")


@pytest.mark.parametrize("sign", "•—−")
def test_a_known_phone_is_found_whatever_parts_it(sign):
    search = Matcher([Identity("GAO-01", "note", "Zorgol Kanu", phone="76 12 34 56")]).search
    assert search(f"Au 76{sign}12{sign}34{sign}56.") and search(f"Au 76 {sign} 12 {sign} 34 {sign} 56.")
