# ruff: noqa: E501
import typst

from consultkit.report import fonts


def test_letters_of_mali_are_shown_and_others_become_their_code_points():
    assert fonts.missing_characters("ɛɔŋɲɓɗɣƴ ƐƆŊƝƁƊƔƳ العربية « … » → ✓ ☐ ☒ ≤ x̌ ₂") == []
    assert fonts.missing_characters("a😀b ⵜ") == [(1, "😀"), (4, "ⵜ")]
    assert fonts.substitute("a😀\ufe0fb") == "a[U+1F600]b"
    assert fonts.substitute("ab\u200b\u00adc\n\td") == "abc\n\td"


def test_every_character_held_to_be_shown_is_shown():
    points = sorted(fonts.covered() - {0x9, 0xA, 0xD, 0x200E, 0x200F})
    text = "".join(chr(point) for point in points).replace("\\", "\\\\").replace('"', '\\"')
    source = f'#set document(title: "t")\n#set text(font: ("Noto Sans", "Noto Sans Arabic"))\n= T\n#"{text}"'
    data = typst.compile(
        source.encode(), format="pdf", font_paths=[str(path) for path in fonts.folders()], ignore_system_fonts=True,
        pdf_standards=["ua-1", "a-2a"],
    )  # fmt: skip
    assert data.startswith(b"%PDF") and len(points) > 3000  # a missing glyph would have been an error
