"""Every network that counts says what it counts, by its own words, and is silent about the rest."""

from __future__ import annotations

from pages.networks.types import Capability, Metric
from tests.networks.bench import Bench
from tests.networks.benches import able, on

COUNTING = able(Capability.POST_FIGURES)


def engaged(bench: Bench, post: str) -> Metric:
    """Somebody does something with the post."""
    assert bench.engage is not None
    return bench.engage(post)


@on(COUNTING)
def test_a_count_has_the_networks_word_and_the_apis_version(bench: Bench) -> None:
    first, second = bench.published("Une lampe"), bench.published("Une autre lampe")
    metric = engaged(bench, first)
    found = bench.client.figures([first, second])
    assert set(found) <= {first, second}
    (counted,) = [each for each in found[first] if each.metric is metric]
    assert counted.value == 1
    for figure in (each for figures in found.values() for each in figures):
        assert figure.name != ""
        assert figure.version == (bench.declares.version.name if bench.declares.version else figure.version)
        assert figure.version != ""
    assert [each.value for each in found.get(second, ()) if each.metric is metric] in ([], [0])
    for figures in found.values():
        assert len({(each.metric, each.name) for each in figures}) == len(figures)


@on(COUNTING)
def test_what_is_not_said_is_not_zero(bench: Bench) -> None:
    post = bench.published()
    engaged(bench, post)
    assert bench.withhold is not None
    bench.withhold()
    assert bench.client.figures([post]).get(post, ()) == ()


@on(COUNTING)
def test_a_post_that_is_not_there_has_no_counts(bench: Bench) -> None:
    post = bench.published()
    engaged(bench, post)
    assert set(bench.client.figures([bench.never, post])) == {post}
    assert bench.client.figures([]) == {}
