"""Length of a post as X weighs it, and the text as it leaves.

The rules are those of twitter-text's configuration, version 3 (https://docs.x.com/fundamentals/counting-characters):
the text is read in NFC, any address weighs 23, an emoji 2 whatever it is made of, a character 1 in the ranges
below and 2 elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from pages.networks.words import compose

LIMIT: Final = 280
URL_LENGTH: Final = 23
LIGHT: Final = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))  # code points that weigh 1
LIGHTEST: Final = 1
HEAVIEST: Final = 2
_LONGEST_PART: Final = 63

_COUNTRIES: Final = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw"
    " by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et"
    " eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id"
    " ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu"
    " lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np"
    " nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj"
    " sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us"
    " uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
_OTHERS: Final = (
    "com net org info biz name pro mobi aero coop museum jobs tel travel cat asia edu gov mil int xyz"
    " online site shop store app dev tech blog news live life club agency design studio media art paris"
    " bzh alsace corsica london berlin world today space website cloud page link social events boutique"
)
_DOMAINS: Final = "|".join(sorted(f"{_COUNTRIES} {_OTHERS}".split(), key=len, reverse=True))

_LABEL: Final = r"[^\W_](?:[\w-]*[^\W_])?"
_AFTER: Final = r"(?::\d+)?(?:/[^\s<>\"“”«»]*)?(?:\?[^\s<>\"“”«»]*)?"  # port, path, query
_ADDRESS: Final = re.compile(
    rf"(?<![\w@＠$#＃/.-])(?:https?://(?:{_LABEL}\.)+[^\W\d_][\w-]*{_AFTER}"
    rf"|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{_DOMAINS})(?![\w@＠.-]*[@＠]|[\w-]){_AFTER})",
    re.IGNORECASE,
)
_TRAILING: Final = "!?*\"'’”»「」;:=,.$%[]~&|@("

_PICTURE: Final = (
    "[\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f004-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff]"
)
_TONED: Final = f"(?:{_PICTURE}[\ufe0f]?[\U0001f3fb-\U0001f3ff]?)"
_EMOJI: Final = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|[#*0-9]\ufe0f?\u20e3|[\u00a9\u00ae]\ufe0f"
    f"|{_TONED}(?:[\U000e0020-\U000e007e]+\U000e007f)?(?:\u200d(?:{_TONED}|[\u2640\u2642]\ufe0f?)){{0,4}}"
)


def measure(text: str, link: str, url_length: int | None = None) -> int:
    """Weight of the text with its link; a post of X weighs at most 280."""
    size = URL_LENGTH if url_length is None else url_length
    whole = unicodedata.normalize("NFC", compose(text, link))
    weight = end = 0
    for address in _addresses(whole):
        kept = _trimmed(address[0])
        weight += _weighed(whole[end : address.start()]) + size
        end = address.start() + len(kept)
    return weight + _weighed(whole[end:])


def has_address(text: str) -> bool:
    """Whether X makes a link of something in the text: such a post costs more."""
    return next(_addresses(unicodedata.normalize("NFC", text)), None) is not None


def plain_addresses(text: str) -> str:
    """The text with its addresses as X may give any of them back: without protocol nor a closing slash."""
    return _ADDRESS.sub(_plain, unicodedata.normalize("NFC", text))


def _addresses(text: str) -> Iterator[re.Match[str]]:
    return (found for found in _ADDRESS.finditer(text) if _has_host(found[0]))


def _has_host(address: str) -> bool:
    """Whether a host of this name may exist: a part of it is never longer than 63, as ASCII."""
    host = re.split(r"[/?:]", address.rpartition("://")[2], maxsplit=1)[0]
    return all(len(_as_ascii(part)) <= _LONGEST_PART for part in host.split("."))


def _as_ascii(part: str) -> bytes:
    return part.encode() if part.isascii() else b"xn--" + part.lower().encode("punycode")


def _plain(address: re.Match[str]) -> str:
    kept = _trimmed(address[0])
    bare = re.sub(r"(?i)\Ahttps?://", "", kept).rstrip("/")
    return bare + address[0][len(kept) :]


def _weighed(text: str) -> int:
    emoji = _EMOJI.findall(text)
    return HEAVIEST * len(emoji) + sum(_weight(ord(char)) for char in _EMOJI.sub("", text))


def _weight(code: int) -> int:
    return LIGHTEST if any(first <= code <= last for first, last in LIGHT) else HEAVIEST


def _trimmed(address: str) -> str:
    """The address without the punctuation that closes the sentence around it."""
    while address[-1] in _TRAILING or (address[-1] == ")" and address.count("(") < address.count(")")):
        address = address[:-1]
    return address
