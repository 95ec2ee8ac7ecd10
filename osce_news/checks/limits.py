"""All limits of the checks, in tables to be read from top to bottom; the other modules apply them.

`python -m osce_news.checks` prints the tables for docs/checks.md.
"""

from __future__ import annotations

from fractions import Fraction

from osce_news.checks import faults
from osce_news.checks.faults import Pair
from osce_news.checks.rules import Rule, Usual, first_office, has_among
from osce_news.items import NewsItem

# --- Single limits -----------------------------------------------------------------------------------------
MAX_NAME_LENGTH = 120  # characters of an office or topic; the longest seen has 95
MAX_RENAMED = 2  # names that the site may change at once in all items
MAX_DAYS_AHEAD = 3  # days between fetching and publishing: time zones, and embargoes that are not kept
MIN_RELABELLED = 3  # stored items with other offices, topics or types; fewer are an editor's work
MAX_RELABELLED = Fraction(1, 2)  # of the stored items with names have other ones
MAX_MOVED = Fraction(1, 4)  # of the stored items have none of their former names: these belong to other items
MIN_DUPLICATES = 3  # new items with title and date of a stored one; a few titles do appear twice on one day
MAX_DUPLICATES = Fraction(1, 2)  # of the new items; they would be stored a second time, under another number
MIN_ORDERED = 5  # dated results; fewer do not show the order of the list
MISPLACED = 10  # one result in so many may stand where its date does not belong, and is left out
MAX_OUT_OF_ORDER = Fraction(1, 5)  # of the pairs of other results; the list was asked for newest first
MAX_WITHDRAWN = 20  # items that are no longer listed; more, and more than the share, are no withdrawals
MAX_WITHDRAWN_SHARE = Fraction(1, 50)  # of the items that the list had: it was not read whole
MAX_UNREADABLE = 5  # articles in a row that are not understood, or of unknown layout: the site has changed
MIN_KNOWN_LAYOUTS = 20  # stored articles of known layouts, before an unknown layout is unusual
MAX_REFUSED = 2  # refused articles in a row; one may be closed to everybody, a second means "go away"
MAX_FORBIDDEN = 5  # articles in a row that robots.txt forbids; these cost the site no request
MIN_STORED = 100  # stored items in the page's language; fewer are too few to compare with
MAX_NEIGHBOURS = 300  # stored items, the nearest in date, that a page is compared with
MIN_KIND = 10  # stored items of one office or topic that show what is usual for it
MAX_ALIKE = 5  # results of one office or topic that are counted: such a page says the same fifty times
ODDS_RATIO = 2.5  # by which the odds of a page may be smaller than those of the stored items
P_VALUE = 1e-4  # probability of a count so low, at these smaller odds; rarer ones are no accident
SHORT_TEASER = 60  # characters; shorter teasers are cut ones
MIN_PAIRS = 20  # pairs of results with different dates, to compare node numbers with dates
MIN_IN_STEP = 0.65  # of the pairs have numbers that rise with the dates; else titles have others' dates
USUALLY_IN_STEP = 0.9  # of the pairs of stored items do so; else nothing is concluded
MIN_AGREEING = 0.6  # of results share an office with others of such an address (/odihr/): then all is well
COMMON = Fraction(1, 5)  # of the items of its most frequent office makes an office one of an address
MAX_OFFICES = 3  # offices of an address; more say nothing about an item

DATE, OFFICES, TOPICS, TYPE = "Publishing date", "Where we are", "What we do", "Content type"
_FIELDS = {"content_type_raw": TYPE, "offices_raw": OFFICES, "topics_raw": TOPICS, "teaser": "teaser"}
HALF, THIRD, QUARTER, FIFTH, TENTH = (Fraction(1, number) for number in (2, 3, 4, 5, 10))

