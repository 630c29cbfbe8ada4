"""Steps that ask the merchant's own systems: whether an order is paid, and steps of the merchant's making."""

LEASE = "call-outs"
