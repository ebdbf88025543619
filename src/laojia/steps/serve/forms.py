"""Forms of serving: checks that need no decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from laojia import labels
from laojia.foundation.people.models import Person
from laojia.kernel import clock
from laojia.policy.reasons import REASONS
from laojia.policy.roles import Channel
from laojia.steps.order.models import OUTCOMES, Attendance
from laojia.steps.serve.actions.records import Report, Visited
from laojia.steps.serve.rules import MOST_MINUTES


def reason_choices(verb: str) -> list[tuple[str, Any]]:
    """The verb's reasons with their words."""
    return [(code, labels.reason_word(code)) for code in REASONS[verb]]


def said_by_choices() -> list[tuple[str, Any]]:
    """How somebody spoke to the desk."""
    return [(c.value, labels.CHANNELS[c.value]) for c in (Channel.PHONE, Channel.COUNTER, Channel.PAPER)]


_DAY: dict[str, Any] = {"type": "date", "aria-label": _("Day")}
_HOUR: dict[str, Any] = {"type": "time", "aria-label": _("Hour")}


class HourForm(forms.Form):
    """When the team comes; empty means as offered."""

    starts_at = forms.SplitDateTimeField(
        label=_("When do you come?"),
        required=False,
        widget=forms.SplitDateTimeWidget(date_attrs=_DAY, time_attrs=_HOUR),
    )

    def hour(self) -> datetime | None:
        """The moment in China's time, or None."""
        moment: datetime | None = self.cleaned_data.get("starts_at")
        return moment.astimezone(clock.CHINA) if moment else None


