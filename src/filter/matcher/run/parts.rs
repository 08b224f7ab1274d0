//! Parts that are matched on their own: look-aheads, look-behinds, atomic groups, and iterations that aren't backtracked
//! into.

use super::super::super::ast::{Lookaround, QuantifierKind};
use super::super::program::{Iteration, Op, Run};
use super::{Frame, Group, Machine, Next, Stop};

/// A greedy iteration of parts of the same width.
#[derive(Clone, Copy)]
pub(super) struct Retreat {
    pub(super) pc: usize,
    /// Where the rest was tried last.
    pub(super) at: usize,
    pub(super) count: u32,
    /// Width of the iterations before; 0 if there are none.
    pub(super) width: usize,
    /// Minimum count of the attempt.
    pub(super) min: u32,
    /// The group before the attempt.
    pub(super) before: Group,
    /// An attempt with iterations of another width comes first.
    pub(super) is_outer: bool,
}

/// What a part belongs to. The numbers are those of frames.
#[derive(Clone, Copy)]
pub(super) enum Part {
    LookAhead(usize, usize),
    LookBehind(Behind),
    Atomic(usize),
    /// An iteration up to the minimum, or of a lazy or possessive repetition, and how many iterations came before.
    Iteration(usize, usize, u32),
    /// An iteration of a greedy attempt. The width is 0 in the first one.
    Greedy(Retreat),
}

/// An attempt of a look-behind.
#[derive(Clone, Copy)]
pub(super) struct Behind {
    pub(super) pc: usize,
    pub(super) at: usize,
    /// Where the text before starts in this attempt.
    pub(super) start: usize,
    /// Where it starts in the last attempt.
    pub(super) last_start: usize,
    /// Where the look-behind around ends.
    pub(super) outer_end: usize,
}

