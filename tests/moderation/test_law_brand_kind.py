"""Whom a page speaks for decides how the words aimed at it are read."""

from __future__ import annotations

import pytest

from moderation.models import Assessment, Comment
from moderation.risk.labels import Target
from moderation.services.assess import assess_comment
from pages.enums import BrandKind
from pages.models import Brand
from tests.moderation.makers import taken
from tests.moderation.network import FakeNetwork
from tests.people import Cast

YOU = "Vous êtes des connards."
AT = {
    BrandKind.COMPANY: Target.COMPANY,
    BrandKind.PUBLIC: Target.OFFICIAL,
    BrandKind.ASSOCIATION: Target.COMPANY,
    BrandKind.MEDIA: Target.COMPANY,
    BrandKind.ELECTED: Target.OFFICIAL,
    BrandKind.PERSON: Target.NAMED,
}
COMPANY_ARTICLE = "loi du 29 juillet 1881, art. 29 al. 2 et 33 al. 2"
OFFICIAL_ARTICLE = "loi du 29 juillet 1881, art. 29 al. 2 et 33 al. 1"


def test_every_kind_has_its_reading() -> None:
    assert set(AT) == set(BrandKind)


@pytest.mark.parametrize("kind", BrandKind)
def test_you_is_whoever_the_page_speaks_for(cast: Cast, network: FakeNetwork, kind: BrandKind) -> None:
    Brand.objects.filter(pk=cast.brand.pk).update(kind=kind)
    cast.newsroom.refresh_from_db()
    comment = taken(cast.newsroom, network, YOU)
    found = Assessment.objects.get(comment=comment)
    first = found.qualifications.get(rank=0)
    official = AT[kind] == Target.OFFICIAL
    assert (found.target, first.article) == (AT[kind], OFFICIAL_ARTICLE if official else COMPANY_ARTICLE)


def test_an_edit_is_read_the_same_way(cast: Cast, network: FakeNetwork) -> None:
    Brand.objects.filter(pk=cast.brand.pk).update(kind=BrandKind.PUBLIC)
    cast.newsroom.refresh_from_db()
    comment = taken(cast.newsroom, network, "Merci à tous")
    network.change("c1", text=YOU)
    taken(cast.newsroom, network, YOU)
    assert set(Assessment.objects.filter(comment=comment, revision=2).values_list("target", flat=True)) == {
        Target.OFFICIAL
    }


def test_what_was_read_before_stands_until_it_is_read_again(cast: Cast, network: FakeNetwork) -> None:
    comment = taken(cast.newsroom, network, YOU)
    Brand.objects.filter(pk=cast.brand.pk).update(kind=BrandKind.PUBLIC)
    again = assess_comment(Comment.objects.get(pk=comment.pk))
    assert again is not None
    assert (again.target, Assessment.objects.count()) == (Target.COMPANY, 1)
