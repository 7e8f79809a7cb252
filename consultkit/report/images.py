"""Pictures that may stand in a document: from inside the workspace, really PNG or JPEG, without metadata."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from consultkit.i18n import _
from consultkit.report.errors import RenderError

LARGEST = 20_000_000  # bytes
MOST_PIXELS = 60_000_000
PNG = b"\x89PNG\r\n\x1a\n"
# What draws the picture, and nothing that tells of its maker: no text, no date, no EXIF, no profile.
PNG_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"pHYs"})
# JPEG's own tables and frames; APPn and comments go, but for Adobe's (APP14): it tells how colours are coded.
JPEG_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
JPEG_SEGMENTS = JPEG_FRAMES | {0xC4, 0xDB, 0xDD, 0xDA}
ADOBE = b"\xff\xee\x00\x0eAdobe"
# Where the passes of an interlaced PNG begin, and how far apart their pixels are: across, down.
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


@dataclass(frozen=True, slots=True)
class Picture:
    """A vetted picture: `kind` is svg, png or jpeg; sizes in pixels, 0 where unknown (svg)."""

    kind: str
    data: bytes
    alt: str
    width: int = 0
    height: int = 0


def data_uri(picture: Picture) -> str:
    """The picture as an address that holds it whole."""
    kind = "svg+xml" if picture.kind == "svg" else picture.kind
    return f"data:image/{kind};base64,{base64.b64encode(picture.data).decode()}"


def centimetres(picture: Picture, widest: float = 16.0, highest: float = 19.0) -> float:
    """How wide a picture stands on the page: drawings fill it, photos at most at 96 pixels an inch."""
    width, height = picture.width or 4, picture.height or 3
    natural = widest if picture.kind == "svg" else width / 96 * 2.54
    return min(natural, widest, highest * width / height)


class _UnsoundError(Exception):
    """The bytes are no PNG or JPEG that can be trusted."""


def load(source: str, alt: str, workspace: Path) -> Picture:
    """The picture a document names, vetted; raises `RenderError` with the name and what to do."""
    try:
        return _load(source, alt, workspace)
    except RenderError as error:
        error.source = source
        raise


def _load(source: str, alt: str, workspace: Path) -> Picture:
    if ":" in source or source.startswith(("//", "\\\\")):
        message = _(
            "The picture “{name}” is not a file of the workspace: copy it there. "
            "Nothing is fetched from elsewhere."
        )
        raise RenderError(message.format(name=source[:120]))
    path, root = (workspace / unquote(source)).resolve(), workspace.resolve()
    if not path.is_relative_to(root) or root / "private" in path.parents:
        message = _("The picture “{name}” lies outside the workspace's public folders: copy it there.")
        raise RenderError(message.format(name=source[:120]))
    return load_file(path, alt, source)


def load_file(path: Path, alt: str, name: str = "") -> Picture:
    """The picture in a file, vetted; `name` is what messages call it."""
    try:
        if path.stat().st_size <= LARGEST:
            return vet(path.read_bytes(), alt)
        message = _("The picture “{name}” is over 20 MB: make it smaller.")
    except OSError:
        message = _("The picture “{name}” cannot be read: put the file there, or take out the line.")
    except _UnsoundError:
        message = _("The picture “{name}” is not a sound PNG or JPEG: save it again as one of these.")
    raise RenderError(message.format(name=(name or path.name)[:120]))


def vet(data: bytes, alt: str) -> Picture:
    """The picture rewritten with what draws it alone."""
    try:
        if data.startswith(PNG):
            return _png(data, alt)
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data, alt)
    except (struct.error, IndexError, zlib.error):
        pass
    raise _UnsoundError


def _png(data: bytes, alt: str) -> Picture:
    chunks = list(_chunks(data))
    if chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND":
        raise _UnsoundError
    width, height, depth, colours, _packing, _filter, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    picture = _checked(Picture("png", data, alt, width, height), True)
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colours, 0) if depth in (1, 2, 4, 8, 16) else 0
    pixels = b"".join(body for kind, body in chunks if kind == b"IDAT")
    before = [chunk for chunk in chunks if chunk[0] in PNG_CHUNKS]
    kept = [*before, (b"IDAT", _pixels(pixels, width, height, bits, interlaced)), chunks[-1]]
    return replace(picture, data=PNG + b"".join(_chunk(kind, body) for kind, body in kept))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _pixels(data: bytes, width: int, height: int, bits: int, interlaced: int) -> bytes:
    """A PNG's pixels, still packed, and nothing behind them; as many as the picture is large."""
    rows = 0
    for x, y, across, down in ADAM7 if interlaced else ((0, 0, 1, 1),):
        columns, lines = -((x - width) // across), -((y - height) // down)
        rows += lines * (1 + (columns * bits + 7) // 8) if columns > 0 and lines > 0 else 0
    unpacking = zlib.decompressobj()
    left, size, more = data, 0, True
    while more and not unpacking.eof and size <= rows:
        some = unpacking.decompress(left, 1_000_000)
        left, size, more = unpacking.unconsumed_tail, size + len(some), bool(some)
    if not bits or not unpacking.eof or size != rows:
        raise _UnsoundError
    return data[: len(data) - len(unpacking.unused_data)]


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """A PNG's chunks, their checksums verified; what follows the last one is not looked at."""
    place = len(PNG)
    while place < len(data):
        (size,) = struct.unpack_from(">I", data, place)
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        (check,) = struct.unpack_from(">I", data, place + 8 + size)
        if check != zlib.crc32(kind + body):
            raise _UnsoundError
        yield kind, body
        if kind == b"IEND":
            return
        place += 12 + size


def _jpeg(data: bytes, alt: str) -> Picture:
    kept, place, width, height = [b"\xff\xd8"], 2, 0, 0
    while data[place] == 0xFF and data[place + 1] != 0xD9:
        marker = data[place + 1]
        if marker == 0xFF:  # padding
            place += 1
            continue
        (size,) = struct.unpack_from(">H", data, place + 2)
        end = place + 2 + size
        if marker in JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, place + 5)
        if marker == 0xDA:
            end = _scan_end(data, end)
        if marker in JPEG_SEGMENTS or data.startswith(ADOBE, place):
            kept.append(data[place:end])
        place = end
    ended = data[place : place + 2] == b"\xff\xd9"
    return _checked(Picture("jpeg", b"".join([*kept, b"\xff\xd9"]), alt, width, height), ended)


def _scan_end(data: bytes, place: int) -> int:
    """Where a JPEG scan's coded data ends: the next marker that is neither stuffing nor a restart."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0:
            raise _UnsoundError
        if data[place + 1] != 0 and not 0xD0 <= data[place + 1] <= 0xD7:
            return place
        place += 2


def _checked(picture: Picture, ended: bool) -> Picture:
    if not ended or not 0 < picture.width * picture.height <= MOST_PIXELS:
        raise _UnsoundError
    return picture