impl Machine<'_> {
    /// Goes on after a part matched up to a position, or failed.
    pub(super) fn after_part(&mut self, part: Part, matched: bool, end: usize) -> Next {
        match part {
            Part::LookAhead(pc, at) => self.after_look(pc, at, matched),
            Part::LookBehind(attempt) => {
                let Behind { pc, at, outer_end, .. } = attempt;
                if !matched && let Some(start) = self.next_start(attempt) {
                    self.start_part(Part::LookBehind(Behind { start, ..attempt }));
                    return Some((pc + 1, start));
                }
                self.behind_end = outer_end;
                self.after_look(pc, at, matched)
            }
            Part::Atomic(next) => matched.then_some((next, end)),
            Part::Iteration(pc, at, count) => {
                let iteration = self.iteration(pc)?;
                let is_required = count < iteration.min;
                if matched && (is_required || end != at) {
                    self.set_iterated(&iteration, Some((at, end)));
                    return self.iterate(pc, &iteration, end, count + 1);
                }
                let is_possessive = iteration.kind == QuantifierKind::Possessive;
                (is_possessive && !is_required).then_some((iteration.next, at))
            }
            Part::Greedy(attempt) => self.after_greedy(attempt, matched, end),
        }
    }

    /// Goes on after a lookahead or look-behind.
    pub(super) fn after_look(&self, pc: usize, at: usize, matched: bool) -> Next {
        let Op::Lookaround { lookaround, next } = &self.program.ops[pc] else { return None };
        (matched != lookaround.negative).then_some((*next, at))
    }

    /// Goes on after an iteration of a greedy attempt.
    pub(super) fn after_greedy(&mut self, attempt: Retreat, matched: bool, end: usize) -> Next {
        let Retreat { pc, at, count, width, before, .. } = attempt;
        let iteration = self.iteration(pc)?;
        let is_first = width == 0;
        if !matched && !is_first {
            return self.try_rest(attempt);
        }
        if !matched || end <= at && is_first {
            // An empty iteration doesn't count.
            self.set_iterated(&iteration, before);
            return Some((iteration.next, at));
        }
        if !is_first && end != at + width {
            self.frames.push(Frame::Retreat(Retreat { is_outer: true, ..attempt }));
            // Java repeats the iteration of a group, but not that of a single part.
            let (at, count) = if iteration.is_group { (at, count) } else { (end, count + 1) };
            return self.greedy(pc, &iteration, at, count);
        }
        self.set_iterated(&iteration, Some((at, end)));
        let next = Retreat { at: end, count: count + 1, width: end - at, ..attempt };
        if next.count >= iteration.max {
            return self.try_rest(next);
        }
        self.start_part(Part::Greedy(next));
        Some((pc + 1, end))
    }

    /// Runs a repeated set.
    pub(super) fn run(&mut self, pc: usize, run: &Run, start: usize) -> Result<Next, Stop> {
        let set = &self.program.sets[run.set];
        let wanted = if run.kind == QuantifierKind::Lazy { run.min } else { run.max };
        let (mut at, mut count) = (start, 0);
        while count < wanted
            && let Some(next) = self.text.after_char_of(set, at)
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
            QuantifierKind::Lazy if count < run.max => self.frames.push(Frame::Extend(pc, at, count)),
            _ => {}
        }
        Ok(Some((pc + 1, at)))
    }

    pub(super) fn iteration(&self, pc: usize) -> Option<Iteration> {
        match self.program.ops[pc] {
            Op::Iterate(iteration) => Some(iteration),
            _ => None,
        }
    }

    /// Starts another iteration, or what comes after.
    pub(super) fn iterate(&mut self, pc: usize, iteration: &Iteration, at: usize, count: u32) -> Next {
        if count < iteration.min {
            self.start_part(Part::Iteration(pc, at, count));
            return Some((pc + 1, at));
        }
        match iteration.kind {
            QuantifierKind::Greedy => return self.greedy(pc, iteration, at, count),
            _ if count >= iteration.max => {}
            QuantifierKind::Lazy => self.frames.push(Frame::Iterate(pc, at, count)),
            QuantifierKind::Possessive => {
                self.start_part(Part::Iteration(pc, at, count));
                return Some((pc + 1, at));
            }
        }
        Some((iteration.next, at))
    }

    /// Starts a greedy attempt.
    #[expect(clippy::unnecessary_wraps, reason = "the type of all steps")]
    pub(super) fn greedy(&mut self, pc: usize, iteration: &Iteration, at: usize, count: u32) -> Next {
        if count >= iteration.max {
            return Some((iteration.next, at));
        }
        let before = iteration.group.and_then(|group| self.groups[group]);
        let attempt = Retreat { pc, at, count, width: 0, min: count, before, is_outer: false };
        self.start_part(Part::Greedy(attempt));
        Some((pc + 1, at))
    }

    /// Goes on with the rest after a greedy attempt; gives back an iteration if the rest fails.
    pub(super) fn try_rest(&mut self, attempt: Retreat) -> Next {
        let iteration = self.iteration(attempt.pc)?;
        if attempt.count <= attempt.min {
            self.set_iterated(&iteration, attempt.before);
        } else {
            self.frames.push(Frame::Retreat(attempt));
        }
        Some((iteration.next, attempt.at))
    }

    /// Goes on after the rest failed after a greedy attempt.
    pub(super) fn retreat(&mut self, attempt: Retreat) -> Next {
        if attempt.is_outer {
            return self.try_rest(Retreat { is_outer: false, ..attempt });
        }
        let iteration = self.iteration(attempt.pc)?;
        let at = attempt.at - attempt.width;
        self.set_iterated(&iteration, Some((at.saturating_sub(attempt.width), at)));
        self.try_rest(Retreat { at, count: attempt.count - 1, ..attempt })
    }

    /// Sets the group of an iteration for good: the value before is restored with the whole repetition.
    pub(super) fn set_iterated(&mut self, iteration: &Iteration, value: Group) {
        if let Some(group) = iteration.group {
            self.groups[group] = value;
        }
    }

    pub(super) fn look_behind(
        &mut self,
        pc: usize,
        lookaround: Lookaround,
        next: usize,
        at: usize,
    ) -> Result<Next, Stop> {
        let Lookaround { by_code_point, min, max, .. } = lookaround;
        let position = i32::try_from(at).unwrap_or(i32::MAX);
        let units = |count: i32| if by_code_point { self.text.units_back(at, count) } else { count };
        let from = position.wrapping_sub(units(max)).max(0);
        if by_code_point {
            self.spend((position - from).unsigned_abs() as usize / 8)?;
        }
        let first = position.wrapping_sub(units(min));
        if first < from || first > position {
            return Ok(lookaround.negative.then_some((next, at)));
        }
        let start = usize::try_from(first).unwrap_or(0);
        let last_start = usize::try_from(from).unwrap_or(0);
        let outer_end = std::mem::replace(&mut self.behind_end, at);
        self.start_part(Part::LookBehind(Behind { pc, at, start, last_start, outer_end }));
        Ok(Some((pc + 1, start)))
    }

    /// Returns the start that a look-behind tries next.
    pub(super) fn next_start(&self, attempt: Behind) -> Option<usize> {
        let Behind { pc, start, last_start, .. } = attempt;
        let Op::Lookaround { lookaround, .. } = &self.program.ops[pc] else { return None };
        let length = if lookaround.by_code_point && start > last_start {
            self.text.code_point_before(start).map_or(1, |(_, length)| length)
        } else {
            1
        };
        start.checked_sub(length).filter(|&start| start >= last_start)
    }
}
