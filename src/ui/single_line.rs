//! Removes line ends from text for a box with one line. egui would turn them into spaces, and a password that was copied with
//! its line end would be wrong.

use egui::accesskit::{Action, ActionData};
use egui::{Context, Event, Id, ImeEvent, Memory, Rect};

/// Removes line ends from the text of this frame, unless it goes to one of `multiline`, the boxes with several lines.
pub(super) fn remove_line_ends(ctx: &Context, multiline: &[Id]) {
    let is_focused = ctx.memory(Memory::focused).is_some_and(|focused| multiline.contains(&focused));
    let rects: Vec<Rect> = multiline.iter().filter_map(|id| Some(ctx.read_response(*id)?.rect)).collect();
    ctx.input_mut(|input| {
        for event in &mut input.events {
            match event {
                Event::Text(text) | Event::Paste(text) | Event::Ime(ImeEvent::Commit(text))
                    if !is_focused =>
                {
                    text.retain(|char| !is_line_end(char));
                }
                Event::MiddleClickPaste { pos, text } if !rects.iter().any(|rect| rect.contains(*pos)) => {
                    text.retain(|char| !is_line_end(char));
                }
                Event::AccessKitActionRequest(request)
                    if matches!(request.action, Action::SetValue | Action::ReplaceSelectedText)
                        && !multiline.iter().any(|id| request.target_node == id.accesskit_id()) =>
                {
                    if let Some(ActionData::Value(text)) = &mut request.data
                        && text.contains(is_line_end)
                    {
                        *text = text.replace(is_line_end, "").into();
                    }
                }
                _ => {}
            }
        }
    });
}

/// Returns `true` for the characters at which Unicode ends a line.
fn is_line_end(char: char) -> bool {
    matches!(char, '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}
