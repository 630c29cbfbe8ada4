"""The read cache: pages of the catalogue for shoppers and for a store's own servers, kept and true."""
