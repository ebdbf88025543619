"""`make bench BENCH="--search"`: finding one of 640,000 people by what is said on the telephone, milliseconds a search.

In this process over one connection to PostgreSQL, the floor (one row by an indexed column, bare SQL) in turns with it.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

from bench import servers

WHOLE, QUICK = (640_000, 1_000), (40_000, 200)
# Surnames by how many bear them (per mille, the hundred most frequent cover nearly all; the tail is spread evenly).
SURNAMES = (
    "王72李72张68刘54陈45杨31黄22赵21周19吴19徐17孙15马13朱13胡13郭12何12高11林11罗10郑9梁8谢7宋7唐7许6韩6冯6邓6曹6"
    "彭6曾6肖6田5董5袁5潘5于5蒋4蔡4余4杜4叶4程4苏4魏4吕4丁4任4沈4姚4卢4姜3崔3钟3谭3陆3汪3范3金3石3廖3贾3夏3韦3付3方3"
    "白3邹3孟3熊3秦3邱3江3尹3薛3闫3段3雷2侯2龙2史2陶2黎2贺2顾2毛2郝2龚2邵2万2钱2严2覃2武2戴2莫2孔2向2汤2"
)
GIVEN = (
    "英华秀玉兰桂明国建文芳丽红军平志小春金荣海强梅珍林永云生伟霞凤敏静福德成祥俊艳燕娟勇杰涛超磊鹏飞宇辉刚斌波浩亮娜婷"
    "雪莲香翠花菊淑贵宝庆安良仁义礼智信忠孝和顺康宁泰山川江河湖石松柏竹青蓝白天地日月星雨雷风光彩虹龙虎豹鹤鹰雁喜乐来旺发财富有余"
)
COLUMNS = (
    "uuid name phone phone_hash phone_end_hash area_id area_path address contact_name contact_phone"
    " reads_messages shows_name volunteer_number own_work id_number id_number_hash created_at"
).split()


def say(text: str) -> None:
    print(text, flush=True)


def _names(chance: random.Random) -> Iterator[str]:
    import re

    pairs = [(name, int(share)) for name, share in re.findall(r"(\D)(\d+)", SURNAMES)]
    surnames, shares = [name for name, _ in pairs], list(accumulate(share for _, share in pairs))
    # The first given signs are far more frequent than the last: one over the place.
    falling = list(accumulate(1 / (place + 8) for place in range(len(GIVEN))))
    while True:
        family = chance.choices(surnames, cum_weights=shares)[0]
        yield family + "".join(
            chance.choices(GIVEN, cum_weights=falling, k=2 if chance.random() < 0.82 else 1)
        )


def fill(many: int) -> list[tuple[str, str, str]]:
    """That many people, spread over the county's villages as villages are: some large, most small."""
    from django.db import connection

    from laojia.foundation.area.models import Area
    from laojia.foundation.people.models import NamePiece
    from laojia.kernel import crypto

    chance = random.Random(20261123)
    villages = list(Area.objects.filter(level="village").order_by("code").values_list("id", "path", "name"))
    sizes = list(accumulate(chance.paretovariate(2.2) for _village in villages))
    names, now, known = _names(chance), datetime.now(UTC).isoformat(), []
    with (
        connection.schema_editor() as editor
    ):  # built at the end, in one go: only the filling is hurried by it
        for index in NamePiece._meta.indexes:
            editor.remove_index(NamePiece, index)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY people_person ({', '.join(COLUMNS)}) FROM STDIN") as into,
    ):
        for _person in range(many):
            phone = f"1{chance.choice('3578')}{chance.randrange(10**9):09d}"
            area, path, village = chance.choices(villages, cum_weights=sizes)[0]
            name = next(names)
            into.write_row((
                uuid.uuid4(), name, crypto.seal(phone), crypto.keyed_hash(phone), crypto.keyed_hash(phone[-4:]),
                area, path, "一巷3号", "", "", True, False, "", "", "", "", now,
            ))  # fmt: skip
            known.append((name, phone, village))
    with connection.schema_editor() as editor:
        for index in NamePiece._meta.indexes:
            editor.add_index(NamePiece, index)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE people_person")
        cursor.execute("VACUUM ANALYZE people_namepiece")
    return known


