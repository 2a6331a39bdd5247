"""The demo agency: what a newcomer finds, and that seeding twice adds nothing."""

from __future__ import annotations

import json
import stat
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import CommandError, call_command
from django.test import Client, TestCase, override_settings
from django.urls import reverse

from cm_suite.core import clock, ledger
from cm_suite.demo import people
from cm_suite.demo.script import scripts, typeset
from cm_suite.demo.seed import Seeded, seed
from moderation.models import Comment, Decision, Review
from pages.models import Brand, Charter, Departure, Membership, Page, Pause, Person
from pages.newsroom.models import (
    Arrival,
    NewsroomComment,
    NewsroomImage,
    NewsroomPost,
    Subscriber,
    SubscriberState,
)
from pages.newsroom.rules import departure_day
from pages.newsroom.selectors import missing_legal, waiting_for_digest
from pages.newsroom.services import send_digests
from pages.notices.models import Mail, Notice
from pages.services.people import appoint
from publishing.jobs import publish_due, sweep
from publishing.models import Attempt, Delivery, Override, Post, PostImage, StoredImage
from publishing.policy.caps import Taken
from publishing.policy.judge import judge
from publishing.selectors.budget import rules_of
from reputation.models import Audit
from tests.people import make_cast

pytestmark = pytest.mark.slow  # the whole house, walked or run

NOW = datetime(2026, 3, 17, 9, 12, 30, tzinfo=UTC)
FIRST, SECOND = people.FIRST, people.SECOND


def counts() -> dict[str, int]:
    """How many rows every table holds."""
    return {
        model._meta.label: model._base_manager.count() for model in apps.get_models() if model._meta.managed
    }


def deliveries(slug: str, network: str = "newsroom") -> list[Delivery]:
    rows = Delivery.objects.filter(page__brand__slug=slug, page__network=network)
    return list(rows.select_related("post", "page").order_by("due_at", "pk"))


def states(slug: str, network: str = "newsroom") -> dict[str, int]:
    return dict(Counter(each.state for each in deliveries(slug, network)))


