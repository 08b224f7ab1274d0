//! The two filter boxes, how each is read, and under each what is to be said of it.

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Button, Id, Label, RichText, Stroke, TextEdit, TextStyle, Ui, pos2, vec2};

use super::a11y_hidden;
use super::command::Command;
use super::filter_help;
use super::model::{FilterBox, Model};
use super::saved_filters;
use super::theme;
use crate::query::Side;

/// Draws the boxes.
pub(super) fn show(ui: &mut Ui, model: &mut Model, commands: &mut Vec<Command>) {
    let wide = ui.available_width() >= theme::WIDE;
    ui.horizontal_top(|ui| {
        filter(ui, Side::Username, &mut model.username, commands);
        if wide {
            filter(ui, Side::Project, &mut model.project, commands);
        }
        saved_filters::show(ui, model, commands);
        filter_help::show(ui);
    });
    if !wide {
        ui.horizontal_top(|ui| filter(ui, Side::Project, &mut model.project, commands));
    }
}

/// The boxes, so that keys can be told to be theirs.
pub(super) fn ids() -> [Id; 2] {
    [Side::Username, Side::Project].map(id)
}

fn id(side: Side) -> Id {
    Id::unique(("filter", name(side)))
}

/// What a box is called.
fn name(side: Side) -> &'static str {
    match side {
        Side::Username => "Username",
        Side::Project => "Project",
    }
}

fn filter(ui: &mut Ui, side: Side, filter: &mut FilterBox, commands: &mut Vec<Command>) {
    // As a label it would be a second `Username` for whoever looks for the column.
    a11y_hidden::text(ui, name(side), ui.visuals().text_color(), theme::CAPTION_WIDTH);
    ui.vertical(|ui| {
        let width = ui
            .horizontal(|ui| {
                edit(ui, side, filter, commands);
                modes(ui, side, filter, commands);
            })
            .response
            .rect
            .width();
        // The line is there even when there is nothing to say, so that the table below never moves.
        ui.allocate_ui(vec2(width, theme::FAULT_HEIGHT), |ui| {
            ui.set_min_height(theme::FAULT_HEIGHT);
            ui.horizontal(|ui| remark(ui, side, filter, commands));
        });
    });
}

fn edit(ui: &mut Ui, side: Side, filter: &mut FilterBox, commands: &mut Vec<Command>) {
    // Before the box is drawn, so that what is typed in this very frame is in it.
    if std::mem::take(&mut filter.take_focus) {
        ui.memory_mut(|memory| memory.request_focus(id(side)));
        // What is typed next comes behind what stands there.
        let mut state = TextEditState::load(ui.ctx(), id(side)).unwrap_or_default();
        let end = CCursor::new(filter.text.pattern.chars().count());
        state.cursor.set_char_range(Some(CCursorRange::one(end)));
        state.store(ui.ctx(), id(side));
    }
    let tone = filter.tone();
    let hint = if filter.text.mode.contains {
        "regular expression, any part"
    } else {
        "regular expression, whole value"
    };
    let output = ui
        .scope(|ui| {
            if let Some(tone) = tone {
                let stroke = Stroke::new(1.5, theme::colour(ui.visuals(), tone));
                let visuals = ui.visuals_mut();
                let widgets = &mut visuals.widgets;
                for widget in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
                    widget.bg_stroke = stroke;
                }
                visuals.selection.stroke = stroke;
            }
            TextEdit::singleline(&mut filter.text.pattern)
                .id(id(side))
                .hint_text(hint)
                .font(TextStyle::Monospace)
                .desired_width(theme::FILTER_WIDTH)
                .show(ui)
        })
        .inner;

    // The place of the fault, underlined in the text.
    let column = filter.fault.as_ref().and_then(crate::query::FilterError::column);
    if let (Some(tone), Some(column)) = (tone, column) {
        let at =
            |index| output.galley.pos_from_cursor(CCursor::new(index)).translate(output.galley_pos.to_vec2());
        let (start, end) = (at(column - 1), at(column));
        // Behind the last character there is nothing to underline, and something is missing.
        let right = end.left().max(start.left() + theme::LEAST_MARK);
        let y = start.bottom() - 1.0;
        ui.painter().with_clip_rect(output.text_clip_rect).line_segment(
            [pos2(start.left(), y), pos2(right, y)],
            Stroke::new(2.0, theme::colour(ui.visuals(), tone)),
        );
    }

    let changed = output.response.changed();
    output.response.response.accessible_name(format!("{} filter", name(side)));
    if changed {
        commands.push(Command::Filter);
    }
}

/// How the pattern is read. What is in force is pressed.
fn modes(ui: &mut Ui, side: Side, filter: &mut FilterBox, commands: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing.x = 2.0;
    let mode = &mut filter.text.mode;
    let name = name(side);
    let mut match_case = !mode.ignore_case;
    let mut toggle = |ui: &mut Ui, flag: &mut bool, text: &str, label: &str, hint: &str| {
        let button = Button::selectable(*flag, RichText::new(text).size(theme::SMALL_TEXT));
        let response = ui.add(button).on_hover_text(hint).accessible_name(format!("{name}: {label}"));
        if response.clicked() {
            *flag = !*flag;
            commands.push(Command::Filter);
        }
    };
    toggle(
        ui,
        &mut match_case,
        "Aa",
        "match case",
        "Match case: capital and small letters differ, as on the gateway",
    );
    toggle(
        ui,
        &mut mode.contains,
        "contains",
        "contains",
        "Contains: the pattern may match a part of the value; the gateway matches the whole value",
    );
    toggle(ui, &mut mode.invert, "not", "invert", "Invert: what does not match");
    mode.ignore_case = !match_case;
}

/// What is to be said of a filter: what is wrong with it, or why it finds nothing.
fn remark(ui: &mut Ui, side: Side, filter: &FilterBox, commands: &mut Vec<Command>) {
    if let (Some(fault), Some(tone)) = (&filter.fault, filter.tone()) {
        let sign = if fault.is_incomplete() { "…" } else { "▲" };
        let text = RichText::new(format!("{sign} {fault}"))
            .size(theme::SMALL_TEXT)
            .color(theme::colour(ui.visuals(), tone));
        ui.add(Label::new(text).truncate()).on_hover_text(fault.to_string());
    } else if let Some(literal) = filter.literal_that_finds_nothing() {
        let what = name(side).to_lowercase();
        let text = format!("no {what} is exactly “{literal}”;");
        ui.add(Label::new(RichText::new(text).size(theme::SMALL_TEXT)).truncate());
        let link = egui::Link::new(RichText::new("contains?").size(theme::SMALL_TEXT));
        let hint = format!("Find every {what} that contains it");
        if ui.add(link).on_hover_text(hint).clicked() {
            commands.push(Command::Contains(side));
        }
    }
}
