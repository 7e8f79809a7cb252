"""All of git's history, searched for what must not be there: every file under each of its names, every
message, every name of a branch or tag, and what only stashes and the reflog hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from consultkit.files import MAPPING, place_at
from consultkit.i18n import _, ngettext
from consultkit.privacy import patterns
from consultkit.privacy.matcher import Matcher
from consultkit.repository import git, readable
from consultkit.repository.staged import campaign_folders, home_of, unanswered
from consultkit.text import in_words

MOST = 50  # lines told of one file


class Kind(StrEnum):
    """What has to be done about a remnant."""

    PRIVATE = "private"  # the file goes
    TEXT = "text"  # words in it are replaced
    DOCUMENT = "document"  # this version of it goes
    MESSAGE = "message"
    NAME = "name"  # of a file
    REF = "ref"  # a branch or a tag
    REFLOG = "reflog"


@dataclass(frozen=True, slots=True, order=True)
class Remnant:
    """Something dangerous in git's history: where, in which object, on what line; never its text."""

    path: str
    line: int
    object: str
    what: str
    kind: Kind


@dataclass(slots=True)
class History:
    """What was found, and in sentences what was not looked at."""

    remnants: list[Remnant] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Objects:
    """What history is made of: all paths of each blob, commits, tags; `absent` are not at hand."""

    blobs: dict[str, list[str]]
    commits: list[str]
    tags: list[str]
    submodules: list[str]
    absent: frozenset[str]


class _Search:
    """The search for known identities, where they can be read."""

    def __init__(self, matcher: Matcher | None) -> None:
        self.hits = matcher.search if matcher else lambda text: []
        self.shown = matcher.blotted if matcher else lambda text: text

    def lines(self, text: str) -> list[int]:
        """The lines on which known identities stand."""
        return sorted({place_at(text, hit.start, "").line for hit in self.hits(text)})[:MOST]


def look_back(root: Path, matcher: Matcher | None, allowed: frozenset[str] = frozenset()) -> History:
    """Private files, known identities and patterns in all that branches, tags, stashes and reflogs reach.

    The whole repository is looked at: a campaign may have lain elsewhere in it.
    """
    found, search = History(), _Search(matcher)
    objects = _objects(root, found)
    found.unseen += _cut(root, objects)
    found.remnants += _messages(root, objects, search)
    found.remnants += _names(root, objects, search)
    _blobs(root, objects, search, allowed, found)
    found.remnants = sorted(set(found.remnants))
    return found


def _objects(root: Path, found: History) -> _Objects:
    listed = git.ask(root, "rev-list", "--all", "--reflog")
    if listed is None:
        raise unanswered(root, _("--history needs git, and a campaign that git keeps."))
    commits = listed.decode().split()
    paths, submodules = _all_paths(root, commits, found)
    walked = git.ask(root, "rev-list", "--objects", "--all", "--reflog", "--missing=print")
    if walked is None:
        found.unseen.append(_("git could not read all of its history: `git fsck` tells what is damaged."))
    ids = [line.partition(b" ")[::2] for line in (walked or b"").splitlines()]
    absent = frozenset(id_[1:].decode() for id_, _name in ids if id_.startswith(b"?"))
    named = {id_.decode(): name.decode("utf-8", "replace") for id_, name in ids if not id_.startswith(b"?")}
    tags, refs = [], _tagged(root)
    for id_, kind in zip(named, git.kinds(root, list(named)), strict=True):
        if kind == "tag":
            tags.append(id_)
        elif kind == "blob" and id_ not in paths:  # which a tag alone names
            paths[id_] = [named[id_] or refs.get(id_, "?")]
    return _Objects(paths, commits, tags, submodules, absent)


def _tagged(root: Path) -> dict[str, str]:
    """The name of the tag that points to each object, itself or through another."""
    listed = git.line(root, "for-each-ref", "--format=%(objectname) %(*objectname) %(refname)")
    words = [entry.split(" ", 2) for entry in listed.splitlines()]
    return {id_: name for *ids, name in words for id_ in ids}


def _all_paths(root: Path, commits: Sequence[str], found: History) -> tuple[dict[str, list[str]], list[str]]:
    """Every path that each blob ever had, and the paths of submodules."""
    options = ["-r", "-c", "--root", "--raw", "--no-renames", "--no-abbrev", "-z"]
    asked = "".join(f"{commit}\n" for commit in commits).encode()
    output = git.ask(root, "diff-tree", "--stdin", *options, stdin=asked)
    if output is None:
        found.unseen.append(_("Some folders of history are not at hand: names of files were not all seen."))
    paths: dict[str, dict[str, None]] = defaultdict(dict)
    submodules: dict[str, None] = {}
    for mode, blob, path in _raw(output or b""):
        if mode == git.SUBMODULE:
            submodules[path] = None
        elif blob.strip("0"):
            paths[blob][path] = None
    return {blob: list(names) for blob, names in paths.items()}, list(submodules)


def _raw(output: bytes) -> Iterator[tuple[str, str, str]]:
    """The (mode, blob, path) that each change led to; of a merge, one colon a parent stands before it."""
    words = iter(output.split(b"\0"))
    for word in words:
        parents = len(word) - len(word.lstrip(b":"))
        if parents:
            meta = word[parents:].decode().split()
            path = next(words, b"").decode("utf-8", "replace")
            yield meta[parents], meta[2 * parents + 1], path


