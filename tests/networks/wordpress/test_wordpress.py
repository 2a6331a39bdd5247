"""Publishing to a site, finding it, taking it down, and why it may not be."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_suite.core.errors import Later, Never, NextStep, OutcomeError, Unknown
from cm_suite.ops.bench.fake_network import Reply
from pages.networks.errors import Code
from pages.networks.spec import Tools
from pages.networks.types import Access, Outgoing, Profile, SightingKind
from pages.networks.wordpress import outgoing, roots
from pages.networks.wordpress.client import WordPressClient, build
from pages.networks.wordpress.outgoing import Shown
from pages.networks.words import text_of
from tests.networks.bench import picture, png
from tests.networks.wordpress import fake as fakes
from tests.networks.wordpress.fake import LOGIN, PASSWORD, WordPress, error, running

LINK = "https://maison-lumen.example/vitrine?a=1&b=[2]"
KEY = "k" * 32


def a_post(text: str = "Une lampe", **more: object) -> Outgoing:
    return Outgoing(KEY, text, **more)  # type: ignore[arg-type]


def sight(client: WordPressClient, post: Outgoing) -> SightingKind:
    now = datetime.now(UTC)
    return client.find(post, now - timedelta(minutes=1), now).kind


def refusal(site: WordPress, word: str, reply: Reply) -> OutcomeError:
    """What becomes of a question that is answered so."""
    site.refused = {word: reply}
    with pytest.raises(OutcomeError) as caught:
        site.client().profile()
    return caught.value


# --- what a post is made of


@pytest.mark.parametrize(
    ("text", "title", "below"),
    [
        ("Vitrine\n\nSamedi.", "Vitrine", "Samedi."),
        ("Vitrine\nSamedi.\nDimanche.", "Vitrine", "Samedi.\nDimanche."),
        ("Une lampe. Une autre.", "Une lampe.", "Une lampe. Une autre."),
        ("Une lampe", "Une lampe", "Une lampe"),
        (f"{'a' * 101}\nb", "a" * 79 + "…", f"{'a' * 101}\nb"),
        ("  \n", "", ""),
    ],
)
def test_a_short_first_line_is_the_title_else_the_first_sentence(text: str, title: str, below: str) -> None:
    assert outgoing.titled(text) == (title, below)


def test_the_content_is_paragraphs_in_which_only_addresses_are_links() -> None:
    said = outgoing.content("Un <b> & [gallery]\nhttps://a.example/x?a=1&b=[2].\n\n«Fin»", LINK, ())
    assert said == (
        "<p>Un &lt;b&gt; &amp; &#091;gallery&#093;<br />"
        '<a href="https://a.example/x?a=1&amp;b=%5B2%5D">https://a.example/x?a=1&amp;b=&#091;2&#093;</a>.</p>\n'
        "<p>«Fin»</p>\n"
        '<p><a href="https://maison-lumen.example/vitrine?a=1&amp;b=%5B2%5D">'
        "https://maison-lumen.example/vitrine?a=1&amp;b=&#091;2&#093;</a></p>"
    )


def test_a_link_that_stands_in_the_text_is_not_said_twice_and_no_other_scheme_is_a_link() -> None:
    assert outgoing.content(f"Vu : {LINK}", LINK, ()).count("<a ") == 1
    assert outgoing.content("Vu", "javascript:alert(1)", ()) == "<p>Vu</p>"


def test_an_image_stands_with_its_words() -> None:
    said = outgoing.content("", "", [Shown(7, "https://a.example/i.png", 'Un "abat-jour" [écru]')])
    assert said == (
        '<figure class="wp-block-image"><img src="https://a.example/i.png" '
        'alt="Un &quot;abat-jour&quot; &#091;écru&#093;" class="wp-image-7" /></figure>'
    )


@given(st.text(max_size=200), st.text(max_size=40))
def test_whatever_is_written_is_shown_as_it_was_and_runs_nothing(text: str, link: str) -> None:
    said = outgoing.content(text, link, ())
    assert not {"[", "]"} & set(said)
    assert "<script" not in said
    marks = {"<p", "</p", "<br /", "<a ", "</a"}
    assert all(any(piece.startswith(mark.lstrip("<")) for mark in marks) for piece in said.split("<")[1:])


@given(st.text(alphabet="abcé &<>[]'\"", max_size=60))
def test_the_words_come_back(text: str) -> None:
    assert text_of(outgoing.content(text, "", ())).split() == text.split()


@given(st.text(max_size=120), st.text(min_size=1, max_size=40))
def test_a_slug_is_the_same_for_the_same_post_and_ends_with_what_its_key_has(text: str, key: str) -> None:
    post = Outgoing(key, text)
    slug = outgoing.slug(post)
    assert slug == outgoing.slug(post)
    assert slug.endswith(outgoing.sign(key))
    assert slug.isascii()
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(slug) <= outgoing.LONGEST_SLUG + 12


def test_the_length_counts_the_link_once() -> None:
    assert outgoing.measure("Une lampe", "") == 9
    assert outgoing.measure("Une lampe", "https://a.example/") == 9 + 18 + 2
    assert outgoing.measure("Vu https://a.example/", "https://a.example/") == 21


# --- publishing


def test_a_post_is_sent_as_the_account_with_its_password_in_a_header_alone(site: WordPress) -> None:
    published = site.client().publish(a_post("Vitrine\n\nSamedi.", link=LINK), lambda: None)
    kept = site.posts[int(published.remote_id)]
    assert (kept["title"]["raw"], kept["status"], kept["featured_media"]) == ("Vitrine", "publish", 0)
    assert (published.url, kept["slug"]) == (kept["link"], f"vitrine-{outgoing.sign(KEY)}")
    (sent,) = site.asked("POST", "posts")
    assert b64decode(sent.headers["authorization"].removeprefix("Basic ")).decode() == f"{LOGIN}:{PASSWORD}"
    assert [each for each in site.requests if PASSWORD in f"{each.path}{each.query}"] == []


def test_the_fence_is_right_before_the_one_call_that_creates(site: WordPress) -> None:
    before: list[int] = []
    site.client().publish(a_post(images=(picture(0),)), lambda: before.append(len(site.requests)))
    assert before == [len(site.requests) - 1]
    assert site.requests[-1].method == "POST"


def test_the_first_image_is_the_featured_one_and_none_goes_up_twice(site: WordPress) -> None:
    images = (picture(0), picture(1), picture(2))
    with pytest.raises(Later):
        site.client().publish(a_post(images=images), _shut)
    assert (len(site.media), site.own()) == (3, 0)
    published = site.client().publish(a_post(images=images), lambda: None)
    assert (len(site.media), len(site.asked("POST", "media"))) == (3, 3)
    assert site.posts[int(published.remote_id)]["featured_media"] == min(site.media)
    assert site.alts() == [image.alt for image in images]


@pytest.mark.parametrize("change", [{"alt": "Une autre lampe"}, {"content": png(9)}])
def test_an_image_that_was_changed_after_a_refusal_goes_up_as_it_is_now(
    site: WordPress, change: dict[str, Any]
) -> None:
    kept, old = picture(0), picture(2)
    site.script.append(fakes.before(error(400, "rest_invalid_param")))
    with pytest.raises(Never):
        site.client().publish(a_post(images=(kept, old)), lambda: None)
    now = replace(old, **change)
    published = site.client().publish(a_post(images=(kept, now)), lambda: None)
    assert [now.content in each.body for each in site.asked("POST", "media")][2:] == [True]
    assert site.alts() == [kept.alt, now.alt]
    raw = site.posts[int(published.remote_id)]["content"]["raw"]
    assert [f"wp-image-{number}" in raw for number in sorted(site.media)] == [True, False, True]


def test_images_that_change_places_go_up_for_their_new_ones(site: WordPress) -> None:
    one, two = picture(0), picture(2)
    with pytest.raises(Later):
        site.client().publish(a_post(images=(one, two)), _shut)
    site.client().publish(a_post(images=(two, one)), lambda: None)
    assert site.alts() == [two.alt, one.alt]


def _shut() -> None:
    raise Later("fence_closed")


@pytest.mark.parametrize(
    ("reply", "outcome", "code"),
    [
        (error(500, "rest_upload_unknown_error"), Never, Code.MEDIA_REFUSED),
        (error(400, "rest_upload_file_too_big"), Never, Code.MEDIA_REFUSED),
        (Reply(413, "<html>Too large</html>"), Never, Code.MEDIA_REFUSED),
        (error(403, "rest_cannot_create"), Never, Code.NOT_ALLOWED_HERE),
        (Reply(502, "<html>Bad gateway</html>"), Later, "server_error"),
    ],
)
def test_an_image_that_does_not_go_up_is_never_unknown(
    site: WordPress,
    monkeypatch: pytest.MonkeyPatch,
    reply: Reply,
    outcome: type[OutcomeError],
    code: str,
) -> None:
    monkeypatch.setattr(site, "_upload", lambda _request: reply)
    with pytest.raises(outcome) as caught:
        site.client().publish(a_post(images=(picture(0),)), lambda: pytest.fail("the fence was crossed"))
    assert (caught.value.code, site.own()) == (code, 0)


def test_a_post_whose_slug_was_changed_on_the_way_is_found_by_its_time(site: WordPress) -> None:
    post = a_post()
    published = site.client().publish(post, lambda: None)
    site.posts[int(published.remote_id)]["slug"] += "-2"
    assert sight(site.client(), post) is SightingKind.FOUND
    site.posts[int(published.remote_id)]["date_gmt"] = "2026-01-01T00:00:00"
    assert sight(site.client(), post) is SightingKind.ABSENT


def test_too_many_posts_of_one_time_leave_it_open(site: WordPress) -> None:
    for _post in range(100):
        site.put("Une lampe")
    assert sight(site.client(), a_post()) is SightingKind.CANNOT_TELL


def test_a_site_without_trash_deletes_for_good(site: WordPress) -> None:
    site.trash = False
    post, comment = site.put("Une lampe"), ""
    comment = site.hear("Trop chère.", post)
    for _time in range(2):
        site.client().delete_comment(comment, "")
        site.client().delete(post)
    assert (site.posts, site.said) == ({}, {})


def test_an_id_of_another_shape_asks_for_nothing(site: WordPress) -> None:
    site.client().delete("../users/1")
    assert site.client().figures(["../users/1", ""]) == {}
    assert [each.path for each in site.requests if "users" in each.path] == []


# --- who we are there, and where


def test_the_page_is_the_site(site: WordPress) -> None:
    assert site.client().profile() == Profile("1", "lumen", "Maison Lumen", site.origin)


def test_a_role_that_publishes_nothing_is_not_connected(site: WordPress) -> None:
    site.rights = {"edit_posts": True, "read": True}
    with pytest.raises(Never) as refused:
        site.client().profile()
    assert (refused.value.code, refused.value.step) == (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)
    site.rights = {}
    assert site.client().profile().remote_id == "1"


@pytest.mark.parametrize(
    "site",
    [
        WordPress(plain=True),
        WordPress(prefix="/blog"),
        WordPress(root="/api"),
        WordPress(prefix="/b", plain=True),
    ],
    ids=["plain", "folder", "renamed", "both"],
)
def test_the_api_is_found_wherever_it_is(site: WordPress) -> None:
    with running(site):
        client = site.client()
        published = client.publish(a_post(), lambda: None)
        assert sight(client, a_post()) is SightingKind.FOUND
        client.delete(published.remote_id)
        assert site.own() == 0
        asked = [each for each in site.requests if not site._route(each)]
        assert len(asked) <= 4  # looking for it, once


@pytest.mark.parametrize("inside", ["/wp-admin/", "/wp-admin/profile.php", "/wp-login.php", "/wp-json/wp/v2"])
def test_an_address_from_inside_the_site_is_understood(site: WordPress, inside: str) -> None:
    site.prefix = "/blog"
    client = site.client()
    http = client._wire._http
    assert (
        WordPressClient(Access(f"{site.origin}/blog{inside}", PASSWORD, "1", LOGIN), http).profile().remote_id
    )


def test_a_site_of_another_make_is_none(site: WordPress, monkeypatch: pytest.MonkeyPatch) -> None:
    site.root = "/elsewhere-that-nobody-names"
    monkeypatch.setattr(site, "handle", lambda _request: Reply(200, "<html>A shop</html>"))
    with pytest.raises(Never) as refused:
        site.client().profile()
    assert (refused.value.code, refused.value.step) == (Code.NOT_THIS_NETWORK, NextStep.EDIT)


def test_the_sites_own_name_is_called_only_when_it_is_the_same() -> None:
    said: dict[str, object] = {
        "name": "Lumen",
        "home": "https://www.lumen.example",
        "namespaces": [roots.VERSION.name],
    }
    assert (
        root_of(said, "https://lumen.example/wp-json", "https://lumen.example")
        == "https://www.lumen.example/wp-json"
    )
    assert (
        root_of(said, "http://lumen.example/wp-json", "http://lumen.example")
        == "https://www.lumen.example/wp-json"
    )
    said["home"] = "https://other.example"
    assert (
        root_of(said, "https://lumen.example/wp-json", "https://lumen.example")
        == "https://lumen.example/wp-json"
    )
    said["home"] = "http://www.lumen.example"
    assert (
        root_of(said, "https://lumen.example/wp-json", "https://lumen.example")
        == "https://lumen.example/wp-json"
    )


def root_of(said: dict[str, object], root: str, host: str) -> str:
    site = roots.read(said, root, host)
    assert site is not None
    return site.root


# --- refusals


@pytest.mark.parametrize(
    ("reply", "code", "step"),
    [
        (fakes.WRONG_PASSWORD, Code.ACCESS_REFUSED, NextStep.RECONNECT),
        (fakes.NOT_SIGNED_IN, Code.ACCESS_REFUSED, NextStep.RECONNECT),
        (error(401, "rest_cannot_create"), Code.ACCESS_REFUSED, NextStep.RECONNECT),
        (error(401, "jwt_auth_no_auth_header"), Code.BLOCKED, NextStep.CONTACT),
        (error(401, "rest_cannot_access"), Code.BLOCKED, NextStep.CONTACT),
        (Reply(401, "<html>Restricted</html>"), Code.BLOCKED, NextStep.CONTACT),
        (Reply(403, "<html>Forbidden</html>"), Code.BLOCKED, NextStep.CONTACT),
        (error(403, "itsec_rest_api_access_restricted"), Code.BLOCKED, NextStep.CONTACT),
        (error(403, "rest_forbidden"), Code.NOT_ALLOWED_HERE, NextStep.CONTACT),
        (error(501, "application_passwords_disabled"), "server_error", None),
        (error(403, "application_passwords_disabled_for_user"), Code.NOT_ALLOWED_HERE, NextStep.CONTACT),
        (fakes.NO_ROUTE, Code.BLOCKED, NextStep.CONTACT),
    ],
)
def test_each_refusal_asks_for_what_helps(
    site: WordPress, reply: Reply, code: str, step: NextStep | None
) -> None:
    caught = refusal(site, "users", reply)
    assert (caught.code, getattr(caught, "step", None)) == (code, step)


def test_a_closed_api_and_a_wall_before_it_are_told_from_no_site(site: WordPress) -> None:
    assert refusal(site, "", error(401, "rest_login_required")).code == Code.BLOCKED
    assert refusal(site, "", Reply(403, "<html>Forbidden</html>")).code == Code.BLOCKED
    assert refusal(site, "", fakes.WRONG_PASSWORD).code == Code.ACCESS_REFUSED
    assert refusal(site, "", Reply(503, "<html>Maintenance</html>")).code == "server_error"


def test_a_site_that_takes_no_application_passwords_asks_for_no_new_one(site: WordPress) -> None:
    site.ways = []
    caught = refusal(site, "users", fakes.NOT_SIGNED_IN)
    assert (caught.code, getattr(caught, "step", None)) == (Code.NOT_ALLOWED_HERE, NextStep.CONTACT)


def test_an_answer_that_is_no_post_is_unknown(site: WordPress) -> None:
    site.script.append(fakes.after(Reply(201, {"id": "seven"})))
    with pytest.raises(Unknown) as lost:
        site.client().publish(a_post(), lambda: None)
    assert (lost.value.code, site.own()) == ("answer_unreadable", 1)


def test_a_body_is_sent_as_json(site: WordPress) -> None:
    site.client().publish(a_post("Été"), lambda: None)
    (sent,) = site.asked("POST", "posts")
    assert set(json.loads(sent.body)) == {"title", "content", "slug", "status"}


def test_it_is_not_built_without_a_way_to_the_network() -> None:
    with pytest.raises(ValueError, match="needs"):
        build(Access("", "", ""), Tools())
