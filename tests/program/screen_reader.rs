//! The window in a screen reader: the rows and cells of the table, the selection, the focus and the sort. Reads them as a
//! client of AT-SPI.
//!
//! Runs on a virtual screen and a private D-Bus, so that it changes neither the user's session nor their settings. Needs
//! Xvfb, xdotool, dbus-daemon, the AT-SPI services and their Python bindings; on Debian the packages xvfb, xdotool,
//! dbus-daemon, at-spi2-core, python3-gi and gir1.2-atspi-2.0. Skipped without them; with `CI=true` it fails instead.

use std::fmt;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::screen::{Running, first_line, gatewatch, missing, output, quit, screen, window};
use crate::support::wait::{TIMEOUT, until};
use crate::support::{FakeGateway, ok, webdev_json};
use tempfile::TempDir;

/// The file with which a session bus starts the accessibility bus.
const SERVICE: &str = "/usr/share/dbus-1/services/org.a11y.Bus.service";

/// The sessions of the gateway.
const SESSIONS: usize = 12;

/// The titles of the columns, as they are read aloud.
const TITLES: [&str; 6] = ["Username", "Project", "Address", "Designer", "Client ID", "Created"];

/// Returns a Python with the bindings. Tries the system's first: another one in `PATH` often lacks its modules.
fn python() -> Option<&'static str> {
    let has_bindings = |python: &&str| {
        let mut command = Command::new(python);
        command.args(["-c", "import gi; gi.require_version('Atspi', '2.0')"]).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    ["/usr/bin/python3", "python3"].into_iter().find(has_bindings)
}

/// A private session bus. The accessibility bus that it starts ends with it.
struct Bus {
    address: String,
    _daemon: Running,
    home: TempDir,
}

impl Bus {
    /// Starts a bus for programs on a display.
    fn new(display: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let services = home.path().join("services");
        std::fs::create_dir(&services).unwrap();
        // No other service can be started: no portal, no settings, no keyring.
        std::fs::copy(SERVICE, services.join("org.a11y.Bus.service")).unwrap();
        let config = home.path().join("bus.conf");
        let (folder, services) = (home.path().display(), services.display());
        let text = format!(
            r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
                "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig>
                <type>session</type>
                <listen>unix:dir={folder}</listen>
                <auth>EXTERNAL</auth>
                <servicedir>{services}</servicedir>
                <policy context="default">
                    <allow send_destination="*" eavesdrop="true"/>
                    <allow eavesdrop="true"/>
                    <allow own="*"/>
                </policy>
            </busconfig>"#
        );
        std::fs::write(&config, text).unwrap();
        let mut daemon = Command::new("dbus-daemon");
        daemon.arg("--config-file").arg(&config).args(["--nofork", "--print-address=1"]);
        let mut daemon = Running(
            Self::with_home(home.path(), &mut daemon)
                // The accessibility bus also stores its address on the screen.
                .env("DISPLAY", display)
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap(),
        );
        let address = first_line(&mut daemon.0);
        Self { address, _daemon: daemon, home }
    }

    /// Keeps the files of a program, such as sockets and settings, in `home`.
    fn with_home<'a>(home: &Path, command: &'a mut Command) -> &'a mut Command {
        command
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", home)
            // Switching accessibility on would otherwise change the user's settings.
            .env("GSETTINGS_BACKEND", "memory")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("AT_SPI_BUS_ADDRESS")
            .env_remove("WAYLAND_DISPLAY")
    }

    /// Connects a program to this bus.
    fn connect<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.address).env_remove("AT_SPI_BUS_ADDRESS")
    }
}

/// An accessible object as the screen reader prints it.
#[derive(Clone, PartialEq)]
struct Accessible {
    depth: usize,
    role: String,
    name: String,
    states: Vec<String>,
    description: String,
    attributes: Vec<String>,
    /// Left, top, width and height in the window, in pixels.
    extents: Option<[i32; 4]>,
}

impl Accessible {
    fn parse(line: &str) -> Self {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let [depth, role, name, states, description, attributes, extents] =
            line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let extents: Vec<i32> = extents.split_whitespace().map(|number| number.parse().unwrap()).collect();
        Self {
            depth: depth.parse().unwrap(),
            role: role.to_owned(),
            name: name.to_owned(),
            states: words(states),
            description: description.to_owned(),
            attributes: words(attributes),
            extents: extents.try_into().ok(),
        }
    }

    fn has(&self, state: &str) -> bool {
        self.states.iter().any(|held| held == state)
    }
}

