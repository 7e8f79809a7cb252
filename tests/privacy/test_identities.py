"""private/identities.yaml: read with places, faults without a word of what it holds."""

from __future__ import annotations

import pytest

from consultkit.privacy.identities import Identity, from_entries
from consultkit.privacy.vault import PLAIN, parse_vault

GOOD = """identities:
  - note: GAO-01
    name: Amadou ag Maïga
    aliases: [Papa Doc, "Amadi"]
    phone: 0076123456
  - actor: tamat
    name: Fanta Diarra
    email: f.diarra@example.org
"""


def read(text):
    vault = parse_vault(text.encode(), PLAIN)
    return list(vault.identities), list(vault.faults)


def test_identities_are_read_with_their_lines():
    identities, faults = read(GOOD)
    assert faults == []
    assert identities == [
        Identity("GAO-01", "note", "Amadou ag Maïga", ("Papa Doc", "Amadi"), "0076123456", "", 2),
        Identity("tamat", "actor", "Fanta Diarra", (), "", "f.diarra@example.org", 6),
    ]


@pytest.mark.parametrize("text", ["identities:\n", "identities: []\n", "identities:\n#  - note: GAO-03\n"])
def test_a_list_without_entries_is_checked(text):
    assert read(text) == ([], [])
    assert parse_vault(text.encode(), PLAIN).checked
    assert parse_vault(b"\xef\xbb\xbf" + text.encode(), PLAIN).checked


@pytest.mark.parametrize("text", ["", "\n", "# who was heard\n", "exceptions: [Mars]\n", "{}\n", "~\n"])
def test_a_file_that_says_nothing_of_identities_is_a_fault(text):
    vault = parse_vault(text.encode(), PLAIN)
    assert vault.faults and not vault.checked


@pytest.mark.parametrize(
    "text",
    [
        "identites:\n  - note: GAO-01\n    name: Fanta Diarra\n",
        "- note: GAO-01\n  name: Fanta Diarra\n",
        "identities:\n  - note: GAO-01\n    nom: Fanta Diarra\n",
        "identities:\n  - note: GAO-01\n    name: [Fanta Diarra]\n",
        "identities:\n  - note: GAO-01\n    name: Fanta Diarra\n    phone: 1 #2\n",
        "identities:\n  - note: GAO-01\n    name: Fanta : Diarra\n",
        "identities:\n  - Fanta Diarra\n",
        "identities: Fanta Diarra\n",
        "identities: [Fanta\n",
        "<<<<<<< a\nidentities: []\n=======\nidentities:\n>>>>>>> b\n",
    ],
)
def test_any_fault_means_that_names_are_not_checked(text):
    vault = parse_vault(text.encode(), PLAIN)
    assert vault.faults and not vault.checked
    assert all("Fanta" not in fault.message + fault.help for fault in vault.faults)


def test_what_could_be_read_of_a_damaged_file_is_still_looked_for():
    vault = parse_vault((GOOD + "  - note: GAO-02\n    nom: Autre\n").encode(), PLAIN)
    assert not vault.checked
    assert [identity.name for identity in vault.identities] == ["Amadou ag Maïga", "Fanta Diarra", ""]


@pytest.mark.parametrize(
    "text",
    [
        "identites:\n  - note: GAO-01\n    name: Fanta Diarra\n",
        "- note: GAO-01\n  name: Fanta Diarra\n",
        "exceptions: [Mars]\nlist:\n  - note: GAO-01\n    name: [Fanta Diarra]\n",
    ],
)
def test_entries_that_stand_elsewhere_are_looked_for_and_names_are_not_checked(text):
    vault = parse_vault(text.encode(), PLAIN)
    (identity,) = vault.identities
    assert "Fanta Diarra" in (identity.name, *identity.aliases)
    assert vault.faults and not vault.checked


def test_nothing_is_no_entry():
    assert from_entries(None) == ([], [])


def faults(text):
    return [(fault.place.line, fault.place.column, fault.message) for fault in read(text)[1]]


def test_faults_stand_where_they_are():
    text = """identities:
  - note: GAO-01
    nane: Maïga
  - name: Maïga
  - note: GAO-02
    actor: tamat
    name: Maïga
  - Maïga
autres: Maïga
"""
    found = faults(text)
    assert sorted(line for line, _column, _message in found) == [2, 3, 4, 6, 8, 9]
    assert all("Maïga" not in message for _line, _column, message in found)
    assert any(line == 3 and "name" in message for line, _column, message in found)


def test_faults_of_yaml_hold_nothing_of_the_file():
    for text in (
        "identities:\n  - note: GAO-01\n    name: Maïga : Amadou\n",
        "Maïga",
        "identities: Maïga",
        "identities: [Maïga",
    ):
        identities, found = read(text)
        assert found
        assert all("Maïga" not in fault.message + fault.help for fault in found)
        assert all(identity.owner == "GAO-01" for identity in identities)


def test_one_bad_entry_does_not_stop_the_others():
    identities, found = from_entries(
        [3, {"note": "GAO-01", "name": ["x"]}, {"note": "GAO-02", "name": "Fanta"}]
    )
    assert [identity.owner for identity in identities] == ["GAO-01", "GAO-02"]
    assert [(fault.entry, fault.key) for fault in found] == [(0, ""), (1, "name")]


def test_no_name_in_a_representation():
    assert "Fanta" not in repr(Identity("A-1", "note", "Fanta", ("Fanta",), "1", "Fanta"))


@pytest.mark.parametrize(("key", "meant"), [("nom", "name"), ("courriel", "email"), ("telephone", "phone")])
def test_a_key_in_french_is_told_the_right_one(key, meant):
    _identities, faults = read(f"identities:\n  - note: GAO-01\n    {key}: x\n")
    assert any(f"“{meant}”" in fault.message for fault in faults)
