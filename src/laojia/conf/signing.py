"""Signing in, through allauth: a code for a phone, password and second factor for colleagues, a lock for guessers.

Answers never tell whether a number or a name is known: every number gets a code, every name is locked alike.
"""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.account.forms import LoginForm, RequestLoginCodeForm
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.userkit import get_user_by_username
from allauth.account.views import password_change
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from laojia.conf.acting import needs_second_factor
from laojia.foundation.limits import actions as limits
from laojia.foundation.outbox.actions import post
from laojia.foundation.people import actions
from laojia.foundation.people.models import Account
from laojia.foundation.people.queries import actor_of
from laojia.foundation.people.rules import LOCKED_FOR, MOST_FAILURES
from laojia.kernel import clock, crypto
from laojia.kernel.codes import clean_phone, secret_token
from laojia.kernel.errors import BadInput, TooMany
from laojia.policy.facts import CLOCK
from laojia.shown import said

CODE_MINUTES = 5
# Codes for one number: one a minute, five an hour, ten a day. For one address: a village may share one.
_PER_NUMBER = (
    ("minute", 1, timedelta(minutes=1)),
    ("hour", 5, timedelta(hours=1)),
    ("day", 10, timedelta(days=1)),
)
_PER_ADDRESS = ("code_address", 60, timedelta(hours=1))
_PASSWORDS_PER_ADDRESS = ("password_address", 40, timedelta(minutes=10))
_FRESH = timedelta(minutes=15)
_SHARED = "shared_phone"
_WRONG = _("Name and password do not fit together. Please look at both again.")


class PhoneField(forms.CharField):
    """A mobile number as people type it; the value is its eleven digits."""

    def __init__(self, **words: Any) -> None:
        words.setdefault("label", _("Your mobile number"))
        words.setdefault("help_text", _("11 digits"))
        marks = {"type": "tel", "inputmode": "numeric", "autocomplete": "tel-national"}
        super().__init__(max_length=30, widget=forms.TextInput(attrs=marks), **words)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return clean_phone(text) if text else ""
        except BadInput as refused:
            raise ValidationError(str(refused.message), code=refused.code) from None


class PhoneForm(RequestLoginCodeForm):  # type: ignore[misc]
    """Send me a code. The number's account is opened here, so that nothing shows whether it was known."""

    shared = forms.BooleanField(
        label=_("This is not my own phone: sign me out when I close the page"), required=False
    )
    field_order = ("phone", "shared")

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        adapter = Entrance()
        _limit(*_PER_ADDRESS, key=adapter.get_client_ip(adapter.request))
        self._user = actions.account_for_phone(phone=phone, actor=CLOCK, now=clock.now())
        return phone

    def clean(self) -> Any:
        cleaned = super().clean()
        Entrance().request.session[_SHARED] = bool(self.cleaned_data.get("shared"))
        return cleaned


class PasswordForm(LoginForm):  # type: ignore[misc]
    """Colleagues: name or number, and the password. A lost one is renewed by the security administrator."""

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["login"].label = _("Sign-in name or mobile number")
        self.fields["login"].widget.attrs = {"autocomplete": "username", "autocapitalize": "none"}
        self.fields["password"].help_text = _("Forgotten? The security administrator gives you a new one.")
        self.fields["password"].widget.attrs.pop("placeholder", None)


