"""Calls in the name of one account, and what every use of them shares."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Protocol, runtime_checkable

from cm_suite.core.errors import Later, Never, NextStep, Unknown
from cm_suite.core.http import NetworkHttp, Refusal
from pages.networks.base import Purse
from pages.networks.errors import Code
from pages.networks.spec import ApiVersion
from pages.networks.types import Access
from pages.networks.x.answers import Batch, batch
from pages.networks.x.errors import explained

HOST: Final = "https://api.x.com"
VERSION: Final = ApiVersion("2", None, "https://docs.x.com/changelog")
POST_FIELDS: Final = (
    "author_id,conversation_id,created_at,display_text_range,edit_history_tweet_ids,entities,"
    "in_reply_to_user_id,lang,note_tweet,referenced_tweets"
)
USER_FIELDS: Final = "name,username"
MOST_IDS: Final = 100
UNSENT: Final = frozenset({"not_sent", "rate_limited"})  # nothing left, or nothing was done


@runtime_checkable
class GivesBack(Protocol):
    """A purse that takes back what was counted for and not spent."""

    def give_back(self, what: str, times: int = 1) -> None:
        """Count so much less."""


@runtime_checkable
class Remembers(Protocol):
    """A purse that knows what was read already in this day (UTC): X charges for it once."""

    def first_today(self, what: str, ids: Collection[str]) -> int:
        """How many of these are read for the first time, which is noted."""


class Wire:
    """One account's way to X. Reads are paid for by what they ask, writes by the call."""

    def __init__(self, access: Access, http: NetworkHttp, purse: Purse | None) -> None:
        self.host = access.host or HOST
        self.remote_id = access.remote_id
        self.access = access
        self._http = http
        self._purse = purse
        self._headers = {"Authorization": f"Bearer {access.token}", "Accept": "application/json"}

    @property
    def http(self) -> NetworkHttp:
        """The way itself, for what needs no token."""
        return self._http

    def pay(self, what: str, times: int = 1) -> None:
        """Count what is about to be spent. Raises Never (`budget_spent`) before anything is sent."""
        if self._purse is not None and times:
            self._purse.pay(what, times)

    def give_back(self, what: str, times: int = 1) -> None:
        """What was counted for and not spent, where the purse takes it back."""
        purse: object = self._purse
        if times > 0 and isinstance(purse, GivesBack):
            purse.give_back(what, times)

    def ask(self, method: str, path: str, **options: Any) -> Mapping[str, Any]:
        """One call with our token, answered by an object; a refusal is raised as what it means."""
        try:
            answer = self._http.call(
                method, f"{self.host}/{VERSION.name}{path}", headers=self._headers, **options
            )
            found: Any = answer.json()
        except Refusal as refusal:
            raise explained(refusal) from None
        if isinstance(found, Mapping):
            return found
        raise (Unknown if answer.write else Later)("answer_unreadable")

    def hear(self, path: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """What people wrote. A token that may not read it is told apart from one that is refused."""
        try:
            return self.ask("GET", path, params=params)
        except Never as refusal:
            if refusal.code not in {Code.SCOPE_MISSING, Code.NOT_ALLOWED_HERE}:
                raise
            raise Never(Code.LISTEN_SCOPE_MISSING, answer=refusal.answer, step=NextStep.RECONNECT) from None

    @contextmanager
    def spending(self, what: str) -> Iterator[None]:
        """Pay for one call before all that leads to it; what was surely not done costs nothing."""
        self.pay(what)
        try:
            yield
        except (Never, Later):
            self.give_back(what)
            raise

    def create(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The one call that creates. Raises Unknown for an answer that says nothing of it."""
        made = self.ask("POST", path, json=body).get("data")
        if isinstance(made, Mapping):
            return made
        raise Unknown("answer_unreadable")

    def posts(self, ids: Iterable[str], fields: str = POST_FIELDS) -> Batch:
        """Posts by id, at most a hundred; who is gone, or may not be shown to us, is not there.

        Raises Later when the answer speaks of none of them.
        """
        wanted = sorted(set(ids))[:MOST_IDS]
        if not wanted:
            return Batch()
        params = {"ids": ",".join(wanted), "tweet.fields": fields}
        params |= {"expansions": "author_id", "user.fields": USER_FIELDS}
        return self.paid("/tweets", params, post_read=len(wanted), user_read=len(wanted)).spoken()

    def paid(self, path: str, params: Mapping[str, Any], **asked: int) -> Batch:
        """A read paid for by what it asks for; what it did not bring is given back.

        X charges for what an answer holds, once a day (https://docs.x.com/x-api/getting-started/pricing).
        """
        counted: dict[str, int] = {}
        try:
            for what, times in asked.items():
                self.pay(what, times)
                counted[what] = times
            brought = batch(self.hear(path, params))
        except (Never, Later) as failure:
            if isinstance(failure, Never) or failure.code in UNSENT:
                self._unspent(counted, Batch())
            raise
        self._unspent(counted, brought)
        return brought

    def _unspent(self, asked: Mapping[str, int], brought: Batch) -> None:
        for what, times in asked.items():
            got = list(brought.users) if what == "user_read" else [str(row.get("id")) for row in brought.rows]
            self.give_back(what, times - self._charged(what, got))

    def _charged(self, what: str, ids: Collection[str]) -> int:
        """How many of these X charges for: what was read already in the day costs nothing.

        https://docs.x.com/x-api/getting-started/pricing
        """
        purse: object = self._purse
        return purse.first_today(what, ids) if isinstance(purse, Remembers) else len(ids)
