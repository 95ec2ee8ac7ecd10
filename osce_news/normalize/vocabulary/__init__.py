"""The words of the newsroom as data: offices, topics, content types, places, labels."""

from osce_news.normalize.vocabulary._load import Entry, Vocabulary, fingerprint, fold, labels, vocabulary

__all__ = ["Entry", "Vocabulary", "fingerprint", "fold", "labels", "vocabulary"]
