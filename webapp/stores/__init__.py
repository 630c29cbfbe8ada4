"""How a store comes, stays and goes: installing, connecting, its state, its runs."""
