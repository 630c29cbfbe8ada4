"""Who buys, where they live, who brings it and why it comes back. All made up."""


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


FIRST_NAMES = _names(
    "Mira, Jonas, Amélie, Tomás, Freya, Luca, Inès, Ole, Zofia, Matteo, Anouk, Søren, Clara, Björn, Nuria, Emil, "
    "Greta, Pablo, Leonie, Marek, Ida, Hugo, Katrin, Yusuf, Elif, Noah, Paula, Rasmus, Chiara, Stefan"
)
LAST_NAMES = _names(
    "Voss, Lindqvist, Moreau, García, O'Neill, Kowalska, Rossi, Jørgensen, Brandt, Şahin, Novák, Dubois, Keller, "
    "Meyer, Andersen, Silva, Marchetti, Bauer, Hoffmann, Petit, Eriksson, Vidal, Schäfer, de Vries, Costa, Weiß"
)
PLACES = (
    ("DE", "24103", "Kiel", "Hafenstraße"),
    ("DE", "50667", "Köln", "Ringallee"),
    ("AT", "6020", "Innsbruck", "Inngasse"),
    ("FR", "44000", "Nantes", "Rue des Tilleuls"),
    ("NL", "3511", "Utrecht", "Oudegracht"),
    ("ES", "46001", "Valencia", "Calle del Mar"),
    ("IT", "40121", "Bologna", "Via San Felice"),
    ("DK", "8000", "Aarhus", "Havnegade"),
    ("SE", "411 03", "Göteborg", "Kungsgatan"),
    ("PL", "80-831", "Gdańsk", "ul. Długa"),
)
CARRIERS = (
    ("DHL", "https://track.dhl.example/"),
    ("UPS", "https://track.ups.example/"),
    ("DPD", "https://dpd.example/"),
)
REFUND_REASONS = ("Arrived damaged", "Did not fit", "Changed my mind", "Not as described", "")
