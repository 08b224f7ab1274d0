//! The settings: a dialog with a page per topic. Changes are applied and saved at once.

mod about;
mod alerts;
mod general;
mod history;
mod keys;

use egui::accesskit::Role;
use egui::{
    Align, Color32, Context, CornerRadius, FontFamily, FontId, Id, Key, Layout, Memory, Modifiers, Popup,
    Rect, ScrollArea, Sense, Ui, UiBuilder, Vec2, WidgetInfo, pos2, style::ScrollAnimation, vec2,
};

use super::arrow_keys::{self, Axis};
use super::button::Button;
use super::command::Command;
use super::icons::{self, Icon};
use super::model::{AppState, LastInput, SettingsPage, UiState};
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;
use super::{focus_scroll, fonts, log_view, modal, theme};
use crate::logging::LogLines;

pub(super) use general::General;

/// Draws the settings while they are open.
pub(super) fn show(
    ctx: &Context,
    state: &AppState,
    ui_state: &UiState,
    general: &General,
    log: &LogLines,
    commands: &mut Vec<Command>,
) {
    let Some(page) = ui_state.settings_page else {
        return;
    };
    let room = ctx.content_rect().size() - Vec2::splat(2.0 * theme::DIALOG_DISTANCE);
    let size = Vec2::from(theme::SETTINGS_SIZE).min(room);
    let response = modal::new(ctx, Id::unique("settings")).show(ctx, |ui| {
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        ui.ctx().accesskit_node_builder(ui.unique_id(), |node| node.set_role(Role::Dialog));
        let (left, right) = rect.split_left_right_at_x(rect.left() + theme::SETTINGS_NAVIGATION);
        let entry = navigation(ui, left, page, commands);
        let mut content = child(ui, right - theme::SETTINGS_MARGIN);
        title(&mut content, page, commands);
        match page {
            SettingsPage::General => general::show(&mut content, state, general, commands),
            SettingsPage::History => history::show(&mut content, state, general, commands),
            SettingsPage::Alerts => alerts::show(&mut content, state, general, commands),
            SettingsPage::Shortcuts => scrolled(&mut content, 0.0, keys::show),
            SettingsPage::Log => log_view::show(&mut content, log, commands),
            SettingsPage::About => scrolled(&mut content, 0.0, |ui| about::show(ui, commands)),
        }
        // The Tab key takes the focus from the last control in one frame, and gives it to the first one in the next.
        let is_free = ui.memory(Memory::focused).is_none() && !ui.input(|input| input.key_pressed(Key::Tab));
        let shows_focus = ui_state.last_input == LastInput::Keys && is_free;
        if let Some(entry) = entry.filter(|_| shows_focus) {
            ui.memory_mut(|memory| memory.request_focus(entry));
            ui.ctx().request_repaint();
        }
    });
    if response.should_close() {
        commands.push(Command::CloseSettings);
    }
}

fn child(ui: &mut Ui, rect: Rect) -> Ui {
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::LEFT)));
    child.set_clip_rect(rect.expand(tokens::FOCUS_WIDTH).intersect(ui.clip_rect()));
    child.spacing_mut().item_spacing = vec2(2.0 * tokens::UNIT, 0.0);
    child
}

/// Draws the part of a page that scrolls, down to the height of a foot. The scroll bar is right of the contents.
fn scrolled(ui: &mut Ui, foot: f32, contents: impl FnOnce(&mut Ui)) {
    let width = ui.available_width();
    scrolled_to_edge(ui, foot, |ui| {
        ui.set_max_width(width);
        contents(ui);
    });
}

/// Draws a page like [`scrolled`], with contents that may use the place of the scroll bar while
/// there is none.
fn scrolled_to_edge(ui: &mut Ui, foot: f32, contents: impl FnOnce(&mut Ui)) {
    let rect = ui.available_rect_before_wrap();
    let rect = rect.with_max_y(rect.bottom() - foot).with_max_x(rect.right() + theme::SETTINGS_OVERHANG);
    let mut page = ui.new_child(UiBuilder::new().max_rect(rect));
    page.set_clip_rect(rect.expand(tokens::FOCUS_WIDTH));
    page.spacing_mut().scroll = theme::scroll_beside_contents();
    ScrollArea::vertical().auto_shrink(false).show(&mut page, |ui| {
        ui.spacing_mut().item_spacing = vec2(2.0 * tokens::UNIT, 0.0);
        scroll_by_keys(ui);
        contents(ui);
        focus_scroll::follow(ui);
    });
}

