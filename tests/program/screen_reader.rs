//! The window as a screen reader finds it: the table with its rows and cells, what is selected, where the focus is, how
//! the table is sorted. Not what the program hands out, but what arrives at the other end of AT-SPI.
//!
//! On a screen in memory and a D-Bus of its own, so that neither the user's session nor its settings are touched.
//! Needs Xvfb, xdotool, dbus-daemon, the AT-SPI services and their Python bindings; on Debian the packages xvfb,
//! xdotool, dbus-daemon, at-spi2-core, python3-gi and gir1.2-atspi-2.0. Without them it is skipped with one visible
//! line; with `CI=true` it fails instead.

use std::fmt;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::screen::{
    PATIENCE, Running, first_line, gatewatch, missing, output, quit, screen, until, window,
};
use tempfile::TempDir;

/// Says how the bus of a session starts the one for accessibility.
const SERVICE: &str = "/usr/share/dbus-1/services/org.a11y.Bus.service";

/// The columns, as they are called aloud.
const TITLES: [&str; 6] = ["Username", "Project", "Address", "Designer", "Client ID", "Created"];

/// A Python with the bindings. The system's own first: another one in `PATH` often lacks its modules.
fn python() -> Option<&'static str> {
    let has_bindings = |python: &&str| {
        let mut command = Command::new(python);
        command.args(["-c", "import gi; gi.require_version('Atspi', '2.0')"]).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    ["/usr/bin/python3", "python3"].into_iter().find(has_bindings)
}

/// A session's D-Bus of which nobody else knows.
///
/// What it starts, the bus for accessibility and the registry on that, ends when it ends.
struct Bus {
    address: String,
    _daemon: Running,
    home: TempDir,
}

impl Bus {
    /// For programs on this display.
    fn new(display: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let services = home.path().join("services");
        std::fs::create_dir(&services).unwrap();
        // Nothing else can be started here: no portal, no store of settings or of secrets.
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
            Self::at_home(home.path(), &mut daemon)
                // The bus for accessibility leaves its address on the screen, too.
                .env("DISPLAY", display)
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap(),
        );
        let address = first_line(&mut daemon.0);
        Self { address, _daemon: daemon, home }
    }

    /// Keeps what a program leaves behind, sockets and settings, in this folder.
    fn at_home<'a>(home: &Path, command: &'a mut Command) -> &'a mut Command {
        command
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", home)
            // Whether a screen reader is in use is otherwise written to the user's settings.
            .env("GSETTINGS_BACKEND", "memory")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("AT_SPI_BUS_ADDRESS")
            .env_remove("WAYLAND_DISPLAY")
    }

    /// Lets a program speak on this bus.
    fn join<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.address).env_remove("AT_SPI_BUS_ADDRESS")
    }
}

/// One accessible, as it arrived.
#[derive(Clone, Debug)]
struct Accessible {
    depth: usize,
    role: String,
    name: String,
    states: Vec<String>,
    description: String,
    attributes: Vec<String>,
    /// Left, top, width and height in the window.
    place: Option<[i32; 4]>,
}

impl Accessible {
    fn read(line: &str) -> Self {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let [depth, role, name, states, description, attributes, place] =
            line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let place: Vec<i32> = place.split_whitespace().map(|number| number.parse().unwrap()).collect();
        Self {
            depth: depth.parse().unwrap(),
            role: role.to_owned(),
            name: name.to_owned(),
            states: words(states),
            description: description.to_owned(),
            attributes: words(attributes),
            place: place.try_into().ok(),
        }
    }

    fn is(&self, state: &str) -> bool {
        self.states.iter().any(|it| it == state)
    }
}

