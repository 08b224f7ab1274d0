//! The place of a pointer that rests while the zoom changes.

use egui::{Event, Pos2, RawInput};

/// Corrects the place of the pointer after a change of the zoom. egui has it in points, and keeps those of the old zoom until
/// the pointer moves: a click would go elsewhere than where the pointer is.
#[derive(Debug, Default)]
pub(super) struct ZoomedPointer(Option<Places>);

#[derive(Clone, Copy, Debug)]
struct Places {
    /// The place in input events, in points of an old zoom.
    outdated: Pos2,
    /// The place now.
    correct: Pos2,
    /// `true` once it was put into the input.
    is_sent: bool,
}

impl ZoomedPointer {
    /// Notes a change of the zoom while the pointer is at this place, in points of the old zoom. Returns `true` if the pointer
    /// has another place now, which the next frame gets.
    pub(super) fn note(&mut self, pointer: Option<Pos2>, before: f32, zoom: f32) -> bool {
        #[expect(clippy::float_cmp, reason = "it is the same value unless it was changed")]
        let is_same = before == zoom;
        let Some(pointer) = pointer.filter(|_| !is_same) else { return false };
        let outdated = self.0.map_or(pointer, |places| places.outdated);
        let correct = pointer * (before / zoom);
        self.0 = Some(Places { outdated, correct, is_sent: false });
        true
    }

    /// Corrects the input of a frame.
    pub(super) fn correct(&mut self, input: &mut RawInput) {
        for event in &mut input.events {
            match (event, &mut self.0) {
                // Input of a frame that wasn't drawn comes here again.
                (Event::PointerMoved(pos), Some(places)) if places.is_sent && *pos == places.correct => {}
                (Event::PointerMoved(_) | Event::PointerGone, places) => *places = None,
                (Event::PointerButton { pos, .. } | Event::MiddleClickPaste { pos, .. }, Some(places))
                    if *pos == places.outdated =>
                {
                    *pos = places.correct;
                }
                _ => {}
            }
        }
        if let Some(places) = self.0.as_mut().filter(|places| !places.is_sent) {
            places.is_sent = true;
            input.events.insert(0, Event::PointerMoved(places.correct));
        }
    }
}

#[cfg(test)]
mod tests {
    use egui::{Modifiers, PointerButton, pos2};

    use super::*;

    fn corrected(pointer: &mut ZoomedPointer, events: Vec<Event>) -> Vec<Event> {
        let mut input = RawInput { events, ..RawInput::default() };
        pointer.correct(&mut input);
        input.events
    }

    fn click(pos: Pos2) -> Event {
        Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed: true,
            modifiers: Modifiers::NONE,
        }
    }

    #[test]
    fn resting_pointer_stays_in_its_place_when_the_zoom_changes() {
        let mut pointer = ZoomedPointer::default();
        assert!(!pointer.note(Some(pos2(100.0, 40.0)), 1.0, 1.0));
        assert!(!pointer.note(None, 1.0, 2.0));
        assert_eq!(corrected(&mut pointer, vec![click(pos2(100.0, 40.0))]), [click(pos2(100.0, 40.0))]);
        assert!(pointer.note(Some(pos2(100.0, 40.0)), 1.0, 2.0));
        assert_eq!(corrected(&mut pointer, Vec::new()), [Event::PointerMoved(pos2(50.0, 20.0))]);
        assert_eq!(corrected(&mut pointer, Vec::new()), []);
        // The window system's events still have the old place.
        assert_eq!(corrected(&mut pointer, vec![click(pos2(100.0, 40.0))]), [click(pos2(50.0, 20.0))]);
        // Once more, from where egui has the pointer now.
        assert!(pointer.note(Some(pos2(50.0, 20.0)), 2.0, 4.0));
        let events = corrected(&mut pointer, vec![click(pos2(100.0, 40.0))]);
        assert_eq!(events, [Event::PointerMoved(pos2(25.0, 10.0)), click(pos2(25.0, 10.0))]);
        // A movement has the new zoom.
        let moved = vec![Event::PointerMoved(pos2(26.0, 10.0)), click(pos2(26.0, 10.0))];
        assert_eq!(corrected(&mut pointer, moved.clone()), moved);
        assert_eq!(corrected(&mut pointer, vec![click(pos2(100.0, 40.0))]), [click(pos2(100.0, 40.0))]);
    }
}
