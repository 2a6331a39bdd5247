"""A connected page on each network, with what a test asks of the network's own memory."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from django.test import override_settings

from cm_suite.core import clock
from cm_suite.ops.bench.fake_network import Fault, Reply
from pages.models import Brand, Budget, Credential, Page
from tests.networks import fake_mastodon
from tests.networks.bluesky import bench as bluesky_bench
from tests.networks.bluesky import fake as bluesky
from tests.networks.bluesky.fake_view import GATES
from tests.networks.facebook import bench as facebook_bench
from tests.networks.facebook import fake as facebook
from tests.networks.facebook import words
from tests.networks.instagram import bench as instagram_bench
from tests.networks.instagram import fake as instagram
from tests.networks.instagram import words as instagram_words
from tests.networks.linkedin import bench as linkedin_bench
from tests.networks.linkedin import fake as linkedin
from tests.networks.mastodon import bench as mastodon_bench
from tests.networks.wordpress import bench as wordpress_bench
from tests.networks.wordpress import fake as wordpress
from tests.networks.x import bench as x_bench
from tests.networks.x import fake as x

_ALT: Final = re.compile(r'<img [^>]*alt="([^"]*)"')

type Shown = tuple[str, list[str]]
"""A post as its network holds it: its text, and the alternative texts of its images."""


@dataclass
class House:
    """One network of this installation, with a page on it. `calls` counts what reached the network.

    `shown`: our posts, oldest first. `answers`: our replies, each with what it answers. `hear` lets Nadia
    write below a post. `renews` readies it to give another token. `hidden` is None where the network hides
    nothing. `write`: she writes in private, if she can; `private`: what she got back. `slow` lets the network
    work on what goes up from then on, where it does that; `uploads`: how often something went up. `keys`: the
    application's settings.
    """

    network: str
    origin: str
    token: str
    remote_id: str
    server: Any
    faults: Mapping[str, tuple[Fault, Any]]
    shown: Callable[[], list[Shown]]
    answers: Callable[[], list[tuple[str, str]]]
    hear: Callable[[str, str], str]
    calls: Callable[[], int]
    renews: Callable[[], None] = lambda: None
    write: Callable[[str], str] | None = None
    private: Callable[[], list[str]] = list
    hidden: Callable[[str], bool] | None = None
    slow: Callable[[], None] | None = None
    uploads: Callable[[], int] = lambda: 0
    own_server: bool = False
    login: str = ""
    renewal: str = ""
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def connect(self, brand: Brand, *, budget: bool = True) -> Page:
        """The brand's page, with a good token."""
        host = self.origin if self.own_server else ""
        fields = {"network": self.network, "host": host, "remote_id": self.remote_id}
        page = Page.objects.create(brand=brand, name="Maison Lumen", **fields)
        Credential.objects.create(page=page, token=self.token, login=self.login, refresh_token=self.renewal)
        Credential.objects.update(updated_at=clock.now() - timedelta(days=1))
        if budget:
            Budget.objects.create(brand=brand, network=self.network, microdollars=10**9)
        return page

    def fails(self, name: str) -> None:
        """The next call that creates meets this fault of the network's bench."""
        self.server.fail_next(self.faults[name][0])


@contextmanager
def house(network: str) -> Iterator[House]:
    """The network on loopback, which this installation is told to reach there."""
    with _OPEN[network]() as opened:
        host, _sep, port = opened.origin.partition("://")[2].rpartition(":")
        told = {
            "CM_ALLOWED_HOSTS": frozenset({(host, int(port))}),
            "CM_NETWORK_HOSTS": {} if opened.own_server else {network: opened.origin},
            "CM_SEND_THREADS": 1,
            **opened.keys,
        }
        with override_settings(**told):
            yield opened


@contextmanager
def _facebook() -> Iterator[House]:
    with facebook.running(facebook.Facebook()) as server:
        yield House(
            "facebook",
            server.origin,
            words.TOKEN,
            words.PAGE,
            server,
            facebook_bench.FAULTS,
            lambda: [
                (each["message"], [server.photos[n].get("alt_text_custom", "") for n in each["photos"]])
                for each in server.posts.values()
            ],
            lambda: [
                (each["message"], each["parent"] or each["post"])
                for each in server.comments.values()
                if each["from"] == words.PAGE
            ],
            server.say,
            lambda: len(server.requests),
            hidden=lambda remote_id: bool(server.comments[remote_id]["is_hidden"]),
            write=server.write,
            private=lambda: [each["message"] for each in server.messages if each["from"] == words.PAGE],
            keys={
                "CM_META_APP_ID": facebook.KEYS.client_id,
                "CM_META_APP_SECRET": facebook.KEYS.client_secret,
            },
        )


