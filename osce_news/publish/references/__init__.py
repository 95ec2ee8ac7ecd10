"""References to items and to the data set, and the formats that reference managers read."""

from osce_news.publish.references.bibtex import bibtex
from osce_news.publish.references.csl import csl
from osce_news.publish.references.dataset import of_dataset
from osce_news.publish.references.model import Reference, of_item
from osce_news.publish.references.prose import prose
from osce_news.publish.references.ris import ris

__all__ = ["Reference", "bibtex", "csl", "of_dataset", "of_item", "prose", "ris"]
