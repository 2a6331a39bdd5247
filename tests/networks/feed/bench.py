"""Blogs read by their feeds, under the common suite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from tests.networks.bench import Bench, MemoryPace, Opens
from tests.networks.feed.fake import Blog, running


@contextmanager
def _bench(kind: Blog) -> Iterator[Bench]:
    with running(kind) as blog:
        pace = MemoryPace()
        yield Bench(
            lambda: blog.client(pace=pace),
            {},
            lambda: 0,
            blog.hear,
            blog.take_down,
            pace=pace,
            calls=lambda: len(blog.requests),
            ours=blog.ours,
            never=f"{blog.origin}/?p=999#comment-999",
        )


def rss() -> AbstractContextManager[Bench]:
    """A blog as WordPress gives it."""
    return _bench(Blog(wordpress=True))


def atom() -> AbstractContextManager[Bench]:
    """A blog of another make."""
    return _bench(Blog(atom=True))


BENCHES: Final[dict[str, tuple[str, Opens]]] = {"feed_rss": ("feed", rss), "feed_atom": ("feed", atom)}
