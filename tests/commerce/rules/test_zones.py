from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest

from commerce.rules import zones
from commerce.rules.zones import is_sure, zone_of

# Country, postcode, zone: cities, and both sides of every border between zones inside a country.
CITIES = """
US 10001 America/New_York New York
US 02134 America/New_York Boston
US 2134 America/New_York Boston, its 0 lost in a spreadsheet
US 10001-1234 America/New_York New York with the four digits more
US 33101 America/New_York Miami
US 32301 America/New_York Tallahassee
US 32401 America/Chicago Panama City
US 32501 America/Chicago Pensacola
US 32456 America/New_York Port St. Joe
US 30301 America/New_York Atlanta
US 35203 America/Chicago Birmingham AL
US 36867 America/New_York Phenix City
US 37402 America/New_York Chattanooga
US 37388 America/Chicago Tullahoma
US 37201 America/Chicago Nashville
US 37902 America/New_York Knoxville
US 38103 America/Chicago Memphis
US 38555 America/Chicago Crossville
US 40202 America/New_York Louisville
US 42101 America/Chicago Bowling Green
US 42001 America/Chicago Paducah
US 42701 America/New_York Elizabethtown
US 42754 America/Chicago Leitchfield
US 40143 America/Chicago Hardinsburg
US 46204 America/New_York Indianapolis
US 46402 America/Chicago Gary
US 47708 America/Chicago Evansville
US 47586 America/Chicago Tell City
US 46534 America/Chicago Knox
US 47501 America/New_York Washington IN
US 48201 America/New_York Detroit
US 49801 America/Chicago Iron Mountain
US 49855 America/New_York Marquette
US 49938 America/Chicago Ironwood
US 60601 America/Chicago Chicago
US 57104 America/Chicago Sioux Falls
US 57501 America/Chicago Pierre
US 57701 America/Denver Rapid City
US 57601 America/Chicago Mobridge
US 57625 America/Denver Eagle Butte
US 58102 America/Chicago Fargo
US 58501 America/Chicago Bismarck
US 58601 America/Denver Dickinson
US 67202 America/Chicago Wichita
US 67735 America/Denver Goodland
US 68102 America/Chicago Omaha
US 69101 America/Chicago North Platte
US 69153 America/Denver Ogallala
US 69361 America/Denver Scottsbluff
US 73102 America/Chicago Oklahoma City
US 75201 America/Chicago Dallas
US 79401 America/Chicago Lubbock
US 79901 America/Denver El Paso
US 88510 America/Denver El Paso
US 79830 America/Chicago Alpine
US 79839 America/Denver Fort Hancock
US 80202 America/Denver Denver
US 83702 America/Boise Boise
US 83814 America/Los_Angeles Coeur d'Alene
US 83501 America/Los_Angeles Lewiston
US 84101 America/Denver Salt Lake City
US 85001 America/Phoenix Phoenix
US 86503 America/Denver Chinle
US 89101 America/Los_Angeles Las Vegas
US 89883 America/Denver West Wendover
US 90210 America/Los_Angeles Beverly Hills
US 97201 America/Los_Angeles Portland
US 97914 America/Boise Ontario OR
US 98101 America/Los_Angeles Seattle
US 99501 America/Anchorage Anchorage
US 99801 America/Juneau Juneau
US 99546 America/Adak Adak
US 96813 Pacific/Honolulu Honolulu
US 96799 Pacific/Pago_Pago Pago Pago
US 96910 Pacific/Guam Hagatna
US 96950 Pacific/Saipan Saipan
US 00901 America/Puerto_Rico San Juan
US 00802 America/St_Thomas St. Thomas
US 09096 Europe/Berlin a base in Germany
US 96205 Asia/Seoul a base in Korea
CA A1C 5M2 America/St_Johns St. John's
CA A2V 2K7 America/Goose_Bay Labrador City
CA B3H 1A1 America/Halifax Halifax
CA C1A 1A1 America/Halifax Charlottetown
CA E1C 1A1 America/Moncton Moncton
CA G4T 1A1 America/Halifax Iles-de-la-Madeleine
CA G1R 1A1 America/Toronto Quebec
CA H2Y 1C6 America/Toronto Montreal
CA M5V 2T6 America/Toronto Toronto
CA P7B 1A1 America/Toronto Thunder Bay
CA P9N 1A1 America/Winnipeg Kenora
CA R3C 4T3 America/Winnipeg Winnipeg
CA S4P 3Y2 America/Regina Regina
CA S9V 0A1 America/Edmonton Lloydminster
CA T2P 1J9 America/Edmonton Calgary
CA V6B 1A1 America/Vancouver Vancouver
CA v1c2a1 America/Edmonton Cranbrook
CA V1J 1A1 America/Dawson_Creek Fort St. John
CA X1A 1A1 America/Edmonton Yellowknife
CA X0A 0H0 America/Iqaluit Iqaluit
CA Y1A 1A1 America/Whitehorse Whitehorse
AU 2000 Australia/Sydney Sydney
AU 0200 Australia/Sydney Canberra
AU 2880 Australia/Broken_Hill Broken Hill
AU 3000 Australia/Melbourne Melbourne
AU 4000 Australia/Brisbane Brisbane
AU 5000 Australia/Adelaide Adelaide
AU 6000 Australia/Perth Perth
AU 7000 Australia/Hobart Hobart
AU 0800 Australia/Darwin Darwin
AU 800 Australia/Darwin Darwin, its 0 lost
BR 01310-100 America/Sao_Paulo Sao Paulo
BR 40020-000 America/Bahia Salvador
BR 50030-230 America/Recife Recife
BR 53990-000 America/Noronha Fernando de Noronha
BR 60060-170 America/Fortaleza Fortaleza
BR 66010-000 America/Belem Belem
BR 69005-070 America/Manaus Manaus
BR 69301-110 America/Boa_Vista Boa Vista
BR 69900-000 America/Rio_Branco Rio Branco
BR 76801-000 America/Porto_Velho Porto Velho
BR 74003-010 America/Sao_Paulo Goiania
BR 78005-000 America/Cuiaba Cuiaba
BR 79002-000 America/Campo_Grande Campo Grande
MX 06000 America/Mexico_City Mexico City
MX 22000 America/Tijuana Tijuana
MX 32000 America/Ciudad_Juarez Ciudad Juarez
MX 31000 America/Chihuahua Chihuahua
MX 64000 America/Monterrey Monterrey
MX 77500 America/Cancun Cancun
MX 80000 America/Mazatlan Culiacan
MX 83000 America/Hermosillo Hermosillo
MX 88500 America/Matamoros Reynosa
RU 101000 Europe/Moscow Moscow
RU 190000 Europe/Moscow St. Petersburg
RU 236000 Europe/Kaliningrad Kaliningrad
RU 443001 Europe/Samara Samara
RU 620000 Asia/Yekaterinburg Yekaterinburg
RU 644000 Asia/Omsk Omsk
RU 630000 Asia/Novosibirsk Novosibirsk
RU 660000 Asia/Krasnoyarsk Krasnoyarsk
RU 664000 Asia/Irkutsk Irkutsk
RU 677000 Asia/Yakutsk Yakutsk
RU 690000 Asia/Vladivostok Vladivostok
RU 683000 Asia/Kamchatka Petropavlovsk
ID 10110 Asia/Jakarta Jakarta
ID 78111 Asia/Pontianak Pontianak
ID 80111 Asia/Makassar Denpasar
ID 70111 Asia/Makassar Banjarmasin
ID 99111 Asia/Jayapura Jayapura
ES 28001 Europe/Madrid Madrid
ES 35001 Atlantic/Canary Las Palmas
ES 38001 Atlantic/Canary Santa Cruz
PT 1100-148 Europe/Lisbon Lisbon
PT 9000-018 Atlantic/Madeira Funchal
PT 9500-150 Atlantic/Azores Ponta Delgada
FR 75001 Europe/Paris Paris
FR 20000 Europe/Paris Ajaccio
FR 97110 America/Guadeloupe Pointe-a-Pitre
FR 97200 America/Martinique Fort-de-France
FR 97300 America/Cayenne Cayenne
FR 97400 Indian/Reunion Saint-Denis
FR 98800 Pacific/Noumea Noumea
NZ 1010 Pacific/Auckland Auckland
NZ 8016 Pacific/Chatham Chatham Islands
CL 8320000 America/Santiago Santiago
CL 6200000 America/Punta_Arenas Punta Arenas
CL 5950000 America/Punta_Arenas Coyhaique
MN 14200 Asia/Ulaanbaatar Ulaanbaatar
MN 84000 Asia/Hovd Khovd
KZ 050000 Asia/Almaty Almaty
DE 10115 Europe/Berlin Berlin
GB SW1A 1AA Europe/London London
JP 100-0001 Asia/Tokyo Tokyo
IN 110001 Asia/Kolkata Delhi
CN 100000 Asia/Shanghai Beijing
""".strip().splitlines()


