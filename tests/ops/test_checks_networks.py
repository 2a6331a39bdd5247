"""What keeps the networks in their folders: each rule kept, and a planted violation found."""

from pathlib import Path

import pytest

from cm_suite.ops.checks import networks


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project with two networks."""
    for folder in ("pages/networks/kite", "pages/networks/drum", "publishing", "templates", "docs"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("kite", "drum"):
        (tmp_path / "pages" / "networks" / name / "client.py").write_text("x = 1\n" * 150)
    return tmp_path


ASKING = (
    'def f(page):\n    return page.network == "kite"\n',
    'def f(network):\n    return network != "kite"\n',
    'def f(page):\n    return page.network in ("kite", "drum")\n',
    "def f(page):\n    return page.network == KITE\n",
    "def f(page):\n    return registry.KITE == page.network\n",
)
SILENT = (
    "def f(page, other):\n    return page.network == other.network\n",
    "def f(page):\n    return page.network in NETWORKS\n".replace("NETWORKS", "known"),
    'def f(source):\n    return source.kind == "feed"\n',
    "def f(spec):\n    return spec.connect is ConnectKind.NONE\n",
)


@pytest.mark.parametrize("code", ASKING)
def test_asking_which_network_it_is_is_found(root: Path, code: str) -> None:
    (root / "publishing" / "rules.py").write_text(code)
    assert networks.asked_by_name(root) == ["publishing/rules.py:2: asks which network it is; ask its SPEC"]


@pytest.mark.parametrize("code", ASKING)
def test_a_network_may_ask_in_its_own_folder(root: Path, code: str) -> None:
    (root / "pages" / "networks" / "kite" / "mapping.py").write_text(code)
    assert networks.asked_by_name(root) == []


@pytest.mark.parametrize("code", SILENT)
def test_other_comparisons_are_fine(root: Path, code: str) -> None:
    (root / "publishing" / "rules.py").write_text(code)
    assert networks.asked_by_name(root) == []


def test_templates_do_not_ask_either(root: Path) -> None:
    (root / "templates" / "a.html").write_text('<p>\n{% if page.network == "kite" %}!{% endif %}</p>\n')
    (root / "templates" / "b.html").write_text("{% if page.network_name %}!{% endif %}\n")
    assert networks.asked_by_name(root) == ["templates/a.html:2: asks which network it is; ask its SPEC"]


def test_half_the_clients_are_short(root: Path) -> None:
    assert networks.clients(root) == []
    (root / "pages" / "networks" / "kite" / "client.py").write_text("x = 1\n" * 153)
    assert networks.clients(root) == ["the median client has 151.5 lines, at most 150"]


def test_a_page_that_was_not_written_again_is_found(root: Path) -> None:
    (root / "pages" / "__init__.py").touch()
    (root / "pages" / "networks" / "__init__.py").touch()
    (root / "pages" / "networks" / "docs.py").write_text('print("# Networks")\n')
    (root / "docs" / "networks.md").write_text("# Networks\n")
    assert networks.page(root) == []
    (root / "docs" / "networks.md").write_text("# Something else\n")
    assert networks.page(root) == ["docs/networks.md is not what `python -m pages.networks.docs` writes"]
