"""What shops and shoppers call the same by different words, by language: besides, and below, a merchant's own synonyms.

Each line has words for one thing; every one of them is searched besides the others. What has several meanings in shops
is left out.
"""

from functools import cache

_SAME = {
    "english": """
        laptop, notebook
        tv, television
        pc, desktop computer
        mobile phone, cell phone, cellphone, smartphone
        headphones, earphones, headset
        earbuds, in ear headphones
        hdd, hard drive, hard disk
        ssd, solid state drive
        usb stick, flash drive, memory stick, thumb drive
        power bank, portable charger
        flashlight, torch
        smartwatch, smart watch
        webcam, web camera
        ps4, playstation 4
        ps5, playstation 5
        ps3, playstation 3
        fridge, refrigerator
        stove, cooker
        vacuum, vacuum cleaner, hoover
        trash can, garbage can, waste bin, rubbish bin
        faucet, tap
        couch, sofa
        nightstand, bedside table
        closet, wardrobe
        curtains, drapes
        comforter, duvet, quilt
        rug, carpet
        stroller, pram, buggy, pushchair
        diaper, nappy
        pacifier, dummy
        crib, cot
        sneakers, trainers
        sweater, jumper, pullover
        hoodie, hooded sweatshirt
        tee, t-shirt, tshirt
        pants, trousers
        swimsuit, bathing suit, swimwear
        raincoat, rain jacket
        purse, handbag
        fanny pack, waist bag
        suitcase, luggage
        backpack, rucksack
        sunglasses, shades
        necktie, tie
        jewelry, jewellery
        perfume, fragrance
        lawnmower, lawn mower
        hairdryer, hair dryer, blow dryer
        cookware, pots and pans
        bike, bicycle
        soccer, football
        aluminum, aluminium
        gray, grey
        color, colour
    """,
    "german": """
        laptop, notebook
        fernseher, tv
        handy, smartphone, mobiltelefon
        kopfhörer, headset
        usb stick, speicherstick
        powerbank, zusatzakku
        sofa, couch
        schrank, kleiderschrank
        turnschuhe, sneaker
        pullover, pulli
        t-shirt, shirt
        rucksack, backpack
        fahrrad, rad, bike
        mülleimer, abfalleimer
        staubsauger, sauger
        kühlschrank, kühlgerät
    """,
}


@cache
def usual_synonyms(languages: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Word or phrase to the others for the same thing, of all these languages."""
    found: dict[str, tuple[str, ...]] = {}
    for language in languages:
        for line in _SAME.get(language, "").strip().splitlines():
            words = [word.strip() for word in line.split(",")]
            for word in words:
                found[word] = (*found.get(word, ()), *(other for other in words if other != word))
    return found
