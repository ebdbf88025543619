"""Public numbers, words for the door, secret tokens, phone numbers, masks and check digits.

Numbers are made to be read out on the telephone: one letter, then digits, the last one a Damm check digit.
"""

import re
import secrets
import unicodedata

from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_2

from laojia.kernel.errors import BadInput

SYNTHETIC_REGION = "149999"  # allocated to nobody: ID numbers of made-up people carry it

# Damm's quasigroup of order 10: catches every wrong digit and every swap of neighbours.
_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
_NUMBER = re.compile(r"([A-HJ-NP-Z])(\d{6})(\d{2})(\d{6,9})(\d)")
_BREAKS = re.compile(r"[\s\-‐-―−_.·,,。、]+")  # what people put between groups
_TOKEN_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105  an alphabet, without i, l, o, 0, 1
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # the wide ones too
_MARKED = tuple(f"'{sign}" for sign in _FORMULA)
_ID_LENGTH = 18
_TOKEN_LENGTH = 20  # 31^20: 99 bits

_DOOR_WORDS = (
    "槐树 柳树 苹果 红枣 核桃 石榴 葡萄 西瓜 南瓜 白菜 萝卜 豆角 土豆 辣椒 花生 芝麻 玉米 小麦 谷子 高粱 "
    "馒头 面条 饺子 烙饼 豆腐 米汤 茶壶 饭碗 筷子 竹篮 扁担 水桶 木梯 板凳 方桌 门帘 窗花 灯笼 剪纸 风筝 "
    "锣鼓 唢呐 胡琴 戏台 秧歌 春联 年画 棉袄 布鞋 草帽 雨伞 手套 围巾 枕头 被子 暖炉 煤火 土炕 院墙 瓦房 "
    "石磨 水井 小桥 山坡 河滩 田埂 果园 菜地 麦场 羊群 黄牛 白马 公鸡 喜鹊 燕子 麻雀 蜜蜂 蝴蝶 金鱼 青蛙 "
    "太阳 月亮 星星 彩虹 白云 春雨 夏荷 秋菊 冬雪 清泉 牡丹 兰花 桃花 杏花 梨花 向日葵 老照片 新毛巾 大红花 小板车"
).split()

_COMPOUND_SURNAMES = frozenset(
    "欧阳 司马 上官 诸葛 司徒 东方 皇甫 尉迟 公孙 慕容 令狐 长孙 宇文 夏侯 轩辕 端木 百里 呼延 南宫 西门".split()
)


def public_number(prefix: str, county: str, year: int, serial: int) -> str:
    """`D141024-26-000123-7`: letter, county code of 6 digits, year, serial, check digit.

    Letters I and O are not used (they look like 1 and 0). Raises ValueError when a part has a wrong shape.
    """
    body = f"{prefix}{county}{year % 100:02d}{serial:06d}"
    if serial < 0 or not _NUMBER.fullmatch(body + "0"):
        raise ValueError(f"not the parts of a public number: {prefix!r} {county!r} {year} {serial}")
    return f"{prefix}{county}-{year % 100:02d}-{serial:06d}-{_check_digit(body)}"


def check_number(text: str) -> str | None:
    """The number as it is written properly, or None when it is mistyped or no number at all.

    Full-width signs, small letters, spaces and missing or other hyphens are put right.
    """
    plain = _BREAKS.sub("", unicodedata.normalize("NFKC", text)).upper()
    match = _NUMBER.fullmatch(plain)
    if match is None or _check_digit(plain[:-1]) != plain[-1]:
        return None
    letter, county, year, serial, digit = match.groups()
    return f"{letter}{county}-{year}-{serial}-{digit}"


def _check_digit(body: str) -> str:
    """Damm digit over the body; the letter counts as the digit (its place in the alphabet mod 10)."""
    interim = 0
    for sign in body:
        digit = int(sign) if sign.isdigit() else (ord(sign) - ord("A")) % 10
        interim = int(_DAMM[interim][digit])
    return str(interim)


def door_word() -> str:
    """Two easy words to ask at the door (对口令): 9,900 pairs, chosen by the system's random source."""
    first = secrets.choice(_DOOR_WORDS)
    second = secrets.choice([word for word in _DOOR_WORDS if word != first])
    return f"{first} {second}"


