"""The page of GB/T 9704 as data, so that a house profile is another file.

In: a TOML file such as `templates/word/gbt9704.toml`.  Out: a frozen `Layout`, and its lengths in twips.

What surprised us: the widely copied “29磅” gives 21 lines a page and plain 16 pt gives 27 characters a line; 28.95 pt
with −0.25 pt between characters gives the 22 × 28 of the standard (measured).
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args, get_origin

from chugao.errors import InputError
from chugao.kept import parsed
from chugao.shipped import shipped

Align = Literal["both", "center", "left", "right"]


def twips_of_mm(length_mm: float) -> int:
    """Twentieths of a point, the unit of WordprocessingML: 37 mm is 2098."""
    return round(length_mm * 1440 / 25.4)


def twips_of_pt(length_pt: float) -> int:
    """28.95 pt is 579."""
    return round(length_pt * 20)


class Page(NamedTuple):
    """Paper and margins of an upright page, in millimetres."""

    width_mm: float
    height_mm: float
    top_mm: float
    bottom_mm: float
    left_mm: float
    right_mm: float
    page_number_below_mm: float
    """From the lower edge of the 版心 to the dash beside the page number (GB/T 9704 7.5: 7 mm)."""
    header_mm: float
    """From the upper edge of the paper to the 草稿 mark."""

    @property
    def text_width(self) -> int:
        """Width of the 版心, twips: 8845, which is 156 mm."""
        return twips_of_mm(self.width_mm) - twips_of_mm(self.left_mm) - twips_of_mm(self.right_mm)

    @property
    def text_height(self) -> int:
        """Height of the 版心, twips; the line width of a 横排 page."""
        return twips_of_mm(self.height_mm) - twips_of_mm(self.top_mm) - twips_of_mm(self.bottom_mm)


class Grid(NamedTuple):
    """Line pitch and character spacing that fill the 版心 with 22 × 28."""

    line_pt: float
    spacing_pt: float
    gap_beside_latin: bool

    @property
    def line(self) -> int:
        """Line pitch, twips."""
        return twips_of_pt(self.line_pt)


class TextStyle(NamedTuple):
    """Type of one kind of paragraph; sizes in points."""

    east_asia: str
    size_pt: float
    latin: str = "Times New Roman"
    line_pt: float | None = None
    """Exact line pitch; None takes the grid's."""
    align: Align = "both"
    first_line_chars: float = 0
    bold: bool = False
    colour: str = ""
    """Six hex digits, "" for black."""


class Styles(NamedTuple):
    """Every kind of paragraph there is."""

    body: TextStyle
    title: TextStyle
    heading_1: TextStyle
    heading_2: TextStyle
    heading_3: TextStyle
    heading_4: TextStyle
    addressee: TextStyle
    signer: TextStyle
    signature: TextStyle
    label: TextStyle
    caption: TextStyle
    page_number: TextStyle
    draft_mark: TextStyle


class Joint(NamedTuple):
    """A place where a title may turn: where the pattern `after` ends, or `before` begins; cost 0 is best."""

    cost: float
    after: str = ""
    before: str = ""


class TitleRule(NamedTuple):
    """How a long title turns (GB/T 9704 7.3.1: 词意完整，排列对称，长短适宜，梯形或菱形)."""

    max_chars: float
    too_short_chars: float
    joints: tuple[Joint, ...]
    never_before: tuple[str, ...]
    never_after: tuple[str, ...]
    kept: tuple[str, ...] = ()
    """Terms of several words that stay on one line."""


class SignatureRule(NamedTuple):
    """署名 and 成文日期 (GB/T 9704 7.3.5); distances in characters."""

    sealed: bool
    right_chars: float
    sealed_right_chars: float
    lines_before: float
    date_blank: str


class TableRule(NamedTuple):
    """How tables are set."""

    head_east_asia: str
    text_east_asia: str
    sizes_pt: tuple[float, ...]
    large_columns: int
    whole_rows: int
    portrait_columns: int
    leading_pt: float
    padding_mm: float
    border_pt: float
    short_chars: float


class ItemRule(NamedTuple):
    """How items are set."""

    run_on: bool
    """一是…二是… stand in one paragraph instead of one each."""
    bold_lead: bool
    """The first sentence of an item is bold."""


