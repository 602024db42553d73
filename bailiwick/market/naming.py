"""A place as people name it: a ZIP, an account by its id, or an account by its name."""

from bailiwick.market.market import Market
from bailiwick.model.errors import BailiwickError, InputError, UnknownNameError

TOLD = 6  # accounts of one name


def unit_of(made: Market, asked: str) -> int:
    """The unit of a ZIP or an account.

    Raises UnknownNameError for what is neither, InputError for a name that several accounts bear and an account that has no place.
    """
    sites = made.scores.accounts.column("site_id").to_pylist()
    if asked in sites:
        return _placed(made, sites.index(asked), asked)
    try:
        return int(made.units.locate(asked))
    except BailiwickError:
        if asked.isdigit():
            raise  # meant as a ZIP
    names = [name or "" for name in made.scores.accounts.column("name").to_pylist()]
    wanted = _plain(asked)
    found = [i for i, name in enumerate(names) if _plain(name) == wanted]
    if not found:
        alike = [name for name in dict.fromkeys(names) if name and wanted and wanted in _plain(name)]
        raise UnknownNameError("ZIP, account id or account name of this market", asked, alike or [n for n in dict.fromkeys((*names, *sites)) if n])
    if len({int(made.unit_of[i]) for i in found}) > 1:
        told = [f"{sites[i]} (ZIP {made.units.zips[u] if (u := int(made.unit_of[i])) >= 0 else 'unknown'})" for i in found[:TOLD]]
        more = f" and {len(found) - TOLD} more" if len(found) > TOLD else ""
        raise InputError(f"{len(found)} accounts are called {names[found[0]]!r}; say which by its id: {', '.join(told)}{more}")
    return _placed(made, found[0], asked)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _placed(made: Market, account: int, asked: str) -> int:
    if (unit := int(made.unit_of[account])) < 0:
        raise InputError(f"account {asked} has neither a ZIP nor a point, so it lies in no territory; correct its row in the site list")
    return unit
