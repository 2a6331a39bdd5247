"""The networks of this installation, one folder each: deleting a network is deleting its folder."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Final

from pages import networks
from pages.networks.spec import NetworkSpec, Tools
from pages.networks.types import ConnectKind

__all__ = ["NETWORKS", "ConnectKind", "NetworkSpec", "Tools", "is_ours"]


def discover() -> Mapping[str, NetworkSpec]:
    """The SPEC of every folder of `pages.networks`, by code. Raises ValueError for a code used twice."""
    specs: dict[str, NetworkSpec] = {}
    for found in iter_modules(networks.__path__, f"{networks.__name__}."):
        if not found.ispkg:
            continue
        spec: NetworkSpec = import_module(found.name).SPEC
        if spec.code in specs:
            raise ValueError(f"two networks are called {spec.code}")
        specs[spec.code] = spec
    return MappingProxyType(specs)


NETWORKS: Final = discover()


def is_ours(code: str) -> bool:
    """Whether this installation is itself the network: the brand's own public page, without an account."""
    spec = NETWORKS.get(code)
    return spec is not None and spec.connect is ConnectKind.NONE
