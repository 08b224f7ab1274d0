//! The message about what happened while the window could not be seen.

use crate::support::window::{Window, plant, retype, start_on};
use crate::user_history::StoredHistory;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use gatewatch::settings::State;
use gatewatch::ui::Start;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Opens a window on a gateway with a history. A window was open before, up to this time before now, in milliseconds.
fn reopen(history: &StoredHistory, url: &str, closed_for: i64) -> Window {
    let state = State { open_until: Some(history.now - closed_for), ..State::default() };
    let history = Some(history.location.clone());
    let mut window = Window::open(Start { history, state, ..start_on(url) });
    window.until_text("6 of 6 sessions");
    window
}

#[test]
fn a_start_says_once_what_happened_since_the_last_one() {
    let (folder, plant) = (tempfile::tempdir().unwrap(), plant());
    let history = StoredHistory::new(folder.path(), &plant.url);
    history.watch(30 * DAY_MS, HOUR_MS);
    let hours = |hours: [i64; 3]| hours.map(|hour| hour * HOUR_MS);
    history.session("anna", "hmi-3", hours([200, 100, 99]));
    history.session("anna", "hmi-3", hours([60, 50, 49]));
    history.session("carl", "hmi-4", hours([70, 60, 59]));
    // Before.
    history.session("carl", "hmi-4", hours([150, 140, 139]));
    history.outage(50 * HOUR_MS, 50 * HOUR_MS - 12 * MINUTE_MS);
    let when = history.clock().when(history.now - 4 * DAY_MS - 12 * HOUR_MS);
    for button in ["Show what happened", "Dismiss what happened"] {
        let mut window = reopen(&history, &plant.url, 4 * DAY_MS + 12 * HOUR_MS);
        // Such a filter hides all of them.
        retype(&mut window, "Username filter", "unknown");
        let gateway = &history.gateway;
        // The sessions that are on have arrived, too, as soon as they are written.
        window.until_text_contains(&format!(" arrived, 3 left, {gateway} unreachable 12 min"));
        assert_eq!(window.harness.query_all_by_label_contains(&format!("Since {when}: ")).count(), 1);
        window.click(button);
        let lines = window.harness.query_all_by_label_contains(&format!("Since {when}: ")).count();
        assert_eq!(lines, usize::from(button.starts_with("Show")), "the activity says it");
        if button.starts_with("Show") {
            window.until("all entries", |harness| {
                let rows = harness.query_all_by_role(Role::ListItem);
                rows.filter_map(|row| row.accesskit_node().label()).any(|row| row.contains("carl"))
            });
            window.click("Apply the filters");
            window.until_text("Activity list");
            window.until("no entries", |harness| harness.query_all_by_role(Role::ListItem).count() == 0);
            // The activity list has that time only: carl was on before it, too.
            retype(&mut window, "Username filter", "carl");
            window.until("the activity", |harness| harness.query_all_by_role(Role::ListItem).count() == 2);
        }
    }
}
