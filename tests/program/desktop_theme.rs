//! The theme of the desktop: read from a portal on a private D-Bus, followed, and never waited for.
//!
//! Needs Xvfb, xdotool, xwd and dbus-daemon. Skipped without them; with `CI=true` it fails instead.

use std::collections::HashMap;
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};

use zbus::blocking::{Connection, connection};
use zbus::zvariant::{OwnedValue, Value};

use crate::support::screen::{
    Running, first_line, gatewatch, missing, output, picture, quit, screen, window,
};
use crate::support::skip;
use crate::support::wait::until;

const PATH: &str = "/org/freedesktop/portal/desktop";
const NAMESPACE: &str = "org.freedesktop.appearance";
const KEY: &str = "color-scheme";
const DARK: u32 = 1;
const LIGHT: u32 = 2;

/// The most frequent colors of the window in both themes: the background of the table, as bytes of blue, green and red.
const LIGHT_BACKGROUND: [u8; 3] = [0xff, 0xff, 0xff];
const DARK_BACKGROUND: [u8; 3] = [0x1c, 0x17, 0x14];

/// A portal that answers with this color scheme.
struct Portal(u32);

#[zbus::interface(name = "org.freedesktop.portal.Settings")]
impl Portal {
    fn read_one(&self, namespace: &str, key: &str) -> OwnedValue {
        assert_eq!((namespace, key), (NAMESPACE, KEY));
        OwnedValue::from(self.0)
    }
}

/// Returns `true` if the tools are missing, which it reports.
fn is_skipped() -> bool {
    let missing = missing(&["Xvfb", "xdotool", "xwd", "dbus-daemon"]);
    if !missing.is_empty() {
        skip("the theme of the desktop", &missing.join(", "));
    }
    !missing.is_empty()
}

/// Starts a bus that starts no services.
pub(crate) fn bus(folder: &std::path::Path) -> (Running, String) {
    let config = folder.join("bus.conf");
    let text = format!(
        r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
            "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
        <busconfig>
            <type>session</type>
            <listen>unix:dir={}</listen>
            <auth>EXTERNAL</auth>
            <policy context="default">
                <allow send_destination="*" eavesdrop="true"/>
                <allow eavesdrop="true"/>
                <allow own="*"/>
            </policy>
        </busconfig>"#,
        folder.display()
    );
    std::fs::write(&config, text).unwrap();
    let mut daemon = Command::new("dbus-daemon");
    daemon.arg("--config-file").arg(&config).args(["--nofork", "--print-address=1"]);
    let mut daemon = Running(daemon.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let address = first_line(&mut daemon.0);
    (daemon, address)
}

fn most_frequent(picture: &[u8]) -> [u8; 3] {
    let mut counts = HashMap::<[u8; 3], usize>::new();
    for pixel in picture.chunks_exact(4) {
        *counts.entry([pixel[0], pixel[1], pixel[2]]).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).unwrap().0
}

fn until_background(display: &str, window: &str, background: [u8; 3]) {
    until(&format!("a window with the background {background:x?}"), || {
        picture(display, window).filter(|picture| most_frequent(picture) == background)
    });
}

fn set_scheme(portal: &Connection, scheme: u32) {
    let body = (NAMESPACE, KEY, Value::U32(scheme));
    let interface = "org.freedesktop.portal.Settings";
    portal.emit_signal(None::<&str>, PATH, interface, "SettingChanged", &body).unwrap();
}

#[test]
fn follows_the_portal() {
    if is_skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (_daemon, address) = bus(folder.path());
    let portal = connection::Builder::address(&*address).unwrap();
    let portal =
        portal.name("org.freedesktop.portal.Desktop").unwrap().serve_at(PATH, Portal(LIGHT)).unwrap();
    let portal = portal.build().unwrap();
    let (_xvfb, display) = screen();
    let mut command = gatewatch(&display, folder.path());
    command.arg("http://127.0.0.1:9").env("DBUS_SESSION_BUS_ADDRESS", &address);
    let mut program = Running(command.spawn().unwrap());
    let window = window(&display, &mut program);
    until_background(&display, &window, LIGHT_BACKGROUND);
    set_scheme(&portal, DARK);
    until_background(&display, &window, DARK_BACKGROUND);
    set_scheme(&portal, LIGHT);
    until_background(&display, &window, LIGHT_BACKGROUND);
    // No preference.
    set_scheme(&portal, 0);
    until_background(&display, &window, DARK_BACKGROUND);
    output(&display, "xdotool", &["windowfocus", "--sync", &window]).unwrap();
    quit(&display, &mut program);
}

#[test]
fn bus_that_never_answers_delays_nothing() {
    if is_skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("bus");
    let _silent = UnixListener::bind(&socket).unwrap();
    let (_xvfb, display) = screen();
    let mut command = gatewatch(&display, folder.path());
    let address = format!("unix:path={}", socket.display());
    command.arg("http://127.0.0.1:9").env("DBUS_SESSION_BUS_ADDRESS", address);
    let mut program = Running(command.spawn().unwrap());
    let window = window(&display, &mut program);
    until_background(&display, &window, DARK_BACKGROUND);
    output(&display, "xdotool", &["windowfocus", "--sync", &window]).unwrap();
    quit(&display, &mut program);
}
