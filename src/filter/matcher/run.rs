//! The machine that runs a program on a value, with Java's rules.
//!
//! It has one explicit stack of [`Frame`]s: choices to come back to, old values to restore, and, for each part that is matched
//! on its own, what to do at its end. When such a part matches, its frames are dropped without restoring groups, as in Java,
//! so groups set in a look-ahead or an atomic group survive the failure of what follows.

mod parts;

use std::collections::HashSet;

use super::super::ast::{Assertion, BackReference};
use super::super::case_folding::CaseFolding;
use super::program::{Iteration, Loop, MAX_CONTEXT_COUNT, Op, Program, Run};
use super::text::Text;
use parts::{Part, Retreat};

/// The reasons why a match ends without a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::filter) enum Stop {
    /// The limit of steps or memory is exceeded.
    Limit,
    /// Java throws an exception here.
    Exception,
}

/// Maximum number of steps in an empty value.
const BASE_STEPS: usize = 1_000_000;
/// Number of additional steps per code unit of the value.
const STEPS_PER_UNIT: usize = 32;
/// Maximum number of frames, about 160 MB.
const MAX_FRAMES: usize = 2_000_000;
/// Number of steps after which failures are memoized. Most matches end earlier.
const MEMOIZE_AFTER: usize = 2_000;

/// The start and the end of a group.
pub(super) type Group = Option<(usize, usize)>;

