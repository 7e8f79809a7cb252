"""The declaration of notes/livraisons.yaml, which the program itself writes."""

from __future__ import annotations

import re

from consultkit.i18n import N_
from consultkit.schema.declare import DATE, ID, TEXT
from consultkit.schema.types import Field, Items, Pattern, Record

SHA256 = Pattern(re.compile(r"[0-9a-f]{64}\Z"), N_("“{value}” is no SHA-256 hash."))

DELIVERY = Record(
    {
        "file": Field(TEXT, N_("The file's name as sent."), True),
        "kind": Field(TEXT, N_("What it is: mapping, notes, report, lessons or progress.")),
        "deliverable": Field(ID, N_("The deliverable that it fulfils.")),
        "to": Field(TEXT, N_("The organisation that received it."), True),
        "date": Field(DATE, N_("The day it was sent."), True),
        "sha256": Field(SHA256, N_("The file's hash."), True),
        "notes": Field(Items(ID), N_("The notes it was made from.")),
    }
)
DELIVERIES = Record(
    {"deliveries": Field(Items(DELIVERY), N_("What was delivered."))}, "notes/livraisons.yaml"
)
