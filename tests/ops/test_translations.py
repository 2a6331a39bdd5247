"""Words: found in every kind of source, kept when merged, refused when they do not fit."""

import gettext
import os
from io import StringIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from django.core.management import CommandError, call_command
from django.utils import translation
from django.utils.translation.reloader import translation_file_changed
from pytest_django import Settings

from cm_suite.ops import prepare, translations

PYTHON = """
from django.utils.translation import gettext, gettext_lazy as _, ngettext, npgettext_lazy, pgettext

TITLE = _("Plan")
LONG = _(
    "a long "
    "message"
)

def words(count, name):
    gettext(name)  # not a literal
    return (
        ngettext("%(n)d post", "%(n)d posts", count),
        pgettext("verb", "Post"),
        npgettext_lazy("noun", "%d page", "%d pages", count),
    )
"""

TEMPLATE = """{% load i18n %}
  {% comment %}{% translate "never" %}{% endcomment %}
    <h1 class="def">{% translate "Today" %}</h1>
  <p title="{% translate "It's quoted" %}">{{ _("Constant") }} {{ x|default:_("none") }}</p>
{% blocktranslate trimmed count n=items|length with name=brand.name %}
    {{ n }} post
    of {{ name }}
  {% plural %}
    {{ n }} posts of {{ name }}
{% endblocktranslate %}
 {% translate "May" context "month" %}
"""

