"""export --pdf and --png: what a Word file looks like when it is printed here."""

from pathlib import Path

from chugao.cli.output import say


def write_preview(docx: Path, pdf: bool, png: bool) -> dict[str, Path]:
    """PDF and pictures beside a Word file; says which faces stood in for the official ones."""
    import os

    from chugao.word.preview import pictures, preview
    from chugao.word.typesetting import cannot_write, stage

    seen = preview([docx.read_bytes()])[0]
    files: dict[str, tuple[Path, bytes]] = {"pdf": (docx.with_suffix(".pdf"), seen.pdf)} if pdf else {}
    if png:
        for number, picture in enumerate(pictures(seen.pdf), 1):
            files[f"png{number}"] = (docx.with_name(f"{docx.stem}-第{number}页.png"), picture)
    for path, content in files.values():
        staged = stage(content, path)
        try:
            os.replace(staged, path)
        except OSError as error:
            staged.unlink(missing_ok=True)
            raise cannot_write(path, error) from None
    say(f"PDF 用的是本机字体：{'、'.join(seen.faces)}。与 Word 里的字体不同，分页可能略有出入，以 Word 为准。")
    return {name: path for name, (path, _) in files.items()}
