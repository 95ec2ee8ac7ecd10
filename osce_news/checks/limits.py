"""All limits of the checks, as tables; the other modules apply them.

`python -m osce_news.checks` prints the tables for docs/checks.md.
"""

from __future__ import annotations

from fractions import Fraction

from osce_news.checks import rules
from osce_news.checks.rules import Pair, Rule, ShareRule, first_office, has_among
from osce_news.items import NewsItem
from osce_news.normalize.vocabulary import fold

# --- Single limits -----------------------------------------------------------------------------------------
MAX_NAME_LENGTH = 120  # characters of an office or topic; the longest seen has 95
MAX_RENAMED = 2  # names that the site may change at once in all items
OF_ONE_OFFICE = Fraction(1, 2)  # of the wrong results; if one office or day has more, they do not count
MAX_DAYS_AHEAD = 3  # days that a date may be ahead of the fetch: time zones, items released early
MIN_RELABELLED = 3  # stored items with other names, dates or teasers now; fewer are edits
MAX_MOVED = Fraction(1, 4)  # share of stored items with all names replaced; more are the names of other items
MAX_OF_OTHERS = Fraction(1, 5)  # share of the stored items with the date or teaser of another one
MIN_LOST_TEXTS = 3  # stored items without the full text that they had; more than half of them fail a page
MIN_DUPLICATES = 3  # new items that may be stored ones; a few titles appear twice on one day
MAX_DUPLICATES = Fraction(1, 2)  # share of the new items; with more, the addresses are not those of the items
MIN_ORDERED = 5  # dated results; fewer do not show the list's order
MAX_MISPLACED = Fraction(1, 3)  # share of the results; the others have to be in order, the newest first
MAX_HELD_OF_FIRST = 3  # held pages among the first ones of a run: the site has changed
FIRST_PAGES = 5  # the first pages of a run
MAX_HELD_SHARE = Fraction(1, 10)  # of the pages of a run; if more are held, the site has changed
MANY_PAGES = 30  # enough for that share
MAX_BAD_IN_A_ROW = 5  # articles in a row that are not understood, in an unknown layout, or all with one text
MIN_KNOWN_LAYOUTS = 20  # stored articles in known layouts; with fewer, an unknown layout is not unusual
MAX_REFUSED = 2  # refused articles in a row; one may be closed to everybody, a second means "go away"
MAX_FORBIDDEN = 5  # articles in a row that robots.txt forbids; these cost the site no request
MIN_STORED = 100  # stored items in the page's language, enough to compare with
MAX_NEIGHBOURS = 300  # stored items nearest in date that a page is compared with
MIN_GROUP = 10  # stored items of one office or topic, enough to show what is usual for it
MAX_ALIKE = 5  # results of one office or topic that count; a page of one office repeats itself
ODDS_RATIO = 2.5  # the odds on a page may be this many times lower than those of the stored items
P_VALUE = 1e-4  # probability of so low a count at those lower odds; below this, it is not chance
SHORT_TEASER = 60  # characters; shorter teasers count as cut
LONG_RUN = 31  # results; so many in a row never lack their labels or teasers by an oversight
MIN_AGREEING = 0.6  # share of results that share an office with the last one in their folder (/odihr/)

DATE, OFFICES, TOPICS, TYPE = "Publishing date", "Where we are", "What we do", "Content type"
HALF, QUARTER, FIFTH, TENTH, FIFTIETH = (Fraction(1, number) for number in (2, 4, 5, 10, 50))

