//! The counts panel: projects and users with the number of their sessions. A click filters.

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Color32, Context, FontFamily, FontId, Id, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    pos2, vec2,
};

use super::arrow_keys::{self, Axis};
use super::command::Command;
use super::focus_scroll;
use super::fonts;
use super::hover;
use super::model::{AppState, Drafts};
use super::right_panel;
use super::segments;
use super::theme;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;
use crate::dataset::{Dataset, TextColumn};
use crate::display;
use crate::query::{Facet, FacetOrder, Facets, FilterField, FilterText};

/// Draws the panel.
pub(super) fn show(ui: &mut Ui, state: &AppState, drafts: &Drafts, commands: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
    right_panel::head(ui, "Counts", &[], Command::ToggleCounts, commands, |ui, commands| {
        let choices = [(FacetOrder::Count, "Count"), (FacetOrder::Name, "Name")];
        let order = segments::show_small(ui, "Sort by", state.facet_order, choices);
        commands.extend(order.map(Command::SetFacetOrder));
    });
    ui.set_min_width(ui.available_width());
    let area = ui.available_rect_before_wrap();
    ui.data_mut(|data| data.insert_temp(area_id(), area));
    let Some(sessions) = state.table.result() else {
        return;
    };
    let Some(facets) = &sessions.facets else {
        return;
    };
    let lists = lists(&sessions.dataset, facets, drafts);
    let max = lists.iter().flat_map(|list| &list.facet.values).map(|(_, count)| *count).max().unwrap_or(1);
    let gap = 2.0 * tokens::UNIT;
    let height: f32 = lists.iter().map(List::height).sum::<f32>() + gap;
    // Only the rows in view are laid out.
    ScrollArea::vertical().auto_shrink(false).show_viewport(ui, |ui, viewport| {
        ui.set_height(height);
        let mut top = 0.0;
        for list in &lists {
            let origin = ui.max_rect().min + vec2(0.0, top);
            list.show(
                ui,
                Rect::from_min_size(origin, vec2(ui.max_rect().width(), list.height())),
                viewport.translate(-vec2(0.0, top)),
                max,
                commands,
            );
            top += list.height() + gap;
        }
        focus_scroll::follow(ui);
    });
}

/// Returns `true` while the pointer is over the lists. Their order must not change then.
pub(super) fn is_hovered(ctx: &Context) -> bool {
    let area = ctx.data(|data| data.get_temp::<Rect>(area_id()));
    area.zip(ctx.pointer_hover_pos()).is_some_and(|(area, at)| area.contains(at))
}

fn area_id() -> Id {
    Id::unique("counts")
}

/// A list of values with their counts.
struct List<'a> {
    title: &'static str,
    field: FilterField,
    column: &'a TextColumn,
    facet: &'a Facet,
    /// The values that the filter is made of.
    filtered: Vec<String>,
}

fn lists<'a>(dataset: &'a Dataset, facets: &'a Facets, drafts: &Drafts) -> [List<'a>; 2] {
    let filtered = |text: &FilterText| text.values().unwrap_or_default();
    [
        List {
            title: "Projects",
            field: FilterField::Project,
            column: dataset.project(),
            facet: &facets.projects,
            filtered: filtered(&drafts.project),
        },
        List {
            title: "Users",
            field: FilterField::Username,
            column: dataset.username(),
            facet: &facets.users,
            filtered: filtered(&drafts.username),
        },
    ]
}

