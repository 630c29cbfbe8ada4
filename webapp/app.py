"""The web application: views, guards and commands put together."""

import os
import sys
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from commerce.logs import configure_logging
from commerce.settings import Settings, UnableToConfigure
from integrations.registry import load
from webapp import errors, guards
from webapp.api import rates
from webapp.api.ids import Id
from webapp.parts import Parts, assemble
from webapp.people.quick import QuickCustomers
from webapp.reading.quick import Quick
from webapp.shoppers import search_log
from webapp.shoppers.quick_search import QuickSearch

# One line per noun: its blueprint.
VIEWS = (
    "webapp.views.webhooks:blueprint",
    "webapp.views.health:blueprint",
    "webapp.views.storefront:blueprint",
    "webapp.views.store_pages:blueprint",
    "webapp.views.suggestions:blueprint",
    "webapp.views.search_events:blueprint",
    "webapp.views.wishes:blueprint",
    "webapp.views.message_preferences:blueprint",
    "webapp.views.mail_webhooks:blueprint",
    "webapp.views.widget:blueprint",
    "webapp.views.analytics:blueprint",
    "webapp.views.api:blueprint",
    "webapp.views.api_document:blueprint",
    "webapp.views.sign_in:blueprint",
    "webapp.views.shopify:blueprint",
    "webapp.views.app_proxy:blueprint",
    "webapp.views.woocommerce:blueprint",
    "webapp.views.home:blueprint",
    "webapp.views.trial:blueprint",
    "webapp.views.design:blueprint",
    "webapp.views.events:blueprint",
    "webapp.views.products:blueprint",
    "webapp.views.inventory:blueprint",
    "webapp.views.sales:blueprint",
    "webapp.views.search:blueprint",
    "webapp.views.search_settings:blueprint",
    "webapp.views.search_words:blueprint",
    "webapp.views.search_rules:blueprint",
    "webapp.views.search_api:blueprint",
    "webapp.views.shipments_api:blueprint",
    "webapp.views.labels_api:blueprint",
    "webapp.views.customers_api:blueprint",
    "webapp.views.customers_bulk_api:blueprint",
    "webapp.views.customers_export_api:blueprint",
    "webapp.views.merges_api:blueprint",
    "webapp.views.timelines_api:blueprint",
    "webapp.views.consents_api:blueprint",
    "webapp.views.customer_points_api:blueprint",
    "webapp.views.segments_api:blueprint",
    "webapp.views.customer_fields_api:blueprint",
    "webapp.views.inventory_api:blueprint",
    "webapp.views.figures_api:blueprint",
    "webapp.views.outgoing_api:blueprint",
    "webapp.views.dispatches_api:blueprint",
    "webapp.views.notifications_api:blueprint",
    "webapp.views.order_settings:blueprint",
    "webapp.views.order_steps:blueprint",
    "webapp.views.order_steps_api:blueprint",
    "webapp.views.orders:blueprint",
    "webapp.views.labels:blueprint",
    "webapp.views.shipments:blueprint",
    "webapp.views.parcel_files:blueprint",
    "webapp.views.carriers:blueprint",
    "webapp.views.tracking_settings:blueprint",
    "webapp.views.customers:blueprint",
    "webapp.views.customer_changes:blueprint",
    "webapp.views.customer_merges:blueprint",
    "webapp.views.customer_files:blueprint",
    "webapp.views.customer_groups:blueprint",
    "webapp.views.customer_fields:blueprint",
    "webapp.views.customer_privacy:blueprint",
    "webapp.views.segments:blueprint",
    "webapp.views.loyalty:blueprint",
    "webapp.views.customer_points:blueprint",
    "webapp.views.cache:blueprint",
    "webapp.views.page_templates:blueprint",
    "webapp.views.connection:blueprint",
    "webapp.views.keys:blueprint",
    "webapp.views.saved_views:blueprint",
    "webapp.views.team:blueprint",
    "webapp.views.account:blueprint",
    "webapp.views.audit:blueprint",
    "webapp.views.operator_overview:blueprint",
    "webapp.views.operator_jobs:blueprint",
    "webapp.views.operator_times:blueprint",
    "webapp.views.notifications:blueprint",
    "webapp.views.notifications_log:blueprint",
    "webapp.views.notifications_settings:blueprint",
    "webapp.views.notification_templates:blueprint",
    "webapp.views.suppressions:blueprint",
    "webapp.views.outgoing:blueprint",
    "webapp.views.outgoing_acts:blueprint",
    "webapp.views.outgoing_log:blueprint",
    "webapp.views.privacy:blueprint",
    "webapp.views.track:blueprint",
    "webapp.views.demo:blueprint",
)
COMMANDS = (
    "webapp.commands.shops:group",
    "webapp.commands.keys:group",
    "webapp.commands.events:group",
    "webapp.commands.search:group",
    "webapp.commands.sync:group",
    "webapp.commands.tracking:group",
    "webapp.commands.labels:group",
    "webapp.commands.demo:demo",
    "webapp.commands.doctor:doctor",
    "webapp.commands.sign_in:sign_in",
    "webapp.commands.database:migrate",
)


def create_app(settings: Settings | None = None, parts: Parts | None = None) -> Flask:
    """Make the application from the environment, or from what a test hands over."""
    if settings is None:
        settings = _settings()
        configure_logging(settings, process="web")
    app = Flask("webapp", static_folder="static", static_url_path="/static")
    parts = parts or assemble(settings)
    app.extensions["backroom"] = parts
    app.secret_key = parts.vault.session_keys[0]
    app.config.update(
        SECRET_KEY_FALLBACKS=parts.vault.session_keys[1:],
        SESSION_COOKIE_NAME="backroom",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https:"),
        PERMANENT_SESSION_LIFETIME=30 * 24 * 3600,
        MAX_FORM_MEMORY_SIZE=1_000_000,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    searches = QuickSearch(app.wsgi_app, parts, lambda: search_log.of(app))
    app.wsgi_app = QuickCustomers(Quick(searches, parts), parts)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    guards.install(app)
    rates.install(app)
    errors.install(app)
    app.url_map.converters["id"] = Id
    for line in VIEWS:
        app.register_blueprint(load(line))
    for line in COMMANDS:
        app.cli.add_command(load(line))
    return app


def _settings() -> Settings:
    try:
        return Settings.from_environ(os.environ)
    except UnableToConfigure as error:
        sys.exit(str(error))


def __getattr__(name: str) -> Any:
    """`webapp.app:app` for gunicorn, made when it is asked for."""
    if name == "app":
        return create_app()
    raise AttributeError(name)
