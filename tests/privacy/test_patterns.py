"""Phones, addresses, coordinates, accounts, plates are found; dates, amounts and ids are not."""

# ruff: noqa: E501
from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultkit.privacy import patterns
from consultkit.privacy.names import ordinary_words
from consultkit.privacy.unknown_names import _bare, surnames, unknown_names


def titles(text):
    return unknown_names(text.encode("utf-8", "surrogatepass"))


FOUND = {
    "phone": """
        76 12 34 56|+223 66 12 34 56|00223 76.12.34.56|(+223) 76-12-34-56|76123456|20 22 33 44|7612 3456|76/12/34/56
        |+221 77 123 45 67|+33 6 12 34 56 78|223 76 12 34 56|+213 551 23 45 67|+222 22 12 34 56|77 123 45 67
        |+227 90 12 34 56|+226 70 12 34 56|+225 07 12 34 56 78|+224 621 12 34 56|+1 202-555-0143|n° 76 12 34 56
        |76\u00a012\u00a034\u00a056|76\u202f12\u202f34\u202f56|76&nbsp;12&nbsp;34&nbsp;56|76 **12** 34 56|7**6** 12 34 56
        |n° 2 : 76 55 44 33|1: 66-55-44-33|à 8h 76 12 34 56|76 55 44 33 M. le directeur|76554433-66554433
        |orange2 76 12 34 56|76—12—34—56|76·12·34·56|76 • 12 • 34 • 56|76−12−34−56
    """,
    "email": "a.b@example.org|ab@example&#46;org|ab@**example**.org|A_B+x@sous.example.org|a.b&#64;example.org|a (at) exemple (point) org|a[arobase]exemple.org",
    "coordinates": """
        16.2717, -0.0447|16.271, -0.044|geo:16.27,-0.04|16°16'20"N|16°16′20″ N|16.27°N|lat: 16.27|latitude : 16,2717
        |16,2717 ; -0,0447|N 16.2717|30P 412345 1234567|0°02’40” O|6CRX7XCX+2Q|16.**2714**, -0.0447|16&#46;2714, -0&#46;0447
    """,
    "iban": "ML13 ML01 6012 0102 6001 0066 8497|FR1420041010050500013M02606",
    "handle": "@amadou_m|[voir @amadou_m]|wa.me/22376123456|facebook.com/amadou|t.me/xyz|chat.whatsapp.com/AbCd|skype:am.xyz|fb.**com**/moussa",
    "plate": "AB 1234 MD|CH-5678-M7|A 1234 MD|AB **1234** MD|AB&#32;1234&#32;MD|AB–1234–MD|AB - 1234 - MD|AB.1234.MD|AB/1234/MD",
}
CASES = [(kind, text.strip()) for kind, row in FOUND.items() for text in row.split("|")]


@pytest.mark.parametrize(("kind", "written"), CASES)
def test_what_tells_who_or_where_is_found(kind, written):
    before = "Le contact : "
    hits = patterns.search(f"{before}{written}, dit-il.")
    assert kind in {hit.kind for hit in hits}
    for hit in hits:
        assert len(before) - 1 <= hit.start < hit.end <= len(before) + len(written) + 1


@pytest.mark.parametrize("below", ["\n\nPersonnes rencontrées : 12.", "\nMénages : 12", "\n\nménages : 12"])
def test_a_unit_below_makes_no_amount_of_a_number(below):
    assert [hit.kind for hit in patterns.search(f"Téléphone : 76 55 44 33{below}")] == ["phone"]


def test_an_amount_may_go_on_in_the_next_line():
    assert not patterns.search("Le coût est de 76 543 210\nF CFA, ou 76 543 210\nfrancs.")


def test_every_number_of_a_list_is_found():
    text = "66 12 34 56 / 76 12 34 56 ou 65 00 11 22"
    assert [text[h.start : h.end] for h in patterns.search(text)] == [
        "66 12 34 56",
        "76 12 34 56",
        "65 00 11 22",
    ]


