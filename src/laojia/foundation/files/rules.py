"""What an uploaded file really is, by its content, and the same file without what its camera wrote about place and time.

Names and declared types of uploads are never believed. Pictures lose all notes but the way they are held: a photo
of a door must not tell where its taker lives.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

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
    """`code`: too_large, empty, unknown_kind, broken, acting, locked or too_wide."""

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


# --- tables offices send -----------------------------------------------------------------------------------------

LARGEST_SHEET = 48 * 1024 * 1024
_UNPACKED = 600 * 1024 * 1024  # of all parts together: a list of 116,000 volunteers unpacks to about 90 MB
_MOST_CELLS = 24_000_000  # rows × columns as far as anything stands: readers keep the whole rectangle
_BLOCK = 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
WORKBOOKS = (_OLE, _ZIP)  # how a table begins that is not plain text
# Where a cell or row says it stands, in either quotes, with white space as XML allows it: further than AA or row 99,999.
# White space drawn out, as no writer does, would hide it between two blocks: found without either group.
_FAR = re.compile(
    rb"""["'\s]r(?:\s{9}|\s{0,8}=(?:\s{9}|\s{0,8}["'](?:([A-Za-z]{2,})\d|[A-Za-z]*(\d{6,}))))"""
)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def check_sheet(data: bytes) -> str:
    """What a table really is: "xlsx", "ods", "xls" or "csv", found in the content. Raises Unfit.

    Packed files are unpacked once, block by block: one that grows beyond measure, or that claims a cell at the far
    end of the sheet, would fill the memory of whoever reads it.
    """
    if len(data) > LARGEST_SHEET:
        raise Unfit("too_large")
    if not data.strip(b"\xef\xbb\xbf \r\n\t"):
        raise Unfit("empty")
    if data.startswith(_OLE):
        # Workbooks with a password are packed into the old container; its directory names the part.
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Unfit("locked")
        return "xls"
    if data.startswith(_ZIP):
        return _packed(data)
    if data.startswith(_UTF_16):  # "Unicode text" of spreadsheets
        return "csv"
    if b"\0" in data[:4096] or data.startswith((b"%PDF-", _PNG, b"\xff\xd8\xff", b"{\\rtf")):
        raise Unfit("unknown_kind")
    return "csv"


def _packed(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as pack:
            names = set(pack.namelist())
            if "xl/workbook.xml" in names:
                kind = "xlsx"
            elif "content.xml" in names and b"spreadsheet" in pack.read("mimetype")[:200]:
                kind = "ods"
                _ods_unlocked(pack)
            else:
                raise Unfit("unknown_kind")
            _measured(pack, kind)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError) as error:
        raise Unfit("broken") from error
    return kind


def _ods_unlocked(pack: zipfile.ZipFile) -> None:
    if "META-INF/manifest.xml" in pack.namelist() and b"encryption-data" in pack.read(
        "META-INF/manifest.xml"
    ):
        raise Unfit("locked")


def _measured(pack: zipfile.ZipFile, kind: str) -> None:
    """Unpack every part without keeping it, and look how far its cells reach: any part may be named as the sheet."""
    total = 0
    for part in pack.infolist():
        reach = _OdsReach() if kind == "ods" and part.filename == "content.xml" else _XlsxReach()
        with pack.open(part) as stream:
            while block := stream.read(_BLOCK):
                total += len(block)
                if total > _UNPACKED:
                    raise Unfit("too_large")
                reach.read(block)


class _XlsxReach:
    """How far the cells of a worksheet reach, by the addresses they carry."""

    def __init__(self) -> None:
        self.wide, self.tall, self.tail = 26, 99_999, b""

    def read(self, block: bytes) -> None:
        seen = self.tail + block
        self.tail = block[-256:]
        for letters, digits in set(_FAR.findall(seen)):
            if not letters and not digits:
                raise Unfit("broken")
            self.wide = max(self.wide, _column(letters[:4].upper()))
            self.tall = max(self.tall, int(digits[:8] or 0))
        if self.wide * self.tall > _MOST_CELLS:
            raise Unfit("too_wide")


class _OdsReach:
    """How far the cells of an ODS table reach: it writes a cell once and how often it stands there."""

    def __init__(self) -> None:
        self.wide = self.tall = self.rows = self.columns = 0
        self.repeated = 1
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._begins
        self.parser.StartDoctypeDeclHandler = self._declares

    def read(self, block: bytes) -> None:
        try:
            self.parser.Parse(block, False)
        except Unfit:
            raise
        except (expat.ExpatError, ValueError) as error:
            raise Unfit("broken") from error

    def _begins(self, name: str, given: dict[str, str]) -> None:
        match name:
            case "table:table":
                self.rows = self.repeated = 0
            case "table:table-row":
                self.rows += self.repeated
                self.repeated, self.columns = int(given.get("table:number-rows-repeated", 1)), 0
            case "table:table-cell" | "table:covered-table-cell":
                self.columns += int(given.get("table:number-columns-repeated", 1))
                if any(one.startswith("office:") for one in given):
                    self._stands()
            case "text:p":
                self._stands()

    def _stands(self) -> None:
        """Something stands in this cell: empty ones up to here count, those behind it do not."""
        self.wide = max(self.wide, self.columns)
        self.tall = max(self.tall, self.rows + self.repeated)
        if self.wide * self.tall > _MOST_CELLS:
            raise Unfit("too_wide")

    @staticmethod
    def _declares(*_what: object) -> None:
        raise Unfit("broken")  # entities have no place in a table


def _column(letters: bytes) -> int:
    """AA → 27."""
    number = 0
    for sign in letters:
        number = number * 26 + sign - 64
    return number
