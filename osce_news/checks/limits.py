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
MAX_DAYS_AHEAD = 3  # days that a date may be ahead of the fetch: time zones, items released early
MIN_RELABELLED = 3  # stored items whose offices, topics or types differ now; fewer are edits
MAX_RELABELLED = Fraction(1, 2)  # share of the stored items with names that now have other ones
MAX_MOVED = Fraction(1, 4)  # share of stored items with all names replaced; more are the names of other items
MIN_DUPLICATES = 3  # new items with the title and date of a stored one; a few titles appear twice on one day
MAX_DUPLICATES = Fraction(1, 2)  # share of the new items; more would be stored twice, under two numbers
MIN_ORDERED = 5  # dated results; fewer do not show the list's order
MISPLACED = 10  # one result in this many may be out of order, and is ignored
MAX_OUT_OF_ORDER = Fraction(1, 5)  # share of the pairs of other results; the list was requested newest first
MAX_WITHDRAWN = 20  # items missing from the list; more, and more than the share below, is implausible
MAX_WITHDRAWN_SHARE = Fraction(1, 50)  # share of the list's items; probably the list was not read completely
MAX_UNREADABLE = 5  # articles in a row that are not understood, or in an unknown layout: the site has changed
MIN_KNOWN_LAYOUTS = 20  # stored articles in known layouts; with fewer, an unknown layout is not unusual
MAX_REFUSED = 2  # refused articles in a row; one may be closed to everybody, a second means "go away"
MAX_FORBIDDEN = 5  # articles in a row that robots.txt forbids; these cost the site no request
MIN_STORED = 100  # stored items in the page's language, enough to compare with
MAX_NEIGHBOURS = 300  # stored items nearest in date that a page is compared with
MIN_KIND = 10  # stored items of one office or topic, enough to show what is usual for it
MAX_ALIKE = 5  # results of one office or topic that count; a page of one office repeats itself
ODDS_RATIO = 2.5  # the odds on a page may be this many times lower than those of the stored items
P_VALUE = 1e-4  # probability of so low a count at those lower odds; below this, it is not chance
SHORT_TEASER = 60  # characters; shorter teasers count as cut
MIN_PAIRS = 20  # pairs of results with different dates, enough to compare node numbers with dates
MIN_IN_STEP = 0.65  # share of pairs whose numbers rise with the dates; below this, dates were mixed up
USUALLY_IN_STEP = 0.9  # the same share of stored items; below this, the numbers prove nothing
MIN_AGREEING = 0.6  # share of results with an office of the last one in their folder (/odihr/): no fault
COMMON = Fraction(1, 5)  # of the items of a folder's main office; offices with fewer are ignored
MAX_OFFICES = 3  # offices in a folder; with more, the address says nothing about the office

DATE, OFFICES, TOPICS, TYPE = "Publishing date", "Where we are", "What we do", "Content type"
_FIELDS = {"content_type_raw": TYPE, "offices_raw": OFFICES, "topics_raw": TOPICS, "teaser": "teaser"}
HALF, THIRD, QUARTER, FIFTH, TENTH = (Fraction(1, number) for number in (2, 3, 4, 5, 10))