IDS = {
    ("Plan", None),
    ("a long message", None),
    (("%(n)d post", "%(n)d posts"), None),
    ("Post", "verb"),
    (("%d page", "%d pages"), "noun"),
    ("Today", None),
    ("It's quoted", None),
    ("Constant", None),
    ("none", None),
    (("%(n)s post of %(name)s", "%(n)s posts of %(name)s"), None),
    ("May", "month"),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with words in Python and in a template."""
    for folder in ("cm_suite", "pages", "publishing", "templates", "pages/migrations"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "pages" / "words.py").write_text(PYTHON)
    (tmp_path / "pages" / "migrations" / "0001.py").write_text('from x import gettext as _\n_("not here")\n')
    (tmp_path / "templates" / "today.html").write_text(TEMPLATE)
    return tmp_path


@pytest.fixture
def french(root: Path) -> Path:
    """Where the French catalogue goes."""
    return root / "locale" / "fr" / "LC_MESSAGES" / "django.po"


def ids(catalogue: Catalog) -> set[tuple[object, str | None]]:
    """What a catalogue holds: ids (plural ones as pairs) with their contexts."""
    return {(tuple(m.id) if isinstance(m.id, list | tuple) else m.id, m.context) for m in catalogue if m.id}


def translate(file: Path, **instead: str) -> None:
    """Give every message of a catalogue words that fit, but for some."""
    catalogue = translations.read(file)
    for message in catalogue:
        if message.id and not any(message.string or ""):
            pair = isinstance(message.id, list | tuple)
            message.string = tuple(f"fr {word}" for word in message.id) if pair else f"fr {message.id}"
        if isinstance(message.id, str) and message.id in instead:
            message.string = instead[message.id]
    with file.open("wb") as out:
        write_po(out, catalogue)


def only(problems: list[str], word: str) -> list[str]:
    """The lines that tell of something."""
    return [line for line in problems if word in line]


def test_every_way_to_mark_a_message_is_found(root: Path) -> None:
    assert ids(translations.extract(root)) == IDS


def test_a_message_knows_its_file(root: Path) -> None:
    found = translations.extract(root).get("Today")
    assert found is not None
    assert found.locations == [("templates/today.html", 0)]


def test_a_new_catalogue_has_every_message_empty(root: Path, french: Path) -> None:
    translations.update(root, french)
    assert ids(translations.read(french)) == IDS
    assert len(only(translations.problems(root, french), "not translated")) == len(IDS)


def test_a_translated_catalogue_has_no_problem(root: Path, french: Path) -> None:
    translations.update(root, french)
    translate(french)
    assert translations.problems(root, french) == []


def test_merging_keeps_what_was_translated_and_drops_what_is_gone(root: Path, french: Path) -> None:
    translations.update(root, french)
    translate(french, Plan="Le plan")
    (root / "pages" / "words.py").write_text('from x import gettext as _\n_("Plan")\n_("Later")\n')
    translations.update(root, french)
    catalogue = translations.read(french)
    plan, later = catalogue.get("Plan"), catalogue.get("Later")
    assert plan is not None
    assert later is not None
    assert (plan.string, later.string) == ("Le plan", "")
    assert catalogue.get("a long message") is None
    assert "#~" not in french.read_text()
    assert not later.fuzzy


def test_merging_twice_changes_nothing(root: Path, french: Path) -> None:
    translations.update(root, french)
    translate(french)
    translations.update(root, french)
    before = french.read_text()
    translations.update(root, french)
    assert french.read_text() == before


def test_no_line_number_makes_noise_in_the_history(root: Path, french: Path) -> None:
    translations.update(root, french)
    assert "#: pages/words.py\n" in french.read_text()


def test_a_message_the_catalogue_lacks_is_named(root: Path, french: Path) -> None:
    translations.update(root, french)
    translate(french)
    with (root / "templates" / "today.html").open("a") as out:
        out.write('{% translate "Brand new" %}')
    assert translations.problems(root, french) == ["templates/today.html: missing: 'Brand new'"]


def test_a_message_the_sources_lack_is_named(root: Path, french: Path) -> None:
    translations.update(root, french)
    translate(french)
    (root / "pages" / "words.py").write_text("")
    assert "django.po: not in the sources: 'Plan'" in translations.problems(root, french)


@pytest.mark.parametrize(
    ("string", "fault"),
    [
        ("", "not translated"),
        ("Le plan de %(brand)s", "placeholders differ"),
        ("Le plan {name}", "placeholders differ"),
        ("Le plan à 100 %s", "placeholders differ"),
    ],
)
def test_a_translation_that_does_not_fit_is_named(string: str, fault: str, root: Path, french: Path) -> None:
    translations.update(root, french)
    translate(french, Plan=string)
    (line,) = translations.problems(root, french)
    assert fault in line
    assert line.endswith("'Plan'")


def test_a_placeholder_may_move_but_not_go(root: Path, french: Path) -> None:
    (root / "pages" / "words.py").write_text('_("%(a)s before %(b)s")\n')
    translations.update(root, french)
    translate(french, **{"%(a)s before %(b)s": "%(b)s après %(a)s"})
    assert translations.problems(root, french) == []
    translate(french, **{"%(a)s before %(b)s": "%(b)s après"})
    assert len(translations.problems(root, french)) == 1


def test_a_singular_may_leave_its_number_out(root: Path, french: Path) -> None:
    (root / "pages" / "words.py").write_text('ngettext("one post", "%(n)d posts", n)\n')
    translations.update(root, french)
    catalogue = translations.read(french)
    message = catalogue.get("one post")
    assert message is not None
    message.string = ("une publication", "%(n)d publications")
    with french.open("wb") as out:
        write_po(out, catalogue)
    assert only(translations.problems(root, french), "one post") == []


def test_a_fuzzy_translation_is_named(root: Path, french: Path) -> None:
    translations.update(root, french)
    translate(french)
    text = french.read_text()
    french.write_text(text.replace('msgid "Plan"', '#, fuzzy\nmsgid "Plan"'))
    (line,) = translations.problems(root, french)
    assert line == "pages/words.py: fuzzy: 'Plan'"


def test_an_obsolete_translation_is_named(root: Path, french: Path) -> None:
    translations.update(root, french)
    translate(french)
    with french.open("a") as out:
        out.write('\n#~ msgid "Gone"\n#~ msgstr "Parti"\n')
    assert translations.problems(root, french) == ["django.po: obsolete: 'Gone'"]


def test_a_plural_form_that_lacks_is_named(root: Path, french: Path) -> None:
    translations.update(root, french)
    translate(french)
    text = french.read_text()
    kept = [line for line in text.splitlines() if not line.startswith('msgstr[1] "fr %(n)d posts"')]
    french.write_text("\n".join(kept) + "\n")
    assert len(only(translations.problems(root, french), "%(n)d post")) == 1


def test_no_catalogue_at_all_is_one_problem(root: Path, french: Path) -> None:
    assert translations.problems(root, french) == ["locale/fr/LC_MESSAGES/django.po is missing"]


def test_a_stale_catalogue_is_compiled_and_a_fresh_one_is_not(root: Path, french: Path) -> None:
    translations.update(root, french)
    translate(french, Plan="Le plan")
    compiled = french.with_suffix(".mo")
    assert translations.compile_stale(root / "locale") == [compiled]
    assert translations.compile_stale(root / "locale") == []
    with compiled.open("rb") as source:
        words = gettext.GNUTranslations(source)
    assert words.gettext("Plan") == "Le plan"
    assert words.ngettext("%(n)d post", "%(n)d posts", 2) == "fr %(n)d posts"
    translate(french, Plan="Plan")
    later = compiled.stat().st_mtime + 5
    os.utime(french, (later, later))
    assert translations.compile_stale(root / "locale") == [compiled]


def test_words_that_are_compiled_are_spoken_by_the_same_process(
    root: Path, french: Path, settings: Settings
) -> None:
    settings.LOCALE_PATHS = [root / "locale"]
    translation_file_changed(sender=None, file_path=french.with_suffix(".mo"))
    translations.update(root, french)
    translate(french, Plan="Une phrase à nous")
    try:
        with translation.override("fr"):
            assert translation.gettext("Plan") != "Une phrase à nous"
        prepare.compile_words()
        with translation.override("fr"):
            assert translation.gettext("Plan") == "Une phrase à nous"
    finally:
        settings.LOCALE_PATHS = [Path(settings.BASE_DIR) / "locale"]
        translation_file_changed(sender=None, file_path=french.with_suffix(".mo"))


@pytest.mark.usefixtures("root")
class TestCommand:
    """`manage.py translations`."""

    @pytest.fixture(autouse=True)
    def here(self, root: Path, settings: Settings) -> None:
        settings.BASE_DIR = root
        settings.LOCALE_PATHS = [root / "locale"]

    def test_update_writes_and_counts(self, french: Path) -> None:
        out = StringIO()
        call_command("translations", "--update", stdout=out)
        assert french.exists()
        assert out.getvalue().splitlines()[-1] == f"{len(IDS)} translations need work."

    def test_without_update_work_left_ends_with_one(self, root: Path, french: Path) -> None:
        translations.update(root, french)
        with pytest.raises(CommandError) as caught:
            call_command("translations", stdout=StringIO())
        assert caught.value.returncode == 1

    def test_complete_means_code_zero(self, root: Path, french: Path) -> None:
        translations.update(root, french)
        translate(french)
        out = StringIO()
        call_command("translations", stdout=out)
        assert out.getvalue() == "Every message is translated.\n"
        assert french.with_suffix(".mo").exists()
