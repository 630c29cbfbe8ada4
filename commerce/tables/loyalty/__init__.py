"""Points: the programme, the ledger, and the batches that expire."""
