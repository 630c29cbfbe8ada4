"""gunicorn's settings, from ours."""

import os

from commerce.settings import Settings

_settings = Settings.from_environ(os.environ)

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{_settings.port}"
workers = _settings.web_concurrency
worker_class = "gthread"
threads = 16  # that many deliveries can share one commit
keepalive = 75  # platforms keep their connections
timeout = 60
graceful_timeout = 8
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112
