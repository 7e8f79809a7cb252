# ruff: noqa: E501
import struct
import zlib

import pytest
from sample_document import png, workspace

from consultkit.report import images
from consultkit.report.errors import RenderError


def segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


FRAME = segment(0xC0, struct.pack(">BHHB", 8, 20, 30, 1) + b"\x01\x11\x00")
JPEG = b"".join(
    [b"\xff\xd8", segment(0xE0, b"JFIF\0"), segment(0xE1, b"Exif\0\0GPS 16.27"), segment(0xED, b"Photoshop Moussa"),
     segment(0xFE, b"comment Moussa"), segment(0xDB, b"\0" * 65), FRAME, segment(0xC4, b"\0" * 20),
     segment(0xDA, b"\x01\x01\x00\x00\x3f\x00"), b"coded\xff\x00\xff\xd0more", b"\xff\xd9", b"trailer Moussa"]
)  # fmt: skip


def test_a_png_keeps_its_picture_alone(tmp_path):
    picture = images.load("notes/photo.png", "Photo", workspace(tmp_path))
    assert picture.data == png(30, 20)
    assert (picture.kind, picture.width, picture.height, picture.alt) == ("png", 30, 20, "Photo")


def test_a_jpeg_keeps_its_picture_alone():
    picture = images.vet(JPEG, "")
    assert (picture.kind, picture.width, picture.height) == ("jpeg", 30, 20)
    assert not any(word in picture.data for word in (b"Exif", b"GPS", b"Moussa", b"JFIF"))
    assert b"coded\xff\x00\xff\xd0more\xff\xd9" in picture.data


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def drawn(pixels: bytes, behind: bytes = b"", interlaced: int = 0, depth: int = 8, colours: int = 2) -> bytes:
    """A PNG of three by two pixels; its data in two chunks."""
    header = struct.pack(">IIBBBBB", 3, 2, depth, colours, 0, 0, interlaced)
    data = zlib.compress(pixels) + behind
    return (
        images.PNG
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", data[:4])
        + chunk(b"IDAT", data[4:])
        + chunk(b"IEND", b"")
    )


def test_a_png_holds_its_pixels_and_nothing_behind_them():
    pixels = (b"\0" + b"\1\2\3" * 3) * 2
    assert b"Moussa" not in images.vet(drawn(pixels, b"Moussa"), "").data
    assert zlib.compress(pixels) in images.vet(drawn(pixels, b"Moussa"), "").data
    seven_passes = b"\0\1\2\3" + b"\0\1\2\3" + b"\0\1\2\3" + b"\0" + b"\1\2\3" * 3  # of 3 by 2 pixels
    assert images.vet(drawn(seven_passes, interlaced=1), "").width == 3
    assert images.vet(drawn(b"\0\x40\0\x40", depth=1, colours=0), "").height == 2


def test_pixels_that_cannot_be_unpacked_are_none():
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 3, 2, 8, 2, 0, 0, 0))
    for data in (b"Moussa", b"", zlib.compress(b"\0" * 20)[:-5]):
        with pytest.raises(images._UnsoundError):
            images.vet(images.PNG + header + chunk(b"IDAT", data) + chunk(b"IEND", b""), "")


@pytest.mark.parametrize("depth", [0, 3, 255])
def test_a_depth_that_no_png_has_is_none(depth):
    with pytest.raises(images._UnsoundError):
        images.vet(drawn(b"\0" * 20, depth=depth), "")


@pytest.mark.parametrize("pixels", [b"", b"\0" * 19, b"\0" * 21, b"\0" * 5_000_000])
def test_a_png_of_another_size_than_it_says_is_none(pixels):
    with pytest.raises(images._UnsoundError):
        images.vet(drawn(pixels), "")


def test_adobes_own_mark_stays_and_what_looks_like_it_goes():
    mark = segment(0xEE, b"Adobe\0\x64\0\0\0\0\1")
    assert mark in images.vet(JPEG[:2] + mark + JPEG[2:], "").data
    longer = segment(0xEE, b"Adobe\0\x64\0\0\0\0\1Moussa")
    assert b"Moussa" not in images.vet(JPEG[:2] + longer + JPEG[2:], "").data


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", b"<svg/>", png()[:-8], png()[:40], JPEG[:60], JPEG[:-20], png().replace(b"IDAT", b"IDAX"), png().replace(struct.pack(">II", 30, 20), struct.pack(">II", 60_000, 60_000)), b"\xff\xd8\xff" + b"\xff" * 5000, b"%PDF-1.7"],
)  # fmt: skip
def test_what_is_no_picture_is_refused_with_its_name(data, tmp_path):
    (tmp_path / "x.png").write_bytes(data)
    with pytest.raises(RenderError, match=r"x\.png"):
        images.load("x.png", "", tmp_path)


@pytest.mark.parametrize(
    "source",
    ["../out.png", "/etc/passwd", "file:///etc/passwd", "http://e.org/x.png", "https://e.org/x.png", "//e.org/x.png", "data:image/png;base64,aa",
     "link.png", "%2e%2e/out.png", "private/face.png", "absent.png", "notes"],
)  # fmt: skip
def test_only_files_of_the_workspace_are_shown(source, tmp_path):
    root = tmp_path / "root"
    (root / "private").mkdir(parents=True)
    (root / "notes").mkdir()
    (tmp_path / "out.png").write_bytes(png())
    (root / "private" / "face.png").write_bytes(png())
    (root / "link.png").symlink_to(tmp_path / "out.png")
    with pytest.raises(RenderError, match=r".{20}"):
        images.load(source, "", root)


def test_pictures_fit_the_page():
    assert images.centimetres(images.Picture("svg", b"", "", 640, 120)) == 16
    assert images.centimetres(images.Picture("svg", b"", "", 640, 1280)) == 9.5
    assert images.centimetres(images.Picture("png", b"", "", 96, 96)) == pytest.approx(2.54)