ORDINARY = """
Le budget est de USD 65 432 100 en 2023, soit FCFA 65 432 100.
Un coût de 76 543 210 de F CFA, et 76 543 210 litres.
Du 20/06/23-25/06/23, la route était fermée.
Les âges : 70-80-90-95 ans.
Une hausse de 12,50 Ouest, de 8h30 à 12h30, puis à 14:30 et à 14 h 30.
La réunion a eu lieu le 2023-06-20 à Gao.
La réunion a eu lieu le 20/06/2023 à Gao.
Elle s’est tenue du 12/06/2023 au 20/06/2023.
Le projet couvre la période 2025-2026.
Le projet couvre la période 2012–2015, puis 2018/19.
Depuis 2012, la situation a changé trois fois.
Les années 2021 2022 2023 ont été difficiles.
Les années 2022 2023 aussi.
Le budget est de 60 000 000 FCFA.
Le budget est de 60\u202f000\u202f000\u00a0FCFA par an.
Un appui de 76 543 210 francs a été reçu.
Le fonds compte 25 000 000 F CFA.
Un montant de 60000000 a été demandé.
La région compte 12 345 678 habitants.
Environ 65 250 personnes ont été déplacées.
Près de 72 345 678 têtes de bétail passent ici.
L’entretien a duré de 14h30 à 15h45.
L’entretien a commencé à 9 h 05.
Rendez-vous à 12:30 précises.
La région de Gao porte le code ML07.
Les notes GAO-03 et GAO-05 se répondent.
Les acteurs convergent [@GAO-03].
Les acteurs convergent [@GAO-03; @GAO-05; @MOP-12].
Selon @GAO-03, le puits est fermé.
La version 1.10.2 du guide est en usage.
La version 2.0.1.3 est sortie.
Près de 45 % des femmes ont parlé.
Une hausse de 12,5 % est notée.
Le décret n° 2023-0401 fixe les attributions.
Le décret n°2021-0385/PT-RM est appliqué.
La loi n° 2013-015 protège les données.
La loi 2017-051 sur les collectivités est citée.
Les pages 12-15 du rapport en parlent.
L’article 15.2 de la convention le dit.
Il fait 45 °C à l’ombre.
Le premier degré, soit 1°, puis le 2°, restent ouverts.
Les prix vont de 12.500, 15.000 à 17.500 francs.
Les notes moyennes sont 3,5 et 4,2.
Les taux sont de 12,5 ; 13,7 ; 14,9.
Le point d’eau est à 1.5 km du village.
Le livre porte l’ISBN 978-2-07-036822-8.
Le sac de 50 kg coûte 21 500 F.
Le fichier rapport-2023-07-05.docx est prêt.
Le fichier GAO-03_2023-06-20.md est prêt.
Consulter https://www.example.org/rapport/2023/06/20.
Le total est de 1 000 000 à 2 000 000 FCFA.
Le numéro 12 de la rue 345 est fermé.
Il y a 3 écoles, 12 puits et 450 ménages.
Les tranches 18-35 et 36-59 dominent.
Sur 40 consultations, 12 + 10 + 9 + 9 sont validées.
Le ratio est de 1/3 puis de 2/3.
La note vaut 7/10.
Les coordonnées du comité sont connues de tous.
L’adresse du site est connue.
Le cercle d’Ansongo compte 7 communes.
Le groupe WhatsApp des jeunes est actif.
La page Facebook de la radio est suivie.
Le compte bancaire de l’association est bloqué.
La plaque du véhicule n’a pas été relevée.
Le code ISO est ML-7 et le P-code ML07.
La résolution 2164 (2014) a été citée.
La MINUSMA est partie le 31 décembre 2023.
L’accord de 2015 reste la référence.
Le 22 mars 2012 a tout changé.
Les 8 régions et les 49 cercles sont représentés.
On compte 703 communes et 11 000 villages.
Le sigle AB 12 ne dit rien.
La fréquence est 97.5 FM.
La surface est de 1 241 238 km².
Le taux est passé de 0,25 à 0,31.
Les coefficients 0.2512 et 0.3107 sont faibles.
Le guide prévoit 25 questions en 90 minutes.
Voir l’annexe 3, tableau 2.1, ligne 14.
Réf. 2023/07/15/GAO.
Le code 4471-B est affiché.
Le lot n° 3 (2022-2024) est clos.
La subvention de 45 000 000 est versée.
Le trimestre 2023-T2 est calme.
La semaine 2023-W25 est chargée.
Le 20.06.2023 et le 21.06.2023 sont fériés.
Entre 6 h et 18 h, la route est ouverte.
Le mil est à 250 F, le riz à 400 F, l’huile à 1 200 F.
Un écart-type de 3,1416 est trouvé.
La latitude laissée aux équipes est grande.
Il reste 30 jours, 12 heures et 5 minutes.
Le groupe (12 femmes, 8 hommes) s’est réuni 3 fois.
"""
SENTENCES = [line for line in ORDINARY.strip().splitlines() if line]


