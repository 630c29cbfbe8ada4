from commerce.rules.notifications import kinds
from commerce.rules.notifications.kinds import KINDS


def off(platform: str) -> set[str]:
    return {name for name, kind in KINDS.items() if not kind.starts(platform)}


class TestKinds:
    def test_that_a_platform_sends_itself_start_switched_off_there(self) -> None:
        orders = {"order_confirmation", "order_paid", "order_fulfilled", "order_refunded", "order_cancelled"}
        on_the_way = {"parcel_in_transit", "parcel_out_for_delivery", "parcel_delivered", "parcel_ready_for_pickup"}
        assert off("shopify") == orders | on_the_way
        assert off("woocommerce") == orders
        assert off("custom") == set()

    def test_are_commercial_only_with_a_way_out(self) -> None:
        commercial = {name for name, kind in KINDS.items() if kind.category == kinds.COMMERCIAL}
        assert commercial == {name for name, kind in KINDS.items() if "unsubscribe_url" in kind.objects}
        assert commercial == {kinds.BACK_IN_STOCK}

    def test_to_merchants_are_neither_transactional_nor_commercial(self) -> None:
        for kind in KINDS.values():
            assert (kind.audience == kinds.MERCHANT) == (kind.category == kinds.TO_MERCHANT)

    def test_that_wake_nobody_are_told_of_at_once(self) -> None:
        assert {name for name, kind in KINDS.items() if kind.is_critical} == {"parcel_out_for_delivery", "alert"}

    def test_all_know_the_shop(self) -> None:
        assert all("shop" in kind.objects for kind in KINDS.values())
