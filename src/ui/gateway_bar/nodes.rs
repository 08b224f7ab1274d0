//! The popup with the state of each node, below their number.

use std::sync::Arc;
use std::time::SystemTime;

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Color32, FontFamily, FontId, Galley, Id, PopupCloseBehavior, Response, ScrollArea, Sense, Ui, WidgetInfo,
    pos2, vec2,
};

use super::super::command::Command;
use super::super::details_text;
use super::super::fonts;
use super::super::mark::Mark;
use super::super::menu;
use super::super::model::AppState;
use super::super::popup;
use super::super::small_text;
use super::super::theme;
use super::super::tokens::{self, palette};
use super::super::tooltip::ResponseExt as _;
use super::status::{self, NodeLine};

/// Space at both ends of a line and between its parts.
const PADDING: f32 = 2.0 * tokens::UNIT;
/// Space before the time.
const TIME_GAP: f32 = 6.0 * tokens::UNIT;
/// Space to the left of the first text.
const TEXT_LEFT: f32 = 2.0 * PADDING + tokens::ICON;

/// Draws the popup while it is open.
pub(super) fn show(button: &Response, state: &AppState, now: SystemTime, commands: &mut Vec<Command>) {
    let popup = menu::popup(button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    popup.show(|ui| {
        let nodes = state.status.iter().flat_map(|status| &status.nodes);
        let lines: Vec<NodeLine> = nodes.map(|node| status::node_line(node, now)).collect();
        let texts: Vec<Texts> = lines.iter().map(|line| Texts::new(ui, line)).collect();
        let width = texts.iter().map(Texts::width).fold(0.0, f32::max).min(popup::max_width(ui)).ceil();
        menu::start(ui, width);
        ui.set_max_width(width);
        ScrollArea::vertical().max_height(theme::NODES_HEIGHT).show(ui, |ui| {
            for (line, texts) in lines.iter().zip(texts) {
                line_ui(ui, width, line, texts);
                below(ui, line, commands);
            }
        });
    });
}

/// The texts of a line, laid out.
struct Texts {
    name: Arc<Galley>,
    state: Arc<Galley>,
    time: Arc<Galley>,
}

impl Texts {
    fn new(ui: &Ui, line: &NodeLine) -> Self {
        let layout = |text: &str, size| {
            let font = FontId::new(size, FontFamily::Proportional);
            fonts::line(ui.painter(), text, font, Color32::PLACEHOLDER)
        };
        Self {
            name: layout(&line.name, tokens::TYPE_BODY),
            state: layout(&line.state, tokens::TYPE_SECONDARY),
            time: layout(line.time.as_deref().unwrap_or_default(), tokens::TYPE_SECONDARY),
        }
    }

    /// Returns the width of the line.
    fn width(&self) -> f32 {
        let Self { name, state, time } = self;
        TEXT_LEFT + name.size().x + PADDING + state.size().x + TIME_GAP + time.size().x + PADDING
    }
}

/// Draws the line of a node. Its state is truncated where there is no room for all.
fn line_ui(ui: &mut Ui, width: f32, line: &NodeLine, texts: Texts) {
    let p = palette(ui.visuals());
    let (rect, response) = ui.allocate_exact_size(vec2(width, tokens::MENU_ROW_HEIGHT), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, line.text()));
    let painter = ui.painter();
    let y = rect.center().y;
    line.mark.paint(painter, pos2(rect.left() + PADDING + tokens::ICON / 2.0, y), ui.visuals());
    let mut x = rect.left() + TEXT_LEFT;
    let right = rect.right() - PADDING - texts.time.size().x;
    let name_width = texts.name.size().x;
    painter.galley(pos2(x, y - texts.name.size().y / 2.0), texts.name, p.text);
    x += name_width + PADDING;
    painter.galley(pos2(right, y - texts.time.size().y / 2.0), texts.time, p.secondary);
    let color = match line.mark {
        Mark::SignIn | Mark::Certificate => p.warning,
        _ if line.report.is_some() => p.error,
        _ => p.secondary,
    };
    let mut job = LayoutJob::simple_singleline(
        line.state.clone(),
        texts.state.job.sections[0].format.font_id.clone(),
        color,
    );
    job.wrap = TextWrapping::truncate_at_width((right - PADDING - x).max(0.0));
    let state = painter.layout_job(job);
    let is_truncated = state.elided;
    painter.galley(pos2(x, y - state.size().y / 2.0), state, color);
    if is_truncated {
        response.tooltip(line.state.clone());
    }
}

/// Draws what else there is to say about a node, below its line.
fn below(ui: &mut Ui, line: &NodeLine, commands: &mut Vec<Command>) {
    let report = line.report.as_ref().filter(|report| report.has_causes());
    if line.notices.is_empty() && report.is_none() {
        return;
    }
    let indent = egui::Frame::NONE.inner_margin(egui::epaint::MarginF32 {
        left: TEXT_LEFT,
        right: PADDING,
        top: 0.0,
        bottom: PADDING,
    });
    indent.show(ui, |ui| {
        ui.set_width(ui.available_width());
        for notice in &line.notices {
            let text = small_text::text(notice, palette(ui.visuals()).warning);
            ui.add(egui::Label::new(text).wrap());
        }
        if let Some(report) = report {
            details_text::causes(ui, Id::unique(("node error", &line.name)), report, commands);
        }
    });
}
