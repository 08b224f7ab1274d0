//! Compiles a tree to a program for the machine in [`run`](super::run).

use std::sync::Arc;

use super::super::ast::{
    Assertion, BackReference, CharClass, LineTerminators, Lookaround, Node, QuantifierKind, RepeatedGroup,
    Repetition,
};
use super::super::code_points::CodePointSet;
use super::study::{RepetitionForm, Study};

/// An instruction. If it succeeds, the next one follows, unless it says otherwise.
#[derive(Clone, Debug)]
pub(super) enum Op {
    /// Matches one character of a set.
    Class(Arc<CodePointSet>),
    /// Matches one character of a class. Throws Java's exception at some characters.
    FailingClass(Arc<CharClass>),
    /// Matches one character of a class, or several characters that compose it.
    Composed(Arc<CharClass>),
    /// Repeats a set.
    Run(Run),
    /// Tries the instruction at one address, then the one at the other.
    Split(usize, usize),
    Jump(usize),
    /// Stores the position in a local variable.
    Mark(usize),
    /// Sets a capturing group to the text from the position in a local variable to here.
    Capture(usize, usize),
    BackReference(BackReference),
    Assertion(Assertion),
    LineBreak,
    Grapheme,
    /// Fails if the rest has failed here before. The index is that of the loops around.
    Memoize(usize),
    /// Matches what follows up to [`Op::Accept`] without advancing, or the text before the position with what follows up to
    /// [`Op::AcceptBehind`].
    Lookaround(Look),
    /// Matches what follows up to [`Op::Accept`] once; continues at the address.
    Atomic(usize),
    /// Repeats what follows up to [`Op::Accept`], each iteration once.
    Iterate(Iteration),
    /// Starts a loop over what follows up to [`Op::LoopNext`].
    LoopStart(usize),
    LoopNext(usize),
    /// Ends a part that is matched on its own.
    Accept,
    AcceptBehind,
    /// Ends the pattern.
    Match,
}

/// A repeated set.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) set: Arc<CodePointSet>,
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) kind: QuantifierKind,
    /// `true` if Java's `\b{g}` takes notice of the end of an iteration.
    pub(super) sets_last: bool,
}

/// A look-ahead or look-behind.
#[derive(Clone, Debug)]
pub(super) struct Look {
    pub(super) kind: Lookaround,
    pub(super) body: usize,
    pub(super) next: usize,
}

/// A repetition whose iterations aren't backtracked into.
#[derive(Clone, Debug)]
pub(super) struct Iteration {
    pub(super) min: u32,
    pub(super) max: u32,
    pub(super) kind: QuantifierKind,
    /// The group that each iteration sets.
    pub(super) group: Option<usize>,
    /// `true` for a group, which repeats an iteration of another length, and `false` for a single part.
    pub(super) is_group: bool,
    pub(super) body: usize,
    pub(super) next: usize,
}

/// A loop whose iterations are backtracked into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loop {
    pub(super) min: u32,
    pub(super) max: u32,
    pub(super) is_lazy: bool,
    /// `true` if an iteration is skipped where an earlier one failed, as in Java: what iterations leave behind can be noticed.
    pub(super) is_memoized: bool,
    /// The local variable with the start of the iteration.
    pub(super) start: usize,
    /// The local variable with the number of iterations.
    pub(super) count: usize,
    pub(super) body: usize,
    pub(super) next: usize,
}

/// A compiled pattern.
#[derive(Clone, Debug, Default)]
pub(in crate::filter) struct Program {
    pub(super) ops: Vec<Op>,
    pub(super) loops: Vec<Loop>,
    /// The loops around each [`Op::Memoize`].
    pub(super) contexts: Vec<Vec<usize>>,
    pub(super) locals: usize,
    pub(super) groups: usize,
    /// Minimum length of a match by Java's reckoning.
    pub(super) min_len: usize,
    /// The set of first characters, if there is one and failed attempts leave no trace.
    pub(super) first: Option<CodePointSet>,
    /// `true` if Java also searches between the halves of a surrogate pair, and these attempts leave a trace. It does so for
    /// patterns without characters beyond `U+FFFF`.
    pub(super) tries_halves: bool,
}

