"""The report's part on parcels."""

from collections.abc import Mapping
from typing import Any

LEVELS = ("economy", "balanced", "fast")
WORLDS = ("normal", "peak", "wrong-zone")


def parcels(told: Mapping[str, Any]) -> str:
    """When carriers are asked and what that costs, and how fast a round is."""
    return _policy(told["policy"]) + "\n" + _round(told["round"])


def _policy(worlds: Mapping[str, Any]) -> str:
    rows = "".join(
        f"| {world} | {level} | {row['calls']:.1f} | {row['mean_h']:.2f} / {row['p95_h']:.2f} "
        f"| {row['ofd_before_delivery'] * 100:.1f} % "
        f"| {row['to_peer']['calls']:.2f} / {row['to_peer']['mean_h']:.2f} |\n"
        for world, figures in worlds.items()
        for level, row in ((level, figures["levels"][level]) for level in LEVELS)
    )
    return (
        "## When carriers are asked\n\nSimulated parcels; the peer is one plain clock table for each level.\n\n"
        "| world | level | calls a parcel | hours until a milestone is seen, mean / p95 "
        "| out for delivery known in time | calls / hours : peer |\n|---|---|---|---|---|---|\n" + rows
    )


def _round(figures: Mapping[str, Any]) -> str:
    ours, plain, goals = figures["round"], figures["plain"], figures["goals"]
    return (
        f"## A round\n\n{figures['parcels']} parcels of four carriers due at once, each answer after "
        f"{figures['delay_ms']:.0f} ms, {figures['errors'] * 100:.0f} % of the calls fail. With the carriers' real "
        "quotas no window held more calls than it may.\n\n"
        "| what | figure | goal |\n|---|---|---|\n"
        f"| seconds, calls | {ours['seconds']}, {ours['calls']} | |\n"
        f"| one request after another, scaled from {plain['parcels']} parcels: seconds | {plain['scaled_s']} | |\n"
        f"| faster | {figures['faster']} x | {goals['faster']:.0f} x |\n"
        f"| memory, MB | {ours['memory_mb']} | {goals['memory_mb']:.0f} |\n"
    )