def _cut(root: Path, objects: _Objects) -> Iterator[str]:
    """What of history this copy does not have."""
    if git.line(root, "rev-parse", "--is-shallow-repository") == "true":
        yield _("This copy is shallow: what is older than its first commit was not looked at.")
    if objects.absent:
        number = len(objects.absent)
        yield ngettext(
            "{n} object is not in this partial copy, and was not looked at: use a whole clone.",
            "{n} objects are not in this partial copy, and were not looked at: use a whole clone.",
            number,
        ).format(n=number)
    if objects.submodules:
        number = len(objects.submodules)
        yield ngettext(
            "{n} submodule was not looked at: it is a repository of its own.",
            "{n} submodules were not looked at: each is a repository of its own.",
            number,
        ).format(n=number)


def _messages(root: Path, objects: _Objects, search: _Search) -> Iterator[Remnant]:
    """Known identities in what was said of commits and tags, and in the reflog."""
    for ids, where in ((objects.commits, _("message of a commit")), (objects.tags, _("message of a tag"))):
        for id_, data in zip(ids, git.held(root, ids), strict=True):
            message = (data or b"").partition(b"\n\n")[2]
            for line in search.lines(readable.decoded(message) or ""):
                yield Remnant(where, line, id_, _("a known identity"), Kind.MESSAGE)
    said = git.line(root, "reflog", "show", "--all", "--format=%H%x09%gs").splitlines()
    for id_, _tab, subject in (entry.partition("\t") for entry in said):
        if search.hits(in_words(subject)):
            yield Remnant(_("reflog"), 1, id_, _("a known identity"), Kind.REFLOG)


def _names(root: Path, objects: _Objects, search: _Search) -> Iterator[Remnant]:
    """Known identities in names: of files, branches, tags."""
    for blob, paths in objects.blobs.items():
        for path in paths:
            if search.hits(in_words(path)):
                what = _("a known identity in the name of the file")
                yield Remnant(search.shown(path), 1, blob, what, Kind.NAME)
    refs = git.line(root, "for-each-ref", "--format=%(objectname) %(refname)")
    for id_, _space, name in (ref.partition(" ") for ref in refs.splitlines()):
        if search.hits(in_words(name)):
            what = _("a known identity in the name of a branch or a tag")
            yield Remnant(search.shown(name), 1, id_, what, Kind.REF)


def _blobs(root: Path, objects: _Objects, search: _Search, allowed: frozenset[str], found: History) -> None:
    """Each distinct content, read once; what is found is told for each of its paths."""
    ids = [blob for blob in objects.blobs if blob not in objects.absent]
    for blob in objects.absent & objects.blobs.keys():
        plain = [path for path in objects.blobs[blob] if not path.endswith((".age", "/.gitkeep"))]
        found.remnants += _private(blob, plain, None, search)
    elsewhere = _other_campaigns(root)
    for blob, data in zip(ids, git.held(root, ids, readable.MAX_SEARCHED), strict=True):
        paths = objects.blobs[blob]
        found.remnants += _private(blob, paths, data, search)
        for path in _differing(paths):
            try:
                for line, what, kind in _in_file(data, path, search):
                    found.remnants += (Remnant(search.shown(p), line, blob, what, kind) for p in paths)
            except readable.UnreadableError as error:
                message = _("{path} ({object}) was not searched to its end: {reason}.")
                shown = search.shown(path)
                found.unseen.append(message.format(path=shown, object=blob[:10], reason=error))
        texts = [p for p in paths if _may_have_patterns(p) and home_of(p, elsewhere) is None]
        for line in _pattern_lines(data, allowed) if texts else ():
            what = _("a number or an address")
            found.remnants += (Remnant(search.shown(p), line, blob, what, Kind.TEXT) for p in texts)


def _private(blob: str, paths: Iterable[str], data: bytes | None, search: _Search) -> Iterator[Remnant]:
    for path in paths:
        if readable.private(path) and not readable.may_be_public(path, data):
            yield Remnant(search.shown(path), 1, blob, _("a file of private/"), Kind.PRIVATE)


def _differing(paths: Iterable[str]) -> list[str]:
    """Of the paths of one content, one for each way in which it may be read."""
    return list({path.rsplit(".", 1)[-1].lower(): path for path in paths}.values())


def _in_file(data: bytes | None, path: str, search: _Search) -> Iterator[tuple[int, str, Kind]]:
    if data is None:
        raise readable.UnreadableError(_(readable.TOO_LARGE))
    for part, text in readable.texts(data, path):
        for line in search.lines(text):
            if part:
                yield 1, _("a known identity, inside the document"), Kind.DOCUMENT
            else:  # git-filter-repo replaces no words where there are zeros
                yield line, _("a known identity"), Kind.DOCUMENT if b"\0" in data else Kind.TEXT


def _may_have_patterns(path: str) -> bool:
    folded = path.casefold()
    return "notes" in folded.split("/")[:-1] or folded.endswith(MAPPING)


def _pattern_lines(data: bytes | None, allowed: frozenset[str]) -> Iterator[int]:
    text = readable.decoded(data or b"")
    if text is None or len(text) > readable.MAX_PATTERNS:
        return
    for hit in patterns.unexcepted(text, allowed):
        yield place_at(text, hit.start, "").line


def _other_campaigns(root: Path) -> list[str]:
    """The folders of other campaigns of the repository, whose exceptions are not ours."""
    own = git.line(root, "rev-parse", "--show-prefix").rstrip("/")
    top = git.line(root, "rev-parse", "--show-toplevel")
    return [home for home in campaign_folders(Path(top)) if home != own] if top else []