/// A running screen reader.
struct Reader {
    _python: Running,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Reader {
    fn new(python: &str, bus: &Bus, display: &str) -> Self {
        let mut command = Command::new(python);
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/screen_reader.py"));
        Bus::with_home(bus.home.path(), &mut command).env("DISPLAY", display);
        let child = bus.connect(&mut command).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut python = Running(child);
        let stdin = python.0.stdin.take().unwrap();
        let stdout = BufReader::new(python.0.stdout.take().unwrap());
        let mut reader = Self { _python: python, stdin, stdout };
        // The first response comes after accessibility is switched on.
        reader.run("focused");
        reader
    }

    /// Runs a command, and returns the lines of its response.
    fn run(&mut self, command: &str) -> Vec<String> {
        writeln!(self.stdin, "{command}").unwrap();
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            self.stdout.read_line(&mut line).unwrap();
            assert!(line.ends_with('\n'), "the screen reader ended at {command:?}");
            match line.trim_end_matches('\n') {
                "" => return lines,
                line => lines.push(line.to_owned()),
            }
        }
    }

    fn click(&mut self, role: &str, name: &str) {
        let command = format!("click {role} {name}");
        until(&command, || (self.run(&command) == ["done"]).then_some(()));
    }

    /// Returns the roles of the accessibles that took the focus since the last call.
    fn focused(&mut self) -> Vec<String> {
        self.run("focused").iter().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
    }

    fn window(&mut self) -> Window {
        Window(self.run("dump").iter().map(|line| Accessible::parse(line)).collect())
    }

    /// Reads the window until `look` returns something.
    fn until<T>(&mut self, what: &str, mut look: impl FnMut(&Window) -> Option<T>) -> T {
        let end = Instant::now() + TIMEOUT;
        loop {
            let window = self.window();
            if let Some(found) = look(&window) {
                return found;
            }
            assert!(Instant::now() < end, "timed out waiting for {what}; last: {window}");
            // Leaves the CPU to the program.
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// A row of the table.
struct Row<'a> {
    row: &'a Accessible,
    /// All accessibles in the row. The content of a cell follows the cell.
    content: &'a [Accessible],
}

impl<'a> Row<'a> {
    fn cells(&self) -> impl Iterator<Item = &'a Accessible> {
        self.content.iter().filter(|it| matches!(it.role.as_str(), "table-cell" | "column-header"))
    }

    fn roles(&self) -> Vec<&'a str> {
        self.cells().map(|cell| cell.role.as_str()).collect()
    }

    fn names(&self) -> Vec<&'a str> {
        self.cells().map(|cell| cell.name.as_str()).collect()
    }

    /// Returns the middle of the first accessible in the row that has an extent.
    fn middle(&self) -> Option<(i32, i32)> {
        let mut extents = self.content.iter().filter_map(|it| it.extents);
        let [left, top, width, height] = extents.find(|[.., width, _]| *width > 0)?;
        Some((left + width / 2, top + height / 2))
    }

    /// Returns `true` if the row or its content has the focus.
    fn is_focused(&self) -> bool {
        self.row.has("focused") || self.content.iter().any(|it| it.has("focused"))
    }
}

/// All accessibles, parents before their children.
#[derive(Clone, PartialEq)]
struct Window(Vec<Accessible>);

impl Window {
    /// Returns the content of the table; nothing without a table.
    fn table(&self) -> &[Accessible] {
        let table = self.0.iter().position(|it| it.role == "table" && it.name == "Sessions");
        table.map_or(&[], |table| content(&self.0, table))
    }

    /// Returns the rows of the table; the first one has the titles.
    fn rows(&self) -> Vec<Row<'_>> {
        let table = self.table();
        let rows = (0..table.len()).filter(|row| table[*row].role == "table-row");
        rows.map(|row| Row { row: &table[row], content: content(table, row) }).collect()
    }

    /// Returns the rows of the sessions.
    fn sessions(&self) -> Vec<Row<'_>> {
        self.rows().into_iter().skip(1).collect()
    }

    /// Returns `true` if this session is the only selected one and has the focus.
    fn is_current(&self, session: usize) -> bool {
        let sessions = self.sessions();
        let selected: Vec<usize> =
            (0..sessions.len()).filter(|at| sessions[*at].row.has("selected")).collect();
        selected == [session] && sessions[session].is_focused()
    }

    /// Returns the column that the table is sorted by, and its description; `None` unless there is exactly one.
    fn order(&self) -> Option<(usize, String)> {
        let rows = self.rows();
        let mut sorted = rows
            .first()?
            .cells()
            .map(|title| format!("{} {}", title.description, title.attributes.join(" ")))
            .enumerate()
            .filter(|(_, description)| description.contains("scending"));
        sorted.next().filter(|_| sorted.next().is_none())
    }
}