def asked(known: list[tuple[str, str, str]], count: int) -> dict[str, list[str]]:
    """What the callers say, drawn from the people themselves: frequent names are asked for more often."""
    chance = random.Random(7)

    def part(name: str) -> str:
        start = chance.randrange(len(name))
        return name[start : start + chance.randint(1, len(name) - start)]

    told: dict[str, Callable[[str, str, str], str]] = {
        "name part": lambda name, _phone, _village: part(name),
        "one sign": lambda name, _phone, _village: chance.choice(name),
        "phone end": lambda _name, phone, _village: phone[-chance.choice((4, 4, 4, 6, 11)) :],
        "village": lambda _name, _phone, village: village[: max(2, len(village) - 1)],
        "name + village": lambda name, _phone, village: f"{part(name)} {village}",
        "phone end + village": lambda _name, phone, village: f"{phone[-4:]} {village}",
        "phone end + name": lambda name, phone, _village: f"{phone[-4:]} {part(name)}",
    }
    return {kind: [say_it(*chance.choice(known)) for _ in range(count)] for kind, say_it in told.items()}


def _worked(backend: int) -> float:
    """Seconds of processor this process and its PostgreSQL backend have used: says the same on a busy machine."""
    return time.process_time() + int(Path(f"/proc/{backend}/schedstat").read_text().split()[0]) / 1e9


def _times(ask: Callable[[str], Any], words: list[str]) -> list[tuple[float, float]]:
    """Milliseconds waited and worked, search by search."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    taken = []
    for word in words:
        worked, begun = _worked(backend), time.perf_counter()
        ask(word)
        waited = time.perf_counter() - begun
        taken.append((waited * 1000, (_worked(backend) - worked) * 1000))
    return taken


def _told(kind: str, taken: list[tuple[float, float]]) -> dict[str, Any]:
    waited, worked = (statistics.quantiles(one, n=100) for one in zip(*taken, strict=True))
    line = {
        "kind": kind, "p50": waited[49], "p99": waited[98], "work_p50": worked[49], "work_p99": worked[98],
    }  # fmt: skip
    say(
        f"{kind:<36} waited p50 {line['p50']:7.2f} p99 {line['p99']:7.2f} ms   worked p50 {line['work_p50']:6.2f}"
        f" p99 {line['work_p99']:6.2f} ms"
    )
    return line


def measure(known: list[tuple[str, str, str]], count: int) -> list[dict[str, Any]]:
    """Every kind of question, by the centre (the whole county) and by a station (four villages), beside the floor."""
    from django.db import connection

    from laojia.foundation.area.models import Area
    from laojia.foundation.people.queries import people_seen
    from laojia.kernel import crypto
    from laojia.policy.facts import Actor, Grant
    from laojia.policy.roles import Role

    county = Area.objects.get(level="county")
    four = tuple(Area.objects.filter(level="village").order_by("code").values_list("path", flat=True)[40:44])
    actors = {
        "centre": Actor(0, (Grant(Role.DISPATCHER, (county.path,)),)),
        "station": Actor(0, (Grant(Role.STATION_STAFF, four),)),
    }

    def bare(phone: str) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM people_person WHERE phone_hash = %s", [crypto.keyed_hash(phone)])
            return cursor.fetchall()

    phones = [phone for _name, phone, _village in random.Random(3).sample(known, count)]
    _times(bare, phones[:100])
    lines = []
    for kind, words in asked(known, count).items():
        for who, actor in actors.items():

            def search(text: str, actor: Actor = actor) -> Any:
                return people_seen(actor, text)

            _times(search, words[:50])
            lines.append(_told(f"{kind}, {who}", _times(search, words)))
        lines.append(_told("  floor: one indexed row, bare SQL", _times(bare, phones)))
    return lines


def run(*, quick: bool) -> list[dict[str, Any]]:
    """Make the database, fill it, ask, tell."""
    many, count = QUICK if quick else WHOLE
    with ExitStack() as stack:
        servers.prepare_alone(stack)
        subprocess.run(
            [sys.executable, "-m", "laojia.conf.cli", "setup"], cwd=servers.ROOT, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        import django

        django.setup()
        from django.db import connection

        from laojia.foundation.area.jobs import create_county

        create_county("141024", now=datetime.now(UTC))
        begun = time.perf_counter()
        known = fill(many)
        say(f"{many:,} people filled in {time.perf_counter() - begun:.0f} s")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_total_relation_size('people_person') / 1048576,"
                " pg_total_relation_size('people_namepiece') / 1048576, (SELECT count(*) FROM people_namepiece)"
            )
            say("people {} MB, pieces of names {} MB in {:,} rows".format(*cursor.fetchone()))
        lines = measure(known, count)
        connection.close()
    return lines
