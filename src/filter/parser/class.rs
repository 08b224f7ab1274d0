//! Character classes with unions, intersections and negations, evaluated in the order of Java 17.
//!
//! Java collects the single characters below U+0100 of a class in one bit set. It adds this set to the class late, at an
//! `&&` or at the end, and later characters still go into the same set, so they count before the `&&`, too:
//! `[a&&[b]&c]` matches "a". Therefore a class is recorded as a list of operations first and evaluated at its end.

use super::super::ast::CharClass;
use super::super::case_folding::CaseFolding;
use super::super::code_points::CodePointSet;
use super::super::error::{invalid, too_large};
use super::escape::Escaped;
use super::{MAX_RANGES, Parser, Result};

const UNCLOSED: &str = "Missing \"]\" for \"[\"";

/// One operand of a class.
#[derive(Clone, Debug)]
enum Operand {
    /// The bit set of single characters, with its content at the end of the class.
    BitSet,
    Class(CharClass),
    /// The missing operand after an `&&`. Java fails when it evaluates the class.
    Missing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Union,
    Intersection,
}

/// A partly parsed class.
#[derive(Default)]
struct ClassBuilder {
    operations: Vec<(Operator, Operand)>,
    bit_set: CodePointSet,
    /// `true` if the bit set has characters but isn't part of `operations` yet.
    is_bit_set_pending: bool,
    /// The last operand, which is the right side of an `&&` with nothing after it; `None` after a character of the bit
    /// set.
    last: Option<Operand>,
}

impl ClassBuilder {
    fn add(&mut self, class: CharClass) {
        let operand = Operand::Class(class);
        self.last = Some(operand.clone());
        self.operations.push((Operator::Union, operand));
    }

    fn add_to_bit_set(&mut self, set: &CodePointSet) {
        self.bit_set = self.bit_set.union(set);
        self.is_bit_set_pending = true;
        self.last = None;
    }

    /// Adds the bit set to the operations if it is pending.
    fn flush_bit_set(&mut self) {
        if std::mem::take(&mut self.is_bit_set_pending) {
            if self.operations.is_empty() {
                self.last = Some(Operand::BitSet);
            }
            self.operations.push((Operator::Union, Operand::BitSet));
        }
    }

    fn is_empty(&self) -> bool {
        self.operations.is_empty() && !self.is_bit_set_pending
    }

    fn evaluate(mut self, negated: bool) -> CharClass {
        self.flush_bit_set();
        let bit_set = CharClass::from(self.bit_set);
        let mut result = CharClass::default();
        // Ranges are collected first, so that a class of thousands of ranges is sorted only once.
        let mut pending = Vec::new();
        for (operator, operand) in &self.operations {
            let class = match operand {
                Operand::BitSet => Some(&bit_set),
                Operand::Class(class) => Some(class),
                Operand::Missing => None,
            };
            match (operator, class) {
                (Operator::Union, Some(class)) if class.fails.is_empty() => {
                    pending.extend_from_slice(class.set.ranges());
                }
                (Operator::Union, Some(class)) => {
                    result.unite(&CodePointSet::new(pending.drain(..)).into());
                    result.unite(class);
                }
                _ => {
                    result.unite(&CodePointSet::new(pending.drain(..)).into());
                    result.intersect(class);
                }
            }
        }
        result.unite(&CodePointSet::new(pending).into());
        if negated { result.negate() } else { result }
    }
}

impl Parser {
    /// Parses a class from its `[` to its `]`.
    pub(super) fn class(&mut self) -> Result<CharClass> {
        let column = self.cursor.column();
        let next = self.cursor.advance();
        let negated = next == Some('^') && self.cursor.previous_raw() == Some('[');
        if negated {
            self.cursor.advance();
        }
        let class = self.class_items(column)?.evaluate(negated);
        self.ranges += class.set.ranges().len();
        if self.ranges > MAX_RANGES {
            return too_large(column, "Too many character ranges");
        }
        self.cursor.skip_raw(1);
        Ok(class)
    }

