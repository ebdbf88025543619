"""What an uploaded file really is, by its content, and the same file without what its camera wrote about place and time.

Names and declared types of uploads are never believed. Pictures lose all notes but the way they are held: a photo
of a door must not tell where its taker lives.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

LARGEST = 8 * 1024 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM", b"pHYs"})
_JPEG_NOTES = frozenset(
    {*range(0xE1, 0xEE), 0xEF, 0xFE}
)  # all application notes but JFIF and Adobe, and comments
_ORIENTATION = 0x0112
# What acts by itself has no place in a paper somebody hands in.
_PDF_ACTS = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")


class Unfit(ValueError):
    """`code`: too_large, empty, unknown_kind, broken or acting."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Checked:
    """A file fit to keep: `kind` is its media type, found in the content."""

    kind: str
    data: bytes


def check(data: bytes) -> Checked:
    """The file as it may be kept. Raises Unfit."""
    if len(data) > LARGEST:
        raise Unfit("too_large")
    if not data:
        raise Unfit("empty")
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return Checked("image/jpeg", b"".join(_jpeg(data)))
        if data.startswith(_PNG):
            return Checked("image/png", b"".join(_png(data)))
    except (struct.error, IndexError):
        raise Unfit("broken") from None
    if data.startswith(b"%PDF-"):
        return Checked("application/pdf", _pdf(data))
    raise Unfit("unknown_kind")


def _pdf(data: bytes) -> bytes:
    if b"%%EOF" not in data[-1024:]:
        raise Unfit("broken")
    if _PDF_ACTS.search(data):
        raise Unfit("acting")
    return data


def _png(data: bytes) -> Iterator[bytes]:
    """Chunks of the picture itself, each checked; whatever hangs on behind the end is left off."""
    yield _PNG
    at = len(_PNG)
    first = True
    while True:
        length, name = struct.unpack_from(">I4s", data, at)
        chunk = data[at : at + 12 + length]
        if len(chunk) < 12 + length or (first and name != b"IHDR"):
            raise Unfit("broken")
        if zlib.crc32(chunk[4:-4]) != struct.unpack(">I", chunk[-4:])[0]:
            raise Unfit("broken")
        if name in _PNG_KEPT:
            yield chunk
        if name == b"IEND":
            return
        at += 12 + length
        first = False


def _jpeg(data: bytes) -> Iterator[bytes]:
    """Segments of the picture itself up to its end, and the way it is held where the camera said so."""
    yield b"\xff\xd8"
    at = 2
    while True:
        if data[at] != 0xFF:
            raise Unfit("broken")
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker == 0xD9:
            yield b"\xff\xd9"
            return
        length = struct.unpack_from(">H", data, at + 2)[0]
        segment = data[at : at + 2 + length]
        if length < 2 or len(segment) < 2 + length:
            raise Unfit("broken")
        if marker == 0xE1 and segment[4:10] == b"Exif\x00\x00":
            yield from _held(segment[10:])
        elif marker not in _JPEG_NOTES:
            yield segment
        at += 2 + length
        if marker == 0xDA:
            end = _end_of_scan(data, at)
            yield data[at:end]
            at = end


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the picture's own bytes end: at a marker that is neither stuffing nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise Unfit("broken")
        if data[at + 1] != 0x00 and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2


def _held(tiff: bytes) -> Iterator[bytes]:
    """A note that holds the orientation and nothing else; none when it is not said or upright."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return
    start = struct.unpack_from(f"{order}I", tiff, 4)[0]
    if start + 2 > len(tiff):
        return
    for entry in range(struct.unpack_from(f"{order}H", tiff, start)[0]):
        at = start + 2 + 12 * entry
        if at + 12 > len(tiff):
            return
        tag, _type, _count, value = struct.unpack_from(f"{order}HHIH", tiff, at)
        if tag == _ORIENTATION and 2 <= value <= 8:
            body = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, 3, 1, value, 0, 0)
            yield b"\xff\xe1" + struct.pack(">H", 8 + len(body)) + b"Exif\x00\x00" + body
            return