@contextmanager
def _instagram() -> Iterator[House]:
    with instagram.running(instagram.Instagram()) as server:
        account = instagram_words.ACCOUNT

        def alts(post: dict[str, Any]) -> list[str]:
            return [server.containers[each]["alt_text"] for each in post["children"]]

        yield House(
            "instagram",
            server.origin,
            instagram_words.TOKEN,
            account,
            server,
            instagram_bench.FAULTS,
            lambda: [(each["caption"], alts(each)) for each in server.media.values()],
            lambda: [
                (each["text"], each["parent"] or each["post"])
                for each in server.comments.values()
                if each["from"] == account
            ],
            server.say,
            lambda: len(server.requests),
            hidden=lambda remote_id: bool(server.comments[remote_id]["hidden"]),
            slow=lambda: setattr(server, "slow", 1),
            uploads=lambda: len(server.containers),
            write=server.write,
            private=lambda: [each["message"] for each in server.messages if each["from"] == account],
            keys={
                "CM_META_APP_ID": instagram.KEYS.client_id,
                "CM_META_APP_SECRET": instagram.KEYS.client_secret,
            },
        )


@contextmanager
def _wordpress() -> Iterator[House]:
    with wordpress.running(wordpress.WordPress()) as site:

        def there() -> list[str]:
            return [each["content"]["raw"] for each in site.posts.values() if each["status"] == "publish"]

        def said(raw: str) -> str:
            return html.unescape(re.sub("<[^>]+>", "", raw)).strip()

        yield House(
            "wordpress",
            site.origin,
            wordpress.PASSWORD,
            str(wordpress.US),
            site,
            wordpress_bench.FAULTS,
            lambda: [(said(raw), [html.unescape(alt) for alt in _ALT.findall(raw)]) for raw in there()],
            lambda: [
                (each["content"]["raw"], str(each["parent"] or each["post"]))
                for each in site.said.values()
                if each["author"] == wordpress.US
            ],
            site.hear,
            lambda: len(site.requests),
            hidden=lambda remote_id: bool(site.said[int(remote_id)]["status"] != "approved"),
            uploads=lambda: len(site.media),
            own_server=True,
            login=wordpress.LOGIN,
        )


@contextmanager
def _linkedin() -> Iterator[House]:
    with linkedin.running(linkedin.LinkedIn()) as server:
        again = {"access_token": linkedin.TOKEN, "expires_in": 5184000, "refresh_token": "refresh-1"}

        def alts(post: dict[str, Any]) -> list[str]:
            content = post.get("content", {})
            several = content.get("multiImage", {}).get("images")
            shown = several or ([content["media"]] if "media" in content else [])
            return [each.get("altText", "") for each in shown]

        def answers() -> list[tuple[str, str]]:
            ours = [each for each in server.comments if each["actor"] == linkedin.PAGE]
            return [(each["message"]["text"], each.get("parentComment", "")) for each in ours]

        yield House(
            "linkedin",
            server.origin,
            linkedin.TOKEN,
            linkedin.PAGE,
            server,
            linkedin_bench.FAULTS,
            lambda: [(each["commentary"], alts(each)) for each in server.posts.values()],
            answers,
            server.say,
            lambda: len(server.requests),
            renews=lambda: setattr(server, "token_answer", Reply(200, again)),
            slow=lambda: setattr(server, "slow_images", 2),
            uploads=lambda: len(server.images),
            renewal="refresh-1",
            keys={
                "CM_LINKEDIN_CLIENT_ID": linkedin.KEYS.client_id,
                "CM_LINKEDIN_CLIENT_SECRET": linkedin.KEYS.client_secret,
            },
        )


