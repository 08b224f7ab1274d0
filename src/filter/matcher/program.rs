//! Compiles a tree to a program for the machine in [`run`](super::run).

use std::collections::HashMap;

use super::super::ast::{
    Assertion, BackReference, Lookaround, Node, QuantifierKind, RepeatedGroup, Repetition,
};
use super::super::code_points::CodePointSet;
use super::study::{RepetitionForm, Study};
use super::text::CharTest;

/// An instruction. If it succeeds, the next one follows, unless it says otherwise.
#[derive(Clone, Debug)]
pub(super) enum Op {
    /// One character of a set, by its index.
    Class(usize),
    /// Throws an exception at one character of a set.
    Fail(usize),
    /// One character of a set, or several characters that compose it.
    Composed {
        set: usize,
        fails: usize,
    },
    /// Repeats a set.
    Run(Run),
    /// Tries the next instruction, then the one at this address.
    Split(usize),
    /// Tries the instruction at this address, then the next one.
    SplitLazy(usize),
    Jump(usize),
    /// Stores the position in a local variable.
    Mark(usize),
    /// Sets a capturing group to the text from a local variable to here.
    Capture {
        group: usize,
        start: usize,
    },
    BackReference(BackReference),
    Assertion(Assertion),
    LineBreak,
    Grapheme,
    /// Fails if the rest has failed here before. The index is that of the loops around.
    Memoize(usize),
    /// Matches what follows up to [`Op::Accept`] without advancing, or the text before the position with what follows up to
    /// [`Op::AcceptBehind`]; continues at the address.
    Lookaround {
        lookaround: Lookaround,
        next: usize,
    },
    /// Matches what follows up to [`Op::Accept`] once; continues at the address.
    Atomic {
        next: usize,
    },
    /// Repeats what follows up to [`Op::Accept`], each iteration once; continues at the address.
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
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) set: usize,
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) kind: QuantifierKind,
    /// `true` if Java's `\b{g}` takes notice of the end of an iteration.
    pub(super) sets_last: bool,
}

/// A repetition whose iterations aren't backtracked into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Iteration {
    pub(super) min: u32,
    pub(super) max: u32,
    pub(super) kind: QuantifierKind,
    /// The group that each iteration sets.
    pub(super) group: Option<usize>,
    /// `true` for a group, which repeats an iteration of another length, and `false` for a single part.
    pub(super) is_group: bool,
    pub(super) next: usize,
}

/// A loop whose iterations are backtracked into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loop {
    pub(super) min: u32,
    pub(super) max: u32,
    pub(super) is_lazy: bool,
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
    pub(super) sets: Vec<CharTest>,
    pub(super) loops: Vec<Loop>,
    /// The loops around each [`Op::Memoize`].
    pub(super) contexts: Vec<Vec<usize>>,
    pub(super) locals: usize,
    pub(super) groups: usize,
    /// Minimum length of a match by Java's reckoning.
    pub(super) min_len: usize,
    /// The set of first characters, if there is one and failed attempts leave no trace.
    pub(super) first: Option<CharTest>,
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
            set_numbers: HashMap::new(),
            context: (!keeps_state).then(Vec::new),
            keeps_state,
        };
        compiler.node(tree);
        compiler.push(Op::Match);
        let mut program = compiler.program;
        let has_groups = program.groups > 0;
        if !keeps_state && !has_groups && tree.min_len() > 0 {
            program.first = Some(CharTest::new(&tree.first_chars()));
        }
        program.tries_halves = keeps_state && !program.sets.iter().any(CharTest::has_surrogates);
        program
    }
}

/// Maximum number of loops around a memoized position, so that their states fit in a number.
const MAX_CONTEXT: usize = 4;

/// Maximum count of a loop in that number.
pub(super) const MAX_CONTEXT_COUNT: u32 = 0x7FFF;

struct Compiler {
    program: Program,
    /// The numbers of the sets by their addresses: the parser shares equal ones.
    set_numbers: HashMap<*const CodePointSet, usize>,
    /// The loops around, up to the next part that is matched on its own; `None` where nothing can be memoized.
    context: Option<Vec<usize>>,
    /// `true` if a match depends on more than the position.
    keeps_state: bool,
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