def test_there_are_enough_ordinary_sentences():
    assert len(SENTENCES) >= 80


@pytest.mark.parametrize("sentence", SENTENCES)
def test_ordinary_sentences_raise_no_alarm(sentence):
    assert [(h.kind, sentence[h.start : h.end]) for h in patterns.search(sentence)] == []
    assert titles(sentence) == []


def test_ordinary_sentences_together_raise_no_alarm():
    text = " ".join(SENTENCES)
    assert [(h.kind, text[h.start : h.end]) for h in patterns.search(text)] == []


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("selon M. Amadou Xyz, le puits", "title", "M. Amadou Xyz"),
        ("vu avec Mme Keïta", "title", "Mme Keïta"),
        ("El Hadj Oumar est venu", "title", "El Hadj Oumar"),
        ("l’imam Sall a prié", "title", "imam Sall"),
        ("le chef Bouba", "title", "chef Bouba"),
        ("Dr B. Xyz", "title", "Dr B. Xyz"),
        ("M.\u00a0Traoré", "title", "M.\u00a0Traoré"),
        ("la famille Coulibaly", "surname", "Coulibaly"),
        ("MAIGA a dit", "surname", "MAIGA"),
        ("chez N’Diaye", "surname", "N’Diaye"),
        ("Dramé a dit", "surname", "Dramé"),
    ],
)
def test_titles_and_surnames_warn(text, kind, found):
    assert [(h.kind, text[h.start : h.end]) for h in titles(text)] == [(kind, found)]


@pytest.mark.parametrize(
    "text",
    ["le maire de Gao", "Monsieur le maire", "Chef de village", "le chef du village", "Drame à Mopti", "les imams de Gao",
     "Le Commandant du cercle", "Le préfet d’Ansongo", "un cheikh", "A. M. est venu", "traoré"],
)  # fmt: skip
def test_titles_of_nobody_do_not(text):
    assert titles(text) == []


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(), st.text(alphabet="0123456789 .,-+/()@°'NSMDab[];:\n")))
def test_never_raises_and_places_lie_inside_the_text(text):
    end = 0
    for hit in patterns.search(text):
        assert end <= hit.start < hit.end <= len(text)
        assert hit.kind in patterns.KINDS
        end = hit.end
    assert all(0 <= hit.start < hit.end <= len(text) for hit in titles(text))


def test_phonenumbers_is_loaded_only_for_digits():
    code = (
        "import sys; from consultkit.privacy import patterns;"
        "patterns.search('Le 2023-06-20, [@GAO-03], trois puits.');"
        "sys.exit('phonenumbers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


LONG = "Les puits du cercle sont à sec depuis deux ans, dit-on ; rien n’a changé. "


TITLED = """
    M. X.|MM. Fictif|Mme Fictive|Mlle\u00a0Fictive|Me Fictif|Maître Fictif|Dr Fictif|Dr. Fictif|Docteur Fictif|El Hadj Fictif
    |el-hadj Fictif|Elhadji Fictif|Imam Fictif|l’imam\u202fFictif|Chef Fictif|le chef  Fictif|commandant Fictif|Colonel Fictif
    |Général Fictif|adjudant Fictif|maire Fictif|Préfet Fictif|abbé Fictif|Père Fictif|sœur Fictive|Sœur Fictive|Mgr Fictif
    |Cheick Fictif|hadja Fictive|Monsieur Fictif|Madame Fictive|marabout Fictif
"""


@pytest.mark.parametrize("written", [text.strip(" \n") for text in TITLED.split("|")])
def test_the_first_look_loses_no_title(written):
    assert "title" in {hit.kind for hit in titles(LONG + written + " " + LONG)}


def test_the_first_look_loses_no_surname():
    for name in {name for names in surnames().values() for name in names}:
        shouted = name if _bare(name) in ordinary_words() else name.upper()
        for form in (name, shouted, shouted.replace("Ï", "I"), f"d’{name}", f"({name})", f"Ali-{name}"):
            hits = titles(f"{LONG}Il a vu {form}, hier. {LONG}")
            assert [hit.kind for hit in hits] == ["surname"], form


@pytest.mark.parametrize("digits", ["٧٦١٢٣٤٥٦", "٧٦ ١٢ ٣٤ ٥٦", "７６１２３４５６"])
def test_digits_of_other_scripts_are_digits(digits):
    assert [hit.kind for hit in patterns.search(f"{LONG}{digits}. {LONG}")] == ["phone"]
