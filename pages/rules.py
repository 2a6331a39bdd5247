"""Who may do what on a brand: the one table that views, templates and admin ask."""

from collections.abc import Mapping

from pages.enums import Act, Role

RIGHTS: Mapping[Act, frozenset[Role]] = {
    Act.SEE: frozenset(Role),
    Act.WRITE: frozenset({Role.AUTHOR, Role.APPROVER, Role.LEAD}),
    Act.OVERRIDE: frozenset({Role.APPROVER, Role.LEAD}),
    Act.APPROVE: frozenset({Role.APPROVER, Role.LEAD}),
    Act.MODERATE: frozenset({Role.MODERATOR, Role.LEAD}),
    Act.SECOND: frozenset({Role.MODERATOR, Role.APPROVER, Role.LEAD}),
    Act.PAUSE: frozenset({Role.APPROVER, Role.LEAD}),
    Act.MANAGE: frozenset({Role.LEAD}),
}


def may(role: str | None, act: Act) -> bool:
    """Say whether a person with this role on the brand may do the act; no role, no right."""
    return role is not None and role in RIGHTS[act]
