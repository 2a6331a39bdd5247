"""The newsroom as a network: once per key, whatever happens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import QuerySet
from pytest_django import Settings

from pages.networks.base import NewsroomStore
from pages.networks.types import Profile, Published
from pages.newsroom.models import NewsroomPost, SubscriberState
from pages.newsroom.store import DjangoNewsroomStore
from tests.newsroom.helpers import NOON, make_post, make_subscriber
from tests.people import Cast


def publish(store: NewsroomStore, key: str = "k1", text: str = "Bonjour") -> Published:
    return store.publish(key, text, "https://exemple.fr/", "information", "fr")


@time_machine.travel(NOON, tick=False)
def test_a_post_is_published_now_at_its_permalink(cast: Cast, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://pages.exemple.fr"
    published = publish(DjangoNewsroomStore(cast.newsroom))
    post = NewsroomPost.objects.get()
    assert published == Published(str(post.pk), f"https://pages.exemple.fr/p/maison-lumen/{post.pk}/", NOON)
    assert (post.text, post.link, post.content_type, post.language) == (
        "Bonjour",
        "https://exemple.fr/",
        "information",
        "fr",
    )


def test_the_same_key_publishes_once_and_keeps_the_first_words(cast: Cast) -> None:
    store = DjangoNewsroomStore(cast.newsroom)
    assert publish(store) == publish(store, text="Autre chose")
    assert NewsroomPost.objects.values_list("text", flat=True).get() == "Bonjour"


def test_the_same_key_on_another_page_is_another_post(cast: Cast) -> None:
    publish(DjangoNewsroomStore(cast.newsroom))
    publish(DjangoNewsroomStore(cast.other_newsroom))
    assert NewsroomPost.objects.count() == 2


def test_of_two_publications_at_once_both_get_the_one_that_was_let_in(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    rival = make_post(cast.newsroom, "Le premier", key="k1")
    lookups: list[object] = []
    look = QuerySet.get

    def look_too_early(self: QuerySet[NewsroomPost], *args: Any, **kwargs: Any) -> NewsroomPost:
        lookups.append(kwargs)
        if len(lookups) == 1:
            raise NewsroomPost.DoesNotExist
        return look(self, *args, **kwargs)

    monkeypatch.setattr(QuerySet, "get", look_too_early)
    published = publish(DjangoNewsroomStore(cast.newsroom))
    assert (published.remote_id, published.at, len(lookups)) == (str(rival.pk), NOON, 2)
    assert list(NewsroomPost.objects.values_list("text", flat=True)) == ["Le premier"]


def test_a_key_is_found_on_its_own_page_only(cast: Cast) -> None:
    published = publish(DjangoNewsroomStore(cast.newsroom))
    assert DjangoNewsroomStore(cast.newsroom).find("k1") == published
    assert DjangoNewsroomStore(cast.newsroom).find("k2") is None
    assert DjangoNewsroomStore(cast.other_newsroom).find("k1") is None


def test_removing_is_soft_final_and_done_once(cast: Cast) -> None:
    store = DjangoNewsroomStore(cast.newsroom)
    published = publish(store)
    with time_machine.travel(NOON, tick=False):
        store.remove(published.remote_id)
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        store.remove(published.remote_id)
        assert publish(store) == published  # the same key does not bring it back
    assert NewsroomPost.objects.get().removed_at == NOON
    assert store.find("k1") == published


def test_what_is_not_there_is_already_removed(cast: Cast) -> None:
    post = make_post(cast.other_newsroom)
    for remote_id in (str(post.pk), "999999", "nonsense", ""):
        DjangoNewsroomStore(cast.newsroom).remove(remote_id)
    assert NewsroomPost.objects.get().removed_at is None


def test_the_profile_counts_confirmed_followers_of_this_page(cast: Cast, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://pages.exemple.fr"
    make_subscriber(cast.newsroom)
    make_subscriber(cast.other_newsroom)
    pending = make_subscriber(cast.newsroom, "zoe@exemple.fr")
    pending.state = SubscriberState.PENDING
    pending.save()
    assert DjangoNewsroomStore(cast.newsroom).profile() == Profile(
        remote_id="maison-lumen",
        handle="maison-lumen",
        name="Maison Lumen",
        url="https://pages.exemple.fr/p/maison-lumen/",
        followers=1,
    )
