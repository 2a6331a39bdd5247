"""What the style sheets say, read as text."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "cm_suite" / "static" / "css"
PAIR = re.compile(r"--cm-([\w-]+):\s*light-dark\((#\w{6}),\s*(#\w{6})\)")
COMMENT = re.compile(r"/\*.*?\*/", re.S)

Pair = tuple[str, str]


def text(name: str) -> str:
    """One of our sheets without its comments."""
    return COMMENT.sub("", (CSS / name).read_text())


def names() -> list[str]:
    """Our sheets."""
    return sorted(path.name for path in CSS.glob("*.css"))


def tokens(block: str) -> dict[str, Pair]:
    """Colours by name: by day, by night."""
    return {name: (day, night) for name, day, night in PAIR.findall(block)}


def accents() -> dict[str, dict[str, Pair]]:
    """What each accent of a newsroom sets."""
    found = re.findall(r"\.accent-(\w+) \{(.*?)\}", text("tokens.css"), re.S)
    return {name: tokens(block) for name, block in found}


def root_tokens() -> dict[str, Pair]:
    """The colours of the house, without the accents."""
    return tokens(text("tokens.css").partition(".accent-ink")[0])


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG's contrast of two colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
