//! The causes of an error behind "Details": the button that expands them, and the texts with a button that copies them.

use egui::accesskit::Role;
use egui::{FontId, Id, Label, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::button::{self, Button};
use super::command::{Command, Copied};
use super::error_report::ErrorReport;
use super::fonts;
use super::hover;
use super::icons;
use super::small_text;
use super::theme;
use super::tokens::{self, palette};

/// The label of what opens the details.
pub(super) const DETAILS: &str = "Details";

/// Draws the button "Details", which expands them. Returns `true` while they are expanded. `name` is its accessible name.
pub(super) fn expander(ui: &mut Ui, id: Id, name: &str) -> bool {
    let font = FontId::proportional(tokens::TYPE_SECONDARY);
    let p = palette(ui.visuals());
    let galley = fonts::line(ui.painter(), DETAILS, font, p.secondary);
    let width = tokens::ICON_SMALL + tokens::UNIT + galley.size().x;
    let (rect, response) = ui.allocate_exact_size(vec2(width, tokens::LINE_SECONDARY), Sense::click());
    let mut is_open = is_open(ui, id);
    if response.clicked() {
        is_open = !is_open;
        set_open(ui, id, is_open);
    }
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), is_open, name));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_expanded(is_open));
    let color = hover::color(&response, p.secondary, p.text);
    let icon = if is_open { icons::CHEVRON_DOWN } else { icons::CHEVRON_RIGHT };
    let center = pos2(rect.left() + tokens::ICON_SMALL / 2.0, rect.center().y);
    icon.paint(ui.painter(), center, tokens::ICON_SMALL, color);
    let at = pos2(rect.right() - galley.size().x, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley_with_override_text_color(at, galley, color);
    if response.has_focus() {
        button::paint_focus(ui, rect.expand(tokens::UNIT), false);
    }
    is_open
}

/// Returns whether the details with this ID are open.
pub(super) fn is_open(ui: &Ui, id: Id) -> bool {
    ui.data(|data| data.get_temp(id)).unwrap_or_default()
}

/// Opens or closes the details with this ID.
pub(super) fn set_open(ui: &Ui, id: Id, is_open: bool) {
    ui.data_mut(|data| data.insert_temp(id, is_open));
}

/// Draws the causes of an error behind "Details", if it has any.
pub(super) fn causes(ui: &mut Ui, id: Id, report: &ErrorReport, commands: &mut Vec<Command>) {
    if report.has_causes() && expander(ui, id, "Error details") {
        ui.add_space(tokens::UNIT);
        open_causes(ui, report, commands);
    }
}

/// Draws the causes of an error.
pub(super) fn open_causes(ui: &mut Ui, report: &ErrorReport, commands: &mut Vec<Command>) {
    texts(ui, report.causes().iter().map(String::as_str), report.full_text(), commands);
}

/// Draws texts, each on its own lines, and a button that copies `copied`.
pub(super) fn texts<'a>(
    ui: &mut Ui,
    texts: impl IntoIterator<Item = &'a str>,
    copied: String,
    commands: &mut Vec<Command>,
) {
    let color = palette(ui.visuals()).secondary;
    ui.spacing_mut().scroll = theme::scroll_beside_contents();
    ScrollArea::vertical().max_height(theme::DETAILS_MAX_HEIGHT).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for text in texts {
            ui.add(Label::new(small_text::text(text, color)).wrap().selectable(true));
        }
    });
    ui.add_space(2.0 * tokens::UNIT);
    let copy = ui.add(Button::soft("Copy").icon(icons::COPY).small().name("Copy details"));
    if copy.clicked() {
        commands.push(Command::Copy(Copied::Text(copied)));
    }
}
