"""Uploads: told by their content, stripped of place and time, refused in words."""

import io
import struct
import zlib

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from laojia.foundation.files.forms import CheckedFile
from laojia.foundation.files.rules import LARGEST, Unfit, check

SCAN = b"\x12\xff\x00\x34\xff\xd3\x56"


def segment(marker, body):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def exif(orientation, order=">"):
    head = b"MM" if order == ">" else b"II"
    gps = b"GPS 36.25N 111.67E"
    entries = struct.pack(f"{order}HHIHH", 0x010F, 3, 1, 7, 0) + struct.pack(
        f"{order}HHIHH", 0x0112, 3, 1, orientation, 0
    )
    return (
        b"Exif\x00\x00"
        + head
        + struct.pack(f"{order}HIH", 42, 8, 2)
        + entries
        + struct.pack(f"{order}I", 0)
        + gps
    )


def jpeg(*notes):
    tables = segment(0xE0, b"JFIF\x00") + segment(0xDB, b"\x00" * 65)
    return (
        b"\xff\xd8"
        + b"".join(notes)
        + tables
        + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
        + SCAN
        + b"\xff\xd9"
    )


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*extra):
    size = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size)
        + b"".join(extra)
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )


PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer\n%%EOF\n"


def test_a_photo_loses_place_time_and_comments():
    noted = jpeg(
        segment(0xE1, exif(1)), segment(0xE1, b"http://ns.adobe.com/xap/ place"), segment(0xFE, b"comment")
    )
    found = check(noted + b"trailer with a second picture")
    assert found.kind == "image/jpeg"
    assert found.data == jpeg()


@pytest.mark.parametrize("order", [">", "<"])
def test_a_photo_keeps_the_way_it_is_held(order):
    found = check(jpeg(segment(0xE1, exif(6, order)))).data
    assert b"GPS" not in found
    assert b"Exif" in found
    assert check(found).data == found


def test_a_png_keeps_the_picture_only():
    found = check(png(chunk(b"tEXt", b"Author\0Zhang"), chunk(b"eXIf", b"MM")) + b"behind")
    assert (found.kind, found.data) == ("image/png", png())


def test_a_pdf_is_kept_as_it_is():
    assert check(PDF).data == PDF


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"x" * (LARGEST + 1), "too_large"),
        (b"MZ\x90\x00", "unknown_kind"),
        (b"<svg onload='x'>", "unknown_kind"),
        (b"GIF89a", "unknown_kind"),
        (jpeg()[:-2], "broken"),
        (jpeg()[:30], "broken"),
        (png()[:-6], "broken"),
        (png().replace(b"IDAT", b"IDAX"), "broken"),
        (PDF[:-6], "broken"),
        (PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /JS (x) >>"), "acting"),
    ],
)
def test_what_is_unfit_is_refused(data, code):
    with pytest.raises(Unfit) as unfit:
        check(data)
    assert unfit.value.code == code


@given(
    st.sampled_from([jpeg(segment(0xE1, exif(6))), png(), PDF]),
    st.binary(max_size=40),
    st.integers(0, 120),
    st.integers(0, 40),
)
def test_mangled_files_are_refused_or_kept_stable_and_never_break(whole, noise, at, cut):
    mangled = whole[:at] + noise + whole[at + cut :]
    try:
        found = check(mangled)
    except Unfit:
        return
    assert check(found.data) == found


class Paper(forms.Form):
    paper = CheckedFile(required=False)


def hand_in(data, name="photo.jpg"):
    return Paper({}, {"paper": SimpleUploadedFile(name, data, content_type="image/jpeg")})


def test_the_form_gives_what_was_found_not_what_was_said():
    form = hand_in(png(), "holiday.jpg")
    assert form.is_valid()
    assert form.cleaned_data["paper"].kind == "image/png"
    assert Paper({}, {}).is_valid()
    assert io.BytesIO(form.cleaned_data["paper"].data).read(4) == b"\x89PNG"


@pytest.mark.parametrize("data", [b"", b"MZ", jpeg()[:30], b"\xff\xd8\xff" + b"0" * LARGEST])
def test_the_form_refuses_in_words(data):
    form = hand_in(data)
    assert not form.is_valid()
    assert form.errors["paper"]
