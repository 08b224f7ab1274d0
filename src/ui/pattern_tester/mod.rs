//! The dialog that tests a pattern: the pattern with its toggles, the values of the table or typed ones, and the result on
//! each of them.
//!
//! - `list`: the list of values
//! - `labels`: results and counts in words

mod labels;
mod list;

use egui::accesskit::{Live, Role};
use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align, Align2, Context, FontFamily, FontId, Id, Label, Layout, Memory, Popup, Rect, RichText, ScrollArea,
    Sense, Stroke, StrokeKind, TextEdit, Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

use super::button::Button;
use super::command::{Command, PatternCommand};
use super::filter_row::{self, error_overlay, form_box};
use super::model::{AppState, Drafts, PatternTester, ValueSource};
use super::pattern_test::TestFailure;
use super::tokens::{self, palette};
use super::tooltip::ResponseExt as _;
use super::{focus_scroll, fonts, icons, modal, row_end, segments, select, small_text, text_field, theme};
use crate::dataset::ColumnId;

/// The largest number of characters of the typed values, which are laid out in each frame.
const MAX_TYPED: usize = 50_000;
/// Space between the rows of controls.
const GAP: f32 = 2.0 * tokens::UNIT;
/// Height of the lines below the list.
const STATUS_HEIGHT: f32 = 2.0 * tokens::LINE_SECONDARY + tokens::UNIT;

/// The explanation of the engines.
const ENGINES: &str = "Patterns with look-around, back-references and the like are matched by backtracking.\nA pattern that \
                       takes too many steps is stopped at a limit, so that it doesn't hold up the table";

/// Draws the dialog while it is open.
pub(super) fn show(ctx: &Context, state: &AppState, drafts: &mut Drafts, commands: &mut Vec<Command>) {
    let tester = &mut drafts.tester;
    if !tester.is_open {
        return;
    }
    let room = ctx.content_rect().size() - Vec2::splat(2.0 * theme::DIALOG_DISTANCE);
    let size = Vec2::from(theme::PATTERN_TESTER_SIZE).min(room);
    let response = modal::new(ctx, Id::unique("pattern tester")).show(ctx, |ui| {
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
            node.set_role(Role::Dialog);
            node.set_label("Test a pattern");
        });
        let inner = rect - theme::SETTINGS_MARGIN;
        let (head, below) = inner.split_top_bottom_at_y(inner.top() + tokens::BAR_HEIGHT);
        // In a low window, the call has its place beside the buttons.
        let has_call_row = inner.height() >= theme::PATTERN_ROOMY_HEIGHT;
        let call_height = if has_call_row { tokens::CONTROL_HEIGHT + GAP } else { 0.0 };
        let (body, foot) = below.split_top_bottom_at_y(below.bottom() - theme::PATTERN_FOOT - call_height);
        head_ui(ui, head, commands);
        body_ui(ui, body, tester, state, commands);
        foot_ui(ui, foot, (state, &*tester), commands);
    });
    if response.should_close() {
        commands.push(Command::Pattern(PatternCommand::Close));
    }
}

/// Draws the title and the button that closes the dialog.
fn head_ui(ui: &mut Ui, rect: Rect, commands: &mut Vec<Command>) {
    let font = FontId::new(tokens::TYPE_TITLE, fonts::semibold());
    let color = palette(ui.visuals()).text;
    ui.painter().text(rect.left_center(), Align2::LEFT_CENTER, "Test a pattern", font, color);
    let builder = UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center));
    let close = ui.new_child(builder).add(Button::ghost_icon(icons::X, "Close the pattern test"));
    if close.tooltip("Close (Esc)").clicked() {
        commands.push(Command::Pattern(PatternCommand::Close));
    }
}

/// Draws everything between the title and the foot. In a low window it scrolls.
fn body_ui(
    ui: &mut Ui,
    rect: Rect,
    tester: &mut PatternTester,
    state: &AppState,
    commands: &mut Vec<Command>,
) {
    let place = rect.with_max_x(rect.right() + theme::SETTINGS_OVERHANG);
    let mut body = ui.new_child(UiBuilder::new().max_rect(place).layout(Layout::top_down(Align::Min)));
    body.set_clip_rect(place.expand(tokens::FOCUS_WIDTH).intersect(ui.clip_rect()));
    ScrollArea::vertical().auto_shrink(false).show(&mut body, |ui| {
        ui.set_max_width(rect.width());
        ui.spacing_mut().item_spacing = vec2(GAP, GAP);
        pattern_row(ui, tester, state, commands);
        values_row(ui, tester, commands);
        if tester.source == ValueSource::Typed {
            typed_values(ui, tester, commands);
        }
        let used = ui.cursor().top() - ui.min_rect().top();
        let height = (rect.height() - used - GAP - STATUS_HEIGHT).max(theme::PATTERN_LIST_MIN_HEIGHT);
        let (list, _) = ui.allocate_exact_size(vec2(rect.width(), height), Sense::hover());
        results_ui(ui, list, tester, commands);
        focus_scroll::follow(ui);
    });
}