@pytest.fixture(autouse=True, scope="class")
def _logins(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with override_settings(CM_DEMO_LOGINS=tmp_path_factory.mktemp("demo") / "demo-logins.json"):
        yield


@time_machine.travel(NOW, tick=False)
class TestSeeded(TestCase):
    """One seeding, looked at from all sides."""

    done: Seeded

    @classmethod
    def setUpTestData(cls) -> None:
        with time_machine.travel(NOW, tick=False):
            cls.done = seed()

    def test_two_brands_and_log_ins_were_made(self) -> None:
        assert (self.done.brands, self.done.logins, self.done.anything) == (2, True, True)
        assert list(Brand.objects.order_by("slug").values_list("slug", flat=True)) == [SECOND, FIRST]

    def test_a_second_run_adds_nothing(self) -> None:
        before = counts()
        again = seed()
        assert not again.anything
        assert counts() == before

    def test_one_person_a_role_and_an_outsider(self) -> None:
        rows = Membership.objects.values_list("brand__slug", "person__email", "role")
        assert sorted(role for slug, _email, role in rows if slug == FIRST) == [
            "approver",
            "author",
            "lead",
            "moderator",
            "viewer",
        ]
        assert [slug for slug, email, _role in rows if email == people.OUTSIDER] == [SECOND]
        on_both = Counter(email for _slug, email, _role in rows)
        assert [email for email, n in sorted(on_both.items()) if n == 2] == [people.AUTHOR, people.LEAD]
        assert Person.objects.count() == 6
        assert not Person.objects.filter(is_superuser=True).exists()

    def test_every_brand_is_finished(self) -> None:
        for brand in Brand.objects.all():
            assert missing_legal(brand) == []
            assert brand.tagline
            assert brand.accent != "ink"
            assert Charter.objects.get(brand=brand).text.count("\n\n") >= 4
            assert len(rules_of(brand.pages.get(network="newsroom"))) == 3
            assert "imaginaire" in brand.publisher

    def test_what_became_of_the_posts(self) -> None:
        assert states(FIRST) == {"published": 24, "missed": 1, "cancelled": 1, "planned": 11}
        assert states(SECOND) == {"published": 24, "missed": 1, "cancelled": 1, "planned": 11}
        assert states(SECOND, "mastodon") == {"published": 5, "rejected": 1, "held": 2}

    def test_published_posts_stand_on_the_public_page_with_one_send_each(self) -> None:
        for delivery in Delivery.objects.filter(state="published", page__network="newsroom"):
            post = NewsroomPost.objects.get(page=delivery.page, key=delivery.key)
            attempt = Attempt.objects.get(delivery=delivery)
            assert (str(post.pk), post.published_at) == (delivery.remote_id, delivery.published_at)
            assert delivery.remote_url.endswith(f"/p/{delivery.page.brand.slug}/{post.pk}/")
            assert (attempt.outcome, attempt.remote_id) == ("done", delivery.remote_id)
            assert attempt.finished_at
            assert delivery.due_at < attempt.finished_at < NOW
        assert NewsroomPost.objects.count() == 48

    def test_pictures_stand_with_their_posts_and_on_the_public_page(self) -> None:
        shown = NewsroomImage.objects.select_related("post__page__brand")
        assert Counter(each.post.page.brand.slug for each in shown) == {FIRST: 4, SECOND: 4}
        for each in shown:
            assert (each.media_type, each.width, each.height, each.small_width) == (
                "image/jpeg",
                1200,
                800,
                720,
            )
            post = Delivery.objects.get(key=each.post.key).post
            assert list(post.images.values_list("place", "alt")) == [(0, each.alt)]
        states = PostImage.objects.values_list("post__deliveries__page__network", "post__deliveries__state")
        assert Counter(states) == {
            ("newsroom", "published"): 8,
            ("newsroom", "planned"): 3,
            ("mastodon", "published"): 1,
            ("mastodon", "held"): 1,
        }
        assert StoredImage.objects.count() == 11

    def test_no_two_posts_say_the_same_and_none_names_a_day(self) -> None:
        texts = list(Post.objects.values_list("text", flat=True))
        assert len(set(texts)) == len(texts) == 80
        assert len({text.split(" ")[0] + text.split(" ")[1] for text in texts}) > 65
        days = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
        assert [text for text in texts if any(day in text.lower() for day in days)] == []
        assert set(Post.objects.values_list("content_type", flat=True)) == {
            "information",
            "promotion",
            "conversation",
            "service",
            "backstage",
        }

    def test_links_lead_to_reserved_names_only(self) -> None:
        links = [link for link in Post.objects.values_list("link", flat=True) if link]
        assert len(links) > 25
        assert [link for link in links if ".example/" not in link] == []
        assert [
            person.email for person in Person.objects.all() if not person.email.endswith(".example")
        ] == []

    def test_the_past_kept_every_rule(self) -> None:
        for page in Page.objects.filter(network="newsroom"):
            rules = rules_of(page)
            taken = [
                Taken(each.due_at, each.pk)
                for each in deliveries(page.brand.slug)
                if each.state == "published"
            ]
            for each in taken:
                others = [other for other in taken if other.id != each.id]
                assert judge(each.at, others, rules).allowed

    def test_visitors_spoke_and_the_engine_has_read_them(self) -> None:
        said = NewsroomComment.objects.filter(by_brand=False)
        assert said.count() == Comment.objects.count() == 22
        queue = Review.objects.filter(comment__page__brand__slug=FIRST, state="waiting")
        assert Counter(queue.values_list("label", flat=True)) == {
            "injure": 1,
            "injure_aggravee": 1,
            "diffamation": 1,
            "diffamation_aggravee": 1,
            "haine": 1,
            "menace": 1,
            "harcelement": 1,
            "doxxing": 1,
            "denigrement": 1,
        }
        assert [each.label for each in queue if each.notified] == ["denigrement"]
        labels = set(Comment.objects.values_list("assessments__label", flat=True))
        assert labels >= {"critique", "reclamation", "neutre", "spam"}

    def test_what_a_moderator_decided_waits_for_the_engine_with_its_evidence(self) -> None:
        [decision] = Decision.objects.all()
        assert (decision.act, decision.by.name, decision.action.state) == (  # type: ignore[union-attr]
            "delete",
            "Salomé Brunet",
            "planned",
        )
        assert decision.evidence.comment == decision.review.comment

    def test_without_its_web_the_demo_asks_nothing_of_the_web(self) -> None:
        assert Audit.objects.count() == 0

    def test_three_posts_are_due_in_the_next_minutes_of_each_newsroom(self) -> None:
        for slug in (FIRST, SECOND):
            soon = [each for each in deliveries(slug) if NOW < each.due_at < NOW + timedelta(minutes=10)]
            assert [each.due_at - NOW.replace(second=0) for each in soon] == [
                timedelta(minutes=minutes) for minutes in (2, 4, 7, 9)
            ]
            over = Override.objects.filter(delivery__in=soon)
            assert over.count() == 2
            assert {each.for_due_at for each in over} == {soon[1].due_at, soon[3].due_at}

    def test_ten_days_are_planned(self) -> None:
        for slug in (FIRST, SECOND):
            ahead = [each.due_at for each in deliveries(slug) if each.due_at > NOW + timedelta(hours=1)]
            assert len(ahead) == 7
            assert max(ahead) > NOW + timedelta(days=9)

    def test_followers_came_day_by_day_and_some_left_with_reasons(self) -> None:
        for page in Page.objects.filter(network="newsroom"):
            rows = Subscriber.objects.filter(page=page)
            active = rows.filter(state=SubscriberState.ACTIVE)
            assert 40 <= active.count() <= 60
            assert rows.filter(state=SubscriberState.LEFT).count() == 8
            zone = clock.zone(page.brand.zone)
            left = rows.filter(state=SubscriberState.LEFT).values_list("left_at", flat=True)
            assert {departure_day(at, zone) for at in left if at} == set(
                Departure.objects.filter(page=page).values_list("at", flat=True)
            )
            assert Arrival.objects.filter(page=page).count() - 8 == active.count()
            assert all(row.email == "" for row in rows if row.state == SubscriberState.LEFT)
            days = {row.confirmed_at.date() for row in active if row.confirmed_at}
            assert len(days) > 20
            causes = Counter(Departure.objects.filter(page=page).values_list("cause", flat=True))
            assert causes == {
                "too_often": 3,
                "too_commercial": 2,
                "one_offer": 1,
                "repetitive": 1,
                "": 1,
            }

    def test_everybody_confirmed_before_they_left(self) -> None:
        left = Subscriber.objects.filter(state=SubscriberState.LEFT)
        assert [
            row.pk
            for row in left
            if not (row.confirmed_at and row.left_at and row.confirmed_at < row.left_at)
        ] == []

    def test_nobody_is_sent_the_past(self) -> None:
        yesterday = datetime(2026, 3, 16, 17, 0, tzinfo=UTC)
        readers = Subscriber.objects.filter(state="active", confirmed_at__lt=yesterday).count()
        assert dict(Counter(Mail.objects.values_list("kind", "state"))) == {
            ("digest", "sent"): readers - 2,
            ("digest", "refused"): 2,
            ("invitation", "sent"): 1,
            ("notice", "planned"): 1,  # to who reported a comment: it was received
        }
        assert [mail.to for mail in Mail.objects.all() if not mail.to.endswith(".example")] == []
        assert send_digests() == 0
        for page in Page.objects.filter(network="newsroom"):
            assert waiting_for_digest(page, NOW).count() < Subscriber.objects.filter(page=page).count()
            told = Subscriber.objects.filter(page=page, state=SubscriberState.ACTIVE)
            assert {row.told_until for row in told} == {datetime(2026, 3, 16, 17, 0, tzinfo=UTC)}

    def test_trouble_is_told_and_good_news_is_read(self) -> None:
        notices = Notice.objects.values_list("kind", "read_at")
        rows = Counter((kind, read_at is None) for kind, read_at in notices)
        assert rows["published", False] == 18
        assert rows["missed", True] == 6
        assert rows["rejected", True] == 3
        assert rows["reconnect", True] == 1
        assert sum(rows.values()) == 28
        people_told = Notice.objects.filter(kind="published").values("person").distinct()
        assert people_told.count() == 3

    def test_no_pause_is_open(self) -> None:
        [pause] = Pause.objects.all()
        assert pause.ended_at
        assert pause.started_at < pause.ended_at < NOW

    def test_the_ledger_holds(self) -> None:
        for brand in Brand.objects.all():
            assert ledger.verify(brand.pk) is None
            assert ledger.head(brand.pk).count > 100

    def test_log_ins_open_the_door_and_are_for_the_owner_only(self) -> None:
        file: Path = settings.CM_DEMO_LOGINS
        rows = json.loads(file.read_text())
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert [row["role"] for row in rows] == [
            "lead",
            "author",
            "moderator",
            "approver",
            "viewer",
            "outsider",
        ]
        for row in rows:
            client = Client()
            said = {"username": row["email"], "password": row["password"]}
            abroad = client.post(reverse("pages:sign_in"), said, headers={"host": "testserver"})
            here = client.post(reverse("pages:sign_in"), said, headers={"host": "localhost:8000"})
            assert (abroad.status_code, here.status_code) == (200, 302)

    def test_lost_log_ins_are_made_anew(self) -> None:
        file: Path = settings.CM_DEMO_LOGINS
        before = json.loads(file.read_text())
        file.write_text("[{")
        again = seed()
        after = json.loads(file.read_text())
        assert (again.brands, again.logins) == (0, True)
        assert [row["email"] for row in after] == [row["email"] for row in before]
        assert {row["password"] for row in after} & {row["password"] for row in before} == set()

    def test_every_room_opens(self) -> None:
        client = Client()
        client.force_login(Person.objects.get(email=people.LEAD))
        names = ("dashboard:today", "publishing:plan", "publishing:drafts", "pages:fans", "pages:people")
        for slug in (FIRST, SECOND):
            for name in (*names, "pages:settings", "pages:pages", "notices:inbox", "pages:pause"):
                assert client.get(reverse(name, args=[slug])).status_code == 200
            public = Client().get(reverse("newsroom:home", args=[slug]))
            newest = NewsroomPost.objects.filter(page__brand__slug=slug).first()
            assert newest is not None
            assert public.content.decode().index(f'id="post-{newest.pk}"') > 0

    def test_the_engine_sends_what_is_due_and_holds_the_one_too_many(self) -> None:
        before = NewsroomPost.objects.count()
        for minutes in range(11):
            with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
                publish_due()
                sweep()
        assert NewsroomPost.objects.count() == before + 6
        for slug in (FIRST, SECOND):
            [held] = [each for each in deliveries(slug) if each.state == "held"]
            assert (held.hold_reason, held.post.text) == ("policy", scripts()[slug == SECOND].late.text)
            assert ledger.verify(held.page.brand_id) is None
        assert states(SECOND, "mastodon") == {"published": 5, "rejected": 1, "held": 2}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 28, 23, 58, 1, tzinfo=UTC),  # the night without two o'clock
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # the doubled hour
        datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC),  # right before the digest
        datetime(2028, 2, 29, 5, 0, tzinfo=UTC),
    ],
)
def test_it_can_be_seeded_at_any_hour(now: datetime) -> None:
    with time_machine.travel(now, tick=False):
        assert seed().brands == 2
        soon = Delivery.objects.filter(due_at__gt=now, due_at__lte=now + timedelta(minutes=10))
        assert soon.count() == 8
        assert Subscriber.objects.filter(told_until__gt=now).count() == 0
        assert Delivery.objects.filter(state="planned", due_at__lte=now).count() == 0