# --- The results of a page by themselves -------------------------------------------------------------------
PAGE_RULES: tuple[Rule[NewsItem], ...] = (
    Rule(
        name="unreadable dates", label=DATE, expected="dates such as '15 March 2022'",
        counted="results with a date in another form", wrong=faults.unreadable_date, least=3, share=FIFTH,
        why="A new form of date has to be learned, not stored as NULL.",
    ),
    Rule(
        name="future dates", label=DATE, expected="dates before the page was fetched",
        counted="results with a later date", wrong=faults.future_date, least=2, share=FIFTH,
        why="The OSCE dates few items ahead, and none by more than days.",
    ),
    Rule(
        name="dates and datelines, few", label=DATE, expected="the date of the dateline, as nearly always",
        counted="results with another one", wrong=faults.not_dateline, applies=faults.both_dates, enough=5,
        least=4, share=Fraction(3, 4),
        why="Datelines name the day of publishing: 274 of 286 real ones do.",
    ),
    Rule(
        name="dates and datelines, many", label=DATE, expected="the date of the dateline, as nearly always",
        counted="results with another one", wrong=faults.not_dateline, applies=faults.both_dates, enough=20,
        least=7, share=THIRD,
        why="The same; many datelines allow a closer look.",
    ),
    *(
        Rule(
            name=f"swapped {names}", label=label, expected=f"names of {names}",
            counted="results with a name of another label", wrong=faults.swapped_name(kind),
            applies=faults.has_names(kind), least=2, share=FIFTH,
            why="Labels or values were exchanged.",
        )
        for kind, names, label in (
            ("offices", "offices", OFFICES), ("topics", "topics", TOPICS), ("content_types", "types", TYPE),
        )
    ),
    *(
        Rule(
            name=f"unknown {kind}", label=label, expected=f"{kind} that are known",
            counted="results with unknown ones only",
            wrong=faults.unknown_names(kind), applies=faults.has_names(kind), least=5, share=HALF,
            distinct=MAX_RENAMED + 1, usual=QUARTER,
            why="One or two new names are a renaming; many are no names of this kind.",
        )
        for kind, label in (("offices", OFFICES), ("topics", TOPICS))
    ),
    Rule(
        name="another site", label="addresses", expected="the site of the list",
        counted="results on another one", wrong=faults.other_site, least=3, share=HALF, usual=5,
        why="The links lead elsewhere, such as to a proxy.",
    ),
    Rule(
        name="cut titles", label="titles", expected="whole titles", counted="results whose title is cut",
        wrong=faults.cut_title, least=5, share=HALF, usual=QUARTER,
        why="The site shortens what it prints.",
    ),
    Rule(
        name="titles as teasers", label="teasers", expected="more than the title",
        counted="results whose teaser is the title", wrong=faults.title_as_teaser, least=5, share=HALF,
        usual=QUARTER, why="The teaser was read from the wrong place.",
    ),
    Rule(
        name="labels in text", label=None, expected="labels apart from the text",
        counted="results with it in title or teaser", wrong=faults.label_in_text, least=2, share=QUARTER,
        why="Labels were taken for text.",
    ),
    Rule(
        name="unknown labels", label=None, expected="labels that are known",
        counted="results whose teaser begins with it", wrong=faults.lead, least=2, share=QUARTER, alike=True,
        why="The same words with a colon before many teasers are a label.",
    ),
    *(
        Rule(
            name=name, label=label, expected=expected, counted=counted, wrong=faults.trace(pattern),
            applies=applies, least=2, share=HALF, usual=Fraction(1, 50), usual_of_all=True, why=why,
        )
        for name, label, expected, counted, pattern, applies, why in (
            ("entities", "&", "text without entities", "results with some", faults.ENTITY,
             lambda item: "&" in faults.text(item), "The text was escaped twice."),
            ("garbled letters", "letters", "text in its right encoding", "results with garbled ones",
             faults.MOJIBAKE, lambda item: not faults.text(item).isascii(), "UTF-8 was read as Latin-1."),
            ("question marks", "letters", "text in its right encoding", "results with question marks",
             faults.QUESTION_MARKS, lambda item: "?" in faults.text(item), "Letters were lost."),
        )
    ),
    Rule(
        name="long names", label=f"{OFFICES}, {TOPICS}", expected="names",
        counted=f"results with one of more than {MAX_NAME_LENGTH} characters",
        wrong=faults.long_name(MAX_NAME_LENGTH), least=2, share=TENTH,
        why="Text behind a value was taken for a part of it.",
    ),
    Rule(
        name="Russian without Cyrillic", label="language", expected="titles in Russian",
        counted="results without a Cyrillic letter", wrong=faults.no_cyrillic,
        applies=lambda item: item.language == "ru", least=3, share=HALF,
        why="The page declares the wrong language.",
    ),
    Rule(
        name="shared addresses", label="addresses", expected="one for each item",
        counted="results with the address of another title", wrong=faults.second_title, least=2, share=FIFTH,
        why="Several results would be stored as one item.",
    ),
    Rule(
        name="one title", label="titles", expected="one for each item", counted="results with the same",
        wrong=lambda item, _: item.title, least=5, share=HALF, alike=True, usual=5,
        why="The title was read from the frame of the page.",
    ),
    Rule(
        name="one teaser", label="teasers", expected="one for each item", counted="results with the same",
        wrong=lambda item, _: item.teaser, least=5, share=HALF, alike=True, usual=5,
        why="The teaser was read from the frame of the page.",
    ),
)  # fmt: skip

