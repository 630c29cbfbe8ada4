"""Points as rules: what a programme gives, what orders are worth at present, and how points move."""