    /// Parses the items of a class up to its `]`, which isn't consumed.
    fn class_items(&mut self, column: usize) -> Result<ClassBuilder> {
        let mut class = ClassBuilder::default();
        loop {
            match self.cursor.peek() {
                None => return invalid(column, UNCLOSED),
                Some(']') if !class.is_empty() => return Ok(class),
                Some('[') => {
                    let inner = self.nested(Self::class)?;
                    class.add(inner);
                }
                Some('&') => {
                    if self.cursor.advance() == Some('&') {
                        self.intersection(&mut class, column)?;
                    } else {
                        // Java goes back by one character: the & or, under (?x), white space after it.
                        self.cursor.position -= 1;
                        if self.cursor.peek().is_some() {
                            self.class_item(&mut class, column)?;
                        }
                    }
                }
                Some(_) => self.class_item(&mut class, column)?,
            }
        }
    }

    /// Parses the right side of an `&&`. The cursor is on the second `&`.
    fn intersection(&mut self, class: &mut ClassBuilder, column: usize) -> Result<()> {
        let operator_column = self.cursor.column();
        let mut next = self.cursor.advance();
        let mut right: Option<CharClass> = None;
        while !matches!(next, Some(']' | '&')) {
            let part = if next == Some('[') {
                self.nested(Self::class)?
            } else {
                self.nested(|parser| parser.class_items(column))?.evaluate(false)
            };
            match &mut right {
                Some(right) => right.unite(&part),
                None => right = Some(part),
            }
            next = self.cursor.peek();
        }
        class.flush_bit_set();
        let operand = match (right, class.operations.is_empty()) {
            (Some(right), true) => {
                class.add(right);
                return Ok(());
            }
            (Some(right), false) => Operand::Class(right),
            (None, true) => {
                return invalid(operator_column, "Missing operands of \"&&\"");
            }
            (None, false) => class.last.clone().unwrap_or(Operand::Missing),
        };
        class.last = Some(operand.clone()).filter(|operand| !matches!(operand, Operand::Missing));
        class.operations.push((Operator::Intersection, operand));
        Ok(())
    }

    /// Parses one character, range, escape or property.
    fn class_item(&mut self, class: &mut ClassBuilder, column: usize) -> Result<()> {
        let item_column = self.cursor.column();
        let before_dash = self.cursor.peek_raw(2) == Some('-');
        let code = match self.class_character(column, before_dash)? {
            Escaped::CodePoint(code) => code,
            Escaped::Class(set) => {
                class.add((*set).clone().into());
                return Ok(());
            }
            Escaped::Node(_) => return invalid(item_column, "Escape isn't allowed in a class"),
        };
        let folding = self.folding();
        if self.cursor.peek() == Some('-') && !matches!(self.cursor.peek_raw(1), Some('[' | ']')) {
            self.cursor.skip_raw(1);
            let Escaped::CodePoint(last) = self.class_character(column, true)? else {
                return invalid(item_column, "Range doesn't end with a character");
            };
            if last < code {
                return invalid(item_column, "Range out of order");
            }
            class.add(folding.equivalents_of_range(code, last).into());
            return Ok(());
        }
        let set = self.character(code, folding, false);
        if is_in_bit_set(code, folding) {
            class.add_to_bit_set(&set);
        } else {
            class.add((*set).clone().into());
        }
        Ok(())
    }

    /// Parses a character or an escape, alone or as an end of a range (`in_range`).
    fn class_character(&mut self, column: usize, in_range: bool) -> Result<Escaped> {
        match self.cursor.peek() {
            Some('\\') => self.escape(true, in_range),
            Some(c) => {
                self.cursor.skip_raw(1);
                Ok(Escaped::CodePoint(u32::from(c)))
            }
            None => invalid(column, UNCLOSED),
        }
    }
}

/// Returns `true` if Java collects a single character in the bit set.
fn is_in_bit_set(code: u32, folding: CaseFolding) -> bool {
    // These have case variants beyond U+00FF.
    let widely_cased = matches!(code, 0x49 | 0x4B | 0x53 | 0x69 | 0x6B | 0x73 | 0xB5 | 0xC5 | 0xE5 | 0xFF);
    code < 0x100 && !(folding == CaseFolding::Unicode && widely_cased)
}