# --- The items of a page that are stored, in the same language ---------------------------------------------
ITEM_RULES: tuple[Rule[Pair], ...] = (
    *(
        Rule(
            name=f"lost {label}", label=label, expected="it, as these items had it",
            counted="items without it", wrong=faults.lost(name), applies=faults.had(name),
            least=3, share=HALF, why="An editor removes one; a defect removes them all.",
        )
        for name, label in _FIELDS.items()
    ),
    *(
        Rule(
            name=f"other {name}", label=label, expected="what is stored of these items",
            counted=f"items with another {name}", wrong=wrong, least=3, share=share, why=why,
        )
        for name, label, wrong, share, why in (
            ("title", "title", faults.other_title, FIFTH, "Titles hardly ever change."),
            ("date", DATE, faults.other_date, FIFTH, "Dates hardly ever change."),
            ("teaser", "teaser", faults.other_teaser, HALF, "Many teasers may be corrected at once."),
            ("host", "addresses", faults.other_host, HALF, "The site may move in steps."),
        )
    ),
)  # fmt: skip
LANGUAGE_RULE: Rule[Pair] = Rule(
    name="other language", label="language", expected="what is stored of these items",
    counted="items with another one and the same title", wrong=faults.other_language, least=3, share=HALF,
    why="A translation has another title.",
)  # fmt: skip


# --- What stored items of the same time and language show --------------------------------------------------
USUAL: tuple[Usual, ...] = (
    Usual(
        name="one of these labels", label=f"{TYPE}, {OFFICES}, {TOPICS}", few=0.25,
        shows=lambda item: bool(item.content_type_raw or item.offices_raw or item.topics_raw),
        why="All labels are gone.",
    ),
    Usual(
        name="a type among the labels", label=TYPE, few=0.6,
        shows=has_among("content_type_raw", "offices_raw", "topics_raw"), why="Nearly all items have a type.",
    ),
    Usual(
        name="offices among the labels", label=OFFICES, few=0.25,
        shows=has_among("offices_raw", "content_type_raw", "topics_raw"),
        kind=lambda item: item.topics[0].raw if item.topics else None,
        why="Items of some topics have no office.",
    ),
    Usual(
        name="topics among the labels", label=TOPICS, few=0.25,
        shows=has_among("topics_raw", "content_type_raw", "offices_raw"), kind=first_office,
        why="Items of some offices hardly ever have topics.",
    ),
    Usual(
        name="a teaser", label="teaser", few=0.75, shows=lambda item: item.teaser is not None,
        why="Nearly all items have a teaser.",
    ),
    Usual(
        name="a node number", label="addresses", few=0.6, shows=lambda item: item.id.isdigit(),
        why="Without it an item gets a second identity.",
    ),
    Usual(
        name="small letters", label="title", few=0.6,
        shows=lambda item: any(map(str.islower, item.title)), why="The page prints capitals.",
    ),
    Usual(
        name="capital letters", label="title", few=0.6,
        shows=lambda item: any(map(str.isupper, item.title)), why="The page prints small letters.",
    ),
    Usual(
        name=f"more than {SHORT_TEASER} characters", label="teaser", few=0.6,
        shows=lambda item: len(item.teaser) > SHORT_TEASER if item.teaser else None,
        why="Teasers are cut.",
    ),
    Usual(
        name="a known type", label=TYPE, few=0.6,
        shows=lambda item: item.content_type is not None if item.content_type_raw else None,
        why="Something else was read as the type.",
    ),
    Usual(
        name="the date of the dateline", label=DATE, few=0.8,
        shows=lambda item: item.dateline_date == item.published if faults.both_dates(item) else None,
        why="Dates of the next result are often of the same day, so most still agree.",
    ),
)  # fmt: skip
# `baseline` fills in `shows`, as the stored items show which offices an address such as /odihr/ belongs to.
OFFICE_OF_ADDRESS = Usual(
    name="the office of the item's address", label=OFFICES, few=0.6, shows=lambda item: None,
    why="Offices were moved to other items.",
)  # fmt: skip
