"""The worker process: RQ's SimpleWorker on all queues in turn.

It does not fork for each job: a wake-up takes milliseconds, and open indexes and connections are kept.
"""

import logging
import os
import sys

from rq import SimpleWorker
from rq.serializers import JSONSerializer
from rq.worker import DequeueStrategy

from commerce.logs import configure_logging
from commerce.settings import Settings, UnableToConfigure
from jobs import process
from jobs.queues import QUEUES, connect


def main() -> None:
    """Work until told to stop; a running job is finished first."""
    try:
        settings = Settings.from_environ(os.environ)
    except UnableToConfigure as error:
        sys.exit(str(error))
    configure_logging(settings, process="worker")
    process.start(process.assemble(settings))
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    worker = SimpleWorker(list(QUEUES), connection=connect(settings.redis_url), serializer=JSONSerializer)
    worker.work(dequeue_strategy=DequeueStrategy.ROUND_ROBIN, logging_level="WARNING")


if __name__ == "__main__":
    main()
