//! The machine that runs a program on a value, with Java's rules.
//!
//! It has one explicit stack of [`Frame`]s: choices to come back to, old values to restore, and, for each part that is matched
//! on its own, what to do at its end. When such a part matches, its frames are dropped without restoring groups, as in Java,
//! so groups set in a look-ahead or an atomic group survive the failure of what follows.

use std::collections::HashSet;

use super::super::ast::{Assertion, BackReference, Lookaround, QuantifierKind};
use super::super::case_folding::CaseFolding;
use super::program::{Iteration, MAX_CONTEXT_COUNT, Op, Program, Run};
use super::text::Text;

/// The reasons why a match ends without a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::filter) enum Stop {
    /// The limit of steps or memory is exceeded.
    Limit,
    /// Java throws an exception here.
    Exception,
}

/// Minimum number of steps per search.
const MIN_STEPS: usize = 1_000_000;
/// Number of additional steps per code unit.
const STEPS_PER_UNIT: usize = 32;
/// Maximum number of frames, about 100 MB.
const MAX_FRAMES: usize = 2_000_000;
/// Number of steps after which failures are memoized. Most matches end earlier.
const MEMOIZE_AFTER: usize = 2_000;

/// The start and the end of a group.
type Group = Option<(usize, usize)>;

enum Frame {
    /// Java throws an exception if it comes back here.
    Exception,
    /// Another way to go on.
    Choice {
        pc: usize,
        at: usize,
    },
    Local {
        local: usize,
        value: usize,
    },
    Group {
        group: usize,
        value: Group,
    },
    /// A greedy run that can give back `more` characters.
    GiveBack {
        pc: usize,
        at: usize,
        more: usize,
    },
    /// A lazy run that can take more characters.
    Extend {
        pc: usize,
        at: usize,
        count: usize,
    },
    /// A greedy iteration that can give back iterations.
    Retreat(Retreat),
    /// A lazy iteration that can take more iterations.
    Iterate {
        pc: usize,
        at: usize,
        count: u32,
    },
    /// The rest has failed from here.
    Failed(Key),
    /// The start of a part that is matched on its own.
    Part {
        outer: Option<usize>,
        part: Part,
    },
}

/// A greedy iteration of parts of the same width.
#[derive(Clone, Copy)]
struct Retreat {
    pc: usize,
    /// Where the rest was tried last.
    at: usize,
    count: u32,
    width: usize,
    /// Minimum count of the attempt.
    min: u32,
    /// The group before the attempt.
    before: Group,
    /// An attempt with iterations of another width comes first.
    is_outer: bool,
}

/// What a part belongs to.
#[derive(Clone, Copy)]
enum Part {
    LookAhead {
        negative: bool,
        next: usize,
        at: usize,
    },
    LookBehind {
        pc: usize,
        at: usize,
        from: usize,
        first: usize,
        outer_end: usize,
    },
    Atomic {
        next: usize,
    },
    AtomicOptional {
        next: usize,
        at: usize,
    },
    /// An iteration up to the minimum.
    Required {
        pc: usize,
        at: usize,
        count: u32,
    },
    /// An iteration of a greedy attempt; `None` as width in the first one.
    Greedy {
        pc: usize,
        at: usize,
        count: u32,
        width: Option<usize>,
        min: u32,
        before: Group,
    },
    Lazy {
        pc: usize,
        at: usize,
        count: u32,
    },
    Possessive {
        pc: usize,
        at: usize,
        count: u32,
    },
}

/// An instruction, a position, and the states of the loops around.
type Key = (usize, usize, u128);

/// One search in one value.
pub(super) struct Machine<'a> {
    program: &'a Program,
    text: &'a Text,
    pub(super) groups: Vec<Group>,
    locals: Vec<usize>,
    frames: Vec<Frame>,
    /// Index of the frame of the innermost part.
    part: Option<usize>,
    failed: HashSet<Key>,
    /// Where the innermost look-behind ends.
    behind_end: usize,
    /// End of the last part that matched.
    last: usize,
    steps: usize,
    max_steps: usize,
    matches_whole: bool,
}

