//! The palette: finds commands, gateways and saved filters by their names, and runs them.

mod entries;
mod search;

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, Align2, Color32, Context, FontFamily, FontId, Frame, Id, Key, Modal, Modifiers, Rect, ScrollArea,
    Sense, TextEdit, Ui, WidgetInfo, pos2, vec2,
};

use super::command::Command;
use super::hover;
use super::model::{AppState, Drafts, PaletteDraft};
use super::tokens::{self, Palette, palette};
use super::{fonts, icons, key_text, modal, theme};
use entries::Entry;

/// Returns the ID of the text box.
pub(super) fn text_id() -> Id {
    Id::unique("palette text")
}

/// Draws the palette while it is open.
pub(super) fn show(ctx: &Context, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    let Some(mut draft) = drafts.palette.take() else {
        return;
    };
    let area = Modal::default_area(Id::unique("palette"))
        .anchor(Align2::CENTER_TOP, vec2(0.0, theme::PALETTE_TOP - tokens::LINE));
    let screen = ctx.content_rect().size();
    let width = theme::PALETTE_WIDTH.min(screen.x - 4.0 * tokens::UNIT);
    let palette = modal::new(ctx, Id::unique("palette")).area(area);
    let response = palette.show(ctx, |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        ui.ctx().accesskit_node_builder(ui.unique_id(), |node| node.set_role(Role::Dialog));
        contents(ui, state, drafts, &mut draft, commands);
    });
    if response.should_close() {
        commands.push(Command::ClosePalette);
    }
    drafts.palette = Some(draft);
}

fn contents(
    ui: &mut Ui,
    state: &AppState,
    drafts: &Drafts,
    draft: &mut PaletteDraft,
    commands: &mut Vec<Command>,
) {
    // Taken from the text box, which would move its cursor or lose the focus.
    let (up, down, enter) = ui.input_mut(|input| {
        let mut count = |key| input.count_and_consume_key(Modifiers::NONE, key);
        (count(Key::ArrowUp), count(Key::ArrowDown), count(Key::Enter) > 0)
    });
    if text_box(ui, draft) {
        draft.selected = 0;
    }
    let found = entries::matching(state, drafts, draft);
    let last = found.len().saturating_sub(1);
    let selected = (draft.selected.min(last) + down).saturating_sub(up).min(last);
    let moves = up + down > 0;
    if selected != draft.selected {
        commands.push(Command::SelectInPalette(selected));
    }
    if enter && let Some(entry) = found.get(selected) {
        run(entry, commands);
    }
    if found.is_empty() {
        no_matches(ui);
    }
    // Not from the place of the palette, which is another one before its size is known.
    let top = theme::PALETTE_TOP + ui.min_rect().height();
    let height = ui.ctx().content_rect().height() - top - tokens::LIST_ROW_HEIGHT;
    ui.add_space(tokens::UNIT);
    ScrollArea::vertical().max_height(height - 6.0 * tokens::UNIT).show(ui, |ui| {
        let mut section = None;
        for (index, entry) in found.iter().enumerate() {
            if section.replace(entry.section) != Some(entry.section) {
                if index > 0 {
                    ui.add_space(tokens::UNIT);
                }
                heading(ui, entry.section.title());
            }
            let response = row(ui, entry, index == selected);
            if index == selected {
                let active = response.id.accesskit_id();
                ui.ctx().accesskit_node_builder(text_id(), |node| node.set_active_descendant(active));
                if moves {
                    response.scroll_to_me(None);
                }
            }
            if response.clicked() {
                run(entry, commands);
            }
        }
    });
    ui.add_space(2.0 * tokens::UNIT);
    footer(ui);
}

/// Runs an entry.
fn run(entry: &Entry, commands: &mut Vec<Command>) {
    commands.extend([Command::ClosePalette, entry.command.clone()]);
}

/// Draws the text box. Returns `true` if its text has changed.
fn text_box(ui: &mut Ui, draft: &mut PaletteDraft) -> bool {
    let p = palette(ui.visuals());
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme::PALETTE_HEAD), Sense::hover());
    let padding = 4.0 * tokens::UNIT;
    let icon = pos2(rect.left() + padding + tokens::ICON / 2.0, rect.center().y);
    icons::SEARCH.paint(ui.painter(), icon, tokens::ICON, p.secondary);
    ui.painter().hline(rect.x_range(), rect.bottom() - tokens::LINE / 2.0, (tokens::LINE, p.divider));
    let inner = Rect::from_min_max(
        pos2(icon.x + tokens::ICON / 2.0 + theme::PALETTE_GAP, rect.top()),
        pos2(rect.right() - padding, rect.bottom()),
    );
    let edit = TextEdit::singleline(&mut draft.text)
        .id(text_id())
        .frame(Frame::NONE)
        .font(FontId::new(tokens::TYPE_TITLE, FontFamily::Proportional))
        .hint_text("Search commands, gateways and saved filters")
        .desired_width(f32::INFINITY)
        .align(Align2::LEFT_CENTER);
    let response = ui.put(inner, edit);
    // It is the only control, and a new dialog takes no focus in its first pass.
    if !response.has_focus() {
        response.request_focus();
    }
    let has_changed = response.changed();
    response.accessible_name("Search commands");
    has_changed
}