class DeclineForm(forms.Form):
    """One of four reasons; words if one likes."""

    reason = forms.ChoiceField(label=_("Why not this time?"), widget=forms.RadioSelect)
    words = forms.CharField(label=_("Anything else?"), max_length=200, required=False)

    def __init__(self, *args: Any, verb: str = "offer.decline", **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["reason"].choices = reason_choices(verb)  # type: ignore[attr-defined]


class HeadsForm(forms.Form):
    """How many of the team come along."""

    heads = forms.IntegerField(label=_("How many of you come?"), min_value=1, max_value=500)
    words = forms.CharField(label=_("Anything else?"), max_length=200, required=False)


class TurnUpForm(forms.Form):
    """Somebody who came on the spot."""

    name = forms.CharField(label=_("Name of the person"), max_length=40)
    phone = forms.CharField(label=_("Phone"), max_length=20)


class PeopleForm(forms.Form):
    """Who of the team goes."""

    people = forms.MultipleChoiceField(label=_("Who goes?"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, members: Sequence[Person], **words: Any) -> None:
        super().__init__(*args, **words)
        self.members = {str(p.pk): p for p in members}
        self.offer(members)

    def offer(self, members: Sequence[Person]) -> None:
        """Who can be ticked."""
        self.fields["people"].choices = [(str(p.pk), p.name) for p in members]  # type: ignore[attr-defined]

    def chosen(self) -> list[Person]:
        """The people ticked."""
        return [self.members[key] for key in self.cleaned_data["people"]]


class DoneForm(forms.Form):
    """「做完了」 on one page: who went, minutes for all with exceptions, how each visit ended, a note."""

    minutes = forms.IntegerField(
        label=_("Minutes for everybody"),
        min_value=1,
        max_value=MOST_MINUTES,
        help_text=_("The time really spent, without the way there."),
    )
    helped = forms.IntegerField(
        label=_("How many were helped?"), min_value=0, max_value=20000, required=False
    )
    content = forms.CharField(label=_("What was done, in a sentence"), max_length=300, required=False)

    def __init__(
        self,
        *args: Any,
        members: Sequence[Person],
        named: set[int],
        visits: Sequence[Attendance],
        **words: Any,
    ) -> None:
        super().__init__(*args, **words)
        self.named = named
        self.members = sorted(members, key=lambda person: person.pk not in named)
        self.visits = list(visits)
        for person in self.members:
            self.fields[f"came_{person.pk}"] = forms.BooleanField(
                label=person.name, required=False, initial=person.pk in named
            )
            self.fields[f"minutes_{person.pk}"] = forms.IntegerField(
                label=_("other minutes"), required=False, min_value=1, max_value=MOST_MINUTES
            )
            self.fields[f"own_{person.pk}"] = forms.BooleanField(
                label=_("own work in paid hours"), required=False
            )
        for visit in self.visits:
            self._add_visit(visit)

    def _add_visit(self, visit: Attendance) -> None:
        came = [(f"came:{o}", labels.OUTCOMES[o]) for o in OUTCOMES]
        other = [
            ("not_home:", labels.state_word("attendance", "not_home")),
            ("refused:", labels.state_word("attendance", "refused")),
            ("team_absent:", labels.state_word("attendance", "team_absent")),
        ]
        self.fields[f"visit_{visit.pk}"] = forms.ChoiceField(
            label=_("How did it end?"), choices=[*came, *other], initial="came:done"
        )
        self.fields[f"why_{visit.pk}"] = forms.ChoiceField(
            label=_("If not fully: why?"),
            choices=[("", "—"), *reason_choices("attendance.outcome")],
            required=False,
        )

    def person_rows(self) -> list[dict[str, Any]]:
        """The fields of each member, for the template."""
        return [
            {
                "person": p,
                "came": self[f"came_{p.pk}"],
                "minutes": self[f"minutes_{p.pk}"],
                "own": self[f"own_{p.pk}"],
            }
            for p in self.members
        ]

    def named_rows(self) -> list[dict[str, Any]]:
        """Those on the roster; the whole team when nobody was named."""
        rows = self.person_rows()
        return [row for row in rows if row["person"].pk in self.named] or rows

    def other_rows(self) -> list[dict[str, Any]]:
        """The rest of the team, which may have many."""
        return self.person_rows()[len(self.named_rows()) :]

    def others_came(self) -> bool:
        """Somebody who was not named has been ticked."""
        return any(row["came"].value() for row in self.other_rows())

    def visit_rows(self) -> list[dict[str, Any]]:
        """The fields of each attendance, for the template."""
        return [{"visit": v, "how": self[f"visit_{v.pk}"], "why": self[f"why_{v.pk}"]} for v in self.visits]

    def report(self, *, filled_at: datetime | None = None) -> Report:
        """What was said in one go, for the action; `filled_at` as in Report."""
        entry = self.cleaned_data
        visits = {}
        for visit in self.visits:
            word, _sign, outcome = entry[f"visit_{visit.pk}"].partition(":")
            visits[visit.pk] = Visited(word, outcome, entry[f"why_{visit.pk}"])
        return Report(
            minutes=entry["minutes"],
            came=[p for p in self.members if entry[f"came_{p.pk}"]],
            exceptions={p.pk: entry[f"minutes_{p.pk}"] for p in self.members if entry[f"minutes_{p.pk}"]},
            own_work=frozenset(p.pk for p in self.members if entry[f"own_{p.pk}"]),
            visits=visits,
            content=entry["content"],
            helped=entry["helped"],
            filled_at=filled_at,
        )


class SettleForm(forms.Form):
    """What really happened, after asking both."""

    word = forms.ChoiceField(label=_("What happened?"), widget=forms.RadioSelect)
    outcome = forms.ChoiceField(label=_("How did it end?"), required=False)
    outcome_reason = forms.ChoiceField(label=_("If not fully: why?"), required=False)
    note = forms.CharField(label=_("Who said what"), max_length=200, required=False)

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        states = ("came", "not_home", "refused", "team_absent")
        self.fields["word"].choices = [(s, labels.state_word("attendance", s)) for s in states]  # type: ignore[attr-defined]
        self.fields["outcome"].choices = [("", "—"), *((o, labels.OUTCOMES[o]) for o in OUTCOMES)]  # type: ignore[attr-defined]
        self.fields["outcome_reason"].choices = [("", "—"), *reason_choices("attendance.outcome")]  # type: ignore[attr-defined]


class TallyForm(forms.Form):
    """来访登记 in one line."""

    place = forms.ChoiceField(label=_("Where and what"))
    heads = forms.IntegerField(label=_("How many came"), min_value=1, max_value=2000)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]], **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["place"].choices = places  # type: ignore[attr-defined]
