//! The activity, the timeline, the past and the licenses in both themes and at 200 %, compared with pictures. See `pictures`.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use egui::Rect;
use gatewatch::dataset::Dataset;
use gatewatch::gateway::{GatewayError, Profile};
use gatewatch::poll::{ListUpdate, PreviousList, ReadOutcome, SessionChanges};
use gatewatch::settings::{HistorySettings, Settings, Target};
use gatewatch::table::Layout;
use gatewatch::ui::Start;

use super::painted;
use super::past::{Plant, go_to, list_update, until_activity};
use super::pictures::can_draw;
use super::support::looks::{self, in_utc};
use super::support::window::{Window, start};

/// The sizes of the window in points.
const SIZES: [[f32; 2]; 4] = [[1280.0, 800.0], [1280.0, 800.0], [640.0, 560.0], [640.0, 560.0]];

/// The time of the pictures, in milliseconds since 1970: 25 November 2026, 14:05:12.9 UTC. The gateway answers a little
/// earlier.
const NOW_MS: u64 = 1_795_615_512_900;
/// Time between two reads of the recorded node.
const INTERVAL: Duration = Duration::from_mins(5);
/// Space before the title of a column.
const TITLE_INDENT: f32 = 12.0;
/// Upper bound of the width of lines with addresses of nodes. Rows of lists are wider.
const FACT_WIDTH: f32 = 408.0;
const READS_PER_DAY: u32 = 24 * 12;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(NOW_MS)
}

/// Returns the sessions that are recorded this number of reads ago. Panels are always on, the shifts change every eight hours,
/// and designers come in the first one.
fn rows(reads_ago: u32) -> Vec<String> {
    let read = 4 * READS_PER_DAY - reads_ago;
    let row = |user: String, project: &str, address: String, is_designer: bool| {
        let id = format!("{user}{}", if is_designer { read / 20 } else { 0 });
        format!(r#""{user}","{project}","{address}",{is_designer},"{id}",null"#)
    };
    let panels =
        (0..24).map(|panel| row(format!("panel{panel:02}"), "Packaging", format!("10.20.4.{panel}"), false));
    let shift = read / 96;
    let users = 14 + 4 * ((shift * 7) % 5);
    let users = (0..users).filter(|user| (read + user) % 96 > user / 2);
    let users = users
        .map(|user| row(format!("shift{}.{user}", shift % 3), "Boiler_02", format!("hmi-{user}"), false));
    let hour = (read / 12 + 14) % 24;
    let designers =
        (0..4).filter(|_| (8..17).contains(&hour)).filter(|designer| (read + 7 * designer) % 40 > 12);
    let designers =
        designers.map(|user| row(format!("eng{user}"), "Packaging", format!("laptop-{user}"), true));
    panels.chain(users).chain(designers).collect()
}

/// Records four days, with a time that wasn't watched and one in which the gateway was unreachable.
fn plant() -> Plant {
    Plant::recorded(|url, observe| {
        let mut before: Option<(Arc<Dataset>, SystemTime)> = None;
        for reads_ago in (1..4 * READS_PER_DAY).rev() {
            let rows = rows(reads_ago);
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            let time = now() - INTERVAL * reads_ago;
            let mut update = list_update(url, time, INTERVAL, &rows);
            match reads_ago {
                180..=190 => continue,
                129..=131 => update.outcome = ReadOutcome::Failed(GatewayError::Timeout { seconds: 10.0 }),
                _ => {}
            }
            if let ReadOutcome::List(current) = &mut update.outcome {
                if let Some((list, read_at)) = before.take() {
                    follow(current, list, read_at, time);
                }
                before = Some((current.list.clone(), time));
            }
            observe(&update);
        }
    })
}

/// Makes a list that was read at `time` the one after another list, as a poller does.
fn follow(current: &mut ListUpdate, list: Arc<Dataset>, read_at: SystemTime, time: SystemTime) {
    let changes = SessionChanges::between(&list, &current.list);
    if changes.is_empty() {
        current.list = list.clone();
    }
    current.previous = Some(PreviousList {
        list,
        read_at,
        changes,
        is_continuous: read_at + INTERVAL == time,
        first_listed: Vec::new(),
        missing_kinds: Vec::new(),
        restarted_at: None,
        carried: Vec::new(),
    });
}

/// Takes pictures of a window with the activity and the timeline after `prepare`.
fn compare(name: &str, layout: &Layout, prepare: impl Fn(&mut Window)) {
    if !can_draw() {
        return;
    }
    let open = |builder| {
        let plant = plant();
        let profile = Profile::new("Plant".to_owned(), vec![plant.gateway.url.parse().unwrap()]).unwrap();
        let history = HistorySettings { keep_days: 40_000, ..HistorySettings::default() };
        let start = start(Target::Gateway(profile.clone()));
        let start = Start {
            settings: Settings { profiles: vec![profile], history, ..start.settings.clone() },
            state: in_utc(layout.clone()),
            history: Some(plant.location()),
            wall_clock: Arc::new(now),
            ..start
        };
        let mut window = Window::open_as(builder, start);
        window.until_text("6 of 6 sessions");
        prepare(&mut window);
        (window, plant)
    };
    looks::compare(name, SIZES, open, nodes);
}

/// Returns the places of the addresses of nodes, whose port is another one in each run.
fn nodes(window: &Window) -> Vec<Rect> {
    let lists = looks::rects(window, "Activity list").into_iter();
    let in_node_column = |list: Rect| {
        let titles = painted::texts_in(window, list.with_max_y(list.top() + 28.0));
        let left = |name: &str| {
            titles.iter().find(|title| title.text == name).map(|title| title.place.left() - TITLE_INDENT)
        };
        // Between the lines beside its title. A narrow list doesn't have the column.
        Some(Rect::from_x_y_ranges(left("Node")? + 1.0..=left("Duration")? - 1.0, list.y_range()))
    };
    let facts = looks::rects(window, "127.0.0.1").into_iter();
    lists.filter_map(in_node_column).chain(facts.filter(|rect| rect.width() < FACT_WIDTH)).collect()
}

#[test]
fn activity_and_timeline() {
    compare("activity", &Layout { activity: true, ..Layout::default() }, |window| {
        until_activity(window, "the list", |rows| rows.iter().any(|row| row.contains("jürgen")));
    });
}

#[test]
fn past_in_a_gap() {
    compare("past", &Layout::default(), |window| {
        go_to(window, "22:40 yesterday");
        window.until_text("38 proved");
    });
}

#[test]
fn licenses_by_day() {
    // The current list belongs to the numbers of today, once it is recorded.
    compare("licenses", &Layout { activity: true, ..Layout::default() }, |window| {
        until_activity(window, "the list", |rows| rows.iter().any(|row| row.contains("jürgen")));
        window.click("Saved gateways");
        window.click("Licenses");
        until_activity(window, "the days", |rows| {
            rows.len() > 3 && rows.iter().any(|row| row.contains("peak: "))
        });
    });
}