impl Program {
    pub(in crate::filter) fn new(tree: &Node) -> Self {
        let keeps_state = tree.has_side_effects();
        // Java doesn't look at the length then.
        let first = if let Node::Concat(nodes) = tree { nodes.first() } else { Some(tree) };
        let starts_at_start = matches!(first, Some(Node::Assertion(Assertion::TextStart)));
        let mut compiler = Compiler {
            program: Self {
                min_len: if starts_at_start { 0 } else { usize::try_from(Study::of(tree).min).unwrap_or(0) },
                ..Self::default()
            },
            context: (!keeps_state).then(Vec::new),
            keeps_state,
            memoizes_loops: !tree.any(&|node| matches!(node, Node::BackReference(_))),
        };
        compiler.node(tree);
        compiler.push(Op::Match);
        let mut program = compiler.program;
        if !keeps_state && program.groups == 0 && tree.min_len() > 0 {
            program.first = Some(tree.first_chars());
        }
        let dot = CodePointSet::from_chars(LineTerminators::Java.chars()).negate();
        program.tries_halves = keeps_state && !tree.any(&|node| node.has_surrogates(&dot));
        program
    }
}

/// Maximum number of loops around a memoized position, so that their states fit in a number.
const MAX_CONTEXT: usize = 4;

/// Maximum count of a loop in that number.
pub(super) const MAX_CONTEXT_COUNT: u32 = 0x7FFF;

struct Compiler {
    program: Program,
    /// The loops around, up to the next part that is matched on its own; `None` where nothing can be memoized.
    context: Option<Vec<usize>>,
    /// `true` if a match depends on more than the position.
    keeps_state: bool,
    /// `true` if Java memoizes the loops here: outside of groups with a quantifier, in patterns without back-references.
    memoizes_loops: bool,
}

impl Compiler {
    fn push(&mut self, op: Op) {
        self.program.ops.push(op);
    }

    /// Pushes an instruction that is completed later, and returns its address.
    fn push_incomplete(&mut self, op: Op) -> usize {
        self.push(op);
        self.here() - 1
    }

    /// Returns the address of the next instruction.
    fn here(&self) -> usize {
        self.program.ops.len()
    }

    fn new_local(&mut self) -> usize {
        self.program.locals += 1;
        self.program.locals - 1
    }

    fn memoize(&mut self) {
        if let Some(context) = &self.context
            && context.len() <= MAX_CONTEXT
        {
            self.program.contexts.push(context.clone());
            let number = self.program.contexts.len() - 1;
            self.push(Op::Memoize(number));
        }
    }

    /// Compiles something that is matched on its own.
    fn part(&mut self, start: Op, body: &Node, end: Op, can_memoize: bool) {
        let context = (can_memoize && !self.keeps_state).then(Vec::new);
        let outer = std::mem::replace(&mut self.context, context);
        let start = self.push_incomplete(start);
        self.node(body);
        self.push(end);
        self.context = outer;
        let here = self.here();
        if let Op::Lookaround(Look { next, .. }) | Op::Atomic(next) | Op::Iterate(Iteration { next, .. }) =
            &mut self.program.ops[start]
        {
            *next = here;
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Empty => {}
            Node::Class(set) => self.push(Op::Class(Arc::clone(set))),
            Node::FailingClass(class) => self.push(Op::FailingClass(Arc::clone(class))),
            Node::Composed(class) => self.push(Op::Composed(Arc::clone(class))),
            Node::Concat(nodes) => nodes.iter().for_each(|node| self.node(node)),
            Node::Alternation(nodes) => self.alternation(nodes),
            Node::Repetition(repetition) => {
                let outer = self.memoizes_loops;
                self.memoizes_loops &= repetition.group == RepeatedGroup::None;
                self.repetition(repetition, outer);
                self.memoizes_loops = outer;
            }
            Node::Capture(group, body) => {
                self.program.groups = self.program.groups.max(*group);
                let start = self.mark();
                self.node(body);
                self.push(Op::Capture(*group, start));
            }
            Node::Atomic(body) => self.part(Op::Atomic(0), body, Op::Accept, true),
            Node::Lookaround(lookaround, body) => {
                let start = Op::Lookaround(Look { kind: *lookaround, body: self.here() + 1, next: 0 });
                let end = if lookaround.behind { Op::AcceptBehind } else { Op::Accept };
                // Where the text ends is a part of the state in a look-behind.
                self.part(start, body, end, !lookaround.behind);
            }
            Node::BackReference(reference) => self.push(Op::BackReference(*reference)),
            Node::Assertion(assertion) => self.push(Op::Assertion(*assertion)),
            Node::LineBreak => self.push(Op::LineBreak),
            Node::Grapheme => self.push(Op::Grapheme),
        }
    }

