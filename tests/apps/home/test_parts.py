"""Template parts and forms: what they draw, with colour, sign and word; forms tied to their errors."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django import forms
from django.template import engines
from django.test import RequestFactory

from laojia import shown

PACKAGE = Path(shown.__file__).parent
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def draw(source: str, **context: Any) -> str:
    return engines["django"].from_string(source).render(context)


def test_state_is_colour_sign_and_word() -> None:
    drawn = draw('{% include "parts/state.html" with state="arranged" %}')
    assert "tone-go" in drawn
    assert "#calendar" in drawn
    assert "已安排" in drawn
    assert "tone-soon" in draw('{% include "parts/state.html" with state="refused" kind="attendance" %}')


def test_clock_chip() -> None:
    with time_machine.travel(NOW, tick=False):
        source = '{% include "parts/clock_chip.html" %}'
        late = draw(source, due=NOW - timedelta(hours=3))
        assert "tone-over" in late
        assert "晚了 3 小时" in late
        provisional = draw(source, due=NOW - timedelta(hours=3), provisional=True)
        assert "tone-over" not in provisional
        assert "暂定" in provisional
        assert draw(source, due=None).strip() == ""


def test_timeline_tells_what_is_done_and_what_comes() -> None:
    steps = [
        {"when": NOW, "text": "收到了", "who": "中心", "done": True},
        {"when": NOW + timedelta(hours=8), "text": "正在找队伍", "now": True, "due": True},
        {"when": None, "text": "您说说怎么样"},
    ]
    with time_machine.travel(NOW, tick=False):
        drawn = draw('{% include "parts/timeline.html" %}', steps=steps)
    assert drawn.count("<li") == 3
    assert 'aria-current="step"' in drawn
    assert "最晚今天 18:00" in drawn
    assert "接下来：" in drawn


def test_person_is_masked() -> None:
    drawn = draw('{% include "parts/person_masked.html" with name="张三丰" phone="13812340000" %}')
    assert "张*" in drawn
    assert "138****0000" in drawn
    assert "三丰" not in drawn


class Sample(forms.Form):
    phone = forms.CharField(label="手机号", help_text="11 位数字", min_length=11)
    time = forms.ChoiceField(choices=[("a", "上午"), ("b", "下午")], widget=forms.RadioSelect)
    note = forms.CharField(widget=forms.Textarea, required=False)
    consent = forms.BooleanField()


def test_form_ties_help_and_error_to_the_field() -> None:
    drawn = str(Sample({"phone": "138"}))
    field = re.search(r"<input[^>]*name=\"phone\"[^>]*>", drawn)
    assert field
    assert 'class="form-control"' in field[0]
    assert 'aria-invalid="true"' in field[0]
    assert 'aria-describedby="id_phone_helptext id_phone_error"' in field[0]
    assert 'id="id_phone_error"' in drawn
    assert 'role="alert"' in drawn
    assert 'value="138"' in drawn


def test_choices_are_a_fieldset_and_required_is_the_rule() -> None:
    drawn = str(Sample())
    assert drawn.count("<fieldset") == 1
    assert drawn.count("form-check-input") == 3
    assert drawn.count("可以不填") == 1
    assert 'role="alert"' not in drawn


def test_main_button_sends_the_form_it_names_and_no_page_variable() -> None:
    source = '{% include "parts/main_button.html" with text="就这样约" %}'
    assert "<fieldset" not in draw(source, form=Sample())
    assert 'form="place"' in draw('{% include "parts/main_button.html" with text="就这样约" form="place" %}')
    assert 'href="/menu/"' in draw('{% include "parts/main_button.html" with text="看菜单" url="/menu/" %}')


def test_submit_key_is_new_per_form_and_kept_when_sent() -> None:
    first, second = draw("{% submit_key %}"), draw("{% submit_key %}")
    assert first != second
    key = str(uuid.uuid4())
    request = RequestFactory().post("/", {"key": key})
    assert key in draw("{% submit_key %}", request=request)
    request = RequestFactory().post("/", {"key": '"><script>'})
    assert "script" not in draw("{% submit_key %}", request=request)


@pytest.mark.parametrize("path", sorted((PACKAGE / "templates").rglob("*.html")), ids=lambda p: str(p.name))
def test_every_template_compiles_and_keeps_the_content_policy(path: Path) -> None:
    name = str(path.relative_to(PACKAGE / "templates"))
    engines["django"].get_template(name)
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<style|hx-on", source), name
    scripts = re.findall(r"<script\b[^>]*>", source)
    assert all("src=" in tag or "application/json" in tag for tag in scripts), name


def test_every_sign_named_in_templates_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (PACKAGE / "static" / "icons.svg").read_text()))
    named = set()
    for path in (PACKAGE / "templates").rglob("*.html"):
        named |= set(re.findall(r'{% icon "([\w-]+)"', path.read_text(encoding="utf-8")))
    named |= {icon for _tone, icon in shown.STATE_LOOKS.values()} | {"clock", "alarm"}
    assert named <= drawn
