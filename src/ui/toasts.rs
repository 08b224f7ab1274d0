//! The toasts: messages about tasks at the right of the window, above the footer and the timeline. They cover a part of the
//! table, but never the counts, the right panel or the present in the timeline, and move nothing.

use std::sync::Arc;

use egui::accesskit::Live;
use egui::text::LayoutJob;
use egui::{
    Align, Align2, Area, Context, FontFamily, FontId, Frame, Galley, Id, Label, Layout, Order, Sense, Stroke,
    Ui, Vec2, vec2,
};

use super::button::Button;
use super::command::Command;
use super::details_text;
use super::error_report::ErrorReport;
use super::icons;
use super::model::{AppState, Away, Drafts, Message, Task, Toast, ToastId};
use super::regions;
use super::termination_progress;
use super::theme;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;
use super::views::{self, View};

/// Returns whether the pointer was over a toast in the last frame.
pub(super) fn is_hovered(ctx: &Context, id: ToastId) -> bool {
    let rect = ctx.memory(|memory| memory.area_rect(area_id(id)));
    let pointer = ctx.input(|input| input.pointer.latest_pos());
    rect.zip(pointer).is_some_and(|(rect, pointer)| rect.contains(pointer))
}

fn area_id(id: ToastId) -> Id {
    Id::unique(("toast", id))
}

/// Draws the toasts, the newest at the bottom. A form hides the view in the place of the table. Its buttons stay visible, and so
/// does the right panel where there is room beside it. `panel_width` is its width, 0 if it is closed.
pub(super) fn show(
    ctx: &Context,
    state: &AppState,
    drafts: &Drafts,
    panel_width: f32,
    commands: &mut Vec<Command>,
) {
    let has_guide = drafts.form.as_ref().is_some_and(|form| form.guide.is_some());
    let has_form = drafts.has_form();
    let foot = match has_form {
        true if !has_guide => theme::PANEL_FOOT,
        false if regions::has_timeline(ctx, state) => tokens::FOOTER_HEIGHT + tokens::TIMELINE_HEIGHT,
        _ => tokens::FOOTER_HEIGHT,
    };
    let room = |right: f32| ctx.content_rect().width() - right - 2.0 * theme::TOAST_MARGIN;
    let beside = if room(panel_width) < theme::TOAST_MIN_WIDTH { 0.0 } else { panel_width };
    let max_width = theme::TOAST_MAX_WIDTH.min(room(beside));
    let card = |id, corner, contents: &mut dyn FnMut(&mut Ui)| card(ctx, id, corner, max_width, contents);
    let mut corner = vec2(beside + theme::TOAST_MARGIN, foot + theme::TOAST_MARGIN);
    // The sign-in card has this message itself.
    let is_said = !has_form && matches!(views::choose(state), Some(View::SignIn));
    if state.keyring.is_slow && !is_said {
        let height = card(Id::unique("keyring toast"), corner, &mut |ui| slow_keyring(ui, commands));
        corner.y += height + 2.0 * tokens::UNIT;
    }
    if let Some(progress) = state.termination {
        let id = Id::unique("termination progress");
        let height = card(id, corner, &mut |ui| termination_progress::show(ui, progress, commands));
        corner.y += height + 2.0 * tokens::UNIT;
    }
    for toast in state.toasts.shown().iter().rev() {
        let height = card(area_id(toast.id), corner, &mut |ui| toast_ui(ui, max_width, toast, commands));
        corner.y += height + 2.0 * tokens::UNIT;
    }
    // The highest one, so that messages that come and go don't move it more than they have to.
    if let Some(away) = &state.away {
        card(Id::unique("away"), corner, &mut |ui| away_ui(ui, max_width, away, state, commands));
    }
}

/// Draws a card. `corner` is the distance of its lower right corner from that of the window. Returns its height.
fn card(ctx: &Context, id: Id, corner: Vec2, max_width: f32, contents: &mut dyn FnMut(&mut Ui)) -> f32 {
    // The border is around the measured card.
    let offset = corner - Vec2::splat(tokens::LINE);
    let area = Area::new(id)
        .order(Order::Middle)
        .anchor(Align2::RIGHT_BOTTOM, -offset)
        .sense(Sense::hover())
        .movable(false);
    let card = area.show(ctx, |ui| {
        let p = palette(ui.visuals());
        let frame = Frame::NONE
            .fill(p.popup)
            .stroke(Stroke::new(tokens::LINE, p.popup_border))
            .corner_radius(tokens::RADIUS_POPUP)
            .shadow(ui.visuals().popup_shadow);
        frame.show(ui, |ui| {
            ui.set_max_width(max_width);
            contents(ui);
        });
    });
    card.response.rect.height() - 2.0 * tokens::LINE
}

/// Draws the offer to continue without a keyring that doesn't respond.
fn slow_keyring(ui: &mut Ui, commands: &mut Vec<Command>) {
    ui.horizontal_top(|ui| {
        ui.add_space(theme::TOAST_LEFT);
        ui.vertical(|ui| {
            ui.add_space(theme::TOAST_LEFT);
            views::slow_keyring(ui, commands);
            ui.add_space(theme::TOAST_LEFT);
        });
        ui.add_space(theme::TOAST_LEFT);
    });
}

