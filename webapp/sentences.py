"""Sentences that the floors below say, in the language of the page: down there no language is known.

A refusal of a rule ("must be a number") becomes a sentence where a form shows it ("This must be a number."); these are
the sentences, with names for what varies in them.
"""

import re

from webapp import languages


def _(text: str) -> str:
    """Marks a text; it is looked up when it is told."""
    return text


SENTENCES = (
    # Fields of the merchant's own.
    _("This must begin with a letter and have small letters, digits and _ only, %(most)s at most."),
    _("This is that of another field already."),
    _("This is one too many: there may be %(most)s fields at most."),
    _("This must be %(least)s to %(most)s lines."),
    _("This must be lines of at most %(most)s characters."),
    _("This must be yes or no."),
    _("This must be true or false."),
    _("This must be a number."),
    _("This must be a day such as %(example)s."),
    _("This must be one of its choices."),
    _("This must be a text of at most %(most)s characters."),
    _("This must be a text of %(least)s to %(most)s characters."),
    # Segments.
    _("Here there may be at most %(most)s conditions."),
    _("This groups may stand in each other %(most)s deep at most."),
    _("This must be left out beside within_last."),
    _("This there is no such field of your own."),
    _("This must be a currency such as EUR."),
    _("This must begin with the lower number."),
    _("This must be a whole number of days from %(least)s to %(most)s."),
    _("A shop has at most %(most)s segments. Remove one that is no longer needed."),
    _("The rules of %(names)s ask this segment. Change those first."),
    _("There is no such segment."),
    _("A segment cannot ask itself, nor one whose rules ask it."),
    # Merges.
    _("There is no customer %(id)s, or they were merged into another one already."),
    _("A customer cannot be merged with themselves."),
    _("There is no such merge."),
    _("The shop itself merged these accounts; there is only one of them left to show."),
    _("This merge was undone before."),
    _("There is nobody %(id)s who stands under another customer."),
    _("This one was merged by hand: undo that merge."),
    # Points and the loyalty programme.
    _("%(wanted)s points are needed, %(available)s are available."),
    _("This must be chosen."),
    _("This must say why."),
    _("This cannot be bought: the loyalty programme is switched off."),
    _("This is not one of the programme's."),
    _("This must be a whole number above 0."),
    _("This must be a whole number from 0 on."),
    _("This must be a whole number from %(least)s to %(most)s."),
    _("This must be a number from %(least)s to %(most)s with three decimals at most."),
    _("This must be an amount above 0."),
    _("This must be an amount from 0 on."),
    _("This must be an amount from %(least)s to %(most)s."),
    _("This must be a list of at most %(most)s entries."),
    _("This must be small letters, digits, dots, dashes and underscores."),
    _("This must be higher than that of the level before."),
    _("This is there already."),
    _("This is missing."),
    # Settings, words and rules of the search.
    _("This must have at most %(most)s entries."),
    _("This must be texts of at most %(most)s characters."),
    _("This must have at least one of %(names)s."),
    _("This must be at most %(most)s words, each with a list of others."),
    _("This must be at most %(most)s texts of at most %(longest)s characters each."),
    _("This must be at most %(most)s names of at most %(longest)s characters."),
    _("This must be at most %(most)s prices in minor units, rising."),
    _("This must be later than the start."),
    _("This must have from %(least)s to %(most)s entries."),
    _("This must have a letter or a number in each entry."),
    _("This must have a letter or a number."),
    _("This must be a whole number from 1 to %(most)s, or from -%(least)s to -1."),
    _("This must be a path such as /pages/sale or an address that begins with https://."),
    _("This must be a date and a time."),
    _("The kind must be %(one)s or %(other)s."),
    _("There have to be at least two different words."),
    _("There may be at most %(most)s words in one group."),
    _("Each may have at most 100 characters."),
    _("This is no CSV: %(reason)s."),
    _("A shop has at most %(most)s rules. Remove one that is no longer needed."),
    # Why a search finds nothing.
    _("What was found has just been taken from sale."),
    _("There are results, but not so many pages of them."),
    _("Type at least one letter or number."),
    _("The search is being set up. Try again in a moment."),
    _("There are no products yet."),
    _("What would be found is not shown at present."),
    _("Nothing fits all filters. Without any filter there would be %(number)s."),
    _("Nothing fits all filters. Without the filter “%(name)s” there would be %(number)s."),
    _("No product has “%(words)s”."),
    _("No product fits this search."),
    # How an engine read a search, and why a product stands where it stands.
    _("It has all the words"),
    _("Its title has all the words"),
    _("“%(words)s” stand side by side in the title"),
    _("“%(word)s” is in the title: it says what is looked for"),
    _("“%(word)s” is what its title calls the product"),
    _("One variant has both words of “%(words)s”"),
    _("“%(word)s” is its SKU or barcode"),
    _("Its title has “%(words)s” in common with the best hits"),
    _("The product is not in the index."),
    _("The filters leave the product out."),
    _("It has too few of the words."),
    _("What it means is like the query, or less so"),
    _("A rule counts %(what)s %(factor)s times"),
    _("“%(word)s”, completed to “%(other)s”, in the title"),
    _("“%(word)s”, completed to “%(other)s”, in its other texts"),
    _("“%(word)s”, corrected to “%(other)s”, in the title"),
    _("“%(word)s”, corrected to “%(other)s”, in its other texts"),
    _("“%(word)s”, written as “%(other)s”, in the title"),
    _("“%(word)s”, written as “%(other)s”, in its other texts"),
    _("“%(word)s”, by its synonym “%(other)s”, in the title"),
    _("“%(word)s”, by its synonym “%(other)s”, in its other texts"),
    _("“%(word)s” in the title"),
    _("“%(word)s” in its other texts"),
    _("“%(word)s” is left out: it says nothing by itself."),
    _("“%(word)s” is a SKU or barcode."),
    _("“%(word)s” is in no product."),
    _("“%(word)s” is taken for the beginning of “%(others)s”."),
    _("“%(word)s” is taken for a misspelling of “%(others)s”."),
    _("“%(word)s” is also written as “%(other)s”."),
    _("“%(word)s” is also a synonym of “%(other)s”."),
    # The same in the words of Meilisearch.
    _("every product counts the same without words"),
    _("“%(words)s” in its texts, the title among them"),
    _("all the words are there"),
    _("“%(words)s” next to each other in the title"),
    _("the last word, “%(word)s”, in the title"),
    _("its title has words in common with those of the best"),
    _("boosted by a rule: times %(factor)s"),
    _("buried by a rule: times %(factor)s"),
    _("“%(word)s”: left out, it says nothing"),
    _("“%(word)s”: no product has it"),
    _("“%(word)s”: a SKU or barcode"),
    _("“%(word)s” may be the beginning of a word"),
    _("no product has all of the words: those with some of them count too"),
    _("no words: everything is found, the newest first"),
    _("it is not among the best hundred, which are looked at more closely"),
    _("it is number %(place)s of all that is found"),
    _("“%(word)s” read as “%(others)s”"),
    _("“%(word)s” with all its endings (“%(stem)s…”), or “%(others)s”"),
    _("“%(word)s” with all its endings (“%(stem)s…”)"),
    _("“%(word)s”, or “%(others)s”"),
    _("the server found %(some)s of %(all)s words"),
    _("of them %(number)s in another spelling"),
    _("in an important attribute"),
    _("in an attribute of lesser importance"),
    _("the words stand next to each other"),
    _("an attribute is exactly the query"),
    # What a merchant is alerted of.
    _("Few are left of %(name)s: 1 piece."),
    _("Few are left of %(name)s: %(number)s pieces."),
    _("More of %(name)s was sold than there is: 1 piece too many."),
    _("More of %(name)s was sold than there is: %(number)s pieces too many."),
    _(
        "The webhook endpoint %(name)s was switched off. It took nothing for three days. What is for it since then is"
        " kept, and goes out when it is active again."
    ),
    _("The webhook endpoint %(name)s was switched off. It answered 410: it wants nothing any more."),
    _(
        "The webhook endpoint %(name)s has taken nothing since %(since)s. %(share)s %% of the time until it is switched"
        " off is over."
    ),
    _("Your template of “%(title)s” (%(language)s) went wrong, so the usual one was sent. %(why)s"),
    # Titles that are stored with what stands on timelines.
    _("Note"),
    _("%(points)s points end on %(day)s"),
)
_BETWEEN = (_("” or “"), _("”, or “"), _("”, “"))  # of words within a sentence
_PLACE = re.compile(r"%\\\((\w+)\\\)s")


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(r"(?P<\1>.+)", re.escape(text)), re.DOTALL)


PATTERNS = tuple((text, _pattern(text.replace("%%", "%"))) for text in SENTENCES)


def this(text: str) -> str:
    """What a rule says of a field ("must be a number"), as the sentence that stands under it."""
    return told(f"This {text}.")


def told(text: str) -> str:
    """The sentence in the language of this request; as it is where it is none of those."""
    for known, pattern in PATTERNS:
        found = pattern.fullmatch(text)
        if found is not None:
            values = {name: _within(value) for name, value in found.groupdict().items()}
            return languages.translated(known) % values
    return text


def each(text: str) -> str:
    """Several sentences with semicolons between them."""
    return "; ".join(told(one) for one in text.split("; "))


def _within(value: str) -> str:
    for between in _BETWEEN:
        value = value.replace(between, languages.translated(between))
    return value
