"""Carriers: only the gate loads karrio, the web never does, and every line about them holds together."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from integrations import registry
from integrations.carrier_api import About

ROOT = Path(__file__).resolve().parents[2]
GATE = "integrations/carriers/karrio/gate.py"


class TestKarrio:
    def test_is_loaded_by_the_gate_alone(self) -> None:
        naming = set()
        for package in ("commerce", "integrations", "jobs", "webapp"):
            for path in (ROOT / package).rglob("*.py"):
                for node in ast.walk(ast.parse(path.read_text())):
                    named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                    if isinstance(node, ast.ImportFrom):
                        named.append(node.module or "")
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        named.append(node.value if node.value.startswith("karrio.") else "")
                    if any(name.partition(".")[0] == "karrio" for name in named):
                        naming.add(str(path.relative_to(ROOT)))
        assert naming == {GATE, "integrations/carriers/karrio/discovered.py"}  # a group of entry points

    def test_is_not_loaded_by_the_web_that_knows_all_carriers(self) -> None:
        code = (
            "import sys; import webapp.app; from integrations import registry;"
            "assert registry.carriers() and registry.carrier('ups').fields;"
            "print([name for name in sys.modules if name.partition('.')[0] in ('karrio', 'loguru', 'PIL')])"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"


class TestCarriers:
    @pytest.mark.parametrize("about", registry.carriers().values(), ids=lambda about: about.name)
    def test_describe_themselves(self, about: About) -> None:
        assert registry.carrier(about.name) is about
        assert about.title
        assert about.names == tuple(dict.fromkeys(name.lower() for name in about.names))
        assert not about.tracking_url or about.tracking_url.format(number="1Z") != about.tracking_url
        assert all(quota.calls > 0 and quota.seconds > 0 and quota.source for quota in about.quotas)
        assert len({field.name for field in about.fields}) == len(about.fields)

    def test_share_no_name(self) -> None:
        names = [name for about in registry.carriers().values() for name in about.names]
        assert len(set(names)) == len(names)

    def test_make_labels_where_they_say_so(self) -> None:
        assert {about.name for about in registry.carriers().values() if about.labels} == set(registry.LABEL_MAKERS)

    @pytest.mark.parametrize(
        "line",
        [
            *registry.CARRIERS.values(),
            *registry.CONNECTORS.values(),
            *registry.LABEL_MAKERS.values(),
            registry.MORE_CARRIERS,
            registry.MORE_CONNECTORS,
            registry.CARRIER_TOKENS,
        ],
    )
    def test_are_there(self, line: str) -> None:
        assert registry.load(line) is not None
