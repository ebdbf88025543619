"""Lists as offices send them: made-up teams and volunteers of the county, always the same ones, a share of them with mistakes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from stdnum.iso7064 import mod_11_2

from laojia.kernel.codes import SYNTHETIC_REGION

SEED = 20261123
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = "秀英桂兰玉梅淑珍建国志强海燕红霞晓明丽华文斌春生福贵来喜保平永胜金凤银环翠花小军大山根旺喜梅爱民卫东学农长青"
KINDS = "助老志愿队 医疗志愿队 理发志愿队 法律志愿队 文艺志愿队 助学志愿队 修缮志愿队 环保志愿队 应急志愿队 宣讲志愿队".split()
TEAM_HEADINGS = (
    "队伍名称", "队伍类别", "所在地", "服务范围", "队长姓名", "队长手机", "第二联系人", "第二联系人手机", "每周能接几次", "队伍简介",
)  # fmt: skip
VOLUNTEER_HEADINGS = (
    "姓名", "性别", "出生日期", "身份证号", "手机号", "居住区域", "详细住址", "专业技能", "服务类别", "志愿者编号",
    "所属队伍", "证书名称", "证书编号", "发证日期", "证书有效期至", "本人同意录入", "同意日期",
)  # fmt: skip
_SKILLS = ("", "", "量血压", "理发", "修家电", "开车", "说书", "电工", "做饭", "会计", "急救员")
_CATEGORIES = (
    "社区服务",
    "卫生健康",
    "支教助学",
    "法律服务",
    "环境保护",
    "文化艺术",
    "应急救援、社区服务",
    "文明风尚",
)


def villages() -> list[tuple[str, str]]:
    """(town, village as people write it with its town) of the county's division list."""
    import csv

    from laojia.foundation.area import rules

    table = Path(rules.__file__).parents[1] / "data" / "hongdong_areas.csv"
    rows = [
        row
        for row in csv.DictReader(table.read_text(encoding="utf-8").splitlines())
        if row["level"] != "county"
    ]
    towns = {row["code"]: row["name"] for row in rows if row["level"] == "town"}
    return [
        (towns[row["parent_code"]], towns[row["parent_code"]] + rules.short_name(row["name"]))
        for row in rows
        if row["level"] == "village"
    ]


def id_number(born: date, serial: int) -> str:
    """A made-up ID number: the region belongs to nobody, the check digit is right."""
    body = f"{SYNTHETIC_REGION}{born:%Y%m%d}{serial % 1000:03d}"
    return body + mod_11_2.calc_check_digit(body)


def person_name(chance: random.Random) -> str:
    """A made-up name."""
    return chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, chance.choice((1, 2, 2))))


def team_rows(count: int, bad_share: float = 0.0) -> list[list[str]]:
    """`count` teams; every team's name is its own. Of the bad ones no two mistakes alike stand side by side."""
    chance = random.Random(SEED)
    places = villages()
    rows, names = [], set[str]()
    for number in range(count):
        town, village = places[number * 7 % len(places)]
        kind = KINDS[number % len(KINDS)]
        name = f"{village}{kind}"
        if name in names:
            name = f"{village}第{number}{kind}"
        names.add(name)
        rows.append(
            [
                name, kind, village, town, person_name(chance), f"137{number * 2:08d}",
                person_name(chance), f"137{number * 2 + 1:08d}", str(chance.randint(0, 14)), f"{kind},能来就来",
            ]
        )  # fmt: skip
    _spoil(rows, bad_share, _spoil_team)
    return rows


def volunteer_rows(count: int, bad_share: float = 0.0, teams: int = 463) -> Iterator[list[str]]:
    """`count` volunteers of so many teams; a phone of their own each, most with an ID number."""
    chance = random.Random(SEED + 1)
    places = villages()
    every = round(1 / bad_share) if bad_share else 0
    # Nobody belongs to a team whose own row has a mistake in a list of teams with the same share.
    names = [row[0] for at, row in enumerate(team_rows(teams)) if not every or at % every != every // 2]
    for number in range(count):
        born = date(1950, 1, 1) + timedelta(days=number * 37 % (56 * 365))  # with the serial: nobody's twice
        serial = number % 1000
        man = serial % 2 == 1
        certificate = ["执业医师", f"Z{number:09d}", "2015-03-01", ""] if number % 40 == 0 else [""] * 4
        row = [
            person_name(chance), "男" if man else "女", f"{born:%Y-%m-%d}",
            id_number(born, serial) if number % 5 else "", f"136{number:08d}", places[number % len(places)][1],
            f"{number % 30 + 1}巷{number % 90 + 1}号", chance.choice(_SKILLS), chance.choice(_CATEGORIES),
            f"141024{number:010d}" if number % 3 else "", names[number % len(names)] if names and number % 4 else "",
            *certificate, "是", f"2026-10-{number % 28 + 1:02d}",
        ]  # fmt: skip
        if every and number % every == every // 2:
            _spoil_volunteer(row, number // every)
        yield row


def _spoil(rows: list[list[str]], share: float, mistake: object) -> None:
    every = round(1 / share) if share else 0
    for number in range(every // 2, len(rows), every) if every else ():
        mistake(rows[number], number // every)  # type: ignore[operator]


def _spoil_team(row: list[str], which: int) -> None:
    """One mistake people really make."""
    mistakes = ((5, "1370000"), (2, "没有这个村"), (4, ""), (8, "很多"), (7, "13700000abc"), (1, ""))
    place, text = mistakes[which % len(mistakes)]
    row[place] = text


def _spoil_volunteer(row: list[str], which: int) -> None:
    mistakes = (
        (4, "13612"), (3, "149999196805120011"), (5, "没有这个村"), (2, "1968-13-45"), (0, ""),
        (15, "否"), (16, "2031-01-01"), (3, "12345"), (10, "没有这支队伍"), (8, "喝茶"),
    )  # fmt: skip
    place, text = mistakes[which % len(mistakes)]
    row[place] = text


def write(path: Path, headings: Sequence[str], rows: Iterator[list[str]] | list[list[str]]) -> Path:
    """Rows as .xlsx or .csv, by the file's name."""
    if path.suffix == ".csv":
        import csv

        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(headings)
            writer.writerows(rows)
        return path
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("名单")
    sheet.append(headings)
    for row in rows:
        sheet.append([cell or None for cell in row])
    book.save(path)
    return path


def teams_sheet(path: Path, count: int = 463, bad_share: float = 0.0) -> Path:
    """A list of teams."""
    return write(path, TEAM_HEADINGS, team_rows(count, bad_share))


def volunteers_sheet(path: Path, count: int = 2000, bad_share: float = 0.0, teams: int = 463) -> Path:
    """A list of volunteers who belong to those teams."""
    return write(path, VOLUNTEER_HEADINGS, volunteer_rows(count, bad_share, teams))
