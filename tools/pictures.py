"""Make the pictures of docs/images anew: papers as LibreOffice sets them, pages of the web as Chromium shows them.

    make pictures            all of them, about two minutes
    python tools/pictures.py web-review demo-page-1     these only

In: examples/, corpus/, and this checkout's own chugao.  Out: docs/images/*.png.

Needs LibreOffice, Chromium and what the tests need.  Made by hand: kinds.png (first pages of five drafts in one frame),
table-landscape.png (a 任务分解表 of eight columns), and of the web preview (a table with a name nobody knows), conflict,
settle, countersign and batch, each the page that the chapter describes at 1366 × 768.  scaling.svg comes from `make bench`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).parents[1]
IMAGES = Path(os.environ.get("CHUGAO_PICTURES", ROOT / "docs" / "images"))
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
PORT, DOTS, WIDE, HIGH = 8799, 72, 1366, 768
HOSPITAL, PASSWORD = "望澜市第一人民医院", "好记的一句话就可以用"
CLERK, HEAD = "wangfang", "zhouqiming"
FIGURES, MATTERS = (ROOT / "examples" / kind / "医务科-2025.xlsx" for kind in ("figures", "matters"))
TITLE = "医务科2025年工作总结暨2026年工作计划"

_SENT = """医务科2025年工作材料
一、医疗质量
11月在全市推广术前讨论核验，覆盖6家医院。
9月开设疑难病例线上会诊，全年会诊84例，外转由31例降到19例。
全年病历归档率97.6%，比上年提高1.2个百分点。
二、队伍
10月选派5名骨干到省级医院进修6个月。
三、存在的不足
夜间会诊到位慢，平均要41分钟，原因是备班医师住得远。
"""


def chugao(*words: str, folder: Path, told: str = "") -> str:
    """Run a command as an office does."""
    command = [sys.executable, "-m", "chugao", *words]
    ran = subprocess.run(command, cwd=folder, input=told, capture_output=True, text=True, timeout=300, check=False)
    if ran.returncode not in (0, 1):
        raise SystemExit(f"chugao {' '.join(words)}\n{ran.stderr}")
    return ran.stdout


def drafted(folder: Path, out: str, kind: str = "summary-plan", year: str = "2025", figures: Path = FIGURES) -> Path:
    """The sample department's paper; its .json."""
    where = ("--department", "医务科", "--year", year, "--organisation", HOSPITAL, "--corpus", str(ROOT / "corpus"))
    given = ("--metrics", str(figures), "--matters", str(MATTERS))
    chugao("draft", "--kind", kind, *where, *given, "-o", out, folder=folder)
    return next((folder / out).glob("*.json"))


def late_figures(folder: Path) -> Path:
    """The figures with two of them put right, as January brings them."""
    from openpyxl import load_workbook

    book = load_workbook(FIGURES)
    sheet = book["指标"]
    columns = {cell.value: number for number, cell in enumerate(sheet[1])}
    for row in sheet.iter_rows(min_row=2):
        if (now := {"手术台次": 23214, "平均住院日": 7.4}.get(str(row[columns["指标名称"]].value))) is not None:
            row[columns["本期值"]].value = now
    book.save(folder / "年报.xlsx")
    return folder / "年报.xlsx"


# --- papers ---------------------------------------------------------------------------------------


def pages(docx: Path) -> list[tuple[Image.Image, str]]:
    """The pages of a Word file, each with its text."""
    from pypdfium2 import PdfDocument

    from chugao.word.preview import pictures, preview

    (shown,) = preview([docx.read_bytes()])
    texts = ["".join(page.get_textpage().get_text_bounded().split()) for page in PdfDocument(shown.pdf)]
    return list(zip((Image.open(BytesIO(page)) for page in pictures(shown.pdf, DOTS)), texts, strict=True))


def keep(name: str, picture: Image.Image) -> None:
    picture.convert("RGB").quantize(64).save(IMAGES / f"{name}.png", optimize=True)
    print(name)


def side_by_side(left: Image.Image, right: Image.Image) -> Image.Image:
    both = Image.new("RGB", (left.width + right.width + 12, left.height), "#808080")
    both.paste(left, (0, 0))
    both.paste(right, (left.width + 12, 0))
    return both


def papers(wanted: Callable[[str], bool], folder: Path) -> None:
    """Pages of Word files, and of web pages that stand alone."""
    made = drafted(folder, "out")
    if wanted("demo-page-1") or wanted("table-page"):
        leaves = pages(made.with_suffix(".docx"))
        keep("demo-page-1", leaves[0][0])
        keep("table-page", next(leaf for leaf, text in leaves if "附表1" in text))
    if wanted("notice"):
        (first, _), (second, _), *_ = pages(drafted(folder, "要点", "key-points", "2026").with_suffix(".docx"))
        keep("notice", side_by_side(first, second))
    if wanted("checklist"):
        chugao("check", str(made), "--sheet", "核稿单.docx", folder=folder)
        keep("checklist", pages(folder / "核稿单.docx")[0][0])
    other = drafted(folder, "二稿", figures=late_figures(folder))
    if wanted("redline"):
        chugao("compare", str(made), str(other), "--docx", "修订稿.docx", folder=folder)
        keep("redline", pages(folder / "修订稿.docx")[0][0])
    if wanted("compare-page") or wanted("page-with-sources"):
        chugao("compare", str(made), str(other), "--html", "对比.html", folder=folder)
        chugao("export", str(made), "--html", "-o", "页", folder=folder)
        with browser() as window:
            shoot(window, "compare-page", (folder / "对比.html").as_uri())
            window.set_viewport_size({"width": 708, "height": 580})
            shoot(window, "page-with-sources", (folder / "页" / f"{TITLE}.html").as_uri())