# Areas of three digits that the USPS has not given out.
FREE_AREAS = """
000 001 002 003 004 099 213 269 343 345 348 353 419 428 429 517 518 519 529 533 536 552 568 578 579 589 621 632 642 643
659 663 682 694 695 696 697 698 699 702 709 715 732 742 771 817 818 819 839 848 849 854 858 861 862 866 867 868 869 876
886 887 888 892 896 899 909 929 987
"""


def city(line: str) -> tuple[str, str, str]:
    """Country, postcode (which may hold a space) and zone of a line."""
    words = line.split()
    place = next(index for index, word in enumerate(words) if "/" in word)
    return words[0], " ".join(words[1:place]), words[place]


class TestZoneOf:
    @pytest.mark.parametrize("line", CITIES)
    def test_a_city_is_that_of_its_postcode(self, line: str) -> None:
        country, postcode, zone = city(line)
        assert zone_of(country, postcode) == zone

    @pytest.mark.parametrize(
        ("country", "province", "zone"),
        [
            ("US", "CA", "America/Los_Angeles"),
            ("us", "US-HI", "Pacific/Honolulu"),
            ("CA", "NL", "America/St_Johns"),
            ("AU", "WA", "Australia/Perth"),
            ("BR", "AC", "America/Rio_Branco"),
            ("ES", "TF", "Atlantic/Canary"),
        ],
    )
    def test_without_a_postcode_is_that_of_the_province(self, country: str, province: str, zone: str) -> None:
        assert zone_of(country, "", province) == zone
        assert is_sure(country, "", province)

    def test_the_postcode_counts_more_than_the_province(self) -> None:
        assert zone_of("US", "79901", "TX") == "America/Denver"

    def test_with_neither_is_where_most_people_live(self) -> None:
        assert zone_of("US") == "America/New_York"
        assert zone_of("RU", "not a postcode") == "Europe/Moscow"
        assert not is_sure("US")

    def test_of_a_country_with_one_zone_is_sure(self) -> None:
        assert is_sure("DE", "10115")
        assert is_sure("jp")

    @pytest.mark.parametrize("country", ["", "ZZ", "Germany"])
    def test_of_no_country_is_empty(self, country: str) -> None:
        assert zone_of(country, "12345") == ""
        assert not is_sure(country)


class TestTable:
    def test_names_only_zones_that_exist(self) -> None:
        named = {
            zone
            for country in zones._countries().values()
            for zone in (country.zone, *country.postcodes.values(), *country.provinces.values())
        }
        assert named <= available_timezones()
        assert all(datetime(2026, 1, 1, tzinfo=ZoneInfo(zone)).utcoffset() is not None for zone in named)

    def test_knows_the_countries_of_the_world(self) -> None:
        assert len(zones._countries()) > 245

    def test_knows_every_zip_code_of_the_states(self) -> None:
        free = set(FREE_AREAS.split())
        unknown = {f"{area:03}" for area in range(1000) if not is_sure("US", f"{area:03}01")}
        assert unknown <= free
