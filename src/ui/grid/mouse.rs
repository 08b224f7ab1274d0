//! What the mouse does to the lines: clicks choose, drags choose more, and past the edge the table follows.

use egui::{PointerButton, Pos2, Response, Ui};

use super::super::command::Command;
use super::super::theme;
use super::body::Painter;
use crate::table::{Action, Line, SelectMode};

/// What the hand did in this frame.
#[derive(Default)]
pub(super) struct Done {
    /// What is to be done to the table.
    pub(super) actions: Vec<Action>,
    /// A menu is asked for, and whether on a line rather than below them all.
    pub(super) menu: Option<bool>,
}

/// Takes what the hand did.
pub(super) fn take(ui: &Ui, hand: &Response, lines: &Painter<'_>, commands: &mut Vec<Command>) -> Done {
    let mut done = Done::default();
    let Some(at) = hand.interact_pointer_pos() else {
        return done;
    };
    if hand.drag_started_by(PointerButton::Primary) || hand.dragged_by(PointerButton::Primary) {
        drag(ui, hand, lines, at, &mut done.actions);
        return done;
    }
    let line = lines.line_at(at);
    if hand.secondary_clicked() {
        done.menu = Some(line.is_some());
        if let Some(line) = line {
            done.actions.push(Action::SelectMode(line, lines.column_at(at.x), SelectMode::Keep));
        }
    } else if hand.clicked() {
        let choose = choose(ui);
        match line {
            Some(line) => click(hand, lines, line, at, choose, &mut done.actions, commands),
            // Below the last line there is nobody. With a key held the selection was to grow, so it is not lost.
            None if choose == SelectMode::Only => done.actions.push(Action::SelectNothing),
            None => {}
        }
    }
    done
}

/// What the keys that are held make of a click.
fn choose(ui: &Ui) -> SelectMode {
    let modifiers = ui.input(|input| input.modifiers);
    match (modifiers.command, modifiers.shift) {
        (false, false) => SelectMode::Only,
        (true, false) => SelectMode::Toggle,
        (false, true) => SelectMode::Range,
        (true, true) => SelectMode::AddRange,
    }
}

fn click(
    hand: &Response,
    lines: &Painter<'_>,
    line: usize,
    at: Pos2,
    choose: SelectMode,
    actions: &mut Vec<Action>,
    commands: &mut Vec<Command>,
) {
    let on_sign = at.x - lines.rect.left() < theme::FOLD_WIDTH;
    match lines.sessions.lines.get(line) {
        Some(Line::Group(number)) if on_sign || hand.double_clicked() => actions.push(Action::Fold(number)),
        _ if hand.double_clicked() => commands.push(Command::ShowDetails),
        _ => actions.push(Action::SelectMode(line, lines.column_at(at.x), choose)),
    }
}

fn drag(ui: &Ui, hand: &Response, lines: &Painter<'_>, at: Pos2, actions: &mut Vec<Action>) {
    // The line that the drag has come to. The hand trembles: only another line is news.
    let memory = hand.id.with("line");
    if hand.drag_started() {
        // A drag is no click, after which the keyboard would come by itself.
        ui.memory_mut(|memory| memory.request_focus(super::id()));
        ui.data_mut(|data| data.remove::<usize>(memory));
        // It began where the button went down, which may be a line further.
        let from = ui.input(|input| input.pointer.press_origin()).unwrap_or(at);
        let Some(line) = lines.line_at(from) else {
            return;
        };
        ui.data_mut(|data| data.insert_temp(memory, line));
        actions.push(Action::SelectMode(line, lines.column_at(from.x), choose(ui)));
    }
    let Some(last) = ui.data(|data| data.get_temp::<usize>(memory)) else {
        return;
    };
    let past = (at.y - lines.rect.bottom()).max(0.0) + (at.y - lines.rect.top()).min(0.0);
    if past != 0.0 {
        actions.push(Action::ScrollBy(f64::from(past)));
        ui.ctx().request_repaint();
    }
    if let Some(line) = lines.nearest_line(at)
        && line != last
    {
        ui.data_mut(|data| data.insert_temp(memory, line));
        let adds = ui.input(|input| input.modifiers.command);
        actions.push(Action::SelectMode(
            line,
            None,
            if adds { SelectMode::AddRange } else { SelectMode::Range },
        ));
    }
}