/// A screen reader that can be asked.
struct Reader {
    _python: Running,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Reader {
    fn new(python: &str, bus: &Bus, display: &str) -> Self {
        let mut command = Command::new(python);
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/screen_reader.py"));
        Bus::at_home(bus.home.path(), &mut command).env("DISPLAY", display);
        let child = bus.join(&mut command).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut python = Running(child);
        let stdin = python.0.stdin.take().unwrap();
        let stdout = BufReader::new(python.0.stdout.take().unwrap());
        let mut reader = Self { _python: python, stdin, stdout };
        // It answers once it has switched accessibility on.
        reader.ask("focused");
        reader
    }

    fn ask(&mut self, command: &str) -> Vec<String> {
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
        assert_eq!(self.ask(&format!("click {role} {name}")), ["done"], "a click on the {role} {name:?}");
    }

    /// The roles of what has taken the focus since this was asked last.
    fn focused(&mut self) -> Vec<String> {
        self.ask("focused").iter().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
    }

    fn window(&mut self) -> Window {
        Window(self.ask("dump").iter().map(|line| Accessible::read(line)).collect())
    }

    /// CellStyle at the window again and again until there is something to find.
    fn until<T>(&mut self, what: &str, mut look: impl FnMut(&Window) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            let window = self.window();
            if let Some(found) = look(&window) {
                return found;
            }
            assert!(Instant::now() < end, "never found: {what}; at last there was {window}");
            // Leaves the processor to the program.
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// A row of the table.
struct Row<'a> {
    itself: &'a Accessible,
    /// Everything in it; what is in a cell follows it.
    inside: &'a [Accessible],
}

impl<'a> Row<'a> {
    fn cells(&self) -> impl Iterator<Item = &'a Accessible> {
        self.inside.iter().filter(|it| matches!(it.role.as_str(), "table-cell" | "column-header"))
    }

    fn roles(&self) -> Vec<&'a str> {
        self.cells().map(|cell| cell.role.as_str()).collect()
    }

    fn names(&self) -> Vec<&'a str> {
        self.cells().map(|cell| cell.name.as_str()).collect()
    }

    /// The middle of the first thing in it that says where it is.
    fn middle(&self) -> Option<(i32, i32)> {
        let mut places = self.inside.iter().filter_map(|it| it.place);
        let [left, top, width, height] = places.find(|[.., width, _]| *width > 0)?;
        Some((left + width / 2, top + height / 2))
    }

    /// Whether the row or something in it has the focus.
    fn is_focused(&self) -> bool {
        self.itself.is("focused") || self.inside.iter().any(|it| it.is("focused"))
    }
}

/// All accessibles, parents before their children.
#[derive(Clone)]
struct Window(Vec<Accessible>);

impl Window {
    /// What is in the table; nothing where there is no table.
    fn table(&self) -> &[Accessible] {
        let table = self.0.iter().position(|it| it.role == "table" && it.name == "Sessions");
        table.map_or(&[], |table| inside(&self.0, table))
    }

    /// The rows of the table; the first is that of the titles.
    fn rows(&self) -> Vec<Row<'_>> {
        let table = self.table();
        let rows = (0..table.len()).filter(|row| table[*row].role == "table-row");
        rows.map(|row| Row { itself: &table[row], inside: inside(table, row) }).collect()
    }

    /// The rows but for that of the titles.
    fn sessions(&self) -> Vec<Row<'_>> {
        self.rows().into_iter().skip(1).collect()
    }

    /// Which session is selected, if it is only one.
    fn selected(&self) -> Option<usize> {
        let sessions = self.sessions();
        let mut selected = (0..sessions.len()).filter(|row| sessions[*row].itself.is("selected"));
        selected.next().filter(|_| selected.next().is_none())
    }

    /// What is said beside each title.
    fn remarks(&self) -> Vec<String> {
        let remark = |title: &Accessible| format!("{} {}", title.description, title.attributes.join(" "));
        self.rows().first().map_or(Vec::new(), |titles| titles.cells().map(remark).collect())
    }

    /// The one title that the table is sorted by, and what is said about it.
    fn order(&self) -> Option<(usize, String)> {
        let sorted = |(_, remark): &(usize, String)| remark.contains("scending");
        let mut remarks = self.remarks().into_iter().enumerate().filter(sorted);
        remarks.next().filter(|_| remarks.next().is_none())
    }
}

