"""The cast of the tests: one person per role, one outsider who leads the other brand."""

from dataclasses import dataclass

from pages.enums import Role
from pages.models import Brand, Membership, Page, Person

PASSWORD = "the same for all 42"


@dataclass(frozen=True)
class Cast:
    """People by name, the brand they share, and the brand they must never see."""

    alice: Person  # lead
    bob: Person  # author
    mona: Person  # moderator
    ada: Person  # approver
    vera: Person  # viewer
    charlie: Person  # outsider: leads the other brand
    brand: Brand
    other_brand: Brand
    newsroom: Page
    other_newsroom: Page

    def by_role(self) -> dict[str, Person]:
        """Everybody, by role on the brand; the outsider has none."""
        return {
            "lead": self.alice,
            "author": self.bob,
            "moderator": self.mona,
            "approver": self.ada,
            "viewer": self.vera,
            "outsider": self.charlie,
        }


def make_person(name: str) -> Person:
    """Create somebody by first name; the address is invented."""
    return Person.objects.create_user(f"{name.lower()}@agence.example", name, PASSWORD)


def make_newsroom(brand: Brand) -> Page:
    """Create the newsroom page of a brand."""
    return Page.objects.create(brand=brand, network="newsroom", remote_id=brand.slug, name=brand.name)


def make_cast() -> Cast:
    """Create the whole cast in the database."""
    brand = Brand.objects.create(name="Maison Lumen", slug="maison-lumen", publisher="Maison Lumen SAS")
    other = Brand.objects.create(name="Atelier Roche", slug="atelier-roche", publisher="Atelier Roche SARL")
    people = {name: make_person(name) for name in ("Alice", "Bob", "Mona", "Ada", "Vera", "Charlie")}
    roles = {
        "Alice": Role.LEAD,
        "Bob": Role.AUTHOR,
        "Mona": Role.MODERATOR,
        "Ada": Role.APPROVER,
        "Vera": Role.VIEWER,
    }
    for name, role in roles.items():
        Membership.objects.create(person=people[name], brand=brand, role=role)
    Membership.objects.create(person=people["Charlie"], brand=other, role=Role.LEAD)
    return Cast(
        **{name.lower(): person for name, person in people.items()},
        brand=brand,
        other_brand=other,
        newsroom=make_newsroom(brand),
        other_newsroom=make_newsroom(other),
    )
