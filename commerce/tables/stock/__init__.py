"""Stock that is kept here: how many there are, what orders hold of them, and every movement."""