# --- The results of a page by themselves -------------------------------------------------------------------
PAGE_RULES: tuple[Rule[NewsItem], ...] = (
    Rule(
        name="unreadable dates", label=DATE, expected="dates such as '15 March 2022'",
        counted="results with a date in another form", wrong=faults.unreadable_date, least=3, share=FIFTH,
        why="A new form of date must be added, not stored as NULL.",
    ),
    Rule(
        name="future dates", label=DATE, expected="dates before the page was fetched",
        counted="results with a later date", wrong=faults.future_date, least=2, share=FIFTH,
        why="The OSCE dates few items ahead, and those by a few days.",
    ),
    Rule(
        name="dates and datelines, few", label=DATE, expected="the dateline's date, as nearly everywhere",
        counted="results with another date", wrong=faults.not_dateline, applies=faults.both_dates, enough=5,
        least=4, share=Fraction(3, 4),
        why="Most datelines have the publishing date: 274 of 286 real ones do.",
    ),
    Rule(
        name="dates and datelines, many", label=DATE, expected="the dateline's date, as nearly everywhere",
        counted="results with another date", wrong=faults.not_dateline, applies=faults.both_dates, enough=20,
        least=7, share=THIRD,
        why="The same; with many datelines the limit can be lower.",
    ),
    *(
        Rule(
            name=f"swapped {names}", label=label, expected=f"names of {names}",
            counted="results with a name of another label", wrong=faults.swapped_name(kind),
            applies=faults.has_names(kind), least=2, share=FIFTH,
            why="Labels or values were swapped.",
        )
        for kind, names, label in (
            ("offices", "offices", OFFICES), ("topics", "topics", TOPICS), ("content_types", "types", TYPE),
        )
    ),
    *(
        Rule(
            name=f"unknown {kind}", label=label, expected=f"known {kind}",
            counted="results with only unknown ones",
            wrong=faults.unknown_names(kind), applies=faults.has_names(kind), least=5, share=HALF,
            distinct=MAX_RENAMED + 1, usual=QUARTER,
            why=f"One or two new names are a renaming; many are not {kind}.",
        )
        for kind, label in (("offices", OFFICES), ("topics", TOPICS))
    ),
    Rule(
        name="another site", label="addresses", expected="the site of the list",
        counted="results on another site", wrong=faults.other_site, least=3, share=HALF, usual=5,
        why="The links lead elsewhere, such as to a proxy.",
    ),
    Rule(
        name="cut titles", label="titles", expected="complete titles", counted="results whose title is cut",
        wrong=faults.cut_title, least=5, share=HALF, usual=QUARTER,
        why="The site shortens what it prints.",
    ),
    Rule(
        name="titles as teasers", label="teasers", expected="more than the title",
        counted="results whose teaser is the title", wrong=faults.title_as_teaser, least=5, share=HALF,
        usual=QUARTER, why="The teaser was read from the wrong place.",
    ),
    Rule(
        name="labels in text", label=None, expected="labels outside the text",
        counted="results with these words in title or teaser", wrong=faults.label_in_text, least=2,
        share=QUARTER,
        why="Labels were taken for text.",
    ),
    Rule(
        name="unknown labels", label=None, expected="known labels",
        counted="results whose teaser begins with these words", wrong=faults.lead, least=2, share=QUARTER,
        alike=True,
        why="The same words and a colon before many teasers are a label.",
    ),
    *(
        Rule(
            name=name, label=label, expected=expected, counted=counted, wrong=faults.trace(pattern),
            applies=applies, least=2, share=HALF, usual=Fraction(1, 50), usual_of_all=True, why=why,
        )
        for name, label, expected, counted, pattern, applies, why in (
            ("entities", "&", "text without entities", "results with entities", faults.ENTITY,
             lambda item: "&" in faults.text(item), "The text was escaped twice."),
            ("garbled letters", "letters", "text in the right encoding", "results with garbled letters",
             faults.MOJIBAKE, lambda item: not faults.text(item).isascii(), "UTF-8 was read as Latin-1."),
            ("question marks", "letters", "text in the right encoding", "results with question marks",
             faults.QUESTION_MARKS, lambda item: "?" in faults.text(item), "Letters were lost."),
        )
    ),
    Rule(
        name="long names", label=f"{OFFICES}, {TOPICS}",
        expected=f"names of at most {MAX_NAME_LENGTH} characters", counted="results with a longer one",
        wrong=faults.long_name(MAX_NAME_LENGTH), least=2, share=TENTH,
        why="Text after a value was read as part of it.",
    ),
    Rule(
        name="Russian without Cyrillic", label="language", expected="titles in Russian",
        counted="results without a Cyrillic letter", wrong=faults.no_cyrillic,
        applies=lambda item: item.language == "ru", least=3, share=HALF,
        why="The page declares the wrong language.",
    ),
    Rule(
        name="shared addresses", label="addresses", expected="one per item",
        counted="results that share it with another title", wrong=faults.second_title, least=2, share=FIFTH,
        why="Several results would be stored as one item.",
    ),
    Rule(
        name="one title", label="titles", expected="one per item", counted="results with the same one",
        wrong=lambda item, _: item.title, least=5, share=HALF, alike=True, usual=5,
        why="The title was read from the page around the results.",
    ),
    Rule(
        name="one teaser", label="teasers", expected="one per item", counted="results with the same one",
        wrong=lambda item, _: item.teaser, least=5, share=HALF, alike=True, usual=5,
        why="The teaser was read from the page around the results.",
    ),
)  # fmt: skip

# --- The items of a page that are stored, in the same language ---------------------------------------------
ITEM_RULES: tuple[Rule[Pair], ...] = (
    *(
        Rule(
            name=f"lost {label}", label=label, expected="a value, as these items had before",
            counted="items without one", wrong=faults.lost(name), applies=faults.had(name),
            least=3, share=HALF, why="An editor removes one; a defect removes them all.",
        )
        for name, label in _FIELDS.items()
    ),
    *(
        Rule(
            name=f"other {name}", label=label, expected="the stored values of these items",
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
    name="other language", label="language", expected="the stored values of these items",
    counted="items with another language but the same title", wrong=faults.other_language, least=3,
    share=HALF,
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
        why="Without it, the item would be stored a second time.",
    ),
    Usual(
        name="lower-case letters", label="title", few=0.6,
        shows=lambda item: any(map(str.islower, item.title)), why="The page prints upper case only.",
    ),
    Usual(
        name="upper-case letters", label="title", few=0.6,
        shows=lambda item: any(map(str.isupper, item.title)), why="The page prints lower case only.",
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
        why="If each result has the next one's date, most still agree.",
    ),
)  # fmt: skip
# `baseline` fills in `shows`, as the stored items show which offices an address such as /odihr/ belongs to.
OFFICE_OF_ADDRESS = Usual(
    name="the office of the item's address", label=OFFICES, few=0.6, shows=lambda item: None,
    why="Offices were assigned to other items.",
)  # fmt: skip
