"""Say which files of the package a wheel lacks, or has too many: python check_wheel.py WHEEL."""

import sys
import zipfile
from pathlib import Path

JUNK = {".pyc", ".nbi", ".nbc"}


def main(wheel: str) -> int:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    wanted = {
        path.as_posix()
        for path in Path("neurohm").rglob("*")
        if path.is_file() and path.suffix not in JUNK
    }
    for title, names in (("lacks", wanted - packed), ("has too many", packed - wanted)):
        if names:
            print(f"{Path(wheel).name} {title}: {', '.join(sorted(names))}", file=sys.stderr)
    print(f"{Path(wheel).name}: {len(packed)} files")
    return int(packed != wanted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
