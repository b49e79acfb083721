"""`python -m tests.torture`: the long form of every part, or of those named; its figures are kept in docs/reliability.md.

python -m tests.torture                                  everything, in full
python -m tests.torture crash load                       two parts
python -m tests.torture crash --size kills=40            a smaller one
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from pathlib import Path

from .parts import LONG, PARTS, SHORT
from .report import Report, quiet


def main() -> int:
    """Returns 0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="make torture", description="Break the product on purpose; nothing may be lost.")
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="which parts; all by default")
    parser.add_argument("--size", action="append", default=[], metavar="NAME=NUMBER", help="another size than the full one")
    parser.add_argument("--short", action="store_true", help="the sizes of the ordinary suite")
    parser.add_argument("--folder", type=Path, help="where instances are made; a temporary folder by default")
    options = parser.parse_args()
    changed = {name: float(number) for name, number in (text.split("=", 1) for text in options.size)}
    quiet()
    failed = [name for name in options.parts or PARTS if not _run(name, {**(SHORT if options.short else LONG)[name], **changed}, options)]
    sys.stdout.write(f"Found something: {', '.join(failed)}.\n" if failed else "Found nothing.\n")
    return 1 if failed else 0


def _run(name: str, wanted: dict[str, float], options: argparse.Namespace) -> bool:
    sizes = {size: wanted[size] for size in LONG[name]}
    report = Report(name, sizes)
    report.say(f"{time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}, {', '.join(f'{size} {value:g}' for size, value in sizes.items())}")
    with tempfile.TemporaryDirectory(prefix=f"torture-{name}-", dir=options.folder) as place:
        try:
            PARTS[name](report, Path(place))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
            report.say(f"FOUND: {error}")
            sys.stdout.write(traceback.format_exc())
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