fn toast_ui(ui: &mut Ui, width: f32, toast: &Toast, commands: &mut Vec<Command>) {
    let details = area_id(toast.id).with("details");
    ui.spacing_mut().item_spacing = vec2(2.0 * tokens::UNIT, 0.0);
    let report = match &toast.message {
        Message::Error(report) if !report.causes().is_empty() => Some(report),
        _ => None,
    };
    let is_open = report.is_some() && details_text::is_open(ui, details);
    if is_open {
        ui.set_min_width(width);
    }
    row(ui, width, toast, report.map(|_| details), commands);
    if let Some(report) = report.filter(|_| is_open) {
        causes(ui, width, report, commands);
    }
}

/// Draws what happened while the window couldn't be seen.
fn away_ui(ui: &mut Ui, width: f32, away: &Away, state: &AppState, commands: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing = vec2(2.0 * tokens::UNIT, 0.0);
    let used = theme::TOAST_LEFT + tokens::ICON + tokens::CONTROL_HEIGHT + 8.0 * tokens::UNIT;
    let text = text(ui, &away.text(&state.history_clock()), width - used - theme::TOAST_DETAILS_WIDTH);
    let height = theme::TOAST_HEIGHT.max(text.size().y + 4.0 * tokens::UNIT);
    ui.allocate_ui_with_layout(vec2(0.0, height), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_height(height);
        ui.add_space(theme::TOAST_LEFT);
        let (rect, _) = ui.allocate_exact_size(vec2(tokens::ICON, tokens::ICON), Sense::hover());
        icons::HISTORY.paint(ui.painter(), rect.center(), tokens::ICON, palette(ui.visuals()).secondary);
        let label = ui.add(Label::new(text));
        ui.ctx().accesskit_node_builder(label.id, |node| node.set_live(Live::Polite));
        if ui.add(Button::ghost("Show").small().name("Show what happened")).clicked() {
            commands.push(Command::ShowActivitySince(away.since));
        }
        if ui.add(Button::ghost_icon(icons::X, "Dismiss what happened")).tooltip("Dismiss").clicked() {
            commands.push(Command::DismissAway);
        }
        ui.add_space(0.0);
    });
}

/// Draws the icon, the sentence and the buttons.
fn row(ui: &mut Ui, width: f32, toast: &Toast, details: Option<Id>, commands: &mut Vec<Command>) {
    let p = palette(ui.visuals());
    let (icon, color) = match toast.message {
        Message::Running(_) => (icons::LOADER_CIRCLE, p.secondary),
        Message::Done(_) => (icons::CIRCLE_CHECK, p.ok),
        Message::Notice(_) => (icons::INFO, p.secondary),
        Message::Error(_) => (icons::CIRCLE_ALERT, p.error),
    };
    let used = theme::TOAST_LEFT + tokens::ICON + tokens::CONTROL_HEIGHT + 8.0 * tokens::UNIT;
    let details_width = if details.is_some() { theme::TOAST_DETAILS_WIDTH } else { 0.0 };
    let max_width = width - used - details_width;
    let text = text(ui, toast.message.text(), max_width);
    let height = theme::TOAST_HEIGHT.max(text.size().y + 4.0 * tokens::UNIT);
    let size = vec2(0.0, height);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_height(height);
        ui.add_space(theme::TOAST_LEFT);
        let (rect, _) = ui.allocate_exact_size(vec2(tokens::ICON, tokens::ICON), Sense::hover());
        icon.paint(ui.painter(), rect.center(), tokens::ICON, color);
        let label = ui.scope(|ui| {
            ui.set_max_width(max_width);
            if details.is_some_and(|details| details_text::is_open(ui, details)) {
                ui.set_min_width(max_width);
            }
            ui.add(Label::new(text))
        });
        // Screen readers announce the text without moving there.
        let politeness =
            if matches!(toast.message, Message::Error(_)) { Live::Assertive } else { Live::Polite };
        ui.ctx().accesskit_node_builder(label.inner.id, |node| node.set_live(politeness));
        if let Some(details) = details {
            let button = Button::ghost(details_text::DETAILS).small().name("Error details");
            if ui.add(button).clicked() {
                details_text::set_open(ui, details, !details_text::is_open(ui, details));
            }
        }
        // Only reads for an export are reported here; writing has its own button in the footer.
        if toast.task == Task::Export && matches!(toast.message, Message::Running(_)) {
            if ui.add(Button::ghost("Cancel").small().name("Cancel export")).clicked() {
                commands.push(Command::CancelExport);
            }
        } else if ui.add(Button::ghost_icon(icons::X, "Dismiss message")).tooltip("Dismiss").clicked() {
            commands.push(Command::DismissToast(toast.id));
        }
        // The space after the button is at its right.
        ui.add_space(0.0);
    });
}

/// Lays out the sentence in up to two lines.
fn text(ui: &Ui, text: &str, max_width: f32) -> Arc<Galley> {
    let font = FontId::new(tokens::TYPE_BODY, FontFamily::Proportional);
    let mut job = LayoutJob::simple(text.to_owned(), font, palette(ui.visuals()).text, max_width);
    job.wrap.max_rows = 2;
    ui.painter().layout_job(job)
}

fn causes(ui: &mut Ui, width: f32, report: &ErrorReport, commands: &mut Vec<Command>) {
    let left = theme::TOAST_LEFT + tokens::ICON + 2.0 * tokens::UNIT;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(left);
        ui.vertical(|ui| {
            ui.set_width(width - left - theme::TOAST_LEFT);
            details_text::open_causes(ui, report, commands);
            ui.add_space(theme::TOAST_LEFT);
        });
        ui.add_space(theme::TOAST_LEFT);
    });
}