/// What is in the accessible at `index`, however deep.
fn inside(all: &[Accessible], index: usize) -> &[Accessible] {
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

#[test]
fn a_screen_reader_finds_the_rows_the_selection_and_the_order() {
    let mut missing = missing(&["Xvfb", "xdotool", "dbus-daemon"]);
    if !Path::new(SERVICE).is_file() {
        missing.push("the services of AT-SPI");
    }
    let python = python();
    if python.is_none() {
        missing.push("the Python bindings of AT-SPI");
    }
    let (Some(python), []) = (python, missing.as_slice()) else {
        crate::support::skip("the screen reader", &missing.join(", "));
        return;
    };

    let config = tempfile::tempdir().unwrap();
    let (_xvfb, display) = screen();
    let bus = Bus::new(&display);
    let mut reader = Reader::new(python, &bus, &display);
    let mut program = Running(bus.join(&mut gatewatch(&display, config.path())).spawn().unwrap());
    let number = window(&display, &mut program);
    output(&display, "xdotool", &["windowfocus", "--sync", &number]).unwrap();
    let active = |window: &Window| window.0.iter().any(|it| it.role == "frame" && it.is("active"));
    reader.until("an active window", |window| active(window).then_some(()));

    // The sessions come a moment after the window, and may change while they are read.
    let whole = |row: &Row<'_>| row.cells().count() == TITLES.len();
    let shown = reader.until("a table of ten sessions", |window| {
        let sessions = window.sessions();
        (sessions.len() >= 10 && sessions.iter().all(whole)).then(|| window.clone())
    });
    let rows = shown.rows();
    let [titles, sessions @ ..] = rows.as_slice() else { panic!("no rows in {shown}") };
    assert_eq!(titles.roles(), ["column-header"; TITLES.len()], "{shown}");
    assert_eq!(titles.names(), TITLES, "{shown}");
    for session in sessions {
        assert_eq!(session.roles(), ["table-cell"; TITLES.len()], "{shown}");
        let [user, project, address, _designer, client, created] = session.names()[..] else {
            unreachable!()
        };
        assert!([user, project, address, client, created].iter().all(|text| !text.is_empty()), "{shown}");
    }

    // Into the table with the mouse, and on with the keyboard: what is selected is where the focus is.
    let (x, y) = sessions[0].middle().expect("nothing in the row says where it is");
    let (x, y) = (x.to_string(), y.to_string());
    output(&display, "xdotool", &["mousemove", "--window", &number, &x, &y, "click", "1"]).unwrap();
    let entered = |window: &Window| window.rows().iter().any(Row::is_focused);
    let before =
        reader.until("the focus in a row of the table", |window| entered(window).then(|| window.selected()));
    reader.focused();
    output(&display, "xdotool", &["key", "Down"]).unwrap();
    reader.until("another selected session with the focus", |window| {
        let selected = window.selected().filter(|row| Some(*row) != before)?;
        window.sessions()[selected].is_focused().then_some(())
    });
    // A state of whose change nothing is heard is not read aloud.
    let in_table = |role: &String| matches!(role.as_str(), "table-row" | "table-cell");
    until("word of the focus", || reader.focused().iter().any(in_table).then_some(()));

    // What the arrows in the titles show must be said, too.
    reader.click("column-header", TITLES[0]);
    let first = |window: &Window| window.order().filter(|(title, _)| *title == 0).map(|(_, remark)| remark);
    let up = reader.until("the order", first);
    assert!(up.contains("ascending"), "{up}");
    reader.click("column-header", TITLES[0]);
    reader.until("the order reversed", |window| first(window).filter(|remark| remark.contains("descending")));

    quit(&display, &mut program);
}
