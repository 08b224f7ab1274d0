//! The two filter boxes, and under each what is wrong with it.

use egui::{Align2, FontId, RichText, Sense, TextEdit, TextStyle, Ui, vec2};

use super::command::Command;
use super::model::{FilterBox, Model};
use super::theme::{self, Tone};

/// Draws the boxes.
pub(super) fn show(ui: &mut Ui, model: &mut Model, commands: &mut Vec<Command>) {
    ui.horizontal_top(|ui| {
        filter(ui, "Username", &mut model.username, commands);
        ui.add_space(ui.spacing().item_spacing.x);
        filter(ui, "Project", &mut model.project, commands);
    });
}

fn filter(ui: &mut Ui, name: &str, filter: &mut FilterBox, commands: &mut Vec<Command>) {
    caption(ui, name);
    ui.vertical(|ui| {
        let fault = filter.fault.as_ref();
        let colour = fault.map(|_| theme::colour(ui.visuals(), Tone::Fault));
        ui.scope(|ui| {
            if let Some(colour) = colour {
                let widgets = &mut ui.visuals_mut().widgets;
                for widget in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
                    widget.bg_stroke = egui::Stroke::new(1.5, colour);
                }
                ui.visuals_mut().selection.stroke = egui::Stroke::new(1.5, colour);
            }
            let edit = TextEdit::singleline(&mut filter.text)
                .hint_text("regular expression, whole value")
                .font(TextStyle::Monospace)
                .desired_width(theme::FILTER_WIDTH);
            let edit = ui.add(edit).accessible_name(format!("{name} filter"));
            if edit.changed() {
                commands.push(Command::Filter);
            }
        });
        // The line is there even when there is nothing to say, so that the table below never moves.
        ui.allocate_ui(vec2(theme::FILTER_WIDTH, theme::FAULT_HEIGHT), |ui| {
            ui.set_min_height(theme::FAULT_HEIGHT);
            if let (Some(fault), Some(colour)) = (fault, colour) {
                let text = RichText::new(format!("▲ {fault}")).size(theme::FAULT_TEXT).color(colour);
                ui.add(egui::Label::new(text).truncate()).on_hover_text(fault.to_string());
            }
        });
    });
}

/// The box's name, painted: as a label it would be a second `Username` for whoever looks for the column.
fn caption(ui: &mut Ui, name: &str) {
    let font: FontId = TextStyle::Body.resolve(ui.style());
    let colour = ui.visuals().text_color();
    let galley = ui.painter().layout_no_wrap(name.to_owned(), font.clone(), colour);
    let size = vec2(galley.size().x, ui.spacing().interact_size.y);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().text(rect.left_center(), Align2::LEFT_CENTER, name, font, colour);
}
