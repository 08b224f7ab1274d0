//! The history of users: their sessions in the details, and the time at which they were on last.

use std::path::Path;
use std::time::SystemTime;

use crate::painted;
use crate::support::window::{Window, plant, retype, start_on};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use gatewatch::display::{Clock, DateStyle};
use gatewatch::gateway::Profile;
use gatewatch::history::{History, Location};
use gatewatch::ui::Start;
use rusqlite::{Connection, params};

const MINUTE_MS: i64 = 60_000;
pub(crate) const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

/// A history of one node, written as a recorder would.
pub(crate) struct StoredHistory {
    connection: Connection,
    pub(crate) location: Location,
    /// The name of the gateway.
    pub(crate) gateway: String,
    pub(crate) now: i64,
}

impl StoredHistory {
    /// Creates a history of the gateway at this address.
    pub(crate) fn new(folder: &Path, url: &str) -> Self {
        let path = folder.join("history.db");
        let location = Location::File(path.clone());
        drop(History::create(&location).unwrap());
        let connection = Connection::open(path).unwrap();
        let profile = Profile::from_address(url).unwrap();
        let node = profile.nodes()[0].to_string();
        let names = params![node, profile.name];
        connection.execute("INSERT INTO node (id, url, gateway) VALUES (1, ?1, ?2)", names).unwrap();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let now = i64::try_from(now.as_millis()).unwrap();
        Self { connection, location, gateway: profile.name, now }
    }

    /// Adds a time in which the node was watched. All times are before now, in milliseconds.
    pub(crate) fn watch(&self, from: i64, to: i64) {
        let sql = r#"INSERT INTO coverage (node, observer, "from", "to", every, is_open) VALUES (1, 'test', ?1, ?2, 5000, 0)"#;
        self.connection.execute(sql, [self.now - from, self.now - to]).unwrap();
    }

    fn text(&self, text: &str) -> i64 {
        let add = "INSERT INTO text (value) VALUES (?1) ON CONFLICT DO NOTHING";
        self.connection.execute(add, [text]).unwrap();
        let find = "SELECT id FROM text WHERE value = ?1";
        self.connection.query_row(find, [text], |row| row.get(0)).unwrap()
    }

    /// Adds a session that was seen from one time to another one, and was missed at a third one.
    pub(crate) fn session(&self, user: &str, address: &str, [from, to, missed]: [i64; 3]) {
        let [from, to, missed] = [from, to, missed].map(|before| self.now - before);
        let [user, project, address] = [user, "Boiler", address].map(|text| self.text(text));
        let seconds = ((missed - from) / 1_000).unsigned_abs();
        let class = u64::BITS - seconds.leading_zeros();
        let client = format!("OLD{from}");
        self.connection
            .execute(
                r#"INSERT INTO session (node, "user", project, address, designer, kind, client, started, first_seen, last_seen,
                    missed_at, dc) VALUES (1, ?1, ?2, ?3, 0, 0, ?4, ?5, ?5, ?6, ?7, ?8)"#,
                params![user, project, address, client, from, to, missed, class],
            )
            .unwrap();
    }

    /// Stores the node with another name of its gateway.
    fn rename(&self, gateway: &str) {
        self.connection.execute("UPDATE node SET gateway = ?1", [gateway]).unwrap();
    }

    /// Adds a time in which the node couldn't be read.
    pub(crate) fn outage(&self, from: i64, to: i64) {
        let sql = "INSERT INTO event (node, kind, earliest, time, last_failed, back_at, is_open) VALUES (1, 0, ?1, ?1, ?2, ?2, 0)";
        self.connection.execute(sql, [self.now - from, self.now - to]).unwrap();
    }

    pub(crate) fn clock(&self) -> Clock {
        Clock::new(DateStyle::Local, None, self.now)
    }
}

fn open(history: &StoredHistory, url: &str) -> Window {
    let mut window = Window::open(Start { history: Some(history.location.clone()), ..start_on(url) });
    window.until_text("6 of 6 sessions");
    window
}

