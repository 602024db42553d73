"""Build bailiwick/opportunity/codes/hcpcs_rbcs.csv.gz from CMS's label file: code, class, label.

Usage: python scripts/build_codes.py LABEL_FILE

Each line of the file reads CODE CLASS "label". The labels are CMS's names of classes, not descriptions of codes.
"""

import gzip
import re
import sys
from pathlib import Path

TARGET = Path(__file__).parents[1] / "bailiwick" / "opportunity" / "codes" / "hcpcs_rbcs.csv.gz"
LINE = re.compile(r'^([A-Za-z0-9]{5})\s+(\S+)\s+"(.*)"\s*$')


def tidy(label: str) -> str:
    """One form of a label: single blanks, one hyphen with blanks between its parts."""
    return re.sub(r"\s*-\s+|\s+-\s*", " - ", " ".join(label.split())).strip(" -")


def read(path: Path) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Class by code, label by class, and the lines that are neither."""
    codes: dict[str, str] = {}
    labels: dict[str, str] = {}
    skipped = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        match = LINE.match(line)
        if match is None:
            skipped.append(line)
            continue
        codes[match[1].upper()] = match[2]
        labels.setdefault(match[2], tidy(match[3]))
    return codes, labels, skipped


def main() -> None:
    codes, labels, skipped = read(Path(sys.argv[1]))
    rows = [f'{code},{codes[code]},"{labels[codes[code]]}"' for code in sorted(codes)]
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join(["code,class,label", *rows]) + "\n"
    TARGET.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{len(codes)} codes in {len(labels)} classes; {len(skipped)} lines skipped: {skipped[:3]}")


if __name__ == "__main__":
    main()
