"""The words of the newsroom as data: offices, topics, content types, places, languages, labels.

A file of this folder is the only place to add a name, a spelling, a status or a language.
"""

from osce_news.normalize.vocabulary._load import (
    Entry,
    Vocabulary,
    begins,
    fingerprint,
    fold,
    labels,
    language_code,
    languages,
    office_statuses,
    says,
    vocabulary,
    words,
)

__all__ = [
    "Entry",
    "Vocabulary",
    "begins",
    "fingerprint",
    "fold",
    "labels",
    "language_code",
    "languages",
    "office_statuses",
    "says",
    "vocabulary",
    "words",
]
