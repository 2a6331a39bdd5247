"""Rows chosen in a form, whatever is sent."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from pages.forms.rows import RowsField
from pages.models import Page, Person
from publishing.models import Post
from tests.people import Cast

SignIn = Callable[[Person], Client]
HOSTILE = ["1" * 30, "-1", "x", "", "1.5", "\u0661", "1 OR 1", "9" * 19]


@pytest.mark.parametrize("value", HOSTILE)
def test_what_is_no_rows_number_is_no_choice(value: str, cast: Cast) -> None:
    field: RowsField[Page] = RowsField(queryset=Page.objects.all())
    with pytest.raises(ValidationError) as refused:
        field.clean([value])
    assert refused.value.error_list[0].code in {"invalid_choice", "invalid_pk_value"}


def test_rows_that_are_there_are_chosen_and_others_are_not(cast: Cast) -> None:
    field: RowsField[Page] = RowsField(queryset=Page.objects.filter(brand=cast.brand))
    assert list(field.clean([str(cast.newsroom.pk)])) == [cast.newsroom]
    with pytest.raises(ValidationError):
        field.clean([str(cast.other_newsroom.pk)])


@pytest.mark.parametrize("value", HOSTILE)
def test_a_post_for_a_page_that_cannot_be_is_not_written(value: str, cast: Cast, signed_in: SignIn) -> None:
    sent = {"key": str(uuid.uuid4()), "text": "x", "content_type": "information", "pages": value}
    answer = signed_in(cast.alice).post("/b/maison-lumen/posts/new/", sent)
    assert answer.status_code in {200, 422}
    assert Post.objects.count() == 0
