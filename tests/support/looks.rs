//! Takes pictures of the window in both themes and at 200 %, and compares them with stored ones.

use super::window::Window;
use egui::{Rect, Theme};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, HarnessBuilder, SnapshotOptions, SnapshotResults};
use gatewatch::display::DateStyle;
use gatewatch::settings::State;
use gatewatch::table::Layout;
use gatewatch::ui::App;

/// The looks of each picture: its suffix, the theme and the number of pixels per point.
pub(crate) const LOOKS: [(&str, Theme, f32); 4] = [
    ("", Theme::Dark, 1.0),
    ("_light", Theme::Light, 1.0),
    ("_200", Theme::Dark, 2.0),
    ("_light_200", Theme::Light, 2.0),
];

/// Takes a picture of a window in each of [`LOOKS`], with these sizes in points. `open` opens and prepares the window, and may
/// return what it needs. `masks` returns the places that depend on a port or the time; the time of the last read is one of
/// them. If a picture differs, this panics where the results are dropped, in `core::ptr`.
pub(crate) fn compare<T>(
    name: &str,
    sizes: [[f32; 2]; LOOKS.len()],
    open: impl Fn(HarnessBuilder<App>) -> (Window, T),
    masks: impl Fn(&Window) -> Vec<Rect>,
) {
    let mut results = SnapshotResults::new();
    for ((suffix, theme, scale), size) in LOOKS.into_iter().zip(sizes) {
        let builder = Harness::builder().with_size(size).with_theme(theme).with_pixels_per_point(scale);
        let (mut window, _needed) = open(builder);
        window.harness.remove_cursor();
        window.harness.run_steps(4);
        let mut masks = masks(&window);
        masks.extend(rects(&window, "Updated "));
        for rect in masks {
            window.harness.mask(rect);
        }
        snapshot(&mut window, &format!("{name}{suffix}"), &mut results);
    }
}

/// Returns the places of the texts that contain this one.
pub(crate) fn rects(window: &Window, text: &str) -> Vec<Rect> {
    window.harness.query_all_by_label_contains(text).map(|node| node.rect()).collect()
}

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