class Entrance(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's account adapter."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": _("The code does not fit. Please look at it again."),
        "incorrect_password": _WRONG,
        "username_password_mismatch": _WRONG,
        "phone_password_mismatch": _WRONG,
        "too_many_login_attempts": _("That was too often. Ask for a new code, or wait half an hour."),
        "rate_limited": _("That was too often. Wait a few minutes."),
        "phone_taken": _("This number cannot be used here. Ask the station."),
    }

    # --- the phone -----------------------------------------------------------------------------------------------

    def phone_form_field(self, **words: Any) -> PhoneField:
        return PhoneField(**words)

    def get_user_by_phone(self, phone: str) -> Account | None:
        return _account_of_number(phone)

    def get_phone(self, user: Any) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: Any, phone: str, verified: bool) -> None:
        user.phone, user.phone_hash, user.phone_verified = phone, crypto.keyed_hash(phone), verified
        user.save(update_fields=["phone", "phone_hash", "phone_verified"])

    def set_phone_verified(self, user: Any, phone: str) -> None:
        self.set_phone(user, phone, True)

    def send_verification_code_sms(self, user: Any, phone: str, code: str, **words: Any) -> None:
        now = clock.now()
        for name, most, within in _PER_NUMBER:
            _limit(f"code_{name}", most, within, key=phone)
        variables: dict[str, str | int] = {"code": code, "minutes": CODE_MINUTES}
        key = f"code/{secret_token()}"  # the code itself is in no key, journal row or log line
        post(
            "account.code", to_phone=phone, about=("account", user.pk), key=key, now=now, variables=variables
        )

    # --- the password ------------------------------------------------------------------------------------------------

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        now = clock.now()
        _limit(*_PASSWORDS_PER_ADDRESS, key=self.get_client_ip(request))
        account = _account_named(credentials)
        until = account.locked_until if account is not None else _unknown_lock(credentials)
        if until is not None and until > now:
            raise ImmediateHttpResponse(render(request, "account/locked.html", {"until": until}, status=429))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        account, now = _account_named(credentials), clock.now()
        if account is not None:
            actions.note_failure(account=account, actor=CLOCK, now=now)
        else:
            _note_unknown(credentials, now)

    def set_password(self, user: Any, password: str) -> None:
        user.password_is_initial = False
        super().set_password(user, password)

    # --- inside ----------------------------------------------------------------------------------------------------------

    def login(self, request: HttpRequest, user: Any) -> None:
        shared = request.session.pop(_SHARED, False)
        super().login(request, user)
        for proof in request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, ()):
            for name in ("phone", "username", "email"):  # what the browser's memory need not hold
                proof.pop(name, None)
        if shared:
            request.session.set_expiry(0)
        actions.note_sign_in(account=user, actor=CLOCK, now=clock.now())

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        account: Any = request.user
        return reverse("people:who") if account.person_id is None else "/"

    def is_reauthentication_required(self, *, app: str, **words: Any) -> bool:
        """Not again within a quarter of an hour of the full proof: setting up asks enough as it is."""
        request, since = self.request, clock.now().timestamp() - _FRESH.total_seconds()
        proofs = get_authentication_records(request, request.user)
        fresh = {proof["method"] for proof in proofs if proof["at"] > since}
        enrolled = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists()
        if fresh >= ({"password", "mfa"} if enrolled else {"password"}):
            return False
        return bool(super().is_reauthentication_required(app=app, **words))

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, request: HttpRequest, level: int, *args: Any, **words: Any) -> None:
        """Pages say themselves what was done; only what went wrong is said on top."""
        if level >= messages.ERROR:
            super().add_message(request, level, *args, **words)


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth's second-factor adapter: secrets sealed at rest, colleagues cannot take theirs off."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("The digits do not fit. Wait for the next ones and try again."),
        "cannot_delete_authenticator": _("Your post needs the second step, so it stays."),
    }

    def encrypt(self, text: str) -> str:
        return crypto.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.unseal(encrypted_text)

    def get_totp_issuer(self) -> str:
        return _g("Laojia")

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        person = authenticator.user.person
        return person is None or not needs_second_factor(actor_of(person, clock.local_date(clock.now())))


class SetUp(ActivateTOTPView):  # type: ignore[misc]
    """Setting the second factor up shows that one has it: no second question right after."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        record_authentication(self.request, self.request.user, method="mfa", type="totp")
        return response


set_up = SetUp.as_view()


def change_password(request: HttpRequest) -> HttpResponse:
    """Who signs in by a code has no password to change, and is told so instead of a page that is not there."""
    if request.user.is_authenticated and not request.user.has_usable_password():
        return render(request, "account/no_password.html")
    response: HttpResponse = password_change(request)
    return response


def _limit(name: str, most: int, within: timedelta, *, key: str) -> None:
    """Raises TooMany saying from when it is possible again."""
    now = clock.now()
    again = limits.take(name, key, most=most, within=within, now=now)
    if again is not None:
        raise TooMany(
            "too_many_codes",
            _g("That was tried several times just now."),
            _g(
                "You can try again from %(when)s. Meanwhile the station or the centre can do everything for you."
            )
            % {"when": said(again + timedelta(seconds=59), now)},
        )


def _account_of_number(typed: str) -> Account | None:
    """By the eleven digits, however they were typed."""
    try:
        return Account.objects.filter(phone_hash=crypto.keyed_hash(clean_phone(typed))).first()
    except BadInput:
        return None


def _account_named(credentials: dict[str, Any]) -> Account | None:
    """The person behind whatever was typed: upper or lower case, name or number, one lock."""
    if phone := credentials.get("phone"):
        found = _account_of_number(phone)
        if found is not None:
            return found
    name = credentials.get("username")
    return get_user_by_username(name) if name else None


def _unknown_key(credentials: dict[str, Any]) -> str:
    typed = str(credentials.get("phone") or credentials.get("username") or "")
    return f"unknown:{crypto.keyed_hash(typed.casefold())[:32]}"


def _unknown_lock(credentials: dict[str, Any]) -> datetime | None:
    held = cache.get(_unknown_key(credentials)) or {}
    return datetime.fromisoformat(held["until"]) if held.get("until") else None


def _note_unknown(credentials: dict[str, Any], now: datetime) -> None:
    """A name nobody has is locked like one somebody has."""
    key = _unknown_key(credentials)
    failures = (cache.get(key) or {}).get("failures", 0) + 1
    until = (now + LOCKED_FOR).isoformat() if failures >= MOST_FAILURES else ""
    held = {"failures": 0 if until else failures, "until": until}
    cache.set(key, held, timeout=int(LOCKED_FOR.total_seconds()) if until else 24 * 3600)