/// Draws the column and the pattern, which takes the keyboard focus unless something else has it.
fn pattern_row(ui: &mut Ui, tester: &mut PatternTester, state: &AppState, commands: &mut Vec<Command>) {
    let result = state.table.result();
    let mut columns = vec![ColumnId::Username, ColumnId::Project];
    columns.extend(filter_row::other_columns(result.map(|result| &*result.dataset)));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let title = |column: &ColumnId| state.column_title(column).into_owned();
        let width = theme::PATTERN_COLUMN_WIDTH;
        if let Some(column) = select::show(ui, "Column", width, &tester.column, title, &columns) {
            commands.push(Command::Pattern(PatternCommand::SetColumn(column.clone())));
        }
        let id = PatternTester::pattern_id();
        let labels = form_box::BoxLabels { caption: "Pattern", name: "Pattern", hint: "e.g. bi.*" };
        let error = match tester.failure() {
            Some(TestFailure::Pattern(error)) => Some(error.clone()),
            _ => None,
        };
        let shown = form_box::show_without_message(ui, id, &labels, &mut tester.text, error.as_ref());
        if shown.edit.changed() {
            edited(ui, commands);
        }
        commands.extend(shown.mode.map(|mode| Command::Pattern(PatternCommand::SetMode(mode))));
        if ui.memory(Memory::focused).is_none() && !Popup::is_any_open(ui.ctx()) {
            shown.edit.request_focus();
        }
    });
}

/// Draws where the values come from, and which of them are listed.
fn values_row(ui: &mut Ui, tester: &PatternTester, commands: &mut Vec<Command>) {
    let size = vec2(ui.available_width(), tokens::CONTROL_HEIGHT);
    let (row, _) = ui.allocate_exact_size(size, Sense::hover());
    let builder = UiBuilder::new().max_rect(row).layout(Layout::left_to_right(Align::Center));
    let choices = [(ValueSource::Table, "Values of the table"), (ValueSource::Typed, "Typed values")];
    let mut left = ui.new_child(builder);
    let source = segments::show(&mut left, "Test with", tester.source, choices);
    commands.extend(source.map(|source| Command::Pattern(PatternCommand::SetSource(source))));
    let (listed, _) = row_end::show(ui, row, |ui| {
        segments::show_small(ui, "List", tester.listed, labels::listed(&tester.text))
    });
    commands.extend(listed.map(|listed| Command::Pattern(PatternCommand::List(listed))));
}

fn typed_values(ui: &mut Ui, tester: &mut PatternTester, commands: &mut Vec<Command>) {
    let hint = RichText::new("One value per line").color(palette(ui.visuals()).secondary);
    let edit = TextEdit::multiline(&mut tester.typed)
        .id(PatternTester::values_id())
        .hint_text(hint)
        .char_limit(MAX_TYPED);
    let edit = text_field::multiline_scrolled(ui, edit, "Typed values", theme::PATTERN_TYPED_HEIGHT);
    if edit.changed() {
        edited(ui, commands);
    }
}

fn edited(ui: &Ui, commands: &mut Vec<Command>) {
    commands.push(Command::Pattern(PatternCommand::Edited));
    // The test starts in the next frame, also if the command changes nothing else.
    ui.ctx().request_repaint();
}

/// Draws the list, or why there is none, and the lines below.
fn results_ui(ui: &mut Ui, rect: Rect, tester: &PatternTester, commands: &mut Vec<Command>) {
    let p = palette(ui.visuals());
    let size = vec2(rect.width(), STATUS_HEIGHT);
    let (status, _) = ui.allocate_exact_size(size, Sense::hover());
    let builder = UiBuilder::new().max_rect(rect.shrink(theme::PATTERN_MESSAGE_MARGIN));
    match tester.failure() {
        Some(TestFailure::Pattern(error))
            if error_overlay::is_due(ui, PatternTester::pattern_id(), &tester.text) =>
        {
            ui.painter().rect_filled(rect, 0.0, p.table);
            list::frame_line(ui, rect);
            ui.scope_builder(builder, |ui| error_overlay::contents(ui, &tester.text, error, |_| {}));
        }
        Some(TestFailure::NotRun(report)) => {
            ui.painter().rect_filled(rect, 0.0, p.table);
            list::frame_line(ui, rect);
            ui.scope_builder(builder, |ui| {
                text_field::line(ui, icons::CIRCLE_ALERT, p.error, report.summary(), p.text);
            });
        }
        failure => {
            let is_stale = failure.is_some() || tester.is_slow;
            list::show(ui, rect, tester, tester.results(), is_stale, commands);
            status_ui(ui, status, tester, is_stale);
        }
    }
}

