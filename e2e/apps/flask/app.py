"""Flask as its quickstart has it. PROXY_FIX=1 is what its documentation adds behind a proxy."""
import os

from flask import Flask, redirect, url_for
from werkzeug.middleware.proxy_fix import ProxyFix

app = Flask(__name__)
if os.environ.get("PROXY_FIX") == "1":
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)


@app.get("/")
def home():
    if os.environ.get("EXTERNAL") == "1":  # Flask-Login, Authlib: whole addresses
        return redirect(url_for("login", _external=True))
    return "<h1>Flask works</h1>"


@app.get("/login")
def login():
    return "<form method=post><button>Log in</button></form>"