/// Where to go on: an instruction and a position. `None` is a failure.
type Next = Option<(usize, usize)>;

impl<'a> Machine<'a> {
    pub(super) fn new(program: &'a Program, text: &'a Text, matches_whole: bool) -> Self {
        Self {
            program,
            text,
            groups: vec![None; program.groups + 1],
            locals: vec![0; program.locals],
            frames: Vec::new(),
            part: None,
            failed: HashSet::new(),
            behind_end: 0,
            last: 0,
            steps: 0,
            max_steps: MIN_STEPS + text.len().saturating_mul(STEPS_PER_UNIT),
            matches_whole,
        }
    }

    /// Matches at a position and returns the end of the match.
    pub(super) fn match_at(&mut self, start: usize) -> Result<Option<usize>, Stop> {
        self.frames.clear();
        let mut next = Some((0, start));
        loop {
            self.spend(1)?;
            if self.frames.len() > MAX_FRAMES {
                return Err(Stop::Limit);
            }
            next = match next {
                Some((pc, at)) => {
                    if matches!(self.program.ops[pc], Op::Match) {
                        let is_end = if self.matches_whole {
                            at == self.text.len()
                        } else {
                            !self.text.splits_pair(at)
                        };
                        if is_end {
                            self.keep_groups(0);
                            self.groups[0] = Some((start, at));
                            return Ok(Some(at));
                        }
                        None
                    } else {
                        self.step(pc, at)?
                    }
                }
                None => match self.frames.pop() {
                    Some(frame) => self.resume(frame)?,
                    None => return Ok(None),
                },
            };
        }
    }

    fn spend(&mut self, steps: usize) -> Result<(), Stop> {
        self.steps += steps;
        if self.steps > self.max_steps { Err(Stop::Limit) } else { Ok(()) }
    }

    fn set_local(&mut self, local: usize, value: usize) {
        let value = std::mem::replace(&mut self.locals[local], value);
        self.frames.push(Frame::Local { local, value });
    }

    /// Sets a group; the old value comes back with the backtracking.
    fn set_group(&mut self, group: usize, start: usize, end: usize) {
        let value = self.groups[group].replace((start, end));
        self.frames.push(Frame::Group { group, value });
    }

    fn start_part(&mut self, part: Part) {
        self.frames.push(Frame::Part { outer: self.part, part });
        self.part = Some(self.frames.len() - 1);
    }

