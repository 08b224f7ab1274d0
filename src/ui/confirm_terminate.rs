//! The dialog that confirms the termination of sessions.

use egui::{Align, Frame, Id, Label, Layout, RichText, ScrollArea, Sense, Stroke, Ui, UiBuilder, vec2};

use super::button::Button;
use super::command::Command;
use super::dialog::{Dialog, DialogChoice};
use super::model::{TerminateTarget, TerminationPlan};
use super::text_field::TextField;
use super::theme;
use super::tokens::{self, palette};
use crate::display;
use crate::sanitize::sanitize;

/// The longest message to a user, in characters.
const MAX_MESSAGE_CHARS: usize = 500;

/// Draws the dialog. `message` is the draft of the message to the users.
pub(super) fn show(ui: &Ui, plan: &TerminationPlan, message: &mut String, commands: &mut Vec<Command>) {
    let (title, warning) = match &plan.targets[..] {
        [one] => {
            (format!("Terminate this {} session?", one.kind), "Unsaved work in this session will be lost")
        }
        _ => (format!("Terminate {}?", plan.sessions()), "Unsaved work in these sessions will be lost"),
    };
    let p = palette(ui.visuals());
    let contents = |ui: &mut Ui| {
        sessions(ui, plan);
        if let Some(node) = plan.node_name() {
            ui.label(RichText::new(format!("On {}", sanitize(node))).small().color(p.secondary));
        }
        for (reason, count) in &plan.refused {
            let text = format!("{} of the selection: {reason}", display::sessions(*count));
            ui.add(Label::new(RichText::new(text).small().color(p.warning)).wrap());
        }
        if plan.has_message() {
            ui.add_space(tokens::UNIT);
            TextField::new(Id::unique("terminate message"), "")
                .name("Message to the user")
                .hint("Message to the user (optional)")
                .max_chars(MAX_MESSAGE_CHARS)
                .show(ui, message, false);
        }
    };
    let dialog = Dialog::new(Id::unique("terminate"), &title, warning);
    let confirm = Button::danger_filled(format!("Terminate {}", plan.sessions()));
    match dialog.show(ui.ctx(), contents, confirm) {
        Some(DialogChoice::Confirmed) => commands.push(Command::Terminate),
        Some(DialogChoice::Cancelled) => commands.push(Command::CancelTerminate),
        None => {}
    }
}

/// Draws the list of sessions.
fn sessions(ui: &mut Ui, plan: &TerminationPlan) {
    let p = palette(ui.visuals());
    let border = Stroke::new(tokens::LINE, p.divider);
    let frame = Frame::NONE.fill(p.table).stroke(border).corner_radius(tokens::RADIUS_SMALL);
    let has_nodes = plan.node_name().is_none();
    frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        ui.spacing_mut().scroll = theme::scroll_beside_contents();
        ScrollArea::vertical()
            .auto_shrink([false, true])
            .max_height(theme::QUESTION_ROWS * tokens::ROW_HEIGHT)
            .show_rows(ui, tokens::ROW_HEIGHT, plan.targets.len(), |ui, rows| {
                for target in &plan.targets[rows] {
                    session(ui, target, has_nodes);
                }
            });
    });
}

fn session(ui: &mut Ui, target: &TerminateTarget, has_node: bool) {
    let p = palette(ui.visuals());
    let TerminateTarget { node_name, user, project, address, id, .. } = target;
    let texts = [user, project, address].map(|text| text.as_deref().unwrap_or(display::NULL));
    let texts = texts
        .into_iter()
        .zip(theme::QUESTION_COLUMNS)
        .map(|(text, width)| (text, Some(width), p.text, false));
    let id_width = has_node.then_some(theme::QUESTION_ID_WIDTH);
    let node = has_node.then_some((&**node_name, None, p.secondary, false));
    let all = texts.chain([(&**id, id_width, p.secondary, true)]).chain(node);
    let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), tokens::ROW_HEIGHT), Sense::hover());
    let line = Stroke::new(tokens::LINE, p.row_line);
    ui.painter().hline(row.x_range(), row.bottom() - tokens::LINE / 2.0, line);
    let mut left = row.left();
    for (text, width, color, is_mono) in all {
        let right = width.map_or(row.right(), |width| left + width);
        let cell = row.with_min_x(left + theme::CELL_LEFT).with_max_x(right);
        let builder = UiBuilder::new()
            .max_rect(cell.with_max_y(row.bottom() - tokens::LINE))
            .layout(Layout::left_to_right(Align::Center));
        let text = RichText::new(sanitize(text)).color(color);
        let text = if is_mono { text.monospace() } else { text };
        ui.new_child(builder).add(Label::new(text).truncate());
        left = right;
    }
}
