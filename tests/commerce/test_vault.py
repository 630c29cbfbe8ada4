"""Secrets at rest: they open again, also after a rotation, and everyone agrees on one key."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.settings import Settings
from commerce.vault import UnableToDecrypt, Vault, digest, secret_key, shopify_secret

OLD, NEW = Vault("old"), Vault("new, old")


class TestVault:
    @given(st.text())
    def test_opens_what_it_sealed(self, text: str) -> None:
        sealed = NEW.seal(text)
        assert NEW.open(sealed) == text
        assert not text or text not in sealed or len(text) < 4

    def test_leaves_nothing_as_nothing(self) -> None:
        assert NEW.seal("") == NEW.open("") == ""

    def test_opens_what_the_former_key_sealed(self) -> None:
        assert NEW.open(OLD.seal("secret")) == "secret"

    def test_seals_with_the_newest_key(self) -> None:
        assert Vault("new").open(NEW.seal("secret")) == "secret"
        with pytest.raises(UnableToDecrypt, match="SECRET_KEY"):
            OLD.open(NEW.seal("secret"))

    @pytest.mark.parametrize("sealed", ["nonsense", "gAAAA", "ä", OLD.seal("x")[:-4]], ids=range(4))
    def test_refuses_what_was_damaged(self, sealed: str) -> None:
        with pytest.raises(UnableToDecrypt):
            NEW.open(sealed)

    def test_gives_sessions_keys_of_their_own(self) -> None:
        assert NEW.session_keys[1:] == OLD.session_keys
        assert len(set(NEW.session_keys)) == 2


class TestSecretKey:
    def test_is_the_one_of_the_settings(self, tmp_path: Path) -> None:
        assert secret_key(Settings(var_dir=tmp_path, secret_key="given")) == "given"
        assert not list(tmp_path.iterdir())

    def test_is_made_once_and_readable_by_its_owner_only(self, tmp_path: Path) -> None:
        settings = Settings(var_dir=tmp_path / "var")
        made = secret_key(settings)
        assert len(made) >= 40
        assert secret_key(settings) == made
        (file,) = (tmp_path / "var").iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_is_one_for_all_threads_that_start_at_once(self, tmp_path: Path) -> None:
        barrier = Barrier(16)

        def make(_: int) -> str:
            barrier.wait()
            return secret_key(Settings(var_dir=tmp_path))

        with ThreadPoolExecutor(16) as pool:
            assert len(set(pool.map(make, range(16)))) == 1

    def test_is_one_for_all_processes_that_start_at_once(self, tmp_path: Path) -> None:
        code = (
            "import sys, time; from pathlib import Path; from commerce.settings import Settings;"
            "from commerce.vault import secret_key; sys.stdin.read();"
            f"print(secret_key(Settings(var_dir=Path({str(tmp_path)!r}))))"
        )
        started = [
            subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(3)
        ]
        for process in started:
            assert process.stdin is not None
            process.stdin.close()
        made = set()
        for process in started:
            assert process.stdout is not None
            with process.stdout:
                made.add(process.stdout.read().strip())
            assert process.wait() == 0
        assert len(made) == 1
        assert made != {""}


class TestShopifySecret:
    def test_is_made_where_none_is_given(self, tmp_path: Path) -> None:
        assert shopify_secret(Settings(var_dir=tmp_path)) == shopify_secret(Settings(var_dir=tmp_path))
        assert shopify_secret(Settings(var_dir=tmp_path, shopify_api_secret="given")) == "given"
        assert shopify_secret(Settings(var_dir=tmp_path)) != secret_key(Settings(var_dir=tmp_path))


class TestDigest:
    def test_is_the_same_for_the_same_key_only(self) -> None:
        assert digest("br_1") == digest("br_1") != digest("br_2")
