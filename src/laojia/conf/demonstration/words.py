"""Made-up words of the demonstration: names of teams and points, what people say. Nobody real stands behind any of them."""

from __future__ import annotations

from collections.abc import Mapping

# Kind of team → (how many of a hundred, where such teams go, words in their names).
TEAM_KINDS: Mapping[str, tuple[int, str, str]] = {
    "助老志愿队": (17, "town", "助老"),
    "医疗志愿队": (8, "county", "义诊"),
    "文艺志愿队": (8, "county", "文艺"),
    "便民维修队": (8, "county", "便民维修"),
    "青年志愿队": (7, "county", "青年"),
    "宣讲志愿队": (6, "county", "宣讲"),
    "环保志愿队": (6, "county", "环保"),
    "文明风尚志愿队": (6, "county", "文明风尚"),
    "法律志愿队": (5, "county", "普法"),
    "调解志愿队": (5, "county", "调解"),
    "巾帼志愿队": (5, "county", "巾帼"),
    "助学志愿队": (4, "county", "助学"),
    "体育指导志愿队": (4, "county", "健身"),
    "党员志愿队": (4, "county", "党员"),
    "平安志愿队": (3, "county", "平安"),
    "消防志愿队": (2, "county", "消防"),
    "就业志愿队": (2, "county", "就业帮扶"),
    "交通志愿队": (2, "county", "交通"),
    "应急志愿队": (0, "county", "应急"),
}
RESCUE_KIND = "应急志愿队"  # one of it, called together in an emergency
KEEPER_TEAM = "县未成年人心理辅导中心"
TEAM_WORDS = (
    "槐荫", "暖阳", "邻里", "同心", "春雨", "和风", "常青", "汾水", "霍泉", "红枣", "小满", "谷雨", "灯火", "热心",
    "一家亲", "好邻居", "老槐树", "向阳", "晨光", "晚晴", "三月", "薪火", "田园", "家门口",
)  # fmt: skip

# Kind of team → certificates its members hold, as the menu's items ask for them.
CERTIFICATES: Mapping[str, tuple[str, ...]] = {
    "医疗志愿队": ("执业医师", "护士执业证"),
    "法律志愿队": ("律师", "法律明白人"),
    "调解志愿队": ("人民调解员",),
    "体育指导志愿队": ("社会体育指导员",),
    "便民维修队": ("低压电工作业证",),
    "消防志愿队": ("消防员", "低压电工作业证"),
    KEEPER_TEAM: ("心理治疗专业技术资格", "中心认定"),
}
INSURED_KINDS = ("便民维修队", "消防志愿队", "环保志愿队", "交通志愿队")

# A leader's usual week: weekday number → half-day → visits the team can make.
WEEKS: tuple[Mapping[str, Mapping[str, int]], ...] = (
    {"weekday": {"morning": 2, "afternoon": 2}, "saturday": {"morning": 1}, "sunday": {"morning": 1}},
    {"weekday": {"morning": 1, "afternoon": 1, "evening": 1}, "saturday": {"morning": 2, "afternoon": 2, "evening": 1},
     "sunday": {"morning": 2, "afternoon": 2, "evening": 1}},
    {"weekday": {"evening": 2}, "saturday": {"morning": 2, "afternoon": 2}, "sunday": {"morning": 2, "afternoon": 2}},
    {"weekday": {"morning": 3, "afternoon": 3}, "saturday": {"morning": 2, "afternoon": 2}, "sunday": {"afternoon": 1}},
)  # fmt: skip

# What single people ask for, and how often.
WISHES: tuple[tuple[str, int], ...] = (
    ("LN01", 22), ("LN06", 16), ("LN03", 9), ("WX01", 9), ("WX02", 9), ("YL04", 8), ("YL02", 5), ("LN04", 7), ("FL01", 5),
    ("FL02", 3), ("FL03", 2), ("KP01", 5), ("KP02", 4), ("ZZ01", 6), ("WH04", 5), ("JY02", 3), ("JY03", 2), ("XJ02", 2),
    ("TJ01", 2), ("ET01", 3),
)  # fmt: skip
SEATED = ("YL01", "LN05", "WH05", "WH06")
VILLAGE_WISHES = ("WH02", "XJ01", "YL05", "WX03", "TJ02", "ET03", "WH01")
PLACES = ("村委会大院", "文化活动室", "日间照料中心", "村口戏台", "党群服务中心二楼")
SPONSORS: Mapping[str, str] = {"YL01": "县卫生健康局", "YL02": "县卫生健康局", "WH06": "县妇女联合会"}

LINES = (
    "", "", "", "来之前先打个电话。", "院里有狗，到了在门口喊一声。", "老人耳朵背，多敲几下门。", "巷子窄，车停村口就行。",
    "下午都在家。", "家里只有老两口。",
)  # fmt: skip
UNLISTED = (
    "想找人帮着把老相片存到手机里。", "院里的枣树想请人给剪剪枝。", "想给老母亲做个扶手，不知道找谁。",
    "村里老人想学写毛笔字，有没有老师来教？", "想找人把旧家具搬到二楼。", "家里的老收音机不响了，有没有人会修？",
)  # fmt: skip
QUESTIONS = ("您说的是哪条巷子，门口有什么记号？", "上午还是下午方便？", "要带梯子吗，屋顶有多高？")
ANSWERS = ("东头第三家，门口有棵老槐树。", "上午方便，下午要接孩子。", "不用带，家里有。")
GOOD = (
    "来得准时，干得细。",
    "一说就明白，谢谢孩子们。",
    "有耐心，老人高兴。",
    "收拾得干干净净。",
    "",
    "",
    "",
    "讲得清楚，听得懂。",
)
PARTLY = ("还差一点，零件没带全。", "时间短了点。")
POOR = ("来了没修好。", "还是老样子。")
COMPLAINTS = (
    ("late", "说好上午来，等到晌午才到，也没来个电话。"),
    ("conduct", "说话不好听，嫌屋里乱。"),
    ("money", "临走问我们要二十块钱材料钱，没有说过要收。"),
    ("not_done", "活没干完就走了。"),
    ("platform", "打了三回电话都占线。"),
)
INCIDENTS = (
    ("damage", "擦柜子的时候碰掉一个花瓶，碎了。", "当场收拾干净，没有伤着人。"),
    ("fall", "出门时在台阶上滑了一下，坐在地上。", "扶起来歇了一会儿，能走。"),
)
RECORD = ("按约定上门，事情办妥。", "到点开始，没有落下一个人。", "活不多，陪着说了会儿话。")