# --- The results of a page by themselves -------------------------------------------------------------------
PAGE_RULES: tuple[Rule[NewsItem], ...] = (
    Rule(
        name="unreadable dates", label=DATE, expected="dates such as '15 March 2022'",
        wrong_records="results with a date in another form", min_wrong=3, max_share=FIFTH,
        fault=lambda item, page: item.published is None and page.is_dated and (item.published_raw or "none"),
        reason="A new form of date must be added, not stored as NULL.",
    ),
    Rule(
        name="future dates", label=DATE, expected="dates before the page was fetched",
        wrong_records="results with a later date", min_wrong=2, max_share=FIFTH,
        fault=lambda item, page: (item.published or "") > page.latest and item.published,
        reason="The OSCE dates few items ahead, and those by a few days.",
    ),
    Rule(
        name="dates and datelines", label=DATE, expected="the dateline's date, as nearly everywhere",
        wrong_records="results with another date; not those of one office or day that has more than half",
        fault=rules.date_unlike_dateline, applies_to=rules.has_both_dates,
        apart=(lambda item, _: first_office(item), rules.day_of_backlog(LONG_RUN)),
        min_wrong=4, max_share=Fraction(3, 4),  # 7 of 278 items of the site have another date
        reason="An office may publish late what it had written; the dates of all offices are a misreading.",
    ),
    Rule(
        name="dates of neighbours", label=DATE, expected="the dateline's date, as nearly everywhere",
        wrong_records="results whose dateline has the date of the result before or after",
        fault=rules.date_of_neighbour, applies_to=rules.has_both_dates, min_wrong=4,
        max_share=Fraction(1, 12), reason="Each result has the date of another one.",
    ),
    *(
        Rule(
            name=f"swapped {names}", label=label, expected=f"names of {names}",
            wrong_records="results with a name of another label", fault=rules.swapped_name(names),
            applies_to=rules.has_value(names), min_wrong=2, max_share=FIFTH,
            reason="Labels or values were swapped.",
        )
        for names, label in (("offices", OFFICES), ("topics", TOPICS))
    ),
    Rule(
        name="unknown topics", label=TOPICS, expected="known topics",
        wrong_records="results with only unknown ones", applies_to=rules.has_value("topics"),
        fault=lambda item, _: (
            not any(one.id for one in item.topics) and tuple(one.raw for one in item.topics)
        ),
        min_wrong=5, max_share=HALF, min_distinct=MAX_RENAMED + 1, usual=QUARTER,
        reason="One or two new names are a renaming; many are not topics.",
    ),
    Rule(
        name="names without letters", label=OFFICES, expected="names", wrong_records="results without one",
        fault=lambda item, _: next(
            (one.raw for one in item.offices if not any(map(str.isalpha, one.raw))), None
        ),
        applies_to=rules.has_value("offices"), min_wrong=2, max_share=FIFTH,
        reason="Something else was read as the office, such as its number.",
    ),
    Rule(
        name="another site", label="addresses", expected="the site of the list",
        wrong_records="results on another site", fault=rules.other_site, min_wrong=3, max_share=HALF,
        most_common=True, usual=FIFTIETH, reason="The links lead elsewhere, such as to a proxy.",
    ),
    Rule(
        name="cut titles", label="titles", expected="complete titles",
        wrong_records="results whose title is cut", min_wrong=5, max_share=HALF, usual=QUARTER,
        fault=lambda item, _: item.title.endswith(("...", "…")) and item.title,
        reason="The site shortens what it prints.",
    ),
    Rule(
        name="capitals or small letters", label="titles", expected="titles with both",
        wrong_records="results whose title has only one kind", fault=rules.title_in_one_case, min_wrong=5,
        max_share=HALF, usual=QUARTER, reason="The page prints all text in one case.",
    ),
    Rule(
        name="teasers here and there", label="teaser", expected="a teaser, as the result before has",
        wrong_records="results without one after a result with one", min_wrong=5,
        fault=lambda item, page: item.teaser is None and item.id not in page.after_gap, max_share=QUARTER,
        usual=TENTH, reason="Items without teasers stand together; gaps all over the page are a misreading.",
    ),
    Rule(
        name="titles as teasers", label="teasers", expected="more than the title",
        wrong_records="results whose teaser is the title", min_wrong=5,
        fault=lambda item, _: item.teaser == item.title and item.title,
        max_share=HALF, usual=QUARTER, reason="The teaser was read from the wrong place.",
    ),
    Rule(
        name="unknown labels", label=None, expected="known labels",
        wrong_records="results whose teaser begins with these words", fault=rules.words_before_colon,
        min_wrong=4, max_share=QUARTER, most_common=True, usual=FIFTIETH,
        reason="The same words and a colon before many teasers are a label.",
    ),
    *(
        Rule(
            name=name, label="letters", expected="text in the right encoding",
            wrong_records=f"results with {name}", fault=rules.matching(pattern), min_wrong=2,
            max_share=share, usual=FIFTIETH, reason=reason,
        )
        for name, pattern, share, reason in (
            ("garbled letters", rules.MOJIBAKE, Fraction(2, 5), "UTF-8 was read as Latin-1."),
            ("question marks", rules.QUESTION_MARKS, QUARTER, "Letters were lost."),
        )
    ),
    Rule(
        name="long names", label=f"{OFFICES}, {TOPICS}",
        expected=f"names of at most {MAX_NAME_LENGTH} characters", wrong_records="results with a longer one",
        min_wrong=2, max_share=TENTH,
        fault=lambda item, _: next(
            (one.raw for one in (*item.offices, *item.topics) if len(one.raw) > MAX_NAME_LENGTH), None
        ),
        reason="Text after a value was read as part of it.",
    ),
    Rule(
        name="Russian without Cyrillic", label="language", expected="titles in Russian",
        wrong_records="results without a Cyrillic letter",
        fault=lambda item, _: not rules.CYRILLIC.search(item.title) and item.title,
        applies_to=lambda item, _: item.language == "ru", min_wrong=3, max_share=HALF, usual=QUARTER,
        reason="The page declares the wrong language.",
    ),
    Rule(
        name="shared addresses", label="addresses", expected="one per item",
        wrong_records="results that share it with another title", min_wrong=2,
        fault=lambda item, page: fold(page.titles[item.id]) != fold(item.title) and item.title,
        max_share=FIFTH, reason="Several results would be stored as one item.",
    ),
    Rule(
        name="one title", label="titles", expected="one per item", wrong_records="results with the same one",
        fault=lambda item, _: item.title, min_wrong=5, max_share=HALF, most_common=True, usual=FIFTIETH,
        reason="The title was read from the page around the results.",
    ),
    Rule(
        name="one teaser", label="teasers", expected="one per item",
        wrong_records="results with the same one",
        fault=lambda item, _: item.teaser, min_wrong=5, max_share=HALF, most_common=True, usual=FIFTIETH,
        reason="The teaser was read from the page around the results.",
    ),
    Rule(
        name="titles of other teasers", label="teaser", expected="words of the title in the teaser",
        wrong_records="results whose title has words of other results' teasers only",
        fault=rules.words_in_other_teasers,
        applies_to=lambda item, page: item.teaser and page.title_words.get(item.id),
        min_wrong=4, max_share=HALF, reason="Titles or teasers belong to other results.",
    ),
    Rule(
        name="short texts", label="full texts", expected="texts that are longer than the teasers",
        wrong_records="results whose text is shorter", fault=rules.short_text, min_wrong=5,
        max_share=QUARTER, reason="The texts are cut, or swapped with the teasers.",
    ),
    Rule(
        name="texts as titles", label="titles", expected="titles",
        wrong_records="results whose title is the beginning of the text", fault=rules.text_as_title,
        min_wrong=5, max_share=QUARTER, reason="Titles were swapped with teasers or texts.",
    ),
    Rule(
        name="texts of others", label="full texts", expected="the texts of these items",
        wrong_records="results whose teaser begins another one's text", fault=rules.text_of_other,
        min_wrong=3, max_share=TENTH, reason="Each result has the text of another one.",
    ),
)  # fmt: skip

