"""What failed in a long job, in a file."""

import json
from pathlib import Path


class FailuresFile:
    """Names failed files and why, one JSON object a line, as they fail.

    Args:
        path (str | Path): Absent until something fails; that of an earlier run is removed.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.path.unlink(missing_ok=True)

    def add(self, file: str | Path, reason: str) -> None:
        """Adds a failed file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # A name that is no UTF-8 becomes an escape of JSON's.
        with open(self.path, 'a', encoding='utf-8', errors='backslashreplace') as lines:
            line = dict(file=str(file), reason=reason)
            lines.write(json.dumps(line, ensure_ascii=False) + '\n')
