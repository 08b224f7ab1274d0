//! The progress of the termination of several sessions, above the footer.

use egui::{Align2, Area, Frame, Id, Order, Ui, vec2};

use super::button::Button;
use super::command::Command;
use super::model::TerminationProgress;
use super::tokens;
use crate::display;

/// Draws the progress, with a button that stops.
pub(super) fn show(ui: &Ui, progress: TerminationProgress, commands: &mut Vec<Command>) {
    let offset = vec2(-4.0 * tokens::UNIT, -tokens::FOOTER_HEIGHT - 4.0 * tokens::UNIT);
    let area = Area::new(Id::unique("termination progress")).order(Order::Foreground);
    area.anchor(Align2::RIGHT_BOTTOM, offset).show(ui.ctx(), |ui| {
        Frame::popup(ui.style()).show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.label(text(progress));
                if !progress.is_cancelled
                    && ui.add(Button::ghost("Cancel").name("Stop terminating")).clicked()
                {
                    commands.push(Command::StopTerminating);
                }
            });
        });
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
