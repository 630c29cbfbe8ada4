"""Settings: read once, wrong ones are one clear line, secrets stay unseen."""

from contextlib import suppress
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.settings import Settings, UnableToConfigure, as_environ, embedded_redis_socket

GOOD: dict[str, tuple[str, object]] = {
    "VAR_DIR": ("/tmp/somewhere", Path("/tmp/somewhere")),
    "PORT": ("8001", 8001),
    "BASE_URL": ("https://backroom.example/", "https://backroom.example"),
    "DATABASE_URL": ("postgres://u:p@h:5432/d", "postgresql+psycopg://u:p@h:5432/d"),
    "REDIS_URL": ("rediss://:pw@h:6380/1", "rediss://:pw@h:6380/1"),
    "SEARCH_URL": ("http://meili:7700", "http://meili:7700"),
    "SEARCH_KEY": (" a key ", "a key"),
    "SMTP_URL": ("smtp://u:p@mail:587", "smtp://u:p@mail:587"),
    "SECRET_KEY": ("new,old", "new,old"),
    "WEB_CONCURRENCY": ("4", 4),
    "WORKERS": ("3", 3),
    "DEMO": ("0", False),
    "DEMO_RATE": ("2.5", "2.5"),
    "SHOPIFY_API_KEY": ("id", "id"),
    "SHOPIFY_API_SECRET": ("s3", "s3"),
    "SHOPIFY_API_SECRET_PREVIOUS": ("s2", "s2"),
    "TRUSTED_PROXIES": ("1", 1),
    "RATE_LIMITS": ("off", False),
    "MAX_BODY_BYTES": ("1048576", 1048576),
    "CACHE_SHOP_MB": ("64", 64),
    "SEARCH_PUBLIC_URL": ("https://search.example/", "https://search.example"),
    "KEEP_DAYS": ("7", 7),
    "LOG_LEVEL": ("debug", "debug"),
    "SHOPIFY_API_ORIGIN": ("http://127.0.0.1:9", "http://127.0.0.1:9"),
    "CHECK_PARCELS": ("0", False),
    "CARRIERS_ORIGIN": ("http://127.0.0.1:9", "http://127.0.0.1:9"),
    "APP_BRIDGE_URL": ("http://127.0.0.1:9/a.js", "http://127.0.0.1:9/a.js"),
    "CA_BUNDLE": ("/etc/ssl/cert.pem", "/etc/ssl/cert.pem"),
    "ALLOW_PRIVATE_HOSTS": ("1", True),
}
BAD = [
    ("VAR_DIR", "/etc/passwd"),
    ("VAR_DIR", "~nobody-of-this-name/var"),
    ("PORT", "0"),
    ("PORT", "65536"),
    ("PORT", "http"),
    ("PORT", "-1"),
    ("PORT", "²"),
    ("PORT", "٨٠٠٠"),
    ("BASE_URL", "backroom.example"),
    ("BASE_URL", "http://["),
    ("BASE_URL", "ftp://backroom.example"),
    ("DATABASE_URL", "mysql://u:p@h/d"),
    ("DATABASE_URL", "postgresql://h:port/d"),
    ("DATABASE_URL", "postgresql://["),
    ("REDIS_URL", "127.0.0.1:6379"),
    ("REDIS_URL", "redis://:pw@h:port"),
    ("SEARCH_URL", "meili:7700"),
    ("SMTP_URL", "mail:587"),
    ("WEB_CONCURRENCY", "0"),
    ("WORKERS", "many"),
    ("DEMO", "perhaps"),
    ("DEMO_RATE", "fast"),
    ("DEMO_RATE", "nan"),
    ("DEMO_RATE", "-1"),
    ("TRUSTED_PROXIES", "11"),
    ("RATE_LIMITS", "maybe"),
    ("MAX_BODY_BYTES", "8MB"),
    ("KEEP_DAYS", "0"),
    ("LOG_LEVEL", "loud"),
    ("SHOPIFY_API_ORIGIN", "shop"),
    ("CARRIERS_ORIGIN", "carrier"),
    ("APP_BRIDGE_URL", "x"),
    ("ALLOW_PRIVATE_HOSTS", "2"),
    ("SECRET_KEY", ","),
]
SECRET = ["DATABASE_URL", "REDIS_URL", "SEARCH_KEY", "SMTP_URL", "SECRET_KEY", "SHOPIFY_API_SECRET"]


