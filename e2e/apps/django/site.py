"""A Django project in one file; the environment changes the settings that people forget behind a proxy."""
import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import path


def flag(name):
    return os.environ.get(name) == "1"


settings.configure(
    DEBUG=flag("DEBUG"),
    SECRET_KEY="only-for-tests",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=os.environ.get("ALLOWED_HOSTS", "").split(),
    SECURE_SSL_REDIRECT=flag("SSL_REDIRECT"),
    SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https") if flag("PROXY_HEADER") else None,
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
)


def home(request):
    if flag("LOGIN") and "session" not in request.COOKIES:
        return HttpResponseRedirect("/accounts/login/?next=/")
    return HttpResponse("<h1>Django works</h1><a href='/form'>form</a>")


def login(request):
    return HttpResponse(f"<form method=post><input type=hidden name=csrfmiddlewaretoken value={get_token(request)}><button>Log in</button></form>")


def form(request):
    if request.method == "POST":
        return HttpResponse("<h1>The form was taken</h1>")
    return login(request)


urlpatterns = [path("", home), path("accounts/login/", login), path("form", form)]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
