"""Taking posts down, for the applications that Meta granted the right to.

https://developers.facebook.com/documentation/instagram-platform/reference/instagram-media names the person's
token for it; the Page's was seen to do. A consent page may refuse everything to an application that asks for
a right it was not granted, so that whoever runs this installation says by a setting that it was.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

from pages.networks.graph import path_of
from pages.networks.graph_wire import BARRED
from pages.networks.instagram.client import InstagramClient, build
from pages.networks.instagram.door import InstagramDoor
from pages.networks.spec import NetworkSpec
from pages.networks.types import Capability

SETTING: Final = "CM_META_INSTAGRAM_DELETE"
SCOPE: Final = "instagram_manage_contents"
_YES: Final = frozenset({"1", "true", "yes", "on"})


def is_granted(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the setting says that the agency's application was granted the right."""
    return environment.get(SETTING, "").strip().casefold() in _YES


class DeletingClient(InstagramClient):
    """An account of an application with that right."""

    def delete(self, remote_id: str) -> None:
        """Take the post down; one that is already gone is done. A carousel goes as a whole.

        Raises Never (`not_allowed_here`) where the right is missing after all.
        """
        self._graph.remove(path_of(remote_id), lacking=BARRED)


class DeletingDoor(InstagramDoor):
    """Asks a person for that right too."""

    scopes = (*InstagramDoor.scopes, SCOPE)


def deleting(spec: NetworkSpec) -> NetworkSpec:
    """What the network declares where the application has that right."""
    return replace(
        spec,
        capabilities=spec.capabilities | {Capability.DELETE},
        why_not=MappingProxyType(
            {lacks: why for lacks, why in spec.why_not.items() if lacks is not Capability.DELETE}
        ),
        scopes=DeletingDoor.scopes,
        build=partial(build, kind=DeletingClient),
        door=DeletingDoor,
    )
