//! A question in a dialog. Cancel has the keyboard focus, Escape cancels, and the focus stays in the dialog and returns
//! afterwards.

use egui::accesskit::Role;
use egui::{Context, FontId, Id, Label, Memory, RichText, Sense, Ui, UiBuilder, vec2};

use super::a11y_hidden;
use super::button::Button;
use super::fonts;
use super::grid;
use super::modal;
use super::row_end;
use super::theme;
use super::tokens::{self, palette};

/// Passes without the dialog after which it counts as closed.
const MAX_MISSED_PASSES: u64 = 2;

/// A dialog with a question.
pub(super) struct Dialog<'a> {
    /// Identifies the question. Another question takes the keyboard focus again.
    id: Id,
    title: &'a str,
    text: &'a str,
}

/// The user's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DialogChoice {
    /// The action.
    Confirmed,
    /// Cancel, Escape, or a click outside the dialog.
    Cancelled,
}

/// The last pass that drew a dialog, and the widget that had the keyboard focus before it.
#[derive(Clone, Copy)]
struct LastDrawn {
    pass: u64,
    focused_before: Option<Id>,
}

impl<'a> Dialog<'a> {
    /// Returns a dialog with a title and a sentence below it.
    pub(super) fn new(id: Id, title: &'a str, text: &'a str) -> Self {
        Self { id, title, text }
    }

    /// Draws the dialog with `contents` between the text and the buttons. `confirm` is the button of the action: it repeats
    /// the verb of the title. Returns the answer once there is one.
    pub(super) fn show(
        self,
        ctx: &Context,
        contents: impl FnOnce(&mut Ui),
        confirm: Button<'_>,
    ) -> Option<DialogChoice> {
        let last_drawn = ctx.data(|data| data.get_temp::<LastDrawn>(self.id));
        // A question that went away without an answer, such as when its gateway was removed, counts as new when it returns.
        let is_open = |last: &LastDrawn| last.pass + MAX_MISSED_PASSES >= ctx.cumulative_pass_nr();
        let last_drawn = last_drawn.filter(is_open);
        let focused = ctx.memory(Memory::focused);
        let focused_before = last_drawn.map_or(focused, |last| last.focused_before);
        let p = palette(&ctx.global_style().visuals);
        let modal = modal::new(ctx, self.id);
        let frame = modal.frame.unwrap_or_default().inner_margin(theme::DIALOG_MARGIN);
        let modal = modal.frame(frame);
        let dialog = modal.show(ctx, |ui| {
            let builder = UiBuilder::new()
                .accessibility_role(Role::AlertDialog)
                .accessibility_label(self.title.to_owned());
            ui.scope_builder(builder, |ui| {
                let width = theme::DIALOG_WIDTH.min(ctx.content_rect().width() - 4.0 * theme::DIALOG_PADDING);
                ui.set_width(width - 2.0 * theme::DIALOG_PADDING);
                ui.spacing_mut().item_spacing = vec2(2.0 * tokens::UNIT, tokens::UNIT);
                let title = FontId::new(tokens::TYPE_TITLE, fonts::semibold());
                a11y_hidden::title(ui, self.title, title, p.text, tokens::LINE_TITLE);
                let text = RichText::new(self.text).line_height(Some(tokens::LINE_BODY)).color(p.secondary);
                ui.add(Label::new(text).wrap());
                ui.add_space(2.0 * tokens::UNIT);
                contents(ui);
                ui.add_space(3.0 * tokens::UNIT);
                // Enter must not confirm.
                let is_focus_lost = ui.memory(Memory::focused).is_none();
                buttons(ui, confirm, last_drawn.is_none() || is_focus_lost)
            })
            .inner
        });
        let answer = dialog.inner.or_else(|| dialog.should_close().then_some(DialogChoice::Cancelled));
        if answer.is_some() {
            ctx.data_mut(|data| data.remove::<LastDrawn>(self.id));
            // The item of a menu is gone.
            let exists = |id: &Id| ctx.read_response(*id).is_some();
            match focused_before.filter(exists) {
                Some(id) => ctx.memory_mut(|memory| memory.request_focus(id)),
                None => grid::return_focus(ctx),
            }
        } else {
            let drawn = LastDrawn { pass: ctx.cumulative_pass_nr(), focused_before };
            ctx.data_mut(|data| data.insert_temp(self.id, drawn));
        }
        answer
    }
}

/// Draws the buttons at the right.
fn buttons(ui: &mut Ui, confirm: Button<'_>, focuses_cancel: bool) -> Option<DialogChoice> {
    let size = vec2(ui.available_width(), tokens::CONTROL_HEIGHT);
    let (row, _) = ui.allocate_exact_size(size, Sense::hover());
    let (answer, _) = row_end::show(ui, row, |ui| {
        let cancel = ui.add(Button::soft("Cancel"));
        if focuses_cancel {
            cancel.request_focus();
        }
        let is_confirmed = ui.add(confirm).clicked();
        let answer = cancel.clicked().then_some(DialogChoice::Cancelled);
        if is_confirmed { Some(DialogChoice::Confirmed) } else { answer }
    });
    answer
}
