"""What measures the checks: findings that somebody has read, and the rows of their speed."""

from eval import checkspeed, noise


def test_a_finding_that_nobody_has_read_in_its_place_is_told() -> None:
    document, rule, at = next(s for s in noise.what_was_read() if s[1] == "claim-asked")
    read = noise.Noise(document, 20_000, ((rule, "info"),), (at,))

    assert noise.unread([read], []) == []
    assert noise.unread([read._replace(places=(at + 1,))], []) == [f"{document} {rule} 第{at + 2}字"]
    assert noise.unread([read._replace(name="另一份")], []) != []


def test_only_what_weighs_more_than_information_is_read_on_openings() -> None:
    opening = noise.Noise("另一份", 300, (("tell-equal", "info"), ("mask-left", "fatal")), (0, 5))

    assert noise.unread([], [opening]) == ["另一份 mask-left 第6字"]


def test_every_row_of_the_speed_of_checks_says_its_target_and_runs_small() -> None:
    value, met, _, note = checkspeed.check_one(True)

    assert value.endswith("毫秒")
    assert met is not None
    assert "事实" in note
    assert all(target.startswith("≤") for _, target, _ in checkspeed.ROWS.values())
