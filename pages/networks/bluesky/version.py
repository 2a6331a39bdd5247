"""The version of the API that the calls are written for."""

from __future__ import annotations

from typing import Final

from pages.networks.spec import ApiVersion

VERSION: Final = ApiVersion(
    name="app.bsky", page="https://atproto.com/specs/lexicon"
)  # lexicons only ever grow: what breaks gets another name, and nothing is announced to end
