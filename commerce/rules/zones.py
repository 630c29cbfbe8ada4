"""Where a parcel goes to, as a time zone: from country, postcode and province."""


def zone_of(country: str, postcode: str = "", province: str = "") -> str:
    """The IANA zone of a place, or "" where its country is not known."""
    prefix = postcode[:1] or province[:1]
    if country.upper() == "US" and prefix == "9":
        return "America/Los_Angeles"
    return {"US": "America/New_York", "DE": "Europe/Berlin", "GB": "Europe/London"}.get(country.upper(), "")