/// A frame of the backtracking stack. Its numbers are instructions and positions unless noted
/// otherwise.
enum Frame<'a> {
    /// A choice at which Java throws an exception.
    Exception,
    /// An instruction and a position to try next.
    Choice(usize, usize),
    /// A local variable and its value before.
    Local(usize, usize),
    /// A group and its value before.
    Group(usize, Group),
    /// A greedy run, and how many characters it can give back.
    GiveBack(usize, usize, usize),
    /// A lazy run, and how many characters it has taken.
    Extend(&'a Run, usize, usize, usize),
    /// A greedy iteration that can give back iterations.
    Retreat(Retreat<'a>),
    /// Another iteration of a lazy loop.
    Loop(&'a Loop, usize),
    /// A lazy iteration, and how many iterations it has taken.
    Iterate(&'a Iteration, usize, u32),
    /// A state from which the rest has failed when backtracking reaches this frame.
    Failed(Key),
    /// The start of a part that is matched on its own, after the index of the frame of the part around.
    Part(Option<usize>, Part<'a>),
}

/// An instruction, a position, and the states of the loops around.
type Key = (usize, usize, u128);

/// One search in one value.
pub(super) struct Machine<'a> {
    program: &'a Program,
    text: &'a Text,
    pub(super) groups: Vec<Group>,
    locals: Vec<usize>,
    frames: Vec<Frame<'a>>,
    /// Index of the frame of the innermost part.
    part: Option<usize>,
    /// States from which the rest has failed. The keys of loops have the addresses of their bodies,
    /// which are never an [`Op::Memoize`].
    failed: HashSet<Key>,
    /// Position at which the innermost look-behind has to end.
    behind_end: usize,
    /// End of the last part that matched.
    last: usize,
    steps: usize,
    max_steps: usize,
    matches_whole: bool,
}

/// An instruction and the position in the value at which it runs.
type Place = (usize, usize);

/// The place to continue at, or `None` after a failure.
type Next = Option<Place>;

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
            max_steps: BASE_STEPS + text.len().saturating_mul(STEPS_PER_UNIT),
            matches_whole,
        }
    }

    /// Returns `true` if there is a match at a position.
    pub(super) fn match_at(&mut self, start: usize) -> Result<bool, Stop> {
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
                            return Ok(true);
                        }
                        None
                    } else {
                        self.step(pc, at)?
                    }
                }
                None => match self.frames.pop() {
                    Some(frame) => self.resume(frame)?,
                    None => return Ok(false),
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
        self.frames.push(Frame::Local(local, value));
    }

    /// Sets a group; the old value comes back with the backtracking.
    fn set_group(&mut self, group: usize, start: usize, end: usize) {
        let value = self.groups[group].replace((start, end));
        self.frames.push(Frame::Group(group, value));
    }

    fn start_part(&mut self, part: Part<'a>) {
        self.frames.push(Frame::Part(self.part, part));
        self.part = Some(self.frames.len() - 1);
    }

    /// Runs one instruction.
    #[expect(clippy::too_many_lines, reason = "one arm per instruction")]
    fn step(&mut self, pc: usize, at: usize) -> Result<Next, Stop> {
        let program = self.program;
        let text = self.text;
        Ok(match &program.ops[pc] {
            Op::Class(set) => text.after_char_of(set, at).map(|at| (pc + 1, at)),
            Op::FailingClass(class) => match text.after_char_of(&class.fails, at) {
                Some(_) => return Err(Stop::Exception),
                None => text.after_char_of(&class.set, at).map(|at| (pc + 1, at)),
            },
            Op::Composed(class) => {
                let composed = text.composed(at, &mut self.steps);
                let choices = composed.into_iter().rev().filter_map(|(code, at)| match code {
                    _ if class.fails.contains(code) => Some(Frame::Exception),
                    _ => class.set.contains(code).then_some(Frame::Choice(pc + 1, at)),
                });
                self.frames.extend(choices);
                None
            }
            Op::Run(run) => self.run(pc, run, at)?,
            Op::Split(next, other) => {
                self.frames.push(Frame::Choice(*other, at));
                Some((*next, at))
            }
            Op::Jump(next) => Some((*next, at)),
            Op::Mark(local) => {
                self.set_local(*local, at);
                Some((pc + 1, at))
            }
            Op::Capture(group, start) => {
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
            Op::LineBreak if text.is_crlf(at) => {
                self.frames.push(Frame::Choice(pc + 1, at + 1));
                Some((pc + 1, at + 2))
            }
            Op::LineBreak => {
                let is_break = matches!(text.unit(at), Some(0xA..=0xD | 0x85 | 0x2028 | 0x2029));
                is_break.then_some((pc + 1, at + 1))
            }
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
            Op::Lookaround(look) if look.kind.behind => self.look_behind(look, at)?,
            Op::Lookaround(look) => {
                self.start_part(Part::LookAhead(look, at));
                Some((pc + 1, at))
            }
            Op::Atomic(next) => {
                self.start_part(Part::Atomic(*next));
                Some((pc + 1, at))
            }
            Op::Iterate(iteration) => {
                if let Some(group) = iteration.group {
                    self.frames.push(Frame::Group(group, self.groups[group]));
                }
                Some(self.iterate(iteration, at, 0))
            }
            Op::LoopStart(number) => {
                let looped = &program.loops[*number];
                self.set_local(looped.count, 0);
                Some(self.next_iteration(looped, at, false))
            }
            Op::LoopNext(number) => {
                let looped = &program.loops[*number];
                // An iteration that consumed nothing is the last one.
                if at > self.locals[looped.start] {
                    Some(self.next_iteration(looped, at, looped.is_memoized))
                } else {
                    Some((looped.next, at))
                }
            }
            Op::Accept => {
                self.last = at;
                self.finish_part(at)
            }
            Op::AcceptBehind if at == self.behind_end => self.finish_part(at),
            Op::AcceptBehind | Op::Match => None,
        })
    }

    /// Starts another iteration of a loop, or what comes after; the other of them is a choice if both are possible.
    fn next_iteration(&mut self, looped: &'a Loop, at: usize, is_memoized: bool) -> Place {
        let count = self.locals[looped.count];
        if count >= looped.max as usize {
            return (looped.next, at);
        }
        if count >= looped.min as usize {
            if looped.is_lazy {
                self.frames.push(Frame::Loop(looped, at));
                return (looped.next, at);
            }
            let key = (looped.body, at, 0);
            if is_memoized && self.failed.contains(&key) {
                return (looped.next, at);
            }
            self.frames.push(Frame::Choice(looped.next, at));
            if is_memoized {
                self.frames.push(Frame::Failed(key));
            }
        }
        self.start_iteration(looped, at)
    }

    fn start_iteration(&mut self, looped: &Loop, at: usize) -> Place {
        self.set_local(looped.count, self.locals[looped.count] + 1);
        (looped.body, at)
    }

    /// Goes on after a failure.
    #[expect(clippy::needless_pass_by_value, reason = "the frame isn't on the stack any more")]
    fn resume(&mut self, frame: Frame<'a>) -> Result<Next, Stop> {
        Ok(match frame {
            Frame::Choice(pc, at) => Some((pc, at)),
            Frame::Exception => return Err(Stop::Exception),
            Frame::Local(local, value) => {
                self.locals[local] = value;
                None
            }
            Frame::Group(group, value) => {
                self.groups[group] = value;
                None
            }
            Frame::GiveBack(pc, at, more) => {
                let length = self.text.code_point_before(at).map_or(1, |(_, length)| length);
                let at = at - length;
                if more > 1 {
                    self.frames.push(Frame::GiveBack(pc, at, more - 1));
                }
                Some((pc + 1, at))
            }
            Frame::Extend(run, pc, at, count) => {
                let next = self.text.after_char_of(&run.set, at);
                next.map(|at| {
                    self.last = at;
                    if count + 1 < run.max {
                        self.frames.push(Frame::Extend(run, pc, at, count + 1));
                    }
                    (pc + 1, at)
                })
            }
            Frame::Retreat(retreat) => Some(self.retreat(retreat)),
            Frame::Loop(looped, at) => Some(self.start_iteration(looped, at)),
            Frame::Iterate(iteration, at, count) => {
                self.start_part(Part::Iteration(iteration, at, count));
                Some((iteration.body, at))
            }
            Frame::Failed(key) => {
                self.failed.insert(key);
                None
            }
            Frame::Part(outer, part) => {
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
                && let Some(group) = retreat.iteration.group
            {
                self.groups[group] = Some((retreat.at - retreat.width, retreat.at));
            }
        }
    }

    /// Ends the innermost part, which has matched.
    fn finish_part(&mut self, at: usize) -> Next {
        let index = self.part?;
        self.keep_groups(index + 1);
        match self.frames.pop() {
            Some(Frame::Part(outer, part)) => {
                self.part = outer;
                self.after_part(part, true, at)
            }
            _ => None,
        }
    }

    /// Returns the length of the text that a back-reference matches. Where case is ignored, as many code points are compared as
    /// the group has code units: so does Java.
    fn back_reference(&mut self, reference: BackReference, at: usize) -> Result<Option<usize>, Stop> {
        let Some((start, end)) = self.groups.get(reference.group).copied().flatten() else {
            return Ok(None);
        };
        let length = end.saturating_sub(start);
        if at + length > self.text.len() {
            return Ok(None);
        }
        if reference.folding == CaseFolding::None {
            self.spend(length / 8)?;
            return Ok((self.text.slice(start, end) == self.text.slice(at, at + length)).then_some(length));
        }
        let (mut left, mut right) = (start, at);
        for _ in 0..length {
            self.spend(1)?;
            let pair = self.text.code_point_at(left).zip(self.text.code_point_at(right));
            let Some(((left_code, left_length), (right_code, right_length))) = pair else {
                return Err(Stop::Exception);
            };
            if !reference.folding.is_same(left_code, right_code) {
                return Ok(None);
            }
            left += left_length;
            right += right_length;
        }
        Ok(Some(length))
    }

    /// Returns the states of loops around a position as a number, or `None` if they don't fit.
    fn loop_states(&self, context: usize, at: usize) -> Option<u128> {
        let mut states = 0;
        for &number in &self.program.contexts[context] {
            let looped = &self.program.loops[number];
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
