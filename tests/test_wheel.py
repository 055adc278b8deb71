"""What a user installs holds everything the product needs."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WEB = ROOT / "src" / "chugao" / "web"


@pytest.mark.slow
def test_a_wheel_carries_templates_prompts_and_the_sample_corpus(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]

    subprocess.run(build, check=True, capture_output=True)

    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for folder in ("prompts", "templates", "corpus"):
        shipped = {
            n.removeprefix(f"chugao/_shipped/{folder}/") for n in names if n.startswith(f"chugao/_shipped/{folder}/")
        }
        here = {str(p.relative_to(ROOT / folder)) for p in (ROOT / folder).rglob("*") if p.is_file()}
        assert shipped == here
        assert here, folder
    assert "chugao/py.typed" in names
    for folder in ("templates", "static"):
        here = {p.relative_to(WEB).as_posix() for p in (WEB / folder).rglob("*") if p.is_file()}
        assert {n.removeprefix("chugao/web/") for n in names if n.startswith(f"chugao/web/{folder}/")} == here
        assert here, folder
    assert any(n.endswith("database/migrations/versions/0001_first_tables.py") for n in names)


@pytest.mark.slow
def test_the_installed_wheel_drafts_without_the_checkout(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    script = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "import chugao, chugao.config\n"
        f"assert chugao.__file__.startswith({str(site)!r})\n"
        "from chugao.metrics.observation import Figures\n"
        f"facts = chugao.read_metrics({str(ROOT / 'examples/figures/医务科-2025.xlsx')!r})\n"
        "outline = chugao.read_outline('summary-plan', department='医务科', year=2025)\n"
        "print(chugao.draft(outline, facts, None, chugao.open_index()).title.text)\n"
    )

    output = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=tmp_path)

    assert output.stdout.strip() == "医务科2025年工作总结暨2026年工作计划"
