"""One call to the stand-in."""

import json
from dataclasses import dataclass
from typing import Any

from tests.peers.meilisearch.refusals import Refusal


@dataclass
class Asked:
    """One call."""

    method: str
    path: str
    query: dict[str, str]
    content_type: str
    authorization: str | None
    body: bytes

    def json(self) -> Any:
        """The body. Raises Refusal."""
        if not self.body.strip():
            raise Refusal("missing_payload", "A json payload is missing.")
        try:
            if self.content_type == "application/x-ndjson":
                return [json.loads(line) for line in self.body.splitlines() if line.strip()]
            return json.loads(self.body)
        except ValueError as error:
            message = f"The `json` payload provided is malformed. `Couldn't serialize document value: {error}`."
            raise Refusal("malformed_payload", message) from error

    def documents(self) -> list[dict[str, Any]]:
        """The documents of the body. Raises Refusal."""
        if self.content_type not in ("application/json", "application/x-ndjson"):
            message = f"The Content-Type `{self.content_type}` is invalid. Accepted values are: `application/json`, …"
            raise Refusal("invalid_content_type", message)
        found = self.json()
        return found if isinstance(found, list) else [found]
