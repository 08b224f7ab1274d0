"""A screen reader for tests: it writes down what it would read aloud.

It switches accessibility on in the session, as a screen reader does, and then takes commands, one a line. Each answer
ends with an empty line.

    dump              every accessible of every program: depth, role, name, states, description, attributes and place,
                      with tabs between
    click ROLE NAME   does what a click on this accessible does: "done" or nothing
    focused           the role and the name of everything that was reported to have taken the focus, since last asked

Needs the Atspi 2.0 bindings of GObject introspection.
"""

import os
import signal
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib

# Those that tests look at.
STATES = ("active", "checked", "editable", "focusable", "focused", "pressed", "selectable", "selected")

# A minute without an answer ends this, so that a test fails instead of hanging.
PATIENCE = 60


def switch_on():
    status = ("org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties", "Set")
    enabled = GLib.Variant("(ssv)", ("org.a11y.Status", "IsEnabled", GLib.Variant("b", True)))
    session = Gio.bus_get_sync(Gio.BusType.SESSION)
    session.call_sync(*status, enabled, None, Gio.DBusCallFlags.NONE, -1, None)


def one_line(text):
    return (text or "").replace("\t", " ").replace("\n", " ")


def role(accessible):
    return accessible.get_role().value_nick


def describe(accessible, depth):
    held = [state.value_nick for state in accessible.get_state_set().get_states()]
    attributes = accessible.get_attributes() or {}
    place = ""
    if "Component" in accessible.get_interfaces():
        # In the window, whose own place on the screen does not matter then.
        at = accessible.get_extents(Atspi.CoordType.WINDOW)
        place = f"{at.x} {at.y} {at.width} {at.height}"
    fields = (
        str(depth),
        role(accessible),
        accessible.get_name(),
        " ".join(state for state in STATES if state in held),
        accessible.get_description(),
        " ".join(f"{name}={value}" for name, value in sorted(attributes.items())),
        place,
    )
    return "\t".join(one_line(field) for field in fields)


def everything():
    """All accessibles with their depths, parents before their children."""
    desktop = Atspi.get_desktop(0)
    # What was kept of an earlier look may be out of date.
    desktop.clear_cache()
    rest = [(desktop, -1)]
    while rest:
        accessible, depth = rest.pop()
        if depth >= 0:
            yield accessible, depth
        try:
            children = [accessible.get_child_at_index(i) for i in range(accessible.get_child_count())]
        except GLib.Error:
            # It went away in the meantime.
            continue
        rest.extend((child, depth + 1) for child in reversed(children) if child is not None)


def dump():
    for accessible, depth in everything():
        try:
            print(describe(accessible, depth))
        except GLib.Error:
            # It went away in the meantime.
            pass


def click(wanted, name):
    for accessible, _ in everything():
        try:
            if role(accessible) != wanted or accessible.get_name() != name:
                continue
            # A click is the only action there is.
            if "Action" in accessible.get_interfaces() and accessible.do_action(0):
                print("done")
                return
        except GLib.Error:
            # It went away in the meantime.
            pass


def give_up(*failure):
    """Ends it all where the main loop would go on without an answer."""
    sys.__excepthook__(*failure)
    os._exit(1)


def main():
    sys.excepthook = give_up
    switch_on()
    loop = GLib.MainLoop()
    focused = []

    def on_focus(event):
        if event.detail1:
            try:
                focused.append(f"{role(event.source)}\t{one_line(event.source.get_name())}")
            except GLib.Error:
                # It went away in the meantime.
                pass

    def on_command(*_):
        command, *rest = sys.stdin.readline().rstrip("\n").split(" ", 2)
        if not command:
            # Whoever asked is gone.
            loop.quit()
            return False
        signal.alarm(PATIENCE)
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
