//! The parts of menus: items, titles and lines.

use std::borrow::Cow;
use std::sync::Arc;

use egui::accesskit::{Role, Toggled};
use egui::containers::menu::{MenuConfig, MenuState, SubMenu, menu_style};
use egui::{
    Color32, FontFamily, FontId, Galley, Margin, Painter, Popup, PopupCloseBehavior, Pos2, Rect, Response,
    Sense, Stroke, StrokeKind, Style, Ui, Vec2, Widget, WidgetInfo, pos2, vec2,
};

use super::command::Command;
use super::command_table;
use super::fonts;
use super::hover;
use super::icons::{self, Icon};
use super::popup;
use super::theme;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;
use crate::sanitize::escape;

/// Space at both ends of an item, and between its parts.
const PADDING: f32 = 2.0 * tokens::UNIT;
/// Space between the label and the shortcut.
const SHORTCUT_GAP: f32 = 6.0 * tokens::UNIT;
/// Height of a title.
const TITLE_HEIGHT: f32 = 6.0 * tokens::UNIT;

/// Returns the popup of a button's menu.
pub(super) fn popup(button: &Response) -> Popup<'_> {
    let id = Popup::default_response_id(button);
    popup::return_focus_to_button(button, id);
    popup::keep_above_dialog(&button.ctx, button.layer_id, id);
    Popup::menu(button).anchor(popup::anchor(button.interact_rect)).gap(popup::GAP).style(style)
}

/// Sets the style of menus, which menus that open from them inherit.
pub(super) fn style(style: &mut Style) {
    menu_style(style);
    style.spacing.menu_margin = Margin::same(theme::MENU_MARGIN);
    style.spacing.scroll = theme::scroll_beside_contents();
    style.visuals.menu_corner_radius = tokens::RADIUS_POPUP.into();
}

/// Prepares the contents of a menu of at least this width.
pub(super) fn start(ui: &mut Ui, width: f32) {
    ui.spacing_mut().item_spacing = Vec2::ZERO;
    ui.set_min_width(width);
}

/// Draws an item and the menu that it opens, unless it is disabled.
pub(super) fn submenu(ui: &mut Ui, item: Item<'_>, contents: impl FnOnce(&mut Ui)) -> Response {
    let is_enabled = item.disabled.is_none();
    let response = ui.add(item.submenu());
    if is_enabled {
        let config = MenuConfig::find(ui).submenu_gap(theme::SUBMENU_GAP);
        SubMenu::new().config(config).show(ui, &response, contents);
    }
    response
}

/// An item of a menu.
#[must_use = "add it to a `Ui`"]
pub(super) struct Item<'a> {
    icon: Option<Icon>,
    /// The text, also the accessible name unless there is another.
    label: Cow<'a, str>,
    name: Option<Cow<'a, str>>,
    shortcut: Cow<'a, str>,
    /// The kind of choice and whether it is chosen.
    choice: Option<(Role, bool)>,
    /// The label is in line with those of items with an icon.
    is_indented: bool,
    is_danger: bool,
    /// The font of the label.
    font: FontId,
    /// Opens another menu.
    is_submenu: bool,
    /// Space at the right that another control takes.
    reserved: f32,
    /// Space at its own right end for a button.
    inner_room: f32,
    /// The reason why the item is disabled; `None` if it is enabled.
    disabled: Option<Cow<'a, str>>,
    /// Clicks, and drags of one that can be moved.
    sense: Sense,
}

impl<'a> Item<'a> {
    /// An item with a label. Invisible characters are shown as escapes.
    pub(super) fn new(label: impl Into<Cow<'a, str>>) -> Self {
        let label: Cow<'a, str> = label.into();
        let label = match escape(&label) {
            Cow::Borrowed(_) => label,
            Cow::Owned(escaped) => escaped.into(),
        };
        Self {
            icon: None,
            label,
            name: None,
            shortcut: "".into(),
            choice: None,
            is_indented: false,
            is_danger: false,
            font: FontId::new(tokens::TYPE_BODY, FontFamily::Proportional),
            is_submenu: false,
            reserved: 0.0,
            inner_room: 0.0,
            disabled: None,
            sense: Sense::click(),
        }
    }

    /// Adds the shortcut of a command, if it has one.
    pub(super) fn keys_of(self, command: &Command) -> Self {
        match command_table::keys_of(command) {
            Some(keys) => self.shortcut(keys),
            None => self,
        }
    }

