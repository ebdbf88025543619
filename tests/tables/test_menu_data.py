"""The county's first menu is complete, true to its list of facts, and written for a neighbour.

The facts are repeated here on purpose: a slip in the data file must not change the expectation too.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import laojia.steps.menu

Item = dict[str, Any]
Question = dict[str, Any]

MENU_FILE = Path(laojia.steps.menu.__file__).parent / "data" / "menu.toml"
MENU: dict[str, Any] = tomllib.loads(MENU_FILE.read_text(encoding="utf-8"))
ITEMS: list[Item] = MENU["items"]
BY_CODE: dict[str, Item] = {item["code"]: item for item in ITEMS}
CODES = [item["code"] for item in ITEMS]
QUESTIONS: list[tuple[str, Question]] = [(i["code"], q) for i in ITEMS for q in i["questions"]]


def words(text: str) -> frozenset[str]:
    """A list of words as one line of text."""
    return frozenset(text.split())


class Fact(NamedTuple):
    """What the county decided about one item."""

    code: str
    name: str
    mode: str
    minutes: int
    lead: int
    team_kind: str
    danger: str = ""


FACTS = [
    Fact("YL01", "医生到村义诊", "seats", 180, 5, "医疗志愿队"),
    Fact("YL02", "星期天医生上门（行动不便的人）", "home_visit", 40, 3, "医疗志愿队"),
    Fact("YL03", "健康小屋量血压测血糖", "walk_in", 15, 0, "医疗志愿队"),
    Fact("YL04", "陪您去看病", "home_visit", 240, 2, "助老志愿队"),
    Fact("YL05", "健康讲座", "whole_village", 90, 5, "医疗志愿队"),
    Fact("FL01", "找法律顾问问一问", "by_appointment", 30, 2, "法律志愿队"),
    Fact("FL02", "法律明白人上门讲法", "home_visit", 45, 3, "法律志愿队"),
    Fact("FL03", "帮着写申请；协议请律师看", "by_appointment", 60, 3, "法律志愿队"),
    Fact("TJ01", "请调解员帮着说和", "by_appointment", 90, 3, "调解志愿队"),
    Fact("TJ02", "请人来主持议事", "whole_village", 90, 3, "调解志愿队"),
    Fact("LN01", "上门理发", "home_visit", 30, 3, "助老志愿队"),
    Fact("LN02", "陪老人说说话", "standing", 60, 3, "助老志愿队"),
    Fact("LN03", "打扫屋子、洗洗晒晒", "home_visit", 120, 3, "助老志愿队"),
    Fact("LN04", "学用手机", "by_appointment", 60, 2, "青年志愿队"),
    Fact("LN05", "孝亲敬茶", "seats", 120, 5, "文明风尚志愿队"),
    Fact("LN06", "帮忙买菜买药", "home_visit", 60, 1, "助老志愿队"),
    Fact("ET01", "陪孩子写作业", "by_appointment", 90, 2, "助学志愿队"),
    Fact("ET02", "孩子有心事，找人聊聊", "keeper", 50, 1, "县未成年人心理辅导中心"),
    Fact("ET03", "红领巾讲红色故事", "whole_village", 60, 5, "宣讲志愿队"),
    Fact("WH01", "请一台戏到村里", "whole_village", 150, 20, "文艺志愿队"),
    Fact("WH02", "到村里放场电影", "whole_village", 120, 10, "文艺志愿队"),
    Fact("WH03", "流动书箱到站", "walk_in", 60, 5, "文艺志愿队"),
    Fact("WH04", "送书上门", "home_visit", 20, 3, "文艺志愿队"),
    Fact("WH05", "广场舞、太极拳有人教", "seats", 90, 5, "体育指导志愿队"),
    Fact("WH06", "手工编织培训班", "seats", 120, 5, "巾帼志愿队"),
    Fact("XJ01", "政策宣讲到村到小区", "whole_village", 60, 5, "宣讲志愿队"),
    Fact("XJ02", "红白事简办，来人帮忙", "home_visit", 240, 1, "文明风尚志愿队"),
    Fact("HJ01", "背街小巷一起打扫（招募）", "volunteers", 120, 3, "环保志愿队"),
    Fact("HJ03", "汾河边捡垃圾（招募）", "volunteers", 180, 5, "环保志愿队", "water"),
    Fact("JT01", "上下学路口看护", "standing", 40, 3, "交通志愿队", "road"),
    Fact("WX01", "电灯插座小修", "home_visit", 60, 2, "便民维修队", "live_wire"),
    Fact("WX02", "水龙头、门锁小修", "home_visit", 60, 2, "便民维修队"),
    Fact("WX03", "磨刀修鞋配钥匙便民日", "whole_village", 180, 5, "便民维修队"),
    Fact("KP01", "防骗，上门讲给您听", "home_visit", 30, 3, "平安志愿队"),
    Fact("KP02", "上门看看用气用电安不安全", "home_visit", 40, 3, "消防志愿队", "gas_electric"),
    Fact("JY01", "找零工、登记找工作", "walk_in", 30, 0, "就业志愿队"),
    Fact("JY02", "想学门手艺", "by_appointment", 20, 2, "就业志愿队"),
    Fact("JY03", "帮乡亲直播卖农货", "home_visit", 180, 5, "青年志愿队"),
    Fact("ZZ01", "证件、补贴帮您跑腿", "home_visit", 60, 2, "党员志愿队"),
    Fact("QT00", "菜单上没有？说说您要什么", "describe", 0, 0, ""),
]

TILE_OF_CODES = {
    "看病健康": ["YL01", "YL02", "YL03", "YL04", "YL05"],
    "照应老人": ["LN01", "LN02", "LN03", "LN04", "LN05", "LN06"],
    "孩子": ["ET01", "ET02", "ET03"],
    "修修补补、跑腿": ["WX01", "WX02", "WX03", "KP02", "ZZ01"],
    "法律、说理": ["FL01", "FL02", "FL03", "TJ01", "TJ02", "KP01"],
    "看戏、读书、锻炼": ["WH01", "WH02", "WH03", "WH04", "WH05"],
    "找活、学手艺、卖农货": ["WH06", "JY01", "JY02", "JY03"],
    "村里小区的事": ["XJ01", "XJ02", "HJ01", "HJ03", "JT01"],
    "都在这里": ["QT00"],
}

# The 22 categories of the national volunteer system; they stay for exports.
CATEGORIES = words(
    "社区服务 扶贫减贫 支教助学 卫生健康 法律服务 环境保护 科技科普 文化艺术 平安综治 文明风尚 交通引导 "
    "志愿消防 应急救援 禁毒宣传 体育健身 旅游服务 关爱特殊群体 大型活动 海外志愿服务 税收服务 疫情防控 其他"
)
AUDIENCES = words(
    "儿童 妇女 老年人 残障人士 优抚对象 贫困家庭 特殊群体 病患者 农村居民 城镇居民 社会公众 纳税人缴费人 其他"
)

QUALIFICATIONS = {
    "YL01": ["执业医师", "执业助理医师"],
    "YL02": ["执业医师", "执业助理医师"],
    "YL03": ["护士执业证"],
    "YL05": ["执业医师", "执业助理医师"],
    "FL01": ["律师", "基层法律服务工作者"],
    "FL02": ["法律明白人"],
    "FL03": ["律师", "基层法律服务工作者"],
    "TJ01": ["人民调解员"],
    "ET02": ["心理治疗专业技术资格", "中心认定"],
    "WH05": ["社会体育指导员"],
    "WX01": ["低压电工作业证"],
    "KP02": ["消防员", "低压电工作业证"],
}

ASKED_BY = words("person village school unit station guardian self anyone")
KINDS = words("text number choice date yes_no")
REQUIRES = words("sponsor no_selling clinic_filing")
HALF_DAYS = ["morning", "afternoon", "evening"]

# How one says a number of minutes; the sentence shown must agree with the number reckoned with.
SPOKEN = {
    15: "一刻钟",
    20: "二十分钟",
    30: "半个小时",
    40: "四十分钟",
    45: "三刻钟",
    50: "五十分钟",
    60: "一个小时",
    90: "一个半小时",
    120: "两个小时",
    150: "两个半小时",
    180: "三个小时",
    240: "四个小时",
}

KEYS = words(
    "code name name_en tile category audience mode asked_by team_kind minutes lead_working_days "
    "qualification danger insured protected sealed two_people adults_only slots quota_per_week places held_back requires "
    "short short_en about who_comes how_long risks questions search contact_note"
)

# Words that label people, office words, slogans and framework words: none belongs on a neighbour's page.
FORBIDDEN = words(
    "特殊群体 特殊人群 贫困 扶贫 弱势 困难群众 低保 五保 孤寡 空巢 留守 残疾 老人模式 提交 系统 数据 参数 "
    "异常 诉求 挂账 结项 拒单 抢单 派单 接单 点单 工单 用户 客户 赋能 助力 打造 暖心 温馨提示 敬请 广大 弘扬 奉献"
)

# Never asked of anybody: health findings, faith, identity numbers, money secrets.
NEVER_ASKED = (
    r"什么病|病情|病史|诊断|确诊|血压|血糖|体温|残疾|怀孕|信什么|信仰|宗教|信教|民族|身份证|证号|号码|银行|密码|验证码|"
    r"收入|低保|案情|户口"
)

SENTENCES = ("about", "who_comes", "how_long", "contact_note")


def shown_texts(item: Item) -> list[str]:
    """Every Chinese text of an item that a resident may read, except its name."""
    texts: list[str] = [item[key] for key in ("short", *SENTENCES)] + item["risks"] + item["search"]
    for question in item["questions"]:
        texts += [question["text"], *question["choices"]]
        texts += [question["help"]] if question["help"] else []
    return texts


def test_the_forty_items_in_order() -> None:
    assert [fact.code for fact in FACTS] == CODES
    assert len(set(CODES)) == 40


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.code)
def test_facts(fact: Fact) -> None:
    item = BY_CODE[fact.code]
    assert set(item) == KEYS
    keys = ("code", "name", "mode", "minutes", "lead_working_days", "team_kind", "danger")
    assert Fact(*(item[key] for key in keys)) == fact


def test_eight_tiles_and_one_place_for_all() -> None:
    assert [*MENU["tiles"], MENU["everywhere"]] == list(TILE_OF_CODES)
    found = {tile: [item["code"] for item in ITEMS if item["tile"] == tile] for tile in TILE_OF_CODES}
    assert {tile: sorted(codes) for tile, codes in found.items()} == {
        tile: sorted(codes) for tile, codes in TILE_OF_CODES.items()
    }


def test_official_lists() -> None:
    assert len(CATEGORIES) == 22
    assert len(AUDIENCES) == 13
    for item in ITEMS:
        assert item["category"] in CATEGORIES, item["code"]
        assert item["audience"], item["code"]
        assert set(item["audience"]) <= AUDIENCES, item["code"]
        assert item["asked_by"], item["code"]
        assert set(item["asked_by"]) <= ASKED_BY, item["code"]
        assert set(item["requires"]) <= REQUIRES, item["code"]


def test_qualifications() -> None:
    assert {item["code"]: item["qualification"] for item in ITEMS if item["qualification"]} == QUALIFICATIONS


def test_protected_and_sealed() -> None:
    assert [item["code"] for item in ITEMS if item["protected"]] == ["TJ01", "ET02"]
    assert [item["code"] for item in ITEMS if item["sealed"]] == ["ET02"]
    for code in ("TJ01", "ET02"):
        assert BY_CODE[code]["questions"] == [], "a protected item books a time and asks nothing"


def test_danger_is_insured_and_for_adults() -> None:
    for item in ITEMS:
        assert item["insured"] is bool(item["danger"]), item["code"]
        if item["danger"]:
            assert item["adults_only"], item["code"]
            assert "保险" in item["about"] + item["who_comes"], item["code"]


def test_two_people() -> None:
    """Minors: always two adults. Cleaning: two. The river: never alone."""
    for item in ITEMS:
        if "儿童" in item["audience"] or item["tile"] == "孩子":
            assert item["two_people"], item["code"]
    assert BY_CODE["LN03"]["two_people"]
    assert BY_CODE["HJ03"]["two_people"]
    for code in ("ET01", "ET02", "JT01"):
        assert BY_CODE[code]["adults_only"], code


def test_children_are_asked_for_by_those_who_may() -> None:
    assert BY_CODE["ET01"]["asked_by"] == ["guardian"]
    assert BY_CODE["ET02"]["asked_by"] == ["self", "guardian"]
    for code in ("ET01", "ET03"):
        consent = next(q for q in BY_CODE[code]["questions"] if q["key"] == "consent")
        assert (consent["kind"], consent["required"]) == ("yes_no", True)


def test_outside_bodies_are_named() -> None:
    """Lectures and clinics by outside bodies: a named sponsor, no selling; clinics also a filing number."""
    assert BY_CODE["YL01"]["requires"] == ["sponsor", "no_selling", "clinic_filing"]
    assert BY_CODE["YL05"]["requires"] == ["sponsor", "no_selling"]
    assert [item["code"] for item in ITEMS if "clinic_filing" in item["requires"]] == ["YL01"]
    assert "sponsor" in BY_CODE["YL02"]["requires"]
    assert "sponsor" in BY_CODE["XJ01"]["requires"]


def test_places() -> None:
    for item in ITEMS:
        code, places, held = item["code"], item["places"], item["held_back"]
        if item["mode"] in ("seats", "volunteers"):
            assert 0 < held < places, f"{code}: people who telephone find a place too"
        elif item["mode"] in ("whole_village", "walk_in", "describe"):
            assert (places, held) == (0, 0), code
        else:
            assert (places, held) == (1, 0), code
    assert (BY_CODE["YL01"]["places"], BY_CODE["YL01"]["held_back"]) == (40, 10)


def test_slots() -> None:
    for item in ITEMS:
        assert list(item["slots"]) == ["weekday", "saturday", "sunday"], item["code"]
        assert any(item["slots"].values()), item["code"]
        for halves in item["slots"].values():
            assert halves == [half for half in HALF_DAYS if half in halves], item["code"]
        assert item["quota_per_week"] >= 0
    assert BY_CODE["YL02"]["slots"]["weekday"] == BY_CODE["YL02"]["slots"]["saturday"] == []
    assert BY_CODE["JT01"]["slots"]["saturday"] == BY_CODE["JT01"]["slots"]["sunday"] == []


def test_risks_are_short_and_none_twice() -> None:
    risks = [risk for item in ITEMS for risk in item["risks"]]
    assert [risk for risk, times in Counter(risks).items() if times > 1] == []
    for item in ITEMS:
        assert 2 <= len(item["risks"]) <= 3, item["code"]
        assert all(2 < len(risk) <= 40 for risk in item["risks"]), item["code"]


@pytest.mark.parametrize("key", ["name", "name_en", "short", "short_en", "about", "who_comes"])
def test_no_item_repeats_another(key: str) -> None:
    assert [text for text, times in Counter(item[key] for item in ITEMS).items() if times > 1] == []


@pytest.mark.parametrize("code", CODES)
def test_texts_are_plain_chinese(code: str) -> None:
    item = BY_CODE[code]
    for text in shown_texts(item):
        assert text == text.strip() != ""
        assert not re.search(r"[A-Za-z]", text), text
        assert not re.search(r"[,;:?!()\"']|\.{2}|……|！", text), f"full-width marks and a calm voice: {text}"
        assert not re.search(r"\s", text), text
        for word in FORBIDDEN:
            assert word not in text + item["name"], f"{word}: {text}"


@pytest.mark.parametrize("code", CODES)
def test_texts_end_properly(code: str) -> None:
    item = BY_CODE[code]
    for key in SENTENCES:
        assert item[key].endswith("。"), f"{key}: {item[key]}"
    for label in [item["short"], *item["risks"], *item["search"]]:
        assert label[-1] not in "。，、；：？", label
    assert len(item["short"]) <= 20
    assert 2 <= len(re.findall(r"[。？]", item["about"])) <= 4
    assert len(item["about"]) <= 120
    assert len(item["search"]) == len(set(item["search"])) >= 5
    for key in ("name_en", "short_en"):
        assert re.fullmatch(r"[A-Z][A-Za-z ,.:;?'()-]+", item[key]), item[key]
        assert not item[key].endswith("."), item[key]


@pytest.mark.parametrize("code", [code for code in CODES if code != "QT00"])
def test_spoken_length_agrees_with_the_minutes(code: str) -> None:
    item = BY_CODE[code]
    assert f"{SPOKEN[item['minutes']]}左右" in item["how_long"]


@pytest.mark.parametrize("code", CODES)
def test_no_digits_but_telephone_numbers(code: str) -> None:
    """Dates and counts shown are computed; a typed one would be wrong after the first change."""
    allowed = {"110", "119", "120", "12355", "95598"}
    for text in shown_texts(BY_CODE[code]):
        assert set(re.findall(r"\d+", text)) <= allowed, text


@pytest.mark.parametrize(("code", "question"), QUESTIONS, ids=[f"{c}-{q['key']}" for c, q in QUESTIONS])
def test_question(code: str, question: Question) -> None:
    assert set(question) == {"key", "text", "kind", "choices", "required", "help"}
    assert question["kind"] in KINDS
    assert re.fullmatch(r"[a-z][a-z_]*", question["key"])
    assert isinstance(question["required"], bool)
    assert question["text"].endswith("？")
    assert not question["help"] or question["help"].endswith("。")
    if question["kind"] == "choice":
        assert 2 <= len(question["choices"]) == len(set(question["choices"]))
        assert not any(choice.endswith(("。", "？")) for choice in question["choices"])
    else:
        assert question["choices"] == []
    if question["kind"] != "choice":
        assert question["text"].endswith("吗？") is (question["kind"] == "yes_no")


@pytest.mark.parametrize(("code", "question"), QUESTIONS, ids=[f"{c}-{q['key']}" for c, q in QUESTIONS])
def test_question_never_asks_what_is_nobodys_business(code: str, question: Question) -> None:
    for text in (question["text"], *question["choices"]):
        assert not re.search(NEVER_ASKED, text), text
    # A help line may name such a thing only to say that it is not wanted.
    if re.search(NEVER_ASKED, question["help"]):
        assert "不用写" in question["help"]


def test_questions_are_few_and_distinct() -> None:
    for item in ITEMS:
        keys = [question["key"] for question in item["questions"]]
        assert len(keys) == len(set(keys)) <= 3, item["code"]


@pytest.mark.parametrize("code", sorted(words("LN01 LN02 LN03 LN06 WX01 WX02 WH04 FL01 KP01 KP02")))
def test_often_repeated_items_ask_nothing_twice(code: str) -> None:
    """A repeat is three taps, so nothing in it may be compulsory."""
    assert not any(question["required"] for question in BY_CODE[code]["questions"])


def test_special_promises_are_in_the_words() -> None:
    """Facts the county insists on, each in the text of the item it belongs to."""
    promises = {
        "YL01": "义诊备案号",
        "YL02": "由他所在的医院负责",
        "YL03": "只记来了几位",
        "YL05": "不留您的电话",
        "FL02": "已经认定",
        "FL03": "不替您打官司",
        "TJ01": "只约时间",
        "LN04": "从不替您念",
        "LN06": "不碰您的银行卡",
        "ET02": "直接到专人手里",
        "WH02": "一次只去一个村",
        "XJ02": "红白理事会",
        "HJ01": "环卫公司该管的",
        "HJ03": "未成年人这回不参加",
        "JT01": "反光背心",
        "KP01": "不要验证码，不要钱",
        "KP02": "由燃气公司来",
        "JY03": "不抽成",
        "ZZ01": "收据",
    }
    for code, promise in promises.items():
        assert promise in BY_CODE[code]["about"] + BY_CODE[code]["who_comes"], code
    assert BY_CODE["HJ01"]["questions"][0]["key"] == "whose", "first: is it the sanitation company's job"
    assert BY_CODE["YL02"]["questions"][0]["text"] == "能走路吗？"
