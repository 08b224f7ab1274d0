//! The place of the rail: docked at the left, or over the table in a narrow window.

use egui::{Area, Context, Frame, Id, Order, Panel, Rect, Sense, Ui, UiBuilder, pos2, vec2};

use super::super::command::{Command, RailCommand};
use super::super::model::{AppState, NarrowRail, UiState};
use super::super::{focus_request, theme, tokens};
use super::content;

/// Returns `true` in a window that is too narrow for a docked rail.
pub(in crate::ui) fn is_narrow(ctx: &Context) -> bool {
    ctx.content_rect().width() < theme::VIEW_ROW_MIN_WIDTH
}

/// Returns `true` if the rail is docked, so that no button has to open it.
pub(in crate::ui) fn is_docked(ctx: &Context, state: &AppState) -> bool {
    state.layout.rail && !is_narrow(ctx)
}

fn area_id() -> Id {
    Id::unique("rail")
}

/// Moves the keyboard focus into the rail over the table once that is drawn.
pub(in crate::ui) fn focus(ctx: &Context) {
    focus_request::request(ctx, area_id());
}

/// Returns `true` once after [`focus`].
pub(super) fn takes_focus(ui: &Ui) -> bool {
    focus_request::take(ui, area_id())
}

/// Draws the rail where it is open. Call it before all other panels.
pub(in crate::ui) fn show(
    ui: &mut Ui,
    state: &AppState,
    ui_state: &UiState,
    is_adding: bool,
    commands: &mut Vec<Command>,
) {
    let p = tokens::palette(ui.visuals());
    if is_docked(ui.ctx(), state) {
        let panel = Panel::left("rail").exact_size(tokens::RAIL_WIDTH).resizable(false);
        let panel = panel.show_separator_line(false).frame(Frame::NONE.fill(p.surface));
        panel.show(ui, |ui| inside(ui, ui.max_rect(), state, is_adding, commands));
    } else if ui_state.narrow_rail == NarrowRail::Open && is_narrow(ui.ctx()) {
        over_table(ui, state, is_adding, commands);
    }
}

/// Draws the line at the right edge and the content left of it.
fn inside(ui: &mut Ui, rect: Rect, state: &AppState, is_adding: bool, commands: &mut Vec<Command>) {
    let p = tokens::palette(ui.visuals());
    let line = Rect::from_min_max(pos2(rect.right() - tokens::LINE, rect.top()), rect.max);
    ui.painter().rect_filled(line, 0, p.divider);
    let left = rect.with_max_x(line.left());
    ui.scope_builder(UiBuilder::new().max_rect(left), |ui| content(ui, state, is_adding, commands));
}

/// Draws the rail over the table. A click outside closes it.
fn over_table(ui: &mut Ui, state: &AppState, is_adding: bool, commands: &mut Vec<Command>) {
    let ctx = ui.ctx();
    let window = ctx.content_rect();
    let size = vec2(tokens::RAIL_WIDTH, window.height());
    let area = Area::new(area_id()).order(Order::Foreground).fixed_pos(window.min);
    let shown = area.constrain(false).show(ctx, |ui| {
        let p = tokens::palette(ui.visuals());
        let (rect, _) = ui.allocate_exact_size(size, Sense::click());
        ui.painter().add(ui.visuals().popup_shadow.as_shape(rect, 0));
        ui.painter().rect_filled(rect, 0, p.surface);
        inside(ui, rect, state, is_adding, commands);
    });
    if shown.response.clicked_elsewhere() && !egui::Popup::is_any_open(ctx) {
        commands.push(Command::Rail(RailCommand::Close));
    }
}