    /// Disables it unless `is_enabled`. `reason` is its tooltip then.
    pub(super) fn enabled(mut self, is_enabled: bool, reason: impl Into<Cow<'a, str>>) -> Self {
        self.disabled = (!is_enabled).then(|| reason.into());
        self
    }

    /// Makes it draggable. A grip appears at its right end under the pointer and with the keyboard focus.
    pub(super) fn grip(mut self) -> Self {
        self.sense = Sense::click_and_drag();
        self
    }

    /// Adds an icon before the label.
    pub(super) fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Adds a shortcut, or another short text, at the right.
    pub(super) fn shortcut(mut self, shortcut: impl Into<Cow<'a, str>>) -> Self {
        self.shortcut = shortcut.into();
        self
    }

    /// Sets the accessible name.
    pub(super) fn name(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Makes it one of several choices that exclude each other.
    pub(super) fn radio(mut self, is_chosen: bool) -> Self {
        self.choice = Some((Role::RadioButton, is_chosen));
        self
    }

    /// Puts the label in line with those of items with an icon.
    pub(super) fn icon_space(mut self) -> Self {
        self.is_indented = true;
        self
    }

    /// Makes it a choice of its own.
    pub(super) fn check(mut self, is_chosen: bool) -> Self {
        self.choice = Some((Role::CheckBox, is_chosen));
        self
    }

    /// Marks it as dangerous.
    pub(super) fn danger(mut self) -> Self {
        self.is_danger = true;
        self
    }

    /// Draws the label as a pattern.
    pub(super) fn mono(mut self) -> Self {
        self.font = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Monospace);
        self
    }

    /// Marks it as one that opens another menu.
    pub(super) fn submenu(mut self) -> Self {
        self.is_submenu = true;
        self
    }

    /// Leaves room at its right end for a button that is drawn on it.
    pub(super) fn inner_room(mut self, width: f32) -> Self {
        self.inner_room = width;
        self
    }

    /// Leaves room at the right for another control.
    pub(super) fn reserve(mut self, width: f32) -> Self {
        self.reserved = width;
        self
    }
}

/// The texts of an item, laid out, and their space.
struct Layout {
    label: Arc<Galley>,
    shortcut: Arc<Galley>,
    icon_width: f32,
    width: f32,
}

impl Item<'_> {
    fn layout(&self, ui: &Ui) -> Layout {
        let small = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
        let layout = |text: &str, font| fonts::line(ui.painter(), text, font, Color32::PLACEHOLDER);
        let (label, shortcut) = (layout(&self.label, self.font.clone()), layout(&self.shortcut, small));
        let has_icon = self.icon.is_some() || self.choice.is_some() || self.is_indented;
        let icon_width = if has_icon { tokens::ICON + PADDING } else { 0.0 };
        let shortcut_width = if self.shortcut.is_empty() { 0.0 } else { shortcut.size().x + SHORTCUT_GAP };
        let right =
            if self.is_submenu || self.sense.senses_drag() { tokens::ICON_SMALL + SHORTCUT_GAP } else { 0.0 };
        let width = 2.0 * PADDING + icon_width + label.size().x + shortcut_width + right + self.inner_room;
        Layout { label, shortcut, icon_width, width }
    }

    /// Describes the item to screen readers.
    fn describe(&self, ui: &Ui, response: &Response, is_enabled: bool) {
        let name = self.name.as_ref().unwrap_or(&self.label);
        response.widget_info(|| match self.choice {
            Some((role, is_chosen)) => WidgetInfo::selected(role, is_enabled, is_chosen, &**name),
            None => WidgetInfo::labeled(Role::Button, is_enabled, &**name),
        });
        ui.ctx().accesskit_node_builder(response.id, |node| {
            if let Some((_, is_chosen)) = self.choice {
                node.set_toggled(if is_chosen { Toggled::True } else { Toggled::False });
            }
            if !is_enabled {
                node.set_disabled();
            }
        });
    }

    fn paint(&self, ui: &Ui, rect: Rect, response: &Response, layout: Layout, is_enabled: bool) {
        let Layout { label, shortcut, icon_width, .. } = layout;
        let p = palette(ui.visuals());
        let painter = ui.painter();
        let is_open = self.is_submenu && is_submenu_open(ui, response);
        if is_enabled {
            let background = hover::background(response, p, Color32::TRANSPARENT);
            let is_lit = is_open && !response.is_pointer_button_down_on();
            painter.rect_filled(rect, tokens::RADIUS_SMALL, if is_lit { p.hover } else { background });
        }
        let (text, quiet) = match (is_enabled, self.is_danger) {
            (false, _) => (p.disabled, p.disabled),
            (true, true) => (p.error, p.error),
            (true, false) => (p.text, p.secondary),
        };
        let y = rect.center().y;
        let icon_center = pos2(rect.left() + PADDING + tokens::ICON / 2.0, y);
        match (self.choice, self.icon) {
            (Some((_, true)), _) => paint_check(painter, icon_center, tokens::ICON, text),
            (Some((_, false)), _) | (None, None) => {}
            (None, Some(icon)) => icon.paint(painter, icon_center, tokens::ICON, quiet),
        }
        let left = rect.left() + PADDING + icon_width;
        painter.galley(pos2(left, y - label.size().y / 2.0), label, text);
        let right_icon = if self.is_submenu { tokens::ICON_SMALL } else { 0.0 };
        let left = rect.right() - PADDING - right_icon - shortcut.size().x;
        painter.galley(pos2(left, y - shortcut.size().y / 2.0), shortcut, quiet);
        let center = pos2(rect.right() - PADDING - tokens::ICON_SMALL / 2.0, y);
        if self.is_submenu {
            icons::CHEVRON_RIGHT.paint(painter, center, tokens::ICON_SMALL, quiet);
        } else if self.sense.senses_drag()
            && (response.hovered() || response.dragged() || response.has_focus())
        {
            icons::GRIP_VERTICAL.paint(painter, center, tokens::ICON_SMALL, quiet);
        }
        if response.has_focus() {
            let stroke = Stroke::new(tokens::FOCUS_WIDTH, p.focus);
            painter.rect_stroke(rect, tokens::RADIUS_SMALL, stroke, StrokeKind::Inside);
        }
    }
}

