"""Benchmarks by name.

Each module has `add_arguments(parser)` and `run(options) -> dict`, which is what `--json` prints.
"""

from collections.abc import Mapping

BENCHES: Mapping[str, str] = {
    "publish": "cm_suite.ops.bench.publish",
    "chaos": "cm_suite.ops.bench.chaos",
    "poll": "cm_suite.ops.bench.poll",
    "score": "cm_suite.ops.bench.score",
    "audit": "cm_suite.ops.bench.audit",
}
