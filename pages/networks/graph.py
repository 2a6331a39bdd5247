"""Meta's Graph API: what Facebook and Instagram share of its calls.

The token goes in the Authorization header, with a proof that we know the application's secret
(https://developers.facebook.com/docs/graph-api/guides/secure-requests). Nothing here knows a network.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

from cm_suite.core.errors import Later, Never, NextStep, OutcomeError, Unknown
from cm_suite.core.http import Answer, NetworkHttp, Refusal
from pages.networks.answers import UNREADABLE, identifier, mapping
from pages.networks.errors import Code
from pages.networks.graph_answers import rows
from pages.networks.graph_errors import SUBCODES, Meaning, explained, rests, said_of
from pages.networks.spec import ApiVersion

__all__ = ["HOST", "VERSION", "Graph", "NoMoreError", "made", "path_of", "proof", "rests"]

HOST: Final = "https://graph.facebook.com"
VERSION: Final = ApiVersion(
    "v25.0", None, "https://developers.facebook.com/docs/graph-api/changelog/versions"
)

_OF_A_CALL: Final = frozenset({"access_token", "appsecret_proof"})


class NoMoreError(Exception):
    """There is more than we are ready to read."""


class Graph:
    """One token's way to the Graph API. Raises Later, Never and Unknown as `core.http` does.

    `secret`: the application's, when it is set. `subcodes`: what a network adds to `graph_errors.SUBCODES`.
    """

    def __init__(
        self,
        http: NetworkHttp,
        host: str,
        token: str,
        *,
        secret: str = "",
        subcodes: Mapping[int, Meaning] = SUBCODES,
    ) -> None:
        self._http = http
        self._base = f"{host}/{VERSION.name}"
        self._headers = {"Accept": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._proof = {"appsecret_proof": proof(token, secret)} if secret and token else {}
        self._subcodes = subcodes

    def get(
        self, path: str, params: Mapping[str, Any] | None = None, *, lacking: Code = Code.SCOPE_MISSING
    ) -> Mapping[str, Any]:
        """Read one object. `lacking`: the code when the token has no right to it."""
        return self._call("GET", path, lacking, params=self._proof | dict(params or {}))

    def post(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        files: Mapping[str, Any] | None = None,
        lacking: Code = Code.SCOPE_MISSING,
    ) -> Mapping[str, Any]:
        """Write; with `files` as a form, else as JSON."""
        said = self._proof | dict(body)
        options: dict[str, Any] = {"data": said, "files": files} if files else {"json": said}
        return self._call("POST", path, lacking, **options)

    def prepare(
        self, path: str, body: Mapping[str, Any], *, files: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Write what nobody sees yet (an upload, a container): whatever became of it, doing it again harms
        nobody, so Unknown is Later.
        """
        try:
            return self.post(path, body, files=files)
        except Unknown as unknown:
            raise Later(unknown.code, answer=unknown.answer) from None

    def prepared(self, path: str, body: Mapping[str, Any], *, files: Mapping[str, Any] | None = None) -> str:
        """The id of what `prepare` made. Raises Later when the answer holds none."""
        try:
            return made(self.prepare(path, body, files=files))
        except Unknown as unknown:
            raise Later(unknown.code, answer=unknown.answer) from None

    def delete(
        self, path: str, params: Mapping[str, Any] | None = None, *, lacking: Code = Code.SCOPE_MISSING
    ) -> Mapping[str, Any]:
        """Take one object away. Raises Never (`not_found`) when it is gone."""
        return self._call("DELETE", path, lacking, params=self._proof | dict(params or {}))

    def remove(self, path: str, *, lacking: Code = Code.SCOPE_MISSING) -> None:
        """Take one object away; what is already gone is done.

        The API says the same of what is gone and of what the token may not touch: what can still be read is
        not gone, and raises Never (`lacking`).
        """
        try:
            self.delete(path, lacking=lacking)
        except Never as refusal:
            if refusal.code != Code.NOT_FOUND:
                raise
            if self.exists(path):
                raise Never(lacking, answer=refusal.answer, step=NextStep.CONTACT) from None

    def exists(self, path: str) -> bool:
        """Whether the token can read the object."""
        try:
            self.get(path, {"fields": "id"})
        except Never as refusal:
            if refusal.code == Code.NOT_FOUND:
                return False
            raise
        return True

    def pages(
        self, path: str, params: Mapping[str, Any], *, most: int, lacking: Code = Code.SCOPE_MISSING
    ) -> Iterator[list[Mapping[str, Any]]]:
        """The pages of a list in the order of the network, at most `most`.

        Raises NoMoreError when there are others after them, and Later for an answer that holds no list.
        """
        asked = dict(params)
        for _page in range(most):
            answer = self.get(path, asked, lacking=lacking)
            yield _rows(answer)
            further = following(answer)
            if further is None:
                return
            asked |= further
        raise NoMoreError

    def _call(self, method: str, path: str, lacking: Code, **options: Any) -> Mapping[str, Any]:
        write = method != "GET"
        try:
            answer = self._http.call(method, f"{self._base}/{path}", headers=self._headers, **options)
            found = _read(answer)
        except Refusal as refusal:
            raise self._meant(refusal, write, lacking) from None
        return found

    def _meant(self, refusal: Refusal, write: bool, lacking: Code) -> OutcomeError:
        """What the refusal means. One for haste comes with status 400: every worker is told here."""
        error = explained(refusal, write=write, lacking=lacking, subcodes=self._subcodes)
        if isinstance(error, Later) and error.code == "rate_limited" and error.retry_at is not None:
            self._http.rest(error.retry_at)
        return error


def _read(answer: Answer) -> Mapping[str, Any]:
    """The answer's object. Raises Refusal for an error told with 200."""
    found = answer.json()
    if said_of(found) is not None:
        raise Refusal(status=answer.status, headers=answer.headers, body=answer.body)
    if found is True:
        return {"success": True}
    if not isinstance(found, Mapping):
        raise _unreadable(answer.write)
    return found


def _unreadable(write: bool) -> OutcomeError:
    return Unknown("answer_unreadable") if write else Later("answer_unreadable")


def _rows(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    try:
        return rows(answer)
    except ValueError:
        raise Later("answer_unreadable") from None


def following(answer: Mapping[str, Any]) -> dict[str, str] | None:
    """The parameters that lead to the next page; None on the last one.

    The address given for it is never followed as it is: it holds the token.
    """
    further = mapping(answer.get("paging")).get("next")
    if not isinstance(further, str):
        return None
    try:
        asked = dict(parse_qsl(urlsplit(further).query))
    except ValueError:
        return None
    return {name: value for name, value in asked.items() if name not in _OF_A_CALL}


def made(answer: Mapping[str, Any], *names: str) -> str:
    """The id of what a write created, under the first of `names` that is there; Unknown without one."""
    for name in names or ("id",):
        try:
            return identifier(answer[name])
        except UNREADABLE:
            continue
    raise Unknown("answer_unreadable")


def path_of(remote_id: str, edge: str = "") -> str:
    """Where an object is, or one of its edges; an id cannot lead anywhere else."""
    name = quote(remote_id, safe="")
    return f"{name}/{edge}" if edge else name


def proof(token: str, secret: str) -> str:
    """That whoever holds the token knows the application's secret: SHA-256 HMAC, in hexadecimal."""
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
