"""Tidy tables of what an edition may hold: a row a consultation, an answer, a coded passage, a quotation.

Columns have the same neutral names in every language; the dictionary says what each holds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence

from consultkit.exchange import spreadsheet as sheet
from consultkit.exchange.records import Answer, Consultation, Records, Value
from consultkit.i18n import N_, _

Row = dict[str, Value]

# table -> what a row is, and its columns
TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "consultations": (N_("One row a consultation."), (
        "consultation", "attribution", "region", "type", "organisation", "month", "date", "place", "mode",
        "format", "languages", "verbatim", "persons", "minutes", "interpreter", "interviewer",
        "guide_version", "follow_up_of", "confidential", "may_be_quoted",
    )),
    "participants": (
        N_("One row a line of participants."), ("consultation", "role", "gender", "age", "count")
    ),
    "answers": (
        N_("One row a heading of a note."),
        ("consultation", "region", "section", "question", "heading", "answer", "held_back"),
    ),
    "codings": (
        N_("One row a theme of a coded passage."),
        ("consultation", "region", "section", "question", "theme", "theme_name", "kind", "passage", "spoken"),
    ),
    "quotations": (
        N_("One row a block of words as spoken that may be quoted."),
        ("consultation", "region", "attribution", "section", "question", "quotation", "translation"),
    ),
    "actors": (
        N_("One row an organisation present; nothing here tells who was heard."),
        ("actor", "name", "acronym", "type", "regions", "cercles", "sectors"),
    ),
}  # fmt: skip
DICTIONARY = ("table", "column", "meaning")
INTERNAL = frozenset(
    {
        "date", "place", "minutes", "interpreter", "interviewer", "guide_version", "follow_up_of",
        "confidential", "may_be_quoted", "actor",
    }
)  # fmt: skip
MEANINGS = {
    "consultation": N_("The consultation: its code in the team, else a number. Links the tables."),
    "attribution": N_("How anything from it may be attributed."),
    "region": N_("Region."),
    "type": N_("Type of actor, where it may be told."),
    "organisation": N_("Organisation, where it may be named."),
    "month": N_("Month, as 2023-06."),
    "date": N_("Day, where the organisation may be named."),
    "place": N_("Place, where the organisation may be named."),
    "mode": N_("How the talk was held: in-person, phone, video or written."),
    "format": N_("Its format: individual, group or focus-group."),
    "languages": N_("Languages spoken (BCP 47), where they may be told."),
    "verbatim": N_("What words as spoken are: recorded, noted or translated."),
    "persons": N_("Number of persons heard."),
    "minutes": N_("Length in minutes."),
    "interpreter": N_("Whether there was an interpreter."),
    "interviewer": N_("Initials of the interviewer."),
    "guide_version": N_("Version of the guide."),
    "follow_up_of": N_("The first talk, where this is a further one: it is not counted."),
    "confidential": N_("Whether the note is confidential: it is then without text here."),
    "may_be_quoted": N_("Whether consent lets it be quoted."),
    "role": N_("Role, where it may be told."),
    "gender": N_("f, m or x, where the organisation may be named."),
    "age": N_("youth, adult or elder, where the organisation may be named."),
    "count": N_("Number of persons."),
    "section": N_("Section of the guide, by id."),
    "question": N_("Question of the guide, by id."),
    "heading": N_("The heading as it stands in the note."),
    "answer": N_("The answer; words as spoken stand in quotation marks."),
    "held_back": N_("Whether the answer was held back, since it would tell who speaks."),
    "theme": N_("Theme, by id."),
    "theme_name": N_("Theme, by name."),
    "kind": N_("Kind of theme: need, challenge, practice or other."),
    "passage": N_("The coded passage."),
    "spoken": N_("Whether the passage stands in words as spoken."),
    "quotation": N_("The words."),
    "translation": N_("Whether they translate the words spoken."),
    "actor": N_("The actor's id."),
    "name": N_("Name."),
    "acronym": N_("Acronym."),
    "regions": N_("Regions, with “;” between them."),
    "cercles": N_("Cercles, with “;” between them."),
    "sectors": N_("Sectors, with “;” between them."),
}
WIDE = {
    "answer": 80, "passage": 60, "quotation": 80, "heading": 40, "attribution": 40, "name": 32, "meaning": 80,
}  # fmt: skip


def columns(table: str, internal: bool) -> list[str]:
    """The columns that a table has in an edition."""
    return [column for column in TABLES[table][1] if internal or column not in INTERNAL]


def rows(records: Records, table: str) -> Iterator[Row]:
    """The rows of a table, with the columns that the edition may hold."""
    kept = columns(table, records.internal)
    for row in _ROWS[table](records):
        yield {column: row[column] for column in kept}


def dictionary(records: Records, tables: Sequence[str], draft: bool) -> list[Row]:
    """What must be known first, then what each table and column holds."""
    found: list[tuple[str, str, str]] = [("", "", mark) for mark in records.marks(draft)]
    for table in tables:
        found.append((table, "", _(TABLES[table][0])))
        found += [(table, column, _(MEANINGS[column])) for column in columns(table, records.internal)]
    return [dict(zip(DICTIONARY, line, strict=True)) for line in found]


def to_xlsx(records: Records, tables: Sequence[str], draft: bool) -> bytes:
    """A sheet a table, after the dictionary."""
    *found, about = _with_dictionary(records, tables, draft)
    pages = [
        sheet.Page(name, [sheet.Column(head, WIDE.get(head, 16)) for head in heads], body)
        for name, heads, body in [(_("Dictionary"), *about[1:]), *found]
    ]
    return sheet.to_xlsx(pages, records.title, _("Lists"))


def _with_dictionary(
    records: Records, tables: Sequence[str], draft: bool
) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """Each table's name, headings and rows of text, the dictionary last."""
    for table in tables:
        yield table, columns(table, records.internal), _texts(rows(records, table))
    yield "dictionary", list(DICTIONARY), _texts(dictionary(records, tables, draft))


