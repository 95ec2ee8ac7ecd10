"""The number of the rules by which raw values are normalised."""

# To be raised with every change in this package that gives other values for the same raw text: a
# database written under another number is renormalised before it is written to.
RULES = 1
