"""The declarations: every key of every YAML file and header, its type and what it is for."""

from __future__ import annotations

import re

from consultkit.i18n import N_
from consultkit.schema.types import (
    Date,
    Enum,
    Field,
    Flag,
    Id,
    Items,
    Pattern,
    PerRegion,
    Record,
    Text,
    Whole,
)

TEXT, ID, DATE, FLAG = Text(), Id(), Date(), Flag()

LANGUAGE_NAMES = {
    "francais": "fr",
    "anglais": "en",
    "bambara": "bm",
    "bamanankan": "bm",
    "peul": "ff",
    "fulfulde": "ff",
    "songhay": "ses",
    "songhai": "ses",
    "sonrhai": "ses",
    "koyraboro senni": "ses",
    "koyra chiini": "khq",
    "tamasheq": "taq",
    "tamacheq": "taq",
    "arabe": "ar",
    "hassaniya": "mey",
    "soninke": "snk",
    "khassonke": "kao",
    "dogon": "dtm",
    "bozo": "boz",
    "bobo": "bwq",
    "minianka": "myk",
    "senoufo": "spp",
    "malinke": "mlq",
}
LANGUAGE = Pattern(
    re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z"),
    N_("“{value}” is no language code (BCP 47: fr, bm, ff, ses, khq, taq, ar, …)."),
    LANGUAGE_NAMES,
)
INITIALS = Pattern(
    re.compile(r"(?:[^\W\d_]{1,3}|(?:[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]?[.\- ]*){1,5})\Z"),
    N_("“{value}” is more than initials: no person is named in a note."),
)
RECIPIENT = Pattern(re.compile(r"age1[a-z0-9]{20,}\Z"), N_("“{value}” is no age recipient (age1…)."))
VERSION = Pattern(re.compile(r"\d+(\.\d+)*\Z"), N_("“{value}” is no version number (1.0, 1.1, …)."))

STATUS = Enum(
    {
        "identified": ("identifie", "identifiee", "a contacter"),
        "contacted": ("contacte", "contactee"),
        "scheduled": (
            "planifie",
            "planifiee",
            "programme",
            "programmee",
            "rendez-vous",
            "rdv",
            "prevu",
            "prevue",
        ),
        "declined": ("refuse", "refusee", "decline", "declinee", "refus"),
        "unreachable": ("injoignable",),
        "postponed": ("reporte", "reportee"),
        "replaced": ("remplace", "remplacee"),
    }
)
EXIT_STATUSES = ("declined", "unreachable", "postponed", "replaced")
REASON_CODE = Enum(
    {
        "refusal": ("refus",),
        "security": ("securite", "insecurite"),
        "unavailable": ("indisponible", "indisponibilite"),
        "other": ("autre",),
    }
)
PRIORITY = Enum({"high": ("haute", "elevee", "forte"), "medium": ("moyenne",), "low": ("basse", "faible")})
REVIEW = Enum(
    {
        "new": ("nouveau", "nouvelle"),
        "updated": ("mis a jour", "mise a jour", "actualise", "actualisee"),
        "confirmed": ("confirme", "confirmee"),
        "remove": ("a retirer", "retirer", "supprimer", "a supprimer"),
    }
)
ACTOR_KIND = Enum({"organisation": ("organization",), "person": ("personne",), "group": ("groupe",)})
CAMPAIGN_LANGUAGE = Enum({"fr": ("francais", "french"), "en": ("anglais", "english")})
DELIVERABLE_KIND = Enum(
    {
        "mapping": ("cartographie",),
        "notes": ("notes detaillees",),
        "report": ("rapport",),
        "lessons": ("lecons", "lecons apprises"),
        "progress": ("avancement", "point d'etape"),
    }
)
MODE = Enum(
    {
        "in-person": (
            "presentiel",
            "presentielle",
            "en presentiel",
            "en personne",
            "face a face",
            "in person",
        ),
        "phone": ("telephone", "telephonique", "par telephone", "appel"),
        "video": ("visio", "visioconference", "en visio", "en ligne"),
        "written": ("ecrit", "ecrite", "par ecrit"),
    }
)
FORMAT = Enum(
    {
        "individual": ("individuel", "individuelle"),
        "group": ("groupe", "collectif", "collective", "en groupe"),
        "focus-group": ("focus group", "groupe de discussion", "focus groupe", "groupe focal"),
    }
)
VERBATIM = Enum(
    {
        "recorded": ("enregistre", "enregistree"),
        "noted": ("note", "notee", "prise de notes"),
        "translated": ("traduit", "traduite"),
    }
)
GENDER = Enum(
    {
        "f": ("femme", "femmes", "feminin", "female"),
        "m": ("h", "homme", "hommes", "masculin", "male"),
        "x": ("autre",),
    }
)
AGE = Enum(
    {
        "youth": ("jeune", "jeunes"),
        "adult": ("adulte", "adultes"),
        "elder": ("aine", "ainee", "aines", "age", "agee", "ancien", "ancienne", "senior"),
    }
)
CONSENT_FORM = Enum(
    {"oral": ("orale", "verbal", "verbale"), "written": ("ecrite", "ecrit", "signe", "signee")}
)
ATTRIBUTION = Enum(
    {
        "role": ("fonction",),
        "organisation": ("organization", "structure"),
        "type": ("type d'acteur",),
        "region": (),
        "none": ("aucune", "aucun", "anonyme"),
    }
)
SENSITIVITY = Enum(
    {"restricted": ("restreint", "restreinte"), "confidential": ("confidentiel", "confidentielle")}
)
NOTE_STATUS = Enum(
    {
        "draft": ("brouillon",),
        "done": ("termine", "terminee", "acheve", "achevee", "fini", "finie"),
        "validated": ("valide", "validee"),
    }
)
SYNTHESIS_STATUS = Enum(
    {"draft": ("brouillon",), "done": ("termine", "terminee", "acheve", "achevee", "validee", "validated")}
)
KIND = Enum(
    {"consultation": ("entretien",), "synthesis": ("synthese",), "lessons": ("lecons", "lecons apprises")}
)
THEME_KIND = Enum(
    {
        "need": ("besoin",),
        "challenge": ("defi",),
        "practice": ("pratique", "bonne pratique"),
        "other": ("autre",),
    }
)

