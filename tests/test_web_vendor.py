"""The scripts of others that we ship are the very bytes the build script makes, with their licences."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VENDOR = ROOT / "src" / "chugao" / "web" / "static" / "vendor"


def test_every_vendored_file_has_the_hash_that_is_written_down_and_nothing_else_lies_there() -> None:
    told = json.loads((VENDOR / "vendor.json").read_text(encoding="utf-8"))

    found = {p.name for p in VENDOR.iterdir()}

    for entry in told:
        assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"], entry["file"]
    licences = {p["text"] for entry in told for p in entry["packages"]}
    assert found == {entry["file"] for entry in told} | licences | {"vendor.json"}


def test_every_package_names_its_version_and_carries_its_licence_text() -> None:
    told = json.loads((VENDOR / "vendor.json").read_text(encoding="utf-8"))

    packages = [p for entry in told for p in entry["packages"]]

    assert {(p["package"], p["version"]) for p in packages} >= {("htmx.org", "4.0.1"), ("prosemirror-view", "1.42.9")}
    for package in packages:
        text = (VENDOR / package["text"]).read_text(encoding="utf-8")
        assert package["licence"] in ("MIT", "BSD-0-Clause", "0BSD")
        assert "ermission" in text


def test_no_vendored_script_calls_home_or_makes_code_out_of_text_at_load() -> None:
    for script in VENDOR.glob("*.js"):
        body = script.read_text(encoding="utf-8")
        assert "sourceMappingURL" not in body
        assert "cdn." not in body
        assert "unpkg.com" not in body


@pytest.mark.soak
def test_building_anew_gives_the_same_bytes() -> None:
    if shutil.which("npm") is None:
        pytest.skip("没有 npm，前端脚本的重建比对没有运行")

    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "vendor_web.py"), "--check"], check=False, capture_output=True, text=True
    )

    if "npm failed" in done.stderr:
        pytest.skip("npm 取不到包，前端脚本的重建比对没有运行")
    assert done.returncode == 0, done.stderr