class NoticeRule(NamedTuple):
    """How a 印发通知 is set."""

    issued_label: str = ""
    """What stands over the document it issues.  Nothing: what a 通知 issues is no 附件 of it, but begins the next page."""


class Substitute(NamedTuple):
    """The face Word may use where `face` is not installed."""

    face: str
    instead: str


class Layout(NamedTuple):
    """Everything the typesetter needs to know about a page."""

    name: str
    page: Page
    grid: Grid
    fonts: tuple[Substitute, ...]
    styles: Styles
    title: TitleRule
    signature: SignatureRule
    table: TableRule
    items: ItemRule
    notice: NoticeRule = NoticeRule()


def read_layout(path: Path) -> Layout:
    """A layout from its TOML file; with `base = "gbt9704"` only what differs need stand in it.

    Raises `InputError` that names the file and the field when it cannot be used.
    """
    import tomllib

    from pydantic import TypeAdapter, ValidationError

    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        base = values.pop("base", None)
        if base is not None:
            values = _laid_over(_base(base, path), values)
        layout = TypeAdapter(Layout).validate_python(values)
    except ValidationError as error:
        raise _unusable(path, ".".join(str(part) for part in error.errors()[0]["loc"])) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError) as error:
        raise InputError(f"版式文件 {path.name} 读不了：{error}。请对照 gbt9704.toml 改正。") from None
    if where := next(_nothing(layout), ""):
        raise _unusable(path, where)
    return layout


def _unusable(path: Path, where: str) -> InputError:
    return InputError(f"版式文件 {path.name}：“{where}”缺少或写法不对。请对照 gbt9704.toml 改正。")


def _nothing(layout: Layout) -> Iterator[str]:
    """Lengths without which nothing stands on a page."""
    sizes = {f"styles.{name}.size_pt": style.size_pt for name, style in layout.styles._asdict().items()}
    sizes |= {"page.width_mm": layout.page.width_mm, "page.height_mm": layout.page.height_mm}
    sizes |= {"grid.line_pt": layout.grid.line_pt, "table.sizes_pt": len(layout.table.sizes_pt)}
    yield from (name for name, size in sizes.items() if not size > 0)


def _base(name: object, path: Path) -> dict[str, Any]:
    """The profile that another one starts from: one that comes with chugao, and itself whole."""
    if not isinstance(name, str) or name not in shipped_layouts():
        known = "、".join(shipped_layouts())
        raise InputError(f"版式文件 {path.name}：base 写的是“{name}”，只能是自带的版式：{known}。")
    values = _shipped_values(name)
    if "base" in values:
        raise InputError(f'版式文件 {path.name}：“{name}”自己也从别的版式来，不能再作 base。请写 base = "gbt9704"。')
    return values


def _laid_over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Own values over those of the base; tables are laid over each other, everything else is replaced."""
    out = dict(base)
    for key, value in own.items():
        known = out.get(key)
        out[key] = _laid_over(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return out


def _folder() -> Path:
    return shipped("templates") / "word"


def shipped_layouts() -> tuple[str, ...]:
    """Names of the layouts that come with chugao."""
    return tuple(sorted(p.stem for p in _folder().glob("*.toml")))


@cache
def named_layout(name: str) -> Layout:
    """A layout that comes with chugao.  Raises `InputError` for another name."""
    if name not in shipped_layouts():
        raise InputError(
            f"没有叫“{name}”的版式。自带的有：{'、'.join(shipped_layouts())}；自己的版式请写 .toml 文件的路径。"
        )
    values = _shipped_values(name)
    base = values.pop("base", None)
    layout: Layout = _as(Layout, values if base is None else _laid_over(_shipped_values(base), values))
    return layout


def _shipped_values(name: str) -> dict[str, Any]:
    return parsed(f"layout-{name}", (_folder() / f"{name}.toml").read_text(encoding="utf-8"))


def _as(kind: Any, value: Any) -> Any:
    """What stands in a file that comes with chugao as the noun it is; a test holds that it has the right shape."""
    if isinstance(value, dict):
        return kind(**{name: _as(kind.__annotations__[name], inner) for name, inner in value.items()})
    if get_origin(kind) is tuple:
        return tuple(_as(get_args(kind)[0], inner) for inner in value)
    return float(value) if kind in (float, float | None) else value


@cache
def gbt9704() -> Layout:
    """The layout of GB/T 9704-2012, the default."""
    return named_layout("gbt9704")
