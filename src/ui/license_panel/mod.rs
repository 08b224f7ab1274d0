//! The license panel at the bottom: the most sessions at once on each day, and sessions that are probably not used.

mod chart;
mod days;
mod over;
mod tools;
mod unused;

use egui::accesskit::Role;
use egui::{Align, FontId, Id, Label, Layout, Rect, RichText, Stroke, Ui, UiBuilder, WidgetInfo};

use super::activity_panel;
use super::button::Button;
use super::command::{Command, LicenseCommand};
use super::fonts;
use super::icons;
use super::model::{AppState, Drafts, LicensePage};
use super::regions;
use super::tab;
use super::theme;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;
use crate::display;

/// The pages, with their names.
const PAGES: [(LicensePage, &str); 2] = [(LicensePage::Days, "Peaks"), (LicensePage::Unused, "Unused")];

/// Draws the panel.
pub(super) fn show(
    ui: &mut Ui,
    rect: Rect,
    state: &AppState,
    drafts: &mut Drafts,
    commands: &mut Vec<Command>,
) {
    let p = palette(ui.visuals());
    ui.painter().rect_filled(rect, 0.0, p.surface);
    let line = Stroke::new(tokens::LINE, p.divider);
    ui.painter().hline(rect.x_range(), rect.top() + tokens::LINE / 2.0, line);
    regions::region(ui, "Licenses", rect, Layout::top_down(Align::Min), |ui| {
        let top = rect.top() + tokens::LINE;
        let (head, mut body) = rect.with_min_y(top).split_top_bottom_at_y(top + tokens::BOTTOM_HEAD_HEIGHT);
        // Below the mark of the tab.
        ui.painter().hline(body.x_range(), body.top() + tokens::LINE / 2.0, line);
        body.min.y += tokens::LINE;
        activity_panel::edge(ui, rect, "Height of the licenses", commands);
        let is_roomy = rect.width() >= theme::LICENSE_ROOMY_WIDTH;
        show_head(ui, head, is_roomy, state, drafts, commands);
        if !is_roomy {
            let (row, below) = body.split_top_bottom_at_y(body.top() + tokens::BOTTOM_HEAD_HEIGHT);
            let mut ui = row_ui(ui, row);
            tools::show(&mut ui, state, drafts, commands);
            body = below;
        }
        match state.license.page {
            LicensePage::Days => days(ui, body, state, commands),
            LicensePage::Unused => unused::show(ui, body, state, commands),
        }
    });
}

/// Returns the place for controls in a row.
fn row_ui(ui: &mut Ui, rect: Rect) -> Ui {
    let inner = rect.with_min_x(rect.left() + theme::CELL_LEFT).with_max_x(rect.right() - theme::CELL_RIGHT);
    let mut ui = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)));
    ui.spacing_mut().item_spacing.x = tokens::UNIT;
    ui
}

/// Draws the title with the tabs, the tools where there is room, and the export.
fn show_head(
    ui: &mut Ui,
    rect: Rect,
    is_roomy: bool,
    state: &AppState,
    drafts: &mut Drafts,
    commands: &mut Vec<Command>,
) {
    let mut ui = row_ui(ui, rect);
    let font = FontId::new(tokens::TYPE_TITLE, fonts::semibold());
    let title = ui.add(Label::new(RichText::new("Licenses").font(font)).extend());
    title.widget_info(|| WidgetInfo::labeled(Role::Heading, true, "Licenses panel"));
    ui.add_space(2.0 * tokens::UNIT);
    ui.spacing_mut().item_spacing.x = 0.0;
    // With the line below.
    let row = rect.with_max_y(rect.bottom() + tokens::LINE);
    for (page, name) in PAGES {
        let found = state.table.result().and_then(|result| result.unused.as_ref());
        let number = found
            .filter(|_| page == LicensePage::Unused)
            .map(|unused| display::number(unused.sessions.len()));
        let is_on = state.license.page == page;
        if tab::show(&mut ui, Id::unique("license tabs"), row, name, number.as_deref(), is_on).clicked()
            && !is_on
        {
            commands.push(Command::License(LicenseCommand::SetPage(page)));
        }
    }
    ui.spacing_mut().item_spacing.x = tokens::UNIT;
    if is_roomy {
        ui.add_space(2.0 * tokens::UNIT);
        tools::show(&mut ui, state, drafts, commands);
    }
    let export = Button::soft("Export").icon(icons::DOWNLOAD).small().name("Export peaks");
    let close = Button::ghost_icon(icons::X, "Close licenses");
    let has_export = state.license.page == LicensePage::Days;
    let export_width = if has_export { export.width(&ui) + tokens::UNIT } else { 0.0 };
    let right = ui.max_rect().right() - close.width(&ui) - export_width;
    if let Some(error) = state.license.error.as_ref().filter(|_| state.license.page == LicensePage::Days) {
        activity_panel::show_error(&mut ui, right, error);
    }
    ui.add_space((right - ui.cursor().left()).max(0.0));
    if has_export {
        let has_days = state.license.peaks.as_ref().is_some_and(|peaks| !peaks.days.is_empty());
        let export = ui.add_enabled(has_days && !state.is_export_busy(drafts), export);
        if export.tooltip("Write the peaks of all days to a file").clicked() {
            commands.push(Command::License(LicenseCommand::Export));
        }
    }
    if ui.add(close).tooltip_of("Close", &Command::ToggleLicenses).clicked() {
        commands.push(Command::ToggleLicenses);
    }
}

/// Draws the chart of days above their list, where it has room.
fn days(ui: &mut Ui, body: Rect, state: &AppState, commands: &mut Vec<Command>) {
    let (min, max) = (*theme::LICENSE_CHART_HEIGHT.start(), *theme::LICENSE_CHART_HEIGHT.end());
    let list_min = tokens::HEADER_HEIGHT + theme::LIST_MIN_ROWS * tokens::ROW_HEIGHT + theme::THUMB_PLACE;
    let over = over::Limits::of(state);
    let room = body.height() - list_min;
    // A low panel has room for the list only.
    if room < min {
        return days::show(ui, body, state, &over, commands);
    }
    let height = (body.height() * theme::LICENSE_CHART_PART).clamp(min, max.min(room)).round();
    let (chart, list) = body.split_top_bottom_at_y(body.top() + height);
    chart::show(ui, chart, state, &over, commands);
    days::show(ui, list, state, &over, commands);
}
