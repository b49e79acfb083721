"""Documents that cannot fall behind the code."""

from __future__ import annotations

import importlib.util
import re

from movie_recommender.settings import ROOT, TABLE

spec = importlib.util.spec_from_file_location("make_reference", ROOT / "docs" / "make_reference.py")
make_reference = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_reference)

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_reference_tells_every_setting_command_and_address_as_the_code_has_them():
    assert make_reference.PAGE.read_text(encoding="utf-8") == make_reference.reference(), "run: python docs/make_reference.py"


def test_no_document_names_a_command_or_setting_that_is_gone(app):
    commands = set(app.cli.commands) | {"run", "db"}
    settings = {setting.name for setting in TABLE}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        named = set(re.findall(r"`(?:\.venv/bin/)?flask ([a-z][a-z-]*)", text)) | set(
            re.findall(r"^(?:\.venv/bin/)?flask ([a-z][a-z-]*)", text, re.M)
        )
        assert named <= commands, page
        assert {name for name in re.findall(r"`([A-Z][A-Z_]+)=", text) if name.endswith(("_URL", "_PORT", "_PATH"))} <= settings, page


def test_every_link_between_documents_leads_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_test_that_the_security_page_names_exists():
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", (ROOT / "docs" / "security.md").read_text(encoding="utf-8")))
    there = {name for path in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.M)}
    assert len(named) > 60
    assert named <= there, sorted(named - there)