CAMPAIGN = Record(
    {
        "title": Field(TEXT, N_("The title, on the cover."), True),
        "commissioner": Field(TEXT, N_("Who commissions the consultations.")),
        "authors": Field(Items(TEXT, single=True), N_("The authors, on the cover.")),
        "language": Field(CAMPAIGN_LANGUAGE, N_("Language of what is produced: fr or en."), True),
        "start": Field(DATE, N_("First working day."), True),
        "working_days": Field(Whole(1, 1000), N_("Working days, Monday to Friday, holidays left out.")),
        "holidays": Field(Items(DATE), N_("Public holidays that fall in the campaign.")),
        "minimum_per_region": Field(
            Whole(0, 10_000), N_("Consultations wanted in each region; 10 by default.")
        ),
        "minimum": Field(Whole(0, 100_000), N_("Consultations wanted in all.")),
        "guide": Field(TEXT, N_("The interview guide's file.")),
        "recipients": Field(
            Items(RECIPIENT, single=True), N_("age public keys of those who may open what is encrypted.")
        ),
        "destroy_after": Field(DATE, N_("The day after which identities are destroyed.")),
    }
)
DELIVERABLE = Record(
    {
        "id": Field(ID, N_("The deliverable's id."), True),
        "kind": Field(DELIVERABLE_KIND, N_("What it is: mapping, notes, report, lessons or progress."), True),
        "due": Field(DATE, N_("The day it is due.")),
        "region": Field(ID, N_("The one region it is about.")),
    }
)
REGION = Record(
    {
        "id": Field(ID, N_("The region's id, also its folder in notes/."), True),
        "name": Field(TEXT, N_("The region's name."), True),
        "code": Field(TEXT, N_("OCHA P-code (COD-AB, edition 2021).")),
        "minimum": Field(Whole(0, 10_000), N_("The number of consultations agreed for this region.")),
    }
)
ACTOR_TYPE = Record(
    {
        "id": Field(ID, N_("The type's id."), True),
        "name": Field(TEXT, N_("The type's name."), True),
        "one": Field(TEXT, N_("The type as attributed in a sentence (“an international NGO”).")),
    }
)
SECTOR = Record(
    {"id": Field(ID, N_("The sector's id."), True), "name": Field(TEXT, N_("The sector's name."), True)}
)
ACTOR = Record(
    {
        "id": Field(ID, N_("The actor's id, cited by notes."), True),
        "name": Field(TEXT, N_("The organisation's name."), True),
        "acronym": Field(TEXT, N_("Its acronym.")),
        "kind": Field(
            ACTOR_KIND, N_("organisation (default), person or group; a person is named in private/ alone.")
        ),
        "type": Field(ID, N_("One of the actor types."), True),
        "regions": Field(Items(ID, single=True), N_("The regions where it is present."), True),
        "cercles": Field(Items(TEXT, single=True), N_("The cercles where it is present.")),
        "sectors": Field(Items(ID, single=True), N_("The sectors it works in.")),
        "priority": Field(PRIORITY, N_("How much this actor should be heard: high, medium or low.")),
        "status": Field(PerRegion(STATUS), N_("Where contact stands; may be one per region.")),
        "reason": Field(
            PerRegion(TEXT), N_("Why, where it was declined, unreachable, postponed or replaced.")
        ),
        "reason_code": Field(
            PerRegion(REASON_CODE), N_("The reason's kind: refusal, security, unavailable or other.")
        ),
        "replaced_by": Field(ID, N_("The actor heard in its stead.")),
        "appointment": Field(PerRegion(DATE), N_("The day of the appointment.")),
        "comment": Field(TEXT, N_("Remarks; no person is named here.")),
        "review": Field(REVIEW, N_("State agreed with the commissioner: new, updated, confirmed or remove.")),
    }
)
MAPPING = Record(
    {
        "campaign": Field(CAMPAIGN, N_("The campaign: what is asked, by whom, until when."), True),
        "deliverables": Field(Items(DELIVERABLE), N_("What is to be delivered, and when.")),
        "regions": Field(Items(REGION), N_("The regions."), True),
        "actor_types": Field(Items(ACTOR_TYPE), N_("The types of actors."), True),
        "sectors": Field(Items(SECTOR), N_("The sectors of intervention.")),
        "actors": Field(Items(ACTOR), N_("The actors.")),
    },
    "mapping.yaml",
)

