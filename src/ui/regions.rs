//! The regions of the window: where each is, and what collapses in a small window.
//!
//! Their sizes depend only on the size of the window and on what the user opened, never on a message, an error or the
//! state of a gateway, so that nothing moves by itself.

use egui::accesskit::{self, Role};
use egui::epaint::MarginF32;
use egui::{Align, Color32, Context, Id, Layout, Rect, Sense, Stroke, Ui, UiBuilder, vec2};

use super::model::AppState;
use super::theme;
use super::tokens::{self, palette};

/// The parts that a window has room for, by its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    /// The view row is gone: its controls are in menus at the end of the filter row. The rail opens over the table.
    pub(super) is_compact: bool,
    /// The panel buttons have words.
    pub(super) has_words: bool,
    /// The time of the last read has its word.
    pub(super) has_updated: bool,
}

impl Room {
    /// Returns the room in the window.
    pub(super) fn of(ctx: &Context) -> Self {
        let size = ctx.content_rect().size();
        Self {
            is_compact: size.x < theme::VIEW_ROW_MIN_WIDTH || size.y < theme::VIEW_ROW_MIN_HEIGHT,
            has_words: size.x >= theme::WORDS_MIN_WIDTH,
            has_updated: size.x >= theme::UPDATED_MIN_WIDTH,
        }
    }
}

/// Returns `true` if the window has room for the timeline.
pub(super) fn has_room_for_timeline(ctx: &Context) -> bool {
    ctx.content_rect().height() >= theme::TIMELINE_MIN_HEIGHT
}

/// Returns `true` if the timeline is shown.
pub(super) fn has_timeline(ctx: &Context, state: &AppState) -> bool {
    has_room_for_timeline(ctx) && state.layout.timeline && state.timeline.is_available
}

/// The regions beside the rail, from top to bottom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Regions {
    /// The gateway, its state and its commands.
    pub(super) gateway_bar: Rect,
    /// The filters.
    pub(super) filter_row: Rect,
    /// The tabs and the buttons of panels; empty in a compact window.
    pub(super) view_row: Rect,
    /// The table, or what takes its place.
    pub(super) body: Rect,
    /// The activity panel; empty where it is closed.
    pub(super) activity: Rect,
    /// The timeline; empty where none is shown.
    pub(super) timeline: Rect,
    /// The counts and the export.
    pub(super) footer: Rect,
}

impl Regions {
    /// Divides the area beside the rail. `activity_height` is 0 where the activity panel is closed.
    pub(super) fn of(area: Rect, room: Room, has_timeline: bool, activity_height: f32) -> Self {
        let (filter_height, view_height) = if room.is_compact {
            (tokens::COMPACT_FILTER_ROW_HEIGHT, 0.0)
        } else {
            (tokens::FILTER_ROW_HEIGHT, tokens::VIEW_ROW_HEIGHT)
        };
        let (gateway_bar, rest) = area.split_top_bottom_at_y(area.top() + tokens::BAR_HEIGHT);
        let (filter_row, rest) = rest.split_top_bottom_at_y(rest.top() + filter_height);
        let (view_row, rest) = rest.split_top_bottom_at_y(rest.top() + view_height);
        let footer_top = (area.bottom() - tokens::FOOTER_HEIGHT).max(rest.top());
        let (rest, footer) = rest.split_top_bottom_at_y(footer_top);
        let timeline_height = if has_timeline { tokens::TIMELINE_HEIGHT } else { 0.0 };
        let timeline_top = (rest.bottom() - timeline_height).max(rest.top());
        let (rest, timeline) = rest.split_top_bottom_at_y(timeline_top);
        let activity_top = (rest.bottom() - activity_height).max(rest.top());
        let (body, activity) = rest.split_top_bottom_at_y(activity_top);
        Self { gateway_bar, filter_row, view_row, body, activity, timeline, footer }
    }
}

/// The edge of a bar that has a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// No edge.
    None,
    /// The upper one.
    Top,
    /// The lower one.
    Bottom,
}

/// Returns the space at the left and at the right of a bar.
pub(super) const fn sides(left: f32, right: f32) -> MarginF32 {
    MarginF32 { left, right, top: 0.0, bottom: 0.0 }
}

/// A region with one line of controls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bar {
    /// The accessible name.
    pub(super) name: &'static str,
    /// The place.
    pub(super) rect: Rect,
    /// The color behind the controls.
    pub(super) background: Color32,
    /// The edge with a line.
    pub(super) line: Edge,
    /// Space around the controls.
    pub(super) padding: MarginF32,
    /// Space between controls.
    pub(super) gap: f32,
}

impl Bar {
    /// Draws the bar, with the controls centered in its height.
    pub(super) fn show<R>(self, ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
        let Self { name, rect, background, line, padding, gap } = self;
        ui.painter().rect_filled(rect, 0.0, background);
        let stroke = Stroke::new(tokens::LINE, palette(ui.visuals()).divider);
        match line {
            Edge::None => {}
            Edge::Top => {
                ui.painter().hline(rect.x_range(), rect.top() + tokens::LINE / 2.0, stroke);
            }
            Edge::Bottom => {
                ui.painter().hline(rect.x_range(), rect.bottom() - tokens::LINE / 2.0, stroke);
            }
        }
        let inner = rect - padding;
        let inner = inner.with_max_x(inner.right().max(inner.left()));
        let layout = Layout::left_to_right(Align::Center);
        let shown = region(ui, name, inner, layout, |ui| {
            ui.set_clip_rect(rect);
            ui.spacing_mut().item_spacing.x = gap;
            contents(ui)
        });
        describe(ui.ctx(), id(name), rect);
        shown
    }
}

/// Returns the ID of a region.
fn id(name: &'static str) -> Id {
    Id::unique(("region", name))
}

/// Draws a region. Contents that are too large are cut off and move nothing else.
pub(super) fn region<R>(
    ui: &mut Ui,
    name: &'static str,
    rect: Rect,
    layout: Layout,
    contents: impl FnOnce(&mut Ui) -> R,
) -> R {
    let builder = UiBuilder::new()
        .scope_id(id(name))
        .max_rect(rect)
        .layout(layout)
        .accessibility_role(Role::Group)
        .accessibility_label(name);
    let mut child = ui.new_child(builder);
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    let shown = contents(&mut child);
    drop(child);
    describe(ui.ctx(), id(name), rect);
    shown
}

/// Reports the position of a region to screen readers.
fn describe(ctx: &Context, id: Id, rect: Rect) {
    let bounds = accesskit::Rect {
        x0: rect.left().into(),
        y0: rect.top().into(),
        x1: rect.right().into(),
        y1: rect.bottom().into(),
    };
    ctx.accesskit_node_builder(id, |node| node.set_bounds(bounds));
}

/// Draws a line between two controls of a bar.
pub(super) fn separator(ui: &mut Ui) {
    let color = palette(ui.visuals()).divider;
    separator_in(ui, color);
}

/// Draws a line of this color between two controls of a bar.
pub(super) fn separator_in(ui: &mut Ui, color: Color32) {
    let size = vec2(tokens::LINE + 2.0 * tokens::UNIT, tokens::ICON);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().vline(rect.center().x, rect.y_range(), Stroke::new(tokens::LINE, color));
}