/// Returns everything in the accessible at `index`, at any depth.
fn content(all: &[Accessible], index: usize) -> &[Accessible] {
    let rest = &all[index + 1..];
    let end = rest.iter().position(|it| it.depth <= all[index].depth);
    &rest[..end.unwrap_or(rest.len())]
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Accessible { depth, role, name, states, description, attributes, .. } in &self.0 {
            let (indent, states, attributes) = (2 * depth, states.join(" "), attributes.join(" "));
            write!(f, "\n{:indent$}{role} {name:?} [{states}] {description:?} {attributes}", "")?;
        }
        Ok(())
    }
}

/// A gateway whose sessions never change.
fn still_gateway() -> FakeGateway {
    let session = |n: usize| format!(r#""user{n}","Boiler","10.2.0.{n}",false,"ID{n}",1795365700123"#);
    let sessions: Vec<String> = (10..10 + SESSIONS).map(session).collect();
    FakeGateway::gateway("8.1.44", ok(&webdev_json(&sessions.iter().map(String::as_str).collect::<Vec<_>>())))
}

#[test]
fn reads_rows_selection_focus_and_sort() {
    let mut missing = missing(&["Xvfb", "xdotool", "dbus-daemon"]);
    if !Path::new(SERVICE).is_file() {
        missing.push("the AT-SPI services");
    }
    let python = python();
    if python.is_none() {
        missing.push("the Python bindings of AT-SPI");
    }
    let (Some(python), []) = (python, missing.as_slice()) else {
        crate::support::skip("the screen reader", &missing.join(", "));
        return;
    };

    // Read once: no row moves between reading its position and clicking it.
    let gateway = still_gateway();
    let config = tempfile::tempdir().unwrap();
    std::fs::write(config.path().join("config.toml"), "refresh_secs = 0\n").unwrap();
    let (_xvfb, display) = screen();
    let bus = Bus::new(&display);
    let mut reader = Reader::new(python, &bus, &display);
    let mut command = gatewatch(&display, config.path());
    let mut program = Running(bus.connect(&mut command).arg(&gateway.url).spawn().unwrap());
    let number = window(&display, &mut program);
    output(&display, "xdotool", &["windowfocus", "--sync", &number]).unwrap();
    let is_active = |window: &Window| window.0.iter().any(|it| it.role == "frame" && it.has("active"));
    reader.until("an active window", |window| is_active(window).then_some(()));

    // The layout settles within a few frames after the sessions arrive.
    let mut before = None;
    let shown = reader.until("all sessions, twice at the same positions", |window| {
        let is_settled = window.sessions().len() == SESSIONS && before.as_ref() == Some(window);
        before = Some(window.clone());
        is_settled.then(|| window.clone())
    });
    let rows = shown.rows();
    let [titles, sessions @ ..] = rows.as_slice() else { panic!("no rows in {shown}") };
    assert_eq!(titles.roles(), ["column-header"; TITLES.len()], "{shown}");
    assert_eq!(titles.names(), TITLES, "{shown}");
    for (n, session) in (10..).zip(sessions) {
        assert_eq!(session.roles(), ["table-cell"; TITLES.len()], "{shown}");
        let [user, project, address, _designer, client, created] = session.names()[..] else {
            unreachable!()
        };
        let expected = [format!("user{n}"), "Boiler".to_owned(), format!("10.2.0.{n}"), format!("ID{n}")];
        assert_eq!([user, project, address, client], expected.each_ref().map(String::as_str), "{shown}");
        assert!(!created.is_empty(), "{shown}");
    }

    // A click focuses the first session; a key moves the focus with the selection.
    let (x, y) = sessions[0].middle().expect("a row without a position");
    let (x, y) = (x.to_string(), y.to_string());
    output(&display, "xdotool", &["mousemove", "--window", &number, &x, &y, "click", "1"]).unwrap();
    reader.until("the focus in the first session", |window| window.is_current(0).then_some(()));
    reader.focused();
    output(&display, "xdotool", &["key", "Down"]).unwrap();
    reader.until("the focus in the second session", |window| window.is_current(1).then_some(()));
    // A state is only read aloud if its change is reported.
    let in_table = |role: &String| matches!(role.as_str(), "table-row" | "table-cell");
    until("a report of the focus", || reader.focused().iter().any(in_table).then_some(()));

    // The arrows in the titles are read aloud, too.
    for direction in ["ascending", "descending"] {
        reader.click("column-header", TITLES[0]);
        let is_sorted =
            |(title, description): &(usize, String)| *title == 0 && description.contains(direction);
        reader.until(direction, |window| window.order().filter(is_sorted));
    }

    quit(&display, &mut program);
}