PARTICIPANT = Record(
    {
        "role": Field(TEXT, N_("What the person does; never a name.")),
        "gender": Field(GENDER, N_("f, m or x.")),
        "age": Field(AGE, N_("youth, adult or elder.")),
        "count": Field(Whole(1, 1000), N_("How many persons this line stands for; 1 by default.")),
    }
)
CONSENT = Record(
    {
        "given": Field(FLAG, N_("Whether consent was given.")),
        "form": Field(CONSENT_FORM, N_("oral or written.")),
        "quote": Field(FLAG, N_("Whether the person may be quoted; no by default.")),
        "share": Field(FLAG, N_("Whether the detailed note may go to the commissioner; no by default.")),
        "recording": Field(FLAG, N_("Whether recording was accepted.")),
        "withdrawn": Field(DATE, N_("The day consent was withdrawn: from then on the note is in no output.")),
    }
)
NOTE = Record(
    {
        "kind": Field(KIND, N_("consultation (default), synthesis or lessons.")),
        "id": Field(ID, N_("The note's id; it never reveals who was heard."), True),
        "actor": Field(
            Items(ID, single=True), N_("The actor heard, or a list of actors heard together."), True
        ),
        "region": Field(ID, N_("The region where the consultation counts."), True),
        "also_regions": Field(Items(ID, single=True), N_("Regions where it may be cited too.")),
        "date": Field(DATE, N_("The day of the consultation.")),
        "place": Field(TEXT, N_("Where it was held.")),
        "mode": Field(MODE, N_("in-person, phone, video or written.")),
        "format": Field(FORMAT, N_("individual (default), group or focus-group.")),
        "language": Field(Items(LANGUAGE, single=True), N_("Language or languages spoken (BCP 47).")),
        "interpreter": Field(FLAG, N_("Whether an interpreter took part.")),
        "verbatim": Field(VERBATIM, N_("What a block quote is: recorded, noted (default) or translated.")),
        "minutes": Field(Whole(1, 1440), N_("How long it took, in minutes.")),
        "interviewer": Field(INITIALS, N_("The interviewer's initials.")),
        "note_taker": Field(INITIALS, N_("The note-taker's initials.")),
        "participants": Field(Items(PARTICIPANT), N_("Who was heard: role, gender, age band, number.")),
        "others_present": Field(FLAG, N_("Whether anybody else was present.")),
        "consent": Field(CONSENT, N_("What the person agreed to.")),
        "readback": Field(DATE, N_("The day the note was read back to the participant.")),
        "follow_up_of": Field(
            ID, N_("The note of the first talk with the same actor: this one is not counted.")
        ),
        "attribution": Field(
            ATTRIBUTION,
            N_("How far it may be attributed: role, organisation, type, region or none (default)."),
        ),
        "sensitivity": Field(
            SENSITIVITY, N_("restricted (default) or confidential: annexed and shared nowhere.")
        ),
        "guide_version": Field(VERSION, N_("The version of the guide that was used.")),
        "status": Field(NOTE_STATUS, N_("draft, done or validated."), True),
    },
    "notes/<region>/<ID>.md",
)
SYNTHESIS = Record(
    {
        "kind": Field(KIND, N_("consultation (default), synthesis or lessons."), True),
        "region": Field(ID, N_("The region; absent where the synthesis is across regions.")),
        "title": Field(TEXT, N_("A title.")),
        "status": Field(SYNTHESIS_STATUS, N_("draft (default) or done.")),
        "language": Field(Items(LANGUAGE, single=True), N_("The language it is written in.")),
    },
    "notes/**/synthese.md",
)
GUIDE_CHANGE = Record(
    {
        "version": Field(VERSION, N_("The version."), True),
        "date": Field(DATE, N_("Its day.")),
        "text": Field(TEXT, N_("What changed, and why.")),
    }
)
GUIDE = Record(
    {
        "id": Field(ID, N_("The guide's id."), True),
        "title": Field(TEXT, N_("The guide's title."), True),
        "version": Field(VERSION, N_("The guide's present version."), True),
        "language": Field(LANGUAGE, N_("The guide's language.")),
        "minutes": Field(Whole(1, 1440), N_("How long the interview takes, in minutes.")),
        "changes": Field(Items(GUIDE_CHANGE), N_("The versions, and what each changed.")),
    },
    "guides/*.md",
)
THEME = Record(
    {
        "id": Field(ID, N_("The theme's id, as written in {.id}."), True),
        "name": Field(TEXT, N_("The theme's name."), True),
        "kind": Field(THEME_KIND, N_("need, challenge, practice or other (default).")),
        "description": Field(TEXT, N_("What belongs under it.")),
    }
)
THEMES = Record({"themes": Field(Items(THEME), N_("The codebook's themes."), True)}, "guides/themes.yaml")

