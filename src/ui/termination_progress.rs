//! The progress of the termination of several sessions, among the toasts.

use egui::{Align, Layout, RichText, Ui, vec2};

use super::button::Button;
use super::command::Command;
use super::model::TerminationProgress;
use super::theme;
use super::tokens;
use crate::display;

/// Draws the progress, with a button that stops.
pub(super) fn show(ui: &mut Ui, progress: TerminationProgress, commands: &mut Vec<Command>) {
    let size = vec2(0.0, theme::TOAST_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_height(theme::TOAST_HEIGHT);
        ui.add_space(theme::TOAST_LEFT);
        ui.label(RichText::new(text(progress)));
        if !progress.is_cancelled && ui.add(Button::ghost("Cancel").name("Stop terminating")).clicked() {
            commands.push(Command::StopTerminating);
        }
        ui.add_space(2.0 * tokens::UNIT);
    });
}

fn text(progress: TerminationProgress) -> String {
    let TerminationProgress { done, total, is_cancelled } = progress;
    if is_cancelled {
        return "Cancelling…".to_owned();
    }
    let current = (done + 1).min(total);
    format!("Terminating {} of {}…", display::number(current), display::sessions(total))
}
