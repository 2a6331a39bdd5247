"""How well an audit reads: articles, comments, dates, copies, opinions. Each figure has its set and size."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any, Final

import trafilatura

from reputation.extraction import Page, extract
from reputation.scoring import near
from reputation.scoring.sentiment import score

OWN_PAGES: Final = "our own invented pages (tests/fixtures/pages), which the rules were written against"
PUBLIC_PAGES: Final = "article-extraction-benchmark, the half in shared/data/extraction"
OWN_OPINIONS: Final = "our own texts about brands (tests/fixtures/sentiment), the part no rule was made on"
COPIES: Final = "generated articles: whole, framed, cut to 60 %, 10 % changed, shuffled"
LABELS: Final = ("positive", "negative", "neutral", "uncertain")
_WORD: Final = re.compile(r"\w+")
_SHINGLE: Final = 4
_SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Figure:
    """A value, None where it was not measured; the set it was measured on, or why it was not; its size."""

    value: Any
    set: str
    n: int = 0


def articles(folder: Path) -> dict[str, Figure]:
    """F1 of word 4-grams by page, ours and trafilatura's on the same pages, and ours in pages per CPU-second.

    `folder`: the public benchmark's; where it is absent nothing is measured.
    """
    if not (folder / "ground-truth.json").is_file():
        missing = Figure(None, f"{PUBLIC_PAGES}: not on this machine")
        return dict.fromkeys(("article_f1", "trafilatura_f1", "pages_per_cpu_s"), missing)
    truth = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    names = sorted(truth)
    pages = {name: _unpacked(folder / "html" / f"{name}.html.gz") for name in names}
    began = time.process_time()
    ours = {name: extract(pages[name], truth[name]["url"]).text for name in names}
    spent = time.process_time() - began
    theirs = {name: trafilatura.extract(pages[name], include_comments=False) or "" for name in names}
    wanted = {name: truth[name]["articleBody"] for name in names}
    return {
        "article_f1": Figure(_page_f1(wanted, ours), PUBLIC_PAGES, len(names)),
        "trafilatura_f1": Figure(_page_f1(wanted, theirs), f"{PUBLIC_PAGES}, by its defaults", len(names)),
        "pages_per_cpu_s": Figure(round(len(names) / spent, 1), PUBLIC_PAGES, len(names)),
    }


def remarks(folder: Path) -> dict[str, Figure]:
    """F1 of comments found word for word, and the share of dates of publication found to the second."""
    known = [(page, json.loads(page.with_suffix(".json").read_text("utf-8"))) for page in _html(folder)]
    if not known:
        return dict.fromkeys(("comments_f1", "date_exact"), Figure(None, f"{OWN_PAGES}: not on this machine"))
    read = [(extract(page.read_text("utf-8"), ""), wanted) for page, wanted in known]
    dated = [(page, wanted) for page, wanted in read if wanted["published"]]
    exact = sum(_published(page) == wanted["published"] for page, wanted in dated)
    return {
        "comments_f1": Figure(_comments_f1(read), OWN_PAGES, len(read)),
        "date_exact": Figure(round(exact / len(dated), 4), OWN_PAGES, len(dated)),
    }


def opinions(path: Path) -> dict[str, Figure]:
    """F1 of each label and their mean."""
    if not path.is_file():
        return {"sentiment_f1": Figure(None, f"{OWN_OPINIONS}: not on this machine")}
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    kept = [line for line in lines if line["part"] == "check"]
    pairs = Counter((line["label"], score(line["text"], line["kind"]).label) for line in kept)
    by_label = {label: _label_f1(pairs, label) for label in LABELS}
    by_label["macro"] = round(sum(by_label.values()) / len(LABELS), 4)
    return {"sentiment_f1": Figure(by_label, OWN_OPINIONS, len(kept))}


def copies(many: int, near_copies: int) -> dict[str, Figure]:
    """Recall and precision of pairs, texts per CPU-second, and the CPU for one article copied so often."""
    texts, homes = _copied(many)
    began = time.process_time()
    groups = near.group(texts)
    spent = time.process_time() - began
    found = [homes[one] == homes[other] for keys in groups for one, other in combinations(sorted(keys), 2)]
    wanted = sum(count * (count - 1) // 2 for count in Counter(homes.values()).values())
    flood = dict(enumerate(_near_copies(near_copies)))
    began = time.process_time()
    near.group(flood)
    flooded = time.process_time() - began
    return {
        "near_dup_recall": Figure(round(sum(found) / wanted, 4), COPIES, len(texts)),
        "near_dup_precision": Figure(round(sum(found) / max(1, len(found)), 4), COPIES, len(texts)),
        "near_dup_per_s": Figure(round(len(texts) / spent, 1), COPIES, len(texts)),
        "near_copies_cpu_s": Figure(
            round(flooded, 2), "one article of 600 words, a little changed", len(flood)
        ),
    }


def _unpacked(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode("utf-8", "replace")


def _html(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.glob("*.html")) if path.with_suffix(".json").is_file())


def _published(page: Page) -> str | None:
    return page.published.isoformat() if page.published else None


def _f1(right: float, given: float, wanted: float) -> float:
    return 2 * right / (given + wanted) if given + wanted else 1.0


def _page_f1(wanted: Mapping[str, str], got: Mapping[str, str]) -> float:
    """The mean over pages."""
    scores = [_shingle_f1(wanted[name], got[name]) for name in wanted]
    return round(sum(scores) / len(scores), 4)


def _shingle_f1(wanted: str, got: str) -> float:
    one, other = _shingles(wanted), _shingles(got)
    return _f1((one & other).total(), other.total(), one.total())


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    return Counter(tuple(words[at : at + _SHINGLE]) for at in range(max(1, len(words) - _SHINGLE + 1)))


def _comments_f1(read: Iterable[tuple[Page, Mapping[str, Any]]]) -> float:
    right = given = wanted = 0
    for page, known in read:
        ours, theirs = (
            _said(each.text for each in page.comments),
            _said(each[2] for each in known["comments"]),
        )
        right, given, wanted = right + (ours & theirs).total(), given + ours.total(), wanted + theirs.total()
    return round(_f1(right, given, wanted), 4)


def _said(texts: Iterable[str]) -> Counter[str]:
    return Counter(" ".join(text.split()) for text in texts)


def _label_f1(pairs: Counter[tuple[str, str]], label: str) -> float:
    given = sum(count for (_true, said), count in pairs.items() if said == label)
    wanted = sum(count for (true, _said), count in pairs.items() if true == label)
    return round(_f1(pairs[label, label], given, wanted), 4)


# --- generated articles -----------------------------------------------------------------------------------


def _copied(many: int) -> tuple[dict[int, str], dict[int, int]]:
    """Texts by number, and the article each is a copy of."""
    draw = Random(_SEED)  # noqa: S311 -- texts
    texts: dict[int, str] = {}
    homes: dict[int, int] = {}
    for article in range(many):
        for copy in _variants(_article(draw, 300), draw):
            homes[len(texts)] = article
            texts[len(texts)] = " ".join(copy)
    return texts, homes


def _article(draw: Random, words: int) -> list[str]:
    return [f"mot{draw.randrange(4000)}" for _ in range(words)]


def _variants(words: Sequence[str], draw: Random) -> Iterator[Sequence[str]]:
    yield words
    yield [*(f"menu{at}" for at in range(30)), *words, *(f"pied{at}" for at in range(15))]
    yield words[: len(words) * 3 // 5]
    yield [f"mot{draw.randrange(4000)}" if draw.random() < 0.1 else word for word in words]
    blocks = [words[at : at + 20] for at in range(0, len(words), 20)]
    yield [word for block in draw.sample(blocks, len(blocks)) for word in block]


def _near_copies(count: int) -> Iterator[str]:
    draw = Random(_SEED)  # noqa: S311 -- texts
    body = _article(draw, 600)
    for _copy in range(count):
        yield " ".join([*_article(draw, 5), *body, *_article(draw, 20)])
