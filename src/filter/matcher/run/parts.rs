//! Parts that are matched on their own: look-aheads, look-behinds, atomic groups, and iterations that aren't backtracked
//! into.

use super::super::super::ast::{Lookaround, QuantifierKind};
use super::super::program::{Iteration, Look, Run};
use super::{Frame, Group, Machine, Next, Place, Stop};

/// A greedy iteration of parts of the same width.
#[derive(Clone, Copy)]
pub(super) struct Retreat<'a> {
    pub(super) iteration: &'a Iteration,
    /// Position after the counted iterations, from which the rest is tried.
    pub(super) at: usize,
    count: u32,
    /// Width of the iterations before; 0 if there are none.
    pub(super) width: usize,
    /// Minimum count of the attempt.
    min: u32,
    /// The group before the attempt.
    before: Group,
    /// `true` if an attempt with iterations of another width comes first.
    pub(super) is_outer: bool,
}

/// The construct that a part belongs to. As in [`Frame`], numbers are instructions and positions.
#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    LookAhead(&'a Look, usize),
    LookBehind(Behind<'a>),
    Atomic(usize),
    /// An iteration up to the minimum, or of a lazy or possessive repetition, and how many iterations came before.
    Iteration(&'a Iteration, usize, u32),
    /// An iteration of a greedy attempt. The width is 0 in the first one.
    Greedy(Retreat<'a>),
}

/// An attempt of a look-behind.
#[derive(Clone, Copy)]
pub(super) struct Behind<'a> {
    look: &'a Look,
    at: usize,
    /// Start of the text that this attempt matches.
    start: usize,
    /// Start of the text in the last attempt, the longest one.
    last_start: usize,
    /// Position at which the enclosing look-behind has to end.
    outer_end: usize,
}

impl<'a> Machine<'a> {
    /// Goes on after a part matched up to a position, or failed.
    pub(super) fn after_part(&mut self, part: Part<'a>, matched: bool, end: usize) -> Next {
        match part {
            Part::LookAhead(look, at) => (matched != look.kind.negative).then_some((look.next, at)),
            Part::LookBehind(attempt) => {
                let Behind { look, at, outer_end, .. } = attempt;
                if !matched && let Some(start) = self.next_start(attempt) {
                    self.start_part(Part::LookBehind(Behind { start, ..attempt }));
                    return Some((look.body, start));
                }
                self.behind_end = outer_end;
                (matched != look.kind.negative).then_some((look.next, at))
            }
            Part::Atomic(next) => matched.then_some((next, end)),
            Part::Iteration(iteration, at, count) => {
                let is_required = count < iteration.min;
                if matched && (is_required || end != at) {
                    self.set_iterated(iteration, Some((at, end)));
                    return Some(self.iterate(iteration, end, count + 1));
                }
                let is_possessive = iteration.kind == QuantifierKind::Possessive;
                (is_possessive && !is_required).then_some((iteration.next, at))
            }
            Part::Greedy(attempt) => Some(self.after_greedy(attempt, matched, end)),
        }
    }

    /// Goes on after an iteration of a greedy attempt.
    fn after_greedy(&mut self, attempt: Retreat<'a>, matched: bool, end: usize) -> Place {
        let Retreat { iteration, at, count, width, before, .. } = attempt;
        let is_first = width == 0;
        if !matched && !is_first {
            return self.try_rest(attempt);
        }
        if !matched || end <= at && is_first {
            // An empty iteration doesn't count.
            self.set_iterated(iteration, before);
            return (iteration.next, at);
        }
        if !is_first && end != at + width {
            self.frames.push(Frame::Retreat(Retreat { is_outer: true, ..attempt }));
            // Java repeats the iteration of a group, but not that of a single part.
            let (at, count) = if iteration.is_group { (at, count) } else { (end, count + 1) };
            return self.greedy(iteration, at, count);
        }
        self.set_iterated(iteration, Some((at, end)));
        let next = Retreat { at: end, count: count + 1, width: end - at, ..attempt };
        if next.count >= iteration.max {
            return self.try_rest(next);
        }
        self.start_part(Part::Greedy(next));
        (iteration.body, end)
    }

    /// Runs a repeated set.
    pub(super) fn run(&mut self, pc: usize, run: &'a Run, start: usize) -> Result<Next, Stop> {
        let wanted = if run.kind == QuantifierKind::Lazy { run.min } else { run.max };
        let (mut at, mut count) = (start, 0);
        while count < wanted
            && let Some(next) = self.text.after_char_of(&run.set, at)
        {
            at = next;
            count += 1;
        }
        self.spend(count / 8)?;
        if run.sets_last && count > 0 {
            self.last = at;
        }
        if count < run.min {
            return Ok(None);
        }
        match run.kind {
            QuantifierKind::Greedy if count > run.min => {
                self.frames.push(Frame::GiveBack(pc, at, count - run.min));
            }
            QuantifierKind::Lazy if count < run.max => self.frames.push(Frame::Extend(run, pc, at, count)),
            _ => {}
        }
        Ok(Some((pc + 1, at)))
    }

    /// Starts another iteration, or what comes after.
    pub(super) fn iterate(&mut self, iteration: &'a Iteration, at: usize, count: u32) -> Place {
        if count < iteration.min {
            self.start_part(Part::Iteration(iteration, at, count));
            return (iteration.body, at);
        }
        match iteration.kind {
            QuantifierKind::Greedy => return self.greedy(iteration, at, count),
            _ if count >= iteration.max => {}
            QuantifierKind::Lazy => self.frames.push(Frame::Iterate(iteration, at, count)),
            QuantifierKind::Possessive => {
                self.start_part(Part::Iteration(iteration, at, count));
                return (iteration.body, at);
            }
        }
        (iteration.next, at)
    }

    /// Starts a greedy attempt.
    fn greedy(&mut self, iteration: &'a Iteration, at: usize, count: u32) -> Place {
        if count >= iteration.max {
            return (iteration.next, at);
        }
        let before = iteration.group.and_then(|group| self.groups[group]);
        let attempt = Retreat { iteration, at, count, width: 0, min: count, before, is_outer: false };
        self.start_part(Part::Greedy(attempt));
        (iteration.body, at)
    }

    /// Goes on with the rest after a greedy attempt; gives back an iteration if the rest fails.
    fn try_rest(&mut self, attempt: Retreat<'a>) -> Place {
        if attempt.count <= attempt.min {
            self.set_iterated(attempt.iteration, attempt.before);
        } else {
            self.frames.push(Frame::Retreat(attempt));
        }
        (attempt.iteration.next, attempt.at)
    }

    /// Goes on after the rest failed after a greedy attempt.
    pub(super) fn retreat(&mut self, attempt: Retreat<'a>) -> Place {
        if attempt.is_outer {
            return self.try_rest(Retreat { is_outer: false, ..attempt });
        }
        let at = attempt.at - attempt.width;
        self.set_iterated(attempt.iteration, Some((at.saturating_sub(attempt.width), at)));
        self.try_rest(Retreat { at, count: attempt.count - 1, ..attempt })
    }

    /// Sets the group of an iteration for good: the value before is restored with the whole repetition.
    fn set_iterated(&mut self, iteration: &Iteration, value: Group) {
        if let Some(group) = iteration.group {
            self.groups[group] = value;
        }
    }

    pub(super) fn look_behind(&mut self, look: &'a Look, at: usize) -> Result<Next, Stop> {
        let Lookaround { by_code_point, negative, min, max, .. } = look.kind;
        let position = i32::try_from(at).unwrap_or(i32::MAX);
        let units = |count: i32| if by_code_point { self.text.units_back(at, count) } else { count };
        let from = position.wrapping_sub(units(max)).max(0);
        if by_code_point {
            self.spend((position - from).unsigned_abs() as usize / 8)?;
        }
        let first = position.wrapping_sub(units(min));
        if first < from || first > position {
            return Ok(negative.then_some((look.next, at)));
        }
        let start = usize::try_from(first).unwrap_or(0);
        let last_start = usize::try_from(from).unwrap_or(0);
        let outer_end = std::mem::replace(&mut self.behind_end, at);
        self.start_part(Part::LookBehind(Behind { look, at, start, last_start, outer_end }));
        Ok(Some((look.body, start)))
    }

    /// Returns the start that a look-behind tries next.
    fn next_start(&self, attempt: Behind<'a>) -> Option<usize> {
        let Behind { look, start, last_start, .. } = attempt;
        let length = if look.kind.by_code_point && start > last_start {
            self.text.code_point_before(start).map_or(1, |(_, length)| length)
        } else {
            1
        };
        start.checked_sub(length).filter(|&start| start >= last_start)
    }
}