    /// Runs one instruction.
    fn step(&mut self, pc: usize, at: usize) -> Result<Next, Stop> {
        let program = self.program;
        let text = self.text;
        Ok(match &program.ops[pc] {
            Op::Class(set) => {
                let next = text.code_point_at(at).filter(|&(code, _)| program.sets[*set].contains(code));
                next.map(|(_, length)| (pc + 1, at + length))
            }
            Op::Fail(set) => {
                if text.code_point_at(at).is_some_and(|(code, _)| program.sets[*set].contains(code)) {
                    return Err(Stop::Exception);
                }
                Some((pc + 1, at))
            }
            Op::Composed { set, fails } => {
                let (set, fails) = (&program.sets[*set], &program.sets[*fails]);
                let composed = text.composed(at, &mut self.steps);
                let choices = composed.into_iter().rev().filter_map(|(code, at)| match code {
                    _ if fails.contains(code) => Some(Frame::Exception),
                    _ => set.contains(code).then_some(Frame::Choice { pc: pc + 1, at }),
                });
                self.frames.extend(choices);
                None
            }
            Op::Run(run) => self.run(pc, run, at)?,
            Op::Split(other) => {
                self.frames.push(Frame::Choice { pc: *other, at });
                Some((pc + 1, at))
            }
            Op::SplitLazy(other) => {
                self.frames.push(Frame::Choice { pc: pc + 1, at });
                Some((*other, at))
            }
            Op::Jump(next) => Some((*next, at)),
            Op::Mark(local) => {
                self.set_local(*local, at);
                Some((pc + 1, at))
            }
            Op::Capture { group, start } => {
                self.set_group(*group, self.locals[*start], at);
                Some((pc + 1, at))
            }
            Op::BackReference(reference) => {
                self.back_reference(*reference, at)?.map(|length| (pc + 1, at + length))
            }
            Op::Assertion(assertion) => {
                let is_inside = at > 0 && at < text.len() && !text.splits_pair(at);
                if *assertion == Assertion::GraphemeBoundary && is_inside && self.last >= text.len() {
                    return Err(Stop::Exception);
                }
                let holds = text.holds(*assertion, at, self.last, &mut self.steps);
                holds.then_some((pc + 1, at))
            }
            Op::LineBreak => match text.unit(at) {
                Some(0xD) => {
                    if text.unit(at + 1) == Some(0xA) {
                        self.frames.push(Frame::Choice { pc: pc + 1, at: at + 1 });
                        Some((pc + 1, at + 2))
                    } else {
                        Some((pc + 1, at + 1))
                    }
                }
                Some(0xA..=0xC | 0x85 | 0x2028 | 0x2029) => Some((pc + 1, at + 1)),
                _ => None,
            },
            Op::Grapheme => {
                let end = text.cluster_end(at);
                self.spend(end - at)?;
                (end > at).then_some((pc + 1, end))
            }
            Op::Memoize(context) => {
                if self.steps > MEMOIZE_AFTER
                    && let Some(state) = self.loop_states(*context, at)
                {
                    let key = (pc, at, state);
                    if self.failed.contains(&key) {
                        return Ok(None);
                    }
                    self.frames.push(Frame::Failed(key));
                }
                Some((pc + 1, at))
            }
            Op::LookAhead { negative, next } => {
                self.start_part(Part::LookAhead { negative: *negative, next: *next, at });
                Some((pc + 1, at))
            }
            Op::LookBehind { lookaround, next } => self.look_behind(pc, *lookaround, *next, at)?,
            Op::Atomic { next } => {
                self.start_part(Part::Atomic { next: *next });
                Some((pc + 1, at))
            }
            Op::AtomicOptional { next } => {
                self.start_part(Part::AtomicOptional { next: *next, at });
                Some((pc + 1, at))
            }
            Op::Iterate(iteration) => {
                if let Some(group) = iteration.group {
                    self.frames.push(Frame::Group { group, value: self.groups[group] });
                }
                self.required(pc, iteration, at, 0)
            }
            Op::LoopStart(number) => {
                let looped = program.loops[*number];
                self.set_local(looped.count, 1);
                if looped.min > 0 {
                    Some((looped.body, at))
                } else if looped.max == 0 {
                    Some((looped.next, at))
                } else if looped.is_lazy {
                    self.frames.push(Frame::Choice { pc: looped.body, at });
                    Some((looped.next, at))
                } else {
                    self.frames.push(Frame::Choice { pc: looped.next, at });
                    Some((looped.body, at))
                }
            }
            Op::LoopNext(number) => {
                let looped = program.loops[*number];
                let count = self.locals[looped.count];
                // An iteration that consumed nothing is the last one.
                if at <= self.locals[looped.start] {
                    Some((looped.next, at))
                } else if count < looped.min as usize {
                    self.set_local(looped.count, count + 1);
                    Some((looped.body, at))
                } else if count >= looped.max as usize {
                    Some((looped.next, at))
                } else if looped.is_lazy {
                    self.frames.push(Frame::Choice { pc: looped.next - 1, at });
                    Some((looped.next, at))
                } else {
                    self.frames.push(Frame::Choice { pc: looped.next, at });
                    self.set_local(looped.count, count + 1);
                    Some((looped.body, at))
                }
            }
            Op::LoopBody(number) => {
                let looped = program.loops[*number];
                self.set_local(looped.count, self.locals[looped.count] + 1);
                Some((looped.body, at))
            }
            Op::Accept => {
                self.last = at;
                self.finish_part(true, at)
            }
            Op::AcceptBehind if at == self.behind_end => self.finish_part(true, at),
            Op::AcceptBehind | Op::Match => None,
        })
    }

