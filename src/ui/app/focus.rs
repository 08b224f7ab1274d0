//! Moves the keyboard focus when the widget that has it gives it up or is gone.

use egui::{Context, Event, Id, Key, Memory, Popup};

use super::super::model::LastInput;
use super::super::{focus_scroll, grid, popup, views};
use super::App;

impl App {
    /// Remembers where the keyboard focus is. A dialog that was closed in the same frame gives it to this one.
    pub(super) fn remember_focus(&mut self, ctx: &Context) {
        let before = self.ui_state.restored_focus.take();
        self.ui_state.focus_before_dialog = before.or_else(|| popup::opener(ctx));
    }

    /// Gives the keyboard focus back to the widget that had it before a dialog, in one of the next frames.
    pub(super) fn restore_focus(&mut self, ctx: &Context) {
        self.ui_state.restored_focus = self.ui_state.focus_before_dialog.take();
        if self.ui_state.restored_focus.is_none() {
            // The user has closed its text box, and types for the table now.
            self.typing.was_in_text_box = false;
            grid::return_focus(ctx);
        }
        ctx.request_repaint();
    }

    /// Returns the focus to the widget that had it before a dialog, once egui no longer takes it from everything behind the
    /// dialog. A widget that was opened from the dialog keeps it.
    pub(super) fn return_focus(&mut self, ctx: &Context) {
        if self.ui_state.restored_focus.is_none() {
            return;
        }
        let focused = ctx.memory(Memory::focused);
        if let Some(dialog) = ctx.memory(Memory::top_modal_layer) {
            // A command of the palette has just moved it behind the dialog, where egui takes it again.
            let is_behind = |id| focus_scroll::widget(ctx, id).is_none_or(|widget| widget.layer_id != dialog);
            if focused != self.ui_state.focused && focused.is_some_and(is_behind) {
                self.ui_state.restored_focus = focused;
            }
            // Another dialog may have opened from the palette. What closes it draws again.
            if !self.has_dialog() {
                ctx.request_repaint();
            }
        } else if let Some(id) = self.ui_state.restored_focus.take()
            && focused.is_none_or(|focused| focused == grid::id())
            && !Popup::is_any_open(ctx)
        {
            ctx.memory_mut(|memory| memory.request_focus(id));
        }
    }

    /// Returns whether a dialog is open.
    pub(super) fn has_dialog(&self) -> bool {
        let Self { drafts, ui_state, .. } = self;
        ui_state.termination.is_some()
            || ui_state.question.is_some()
            || drafts.palette.is_some()
            || drafts.tester.is_open
            || ui_state.settings_page.is_some()
    }

    /// Returns the keyboard focus to the table after a click on a button, so that its cursor shows again. Text boxes, menus and
    /// a form keep it. Runs at the end of the frame, because egui takes the focus from a widget when another one is clicked.
    pub(super) fn return_focus_after_click(&self, ctx: &Context) {
        let is_kept = self.drafts.has_form() || ctx.text_edit_focused() || popup::has_overlay(ctx);
        if is_clicked(ctx) && !is_kept {
            grid::return_focus(ctx);
        }
    }

    /// Notes whether keys or the pointer have been used last. A second pass of a frame has no input.
    pub(super) fn note_input(&mut self, ctx: &Context) {
        let last = ctx.input(|input| {
            let mut inputs = input.events.iter().filter_map(|event| match event {
                Event::Key { pressed: true, .. } => Some(LastInput::Keys),
                Event::PointerButton { .. } | Event::Touch { .. } => Some(LastInput::Pointer),
                _ => None,
            });
            inputs.next_back()
        });
        self.ui_state.last_input = last.unwrap_or(self.ui_state.last_input);
    }

    /// Gives the focus to the table if the widget that had it has given it up or is gone, even if the table has no cursor yet.
    /// Otherwise the Tab key would start at the top of the window. After a click, no widget has the focus.
    ///
    /// Call it at the end of a frame, when `was_in_text_box` is that of this frame.
    pub(super) fn restore_lost_focus(&mut self, ctx: &Context) {
        let focused = ctx.memory(Memory::focused);
        let before = self.ui_state.focused;
        // egui takes the focus from a widget that is gone only at the end of the pass.
        let is_gone = |id| before == Some(id) && !is_drawn(ctx, id);
        if focused.is_some_and(|id| !is_gone(id)) || is_clicked(ctx) {
            self.ui_state.is_focus_lost = false;
        } else if let Some(before) = before {
            // What is typed next may be the rest of a password, if its text box is gone. Dialogs and popups give the focus back
            // by themselves.
            let is_text_box_gone = self.typing.was_in_text_box;
            self.ui_state.is_focus_lost =
                !is_text_box_gone && !popup::has_overlay(ctx) && !popup::is_in_overlay(ctx, before);
            grid::return_focus(ctx);
        }
        if !self.ui_state.is_focus_lost || popup::has_overlay(ctx) {
            return;
        }
        let next = if self.can_show_focus() {
            Some(grid::id()).filter(|id| is_drawn(ctx, *id))
        } else {
            // Without a table, Escape leaves the focus where it is, unless it leads elsewhere.
            let is_idle = !self.drafts.has_form() && self.commands.is_empty();
            let is_escape = is_idle && ctx.input(|input| input.key_pressed(Key::Escape));
            before.filter(|id| is_escape && *id != grid::id() && is_enabled(ctx, *id))
        };
        if let Some(next) = next {
            ctx.memory_mut(|memory| memory.request_focus(next));
            ctx.request_repaint();
        }
    }

    /// Returns whether the table is shown and has lines, one of which shows its focus.
    fn can_show_focus(&self) -> bool {
        let is_shown = !self.drafts.has_form() && views::choose(&self.state).is_none();
        is_shown && !self.state.table.lines().is_empty()
    }
}

/// Returns whether a widget is drawn in this pass.
fn is_drawn(ctx: &Context, id: Id) -> bool {
    ctx.viewport(|viewport| viewport.this_pass.used_ids.contains_key(&id))
}

/// Returns whether a widget can be used in this pass.
fn is_enabled(ctx: &Context, id: Id) -> bool {
    ctx.viewport(|viewport| viewport.this_pass.widgets.get(id).is_some_and(|widget| widget.enabled))
}

fn is_clicked(ctx: &Context) -> bool {
    ctx.input(|input| input.pointer.any_click())
}
