"""The errors that the stand-in answers with: code, type and HTTP status as the server has them."""

from typing import Any

_REQUEST, _AUTH, _SYSTEM, _INTERNAL = "invalid_request", "auth", "system", "internal"
CODES: dict[str, tuple[str, int]] = {
    "api_key_already_exists": (_REQUEST, 409),
    "api_key_not_found": (_REQUEST, 404),
    "bad_request": (_REQUEST, 400),
    "document_not_found": (_REQUEST, 404),
    "index_already_exists": (_REQUEST, 409),
    "index_not_found": (_REQUEST, 404),
    "internal": (_INTERNAL, 500),
    "invalid_api_key": (_AUTH, 403),
    "invalid_api_key_actions": (_REQUEST, 400),
    "invalid_content_type": (_REQUEST, 415),
    "invalid_document_filter": (_REQUEST, 400),
    "invalid_document_id": (_REQUEST, 400),
    "invalid_facet_search_facet_name": (_REQUEST, 400),
    "invalid_index_uid": (_REQUEST, 400),
    "invalid_search_attributes_to_search_on": (_REQUEST, 400),
    "invalid_search_facets": (_REQUEST, 400),
    "invalid_search_filter": (_REQUEST, 400),
    "invalid_search_limit": (_REQUEST, 400),
    "invalid_search_matching_strategy": (_REQUEST, 400),
    "invalid_search_sort": (_REQUEST, 400),
    "invalid_settings_ranking_rules": (_REQUEST, 400),
    "invalid_settings_stop_words": (_REQUEST, 400),
    "malformed_payload": (_REQUEST, 400),
    "missing_authorization_header": (_AUTH, 401),
    "missing_document_id": (_REQUEST, 400),
    "missing_master_key": (_AUTH, 401),
    "missing_payload": (_REQUEST, 400),
    "missing_task_filters": (_REQUEST, 400),
    "no_space_left_on_device": (_SYSTEM, 422),
    "not_found_similar_id": (_REQUEST, 400),
    "payload_too_large": (_REQUEST, 413),
    "task_not_found": (_REQUEST, 404),
    "too_many_search_requests": (_SYSTEM, 503),
}


class Refusal(Exception):
    """An error of the server."""

    def __init__(self, code: str, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        kind, usual = CODES[code]
        self.kind, self.status = kind, status or usual

    def body(self) -> dict[str, Any]:
        """The error as JSON."""
        link = f"https://docs.meilisearch.com/errors#{self.code}"
        return {"message": self.message, "code": self.code, "type": self.kind, "link": link}


def no_index(uid: str) -> Refusal:
    """There is no such index."""
    return Refusal("index_not_found", f"Index `{uid}` not found.")
