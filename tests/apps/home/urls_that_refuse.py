"""Routes that fail on purpose, for test_refusals.py: beside the real ones, so that pages can link."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_protect

from laojia.kernel import errors

REFUSALS = {
    "input": errors.BadInput("phone_length", "手机号是 11 位。", "请再看一下。", {"phone": "现在是 10 位。"}),
    "permission": errors.NotPermitted("not_permitted"),
    "scope": errors.OutOfScope("out_of_scope"),
    "state": errors.WrongState("moved", "这一单已经有人接了。", "打开看看谁来。"),
    "conflict": errors.Conflict("taken"),
    "often": errors.TooMany("too_many"),
}


def refuse(request: HttpRequest, kind: str) -> HttpResponse:
    raise REFUSALS[kind]


def forbid(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def crash(request: HttpRequest, token: str = "") -> HttpResponse:
    raise ValueError("1380" + "0" * 7)


@csrf_protect
def send(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [
    path("refuse/<kind>/", refuse),
    path("api/refuse/<kind>/", refuse),
    path("forbid/", forbid),
    path("l/<token>/crash/", crash),
    path("api/crash/", crash),
    path("send/", send),
    path("", include("laojia.conf.urls")),
]
handler400 = "laojia.conf.errors.bad_request"
handler403 = "laojia.conf.errors.forbidden"
handler404 = "laojia.conf.errors.not_found"
handler500 = "laojia.conf.errors.breakdown"
