//! Character classes with their unions, intersections and negations, in the order in which Java 17
//! builds them.
//!
//! Plain characters below U+0100 are gathered in one bag per class that joins the rest late: at an
//! `&&` or at the end. The bag stays open, so what is put in after an `&&` also counts before it.
//! That is odd, visible (`[a&&[b]&c]` matches "a"), and the reason why a class is first noted as a
//! list of steps and worked out at its end.

use super::case::Folding;
use super::class::CodeSet;
use super::error::PatternError;
use super::parse::Parser;
use super::parse_escape::Escaped;

/// One operand of a class.
#[derive(Clone, Debug)]
enum Operand {
    /// The bag of plain characters, as full as it is at the end.
    Bag,
    Set(CodeSet),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Unite,
    Intersect,
}

/// A class half read.
#[derive(Default)]
struct Class {
    steps: Vec<(Step, Operand)>,
    bag: CodeSet,
    /// The bag holds something that has not joined the steps.
    bag_waits: bool,
    /// What was read last; an `&&` with nothing after it takes this as its right side. None: it
    /// went into the bag.
    last: Option<Operand>,
}

impl Class {
    fn unite(&mut self, set: CodeSet) {
        let operand = Operand::Set(set);
        self.last = Some(operand.clone());
        self.steps.push((Step::Unite, operand));
    }

    fn put_in_bag(&mut self, set: &CodeSet) {
        self.bag = self.bag.union(set);
        self.bag_waits = true;
        self.last = None;
    }

    /// Lets the bag join, if it waits.
    fn join_bag(&mut self) {
        if std::mem::take(&mut self.bag_waits) {
            if self.steps.is_empty() {
                self.last = Some(Operand::Bag);
            }
            self.steps.push((Step::Unite, Operand::Bag));
        }
    }

    fn is_empty(&self) -> bool {
        self.steps.is_empty() && !self.bag_waits
    }

    fn work_out(mut self, negated: bool) -> CodeSet {
        self.join_bag();
        let mut result = CodeSet::default();
        // Unions are saved up, so that a class of thousands of ranges is sorted once.
        let mut waiting = Vec::new();
        for (step, operand) in &self.steps {
            let set = match operand {
                Operand::Bag => &self.bag,
                Operand::Set(set) => set,
            };
            match step {
                Step::Unite => waiting.extend_from_slice(set.ranges()),
                Step::Intersect => {
                    result = result.union(&CodeSet::new(waiting.drain(..))).intersect(set);
                }
            }
        }
        let result = result.union(&CodeSet::new(waiting));
        if negated { result.negate() } else { result }
    }
}

impl Parser {
    /// A class from its `[` to its `]`.
    pub(super) fn class(&mut self) -> Result<CodeSet, PatternError> {
        let column = self.cursor.column();
        let next = self.cursor.step();
        let negated = next == Some('^') && self.cursor.before() == Some('[');
        if negated {
            self.cursor.step();
        }
        let set = self.class_items(column)?.work_out(negated);
        self.cursor.skip(1);
        Ok(set)
    }

    /// Everything up to the `]`, which stays next.
    fn class_items(&mut self, column: usize) -> Result<Class, PatternError> {
        let mut class = Class::default();
        loop {
            match self.cursor.peek() {
                None => {
                    let what = "unclosed class: a [ {at} has no ]";
                    return Err(PatternError::incomplete(column, what));
                }
                Some(']') if !class.is_empty() => return Ok(class),
                Some('[') => {
                    let inner = self.nested(Self::class)?;
                    class.unite(inner);
                }
                Some('&') => {
                    if self.cursor.step() == Some('&') {
                        self.intersection(&mut class, column)?;
                    } else {
                        // Java steps back by one place, be it the & or, under (?x), a blank after
                        // it.
                        self.cursor.set_at(self.cursor.at() - 1);
                        if self.cursor.peek().is_some() {
                            self.class_item(&mut class, column)?;
                        }
                    }
                }
                Some(_) => self.class_item(&mut class, column)?,
            }
        }
    }

    /// What follows an `&&`, whose second character is next.
    fn intersection(&mut self, class: &mut Class, column: usize) -> Result<(), PatternError> {
        let here = self.cursor.column();
        let mut next = self.cursor.step();
        let mut right: Option<CodeSet> = None;
        while !matches!(next, Some(']' | '&')) {
            let part = if next == Some('[') {
                self.nested(Self::class)?
            } else {
                self.nested(|parser| parser.class_items(column))?.work_out(false)
            };
            right = Some(match right {
                Some(right) => right.union(&part),
                None => part,
            });
            next = self.cursor.peek();
        }
        class.join_bag();
        let operand = match (right, class.steps.is_empty()) {
            (Some(right), true) => {
                class.unite(right);
                return Ok(());
            }
            (Some(right), false) => Operand::Set(right),
            (None, true) => {
                let what = "the && {at} has nothing on either side";
                return Err(PatternError::wrong(here, what));
            }
            (None, false) => class.last.clone().ok_or_else(|| {
                // Java compiles this and then fails at every value.
                PatternError::unsupported(here, "an && without a right side")
            })?,
        };
        class.last = Some(operand.clone());
        class.steps.push((Step::Intersect, operand));
        Ok(())
    }

    /// One character, range, escape or property.
    fn class_item(&mut self, class: &mut Class, column: usize) -> Result<(), PatternError> {
        let here = self.cursor.column();
        let code = match self.cursor.peek() {
            Some('\\') => {
                let before_dash = self.cursor.raw(2) == Some('-');
                match self.escape(true, before_dash)? {
                    Escaped::Code(code) => code,
                    Escaped::Set(set) => {
                        class.unite((*set).clone());
                        return Ok(());
                    }
                    Escaped::Node(_) => {
                        let what = "this escape has no meaning in a class";
                        return Err(PatternError::wrong(here, what));
                    }
                }
            }
            Some(c) => {
                self.cursor.skip(1);
                u32::from(c)
            }
            None => {
                let what = "unclosed class: a [ {at} has no ]";
                return Err(PatternError::incomplete(column, what));
            }
        };
        let folding = self.folding();
        if self.cursor.peek() == Some('-') && !matches!(self.cursor.raw(1), Some('[' | ']')) {
            let last = match self.cursor.step() {
                None => {
                    let what = "unclosed class: a [ {at} has no ]";
                    return Err(PatternError::incomplete(column, what));
                }
                Some('\\') => {
                    let Escaped::Code(last) = self.escape(true, true)? else {
                        let what = "the range {at} has no character at its end";
                        return Err(PatternError::wrong(here, what));
                    };
                    last
                }
                Some(c) => {
                    self.cursor.skip(1);
                    u32::from(c)
                }
            };
            if last < code {
                let what = "the range {at} ends before it begins";
                return Err(PatternError::wrong(here, what));
            }
            class.unite(folding.range(code, last));
            return Ok(());
        }
        let set = folding.single(code);
        if goes_into_bag(code, folding) {
            class.put_in_bag(&set);
        } else {
            class.unite(set);
        }
        Ok(())
    }
}

/// Whether a plain character is one of those that Java gathers.
fn goes_into_bag(code: u32, folding: Folding) -> bool {
    // These have counterparts beyond U+00FF.
    let widely_cased = matches!(code, 0x49 | 0x4B | 0x53 | 0x69 | 0x6B | 0x73 | 0xB5 | 0xC5 | 0xE5 | 0xFF);
    code < 0x100 && !(folding == Folding::Unicode && widely_cased)
}