@pytest.mark.django_db
class TestRefusals:
    """Somebody's own work is never mixed with the demo."""

    def test_a_database_with_other_work_is_left_alone(self) -> None:
        make_cast()
        before = counts()
        with pytest.raises(CommandError, match="nothing was written"):
            call_command("seed_demo")
        assert counts() == before

    def test_force_adds_the_demo_beside_it(self) -> None:
        make_cast()
        call_command("seed_demo", "--force")
        assert Brand.objects.count() == 4
        assert Membership.objects.filter(person__email="alice@agence.example").count() == 1

    def test_even_force_takes_nobody_s_name(self) -> None:
        brand = Brand.objects.create(name="Une autre maison", slug=FIRST)
        with pytest.raises(CommandError):
            call_command("seed_demo", "--force")
        assert list(Brand.objects.all()) == [brand]

    def test_an_account_with_a_demo_address_is_not_taken_over(self) -> None:
        person = Person.objects.create_user(people.LEAD, "Quelqu’un", "the same for all 42")
        with pytest.raises(CommandError):
            call_command("seed_demo", "--force")
        assert Person.objects.get().check_password("the same for all 42")
        assert Person.objects.get() == person

    def test_a_fault_on_the_way_leaves_nothing_behind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fails(*_args: object) -> None:
            raise RuntimeError

        monkeypatch.setattr("cm_suite.demo.seed.plan_ahead", fails)
        before = counts()
        with pytest.raises(RuntimeError):
            seed()
        assert counts() == before

    def test_a_scale_below_one_is_refused(self) -> None:
        with pytest.raises(CommandError, match="at least 1"):
            call_command("seed_demo", "--scale", "0")