    /// Goes on after a failure.
    fn resume(&mut self, frame: Frame) -> Result<Next, Stop> {
        Ok(match frame {
            Frame::Choice { pc, at } => Some((pc, at)),
            Frame::Exception => return Err(Stop::Exception),
            Frame::Local { local, value } => {
                self.locals[local] = value;
                None
            }
            Frame::Group { group, value } => {
                self.groups[group] = value;
                None
            }
            Frame::GiveBack { pc, at, more } => {
                let length = self.text.code_point_before(at).map_or(1, |(_, length)| length);
                let at = at - length;
                if more > 1 {
                    self.frames.push(Frame::GiveBack { pc, at, more: more - 1 });
                }
                Some((pc + 1, at))
            }
            Frame::Extend { pc, at, count } => {
                let Op::Run(run) = &self.program.ops[pc] else { return Ok(None) };
                let next = self.text.code_point_at(at);
                let next = next.filter(|&(code, _)| self.program.sets[run.set].contains(code));
                next.map(|(_, length)| {
                    let (at, count) = (at + length, count + 1);
                    self.last = at;
                    if count < run.max {
                        self.frames.push(Frame::Extend { pc, at, count });
                    }
                    (pc + 1, at)
                })
            }
            Frame::Retreat(retreat) => self.retreat(retreat),
            Frame::Iterate { pc, at, count } => {
                self.start_part(Part::Lazy { pc, at, count });
                Some((pc + 1, at))
            }
            Frame::Failed(key) => {
                self.failed.insert(key);
                None
            }
            Frame::Part { outer, part } => {
                self.part = outer;
                self.after_part(part, false, 0)
            }
        })
    }

    /// Drops the frames from an index on after a success. Groups that Java sets once more on the way back are set.
    fn keep_groups(&mut self, from: usize) {
        while self.frames.len() > from {
            if let Some(Frame::Retreat(retreat)) = self.frames.pop()
                && !retreat.is_outer
                && let Some(iteration) = self.iteration(retreat.pc)
                && let Some(group) = iteration.group
            {
                self.groups[group] = Some((retreat.at - retreat.width, retreat.at));
            }
        }
    }

    /// Ends the innermost part.
    fn finish_part(&mut self, matched: bool, at: usize) -> Next {
        let index = self.part?;
        self.keep_groups(index + 1);
        match self.frames.pop() {
            Some(Frame::Part { outer, part }) => {
                self.part = outer;
                self.after_part(part, matched, at)
            }
            _ => None,
        }
    }