fn heading(ui: &mut Ui, text: &str) {
    let p = palette(ui.visuals());
    let size = vec2(ui.available_width(), theme::GROUP_TITLE_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let galley = ui.painter().layout_no_wrap(
        text.to_owned(),
        FontId::new(tokens::TYPE_CAPTION, fonts::semibold()),
        p.secondary,
    );
    let at = pos2(rect.left() + 4.0 * tokens::UNIT, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, p.secondary);
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, text));
}

fn row(ui: &mut Ui, entry: &Entry, is_selected: bool) -> egui::Response {
    let p = palette(ui.visuals());
    let size = vec2(ui.available_width(), tokens::LIST_ROW_HEIGHT);
    let (full, response) = ui.allocate_exact_size(size, Sense::click());
    let keys = entry.keys.join("+");
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, is_selected, &entry.text));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_selected(is_selected);
        let description = [&entry.detail, &keys].into_iter().find(|text| !text.is_empty());
        if let Some(description) = description {
            node.set_description(&**description);
        }
    });
    if !ui.is_rect_visible(full) {
        return response;
    }
    let rect = full.shrink2(vec2(tokens::UNIT, 0.0));
    let painter = ui.painter();
    let lit = hover::strength(&response);
    let (background, icon_color) = if is_selected {
        (p.selection, p.text)
    } else {
        (hover::blend(Color32::TRANSPARENT, p.hover, lit), hover::blend(p.secondary, p.text, lit))
    };
    painter.rect_filled(rect, tokens::RADIUS_SMALL, background);
    let padding = 3.0 * tokens::UNIT;
    let icon = pos2(rect.left() + padding + tokens::ICON / 2.0, rect.center().y);
    entry.icon.paint(painter, icon, tokens::ICON, icon_color);
    let left = icon.x + tokens::ICON / 2.0 + theme::PALETTE_GAP;
    let right =
        key_text::paint_keycaps(painter, p, &entry.keys, pos2(rect.right() - padding, rect.center().y));
    let mut job = text(entry, p, icon_color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(right - left - 2.0 * tokens::UNIT);
    let galley = painter.layout_job(job);
    painter.galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, p.text);
    response
}

/// Returns the name of an entry, with what is typed in another color, and its remark.
fn text(entry: &Entry, p: &Palette, detail: Color32) -> LayoutJob {
    let format = |size, family, color| TextFormat {
        valign: Align::Center,
        ..TextFormat::simple(FontId::new(size, family), color)
    };
    let plain = format(tokens::TYPE_BODY, FontFamily::Proportional, p.text);
    let found = format(tokens::TYPE_BODY, fonts::semibold(), p.link);
    let mut job = LayoutJob::default();
    let mut end = 0;
    for range in &entry.found {
        job.append(&entry.text[end..range.start], 0.0, plain.clone());
        job.append(&entry.text[range.clone()], 0.0, found.clone());
        end = range.end;
    }
    job.append(&entry.text[end..], 0.0, plain);
    if !entry.detail.is_empty() {
        let format = format(tokens::TYPE_SECONDARY, FontFamily::Proportional, detail);
        job.append(&entry.detail, 3.0 * tokens::UNIT, format);
    }
    job
}

fn no_matches(ui: &mut Ui) {
    Frame::NONE.inner_margin(theme::PALETTE_MESSAGE_MARGIN).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.weak("No matches");
    });
}

fn footer(ui: &mut Ui) {
    let p = palette(ui.visuals());
    let size = vec2(ui.available_width(), tokens::LIST_ROW_HEIGHT);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().hline(rect.x_range(), rect.top() + tokens::LINE / 2.0, (tokens::LINE, p.divider));
    let font = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
    let layout = |text: &str| fonts::line(ui.painter(), text, font.clone(), p.secondary);
    let padding = 4.0 * tokens::UNIT;
    let mut x = rect.left() + padding;
    for part in ["↑↓ to choose", "Enter to run"] {
        let galley = layout(part);
        let width = galley.size().x;
        ui.painter().galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, p.secondary);
        x += width + padding;
    }
    let mut right = rect.right() - padding;
    for part in ["> gateways", "# projects", "@ users"] {
        let galley = layout(part);
        let at = pos2(right - galley.size().x, rect.center().y - galley.size().y / 2.0);
        right = at.x - 2.5 * tokens::UNIT;
        ui.painter().galley(at, galley, p.secondary);
    }
}
