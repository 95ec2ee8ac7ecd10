"""Datasette's canned queries: SQL with named parameters, which may be empty."""

from __future__ import annotations

from typing import Any

# The parameters, each with the kind of its field; one without a value is the empty string.
_QUERIES = {
    "full-text": {
        "title": "Full text by period",
        "description": (
            "Items whose title, teaser or text matches the words, as in osce-news search, the best first. "
            "since, until: the first and last publishing date, such as 2015 or March 2020; may be empty."
        ),
        "params": {"words": "words", "since": "since", "until": "until"},
        "sql": """
select newsroom.id, published, newsroom.title, snippet(items_fts, -1, '[', ']', '…', 24) as hit, offices, url
from items_fts join newsroom on newsroom.rowid = items_fts.rowid
where items_fts match escape_fts(:words)
  and (:since = '' or published >= :since)
  and (:until = '' or published <= :until)
order by bm25(items_fts, 10.0, 4.0, 1.0), newsroom.id""",
    },
    "items-per-office-and-year": {
        "title": "Items per office and year",
        "description": (
            "An item with several offices counts once for each. Items without an office are not counted, "
            "so check how many items have an office before you compare years. "
            "office: a part of its name; all if empty."
        ),
        "params": {"office": "text"},
        "sql": """
select substr(published, 1, 4) as year, coalesce(offices.label, item_offices.raw) as office,
  count(distinct items.id) as items
from item_offices join items on items.id = item_offices.item_id
left join offices on offices.id = item_offices.office_id
where :office = '' or coalesce(offices.label, item_offices.raw) like '%' || :office || '%'
group by 1, 2
order by 1 desc, 3 desc, 2""",
    },
    "topics-together": {
        "title": "Topics that occur together",
        "description": (
            "Pairs of topics by the number of items that have both. topic: a part of its name; all if empty."
        ),
        "params": {"topic": "text"},
        "sql": """
with printed as (
  select distinct item_id, coalesce(topics.label, item_topics.raw) as topic
  from item_topics left join topics on topics.id = item_topics.topic_id)
select printed.topic, other.topic as with_topic, count(*) as items
from printed join printed as other on other.item_id = printed.item_id and other.topic > printed.topic
where :topic = '' or printed.topic like '%' || :topic || '%' or other.topic like '%' || :topic || '%'
group by 1, 2
order by 3 desc, 1, 2""",
    },
    "what-changed": {
        "title": "What changed last week",
        "description": (
            "Items that were new, changed, withdrawn from the list or restored to it in the last days before "
            "the latest crawl. days: how many days; 7 if empty."
        ),
        "params": {"days": "number"},
        "sql": """
with cut (since) as (
  select strftime('%Y-%m-%dT%H:%M:%SZ', max(last_seen), '-' || coalesce(nullif(:days, ''), 7) || ' days')
  from newsroom),
events (seen, id, what, before, after) as (
  select first_seen, id, 'new', null, null from newsroom join cut on first_seen > since
  union all
  select seen_at, item_id, 'changed: ' || field, before, after from revisions join cut on seen_at > since
  union all
  select withdrawn, item_id, 'withdrawn', null, null from withdrawals join cut on withdrawn > since
  union all
  select restored, item_id, 'restored', null, null from withdrawals join cut on restored > since)
select seen, what, events.id as id, title, before, after, url
from events join newsroom on newsroom.id = events.id
order by seen desc, events.id, what""",
    },
    "dates-disagree": {
        "title": "Publishing date and dateline disagree",
        "description": (
            "Items whose dateline has another date than the publishing date, largest difference first. "
            "days: the smallest difference; 1 if empty."
        ),
        "params": {"days": "number"},
        "sql": """
select items.id, published, dateline_date,
  cast(julianday(published) - julianday(dateline_date) as integer) as days_later, dateline_raw, title, url
from items
where abs(julianday(published) - julianday(dateline_date)) >= cast(coalesce(nullif(:days, ''), 1) as integer)
order by abs(days_later) desc, published desc, items.id""",
    },
}

QUERIES: dict[str, dict[str, Any]] = {name: {**query, "hide_sql": True} for name, query in _QUERIES.items()}
