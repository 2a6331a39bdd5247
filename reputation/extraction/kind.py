"""What a page is: press, blog, forum, shop, other; by its markup first, its address last."""

from __future__ import annotations

import re

from reputation.extraction.selectors import Index
from reputation.extraction.shapes import BLOG, FORUM, OTHER, PRESS, SHOP
from reputation.extraction.structured import Structured

_PRESS_TYPES = frozenset(
    {"newsarticle", "reportagenewsarticle", "opinionnewsarticle", "analysisnewsarticle", "reviewnewsarticle",
     "backgroundnewsarticle", "liveblogposting", "newsmediaorganization"}
)  # fmt: skip
_BLOG_TYPES = frozenset({"blogposting", "blog"})
_FORUM_TYPES = frozenset({"discussionforumposting", "qapage", "question"})
_SHOP_TYPES = frozenset(
    {"product", "productgroup", "aggregateoffer", "localbusiness", "review", "userreview"}
)
_GENERATORS = (
    (re.compile(r"discourse|phpbb|vbulletin|xenforo|nodebb|flarum|mybb|vanilla", re.IGNORECASE), FORUM),
    (re.compile(r"prestashop|shopify|magento|woocommerce", re.IGNORECASE), SHOP),
    (
        re.compile(r"wordpress|dotclear|blogger|ghost|over-?blog|typepad|canalblog|movable", re.IGNORECASE),
        BLOG,
    ),
)
_SHOP_MARKS = (
    "body.single-product", "body.product-template-default", "body[id=product]", ".add_to_cart_button",
    ".single_add_to_cart_button", ".product-add-to-cart", "[itemtype*=schema.org/product]",
)  # fmt: skip
_FORUM_MARKS = (
    "[itemtype*=schema.org/discussionforumposting]", "[itemtype*=schema.org/qapage]", "body[id=phpbb]",
    "body.bbpress", ".topic-body.crawler-post",
)  # fmt: skip
_BLOG_MARKS = (
    "body.single-post",
    "[itemtype*=schema.org/blogposting]",
    ".ob-post",
    "body.over-blog",
    ".blogger-pager",
)
_PRESS_MARKS = ("[itemtype*=schema.org/newsarticle]",)
_FORUM_URL = re.compile(
    r"^https?://(?:www\.)?(?:forums?|community|communaute)[.-]|/(?:forums?|viewtopic|showthread|topic|threads?)\b"
    r"|^https?://(?:www\.)?reddit\.com/r/",
    re.IGNORECASE,
)
_BLOG_URL = re.compile(
    r"^https?://(?:[\w-]+\.)?blogs?\.|/blogs?/|\.(?:over-blog|overblog|blogspot|wordpress|canalblog|typepad|skyrock|"
    r"hautetfort|tumblr|substack|medium)\.\w+",
    re.IGNORECASE,
)
_SHOP_URL = re.compile(
    r"/(?:produits?|products?|avis|reviews?|boutique|shop|p|dp)/|^https?://(?:boutique|shop|store|(?:\w+\.)?trustpilot)\.",
    re.IGNORECASE,
)


def kind_of(index: Index, structured: Structured, talk: str, url: str) -> str:
    """Return the kind of a page. `talk` names the rule that found its remarks, "" if none did."""
    types = structured.types() - ({"question"} if structured.lists_questions() else set())
    return (
        _by_types(types)
        or _by_marks(index, talk)
        or _by_meta(structured)
        or _by_address(url or structured.meta.get("og:url", ""))
        or (PRESS if structured.meta.get("og:type", "").lower() == "article" else OTHER)
    )


def _by_types(types: frozenset[str]) -> str:
    for kind, known in (
        (FORUM, _FORUM_TYPES),
        (PRESS, _PRESS_TYPES),
        (BLOG, _BLOG_TYPES),
        (SHOP, _SHOP_TYPES),
    ):
        if types & known:
            return kind
    return ""


def _by_marks(index: Index, talk: str) -> str:
    marks = ((FORUM, _FORUM_MARKS), (SHOP, _SHOP_MARKS), (PRESS, _PRESS_MARKS), (BLOG, _BLOG_MARKS))
    for kind, selectors in marks:
        if index.find(selectors):
            return kind
    return {"forum": FORUM, "review": SHOP}.get(talk, "")


def _by_meta(structured: Structured) -> str:
    kind = structured.meta.get("og:type", "").lower()
    if kind.startswith(("product", "og:product")):
        return SHOP
    if kind == "blog":
        return BLOG
    generator = structured.meta.get("generator", "")
    for form, name in _GENERATORS:
        if form.search(generator):
            return name
    return ""


def _by_address(url: str) -> str:
    for form, kind in ((_FORUM_URL, FORUM), (_BLOG_URL, BLOG), (_SHOP_URL, SHOP)):
        if form.search(url):
            return kind
    return ""