def _texts(found: Iterable[Row]) -> list[list[str]]:
    return [[str(v).lower() if isinstance(v, bool) else str(v) for v in row.values()] for row in found]


def to_csv(records: Records, tables: Sequence[str], name: str, draft: bool) -> dict[str, bytes]:
    """Files by name: the first table as `name`, the others and the dictionary beside it."""
    stem, delimiter = name.rpartition(".")[0], ";" if records.project.language == "fr" else ","
    return {
        f"{stem}-{table}.csv" if number else name: sheet.to_csv([heads, *body], delimiter)
        for number, (table, heads, body) in enumerate(_with_dictionary(records, tables, draft))
    }


def to_jsonl(records: Records, tables: Sequence[str], name: str, draft: bool) -> dict[str, bytes]:
    """Files by name: one object a line, the dictionary first; beside the file where it is one table."""
    # A row of the dictionary tells of a table: its own key gives way to the line's.
    about = [
        {"table": "dictionary", "of": row["table"], "column": row["column"], "meaning": row["meaning"]}
        for row in dictionary(records, tables, draft)
    ]
    lines = [{"table": table, **row} for table in tables for row in rows(records, table)]
    if len(tables) > 1:
        return {name: _lines([*about, *lines])}
    return {name: _lines(lines), f"{name.rpartition('.')[0]}-dictionary.jsonl": _lines(about)}


def _lines(found: Iterable[Row]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found).encode("utf-8")


def _headings(records: Records) -> Iterator[tuple[Consultation, Answer, Row]]:
    for one in records.consultations:
        for answer in one.answers:
            yield one, answer, {
                "consultation": one.key, "region": one.facts["region"], "section": answer.section,
                "question": answer.question,
            }  # fmt: skip


def _answers(records: Records) -> Iterator[Row]:
    for _one, answer, row in _headings(records):
        if answer.question or answer.blocks:
            yield row | {"heading": answer.heading, "answer": answer.text, "held_back": answer.held_back}


def _codings(records: Records) -> Iterator[Row]:
    for _one, answer, row in _headings(records):
        for block in answer.blocks:
            for coded in block.coded:
                for theme in map(records.themes.__getitem__, coded.themes):
                    yield row | {
                        "theme": theme.id, "theme_name": theme.name, "kind": theme.kind,
                        "passage": block.text[coded.start : coded.end], "spoken": block.quote,
                    }  # fmt: skip


def _quotations(records: Records) -> Iterator[Row]:
    for one, answer, row in _headings(records):
        for block in answer.blocks if one.quotable else ():
            if block.quote:
                yield row | {
                    "attribution": one.facts["attribution"], "quotation": block.text,
                    "translation": block.translation,
                }  # fmt: skip


def _actors(records: Records) -> Iterator[Row]:
    sectors = {sector.id: sector.name for sector in records.mapping.sectors}
    for actor in records.actors:
        yield {
            "actor": actor.id, "name": actor.name, "acronym": actor.acronym, "type": records.types([actor]),
            "regions": " ; ".join(records.regions.get(id_, id_) for id_ in actor.regions),
            "cercles": " ; ".join(actor.cercles),
            "sectors": " ; ".join(sectors.get(id_, id_) for id_ in actor.sectors),
        }  # fmt: skip


_ROWS: dict[str, Callable[[Records], Iterable[Row]]] = {
    "consultations": lambda records: (one.facts for one in records.consultations),
    "participants": lambda records: (row for one in records.consultations for row in one.people),
    "answers": _answers, "codings": _codings, "quotations": _quotations, "actors": _actors,
}  # fmt: skip
