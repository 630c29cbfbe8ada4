"""The house stays as it was drawn: floors, sizes, names. Every exception stands here with its reason."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("commerce", "integrations", "jobs", "webapp")
LONGEST_FILE, LONGEST_FUNCTION = 250, 40

LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}
NOT_IN_NAMES = {"manager", "helper", "helpers", "util", "utils", "service", "services", "base", "data", "info"}
# Names that somebody else gave.
GIVEN_NAMES: dict[str, str] = {
    "integrations/channels/text_part.py:handle_data": "html.parser",
    "tests/architecture/unmarked.py:handle_data": "html.parser",
    "tests/integrations/channels/markup_read.py:handle_data": "html.parser",
    "tests/integrations/channels/servers.py:handle_DATA": "aiosmtpd",
    "tests/integrations/channels/servers.py:smtp_DATA": "aiosmtpd",
    "tests/peers/smtp/server.py:handle_DATA": "aiosmtpd",
}
# Tests of the first days, as plain functions.
LOOSE_TESTS = {
    "tests/benchmarks/test_benchmarks.py",
    "tests/browser/test_dashboard.py",
    "tests/integrations/platforms/shopify/test_topics.py",
    "tests/integrations/platforms/shopify/test_verify.py",
    "tests/webapp/views/test_storefront.py",
}


def sources(*, tests: bool = False) -> list[Path]:
    found = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return found + (sorted((ROOT / "tests").rglob("*.py")) if tests else [])


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Every statement, however deep. Definitions and imports are nowhere else, and expressions are most of a file."""
    for name in ("body", "orelse", "finalbody", "handlers", "cases"):
        for inner in getattr(node, name, ()):
            yield inner
            yield from statements(inner)


@cache
def definitions(path: Path) -> list[tuple[str, bool, int]]:
    """Every class and function: name, whether it is a function, and lines."""
    return [
        (node.name, not isinstance(node, ast.ClassDef), (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in statements(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def words(name: str) -> set[str]:
    """The words of a name in either spelling."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


class TestImports:
    def test_keep_their_contracts(self) -> None:
        command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
        answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stdout + answer.stderr

    def test_have_no_cycles(self) -> None:
        known = {module(path) for path in sources()}
        graph = {module(path): imports(path, known) for path in sources()}
        assert cycle(graph) == []

    def test_of_the_web_load_neither_the_jobs_nor_an_outside_party_it_does_not_use(self) -> None:
        code = (
            "import sys; from webapp.app import create_app;"
            "unused = ('jobs.events', 'jobs.products', 'karrio', 'meilisearch', 'shopify', 'woocommerce');"
            "print([name for name in unused if name in sys.modules])"
        )
        answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        assert answer.stdout.strip() == "[]"


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path, known: set[str]) -> set[str]:
    """Those of these modules that this one imports when it is loaded."""
    found: set[str] = set()
    for node in statements(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & known) or {node.module}
    return found & known


def cycle(graph: dict[str, set[str]]) -> list[str]:
    """The modules of some cycle; none where there is none."""
    done: set[str] = set()

    def walk(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in done:
            return []
        found = next((way for inner in sorted(graph.get(name, ())) if (way := walk(inner, [*trail, name]))), [])
        done.add(name)
        return found

    return next((way for name in sorted(graph) if (way := walk(name, []))), [])


class TestCycle:
    def test_finds_one(self) -> None:
        assert cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
        assert cycle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


class TestSizes:
    def test_of_files(self) -> None:
        lengths = {place(path): len(path.read_text().splitlines()) for path in sources()}
        long = {name for name, length in lengths.items() if length > LONGEST_FILE}
        assert long == set(LONG_FILES)

    def test_of_functions(self) -> None:
        long = {
            f"{place(path)}:{name}"
            for path in sources()
            for name, is_function, lines in definitions(path)
            if is_function and lines > LONGEST_FUNCTION
        }
        assert long == set(LONG_FUNCTIONS)


class TestNames:
    def test_say_what_a_thing_is(self) -> None:
        named = {
            f"{place(path)}:{name}"
            for path in sources(tests=True)
            for name in [path.stem, *(name for name, _, _ in definitions(path))]
            if words(name) & NOT_IN_NAMES and not name.startswith("test_")
        }
        folders = {
            place(folder)
            for package in (*PACKAGES, "tests")
            for folder in (ROOT / package).rglob("*")
            if folder.is_dir() and words(folder.name) & NOT_IN_NAMES
        }
        assert named | folders == set(GIVEN_NAMES)

    def test_of_files_are_none_of_the_standard_librarys(self) -> None:
        alike = {place(path) for path in sources(tests=True) if path.stem in sys.stdlib_module_names - {"__main__"}}
        alike = {name for name in alike if not name.endswith(("__init__.py", "__main__.py"))}
        assert alike == set()

    def test_of_tests_classes_name_the_thing(self) -> None:
        loose = {
            place(path)
            for path in sorted((ROOT / "tests").rglob("test_*.py"))
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        }
        assert loose <= LOOSE_TESTS


class TestPackages:
    @pytest.mark.parametrize("path", [path for path in sources() if path.name == "__init__.py"], ids=place)
    def test_are_empty_but_for_a_docstring(self, path: Path) -> None:
        tree = ast.parse(path.read_text())
        assert ast.get_docstring(tree)
        assert len(tree.body) == 1

    def test_are_all_marked_as_such(self) -> None:
        folders = {path.parent for path in sources()}
        assert [place(folder) for folder in folders if not (folder / "__init__.py").exists()] == []

    def test_of_tests_have_no_init(self) -> None:
        assert list((ROOT / "tests").rglob("__init__.py")) == []


class TestTests:
    def test_mirror_the_tree(self) -> None:
        own = {"architecture", "browser", "chaos", "contracts", "journeys", "peers"}
        folders = {
            path.parent.relative_to(ROOT / "tests")
            for path in (ROOT / "tests").rglob("test_*.py")
            if path.relative_to(ROOT / "tests").parts[0] not in own
        }
        strangers = [str(folder) for folder in folders if not (ROOT / folder).is_dir() and str(folder) != "benchmarks"]
        assert strangers == []
