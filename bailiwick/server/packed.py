"""Arrays as one binary document that a browser maps without parsing: "BWP1", header length, JSON header, data.

The header lists each array's dtype, shape and offset from the start of the data (a multiple of 8); ``text`` arrays are
UTF-8 joined by line feeds. ``meta`` carries whatever describes them.
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

MAGIC = b"BWP1"
TYPE = "application/vnd.bailiwick.packed"
Column = npt.NDArray[Any] | Sequence[str]


def pack(arrays: Mapping[str, Column], meta: Mapping[str, Any] | None = None) -> bytes:
    """One document of all arrays; text columns are sequences of str."""
    described: dict[str, dict[str, Any]] = {}
    parts: list[bytes] = []
    offset = 0
    for name, column in arrays.items():
        if isinstance(column, np.ndarray) and column.dtype.kind != "U":
            data, kind, shape = np.ascontiguousarray(column).tobytes(), column.dtype.name, list(column.shape)
        else:
            texts = [str(t).replace("\n", " ") for t in column]
            data, kind, shape = "\n".join(texts).encode(), "text", [len(texts)]
        described[name] = {"dtype": kind, "shape": shape, "offset": offset, "bytes": len(data)}
        parts.append(data + b"\0" * (-len(data) % 8))
        offset += len(parts[-1])
    header = json.dumps({"arrays": described, "meta": meta or {}}).encode()
    header += b" " * (-(len(header) + 8) % 8)
    return MAGIC + len(header).to_bytes(4, "little") + header + b"".join(parts)


def zipped(document: bytes) -> bytes:
    """Compressed for the wire; the same bytes every time."""
    return gzip.compress(document, compresslevel=6, mtime=0)
