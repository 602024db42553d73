"""Opportunity definitions: read, preview as they are typed, save as a new version, sign off; and the codes to choose from."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from bailiwick.server import answers, defining
from bailiwick.server.answers import Here
from bailiwick.server.documents import DefinitionText, SignOffRequest

router = APIRouter(tags=["definitions"])


@router.get("/definitions")
def definitions(here: Here) -> dict[str, Any]:
    """Definitions of the project and those that come with Bailiwick."""
    return {"items": defining.listed(here.project), "next": None}


@router.get("/definitions/{name}")
def definition(request: Request, here: Here, name: str) -> Response:
    """One definition as a document and as TOML, with its versions and signatures."""
    return answers.tagged(request, defining.described(here.project, name))


@router.post("/definitions/preview")
def preview(here: Here, wanted: DefinitionText) -> dict[str, Any]:
    """What a definition would find: national total, tiers, the top accounts and providers, against the project's own."""
    return defining.preview(here, wanted.toml)


@router.put("/definitions/{name}")
def save(here: Here, name: str, wanted: DefinitionText) -> dict[str, Any]:
    """Save as the next version; the earlier one stays, signatures begin anew."""
    return defining.save(here, name, wanted.toml)


@router.post("/definitions/{name}/sign-off")
def sign(here: Here, name: str, wanted: SignOffRequest) -> dict[str, Any]:
    """Sign the present version for commercial, marketing or medical."""
    return defining.sign(here, name, wanted.role, wanted.name)


@router.get("/codes")
def codes(
    request: Request, here: Here, system: Literal["HCPCS", "ICD10CM"], q: str = "", parent: str = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:  # fmt: skip
    """Codes with their RBCS class or place in the ICD-10 tree and their volume in this project; no CPT description is ever shown."""
    return answers.tagged(request, defining.codes(here, system, q, parent, limit))