    /// Goes on after a part matched up to a position, or failed.
    fn after_part(&mut self, part: Part, matched: bool, end: usize) -> Next {
        match part {
            Part::LookAhead { negative, next, at } => (matched != negative).then_some((next, at)),
            Part::LookBehind { pc, at, from, first, outer_end } => {
                if !matched && let Some(start) = self.next_start(pc, first, from) {
                    self.start_part(Part::LookBehind { pc, at, from, first: start, outer_end });
                    return Some((pc + 1, start));
                }
                self.behind_end = outer_end;
                match &self.program.ops[pc] {
                    Op::LookBehind { lookaround, next } if matched != lookaround.negative => {
                        Some((*next, at))
                    }
                    _ => None,
                }
            }
            Part::Atomic { next } => matched.then_some((next, end)),
            Part::AtomicOptional { next, at } => Some((next, if matched { end } else { at })),
            Part::Required { pc, at, count } => {
                let iteration = self.iteration(pc).filter(|_| matched)?;
                self.set_iterated(&iteration, at, end);
                self.required(pc, &iteration, end, count + 1)
            }
            Part::Greedy { pc, at, count, width, min, before } => {
                let iteration = self.iteration(pc)?;
                let attempt = Retreat { pc, at, count, width: 0, min, before, is_outer: false };
                match width {
                    None if !matched || end <= at => {
                        // An empty iteration doesn't count.
                        self.restore_iterated(&iteration, before);
                        Some((iteration.next, at))
                    }
                    Some(width) if !matched => self.try_rest(Retreat { width, ..attempt }),
                    Some(width) if end != at + width => {
                        self.frames.push(Frame::Retreat(Retreat { width, is_outer: true, ..attempt }));
                        // Java repeats the iteration of a group, but not that of a single part.
                        if iteration.is_group {
                            self.greedy(pc, &iteration, at, count)
                        } else {
                            self.greedy(pc, &iteration, end, count + 1)
                        }
                    }
                    _ => {
                        self.set_iterated(&iteration, at, end);
                        let (width, count) = (end - at, count + 1);
                        if count >= iteration.max {
                            return self.try_rest(Retreat { at: end, count, width, ..attempt });
                        }
                        self.start_part(Part::Greedy { pc, at: end, count, width: Some(width), min, before });
                        Some((pc + 1, end))
                    }
                }
            }
            Part::Lazy { pc, at, count } => {
                let iteration = self.iteration(pc).filter(|_| matched && end != at)?;
                self.set_iterated(&iteration, at, end);
                if count + 1 < iteration.max {
                    self.frames.push(Frame::Iterate { pc, at: end, count: count + 1 });
                }
                Some((iteration.next, end))
            }
            Part::Possessive { pc, at, count } => {
                let iteration = self.iteration(pc)?;
                if matched && end != at && count + 1 < iteration.max {
                    self.start_part(Part::Possessive { pc, at: end, count: count + 1 });
                    return Some((pc + 1, end));
                }
                Some((iteration.next, if matched { end } else { at }))
            }
        }
    }