IDENTITY = Record(
    {
        "note": Field(ID, N_("The note in which this person was heard.")),
        "actor": Field(ID, N_("The actor that this person belongs to.")),
        "name": Field(TEXT, N_("The name.")),
        "aliases": Field(Items(TEXT, single=True), N_("Other names.")),
        "phone": Field(TEXT, N_("The phone number.")),
        "email": Field(TEXT, N_("The e-mail address.")),
    }
)
IDENTITIES = Record(
    {
        "identities": Field(Items(IDENTITY), N_("Who was heard, and how to reach them.")),
        "exceptions": Field(Items(TEXT), N_("Words that look like a known name and are none.")),
    },
    "private/identities.yaml",
)
ALLOWED = Record(
    {
        "text": Field(TEXT, N_("The number, address or word that may stand."), True),
        "reason": Field(TEXT, N_("Why it endangers nobody."), True),
    }
)
ALLOWANCES = Record(
    {"allowed": Field(Items(ALLOWED), N_("What looks dangerous and is not."))}, "notes/exceptions.yaml"
)

RESERVED_THEMES = frozenset(
    (
        "required",
        "observation",
        "identifying",
        "off",
        "translation",
        "guide-feedback",
        "mark",
        "underline",
        "smallcaps",
    )
)
SPECIAL_SECTIONS = (
    "summary",
    "context",
    "method",
    "limits",
    "conclusion",
    "recommendations",
    "acknowledgements",
    "abbreviations",
)

# What editors complete and underline: file pattern in a workspace -> schema name and declaration.
EDITOR_SCHEMAS = {"mapping": MAPPING, "note": NOTE, "synthesis": SYNTHESIS, "guide": GUIDE, "themes": THEMES}