# --- the web --------------------------------------------------------------------------------------


@contextmanager
def browser(address: str = "") -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = chromium.new_context(
            viewport={"width": WIDE, "height": HIGH}, base_url=address or None, timezone_id="Asia/Shanghai"
        )
        yield context.new_page()
        chromium.close()


def shoot(window: Any, name: str, address: str = "") -> None:
    if address:
        window.goto(address)
    window.wait_for_timeout(700)
    keep(name, Image.open(BytesIO(window.screenshot())))


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """An office of three people, served."""
    chugao("init", ".", folder=folder)
    settings = folder / "chugao.toml"
    settings.write_text(settings.read_text("utf-8").replace('name = ""', f'name = "{HOSPITAL}"', 1), encoding="utf-8")
    for login, name, role in ((CLERK, "王芳", "author"), (HEAD, "周启明", "reviewer")):
        more = ("--name", name, "--role", role, "--department", "医务科", "--password-stdin")
        chugao("users", "add", login, *more, folder=folder, told=PASSWORD + "\n")
    server = subprocess.Popen(
        [sys.executable, "-m", "chugao", "serve", "--port", str(PORT)],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait(20)


def signed_in(window: Any, login: str) -> None:
    window.context.clear_cookies()
    window.goto("/login")
    window.fill("[name=login]", login)
    window.fill("[name=password]", PASSWORD)
    window.press("[name=password]", "Enter")
    window.wait_for_url("**/")


def ordered(window: Any, folder: Path) -> str:
    """Hand the files in and have the paper written; its address."""
    said, sent = folder / "领导意见.txt", folder / "医务科补报.txt"
    said.write_text("陆院长12月29日电话：等级评审放第一条写\n不足写两条\n", encoding="utf-8")
    sent.write_text(_SENT, encoding="utf-8")
    window.set_input_files("#files", [str(p) for p in (FIGURES, MATTERS, said, sent)])
    window.wait_for_selector("text=领导意见.txt", timeout=60_000)
    window.fill("[name=year]", "2025")
    window.click("button[value=files]")
    shoot(window, "web-worktop")
    window.click("button[value=start]")
    window.wait_for_selector("a:has-text('打开文稿')", timeout=180_000)
    shoot(window, "web-job")
    window.click("a:has-text('打开文稿')")
    window.wait_for_url("**/documents/*")
    return str(window.url)


def edited(window: Any, paper: str) -> None:
    """Type over a number that has its source, look at what may be put in, and ask for other wordings."""
    way = next(
        h for a in window.query_selector_all("article a[data-edits]") if "results_" in (h := a.get_attribute("href"))
    )
    window.goto(way)
    window.wait_for_selector(".ProseMirror")
    window.click(".ProseMirror .n:has-text('%')")
    window.keyboard.type("9")
    window.wait_for_selector("text=没有出处的数")
    shoot(window, "web-edit-red")
    window.keyboard.press("End")
    window.keyboard.type("/")
    window.wait_for_timeout(600)
    window.keyboard.type("手术")
    shoot(window, "web-edit")
    window.goto(way)
    window.click("button:has-text('换几种写法')")
    window.wait_for_selector("text=用这一份", timeout=120_000)
    shoot(window, "web-wordings")
    shoot(window, "web-compare", f"{paper}/compare?left=1")


def web(folder: Path) -> None:
    """The pages of the web, in the order a clerk and a reviewer meet them."""
    with served(folder) as address, browser(address) as window:
        signed_in(window, CLERK)
        paper = ordered(window, folder)
        edited(window, paper)
        shoot(window, "web-metrics", "/metrics")
        shoot(window, "web-material", "/material")
        window.goto(paper)
        window.click("button:has-text('送审')")
        signed_in(window, HEAD)
        shoot(window, "web-review", paper)
        shoot(window, "web-guard", f"{paper}/send?step=approve")


def main() -> None:
    names = set(sys.argv[1:])

    def wanted(name: str) -> bool:
        return not names or name in names

    os.environ["TZ"] = "Asia/Shanghai"
    with tempfile.TemporaryDirectory(prefix="chugao-pictures-") as folder:
        if not names or any(not n.startswith("web-") for n in names):
            papers(wanted, Path(folder))
    with tempfile.TemporaryDirectory(prefix="chugao-pictures-") as folder:
        if not names or any(n.startswith("web-") for n in names):
            web(Path(folder))


if __name__ == "__main__":
    main()
