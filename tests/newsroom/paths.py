"""The paths of items, in the site's form."""

from __future__ import annotations

import functools
import re

CLOSED = " (closed)"

# Paths that are not made from the name of the office.
PREFIXES = {
    "Office of the Co-ordinator of OSCE Economic and Environmental Activities": "oceea",
    "Office of the Special Representative and Co-ordinator for Combating Trafficking in Human Beings": "cthb",
    "OSCE Chairmanship": "chairmanship",
    "OSCE Chairpersonship": "chairpersonship",
    "OSCE High Commissioner on National Minorities": "hcnm",
    "OSCE Main Website": "node",
    "OSCE Office for Democratic Institutions and Human Rights": "odihr",
    "OSCE Parliamentary Assembly": "parliamentary-assembly",
    "OSCE Representative on Freedom of the Media": "fom",
    "OSCE Secretary General": "sg",
    "OSCE Special Monitoring Mission to Ukraine": "special-monitoring-mission-to-ukraine",
    "Forum for Security Co-operation": "fsc",
    "Minsk Group": "mg",
    "Permanent Council": "pc",
}


@functools.cache
def path_prefix(office: str | None) -> str:
    """Return the first part of an item's path, such as `mission-to-croatia`; `node` without an office.

    >>> path_prefix("OSCE Mission to Croatia (closed)")
    'mission-to-croatia'
    """
    if office is None:
        return "node"
    name = office.removesuffix(CLOSED)
    if name in PREFIXES:
        return PREFIXES[name]
    return re.sub(r"[^a-z]+", "-", name.removeprefix("OSCE ").lower()).strip("-")
