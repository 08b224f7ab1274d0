//! Alerts as notifications on the desktop, by a service on a private D-Bus.
//!
//! Needs Xvfb, xdotool and dbus-daemon. Skipped without them; with `CI=true` it fails instead.

#![expect(
    clippy::needless_pass_by_value,
    clippy::unused_self,
    clippy::used_underscore_binding,
    reason = "the service has the arguments of its specification"
)]

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use zbus::blocking::{Connection, connection};
use zbus::zvariant::{OwnedValue, Value};

use crate::desktop_theme::bus;
use crate::support::screen::{Running, gatewatch, missing, output, quit, screen, window};
use crate::support::wait::{TIMEOUT, until};
use crate::support::{FakeGateway, ok, saved_gateway, skip, status, webdev_json};

const SERVICE: &str = "org.freedesktop.Notifications";

/// A notification, as the service gets it.
#[derive(Debug)]
struct Notification {
    app: String,
    replaces: u32,
    title: String,
    body: String,
    urgency: u8,
    id: u32,
}

/// The service. The ids of notifications count from 1.
struct Service {
    caught: SyncSender<Notification>,
    /// Receives the ids of notifications that are closed.
    closed: SyncSender<u32>,
    last_id: u32,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Service {
    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned(), "body-markup".to_owned()]
    }

    #[expect(clippy::too_many_arguments, reason = "the specification says so")]
    fn notify(
        &mut self,
        app: String,
        replaces: u32,
        _icon: String,
        title: String,
        body: String,
        _actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        _time: i32,
    ) -> u32 {
        assert_eq!(hints.get("desktop-entry").map(|value| &**value), Some(&Value::from("gatewatch")));
        let urgency = hints.get("urgency").and_then(|value| u8::try_from(value).ok()).unwrap();
        self.last_id += 1;
        let id = if replaces == 0 { self.last_id } else { replaces };
        self.caught.send(Notification { app, replaces, title, body, urgency, id }).unwrap();
        id
    }

    fn close_notification(&self, id: u32) {
        self.closed.send(id).unwrap();
    }
}

/// A gateway whose response can be changed.
fn gateway(rows: &[String]) -> (FakeGateway, Arc<Mutex<Option<Vec<String>>>>) {
    let shown = Arc::new(Mutex::new(Some(rows.to_vec())));
    let rows = shown.clone();
    let gateway = FakeGateway::new(move |request, stream| {
        let rows = rows.lock().unwrap().clone();
        let response = match (request.path(), rows) {
            ("/system/webdev/gatewatch/sessions", Some(rows)) => {
                ok(&webdev_json(&rows.iter().map(String::as_str).collect::<Vec<_>>()))
            }
            (_, Some(_)) => status("404 Not Found", ""),
            (_, None) => status("503 Service Unavailable", ""),
        };
        let _closed = stream.write_all(&response);
    });
    (gateway, shown)
}

fn session(user: &str, id: usize) -> String {
    format!(r#""{user}","Packaging","10.2.0.9",false,"{id}",1795365700123"#)
}

/// The program's window, with a bus that has a service for notifications.
struct Desktop {
    caught: Receiver<Notification>,
    closed: Receiver<u32>,
    display: String,
    program: Running,
    /// The service, its bus and the screen, which end with this.
    others: (Connection, Running, Running),
}

impl Desktop {
    /// Opens the window with these settings; `None` if the tools are missing, which it reports.
    fn open(folder: &Path, config: &str) -> Option<Self> {
        Self::open_with(folder, config, SERVICE)
    }

    /// Opens the window on a bus with a service of this name.
    fn open_with(folder: &Path, config: &str, name: &'static str) -> Option<Self> {
        let missing = missing(&["Xvfb", "xdotool", "dbus-daemon"]);
        if !missing.is_empty() {
            skip("notifications on the desktop", &missing.join(", "));
            return None;
        }
        std::fs::write(folder.join("config.toml"), config).unwrap();
        let (daemon, address) = bus(folder);
        let (sender, caught) = sync_channel(1_000);
        let (close, closed) = sync_channel(1_000);
        let service = Service { caught: sender, closed: close, last_id: 0 };
        let builder = connection::Builder::address(&*address).unwrap();
        let builder = builder.name(name).unwrap();
        let service = builder.serve_at("/org/freedesktop/Notifications", service).unwrap().build().unwrap();
        let (xvfb, display) = screen();
        let mut command = gatewatch(&display, folder);
        command.args(["Plant", "--log", "warn"]).env("DBUS_SESSION_BUS_ADDRESS", &address);
        let mut program = Running(command.spawn().unwrap());
        let window = window(&display, &mut program);
        output(&display, "xdotool", &["windowfocus", "--sync", &window]).unwrap();
        Some(Self { caught, closed, display, program, others: (service, daemon, xvfb) })
    }

    fn next(&self) -> Notification {
        self.caught.recv_timeout(TIMEOUT).unwrap()
    }

    /// Closes the window. Returns the notifications that are left.
    fn close(mut self) -> Vec<Notification> {
        quit(&self.display, &mut self.program);
        drop(self.others);
        self.caught.try_iter().collect()
    }
}

#[test]
fn rules_of_the_window_notify_and_say_when_it_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, rows) = gateway(&[session("<b>anna", 1)]);
    let config = [
        "refresh_secs = 1\n".to_owned(),
        saved_gateway("Plant", &gateway.url, ""),
        "\n[[alert]]\nname = \"Twice\"\nwhen = \"signed-in-twice\"\nsend_resolved = true\n".to_owned(),
        "\n[[alert]]\nname = \"Quiet\"\nwhen = \"signed-in-twice\"\nnotify = false\n".to_owned(),
        "\n[[alert]]\nname = \"Down\"\nwhen = \"unreachable\"\nsend_resolved = false\n".to_owned(),
    ];
    let Some(desktop) = Desktop::open(folder.path(), &config.concat()) else { return };
    *rows.lock().unwrap() = Some(vec![session("<b>anna", 1), session("<b>anna", 2)]);
    let first = desktop.next();
    assert_eq!((&*first.app, &*first.title, first.replaces, first.urgency), ("Gatewatch", "Twice", 0, 1));
    assert_eq!(first.body, "&lt;b&gt;anna is signed in to Packaging 2 times on Plant");
    *rows.lock().unwrap() = Some(vec![session("<b>anna", 1)]);
    let end = desktop.next();
    assert_eq!((&*end.title, end.replaces), ("Twice", first.id));
    assert!(end.body.starts_with("Resolved after "), "{}", end.body);
    *rows.lock().unwrap() = None;
    let down = desktop.next();
    assert_eq!((&*down.title, down.replaces, down.urgency), ("Down", 0, 2));
    assert!(down.body.starts_with("Plant can't be reached: "), "{}", down.body);
    assert_eq!(desktop.close().len(), 0);
}

