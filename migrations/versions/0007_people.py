"""people, loyalty, segments, keys"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

# What a customer bought is worked out for persons now.
_COUNTED = ("orders_stored", "orders_count", "total_spent", "first_order_at", "last_order_at")


def upgrade() -> None:
    op.create_table(
        "accesses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_accesses_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accesses")),
    )
    op.create_index("ix_accesses_at", "accesses", ["shop_id", "at"], unique=False)
    op.create_index("ix_accesses_profile", "accesses", ["shop_id", "profile_id", "at"], unique=False)
    op.create_table(
        "api_keys",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_with", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("scopes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_api_keys_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_keys_hash")),
    )
    op.create_index("ix_api_keys_shop", "api_keys", ["shop_id"], unique=False)
    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_consents_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_member", "consents", ["shop_id", "member_id", "at"], unique=False)
    op.create_table(
        "custom_fields",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("choices", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_custom_fields_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "name", name=op.f("pk_custom_fields")),
    )
    op.create_table(
        "erased_people",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_out", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_erased_people_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "digest", name=op.f("pk_erased_people")),
    )
    op.create_table(
        "happenings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_happenings_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_happenings")),
        sa.UniqueConstraint("shop_id", "source", "source_id", name=op.f("uq_happenings_shop_id_source_source_id")),
    )
    op.create_index("ix_happenings_member", "happenings", ["shop_id", "member_id", "happened_at"], unique=False)
    op.create_index("ix_happenings_saved", "happenings", ["shop_id", "saved_at"], unique=False)
    op.create_table(
        "idempotent_answers",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_idempotent_answers_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "key", name=op.f("pk_idempotent_answers")),
    )
    op.create_index("ix_idempotent_answers_at", "idempotent_answers", ["at"], unique=False)
    op.create_table(
        "identities",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_identities_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "kind", "value", "member_id", name=op.f("pk_identities")),
    )
    op.create_index("ix_identities_member", "identities", ["shop_id", "member_id"], unique=False)
    op.create_table(
        "loyalty_programmes",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("rules", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_to", sa.Text(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_loyalty_programmes_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_loyalty_programmes")),
    )
    op.create_table(
        "members",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("joined_into", sa.Text(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=False),
        sa.Column("told", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("own", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("attributes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("orders_stored", sa.Integer(), nullable=False),
        sa.Column("totals", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("first_order_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_order_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("points_pending", sa.BigInteger(), nullable=False),
        sa.Column("points_earned", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_members_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id", name=op.f("pk_members")),
        sa.UniqueConstraint("shop_id", "key", name=op.f("uq_members_shop_id_key")),
    )
    op.create_index("ix_members_joined", "members", ["shop_id", "joined_into"], unique=False)
    op.create_index("ix_members_merged", "members", ["shop_id", "merged_into"], unique=False)
    op.create_index("ix_members_root", "members", ["shop_id", "root"], unique=False)
    op.create_table(
        "members_apart",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("one", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_members_apart_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "one", "other", name=op.f("pk_members_apart")),
    )
    _merges_to_programmes()
    _profiles_to_words()


def _merges_to_programmes() -> None:
    op.create_table(
        "merges",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("primary_id", sa.Text(), nullable=False),
        sa.Column("secondary_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_merges_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id", name=op.f("pk_merges")),
    )
    op.create_index("ix_merges_primary", "merges", ["shop_id", "primary_id"], unique=False)
    op.create_index("ix_merges_secondary", "merges", ["shop_id", "secondary_id"], unique=False)
    op.create_table(
        "points_batches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("points_left", sa.BigInteger(), nullable=False),
        sa.Column("matures_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_points_batches_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_batches")),
        sa.UniqueConstraint("shop_id", "source", name=op.f("uq_points_batches_shop_id_source")),
    )
    op.create_index("ix_points_batches_expires", "points_batches", ["state", "expires_at"], unique=False)
    op.create_index("ix_points_batches_matures", "points_batches", ["state", "matures_at"], unique=False)
    op.create_index("ix_points_batches_member", "points_batches", ["shop_id", "member_id"], unique=False)
    op.create_table(
        "points_postings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("transaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_points_postings_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_postings")),
    )
    op.create_index("ix_points_postings_member", "points_postings", ["shop_id", "member_id", "id"], unique=False)
    op.create_index("ix_points_postings_transaction", "points_postings", ["shop_id", "transaction_id"], unique=False)
    op.create_table(
        "points_transactions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_points_transactions_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_transactions")),
        sa.UniqueConstraint("shop_id", "key", name=op.f("uq_points_transactions_shop_id_key")),
    )
    op.create_index("ix_points_transactions_about", "points_transactions", ["shop_id", "about"], unique=False)


def _profiles_to_words() -> None:
    op.create_table(
        "profiles",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("member_ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("platform_ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("has_account", sa.Boolean(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("emails", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("phones", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("addresses", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("attributes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("consents", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("email_consent", sa.Text(), nullable=False),
        sa.Column("sms_consent", sa.Text(), nullable=False),
        sa.Column("orders_count", sa.Integer(), nullable=False),
        sa.Column("total_spent", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("average_order", sa.BigInteger(), nullable=True),
        sa.Column("totals", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("first_order_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_order_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("days_between_orders", sa.Float(), nullable=True),
        sa.Column("next_order_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifetime_value", sa.BigInteger(), nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("points_pending", sa.BigInteger(), nullable=False),
        sa.Column("points_earned", sa.BigInteger(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("recency", sa.SmallInteger(), nullable=True),
        sa.Column("frequency", sa.SmallInteger(), nullable=True),
        sa.Column("monetary", sa.SmallInteger(), nullable=True),
        sa.Column("rfm_group", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_profiles_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id", name=op.f("pk_profiles")),
    )
    op.create_index("ix_profiles_consent", "profiles", ["shop_id", "email_consent", "id"], unique=False)
    op.create_index("ix_profiles_country", "profiles", ["shop_id", "country", "id"], unique=False)
    op.create_index("ix_profiles_created", "profiles", ["shop_id", "created_at", "id"], unique=False)
    op.create_index("ix_profiles_email", "profiles", ["shop_id", "email"], unique=False)
    op.create_index("ix_profiles_group", "profiles", ["shop_id", "rfm_group", "id"], unique=False)
    op.create_index("ix_profiles_last_order", "profiles", ["shop_id", "last_order_at", "id"], unique=False)
    op.create_index("ix_profiles_name", "profiles", ["shop_id", "sort_name", "id"], unique=False)
    op.create_index("ix_profiles_orders", "profiles", ["shop_id", "orders_count", "id"], unique=False)
    op.create_index("ix_profiles_points", "profiles", ["shop_id", "points", "id"], unique=False)
    op.create_index("ix_profiles_saved", "profiles", ["shop_id", "saved_at", "id"], unique=False)
    op.create_index("ix_profiles_spent", "profiles", ["shop_id", "total_spent", "id"], unique=False)
    op.create_index("ix_profiles_tier", "profiles", ["shop_id", "tier", "id"], unique=False)
    op.create_table(
        "retention",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("days", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_retention_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_retention")),
    )
    op.create_table(
        "segment_members",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("segment_id", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_segment_members_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "segment_id", "profile_id", name=op.f("pk_segment_members")),
    )
    op.create_index("ix_segment_members_profile", "segment_members", ["shop_id", "profile_id"], unique=False)
    op.create_table(
        "segments",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rules", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("uses_time", sa.Boolean(), nullable=False),
        sa.Column("members_count", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Text(), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_segments_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id", name=op.f("pk_segments")),
    )
    op.create_table(
        "suppressions",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_suppressions_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "channel", "address", name=op.f("pk_suppressions")),
    )
    op.create_table(
        "profile_words",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id", "profile_id"], ["profiles.shop_id", "profiles.id"], name="fk_profile_words", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_profile_words_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "kind", "word", "profile_id", name=op.f("pk_profile_words")),
    )
    op.create_index("ix_profile_words_profile", "profile_words", ["shop_id", "profile_id"], unique=False)
    with op.batch_alter_table("customers") as customers:
        for name in _COUNTED:
            customers.drop_column(name)
        customers.add_column(sa.Column("phone_e164", sa.Text(), server_default="", nullable=False))
    op.add_column("orders", sa.Column("phone_e164", sa.Text(), server_default="", nullable=False))
    op.add_column("orders", sa.Column("member_id", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_orders_member", "orders", ["shop_id", "member_id", "placed_at"], unique=False)
    with op.batch_alter_table("privacy_requests") as requests:
        requests.alter_column("inbox_id", existing_type=sa.BigInteger(), nullable=True)
    op.add_column("shops", sa.Column("people_key_sealed", sa.Text(), server_default="", nullable=False))
    op.add_column("shops", sa.Column("people_built_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("shops", "people_built_at")
    op.drop_column("shops", "people_key_sealed")
    with op.batch_alter_table("privacy_requests") as requests:
        requests.alter_column("inbox_id", existing_type=sa.BigInteger(), nullable=False)
    op.drop_index("ix_orders_member", table_name="orders")
    op.drop_column("orders", "member_id")
    op.drop_column("orders", "phone_e164")
    with op.batch_alter_table("customers") as customers:
        customers.drop_column("phone_e164")
        for name in _COUNTED[:2]:
            customers.add_column(sa.Column(name, sa.Integer(), server_default="0", nullable=False))
        customers.add_column(sa.Column("total_spent", sa.BigInteger(), server_default="0", nullable=False))
        for name in _COUNTED[3:]:
            customers.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.drop_index("ix_profile_words_profile", table_name="profile_words")
    op.drop_table("profile_words")
    op.drop_table("suppressions")
    op.drop_table("segments")
    op.drop_index("ix_segment_members_profile", table_name="segment_members")
    op.drop_table("segment_members")
    op.drop_table("retention")
    op.drop_index("ix_profiles_spent", table_name="profiles")
    op.drop_index("ix_profiles_saved", table_name="profiles")
    op.drop_index("ix_profiles_points", table_name="profiles")
    op.drop_index("ix_profiles_orders", table_name="profiles")
    op.drop_index("ix_profiles_name", table_name="profiles")
    op.drop_index("ix_profiles_last_order", table_name="profiles")
    op.drop_index("ix_profiles_email", table_name="profiles")
    op.drop_index("ix_profiles_created", table_name="profiles")
    op.drop_table("profiles")
    _drop_the_others()


def _drop_the_others() -> None:
    op.drop_index("ix_points_transactions_about", table_name="points_transactions")
    op.drop_table("points_transactions")
    op.drop_index("ix_points_postings_transaction", table_name="points_postings")
    op.drop_index("ix_points_postings_member", table_name="points_postings")
    op.drop_table("points_postings")
    op.drop_index("ix_points_batches_member", table_name="points_batches")
    op.drop_index("ix_points_batches_matures", table_name="points_batches")
    op.drop_index("ix_points_batches_expires", table_name="points_batches")
    op.drop_table("points_batches")
    op.drop_index("ix_merges_secondary", table_name="merges")
    op.drop_index("ix_merges_primary", table_name="merges")
    op.drop_table("merges")
    op.drop_table("members_apart")
    op.drop_index("ix_members_root", table_name="members")
    op.drop_index("ix_members_merged", table_name="members")
    op.drop_index("ix_members_joined", table_name="members")
    op.drop_table("members")
    op.drop_table("loyalty_programmes")
    op.drop_index("ix_identities_member", table_name="identities")
    op.drop_table("identities")
    op.drop_index("ix_idempotent_answers_at", table_name="idempotent_answers")
    op.drop_table("idempotent_answers")
    op.drop_index("ix_happenings_saved", table_name="happenings")
    op.drop_index("ix_happenings_member", table_name="happenings")
    op.drop_table("happenings")
    op.drop_table("erased_people")
    op.drop_table("custom_fields")
    op.drop_index("ix_consents_member", table_name="consents")
    op.drop_table("consents")
    op.drop_index("ix_api_keys_shop", table_name="api_keys")
    op.drop_table("api_keys")
    op.drop_index("ix_accesses_profile", table_name="accesses")
    op.drop_index("ix_accesses_at", table_name="accesses")
    op.drop_table("accesses")
