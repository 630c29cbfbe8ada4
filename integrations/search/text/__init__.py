"""How text becomes words, for every engine."""