def plain_cell(text: str) -> str:
    """A cell that a table program would take for a formula is marked as text."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def unmarked_cell(text: str) -> str:
    """What was marked as text by `plain_cell`, as it stood before: +8613900000001 comes back as it went out."""
    return text[1:] if text.startswith(_MARKED) else text


def secret_token() -> str:
    """20 signs without look-alikes (99 bits), for links in messages."""
    return "".join(secrets.choice(_TOKEN_LETTERS) for _place in range(_TOKEN_LENGTH))


def clean_phone(text: str, *, landline: bool = False) -> str:
    """Digits of a Chinese phone number without +86; with `landline` also 0357-1234567.

    Raises BadInput naming the number of digits found.
    """
    plain = re.sub(r"[\s\-‐-―−()./]", "", unicodedata.normalize("NFKC", text))
    plain = re.sub(r"^(\+|00)86|^86(?=1\d{10}$)", "", plain)
    if re.fullmatch(r"1[3-9]\d{9}", plain):
        return plain
    if landline and re.fullmatch(r"0[1-9]\d{8,10}", plain):
        return plain
    raise _bad_phone(plain)


def _bad_phone(plain: str) -> BadInput:
    if not plain:
        return _phone_refusal("phone_empty", _("Please give a phone number."))
    if not re.fullmatch(r"\d+", plain, re.ASCII):
        return _phone_refusal("phone_signs", _("A phone number has digits only. Please look at it again."))
    if len(plain) != 11:
        sentence = _("A mobile number has 11 digits; this one has %(count)s. Please look at it again.")
        return _phone_refusal("phone_length", _Counted(sentence, len(plain)))
    return _phone_refusal(
        "phone_range", _("A mobile number begins with 13 to 19. Please look at the first digits again.")
    )


def _phone_refusal(code: str, sentence: object) -> BadInput:
    return BadInput(code, sentence, fields={"phone": sentence})


class _Counted:
    """A lazy sentence with a number in it: translated only when shown."""

    def __init__(self, sentence: object, count: int) -> None:
        self._sentence = sentence
        self._count = count

    def __str__(self) -> str:
        return str(self._sentence) % {"count": self._count}


def mask_name(name: str) -> str:
    """张三 → 张*, 欧阳娜娜 → 欧阳*: the surname stays, the length of the rest is not told."""
    name = name.strip()
    if not name:
        return ""
    surname = name[:2] if name[:2] in _COMPOUND_SURNAMES and len(name) > 2 else name[:1]
    return f"{surname}*"


def mask_phone(phone: str) -> str:
    """13812340000 → 138****0000; anything shorter than 7 signs is hidden whole."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) > 7 else "****" if phone else ""


def is_id_number(text: str) -> bool:
    """Resident ID number after GB 11643: check digit and a day that exists.

    The region is not looked up: tables of divisions forget those abolished long ago, elders carry them.
    """
    plain = text.strip().upper()
    if not re.fullmatch(r"\d{17}[\dX]", plain, re.ASCII) or not mod_11_2.is_valid(plain):
        return False
    try:
        ric.get_birth_date(plain)
    except ValidationError:
        return False
    return True


def clean_id_number(text: str) -> str:
    """The 18 signs of a resident ID number, spaces and hyphens gone, X large. Raises BadInput saying what is wrong."""
    plain = _BREAKS.sub("", unicodedata.normalize("NFKC", text)).upper()
    if is_id_number(plain):
        return plain
    if len(plain) != _ID_LENGTH:
        sentence: object = _Counted(
            _("An ID number has 18 signs; this one has %(count)s. Please look at it again."), len(plain)
        )
    else:
        sentence = _(
            "This ID number does not agree with its check digit or its date of birth. Please look at it again."
        )
    raise BadInput("id_number", sentence, fields={"id_number": sentence})


def mask_id_number(number: str) -> str:
    """The last four signs only: region and day of birth stay hidden."""
    return f"{'*' * (len(number) - 4)}{number[-4:]}" if len(number) > 7 else "****" if number else ""
