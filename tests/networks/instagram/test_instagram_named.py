"""Words that name the account in a caption or a comment elsewhere, each read by the number Meta tells."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cm_suite.core.errors import Never
from pages.networks.errors import Code
from pages.networks.types import Commenter, CommentKind, CommentPresence, IncomingComment, Reply
from tests.networks.graph_words import error
from tests.networks.instagram.fake import Instagram
from tests.networks.instagram.words import ACCOUNT


def test_a_comment_that_names_the_account_elsewhere_is_read_by_its_number(instagram: Instagram) -> None:
    instagram.elsewhere["179"] = {
        "id": "179",
        "text": "Vu chez maison_lumen",
        "timestamp": "2026-09-01T10:00:00+0000",
        "username": "Nadia",
        "media": {"id": "178", "permalink": "https://www.instagram.com/p/Cxyz/"},
    }
    assert instagram.client().comment("named_178_179") == IncomingComment(
        "named_178_179",
        "Vu chez maison_lumen",
        Commenter("", "Nadia", "@Nadia", "https://www.instagram.com/Nadia/"),
        url="https://www.instagram.com/p/Cxyz/",
        at=datetime(2026, 9, 1, 10, 0, tzinfo=UTC),
        kind=CommentKind.MENTION,
    )
    assert instagram.requests[-1].path == f"/v25.0/{ACCOUNT}"


def test_a_caption_that_names_the_account_is_read_by_its_number(instagram: Instagram) -> None:
    instagram.elsewhere["178"] = {
        "id": "178",
        "caption": "Avec maison_lumen",
        "timestamp": "2026-09-01T10:00:00+0000",
        "permalink": "https://www.instagram.com/p/Cxyz/",
    }
    heard = instagram.client().comment("named_178")
    assert (heard.text, heard.author, heard.url) == (
        "Avec maison_lumen",
        Commenter(),
        "https://www.instagram.com/p/Cxyz/",
    )


def test_where_not_all_may_be_asked_less_is(instagram: Instagram) -> None:
    instagram.elsewhere["179"] = {"text": "Vu", "username": "Nadia", "timestamp": "2026-09-01T10:00:00+0000"}
    instagram.refused["username,media"] = error(100, 0, "Tried accessing nonexisting field (media)")
    heard = instagram.client().comment("named_178_179")
    assert (heard.text, heard.author) == ("Vu", Commenter())


@pytest.mark.parametrize("reference", ["named_178_179", "named_178", "named_", "named_x_1", "named_1_x"])
def test_words_that_are_gone_or_never_were_are_gone(instagram: Instagram, reference: str) -> None:
    assert instagram.client().comment(reference).presence is CommentPresence.GONE


def test_nothing_is_answered_below_words_that_name_the_account(instagram: Instagram) -> None:
    with pytest.raises(Never) as never:
        instagram.client().reply(
            Reply("k", "named_178_179", "Merci !", "fr"), lambda: pytest.fail("the fence was crossed")
        )
    assert (never.value.code, instagram.asked("POST", "")) == (Code.NOT_ALLOWED_HERE, [])