@contextmanager
def _x() -> Iterator[House]:
    with x.running() as server:

        def alts(post: dict[str, Any]) -> list[str]:
            return [str(server.media[each]["alt"]) for each in post.get("media", [])]

        yield House(
            "x",
            server.origin,
            x.TOKEN,
            x.LUMEN.id,
            server,
            x_bench.FAULTS,
            lambda: [(each["said"], alts(each)) for each in server.of(x.LUMEN) if not each["below"]],
            lambda: [(each["said"], each["below"]) for each in server.of(x.LUMEN) if each["below"]],
            lambda text, to: str(server.say(x.NADIA, text, to)["id"]),
            lambda: server.served,
            hidden=lambda remote_id: remote_id in server.hidden,
            slow=lambda: setattr(server, "slow_uploads", 2),
            uploads=lambda: len(server.media),
            write=lambda text: str(server.write(x.NADIA, text)["id"]),
            private=lambda: [each["text"] for each in server.events if each["sender_id"] == x.LUMEN.id],
            renewal=x.REFRESH,
            keys={"CM_X_CLIENT_ID": x.KEYS.client_id, "CM_X_CLIENT_SECRET": x.KEYS.client_secret},
        )


@contextmanager
def _bluesky() -> Iterator[House]:
    with bluesky.running(bluesky.Bluesky()) as server:

        def alts(post: dict[str, Any]) -> list[str]:
            return [each["alt"] for each in post.get("embed", {}).get("images", [])]

        def hidden(uri: str) -> bool:
            gates = server.accounts[bluesky.OURS].of(GATES).values()
            return any(uri in each["value"].get("hiddenReplies", []) for each in gates)

        def write(text: str) -> str:
            made = server.chat.say(bluesky.NADIA, bluesky.OURS, text)
            return f"{made['convo']}/{made['id']}"

        def private() -> list[str]:
            said = [each for messages in server.chat.messages.values() for each in messages]
            return [each["text"] for each in said if each["sender"]["did"] == bluesky.OURS]

        posts = server.posts
        yield House(
            "bluesky",
            server.origin,
            server.token,
            bluesky.OURS,
            server,
            bluesky_bench.FAULTS,
            lambda: [(each["text"], alts(each)) for each in posts().values() if "reply" not in each],
            lambda: [
                (each["text"], each["reply"]["parent"]["uri"]) for each in posts().values() if "reply" in each
            ],
            lambda text, to: server.say(bluesky.NADIA, text, to),
            lambda: server.served,
            hidden=hidden,
            write=write,
            private=private,
            own_server=True,
            renewal=server.open(bluesky.OURS)[1],
        )


@contextmanager
def _mastodon() -> Iterator[House]:
    memory = fake_mastodon.Mastodon(idempotent=False)
    with fake_mastodon.running(memory) as server:
        account = fake_mastodon.ACCOUNT

        def own(*, below: bool) -> list[dict[str, Any]]:
            shown = [each for each in server.of(account.id) if each["visibility"] != "direct"]
            return [each for each in shown if bool(each["in_reply_to_id"]) is below]

        def said(status: dict[str, Any]) -> str:
            return html.unescape(status["content"].removeprefix("<p>").removesuffix("</p>"))

        def hear(text: str, to: str) -> str:
            return str(server.say(fake_mastodon.NADIA, f"@maison_lumen {text}", to)["id"])

        yield House(
            "mastodon",
            server.origin,
            fake_mastodon.TOKEN,
            account.id,
            server,
            mastodon_bench.FAULTS,
            lambda: [
                (said(each), [one["description"] or "" for one in each["media_attachments"]])
                for each in own(below=False)
            ],
            lambda: [(said(each), each["in_reply_to_id"]) for each in own(below=True)],
            hear,
            lambda: server.served,
            slow=lambda: setattr(server, "processing", 1),
            uploads=lambda: len(server.uploads),
            write=lambda text: server.whisper(fake_mastodon.NADIA, text),
            private=lambda: [said(each) for each in server.of(account.id) if each["visibility"] == "direct"],
            own_server=True,
        )


_OPEN: Final = {
    "facebook": _facebook,
    "instagram": _instagram,
    "linkedin": _linkedin,
    "x": _x,
    "bluesky": _bluesky,
    "mastodon": _mastodon,
    "wordpress": _wordpress,
}
NETWORKS: Final = tuple(_OPEN)