/// Scrolls by the keys for pages and ends.
fn scroll_by_keys(ui: &Ui) {
    if Popup::is_any_open(ui.ctx()) {
        return;
    }
    // One line of the previous page stays in view.
    let page = ui.clip_rect().height() - tokens::MENU_ROW_HEIGHT;
    let keys = [
        (Key::PageUp, page),
        (Key::PageDown, -page),
        (Key::Home, theme::SCROLL_TO_END),
        (Key::End, -theme::SCROLL_TO_END),
    ];
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let points: f32 = keys.into_iter().filter(|(key, _)| pressed(*key)).map(|(_, points)| points).sum();
    if points != 0.0 {
        ui.scroll_with_delta_animation(vec2(0.0, points), ScrollAnimation::none());
    }
}

/// Returns the name and icon of a page.
fn page_name(page: SettingsPage) -> (&'static str, Icon) {
    match page {
        SettingsPage::General => ("General", icons::SLIDERS_HORIZONTAL),
        SettingsPage::History => ("History", icons::HISTORY),
        SettingsPage::Alerts => ("Alerts", icons::BELL),
        SettingsPage::Shortcuts => ("Shortcuts", icons::KEYBOARD),
        SettingsPage::Log => ("Log", icons::SCROLL_TEXT),
        SettingsPage::About => ("About", icons::INFO),
    }
}

/// Draws the list of pages. Returns the ID of the current one.
fn navigation(ui: &mut Ui, rect: Rect, current: SettingsPage, commands: &mut Vec<Command>) -> Option<Id> {
    let p = palette(ui.visuals());
    let round = CornerRadius::from(tokens::RADIUS_POPUP);
    ui.painter().rect_filled(rect, CornerRadius { ne: 0, se: 0, ..round }, p.surface);
    ui.painter().vline(rect.right() - tokens::LINE / 2.0, rect.y_range(), (tokens::LINE, p.divider));
    let rows = rect.with_max_x(rect.right() - tokens::LINE).shrink(2.0 * tokens::UNIT);
    let mut ui = child(ui, rows);
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), tokens::BAR_HEIGHT), Sense::hover());
    let font = FontId::new(tokens::TYPE_TITLE, fonts::semibold());
    let at = pos2(head.left() + 2.0 * tokens::UNIT, head.center().y);
    ui.painter().text(at, egui::Align2::LEFT_CENTER, "Settings", font, p.text);
    let mut entry = None;
    for page in SettingsPage::ALL {
        let (name, icon) = page_name(page);
        let is_on = page == current;
        let size = vec2(ui.available_width(), tokens::LIST_ROW_HEIGHT);
        let (row, response) = ui.allocate_exact_size(size, Sense::click());
        arrow_keys::join(&ui, Id::unique("pages of the settings"), Axis::Vertical, &response);
        response.widget_info(|| WidgetInfo::selected(Role::Tab, true, is_on, name));
        if is_on {
            entry = Some(response.id);
        }
        if response.clicked() {
            commands.push(Command::OpenSettingsPage(page));
        }
        let (background, color, family) = match (is_on, response.hovered()) {
            (true, _) => (p.selection_inactive, p.text, fonts::semibold()),
            (false, true) => (p.hover, p.text, FontFamily::Proportional),
            (false, false) => (Color32::TRANSPARENT, p.secondary, FontFamily::Proportional),
        };
        let painter = ui.painter();
        painter.rect_filled(row, tokens::RADIUS_CONTROL, background);
        let center = pos2(row.left() + 2.0 * tokens::UNIT + tokens::ICON / 2.0, row.center().y);
        icon.paint(painter, center, tokens::ICON, color);
        let at = pos2(center.x + tokens::ICON / 2.0 + 2.0 * tokens::UNIT, row.center().y);
        painter.text(at, egui::Align2::LEFT_CENTER, name, FontId::new(tokens::TYPE_BODY, family), color);
        if response.has_focus() {
            let focus = egui::Stroke::new(tokens::FOCUS_WIDTH, p.focus);
            painter.rect_stroke(row, tokens::RADIUS_CONTROL, focus, egui::StrokeKind::Inside);
        }
    }
    entry
}

/// Draws the title of the page and the button that closes the settings.
fn title(ui: &mut Ui, page: SettingsPage, commands: &mut Vec<Command>) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), tokens::BAR_HEIGHT), Sense::hover());
    let p = palette(ui.visuals());
    let font = FontId::new(tokens::TYPE_TITLE, fonts::semibold());
    let name = page_name(page).0;
    let at = pos2(rect.left(), rect.center().y);
    ui.painter().text(at, egui::Align2::LEFT_CENTER, name, font, p.text);
    let builder = UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center));
    let close = ui.new_child(builder).add(Button::ghost("").icon(icons::X).name("Close settings"));
    if close.tooltip("Close (Esc)").clicked() {
        commands.push(Command::CloseSettings);
    }
}