impl List<'_> {
    #[expect(clippy::cast_precision_loss, reason = "a list of millions is scrolled to the pixel, not read")]
    fn height(&self) -> f32 {
        theme::DETAILS_LINE * (1 + self.facet.values.len()) as f32
    }

    /// Draws the title and the values in view. `viewport` is the visible part, from the top of this list.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a negative float saturates to 0"
    )]
    fn show(&self, ui: &mut Ui, rect: Rect, viewport: Rect, max: u32, commands: &mut Vec<Command>) {
        let height = theme::DETAILS_LINE;
        let line = |index: usize| {
            Rect::from_min_size(rect.min + vec2(0.0, index as f32 * height), vec2(rect.width(), height))
        };
        self.heading(ui, line(0));
        // One more at each end, for the arrow keys to move to.
        let first = ((viewport.top() / height).floor() as usize).saturating_sub(1).max(1);
        let last = (viewport.bottom() / height).ceil().max(-1.0) + 1.0;
        let last = (last as usize).min(1 + self.facet.values.len());
        for index in first..last {
            self.value(ui, line(index), self.facet.values[index - 1], max, commands);
        }
    }

    fn heading(&self, ui: &mut Ui, rect: Rect) {
        let color = palette(ui.visuals()).secondary;
        // The list also has values that the filter of its own column hides, so that they can be added to it.
        let count = display::number(self.facet.distinct());
        let response = ui.interact(rect, ui.scope_id().with((self.title, "title")), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{} ({count})", self.title)));
        let inner = rect.shrink2(vec2(theme::PANEL_PADDING, 0.0));
        for (text, align) in [(self.title.to_owned(), 0.0), (count, 1.0)] {
            let font = FontId::new(tokens::TYPE_CAPTION, fonts::semibold());
            let galley = ui.painter().layout_no_wrap(text, font, color);
            let x = inner.left() + align * (inner.width() - galley.size().x);
            ui.painter().galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, color);
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a bar is drawn to the pixel")]
    fn value(
        &self,
        ui: &mut Ui,
        rect: Rect,
        (code, sessions): (u32, u32),
        max: u32,
        commands: &mut Vec<Command>,
    ) {
        let p = palette(ui.visuals());
        let value = self.column.text(code);
        let shown = display::text(value);
        let is_filtered = self.filtered.iter().any(|other| other == value);
        let response = ui.interact(rect, ui.scope_id().with((self.title, value)), Sense::click());
        arrow_keys::join(ui, area_id(), Axis::Vertical, &response);
        let name = format!("{shown}: {}", display::sessions(sessions as usize));
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_filtered, &*name));
        let bar = rect.shrink2(vec2(theme::BAR_MARGIN, tokens::LINE));
        let part = sessions as f32 / max.max(1) as f32;
        let bar_width = (rect.width() - 2.0 * theme::PANEL_PADDING) * part;
        let background = if is_filtered { p.selection } else { p.hover };
        let hovered = hover::color(&response, Color32::TRANSPARENT, p.control);
        ui.painter().rect_filled(bar, tokens::RADIUS_SMALL, hovered);
        ui.painter().rect_filled(bar.with_max_x(bar.left() + bar_width), tokens::RADIUS_SMALL, background);
        let inner = rect.shrink2(vec2(theme::PANEL_PADDING, 0.0));
        let font = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Proportional);
        let count = fonts::line(ui.painter(), display::number(sessions as usize), font, p.secondary);
        let count_width = count.size().x;
        let at = pos2(inner.right() - count_width, rect.center().y - count.size().y / 2.0);
        ui.painter().galley(at, count, p.secondary);
        let font = FontId::new(tokens::TYPE_BODY, FontFamily::Proportional);
        let mut job = LayoutJob::simple_singleline(shown.clone().into_owned(), font, p.text);
        job.wrap =
            TextWrapping::truncate_at_width((inner.width() - count_width - 2.0 * tokens::UNIT).max(0.0));
        let galley = ui.painter().layout_job(job);
        let at = pos2(inner.left(), rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, p.text);
        if response.has_focus() {
            let stroke = Stroke::new(tokens::FOCUS_WIDTH, p.focus);
            ui.painter().rect_stroke(bar, tokens::RADIUS_SMALL, stroke, StrokeKind::Inside);
        }
        let tooltip = format!("{shown}\nClick to filter, {}+click to add", theme::CTRL);
        if response.tooltip_beside(tooltip).clicked() {
            let adds = ui.input(|input| input.modifiers.command);
            commands.push(Command::Facet { field: self.field, value: value.to_owned(), adds });
        }
    }
}
