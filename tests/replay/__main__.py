"""`python -m replay RELEASE` leaves a golden log; `python -m replay --hashes` adds the hash of a new version to all."""

import sys

from replay import golden


def main(arguments: list[str]) -> int:
    match arguments:
        case ["--hashes"]:
            for release in golden.releases():
                expected = golden.read_expected(release)
                golden.write_expected(release, expected, golden.fold(expected, golden.read_log(release)))
        case [release] if release[:1].isdigit():
            golden.write(release)
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
