"""Let a draft out: markdown, HTML, draft.json, Word, the three files side by side, and the review pack.

markdown  the text as markdown
page      one HTML file, as printed, every number with its source
files     <title>.docx, .json and .md, all or none
gate      what may leave as final
checked   what a check found, beside the text
papers    the 核稿单 and other papers for the desk
pack      everything a reviewer needs in one zip
"""

from chugao.draftfile import SCHEMA_ID, draft_schema, read_draft, to_json, write_schema
from chugao.export.files import check_folder, file_name, write_files, write_whole
from chugao.export.gate import override_told, release
from chugao.export.markdown import to_markdown

__all__ = [
    "SCHEMA_ID",
    "check_folder",
    "draft_schema",
    "file_name",
    "override_told",
    "read_draft",
    "release",
    "to_json",
    "to_markdown",
    "write_files",
    "write_schema",
    "write_whole",
]
