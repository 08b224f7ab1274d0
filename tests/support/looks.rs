//! What the pictures of the window have in common.

use super::window::Window;
use egui::Theme;
use egui_kittest::{SnapshotOptions, SnapshotResults};
use gatewatch::display::DateStyle;
use gatewatch::settings::State;
use gatewatch::table::Layout;

/// The looks of each picture: its suffix, the theme and the number of pixels per point.
pub(crate) const LOOKS: [(&str, Theme, f32); 4] = [
    ("", Theme::Dark, 1.0),
    ("_light", Theme::Light, 1.0),
    ("_200", Theme::Dark, 2.0),
    ("_light_200", Theme::Light, 2.0),
];

/// Takes a picture of a window.
pub(crate) fn snapshot(window: &mut Window, name: &str, results: &mut SnapshotResults) {
    let options = SnapshotOptions::new().output_path("tests/data/pictures");
    window.harness.snapshot_options(name, &options);
    results.extend(window.harness.take_snapshot_results());
}

/// Returns a state with this layout and dates in UTC, so that pictures depend on no time zone.
pub(crate) fn in_utc(layout: Layout) -> State {
    State { table: Layout { dates: DateStyle::Utc, ..layout }, ..State::default() }
}
