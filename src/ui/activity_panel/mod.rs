//! The activity panel at the bottom: what happened, the newest first.

mod labels;
mod list;

use egui::accesskit::Role;
use egui::{
    Align, CursorIcon, EventFilter, FontFamily, FontId, Id, Key, Label, Layout, Rect, RichText, Sense,
    Stroke, Ui, UiBuilder, WidgetInfo, vec2,
};

use super::arrow_keys;
use super::button::{self, Button};
use super::command::{ActivityCommand, Command, TimelineCommand};
use super::error_report::ErrorReport;
use super::fonts;
use super::icons;
use super::model::{AppState, Drafts};
use super::regions;
use super::tab;
use super::theme;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;
use crate::history::TimeRange;
use crate::table::ActivityTab;

pub(super) use list::{focus as focus_list, reveal_cursor};

/// Returns the height of the panel in a window.
pub(super) fn height(ui: &Ui, wanted: f32) -> f32 {
    let window = ui.ctx().content_rect().height();
    wanted.clamp(theme::ACTIVITY_MIN_HEIGHT, (window / 2.0).max(theme::ACTIVITY_MIN_HEIGHT)).round()
}

/// Draws the panel.
pub(super) fn show(ui: &mut Ui, rect: Rect, state: &AppState, drafts: &Drafts, commands: &mut Vec<Command>) {
    let p = palette(ui.visuals());
    ui.painter().rect_filled(rect, 0.0, p.surface);
    let line = Stroke::new(tokens::LINE, p.divider);
    ui.painter().hline(rect.x_range(), rect.top() + tokens::LINE / 2.0, line);
    regions::region(ui, "Activity", rect, Layout::top_down(Align::Min), |ui| {
        let top = rect.top() + tokens::LINE;
        let (head, body) = rect.with_min_y(top).split_top_bottom_at_y(top + tokens::BOTTOM_HEAD_HEIGHT);
        // Below the mark of the tab.
        ui.painter().hline(body.x_range(), body.top() + tokens::LINE / 2.0, line);
        edge(ui, rect, "Height of the activity", commands);
        show_head(ui, head, state, drafts, commands);
        list::show(ui, body.with_min_y(body.top() + tokens::LINE), state, commands);
    });
}

/// Draws the upper edge, which changes the height by pointer and by arrow keys.
pub(super) fn edge(ui: &Ui, rect: Rect, name: &str, commands: &mut Vec<Command>) {
    let place = Rect::from_x_y_ranges(rect.x_range(), rect.top()..=rect.top() + theme::EDGE_WIDTH / 2.0);
    let response = ui.interact(place, Id::unique("activity height"), Sense::drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, name));
    if response.has_focus() {
        let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        for key in arrow_keys::plain_keys(ui) {
            let by = match key {
                Key::ArrowUp => tokens::ROW_HEIGHT,
                Key::ArrowDown => -tokens::ROW_HEIGHT,
                _ => continue,
            };
            let height = height(ui, rect.height() + by);
            commands.push(Command::Activity(ActivityCommand::SetHeight(height)));
        }
        button::paint_focus(ui, place, false);
    }
    if response.hovered() || response.dragged() {
        ui.ctx().set_cursor_icon(CursorIcon::ResizeVertical);
    }
    if let Some(at) = response.interact_pointer_pos().filter(|_| response.dragged()) {
        let height = height(ui, rect.bottom() - at.y);
        commands.push(Command::Activity(ActivityCommand::SetHeight(height)));
    }
}

