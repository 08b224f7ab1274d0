//! A bar that shows how much of a task is done.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Sense, Ui, WidgetInfo, vec2};

use super::theme;
use super::tokens::palette;

/// Interval between two repaints of the progress.
const REPAINT: Duration = Duration::from_millis(100);

/// Draws the bar. `name` is the task, `fraction` the part that is done, from 0 to 1.
pub(super) fn show(ui: &mut Ui, name: &str, fraction: f32) {
    let size = vec2(theme::PROGRESS_WIDTH, theme::PROGRESS_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    #[expect(clippy::cast_possible_truncation, reason = "a percentage")]
    let percent = (fraction * 100.0) as i32;
    response
        .widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, format!("{name} {percent} %")));
    let p = palette(ui.visuals());
    let radius = theme::PROGRESS_HEIGHT / 2.0;
    ui.painter().rect_filled(rect, radius, p.control);
    let done = rect.with_max_x(rect.left() + rect.width() * fraction);
    ui.painter().rect_filled(done, radius, p.accent);
    ui.ctx().request_repaint_after(REPAINT);
}
