"""Labels of the house: made here, without any account."""