# --- The items of a page that are stored, in the same language ---------------------------------------------
ITEM_RULES: tuple[Rule[Pair], ...] = (
    *(
        Rule(
            name=f"lost {label}", label=label, expected="a value, as these items had before",
            wrong_records="items without one", fault=rules.lost_value(name),
            applies_to=rules.had_value(name), min_wrong=3, max_share=HALF, min_distinct=distinct,
            reason="An editor takes one value from many items; a defect takes all values.",
        )
        for name, label, distinct in (
            ("content_type_raw", TYPE, 1), ("offices_raw", OFFICES, 2), ("topics_raw", TOPICS, 2),
            ("teaser", "teaser", 2),
        )
    ),
    Rule(
        name="other titles", label="title", expected="the stored titles of these items",
        wrong_records="items with another title", fault=rules.changed_title, min_wrong=4, max_share=HALF,
        reason="Titles hardly ever change.",
    ),
    Rule(
        name="shortened titles", label="title", expected="the stored titles of these items",
        wrong_records="items with only the beginning", fault=rules.shortened_title,
        applies_to=lambda pair, _: pair.stored.title != pair.read.title, min_wrong=2, max_share=HALF,
        reason="The site shortens what it prints, without an ellipsis.",
    ),
    Rule(
        name="moved dates", label=DATE, expected="the stored dates of these items",
        wrong_records="items with a date as many days earlier or later", fault=rules.days_moved,
        min_wrong=3, max_share=HALF, most_common=True, reason="An editor corrects dates one by one.",
    ),
)  # fmt: skip
# --- What stored items of the same time and language show --------------------------------------------------
SHARE_RULES: tuple[ShareRule, ...] = (
    ShareRule(
        name="a type among the labels", label=TYPE, min_ratio=0.6, min_results=5,
        fields=("content_type_raw",),
        shows=has_among("content_type_raw", "offices_raw", "topics_raw"),
        reason="Nearly all items have a type.",
    ),
    ShareRule(
        name="offices among the labels", label=OFFICES, min_ratio=0.25, min_results=5,
        fields=("offices_raw",),
        shows=has_among("offices_raw", "content_type_raw", "topics_raw"),
        group=lambda item: item.topics[0].raw if item.topics else None,
        reason="Items of some topics have no office.",
    ),
    ShareRule(
        name="topics among the labels", label=TOPICS, min_ratio=0.25, min_results=10,
        fields=("topics_raw",),
        shows=has_among("topics_raw", "content_type_raw", "offices_raw"), group=first_office,
        reason="Items of some offices hardly ever have topics.",
    ),
    ShareRule(
        name="a teaser", label="teaser", fields=("teaser_raw",), min_ratio=0.5, min_results=LONG_RUN,
        shows=lambda item: item.teaser is not None,
        reason="Nearly all items have a teaser.",
    ),
    ShareRule(
        name=f"more than {SHORT_TEASER} characters", label="teaser", fields=("teaser_raw",), min_ratio=0.6,
        min_results=5, cards=False, reason="Teasers are cut; those of cards may be short.",
        shows=lambda item: len(item.teaser) > SHORT_TEASER if item.teaser else None,
    ),
)  # fmt: skip
# `neighbours` replaces `shows`: stored items show which offices an address such as /odihr/ belongs to, and
# the new items of a page which type is the most common one.
OFFICE_OF_ADDRESS = ShareRule(
    name="the office of the item's address", label=OFFICES, fields=("offices_raw",), min_ratio=0.6,
    min_results=2, shows=lambda item: None, reason="Offices were assigned to other items.",
)  # fmt: skip
OTHER_TYPES = ShareRule(
    name="more than one type", label=TYPE, fields=("content_type_raw",), min_ratio=0.11, min_results=LONG_RUN,
    min_share=0.5, shows=lambda item: None,
    reason="The type was read from the page around the results; but most items may have one type.",
)  # fmt: skip
