//! The right panel, which shows the details of a session or the counts.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{
    Align, Area, FontFamily, FontId, Galley, Id, Label, Layout, Order, Rect, RichText, Sense, Stroke, Ui,
    UiBuilder, WidgetInfo, pos2, vec2,
};

use super::button::Button;
use super::command::Command;
use super::fonts;
use super::icons;
use super::regions;
use super::row_end;
use super::theme;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;

/// The name of the region, beside the table or over it.
const NAME: &str = "Right panel";

/// Divides the table's place into the table and the right panel beside it. The panel is over a table that would be too
/// narrow otherwise, and the table keeps its place.
pub(super) fn split(body: Rect) -> (Rect, Rect) {
    let left = (body.right() - tokens::SIDE_WIDTH).max(body.left());
    let side = body.with_min_x(left);
    if is_over_table(body) { (body, side) } else { (body.with_max_x(left), side) }
}

fn is_over_table(body: Rect) -> bool {
    body.width() - tokens::SIDE_WIDTH < theme::TABLE_MIN_WIDTH
}

/// Draws the panel in its place of [`split`].
pub(super) fn show(ui: &mut Ui, body: Rect, side: Rect, contents: impl FnOnce(&mut Ui)) {
    if is_over_table(body) {
        // A layer of its own, so that the table doesn't get what is meant for the panel.
        let area = Area::new(Id::unique("right panel"))
            .order(Order::Middle)
            .fixed_pos(side.min)
            .constrain(false)
            .movable(false);
        area.show(ui.ctx(), |ui| {
            ui.set_clip_rect(side);
            ui.allocate_rect(side, Sense::CLICK | Sense::DRAG);
            draw(ui, side, contents);
        });
    } else {
        draw(ui, side, contents);
    }
}

fn draw(ui: &mut Ui, side: Rect, contents: impl FnOnce(&mut Ui)) {
    let p = palette(ui.visuals());
    ui.painter().rect_filled(side, 0.0, p.surface);
    let line = Stroke::new(tokens::LINE, p.divider);
    ui.painter().vline(side.left() + tokens::LINE / 2.0, side.y_range(), line);
    let inner = side.with_min_x(side.left() + tokens::LINE);
    regions::region(ui, NAME, inner, Layout::top_down(Align::Min), contents);
}

/// Draws the title, which is as high as the gateway bar, with a note after it and further controls before the button that
/// closes the panel. `notes` are the same note in several lengths, the longest first: one that leaves the title its room is
/// drawn, or the last one.
pub(super) fn head(
    ui: &mut Ui,
    title: &str,
    notes: &[String],
    close: Command,
    commands: &mut Vec<Command>,
    controls: impl FnOnce(&mut Ui, &mut Vec<Command>),
) {
    let width = ui.available_width();
    let (rect, _) = ui.allocate_exact_size(vec2(width, tokens::BAR_HEIGHT), Sense::hover());
    let inner =
        rect.with_min_x(rect.left() + theme::PANEL_PADDING).with_max_x(rect.right() - theme::HEAD_RIGHT);
    let mut ui = ui.new_child(UiBuilder::new().max_rect(inner));
    ui.spacing_mut().item_spacing.x = theme::HEAD_GAP;
    let ((), end) = row_end::show(&mut ui, inner, |ui| {
        controls(ui, commands);
        let button = Button::ghost_icon(icons::X, "Close panel");
        if ui.add(button).tooltip("Close").clicked() {
            commands.push(close);
        }
    });
    let place = inner.with_max_x(end.left() - theme::HEAD_GAP);
    let builder = UiBuilder::new().max_rect(place).layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, |ui| {
        let secondary = palette(ui.visuals()).secondary;
        let title_font = FontId::new(tokens::TYPE_TITLE, fonts::semibold());
        let title_width =
            ui.painter().layout_no_wrap(title.to_owned(), title_font.clone(), secondary).size().x.ceil();
        let available = ui.available_width();
        let note_font = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
        let line = |note: &String| fonts::line(ui.painter(), note, note_font.clone(), secondary);
        let width = |line: &Arc<Galley>| line.size().x + theme::NOTE_GAP;
        let fits = |line: &Arc<Galley>| title_width + width(line) <= available;
        let note = notes.iter().map(line).find(fits).or_else(|| notes.last().map(line));
        let note_width = note.as_ref().map_or(0.0, width);
        let size = vec2(title_width.min((available - note_width).max(0.0)), tokens::LINE_TITLE);
        let title_text = RichText::new(title).font(title_font);
        let label = ui.allocate_ui(size, |ui| ui.add(Label::new(title_text).truncate())).inner;
        let label = label.tooltip_beside(title);
        // A button has the title as its name.
        label.widget_info(|| WidgetInfo::labeled(Role::Heading, true, format!("{title} panel")));
        if let Some(note) = note {
            let (rect, response) =
                ui.allocate_exact_size(vec2(note_width, tokens::LINE_TITLE), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &notes[0]));
            let at = pos2(rect.right() - note.size().x, rect.center().y - note.size().y / 2.0);
            ui.painter().galley(at, note, secondary);
        }
    });
}
