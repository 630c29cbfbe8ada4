"""Tables and columns, from the models."""

import inspect
from typing import Any

from sqlalchemy import Table

from commerce.tables import every
from commerce.tables.columns import Moment
from docs.sources.markdown import code, paragraph, table


def page() -> str:
    """Every table, by name."""
    tables = sorted(every.tables, key=lambda one: one.name)
    return (
        "# Tables\n\nOne database, SQLite or PostgreSQL; the schema is that of `migrations/`. Money is in minor units, "
        "times are UTC. Platforms' ids are text.\n" + "".join(_describe(one) for one in tables)
    )


def _describe(one: Table) -> str:
    rows = [(code(column.name), _kind(column), _traits(column)) for column in one.columns]
    return f"\n## {one.name}\n\n{_about(one)}\n\n" + table(("column", "type", "traits"), rows)


def _about(one: Table) -> str:
    # Other modules use tables, too, and may be loaded or not: those that make them are the ones that `every` names.
    makers = [module for module in vars(every).values() if inspect.ismodule(module) and one in _values(module)]
    module = min(makers, key=lambda maker: (maker.__name__.rpartition(".")[2] != one.name, maker.__name__))
    return f"{paragraph(inspect.getdoc(module) or '')} (`{module.__name__.replace('.', '/')}.py`)"


def _values(module: Any) -> list[Any]:
    return [value for value in vars(module).values() if isinstance(value, Table)]


def _kind(column: Any) -> str:
    return "time" if isinstance(column.type, Moment) else column.type.__class__.__name__.lower()


def _traits(column: Any) -> str:
    traits = ["key"] if column.primary_key else [] if column.nullable else ["always there"]
    traits += [
        f"of `{key.column.table.name}`" for key in sorted(column.foreign_keys, key=lambda one: one.column.table.name)
    ]
    return ", ".join(traits)
