"""Who may speak to the server: pages it served itself, on this machine.

Without sign-in, anyone who reaches the port could read the market. So only loopback addresses are served, the Host header must
name one (a page elsewhere that resolves its own name to 127.0.0.1 does not), and a foreign Origin is refused.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import JSONResponse

from bailiwick.model.errors import InputError

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy",
     b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self' blob:; frame-ancestors 'none'"),
)  # fmt: skip


def check_address(host: str) -> str:
    """``host`` when it is this machine's own; raises InputError for any other."""
    if not is_loopback(host):
        raise InputError(
            f"{host} is open to other machines, and there is no sign-in yet; leave --host out, or forward a port over SSH to reach it from elsewhere"
        )
    return host


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Guard:
    """ASGI middleware: foreign Host 403, foreign Origin 403, bodies bounded, plain security headers."""

    def __init__(self, app: App, largest: int) -> None:
        self.app, self.largest = app, largest

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        refused = _refusal(headers, self.largest)
        if refused:
            status, detail = refused
            body = {"type": "about:blank", "title": "Forbidden" if status == 403 else "Content Too Large", "status": status, "detail": detail}
            await JSONResponse(body, status, media_type="application/problem+json")(scope, receive, send)
            return

        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *HEADERS]
            await send(message)

        await self.app(scope, receive, guarded)


def _refusal(headers: MutableMapping[str, str], largest: int) -> tuple[int, str] | None:
    host = urlsplit(f"//{headers.get('host', '')}").hostname or ""
    if not is_loopback(host):
        return 403, f"the Host header names {host or 'nothing'}; open the workbench by its own address, http://127.0.0.1"
    origin = headers.get("origin")
    if origin and origin.removeprefix("http://") != headers["host"]:
        return 403, f"a page of {origin} may not use the workbench; open it by its own address"
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return 403, "another site may not use the workbench; open it by its own address"
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > largest:
        return 413, f"the request is larger than {largest >> 20} MB; ingest files of that size with `bailiwick ingest`"
    return None
