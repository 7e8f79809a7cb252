"""Numbers in prose: a closed vocabulary, counted from the notes, never run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from campaigns import A, Campaign, N, synthesis
from hypothesis import given
from hypothesis import strategies as st

from consultkit.expressions import ExpressionError, faults, parse, substitute
from consultkit.i18n import speaking

NOTES = [N(f"G-{i}", ("tamat",)) for i in range(6)] + [
    N("G-8", ("tamat",), need="Rien."),
    N("G-9", ("tamat",), status="draft"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return Campaign(NOTES, [A("tamat"), A("sigi"), A("loin", "ong", ("mopti",))], minimum=5).load(
        tmp_path_factory.mktemp("c")
    )


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ("n()", "7"), ('n(region="gao")', "7"), ('n(theme="formation")', "6"), ("n(theme='formation', region='gao')", "6"),
        ('n(region="mopti")', "0"), ('n(type="osc", mode="présentiel")', None), ('n(mode="in-person")', "7"),
        ('persons()', "7"), ('persons(sex="f")', "7"), ('persons(sex="m")', "0"), ("regions()", "2"),
        ('actors()', "3"), ('actors(region="gao")', "2"), ("minimum()", "5"), ('minimum(region="mopti")', "0"),
    ],
)  # fmt: skip
def test_what_is_counted(project, source, number):
    if number is None:
        with pytest.raises(ExpressionError):
            parse(source, project)
        return
    assert substitute(f"Soit {{{{ {source} }}}} cas.", project, masked=False) == f"Soit {number} cas."


def test_small_numbers_are_masked_where_they_narrow(tmp_path):
    project = Campaign(NOTES[:3], [A("tamat")]).load(tmp_path)
    with speaking("fr"):
        assert substitute('{{ n(theme="formation") }}', project, masked=True) == "moins de 5"
        assert substitute("{{ persons() }}", project, masked=True) == "moins de 5"
        assert substitute('{{ n(region="gao") }}', project, masked=True) == "3"
        assert substitute('{{ n(theme="formation") }}', project, masked=False) == "3"


def test_numbers_in_prose_tell_no_more_than_the_tables(tmp_path):
    """Ten in person, ten by video, three by phone; ten of one type, ten of another, three of a third."""
    modes = ["in-person"] * 10 + ["video"] * 10 + ["phone"] * 3
    actors = [A("tamat"), A("loin", "ong", ("gao",)), A("mairie", "etat", ("gao",))]
    texts = {
        f"notes/gao/G-{i}.md": N(f"G-{i}", (actors[i // 10].id,))
        .text()
        .replace("mode: in-person", f"mode: {mode}")
        for i, mode in enumerate(modes)
    }
    project = Campaign([], actors, texts).load(tmp_path)
    with speaking("fr"):
        told = {
            source: substitute(f"{{{{ {source} }}}}", project, masked=True)
            for source in ('n()', 'n(mode="in-person")', 'n(mode="video")', 'n(mode="phone")', 'n(mode="written")',
                           'n(type="osc")', 'n(type="ong")', 'n(type="etat")', 'n(theme="formation", type="osc")')
        }  # fmt: skip
    numbers = {source: int(text) for source, text in told.items() if text.isdigit()}
    hidden = "[nombre non montré]{.missing}"
    assert told["n()"] == "23" and told['n(mode="phone")'] == told['n(type="etat")'] == hidden
    assert len([source for source in numbers if "mode=" in source]) < 3
    assert len([source for source in numbers if "type=" in source and "theme" not in source]) < 2


@pytest.mark.parametrize(
    ("filters", "raising"),
    [
        ('theme="formation"', (8, 4, 4, 5)),  # the whole is told: two of four at most would be four each
        ('type="etat"', (1, 1, 1, 1)),  # fewer than five in all, and somebody everywhere
    ],
)
def test_several_numbers_together_tell_no_small_one(tmp_path, filters, raising):
    regions = ("gao", "mopti", "kayes", "tombouctou")
    actors = [A("tamat", regions=regions), A("mairie", "etat", regions)]
    notes = [
        N(
            f"{region[0]}-{i}", ("mairie" if "etat" in filters and i < number else "tamat",), region=region,
            need="[Former]{.formation}" if "theme" in filters and i < number else "Rien.",
        )
        for region, number in zip(regions, raising, strict=True)
        for i in range(12)
    ]  # fmt: skip
    campaign = Campaign(notes, actors)
    text = campaign.mapping().replace(
        "actor_types:\n",
        """  - {id: kayes, name: Kayes, code: ML01, minimum: 0}
  - {id: tombouctou, name: Tombouctou, code: ML06, minimum: 0}
actor_types:
""",
    )
    project = replace(campaign, files={"mapping.yaml": text}).load(tmp_path)
    with speaking("fr"):
        told = [
            substitute(f'{{{{ n({filters}, region="{region}") }}}}', project, masked=True)
            for region in regions
        ]
        told.append(substitute(f"{{{{ n({filters}) }}}}", project, masked=True))
    assert not {"1", "4", "moins de 5"} & set(told)


@pytest.mark.parametrize(
    "source",
    ["", "n", "m()", "n(7)", "n(themes='x')", "n(theme='nul')", "n(theme=1)", "__import__('os').system('id')",
     "n(**{'region': 'gao'})", "n(region='gao').x", "n(", "[n() for x in y]", "n(region='nord')"],
)  # fmt: skip
def test_anything_else_is_a_fault(project, source):
    with pytest.raises(ExpressionError) as caught:
        parse(source, project)
    assert str(caught.value).endswith(".")


@given(st.text(max_size=40))
def test_no_text_is_ever_run_or_breaks(project, source):
    try:
        parsed = parse(source, project)
    except ExpressionError:
        return
    assert parsed.name in ("n", "persons", "actors", "regions", "minimum")


def test_faults_are_told_with_their_place(tmp_path):
    files = {
        "notes/gao/synthese.md": synthesis(
            '## O {#organisation}\n\nBien {{ n() }},\nmal {{ n(theme="formatoin") }}.'
        )
    }
    project = Campaign(NOTES, [A("tamat")], files).load(tmp_path)
    [(place, message, help)] = list(faults(project))
    assert (place.file, place.line, place.column) == ("notes/gao/synthese.md", 10, 5)
    assert "formatoin" in message
    assert "formation" in help


def test_the_number_replaces_the_expression_and_nothing_else(project):
    text = "A {{ n() }} b {{ nul() }} c {not} {{ regions() }}"
    with speaking("fr"):
        assert substitute(text, project, masked=False) == "A 7 b [nombre à corriger]{.missing} c {not} 2"
