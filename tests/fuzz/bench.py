"""The command lines of the fuzzers: how many mutants were tried, and what became of them."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.fuzz.runner import Tally, Verdict, fuzz


def main(
    subjects: str,
    make_seeds: Callable[[Path], None],
    order: Callable[[int], Sequence[tuple[str, int]]],
) -> None:
    """Tries mutants and exits with 1 if any failed."""
    parser = argparse.ArgumentParser(prog=f"python -m {subjects}")
    parser.add_argument("--mutants", type=int, default=2000, help="of each subject")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", metavar="SUBJECT[:NUMBER]", default="")
    parser.add_argument("--keep", type=Path, help="folder for those that failed")
    given = parser.parse_args()
    name, _, number = given.only.partition(":")
    chosen = [
        one for one in order(given.mutants) if name in ("", one[0]) and number in ("", str(one[1]))
    ]
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="climbpose-seeds-") as folder:
        make_seeds(Path(folder))
        for verdict in fuzz(subjects, Path(folder), chosen, given.seed, given.keep):
            tally.add(verdict)
            if number:
                print(verdict)
    print(tally.table())
    for alike in _alike(tally.failures):
        first, numbers = alike[0], ", ".join(str(one.number) for one in alike[:8])
        print(f"\n{first.subject}: {len(alike)} times {first.outcome}, mutants {numbers}")
        print(first.detail)
    sys.exit(bool(tally.failures))


def _alike(failures: Sequence[Verdict]) -> list[list[Verdict]]:
    """Failures of the same kind in the same place together, the most frequent first."""
    groups: dict[tuple[str, ...], list[Verdict]] = {}
    for failure in failures:
        lines = failure.detail.strip().splitlines() or [""]
        places = [line for line in lines if line.startswith("  File ")]
        kind = lines[-1].partition(":")[0]
        key = (failure.subject, failure.outcome, kind, *places[-1:])
        groups.setdefault(key, []).append(failure)
    return sorted(groups.values(), key=len, reverse=True)
