"""What a page changes in the database.

A list page takes these steps: `matching` finds the stored items that its results are, `readings` decides
whose values count and what has changed, and `rows` writes it. `listing` leads through them. `articles` stores
items' own pages.
"""