#[test]
fn notification_about_what_is_over_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, rows) = gateway(&[]);
    let config = [
        "refresh_secs = 1\n".to_owned(),
        saved_gateway("Plant", &gateway.url, ""),
        "\n[[alert]]\nname = \"Twice\"\nwhen = \"signed-in-twice\"\nsend_resolved = true\n".to_owned(),
    ];
    let Some(desktop) = Desktop::open(folder.path(), &config.concat()) else { return };
    let of_user = |user: usize, count: usize| {
        (0..count).map(move |index| session(&format!("user{user}"), 2 * user + index))
    };
    let sessions = |counts: [usize; 5]| {
        Some((0..5).zip(counts).flat_map(|(user, count)| of_user(user, count)).collect::<Vec<_>>())
    };
    // One notification about all of them.
    *rows.lock().unwrap() = sessions([2; 5]);
    let all = desktop.next();
    assert!(all.title == "Twice" && all.body.contains("user0"), "{all:?}");
    *rows.lock().unwrap() = sessions([1; 5]);
    let end = desktop.next();
    assert_eq!((&*end.title, end.replaces), ("Twice", 0));
    assert_eq!(desktop.closed.recv_timeout(TIMEOUT), Ok(all.id));
    assert_eq!(desktop.close().len(), 0);
}

#[test]
fn many_logins_at_once_are_one_notification() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, rows) = gateway(&[]);
    let config = [
        "refresh_secs = 1\n".to_owned(),
        saved_gateway("Plant", &gateway.url, ""),
        "\n[[alert]]\nname = \"Logins\"\nwhen = \"arrives\"\n".to_owned(),
    ];
    let Some(desktop) = Desktop::open(folder.path(), &config.concat()) else { return };
    // The first list is a baseline.
    let lists = || gateway.paths().iter().filter(|path| path.ends_with("sessions")).count();
    // The second request is sent after the first list was read.
    until("the first list", || (lists() >= 2).then_some(()));
    let sessions = (0..500).map(|index| session(&format!("user{index}"), index));
    *rows.lock().unwrap() = Some(sessions.collect());
    let summary = desktop.next();
    assert_eq!(summary.title, "Logins");
    assert_eq!(summary.body, "500 sessions arrived on Plant: user0, user1, user10 and 497 more");
    assert_eq!(desktop.close().len(), 0);
}

#[test]
fn missing_service_is_reported_once() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, rows) = gateway(&[]);
    let out = folder.path().join("out");
    let config = [
        "refresh_secs = 1\n".to_owned(),
        saved_gateway("Plant", &gateway.url, ""),
        "\n[[alert]]\nname = \"Busy\"\nwhen = \"count-above\"\nlimit = 0\n".to_owned(),
        format!("command = ['sh', '-c', 'cat >> {}']\n", out.display()),
    ];
    let Some(mut desktop) = Desktop::open_with(folder.path(), &config.concat(), "org.example.Other") else {
        return;
    };
    let sent = |count| {
        let text = std::fs::read_to_string(&out).unwrap_or_default();
        (text.lines().count() == count).then_some(())
    };
    *rows.lock().unwrap() = Some(vec![session("anna", 1)]);
    until("an alert", || sent(1));
    *rows.lock().unwrap() = Some(Vec::new());
    until("its end", || sent(2));
    quit(&desktop.display, &mut desktop.program);
    let mut log = String::new();
    desktop.program.0.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert_eq!(log.matches("can't show notifications").count(), 1, "{log}");
}