#[test]
fn details_list_the_sessions_of_the_user_in_the_last_days() {
    let (folder, plant) = (tempfile::tempdir().unwrap(), plant());
    let history = StoredHistory::new(folder.path(), &plant.url);
    // Days in the middle of the week that is shown, so that the test can run at any time.
    let [begin, end] = [3 * DAY_MS, 3 * DAY_MS - 10 * MINUTE_MS];
    history.watch(30 * DAY_MS, 4 * DAY_MS);
    history.watch(3 * DAY_MS + HOUR_MS, 2 * DAY_MS);
    history.session("anna", "hmi-3", [begin, end, end - 5_000]);
    history.session("anna", "hmi-4", [5 * DAY_MS, 4 * DAY_MS + HOUR_MS, 3 * DAY_MS + HOUR_MS]);
    history.session("anna", "hmi-5", [20 * DAY_MS, 19 * DAY_MS, 19 * DAY_MS - 5_000]);
    history.session("billy", "hmi-6", [3 * DAY_MS, 2 * DAY_MS + HOUR_MS, 2 * DAY_MS + HOUR_MS - 5_000]);
    let clock = history.clock();
    let minute = |before: i64| clock.minute(history.now - before);
    let until = |from: i64, to: i64| clock.end_minute(history.now - from, history.now - to);

    let mut window = open(&history, &plant.url);
    // anna
    window.click_cell("Username", 1, Modifiers::NONE);
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("This user, last 7 days");
    let left = format!("{} – {} on hmi-3", minute(begin), until(begin, end));
    window.until_text(&format!("Show in the table: {left}"));
    let seen = 4 * DAY_MS + HOUR_MS;
    let remark = format!("left between {} and {}", minute(seen), until(seen, 3 * DAY_MS + HOUR_MS));
    assert!(window.has(&remark), "{remark}");
    assert_eq!(window.harness.query_all_by_label_contains("on hmi-5").count(), 0, "three weeks ago");
    assert_eq!(window.harness.query_all_by_label_contains("on hmi-6").count(), 0, "of another user");
    assert!(window.harness.query_by_label_contains("– now on 10.10.0.1").is_some());
    // A click shows the table of then.
    window.harness.get_by_label(&format!("Show in the table: {left}")).click();
    window.until_column("Username", &["anna", "billy"]);
    window.until_column("Address", &["hmi-3", "hmi-6"]);
    assert!(!window.has("This user, last 7 days"), "the present isn't shown");
}

#[test]
fn sessions_of_the_user_are_in_columns() {
    let (folder, plant) = (tempfile::tempdir().unwrap(), plant());
    let history = StoredHistory::new(folder.path(), &plant.url);
    history.watch(7 * DAY_MS, HOUR_MS);
    // The end of the second one has a day.
    let [hour, day] = [6 * DAY_MS - HOUR_MS, 4 * DAY_MS];
    history.session("anna", "packaging-1", [6 * DAY_MS, hour, hour - 5_000]);
    history.session("anna", "hmi-4", [5 * DAY_MS, day, day - 5_000]);
    let mut window = open(&history, &plant.url);
    window.click_cell("Username", 1, Modifiers::NONE);
    window.press(Modifiers::NONE, Key::Enter);
    window.until("the sessions", |harness| {
        harness.query_all_by_label_contains("Show in the table: ").count() == 2
    });
    let rows = window.harness.query_all_by_label_contains("Show in the table: ").map(|row| row.rect());
    let now = window.harness.get_by_label_contains("– now on 10.10.0.1").rect();
    let rows: Vec<_> = [now].into_iter().chain(rows).collect();
    let columns: Vec<Vec<f32>> = rows
        .iter()
        .map(|row| {
            let texts = painted::texts_in(&window, *row);
            assert!(texts.iter().all(painted::PaintedText::is_whole), "{texts:?}");
            assert_eq!(texts[1].text, "–", "{texts:?}");
            texts.iter().map(|text| text.place.left()).collect()
        })
        .collect();
    assert_eq!(columns[0].len(), 4, "start, dash, end and host: {columns:?}");
    // Some glyphs have space on their left.
    let is_same = |row: &Vec<f32>| row.iter().zip(&columns[0]).all(|(one, other)| (one - other).abs() < 2.0);
    assert!(columns.iter().all(is_same), "{columns:?}");
}

