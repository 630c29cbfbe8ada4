"""What processes take of the memory."""

from pathlib import Path


def megabytes(parent: int) -> float:
    """The largest of a process' children, or itself where it has none: its own pages and its share of shared ones."""
    family = _children(parent) or [parent]
    return round(max(_share(pid) for pid in family) / 1024, 1)


def _children(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in told.read_text().split()] if told.exists() else []


def _share(pid: int) -> int:
    """Kilobytes."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
