"""Build the scripts of others that the web application ships: htmx with its SSE extension, ProseMirror.

axe-core, which only the tests need, is laid into tests/data/axe the same way.

In: exact versions, fetched by npm into a temporary folder.  Out: src/chugao/web/static/vendor with the
bundles, the licences and vendor.json (package, version, licence, sha256).

    python tools/vendor_web.py            build anew
    python tools/vendor_web.py --check    build into a temporary folder and compare with what is committed

Needs Node and npm, here only; the application itself never does.  Same versions in, same bytes out: every package of
a bundle is pinned, also those that come along with another.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
VENDOR = ROOT / "src" / "chugao" / "web" / "static" / "vendor"
AXE = ROOT / "tests" / "data" / "axe"
TARGET = "chrome109"
"""Windows 7 ends there, and hospitals still have it."""

ESBUILD = "0.28.2"
HTMX = {"htmx.org": "4.0.1"}
PROSEMIRROR = {
    "prosemirror-model": "1.25.13",
    "prosemirror-transform": "1.12.6",
    "prosemirror-state": "1.4.4",
    "prosemirror-view": "1.42.9",
    "prosemirror-history": "1.5.1",
    "prosemirror-keymap": "1.2.3",
    "orderedmap": "2.1.1",
    "rope-sequence": "1.3.4",
    "w3c-keyname": "2.2.8",
}
AXE_CORE = {"axe-core": "4.14.1"}
ENTRY = """
export { Schema, Fragment, Slice, Node } from "prosemirror-model";
export { EditorState, Plugin, PluginKey, TextSelection } from "prosemirror-state";
export { EditorView, Decoration, DecorationSet } from "prosemirror-view";
export { history, undo, redo } from "prosemirror-history";
export { keymap } from "prosemirror-keymap";
"""
"""Only what the editor uses; commands (Enter, Backspace) are few and our own."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true", help="compare with what is committed, change nothing")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        built, axe = Path(scratch) / "vendor", Path(scratch) / "axe"
        build(Path(scratch), built, axe)
        if wanted.check:
            return compare(built, VENDOR) | compare(axe, AXE)
        replace(built, VENDOR)
        replace(axe, AXE)
    print(f"{VENDOR}: {len(json.loads((VENDOR / 'vendor.json').read_text()))} files")
    return 0


def build(scratch: Path, out: Path, axe: Path) -> None:
    """Fetch the pinned packages and write every vendored file into `out`, what the tests need into `axe`."""
    out.mkdir()
    axe.mkdir()
    (scratch / "package.json").write_text('{"private": true}')
    pinned = [f"{name}@{version}" for name, version in {**HTMX, **PROSEMIRROR, **AXE_CORE, "esbuild": ESBUILD}.items()]
    run(["npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", *pinned], scratch)
    modules = scratch / "node_modules"
    records = [
        *minified(modules, out, "htmx.min.js", "dist/htmx.js"),
        *minified(modules, out, "htmx-sse.min.js", "dist/ext/hx-sse.js"),
        *bundled(scratch, out, "prosemirror.min.js"),
    ]
    shutil.copyfile(modules / "axe-core" / "axe.min.js", axe / "axe.min.js")
    as_published = record(axe, "axe.min.js", AXE_CORE, modules) | {"built_with": "as published"}
    write_records(axe, [as_published])
    write_records(out, records)


def write_records(out: Path, records: list[dict[str, object]]) -> None:
    text = json.dumps(sorted(records, key=lambda r: str(r["file"])), ensure_ascii=False, indent=2)
    (out / "vendor.json").write_text(text + "\n", encoding="utf-8")


def minified(modules: Path, out: Path, name: str, source: str) -> list[dict[str, object]]:
    """One file of htmx, its own text shortened by the same tool as the rest."""
    esbuild(modules.parent, [str(modules / "htmx.org" / source), "--minify", f"--outfile={out / name}"])
    return [record(out, name, HTMX, modules)]


def bundled(scratch: Path, out: Path, name: str) -> list[dict[str, object]]:
    """ProseMirror as one module, with the style sheet it cannot do without."""
    entry = scratch / "entry.js"
    entry.write_text(ENTRY)
    esbuild(scratch, [str(entry), "--bundle", "--format=esm", "--minify", f"--outfile={out / name}"])
    style = scratch / "node_modules" / "prosemirror-view" / "style" / "prosemirror.css"
    shutil.copyfile(style, out / "prosemirror.css")
    only = {"prosemirror-view": PROSEMIRROR["prosemirror-view"]}
    modules = scratch / "node_modules"
    return [record(out, name, PROSEMIRROR, modules), record(out, "prosemirror.css", only, modules)]


def esbuild(scratch: Path, arguments: list[str]) -> None:
    binary = scratch / "node_modules" / ".bin" / "esbuild"
    options = [f"--target={TARGET}", "--legal-comments=none", "--charset=utf8", "--log-level=warning"]
    run([str(binary), *arguments, *options], scratch)


def record(out: Path, name: str, packages: dict[str, str], modules: Path) -> dict[str, object]:
    """What vendor.json says about one file; the licence texts are laid beside it."""
    described = []
    for package, version in packages.items():
        about = json.loads((modules / package / "package.json").read_text(encoding="utf-8"))
        if about["version"] != version:
            raise SystemExit(f"{package}: asked for {version}, got {about['version']}")
        licence = f"LICENSE-{package}.txt"
        shutil.copyfile(licence_of(modules / package), out / licence)
        described.append({"package": package, "version": version, "licence": about["license"], "text": licence})
    body = (out / name).read_bytes()
    return {
        "file": name,
        "sha256": hashlib.sha256(body).hexdigest(),
        "built_with": f"esbuild {ESBUILD}, target {TARGET}",
        "packages": described,
    }


def licence_of(package: Path) -> Path:
    found = sorted(p for p in package.iterdir() if p.is_file() and p.name.lower().startswith(("license", "licence")))
    if not found:
        raise SystemExit(f"{package.name} carries no licence text")
    return found[0]


def compare(built: Path, committed: Path) -> int:
    """Name each file that differs; 1 when there is one."""
    names = {p.name for p in built.iterdir()} | {p.name for p in committed.iterdir()}
    different = sorted(n for n in names if bytes_of(built / n) != bytes_of(committed / n))
    for name in different:
        print(f"differs: {name}", file=sys.stderr)
    return 1 if different else 0


def bytes_of(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


def replace(built: Path, out: Path) -> None:
    if out.exists():
        shutil.rmtree(out)
    shutil.copytree(built, out)


def run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout}\n{done.stderr}")


if __name__ == "__main__":
    raise SystemExit(main())