#[test]
fn details_say_when_the_user_was_on_before() {
    let (folder, plant) = (tempfile::tempdir().unwrap(), plant());
    let history = StoredHistory::new(folder.path(), &plant.url);
    // Years before the sessions of the plant began.
    let [begin, end] = [4_001, 4_000].map(|days| days * DAY_MS);
    history.watch(begin + DAY_MS, end - DAY_MS);
    history.session("anna", "hmi-3", [begin, end, end - 5_000]);
    let mut window = open(&history, &plant.url);
    window.click_cell("Username", 1, Modifiers::NONE);
    window.press(Modifiers::NONE, Key::Enter);
    let when = history.clock().when(history.now - end);
    window.until_text(&format!("Last on before this session: {when} at hmi-3"));
    assert!(!window.has("This user, last 7 days"), "there is one session");
    // Another user.
    window.click_cell("Username", 0, Modifiers::NONE);
    window.until("the other user", |harness| {
        harness.query_by_label_contains("Last on before this session").is_none()
    });
    // The sessions that are on need no history.
    assert!(window.has("This user, last 7 days"));
    assert!(window.harness.query_by_label_contains("– now on 10.2.0.9").is_some());
    assert!(window.harness.query_by_label_contains("Go to the session in Boiler on hmi-10").is_some());
    assert!(window.has("Other users at this address"));
    assert!(window.harness.query_by_label_contains("Go to the session of jürgen in Intake").is_some());
}

#[test]
fn a_filter_for_a_user_who_is_not_on_says_when_that_was() {
    let (folder, plant) = (tempfile::tempdir().unwrap(), plant());
    let history = StoredHistory::new(folder.path(), &plant.url);
    let [begin, end] = [3 * DAY_MS, 3 * DAY_MS - 10 * MINUTE_MS];
    history.watch(10 * DAY_MS, 2 * DAY_MS);
    history.session("carl.m", "hmi-3", [begin, end, end - 5_000]);
    let text = format!("carl.m was last on {} at hmi-3", history.clock().when(history.now - end));

    let mut window = open(&history, &plant.url);
    for pattern in ["carl.m", r"carl\.m"] {
        retype(&mut window, "Username filter", pattern);
        window.until_text(&text);
        // Nothing moves when it comes.
        let top = |name: &str| window.harness.get_by_label(name).rect().top();
        assert!(top(&text) > top("Clear filters"), "{pattern}");
    }
    // A user who never was on.
    retype(&mut window, "Username filter", "carl");
    window.until("no last session of another name", |harness| harness.query_by_label(&text).is_none());
    window.toggle("Username filter", "Match part of the value");
    window.until_text("No username contains \"carl\"");
    assert!(!window.has(&text));
    retype(&mut window, "Username filter", "carl.m");
    window.until_text(&text);
    window.click(&text);
    window.until_column("Username", &["carl.m"]);
}

#[test]
fn a_gateway_that_another_program_records_under_another_name_has_its_history() {
    let (folder, plant) = (tempfile::tempdir().unwrap(), plant());
    let history = StoredHistory::new(folder.path(), &plant.url);
    history.rename("Former name");
    let end = 3 * DAY_MS - 10 * MINUTE_MS;
    history.watch(10 * DAY_MS, 2 * DAY_MS);
    history.session("carl.m", "hmi-3", [3 * DAY_MS, end, end - 5_000]);
    let mut window = open(&history, &plant.url);
    retype(&mut window, "Username filter", "carl.m");
    window.until_text(&format!("carl.m was last on {} at hmi-3", history.clock().when(history.now - end)));
}

#[test]
fn nothing_is_said_without_a_history() {
    let plant = plant();
    let mut window = Window::on(&plant.url);
    window.until_text("6 of 6 sessions");
    window.click_cell("Username", 0, Modifiers::NONE);
    window.press(Modifiers::NONE, Key::Enter);
    window.until_text("Other sessions of this user");
    assert!(!window.has("This user, last 7 days"));
}