/// Returns whether the menu that an item opens is open.
fn is_submenu_open(ui: &Ui, item: &Response) -> bool {
    MenuState::from_ui(ui, |state, _| state.open_item == Some(SubMenu::id_from_widget_id(item.id)))
}

impl Widget for Item<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let layout = self.layout(ui);
        let size = vec2(layout.width.max(room(ui) - self.reserved), tokens::MENU_ROW_HEIGHT);
        let sense = if self.disabled.is_some() { Sense::hover() } else { self.sense };
        let (rect, response) = ui.allocate_exact_size(size, sense);
        let is_enabled = self.disabled.is_none() && ui.is_enabled();
        self.describe(ui, &response, is_enabled);
        if ui.is_rect_visible(rect) {
            self.paint(ui, rect, &response, layout, is_enabled);
        }
        // egui closes a menu when it is clicked, but not when a key chooses an item.
        let closes = || MenuConfig::find(ui).close_behavior == PopupCloseBehavior::CloseOnClick;
        if response.clicked() && !self.is_submenu && closes() {
            ui.close();
        }
        match self.disabled {
            Some(reason) => response.tooltip_beside(reason),
            None => response,
        }
    }
}

/// Returns the width of the menu. It is that of the widest item, which is measured when the menu opens.
fn room(ui: &Ui) -> f32 {
    if ui.is_sizing_pass() { 0.0 } else { ui.available_width() }
}

/// Draws the title of the items below.
pub(super) fn title(ui: &mut Ui, text: &str) {
    let font = FontId::new(tokens::TYPE_CAPTION, fonts::semibold());
    let color = palette(ui.visuals()).secondary;
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, color);
    let size = vec2((galley.size().x + 2.0 * PADDING).max(room(ui)), TITLE_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    let at = pos2(rect.left() + PADDING, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
}

/// Draws a line between items.
pub(super) fn line(ui: &mut Ui) {
    let height = 2.0 * tokens::UNIT + tokens::LINE;
    let (rect, _) = ui.allocate_exact_size(vec2(room(ui), height), Sense::hover());
    let stroke = Stroke::new(tokens::LINE, palette(ui.visuals()).divider);
    ui.painter().hline(rect.x_range(), rect.center().y, stroke);
}

/// Draws a check mark around its center.
pub(super) fn paint_check(painter: &Painter, center: Pos2, size: f32, color: Color32) {
    let points = theme::CHECK_CORNERS.map(|corner| center + size * corner).to_vec();
    painter.line(points, Stroke::new(size * theme::CHECK_LINE, color));
}