class TestFromEnviron:
    def test_knows_every_variable(self) -> None:
        assert {setting.name.upper() for setting in fields(Settings)} == set(GOOD)

    @pytest.mark.parametrize(("name", "case"), GOOD.items(), ids=GOOD.keys())
    def test_reads(self, name: str, case: tuple[str, object]) -> None:
        given_text, value = case
        assert getattr(Settings.from_environ({name: given_text}), name.lower()) == value

    @pytest.mark.parametrize(("name", "value"), BAD)
    def test_refuses_in_one_line_that_names_the_variable(self, name: str, value: str) -> None:
        with pytest.raises(UnableToConfigure) as caught:
            Settings.from_environ({name: value})
        message = str(caught.value)
        assert message.startswith(f"{name}: ")
        assert "\n" not in message
        assert " is not " in message
        assert "Invalid" not in message, "Python's own words help nobody"

    @pytest.mark.parametrize(
        ("name", "value"), [("DATABASE_URL", "hunter2://x"), ("REDIS_URL", "hunter2"), ("SMTP_URL", "hunter2")]
    )
    def test_does_not_show_a_wrong_secret(self, name: str, value: str) -> None:
        with pytest.raises(UnableToConfigure) as caught:
            Settings.from_environ({name: value})
        assert "hunter2" not in str(caught.value)

    @given(st.dictionaries(st.sampled_from(sorted(GOOD)), st.text(), max_size=3))
    def test_raises_nothing_else(self, environ: dict[str, str]) -> None:
        with suppress(UnableToConfigure):
            Settings.from_environ(environ)

    def test_takes_empty_values_as_not_given(self) -> None:
        assert Settings.from_environ(dict.fromkeys(GOOD, " ")) == Settings.from_environ({})

    def test_works_out_what_follows_from_other_settings(self) -> None:
        settings = Settings.from_environ({"VAR_DIR": "/tmp/x", "PORT": "8123"})
        assert settings.base_url == "http://127.0.0.1:8123"
        assert settings.database_url == "sqlite:////tmp/x/backroom.db"
        assert settings.redis_url == "unix:///tmp/x/run/redis.sock"

    def test_cannot_be_changed(self) -> None:
        with pytest.raises(FrozenInstanceError):
            Settings().port = 1  # type: ignore[misc]


class TestRepr:
    def test_shows_no_secret(self) -> None:
        environ = {name: text for name, (text, _) in GOOD.items()}
        shown = repr(Settings.from_environ(environ))
        for name in SECRET:
            assert f"{name.lower()}=" not in shown
        assert "u:p@" not in shown
        assert "port=8001" in shown


class TestAsEnviron:
    def test_gives_the_same_settings_to_another_process(self) -> None:
        settings = Settings.from_environ({name: text for name, (text, _) in GOOD.items()})
        assert Settings.from_environ(as_environ(settings)) == settings

    def test_gives_defaults_as_well(self) -> None:
        assert Settings.from_environ(as_environ(Settings().completed())) == Settings().completed()


class TestEmbeddedRedisSocket:
    def test_stays_short_enough_for_a_socket_in_a_deep_folder(self) -> None:
        deep = Path("/tmp") / ("x" * 120)
        assert len(str(embedded_redis_socket(deep))) <= 100
        assert embedded_redis_socket(deep) == embedded_redis_socket(deep)
        assert embedded_redis_socket(deep) != embedded_redis_socket(deep / "y")