    fn set(&mut self, set: &CodePointSet) -> usize {
        *self.set_numbers.entry(std::ptr::from_ref(set)).or_insert_with(|| {
            self.program.sets.push(CharTest::new(set));
            self.program.sets.len() - 1
        })
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
        match &mut self.program.ops[start] {
            Op::Lookaround { next, .. } | Op::Atomic { next } | Op::Iterate(Iteration { next, .. }) => {
                *next = here;
            }
            _ => {}
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Empty => {}
            Node::Class(set) => {
                let set = self.set(set);
                self.push(Op::Class(set));
            }
            Node::FailingClass(class) => {
                let (set, fails) = (self.set(&class.set), self.set(&class.fails));
                self.push(Op::Fail(fails));
                self.push(Op::Class(set));
            }
            Node::Composed(class) => {
                let (set, fails) = (self.set(&class.set), self.set(&class.fails));
                self.push(Op::Composed { set, fails });
            }
            Node::Concat(nodes) => nodes.iter().for_each(|node| self.node(node)),
            Node::Alternation(nodes) => self.alternation(nodes),
            Node::Repetition(repetition) => self.repetition(repetition),
            Node::Capture(group, body) => {
                self.capture(*group, body);
            }
            Node::Atomic(body) => self.part(Op::Atomic { next: 0 }, body, Op::Accept, true),
            Node::Lookaround(lookaround, body) => {
                let start = Op::Lookaround { lookaround: *lookaround, next: 0 };
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

    /// Compiles a capturing group and returns the local variable with its start.
    fn capture(&mut self, group: usize, body: &Node) -> usize {
        self.program.groups = self.program.groups.max(group);
        let start = self.new_local();
        self.push(Op::Mark(start));
        self.node(body);
        self.push(Op::Capture { group, start });
        start
    }

    fn alternation(&mut self, nodes: &[Node]) {
        self.memoize();
        let mut ends = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            if index + 1 == nodes.len() {
                self.node(node);
                break;
            }
            let split = self.push_incomplete(Op::Split(0));
            self.node(node);
            ends.push(self.push_incomplete(Op::Jump(0)));
            self.program.ops[split] = Op::Split(self.here());
        }
        let here = self.here();
        for end in ends {
            self.program.ops[end] = Op::Jump(here);
        }
    }

    fn repetition(&mut self, repetition: &Repetition) {
        let Repetition { body, min, kind, .. } = repetition;
        let max = repetition.max.unwrap_or(u32::MAX);
        if let Node::Class(set) = body
            && repetition.group == RepeatedGroup::None
        {
            let set = self.set(set);
            self.memoize();
            let sets_last = *kind != QuantifierKind::Greedy || repetition.max.is_some();
            let (min, max) = (*min as usize, max as usize);
            self.push(Op::Run(Run { set, min, max, kind: *kind, sets_last }));
            return;
        }
        match (repetition.form(), kind) {
            (RepetitionForm::OptionalAtom, QuantifierKind::Greedy | QuantifierKind::Lazy) => {
                self.optional(*kind, |compiler| {
                    compiler.part(Op::Atomic { next: 0 }, body, Op::Accept, true);
                });
            }
            (RepetitionForm::OptionalGroup, _) => self.optional(*kind, |compiler| compiler.node(body)),
            (RepetitionForm::GeneralGroup, _) => self.general_loop(repetition, max),
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
                let iteration = Iteration { min: *min, max, kind: *kind, group, is_group, next: 0 };
                self.part(Op::Iterate(iteration), body, Op::Accept, true);
            }
        }
    }

    fn optional(&mut self, kind: QuantifierKind, body: impl FnOnce(&mut Self)) {
        self.memoize();
        let split = self.push_incomplete(Op::Split(0));
        body(self);
        let here = self.here();
        self.program.ops[split] = match kind {
            QuantifierKind::Lazy => Op::SplitLazy(here),
            _ => Op::Split(here),
        };
    }

    fn general_loop(&mut self, repetition: &Repetition, max: u32) {
        let count = self.new_local();
        let number = self.program.loops.len();
        self.program.loops.push(Loop {
            min: repetition.min,
            max,
            is_lazy: repetition.kind == QuantifierKind::Lazy,
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
        let start = if let Node::Capture(group, inner) = &repetition.body
            && repetition.group == RepeatedGroup::Capturing
        {
            self.capture(*group, inner)
        } else {
            let start = self.new_local();
            self.push(Op::Mark(start));
            self.node(&repetition.body);
            start
        };
        self.memoize();
        self.push(Op::LoopNext(number));
        if let Some(context) = &mut self.context {
            context.pop();
        }
        let next = self.here();
        self.program.loops[number] = Loop { start, body, next, ..self.program.loops[number] };
    }
}
