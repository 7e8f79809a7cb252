"""What lies around a campaign: folders copied to the cloud, hosts that git sends to."""

from __future__ import annotations

from pathlib import Path

import pytest
from hostile import problems, run
from keeping import git, kept_campaign, put

from consultkit.repository.surroundings import in_cloud

CLOUDS = (
    "Users/a/Library/Mobile Documents/com~apple~CloudDocs/x", "Users/a/Library/CloudStorage/OneDrive-ONG/x",
    "Users/a/Library/CloudStorage/Autre/x", "home/a/OneDrive - Interpeace/x", "a/OneDriveCommercial/x",
    "G:/Mon Drive/x", "G:/My Drive/x", "G:/Drive partagés/Mali", "G:/Drives partage\u0301s/Mali",
    "G:/Shared drives/Mali", "a/Google Drive/x", "a/GoogleDrive-a@example.org/x", "a/kDrive/x", "a/kDrive2/x",
    "a/Proton Drive/moi/My files", "a/ProtonDrive/x", "a/SynologyDrive/x", "a/Yandex.Disk/x", "a/Seafile/x",
    "a/Dropbox (Personnel)/x", "a/iCloudDrive/x", "a/Nextcloud/x", "a/nextcloud2/x", "a/pCloudDrive/x",
    "a/MEGA/x", "a/MEGAsync/x",
)  # fmt: skip
LOCAL = (
    "a/omega/x", "a/oméga/x", "a/Mega projet/x", "a/megaphone/x", "a/mondrive/x", "a/simon drive/x",
    "a/campagne/drive", "a/dropboxes/x", "a/kdrives/x",
)  # fmt: skip


@pytest.mark.parametrize("folder", CLOUDS)
def test_folders_copied_to_the_cloud(folder: str) -> None:
    assert in_cloud(Path("/", folder), {})


@pytest.mark.parametrize("folder", LOCAL)
def test_folders_of_this_computer(folder: str) -> None:
    assert not in_cloud(Path("/", folder), {})


def test_windows_names_its_own() -> None:
    assert in_cloud(Path("/u/ONG/Mali/x"), {"OneDriveCommercial": "/u/ONG"})
    assert not in_cloud(Path("/u/ONG2/x"), {"OneDriveCommercial": "/u/ONG", "OneDrive": ""})


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return kept_campaign(tmp_path)


def test_a_campaign_in_such_a_folder_is_warned(tmp_path: Path) -> None:
    root = kept_campaign(tmp_path / "SynologyDrive")
    assert [code for code, _file, _line in problems(root)] == ["P005"]


REMOTES = {
    "a fetch address": ["remote.origin.url", "https://dev.azure.com/a/b/_git/c"],
    "a push address": ["remote.origin.url", "/serveur/depot", "remote.origin.pushurl", "git@codeberg.org:a/b.git"],
    "an address rewritten": ["remote.origin.url", "perso:a/b", "url.https://gitea.com/.insteadOf", "perso:"],
    "rewritten for pushing": ["remote.x.url", "/d/b", "url.ssh://git@huggingface.co/.pushInsteadOf", "/d/"],
    "a usual one": ["remote.origin.url", "git@github.com:a/b.git"],
}  # fmt: skip


@pytest.mark.parametrize("case", REMOTES)
def test_public_hosts_are_told_however_they_are_named(kept: Path, case: str) -> None:
    words = REMOTES[case]
    for key, value in zip(words[::2], words[1::2], strict=True):
        git(kept, "config", key, value)
    assert problems(kept) == [("P005", "mapping.yaml", 1)]


def test_a_server_of_ones_own_is_not(kept: Path) -> None:
    git(kept, "remote", "add", "origin", "ssh://git@git.example.org/notgithub.company/a.git")
    assert problems(kept) == []


def test_private_files_in_git_are_told_whatever_the_case(kept: Path) -> None:
    put(kept, "notes/PRIVATE/x.txt", "x")
    git(kept, "add", "-f", "notes")
    assert problems(kept) == [("P004", "notes/PRIVATE/x.txt", 1)]
    assert "git rm --cached notes/PRIVATE/x.txt" in run(kept, "check", "--lang", "en").out
