"""age: interoperable, and nothing opens but the whole, true file."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest

from consultkit.privacy import encryption as age

DATA = b"identities:\n- note: GAO-01\n" * 50


@pytest.fixture(scope="module")
def keys():
    return age.new_key(), age.new_key()


def test_each_recipient_opens_it_and_nobody_else(keys):
    (mine, to_me), (theirs, to_them) = keys
    sealed = age.encrypt(DATA, [to_me, to_them])
    assert DATA not in sealed
    assert age.decrypt(sealed, mine) == age.decrypt(sealed, theirs) == DATA
    with pytest.raises(age.EncryptionError, match="other recipients"):
        age.decrypt(sealed, age.new_key()[0])


def test_tampering_and_truncation_are_told(keys):
    (mine, to_me), _ = keys
    sealed = age.encrypt(DATA, [to_me])
    for broken in (
        sealed[:-1],
        sealed[:-1] + bytes([sealed[-1] ^ 1]),
        sealed[:40],
        b"",
        b"hello",
        sealed + b"x",
    ):
        with pytest.raises(age.EncryptionError) as caught:
            age.decrypt(broken, mine)
        assert "GAO" not in str(caught.value)


def test_passphrases(keys):
    sealed = pyrage.passphrase.encrypt(DATA, "caf\u00e9 noir")
    assert age.wants_passphrase(sealed) and not age.wants_passphrase(age.encrypt(DATA, [keys[0][1]]))
    assert age.decrypt_with_passphrase(sealed, "cafe\u0301 noir") == DATA
    for wrong in ("café", "CAFÉ NOIR"):
        with pytest.raises(age.EncryptionError):
            age.decrypt_with_passphrase(sealed, wrong)
    for empty in ("", "  "):
        with pytest.raises(age.EncryptionError, match="empty"):
            age.decrypt_with_passphrase(sealed, empty)


@pytest.mark.parametrize("recipients", [[], ["age1zzz"], ["AGE-SECRET-KEY-1ABC"]])
def test_recipients_that_are_none(recipients):
    with pytest.raises(age.EncryptionError) as caught:
        age.encrypt(DATA, recipients)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "AGE-SECRET-KEY-1XYZ", "age1abc", "bonjour"])
def test_key_files_that_hold_no_key(keys, text):
    with pytest.raises(age.EncryptionError):
        age.decrypt(age.encrypt(DATA, [keys[0][1]]), text)


def test_a_key_is_private_and_never_overwritten(tmp_path, keys):
    path = tmp_path / "conf" / "consultkit" / "key.txt"
    age.write_key(path, keys[0][0])
    assert path.read_text(encoding="utf-8") == keys[0][0]
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(age.EncryptionError, match="already exists"):
        age.write_key(path, keys[1][0])
    assert path.read_text(encoding="utf-8") == keys[0][0]


def test_where_the_key_lies():
    assert age.key_path({"CONSULTKIT_KEY": "/x/key"}) == Path("/x/key")
    assert age.key_path({"XDG_CONFIG_HOME": "/x"}, "linux") == Path("/x/consultkit/key.txt")
    assert age.key_path({"APPDATA": "C:/A"}, "win32") == Path("C:/A/consultkit/key.txt")
    assert age.key_path({}, "darwin") == Path.home() / ".config/consultkit/key.txt"


@pytest.mark.skipif(shutil.which("age") is None, reason="the age program is not installed")
@pytest.mark.parametrize("armor", [[], ["--armor"]])
def test_the_age_program_opens_these_files_and_the_reverse(tmp_path, keys, armor):
    (mine, to_me), _ = keys
    key, plain, sealed = tmp_path / "key", tmp_path / "plain", tmp_path / "sealed"
    key.write_text(mine, encoding="utf-8")
    sealed.write_bytes(age.encrypt(DATA, [to_me]))
    opened = subprocess.run(["age", "-d", "-i", str(key), str(sealed)], capture_output=True, check=True)
    assert opened.stdout == DATA
    plain.write_bytes(DATA)
    subprocess.run(["age", "-r", to_me, *armor, "-o", str(sealed), str(plain)], check=True)
    assert age.decrypt(sealed.read_bytes(), mine) == DATA