/// Draws how many values pass, the engine, and a remark.
fn status_ui(ui: &mut Ui, rect: Rect, tester: &PatternTester, is_stale: bool) {
    let p = palette(ui.visuals());
    let mut ui = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Min)));
    ui.spacing_mut().item_spacing.y = tokens::UNIT;
    if is_stale {
        if tester.is_slow {
            small_text::note(&mut ui, "Testing…");
        }
        return;
    }
    let Some((input, values)) = tester.results() else {
        return;
    };
    let size = vec2(rect.width(), tokens::LINE_SECONDARY);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        let count = small_text::text(&labels::counts(input, values), p.text).family(fonts::semibold());
        let count = ui.add(Label::new(count));
        ui.ctx().accesskit_node_builder(count.id, |node| node.set_live(Live::Polite));
        if let Some(engines) = values.engine {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let engine = small_text::text(labels::engines(engines), p.secondary);
                ui.add(Label::new(engine).truncate()).tooltip(ENGINES);
            });
        }
    });
    let labels::Remark { text, is_warning } = labels::remark(input, values, tester.listed);
    if is_warning {
        text_field::line(&mut ui, icons::TRIANGLE_ALERT, p.warning, &text, p.text);
    } else {
        ui.add(Label::new(small_text::text(&text, p.secondary)).truncate());
    }
}

/// Draws the call of the gateway's function, and the buttons.
fn foot_ui(
    ui: &mut Ui,
    rect: Rect,
    (state, tester): (&AppState, &PatternTester),
    commands: &mut Vec<Command>,
) {
    let row = rect.with_min_y(rect.bottom() - tokens::CONTROL_HEIGHT);
    let has_call_row = rect.height() > theme::PATTERN_FOOT;
    let call = tester.current_results().map(|values| &*values.call);
    let has_words = rect.width() >= theme::PATTERN_WORDS_MIN_WIDTH;
    let label = if has_words { "Copy as getSessionInfo call" } else { "Copy call" };
    let above = row.translate(vec2(0.0, -tokens::CONTROL_HEIGHT - GAP));
    if let Some(call) = call.filter(|_| has_call_row) {
        call_ui(ui, above, call);
    }
    let ((), end) = row_end::show(ui, row, |ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let copy = Button::soft(label).icon(icons::CODE_XML).name("Copy as getSessionInfo call");
        if ui.add_enabled(call.is_some(), copy).clicked() {
            commands.push(Command::Pattern(PatternCommand::CopyCall));
        }
        let is_usable = tester.failure().is_none();
        let filter = ui.add_enabled(is_usable, Button::primary("Use as filter"));
        if filter
            .tooltip(format!("Replaces the {} filter", filter_row::noun(&state.column_title(&tester.column))))
            .clicked()
        {
            commands.push(Command::Pattern(PatternCommand::UseAsFilter));
        }
    });
    if let Some(call) = call.filter(|_| !has_call_row) {
        call_ui(ui, row.with_max_x(end.left() - GAP), call);
    }
}

/// Draws the call in a box.
fn call_ui(ui: &mut Ui, rect: Rect, call: &str) {
    let p = palette(ui.visuals());
    if rect.width() <= 2.0 * theme::CELL_LEFT {
        return;
    }
    let line = Stroke::new(tokens::LINE, p.divider);
    ui.painter().rect(rect, tokens::RADIUS_CONTROL, p.control, line, StrokeKind::Inside);
    let font = FontId::new(tokens::TYPE_SECONDARY, FontFamily::Monospace);
    let mut job = LayoutJob::single_section(call.to_owned(), fonts::format(font, p.text));
    job.wrap = TextWrapping::truncate_at_width(rect.width() - 4.0 * tokens::UNIT);
    let galley = ui.painter().layout_job(job);
    let response = ui.interact(rect, Id::unique("tested call"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, call));
    let is_truncated = galley.elided;
    let at = pos2(rect.left() + 2.0 * tokens::UNIT, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, p.text);
    if is_truncated {
        response.tooltip_above(call);
    }
}
