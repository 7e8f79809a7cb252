import datetime
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consultkit.report.typography import long_date, typographic

NB, NNB = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Besoins : trois", f"Besoins{NB}: trois"),
        ("Besoins: trois", f"Besoins{NB}: trois"),
        ("Quoi ?", f"Quoi{NNB}?"),
        ("Quoi?!", f"Quoi{NNB}?!"),
        ("a ; b", f"a{NNB}; b"),
        ("« oui »", f"«{NB}oui{NB}»"),
        ("«oui»", f"«{NB}oui{NB}»"),
        ('dit "oui" et "non".', f"dit «{NB}oui{NB}» et «{NB}non{NB}»."),
        ("l'outil d'« ici »", f"l’outil d’«{NB}ici{NB}»"),
        ("aujourd'hui, qu'*un* mot", "aujourd’hui, qu’*un* mot"),
        ("et puis...", "et puis…"),
        ("**Note :** voir", f"**Note{NB}:** voir"),
        ("[Pourquoi ?]{.theme}", f"[Pourquoi{NNB}?]{{.theme}}"),
        ("« Quoi ? » [@GAO-03]", f"«{NB}Quoi{NNB}?{NB}» [@GAO-03]"),
        ("### Question ? {#q}", f"### Question{NNB}? {{#q}}"),
        ("voir : https://a.org/x?y=1;z!", f"voir{NB}: https://a.org/x?y=1;z!"),
    ],
)
def test_french(before, after):
    assert typographic(before, "fr") == after


@pytest.mark.parametrize(
    "text",
    [
        "à 12:30 précises",
        "`a : b ; c ?` et ``x `y` ; z``",
        '```\nl\'eau : "a" ; b ?\n```',
        '<!-- l\'eau : "a" ; b ? -->',
        '[lien](http://a.org/l\'eau?x="1")',
        "[mot]{.theme .l'autre}",
        '### Titre {#id types="ong ongi"}',
        "[@GAO-01; @GAO-02]",
        "::: {.box}",
        "Table: 12",
        "|:---|---:|:-:|",
        "[^1]: suite",
        "<https://a.org/x?y;z>",
        '\\"tel quel\\"',
        "Édition 2021:2022",
        "&laquo; oui &raquo; &amp; &eacute;t&eacute;",
    ],
)
def test_what_is_no_prose_is_left_alone(text):
    assert typographic(text, "fr") == text


def test_english():
    assert typographic("He said \"it's late\" ... 'now'", "en") == "He said “it’s late” … ‘now’"
    assert typographic("`it's` [x](y'z) {#a'b}", "en") == "`it's` [x](y'z) {#a'b}"


PIECES = st.lists(
    st.sampled_from([*"abé \n:;!?«»\"'.`[](){}#<>-|0\u00a0\u202f*_@^\\~", "...", "<!--", "-->", "http://a"])
)


@given(st.one_of(PIECES.map("".join), st.text(max_size=60)), st.sampled_from(["fr", "en"]))
@example('http://a"`"`', "en")
def test_applying_it_again_changes_nothing(text, language):
    once = typographic(text, language)
    assert typographic(once, language) == once


def test_long_dates():
    assert long_date(datetime.date(2023, 7, 1), "fr") == f"1er{NB}juillet 2023"
    assert long_date(datetime.date(2023, 7, 13), "en") == f"13{NB}July 2023"


def test_no_text_takes_long():
    hostile = ["[", "`", "{", "<", "](", '"', "\\\n|- ", "` `` "]
    start = time.process_time()
    for piece in hostile:
        typographic(piece * 200_000, "fr")
    assert time.process_time() - start < 180  # a quadratic expression takes hours
