"""A raw file as the reader wants it: uncompressed UTF-8 text or Parquet, with its header known."""

import codecs
import csv
import gzip
import hashlib
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow.parquet as pq

from bailiwick.model.errors import InputError

CHUNK = 1 << 22
LARGEST = 64 << 30  # bytes an archive may unpack to
LARGEST_RATIO = 200  # unpacked over packed; CMS text packs about 6 to 1
DELIMITERS = (",", "\t", "|", ";")
TEXT = (".csv", ".tsv", ".txt")


@dataclass(frozen=True)
class RawFile:
    """A file ready to read. given: as the user named it. path: what to read. delimiter: empty for Parquet."""

    given: Path
    path: Path
    delimiter: str
    header: tuple[str, ...]


def file_hash(path: Path) -> str:
    """Sha256 of a file's bytes."""
    _must_exist(path)
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def open_raw(given: Path, scratch: Path, *, largest: int = LARGEST) -> RawFile:
    """Unpack and re-encode ``given`` into ``scratch`` where needed, and read its header.

    Raises InputError: no such file, empty, unreadable archive, archive that unpacks beyond ``largest`` bytes.
    """
    _must_exist(given)
    if given.suffix.lower() == ".parquet":
        return RawFile(given, given, "", _parquet_header(given))
    path = _as_utf8(given, _unpacked(given, scratch, largest), scratch)
    with path.open(encoding="utf-8-sig", newline="") as handle:
        first = handle.readline(1 << 20)
    if not first.strip():
        raise InputError(f"{given} is empty; give a file with a header line and rows")
    delimiter = max(DELIMITERS, key=lambda sign: sum(bool(c.strip()) for c in _cells(first, sign)))
    return RawFile(given, path, delimiter, tuple(_cells(first, delimiter)))


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter))


def _must_exist(path: Path) -> None:
    if not path.is_file():
        raise InputError(f"{path} is not a file; check the path")
    if path.stat().st_size == 0:
        raise InputError(f"{path} is empty; give a file with a header line and rows")


def _parquet_header(path: Path) -> tuple[str, ...]:
    try:
        return tuple(pq.read_schema(path).names)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is not a readable Parquet file ({_first_line(error)}); fetch it again") from error


def _unpacked(given: Path, scratch: Path, largest: int) -> Path:
    if given.suffix.lower() not in (".gz", ".zip"):
        return given
    target = scratch / f"{hashlib.sha256(str(given).encode()).hexdigest()[:12]}.unpacked"
    bound = min(largest, max(given.stat().st_size * LARGEST_RATIO, 1 << 20))
    try:
        with _opened(given) as packed, target.open("wb") as plain:
            _copy(given, packed, plain, bound)
    except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise InputError(f"{given} is cut off or damaged ({_first_line(error)}); fetch it again") from error
    if target.stat().st_size == 0:
        raise InputError(f"{given} holds an empty file; give one with a header line and rows")
    return target


@contextmanager
def _opened(given: Path) -> Iterator[gzip.GzipFile | IO[bytes]]:
    if given.suffix.lower() == ".gz":
        with gzip.open(given) as packed:
            yield packed
        return
    with zipfile.ZipFile(given) as archive:
        names = [i.filename for i in archive.infolist() if Path(i.filename).suffix.lower() in TEXT]
        names = [n for n in names if "fileheader" not in n.lower() and not n.startswith("__MACOSX")]
        tables = [n for n in names if n.lower().startswith("npidata")] or names
        if len(tables) != 1:
            there = ", ".join(names[:8]) or "no table"
            raise InputError(f"{given} holds {there}; give an archive with one table, or unpack it and name the file")
        with archive.open(tables[0]) as packed:
            yield packed


def _copy(given: Path, packed: gzip.GzipFile | IO[bytes], plain: IO[bytes], bound: int) -> None:
    written = 0
    while chunk := packed.read(CHUNK):
        written += len(chunk)
        if written > bound:
            raise InputError(f"{given} unpacks to more than {bound:,} bytes; unpack it yourself if that is right")
        plain.write(chunk)


def _as_utf8(given: Path, path: Path, scratch: Path) -> Path:
    """The file itself when it is UTF-8, else a copy with each stray byte read as cp1252."""
    if _is_utf8(path):
        return path
    if path.open("rb").read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise InputError(f"{given} is UTF-16 text; save it as UTF-8")
    target = scratch / f"{hashlib.sha256(str(given).encode()).hexdigest()[:12]}.utf8"
    with (
        path.open(encoding="utf-8", errors="bailiwick-cp1252", newline="") as old,
        target.open("w", encoding="utf-8", newline="") as new,
    ):
        shutil.copyfileobj(old, new, CHUNK)
    return target


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as handle:
            while chunk := handle.read(CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _stray_byte(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", errors="replace"), error.end


codecs.register_error("bailiwick-cp1252", _stray_byte)


def _first_line(error: BaseException) -> str:
    return str(error).split("\n")[0] or type(error).__name__
