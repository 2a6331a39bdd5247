"""The codes of moderation in words: `law` (labels, elements, clocks), `marks` (risk, time), `acts`."""