    /// Stores the position in a new local variable, which is returned.
    fn mark(&mut self) -> usize {
        let local = self.new_local();
        self.push(Op::Mark(local));
        local
    }

    fn alternation(&mut self, nodes: &[Node]) {
        self.memoize();
        let mut ends = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            if index + 1 == nodes.len() {
                self.node(node);
                break;
            }
            let split = self.push_incomplete(Op::Jump(0));
            self.node(node);
            ends.push(self.push_incomplete(Op::Jump(0)));
            self.program.ops[split] = Op::Split(split + 1, self.here());
        }
        let here = self.here();
        for end in ends {
            self.program.ops[end] = Op::Jump(here);
        }
    }

    fn repetition(&mut self, repetition: &Repetition, memoizes_loops: bool) {
        let Repetition { body, min, kind, .. } = repetition;
        let max = repetition.max.unwrap_or(u32::MAX);
        if let Node::Class(set) = body
            && repetition.group == RepeatedGroup::None
        {
            self.memoize();
            let sets_last = *kind != QuantifierKind::Greedy || repetition.max.is_some();
            let (min, max) = (*min as usize, max as usize);
            let set = Arc::clone(set);
            self.push(Op::Run(Run { set, min, max, kind: *kind, sets_last }));
            return;
        }
        match (repetition.form(), kind) {
            (RepetitionForm::OptionalAtom, QuantifierKind::Greedy | QuantifierKind::Lazy) => {
                self.optional(*kind, |compiler| {
                    compiler.part(Op::Atomic(0), body, Op::Accept, true);
                });
            }
            (RepetitionForm::OptionalGroup, _) => self.optional(*kind, |compiler| compiler.node(body)),
            (RepetitionForm::GeneralGroup, _) => self.general_loop(repetition, max, memoizes_loops),
            (form, _) => {
                let is_group = form == RepetitionForm::DeterministicGroup;
                let (group, body) = match body {
                    Node::Capture(group, inner)
                        if is_group && repetition.group == RepeatedGroup::Capturing =>
                    {
                        (Some(*group), &**inner)
                    }
                    other => (None, other),
                };
                self.program.groups = self.program.groups.max(group.unwrap_or(0));
                self.memoize();
                let iteration = Iteration {
                    min: *min,
                    max,
                    kind: *kind,
                    group,
                    is_group,
                    body: self.here() + 1,
                    next: 0,
                };
                self.part(Op::Iterate(iteration), body, Op::Accept, true);
            }
        }
    }

    fn optional(&mut self, kind: QuantifierKind, body: impl FnOnce(&mut Self)) {
        self.memoize();
        let split = self.push_incomplete(Op::Jump(0));
        body(self);
        let (body, after) = (split + 1, self.here());
        self.program.ops[split] = match kind {
            QuantifierKind::Lazy => Op::Split(after, body),
            _ => Op::Split(body, after),
        };
    }

    fn general_loop(&mut self, repetition: &Repetition, max: u32, memoizes_loops: bool) {
        let count = self.new_local();
        let number = self.program.loops.len();
        self.program.loops.push(Loop {
            min: repetition.min,
            max,
            is_lazy: repetition.kind == QuantifierKind::Lazy,
            is_memoized: memoizes_loops && max == u32::MAX,
            start: 0,
            count,
            body: 0,
            next: 0,
        });
        self.push(Op::LoopStart(number));
        if let Some(context) = &mut self.context {
            context.push(number);
        }
        let body = self.here();
        let start = self.mark();
        self.node(&repetition.body);
        self.memoize();
        self.push(Op::LoopNext(number));
        if let Some(context) = &mut self.context {
            context.pop();
        }
        let next = self.here();
        self.program.loops[number] = Loop { start, body, next, ..self.program.loops[number] };
    }
}
