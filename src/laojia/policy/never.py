"""What this platform never does, computed from what it can store and be set to (国办函〔2026〕12号; 个人信息保护法).

Pure: the caller passes the model classes, names of settings and verbs. `laojia doctor`, a test and the public page
read the same checks, so that the page cannot promise what the tables no longer keep.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


def gettext_noop(text: str) -> str:
    """Marks a sentence for translation; it is shown by the page that reads it."""
    return text


@dataclass(frozen=True, slots=True)
class Column:
    """One stored column, reduced to what the promises are about."""

    model: str
    name: str
    kind: str  # number, text, moment, flag, link, file, other
    required: bool

    @property
    def words(self) -> frozenset[str]:
        return frozenset(self.name.lower().split("_"))

    def __str__(self) -> str:
        return f"{self.model}.{self.name}"


@dataclass(frozen=True, slots=True)
class Check:
    """One promise and whether tables, settings and verbs keep it; `found` names what breaks it."""

    key: str
    promise: str
    found: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.found


@dataclass(frozen=True, slots=True)
class Promise:
    """A sentence and the marks by which a broken one is known.

    `words` are single words of a name, `phrases` several in a row; `kinds` limits to columns of such a kind.
    """

    key: str
    sentence: str
    words: frozenset[str] = frozenset()
    phrases: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    spared: frozenset[str] = frozenset()  # single columns the sentence itself excepts


def _of(text: str) -> frozenset[str]:
    return frozenset(text.split())


PROMISES = (
    Promise(
        "points",
        gettext_noop("No points: nobody earns, loses or redeems any."),
        _of("score scores credit credits coin coins merit merits"),
        ("points_total", "points_earned", "total_points", "bonus_points"),
        _of("number"),
    ),
    Promise(
        "ranking",
        gettext_noop("No rankings: no list puts people, teams, villages or units in order of merit."),
        _of("ranking rankings leaderboard league podium medal"),
        ("rank_in", "ranked_by", "best_of", "top_team"),
    ),
    Promise(
        "check_in",
        gettext_noop("No check-in clocks: nobody taps to prove being somewhere or having started."),
        _of("checkin checkout checkins punch punched"),
        (
            "check_in",
            "checked_in",
            "check_out",
            "checked_out",
            "clock_in",
            "clocked_in",
            "signed_in_at",
            "tap_start",
        ),
    ),
    Promise(
        "photo",
        gettext_noop("No photograph is ever demanded as proof."),
        _of("selfie"),
        ("photo_required", "require_photo", "photos_required", "photo_count", "proof_photo"),
    ),
    Promise(
        "track",
        gettext_noop("No tracks: nobody's way or whereabouts are recorded."),
        _of("track tracks trail breadcrumb breadcrumbs mileage odometer speed steps geofence"),
        ("location_history", "last_location", "last_position", "position_at"),
    ),
    Promise(
        "online_time",
        gettext_noop("Time on line is not counted, nor how often somebody looks."),
        _of("dwell logins"),
        (
            "time_online",
            "online_minutes",
            "online_seconds",
            "minutes_online",
            "active_minutes",
            "login_count",
            "visit_count",
        ),
    ),
    Promise(
        "targets",
        gettext_noop(
            "No attendance targets for staff, units, grid workers or teams, and no appraisal by traces."
        ),
        _of("kpi kpis appraisal appraisals"),
        (
            "target_hours",
            "target_minutes",
            "target_visits",
            "target_count",
            "monthly_target",
            "yearly_target",
        ),
    ),
    Promise(
        "identity",
        gettext_noop(
            "No identity card number of a resident (a volunteer's is kept sealed, for the national register), no"
            " religion, no descent, no label for a group of people."
        ),
        _of("religion ethnic ethnicity nationality poverty"),
        ("id_number", "id_card", "identity_card", "identity_number", "special_group", "political_status"),
        spared=_of("Person.id_number Person.id_number_hash"),  # refused for whoever is no volunteer
    ),
    Promise(
        "health",
        gettext_noop(
            "No diagnoses and no readings: we ask whether you can walk, never what you suffer from."
        ),
        _of("diagnosis diagnoses disease illness medication symptom symptoms"),
        ("blood_pressure", "blood_sugar", "heart_rate", "medical_history"),
    ),
    Promise(
        "install",
        gettext_noop("Nobody has to install anything, and reading needs no account."),
        phrases=("require_app", "force_install", "app_required", "force_login", "login_required_everywhere"),
    ),
)

_KINDS = {
    "number": _of(
        "IntegerField BigIntegerField SmallIntegerField PositiveIntegerField PositiveBigIntegerField"
    )
    | _of("PositiveSmallIntegerField FloatField DecimalField"),
    "text": _of("CharField TextField SlugField EmailField URLField"),
    "moment": _of("DateField DateTimeField TimeField DurationField"),
    "flag": _of("BooleanField"),
    "file": _of("FileField ImageField"),
}


def columns_of(models: Iterable[Any]) -> tuple[Column, ...]:
    """The stored columns of Django model classes (read by their own description, no framework needed here)."""
    return tuple(
        Column(
            model.__name__, field.name, _kind(field), not (field.null or field.blank or field.has_default())
        )
        for model in models
        for field in model._meta.concrete_fields
    )


def _kind(field: Any) -> str:
    if field.is_relation:
        return "link"
    internal = field.get_internal_type()
    return next((kind for kind, names in _KINDS.items() if internal in names), "other")


def never_checks(columns: Iterable[Column], names: Iterable[str] = ()) -> tuple[Check, ...]:
    """Each promise against the columns, and against other names: settings, verbs, environment."""
    kept = tuple(columns)
    others = tuple(names)
    return tuple(
        Check(
            promise.key,
            promise.sentence,
            (*_columns_against(promise, kept), *_names_against(promise, others)),
        )
        for promise in PROMISES
    )


def _columns_against(promise: Promise, columns: Iterable[Column]) -> Iterable[str]:
    for column in columns:
        fitting = (not promise.kinds or column.kind in promise.kinds) and str(column) not in promise.spared
        if (fitting and _named(promise, column.name)) or (promise.key == "photo" and _demanded_file(column)):
            yield str(column)


def _demanded_file(column: Column) -> bool:
    """A column for a file that may not stay empty demands one; a file's own row (its name, its bytes) does not."""
    return (
        column.kind == "file"
        and column.required
        and bool(column.words & _of("photo photos picture image snapshot"))
    )


def _names_against(promise: Promise, names: Iterable[str]) -> Iterable[str]:
    return (name for name in names if _named(promise, name.replace(".", "_")))


def _named(promise: Promise, name: str) -> bool:
    lower = name.lower()
    if promise.words & set(lower.split("_")):
        return True
    return any(f"_{phrase}_" in f"_{lower}_" for phrase in promise.phrases)
