"""Errors as application/problem+json (RFC 9457): the same one sentence the command line says."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from bailiwick.model.errors import BailiwickError, ConflictError, InputError, UnknownNameError

TYPE = "application/problem+json"


def problem(status: int, detail: str, **extra: object) -> JSONResponse:
    """A problem document."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **extra}
    return JSONResponse(body, status, media_type=TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of ours, of FastAPI and of Starlette as a problem."""
    app.add_exception_handler(BailiwickError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def status_of(error: BailiwickError) -> int:
    """404 unknown, 409 conflict, 422 wrong input, 500 work that failed."""
    if isinstance(error, UnknownNameError):
        return 404
    if isinstance(error, ConflictError):
        return 409
    return 422 if isinstance(error, InputError) else 500


async def _ours(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, BailiwickError)
    extra = {}
    if isinstance(error, ConflictError):
        extra = {"given": error.given, "current": error.current, "units": list(error.units), "labels": list(error.labels)}
    return problem(status_of(error), str(error), **extra)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(p) for p in first["loc"][1:]) or "the request"
    return problem(422, f"{where}: {first['msg']}")


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, str(error.detail))
