"""Remarks under a page whose publishing system no rule knows: told by how class names end."""

from __future__ import annotations

import re
from collections import Counter

from reputation.extraction.comment_rules import Rule, comment_rules
from reputation.extraction.dom import Node, words
from reputation.extraction.selectors import Index

_SAID = r"(?:comment|commentaire|kommentar|comentario|reaction|avis|review|reponse|reply)"
_BODY = re.compile(_SAID + r"[a-z0-9_-]*?(?:texte?|content|contenu|body|inhalt|message|copy)\Z")
_ITEM = re.compile(_SAID + r"(?!s|[a-z0-9_-]*(?:list|area|form|section|container|count|header))")
_MOST_STEPS = 4


def unknown_system(index: Index) -> tuple[Rule, list[Node]]:
    """Return a rule made for this page alone, and its items; no item when nothing looks like a remark."""
    tokens = {name for _, names in index.nodes for name in names if _BODY.search(name)}
    found = [node for node, names in index.nodes if not tokens.isdisjoint(names)]
    holders = {outer for node in found for outer in node.iterancestors()}
    single = [node for node in found if node not in holders]
    held = Counter(outer for node in single for outer in node.iterancestors())
    items = list(dict.fromkeys(_item(node, held) for node in single))
    common = comment_rules()
    marks = tuple(f".{name}" for name in sorted(tokens) if re.fullmatch(r"[\w-]+", name))
    return Rule("unknown", (), marks, common.authors, common.dates), items if marks else []


def _item(body: Node, held: Counter[Node]) -> Node:
    """Return the element that holds this remark alone: the nearest that is named so, else the parent."""
    best = body
    for steps, outer in enumerate(body.iterancestors(), start=1):
        if steps > _MOST_STEPS or held[outer] > 1:
            break
        named = any(_ITEM.search(name) for name in [*words(outer.get("class")), *words(outer.get("id"))])
        if named or best is body:
            best = outer
    return best
