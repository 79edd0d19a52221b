#!/usr/bin/python3
"""WebKitGTK with mock devices, for WebKitWebDriver. Like Debian's MiniBrowser, but allows camera and microphone, for
which that one asks in its window."""
import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2

context = WebKit2.WebContext.new_ephemeral()
context.set_automation_allowed(True)


def create_view(_session):
    view = WebKit2.WebView(web_context=context, is_controlled_by_automation=True)
    settings = view.get_settings()
    for name in ("enable-media-stream", "enable-webrtc", "enable-mock-capture-devices", "enable-write-console-messages-to-stdout"):
        settings.set_property(name, True)
    view.connect("permission-request", allow)
    window = Gtk.Window(default_width=1200, default_height=860)
    window.add(view)
    window.show_all()
    return view


def allow(_view, request):
    request.allow()
    return True


def started(_context, session):
    information = WebKit2.ApplicationInfo()
    information.set_name("WebKitGTK")
    session.set_application_info(information)
    session.connect("create-web-view", create_view)


context.connect("automation-started", started)
Gtk.main()
