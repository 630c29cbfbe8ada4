"""The shopper's pages of parcels: where one is, in the shopper's language and the shop's colours."""
