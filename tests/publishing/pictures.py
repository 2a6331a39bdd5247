"""Short ways to images of posts, and to the networks that take them or do not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver

from cm_suite.core.errors import OutcomeError
from pages.models import Brand
from pages.networks.base import Client, Fence
from pages.networks.newsroom import SPEC
from pages.networks.registry import NETWORKS
from pages.networks.spec import ImageRules, NetworkSpec, Tools
from pages.networks.types import (
    ABSENT,
    Access,
    Capability,
    ConnectKind,
    Outgoing,
    Profile,
    Published,
    Sighting,
    WhyNot,
)
from publishing.models import Post, StoredImage
from publishing.services import pictures
from publishing.services.pictures import Placed
from tests.core.drawings import image

CODE = "vitrine"
COLORS = ("red", "green", "blue", "yellow", "purple", "orange")


def file(name: str = "lamp.jpg", raw: bytes | None = None) -> SimpleUploadedFile:
    """A file as a form sends it."""
    return SimpleUploadedFile(name, image() if raw is None else raw, "image/jpeg")


def stored(brand: Brand, n: int = 0, form: str = "PNG", **more: Any) -> StoredImage:
    """An image of the brand; another `n` is another picture."""
    return pictures.keep(brand, image(form, color=COLORS[n], **more))


def give(post: Post, *alts: str) -> list[StoredImage]:
    """Give the post as many images as alternative texts."""
    kept = [stored(post.brand, n) for n in range(len(alts))]
    pictures.arrange(post, [Placed(each.pk, alt) for each, alt in zip(kept, alts, strict=True)])
    return kept


@dataclass
class Network:
    """A network of one test: what it takes, what it answers, what it was given."""

    said: list[OutcomeError | None] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    before_fence: bool = False
    given: list[Outgoing] = field(default_factory=list)

    def publish(self, post: Outgoing, fence: Fence) -> Published:
        """The next answer; nothing more to say is a yes."""
        answer = self.said.pop(0) if self.said else None
        if answer is not None and self.before_fence:
            raise answer
        fence()
        self.given.append(post)
        if answer is not None:
            raise answer
        return Published(f"r{len(self.given)}", "https://vitrine.example/1")

    def find(self, post: Outgoing, since: datetime, until: datetime) -> Sighting:
        """The next sighting; nothing more to say is absent."""
        return self.sightings.pop(0) if self.sightings else ABSENT

    def profile(self) -> Profile:
        """Whose it is."""
        return Profile("1", "vitrine", "Vitrine", "")


@contextmanager
def offered(
    network: Network | None = None,
    *,
    rules: ImageRules | None = None,
    without: frozenset[Capability] = frozenset(),
) -> Iterator[NetworkSpec]:
    """A network of this installation for as long as the test wants it."""
    lacks = without | (frozenset() if rules else frozenset({Capability.IMAGES}))
    able = frozenset({Capability.PUBLISH, Capability.FIND, Capability.DELETE, Capability.IMAGES}) - lacks
    build: Callable[[Access, Tools], Client] = lambda _access, _tools: network or Network()  # noqa: E731
    spec = replace(
        SPEC,
        code=CODE,
        name="Vitrine",
        connect=ConnectKind.NONE,
        capabilities=able,
        images=rules,
        build=build,
        why_not=MappingProxyType({each: WhyNot.READ_ONLY for each in Capability if each not in able}),
    )
    with pytest.MonkeyPatch.context() as patch:
        assert get_resolver().url_patterns  # every module is there before its networks are replaced
        known, more = NETWORKS, {**NETWORKS, CODE: spec}
        for module in list(sys.modules.values()):
            if vars(module).get("NETWORKS") is known:
                patch.setattr(module, "NETWORKS", more)
        yield spec
