"""References to items and to the data set, and the formats that reference managers read."""

from osce_news.references.bibtex import bibtex
from osce_news.references.csl import csl
from osce_news.references.dataset import of_dataset
from osce_news.references.model import Reference, of_item
from osce_news.references.prose import prose
from osce_news.references.ris import ris

__all__ = ["Reference", "bibtex", "csl", "of_dataset", "of_item", "prose", "ris"]
