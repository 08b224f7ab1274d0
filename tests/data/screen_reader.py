"""A screen reader for tests: writes down what it would read aloud.

Switches accessibility on in the session, as a screen reader does, and then reads commands, one per line. Each
response ends with an empty line.

    dump              every accessible of every program: depth, role, name, states, description, attributes and
                      position, separated by tabs
    click ROLE NAME   clicks the first accessible with this role and name; "done" if there is one
    focused           role and name of everything that reported the focus since the last "focused"

Needs the Atspi 2.0 bindings of GObject introspection.
"""

import os
import signal
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib

# The states that tests check.
STATES = ("active", "checked", "editable", "focusable", "focused", "pressed", "selectable", "selected")

# Limit of a command and of each call in it, in seconds. Only turns a hang into a failure.
TIMEOUT = 180


def switch_on():
    status = ("org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties", "Set")
    enabled = GLib.Variant("(ssv)", ("org.a11y.Status", "IsEnabled", GLib.Variant("b", True)))
    session = Gio.bus_get_sync(Gio.BusType.SESSION)
    session.call_sync(*status, enabled, None, Gio.DBusCallFlags.NONE, -1, None)
    # By default a call fails after 0.8 s, which a busy machine takes now and then.
    Atspi.set_timeout(TIMEOUT * 1000, TIMEOUT * 1000)


def one_line(text):
    return (text or "").replace("\t", " ").replace("\n", " ")


def role(accessible):
    return accessible.get_role().value_nick


def describe(accessible, depth):
    states = [state.value_nick for state in accessible.get_state_set().get_states()]
    attributes = accessible.get_attributes() or {}
    position = ""
    if "Component" in accessible.get_interfaces():
        # Relative to the window, so that the window's own position doesn't matter.
        extents = accessible.get_extents(Atspi.CoordType.WINDOW)
        position = f"{extents.x} {extents.y} {extents.width} {extents.height}"
    fields = (
        str(depth),
        role(accessible),
        accessible.get_name(),
        " ".join(state for state in STATES if state in states),
        accessible.get_description(),
        " ".join(f"{name}={value}" for name, value in sorted(attributes.items())),
        position,
    )
    return "\t".join(one_line(field) for field in fields)


def everything():
    """Yields all accessibles with their depths, parents before their children."""
    desktop = Atspi.get_desktop(0)
    # What an earlier command read may be out of date.
    desktop.clear_cache()
    rest = [(desktop, -1)]
    while rest:
        accessible, depth = rest.pop()
        if depth >= 0:
            yield accessible, depth
        try:
            children = [accessible.get_child_at_index(i) for i in range(accessible.get_child_count())]
        except GLib.Error:
            # Removed in the meantime.
            continue
        rest.extend((child, depth + 1) for child in reversed(children) if child is not None)


def dump():
    for accessible, depth in everything():
        try:
            print(describe(accessible, depth))
        except GLib.Error:
            # Removed in the meantime.
            pass


def click(wanted_role, wanted_name):
    for accessible, _ in everything():
        try:
            if role(accessible) != wanted_role or accessible.get_name() != wanted_name:
                continue
            # A click is the only action of an accessible here.
            if "Action" in accessible.get_interfaces() and accessible.do_action(0):
                print("done")
                return
        except GLib.Error:
            # Removed in the meantime.
            pass


def exit_on_error(*error):
    """Ends the process where the main loop would go on without a response."""
    sys.__excepthook__(*error)
    os._exit(1)


def main():
    sys.excepthook = exit_on_error
    switch_on()
    loop = GLib.MainLoop()
    focused = []

    def on_focus(event):
        if event.detail1:
            try:
                focused.append(f"{role(event.source)}\t{one_line(event.source.get_name())}")
            except GLib.Error:
                # Removed in the meantime.
                pass

    def on_command(*_):
        command, *rest = sys.stdin.readline().rstrip("\n").split(" ", 2)
        if not command:
            # The test has ended.
            loop.quit()
            return False
        signal.alarm(TIMEOUT)
        if command == "dump":
            dump()
        elif command == "click":
            click(*rest)
        elif command == "focused":
            print("".join(f"{line}\n" for line in focused), end="")
            focused.clear()
        print(flush=True)
        signal.alarm(0)
        return True

    listener = Atspi.EventListener.new(on_focus)
    listener.register("object:state-changed:focused")
    GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, on_command)
    loop.run()


main()