/// Draws the title with the tabs, the chosen time and the export.
fn show_head(ui: &mut Ui, rect: Rect, state: &AppState, drafts: &Drafts, commands: &mut Vec<Command>) {
    let inner = rect.with_min_x(rect.left() + theme::CELL_LEFT).with_max_x(rect.right() - theme::CELL_RIGHT);
    let builder = UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center));
    let mut ui = ui.new_child(builder);
    ui.spacing_mut().item_spacing.x = tokens::UNIT;
    let font = FontId::new(tokens::TYPE_TITLE, fonts::semibold());
    let title = ui.add(Label::new(RichText::new("Activity").font(font)).extend());
    title.widget_info(|| WidgetInfo::labeled(Role::Heading, true, "Activity panel"));
    ui.add_space(2.0 * tokens::UNIT);
    ui.spacing_mut().item_spacing.x = 0.0;
    // With the line below.
    let row = rect.with_max_y(rect.bottom() + tokens::LINE);
    let group = Id::unique("activity tabs");
    let rows = state.activity.rows.as_deref();
    for (index, (kinds, name)) in ActivityTab::ALL.into_iter().enumerate() {
        let is_on = state.layout.activity_tab == kinds;
        let count = rows.and_then(|rows| count_text(rows.counts()[index], rows.has_all_of(kinds)));
        if tab::show(&mut ui, group, row, name, count.as_deref(), is_on).clicked() && !is_on {
            commands.push(Command::Activity(ActivityCommand::SetTab(kinds)));
        }
    }
    ui.spacing_mut().item_spacing.x = tokens::UNIT;
    let export = Button::soft(export_label(state)).icon(icons::DOWNLOAD).small().name("Export activity");
    let close = Button::ghost_icon(icons::X, "Close activity");
    let width = export.width(&ui) + close.width(&ui) + tokens::UNIT;
    let right = ui.max_rect().right() - width;
    if let Some(error) = &state.activity.error {
        show_error(&mut ui, right, error);
    }
    if state.activity.is_unfiltered {
        let button = Button::soft("Not filtered").trailing(icons::X).small().name("Apply the filters");
        ui.add_space(2.0 * tokens::UNIT);
        let has_room = button.width(&ui) <= right - ui.cursor().left();
        if has_room && ui.add(button).tooltip("List only what passes the filters").clicked() {
            commands.push(Command::Activity(ActivityCommand::ApplyFilters));
        }
    }
    match (state.timeline.selection, &state.activity.summary) {
        (Some(range), Some((of, away))) if range == *of => {
            show_summary(&mut ui, right, &away.text(&state.history_clock()), commands);
        }
        (Some(range), _) => show_range(&mut ui, right, range, state, commands),
        (None, _) => {}
    }
    ui.add_space((right - ui.cursor().left()).max(0.0));
    let has_rows = state.activity.rows.as_ref().is_some_and(|rows| !rows.groups.is_empty());
    let can_export = has_rows && !state.is_export_busy(drafts);
    let export = ui.add_enabled(can_export, export);
    if export.tooltip("Write all entries that pass the filters to a file").clicked() {
        commands.push(Command::Activity(ActivityCommand::Export));
    }
    if ui.add(close).tooltip_of("Close", &Command::ToggleActivity).clicked() {
        commands.push(Command::ToggleActivity);
    }
}

/// Returns the number of entries of a tab, such as `311`, or `2,000+` if there may be more; `None` if nothing is known yet.
fn count_text(count: usize, is_all: bool) -> Option<String> {
    let more = if is_all { "" } else { "+" };
    (count > 0 || is_all).then(|| format!("{}{more}", crate::display::number(count)))
}

/// Returns the label of the export, with the number of entries once it is known.
fn export_label(state: &AppState) -> String {
    let rows = state.activity.rows.as_ref().filter(|rows| rows.is_complete && !rows.entries.is_empty());
    let number = rows.map(|rows| format!(" {}", crate::display::number(rows.entries.len())));
    format!("Export{}", number.unwrap_or_default())
}

/// Draws why the newest entries of a panel can't be read, up to `right`.
pub(super) fn show_error(ui: &mut Ui, right: f32, error: &ErrorReport) {
    let color = palette(ui.visuals()).error;
    let font = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
    ui.add_space(2.0 * tokens::UNIT);
    let size = vec2((right - ui.cursor().left()).max(0.0), tokens::LINE_SECONDARY);
    let text = RichText::new(error.summary()).font(font).color(color);
    let label = ui.allocate_ui(size, |ui| ui.add(Label::new(text).truncate())).inner;
    label.tooltip(error.full_text());
}

/// Draws what happened in the time that is listed, at the right, with a button that removes the time.
fn show_summary(ui: &mut Ui, right: f32, text: &str, commands: &mut Vec<Command>) {
    let button = Button::ghost_icon(icons::X, "Remove the time").small();
    let color = palette(ui.visuals()).secondary;
    let font = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
    let width = ui.painter().layout_no_wrap(text.to_owned(), font.clone(), color).size().x.ceil();
    ui.add_space(2.0 * tokens::UNIT);
    let room = (right - button.width(ui) - 2.0 * tokens::UNIT - ui.cursor().left()).max(0.0);
    ui.add_space((room - width).max(0.0));
    let size = vec2(width.min(room), tokens::LINE_SECONDARY);
    let text_label = Label::new(RichText::new(text).font(font).color(color)).truncate();
    let label = ui.allocate_ui(size, |ui| ui.add(text_label)).inner;
    if width > room {
        label.tooltip(text);
    }
    if ui.add(button).tooltip("List all times").clicked() {
        commands.push(Command::Timeline(TimelineCommand::Select(None)));
    }
}

/// Draws the time that was chosen in the timeline, with a button that removes it.
fn show_range(ui: &mut Ui, right: f32, range: TimeRange, state: &AppState, commands: &mut Vec<Command>) {
    let text = state.history_clock().range_text(range.from, range.to);
    let button = Button::soft(text).trailing(icons::X).small().name("Remove the time");
    ui.add_space(2.0 * tokens::UNIT);
    if button.width(ui) <= right - ui.cursor().left() && ui.add(button).tooltip("List all times").clicked() {
        commands.push(Command::Timeline(TimelineCommand::Select(None)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tab_without_entries_so_far_has_no_number() {
        assert_eq!(count_text(0, false), None);
        assert_eq!(count_text(0, true).as_deref(), Some("0"));
        assert_eq!(count_text(2_000, false).as_deref(), Some("2,000+"));
    }
}