    /// Runs a repeated set.
    fn run(&mut self, pc: usize, run: &Run, start: usize) -> Result<Next, Stop> {
        let set = &self.program.sets[run.set];
        let wanted = if run.kind == QuantifierKind::Lazy { run.min } else { run.max };
        let (mut at, mut count) = (start, 0);
        while count < wanted
            && let Some((code, length)) = self.text.code_point_at(at)
            && set.contains(code)
        {
            at += length;
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
                self.frames.push(Frame::GiveBack { pc, at, more: count - run.min });
            }
            QuantifierKind::Lazy if count < run.max => self.frames.push(Frame::Extend { pc, at, count }),
            _ => {}
        }
        Ok(Some((pc + 1, at)))
    }

    fn iteration(&self, pc: usize) -> Option<Iteration> {
        match self.program.ops[pc] {
            Op::Iterate(iteration) => Some(iteration),
            _ => None,
        }
    }

    /// Starts an iteration up to the minimum, or what comes after.
    fn required(&mut self, pc: usize, iteration: &Iteration, at: usize, count: u32) -> Next {
        if count < iteration.min {
            self.start_part(Part::Required { pc, at, count });
            return Some((pc + 1, at));
        }
        match iteration.kind {
            QuantifierKind::Greedy => return self.greedy(pc, iteration, at, count),
            _ if count >= iteration.max => {}
            QuantifierKind::Lazy => self.frames.push(Frame::Iterate { pc, at, count }),
            QuantifierKind::Possessive => {
                self.start_part(Part::Possessive { pc, at, count });
                return Some((pc + 1, at));
            }
        }
        Some((iteration.next, at))
    }

    /// Starts a greedy attempt.
    fn greedy(&mut self, pc: usize, iteration: &Iteration, at: usize, count: u32) -> Next {
        if count >= iteration.max {
            return Some((iteration.next, at));
        }
        let before = iteration.group.and_then(|group| self.groups[group]);
        self.start_part(Part::Greedy { pc, at, count, width: None, min: count, before });
        Some((pc + 1, at))
    }

    /// Goes on with the rest after a greedy attempt; gives back an iteration if the rest fails.
    fn try_rest(&mut self, attempt: Retreat) -> Next {
        let iteration = self.iteration(attempt.pc)?;
        if attempt.count <= attempt.min {
            self.restore_iterated(&iteration, attempt.before);
        } else {
            self.frames.push(Frame::Retreat(attempt));
        }
        Some((iteration.next, attempt.at))
    }

    /// Goes on after the rest failed after a greedy attempt.
    fn retreat(&mut self, attempt: Retreat) -> Next {
        if attempt.is_outer {
            return self.try_rest(Retreat { is_outer: false, ..attempt });
        }
        let iteration = self.iteration(attempt.pc)?;
        let at = attempt.at - attempt.width;
        if iteration.group.is_some() {
            self.set_iterated(&iteration, at.saturating_sub(attempt.width), at);
        }
        self.try_rest(Retreat { at, count: attempt.count - 1, ..attempt })
    }

    /// Sets the group of an iteration for good: the value before is restored with the whole repetition.
    fn set_iterated(&mut self, iteration: &Iteration, start: usize, end: usize) {
        if let Some(group) = iteration.group {
            self.groups[group] = Some((start, end));
        }
    }

    fn restore_iterated(&mut self, iteration: &Iteration, before: Group) {
        if let Some(group) = iteration.group {
            self.groups[group] = before;
        }
    }

    fn look_behind(
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
        let first = usize::try_from(first).unwrap_or(0);
        let from = usize::try_from(from).unwrap_or(0);
        self.start_part(Part::LookBehind { pc, at, from, first, outer_end: self.behind_end });
        self.behind_end = at;
        Ok(Some((pc + 1, first)))
    }

    /// Returns the start that a look-behind tries next.
    fn next_start(&self, pc: usize, start: usize, from: usize) -> Option<usize> {
        let Op::LookBehind { lookaround, .. } = &self.program.ops[pc] else { return None };
        let length = if lookaround.by_code_point && start > from {
            self.text.code_point_before(start).map_or(1, |(_, length)| length)
        } else {
            1
        };
        start.checked_sub(length).filter(|&start| start >= from)
    }

    /// Returns the length of the text that a back-reference matches.
    fn back_reference(&mut self, reference: BackReference, at: usize) -> Result<Option<usize>, Stop> {
        let Some((start, end)) = self.groups.get(reference.group).copied().flatten() else {
            return Ok(None);
        };
        let length = end.saturating_sub(start);
        if at + length > self.text.len() {
            return Ok(None);
        }
        self.spend(length / 8)?;
        let is_same = if reference.folding == CaseFolding::None {
            self.text.slice(start, end) == self.text.slice(at, at + length)
        } else {
            self.is_same_ignoring_case(reference.folding, start, at, length)?
        };
        Ok(is_same.then_some(length))
    }

    /// Compares as many code points as the group has code units: so does Java.
    fn is_same_ignoring_case(
        &self,
        folding: CaseFolding,
        mut left: usize,
        mut right: usize,
        length: usize,
    ) -> Result<bool, Stop> {
        for _ in 0..length {
            let pair = self.text.code_point_at(right).zip(self.text.code_point_at(left));
            let Some(((right_code, right_length), (left_code, left_length))) = pair else {
                return Err(Stop::Exception);
            };
            if !folding.is_same(left_code, right_code) {
                return Ok(false);
            }
            left += left_length;
            right += right_length;
        }
        Ok(true)
    }

    /// Returns the states of loops around a position as a number, or `None` if they don't fit.
    fn loop_states(&self, context: usize, at: usize) -> Option<u128> {
        let mut states = 0;
        for &number in &self.program.contexts[context] {
            let looped = self.program.loops[number];
            let count = u32::try_from(self.locals[looped.count]).ok()?;
            // Counts above the minimum are alike if there is no maximum.
            let count = if looped.max == u32::MAX { count.min(looped.min) } else { count };
            if count > MAX_CONTEXT_COUNT {
                return None;
            }
            let is_empty = at <= self.locals[looped.start];
            states = states << 16 | u128::from(count) << 1 | u128::from(is_empty);
        }
        Some(states)
    }
}