@pytest.mark.django_db
class TestScale:
    """Volumes for measures."""

    def test_brands_posts_and_followers_grow(self) -> None:
        assert seed(2).brands == 4
        added = Brand.objects.get(slug="volume-0002")
        page = added.pages.get()
        assert Delivery.objects.filter(page=page, state="published").count() == 48
        assert Delivery.objects.filter(page=page, state="planned").count() == 14
        assert NewsroomPost.objects.filter(page=page).count() == 48
        assert Subscriber.objects.filter(page=page).count() == 100
        assert Subscriber.objects.filter(page=page).values("email_hash").distinct().count() == 100
        assert Departure.objects.filter(page=page).count() == 15
        assert Arrival.objects.filter(page=page).count() == 100
        assert set(added.memberships.values_list("person__email", "role")) == {
            (people.LEAD, "lead"),
            (people.AUTHOR, "author"),
        }

    def test_more_is_added_later_and_nothing_twice(self) -> None:
        seed(2)
        before = counts()
        assert seed(2).brands == 0
        assert counts() == before
        assert seed(3).brands == 2
        assert Brand.objects.count() == 6


@pytest.mark.django_db
def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_demo")
    assert f"Brands added: 2. Log-ins: {settings.CM_DEMO_LOGINS}" in capsys.readouterr().out
    call_command("seed_demo")
    assert "nothing to add" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_list_left_from_an_earlier_database_is_written_anew() -> None:
    seed()
    before = settings.CM_DEMO_LOGINS.read_text()
    Person.objects.filter(email=people.LEAD).update(password=make_password(None))
    assert seed().logins
    assert settings.CM_DEMO_LOGINS.read_text() != before
    [lead, *_others] = json.loads(settings.CM_DEMO_LOGINS.read_text())
    assert Person.objects.get(email=people.LEAD).check_password(lead["password"])


@pytest.mark.django_db
def test_somebody_who_joins_later_stays() -> None:
    seed()
    friend = Person.objects.create_user("ami@ailleurs.example", "Une amie", "the same for all 42")
    brand = Brand.objects.get(slug=FIRST)
    appoint(Membership(person=friend, brand=brand, role="author"), Person.objects.get(email=people.LEAD))
    assert not seed().anything
    assert brand.memberships.filter(person=friend).exists()


def test_french_spaces() -> None:
    assert typeset("« Oui » : 14 € !") == "«\u202fOui\u202f»\u202f: 14\u202f€\u202f!"
    assert typeset("à 9 h 30, 18 400 pièces") == "à 9\u202fh 30, 18\u202f400 pièces"
    assert typeset("10 grammes") == "10 grammes"


def test_passwords_differ_and_are_long_enough() -> None:
    made = {people.password() for _ in range(200)}
    assert len(made) == 200
    assert min(map(len, made)) >= 20
    assert clock.now().tzinfo is UTC
