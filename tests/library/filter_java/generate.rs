//! Generates random patterns in Java's syntax, each with values that it may match.

use super::constructs::{ANCHORS, CAPTURING, ESCAPES, PAGE_PROPERTIES, PROPERTIES, QUANTIFIERS, SHORTHANDS};

/// A random number generator (`SplitMix64`). The same seed gives the same patterns on every machine.
pub(crate) struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// A pattern and the values to match.
pub(crate) struct Case {
    /// The mode, as `Oracle.java` documents it.
    pub mode: &'static str,
    pub pattern: String,
    pub values: Vec<String>,
}

#[rustfmt::skip]
const CHARS: &[char] = &[
    'a', 'a', 'a', 'b', 'b', 'c', 'A', 'B', 'k', 'K', '\u{212A}', 's', 'S', 'ſ', 'i', 'I', 'İ', 'ı', 'é', 'É',
    'ß', 'ẞ', '1', '2', '_', '-', ' ', '&', '\n', '\r', '\u{85}', '\u{2028}', '\t', '\u{B}', '😀', '𐐀', '𐐨',
    '\u{301}', '०', 'Σ', 'σ', 'ς', '日', '\u{A0}', 'ǅ', '.', '#', '^', '\u{1F9FF}', '\u{1DFA}',
];

/// Small alphabets, which lead to many matches. Each one reveals another kind of difference.
const ALPHABETS: &[&[char]] = &[
    CHARS,
    CHARS,
    &['a', 'b'],
    &['a', 'b', 'c'],
    &['a', 'A', 'b'],
    &['a', '\n', '\r', '\u{85}'],
    &['a', '\n', '\r'],
    &['k', 'K', '\u{212A}', 's', 'S', 'ſ'],
    &['i', 'I', 'İ', 'ı', 'ß', 'ẞ', 'a'],
    &['a', ' ', '_', '\u{301}', 'é', '-'],
    &['a', '\u{301}', '😀', '𐐀', '\u{1F9FF}', '\u{10A01}'],
    &['a', '😀', 'b'],
    &['σ', 'Σ', 'ς', 'ǅ', 'Ǆ', 'ǆ'],
    &['1', '2', 'a', '०'],
    &['a', '\u{301}', '\u{200D}', '👧', '🇫', '🇷', '\u{600}'],
    &['ᄀ', 'ᅡ', 'ᆨ', '가', '각', 'e', '\u{301}', 'é'],
];

struct Generator<'a> {
    random: &'a mut Random,
    alphabet: &'static [char],
    /// `true` to generate combinations that don't occur in practice, such as back-references inside repetitions.
    adversarial: bool,
    groups: usize,
    names: usize,
}

/// A part of a pattern and a sample text that it may match.
type Piece = (String, String);

/// Generates a case from the whole grammar. `adversarial` ones have many look-behinds, and back-references inside
/// repetitions.
pub(crate) fn case(random: &mut Random, adversarial: bool) -> Case {
    let mode = random.pick(&["m", "m", "mg", "m", "mg", "f", "fg", "fg", "mi", "fi"]);
    let alphabet = random.pick(ALPHABETS);
    let mut generator = Generator { random, alphabet, adversarial, groups: 0, names: 0 };
    let depth = generator.random.below(4);
    let (mut pattern, sample) = if adversarial && generator.chance(40) {
        generator.capturing()
    } else {
        generator.alternatives(depth)
    };
    if random.chance(10) {
        pattern = flag_group(random) + &pattern;
    }
    if random.chance(6) {
        mutate_pattern(random, &mut pattern);
    }
    let mut values = vec![String::new(), sample.clone()];
    for _ in 0..4 {
        values.push(mutate_value(random, &sample, alphabet));
    }
    for length in 1..=6 {
        values.push((0..length).map(|_| random.pick(alphabet)).collect());
    }
    values.push(random.pick(alphabet).to_string());
    values.push((0..2).map(|_| random.pick(CHARS)).collect());
    for value in &mut values {
        if value.chars().count() > 30 {
            *value = value.chars().take(30).collect();
        }
    }
    values.sort();
    values.dedup();
    Case { mode, pattern, values }
}

/// Generates tokens in random order. Most of these patterns are invalid, which both engines must detect.
pub(crate) fn random_tokens(random: &mut Random) -> Case {
    const TOKENS: &[&str] = &[
        "a", "a", "b", "1", "(", ")", "(?:", "(?>", "(?=", "(?!", "(?<=", "(?<!", "(?<n>", ")", ")", "|",
        "*", "+", "?", "{", "}", "{2}", "{1,2}", "{0}", "[", "]", "[^", "]", "&&", "&", "-", "^", "$", ".",
        "\\", "\\b", "\\w", "\\1", "\\R", "\\Q", "\\E", "\\k<n>", "\\p{L}", "\\pL", "\\x4", "\\0", "\\c",
        "\\u00", "(?i)", "(?x)", "(?", "#", " ", "\n", ",", ":", "<", ">", "=", "!", "\\v", "\\d", "é",
    ];
    let length = 1 + random.below(9);
    let pattern = (0..length).map(|_| random.pick(TOKENS)).collect();
    let values = ["", "a", "b", "aa", "ab", "1", "a\n", "\n", "-", "&", "]", "aab", "aaaa", " "];
    Case { mode: random.pick(&["m", "f", "mi"]), pattern, values: values.map(str::to_owned).to_vec() }
}

/// Generates an inline flag group such as `(?im)`.
fn flag_group(random: &mut Random) -> String {
    let mut flags = String::from("(?");
    for _ in 0..=random.below(3) {
        flags.push(random.pick(&['i', 'i', 'd', 'm', 's', 'u', 'x', 'U', 'c']));
    }
    flags + ")"
}

/// Removes or inserts one character.
fn mutate_pattern(random: &mut Random, pattern: &mut String) {
    let mut chars: Vec<char> = pattern.chars().collect();
    let at = random.below(chars.len() + 1);
    if random.chance(50) && at < chars.len() {
        chars.remove(at);
    } else {
        let metacharacters: Vec<char> = r"()[]{}*+?|^$.\-&#QE 1ax<>=!:".chars().collect();
        chars.insert(at, random.pick(&metacharacters));
    }
    *pattern = chars.into_iter().collect();
}

/// Changes a few characters of a value.
fn mutate_value(random: &mut Random, sample: &str, alphabet: &[char]) -> String {
    let mut chars: Vec<char> = sample.chars().collect();
    for _ in 0..=random.below(2) {
        let at = random.below(chars.len() + 1);
        match random.below(5) {
            0 if at < chars.len() => {
                chars.remove(at);
            }
            1 if at < chars.len() => chars[at] = random.pick(alphabet),
            2 if at < chars.len() => {
                let c = chars[at];
                let other = if c.is_uppercase() { c.to_lowercase().next() } else { c.to_uppercase().next() };
                chars[at] = other.unwrap_or(c);
            }
            3 => chars.push(random.pick(&['\n', '\r', 'a', '\u{2028}', '\u{85}'])),
            _ => chars.insert(at, random.pick(alphabet)),
        }
    }
    chars.into_iter().collect()
}

impl Generator<'_> {
    fn chance(&mut self, percent: usize) -> bool {
        self.random.chance(percent)
    }

    fn alternatives(&mut self, depth: usize) -> Piece {
        let count = if self.chance(22) { 2 + self.random.below(2) } else { 1 };
        let mut branches: Vec<Piece> = (0..count).map(|_| self.sequence(depth)).collect();
        let selected = self.random.below(branches.len());
        let sample = branches[selected].1.clone();
        let texts: Vec<String> = branches.drain(..).map(|b| b.0).collect();
        (texts.join("|"), sample)
    }

    fn sequence(&mut self, depth: usize) -> Piece {
        let mut piece = Piece::default();
        let min = usize::from(!self.chance(4));
        for _ in 0..min + self.random.below(4) {
            let (pattern, sample) = self.quantified(depth);
            piece.0 += &pattern;
            piece.1 += &sample;
        }
        piece
    }

    fn quantified(&mut self, depth: usize) -> Piece {
        let (mut pattern, mut sample) = self.atom(depth);
        if self.chance(35) {
            let (quantifier, min, max) = self.random.pick(QUANTIFIERS);
            pattern += quantifier;
            pattern += self.random.pick(&["", "", "", "?", "+", "+"]);
            if self.chance(2) {
                pattern += self.random.pick(&["{2}", "*", "{0}", "{3}?"]);
            }
            let iterations = min + self.random.below(max - min + 1);
            sample = sample.repeat(iterations);
        }
        (pattern, sample)
    }

    fn literal(&mut self) -> Piece {
        if self.chance(8) {
            let (escape, c) = self.random.pick(ESCAPES);
            return (escape.into(), c.into());
        }
        let c = self.random.pick(self.alphabet);
        let code = u32::from(c);
        let notation = match self.random.below(14) {
            0 => format!("\\x{{{code:x}}}"),
            1 if code < 0x100 => format!("\\x{code:02X}"),
            2 => {
                let units = c.encode_utf16(&mut [0; 2]).to_vec();
                let escapes: Vec<String> = units.iter().map(|u| format!("\\u{u:04x}")).collect();
                escapes.concat()
            }
            3 if code < 0x100 => format!("\\0{code:o}"),
            4 => format!("\\Q{c}\\E"),
            5 => match c {
                '\n' => r"\n".into(),
                '\r' => r"\r".into(),
                '\t' => r"\t".into(),
                '-' | '_' | ' ' | '&' | '.' | '#' | '^' => format!("\\{c}"),
                _ => c.to_string(),
            },
            6 => {
                let rest: String = (0..2).map(|_| self.random.pick(self.alphabet)).collect();
                return (format!("\\Q{c}{rest}\\E"), format!("{c}{rest}"));
            }
            _ if c == '.' || c == '^' => format!("\\{c}"),
            _ => c.to_string(),
        };
        (notation, c.to_string())
    }

    fn any_char(&mut self) -> String {
        self.random.pick(self.alphabet).to_string()
    }

    fn property(&mut self) -> String {
        let name = if self.chance(75) {
            self.random.pick(&PROPERTIES[..PAGE_PROPERTIES])
        } else {
            self.random.pick(PROPERTIES)
        };
        let p = self.random.pick(&["\\p", "\\p", "\\P"]);
        if name.len() == 1 && self.chance(80) { format!("{p}{name}") } else { format!("{p}{{{name}}}") }
    }

    fn atom(&mut self, depth: usize) -> Piece {
        let kind = self.random.below(100);
        match kind {
            0..=34 => self.literal(),
            35..=40 => (".".into(), self.any_char()),
            41..=52 => (self.class(2), self.any_char()),
            53..=58 => (self.random.pick(SHORTHANDS).into(), self.any_char()),
            59..=67 => (self.property(), self.any_char()),
            68..=74 => self.anchor(),
            75..=76 => (flag_group(self.random), String::new()),
            77..=78 if self.groups > 0 && self.adversarial => self.back_reference(),
            79 => (r"\R".into(), self.random.pick(&["\r\n", "\n", "\u{85}"]).into()),
            80 => (r"\X".into(), self.random.pick(&["a", "e\u{301}", "\r\n", "🇫🇷"]).into()),
            81 if self.chance(50) => ("(?x: a # b)\n)".into(), "a".into()),
            _ if depth > 0 => self.group(depth - 1),
            _ => self.literal(),
        }
    }

    fn anchor(&mut self) -> Piece {
        let anchor = self.random.pick(ANCHORS);
        let sample = self.random.pick(&["", "", "", "\n"]);
        (anchor.into(), sample.into())
    }

    fn back_reference(&mut self) -> Piece {
        let number = 1 + self.random.below(self.groups);
        let text = if self.names > 0 && self.chance(30) {
            format!("\\k<n{}>", self.random.below(self.names))
        } else {
            format!("\\{number}")
        };
        (text, self.random.pick(&["a", "b", "A", "1", ""]).into())
    }

    fn group(&mut self, depth: usize) -> Piece {
        let kind = self.random.below(100);
        let opening = match kind {
            0..=39 => {
                self.groups += 1;
                "(".to_owned()
            }
            40..=44 => {
                self.groups += 1;
                self.names += 1;
                format!("(?<n{}>", self.names - 1)
            }
            45..=64 => "(?:".into(),
            65..=72 => "(?>".into(),
            73..=78 => "(?=".into(),
            79..=84 => "(?!".into(),
            85..=92 if !self.adversarial => return self.simple_look_behind(),
            85..=88 => "(?<=".into(),
            89..=92 => "(?<!".into(),
            93..=96 => return self.referenced_group(),
            _ => {
                let flags = flag_group(self.random);
                let off = self.random.pick(&["", "", "-i", "-u", "-x", "-U", "-sm"]);
                flags[..flags.len() - 1].to_owned() + off + ":"
            }
        };
        let (inner, sample) = self.alternatives(depth);
        let sample = if opening == "(?!" || opening.starts_with("(?<!") {
            String::new()
        } else if opening == "(?=" || opening == "(?<=" {
            if self.chance(50) { sample } else { String::new() }
        } else {
            sample
        };
        (format!("{opening}{inner})"), sample)
    }

    /// Generates a look-behind over one or two characters.
    fn simple_look_behind(&mut self) -> Piece {
        let opening = self.random.pick(&["(?<=", "(?<!"]);
        let first = self.single_char_atom();
        let second = if self.chance(40) { self.literal().0 } else { String::new() };
        (format!("{opening}{first}{second})"), String::new())
    }

    fn single_char_atom(&mut self) -> String {
        match self.random.below(3) {
            0 => self.random.pick(SHORTHANDS).into(),
            1 => self.class(0),
            _ => self.literal().0,
        }
    }

    /// Generates groups in loops and lookarounds, and back-references to them.
    fn capturing(&mut self) -> Piece {
        let mut piece = Piece::default();
        if self.chance(30) {
            piece = self.quantified(1);
        }
        if self.chance(20) {
            piece.0 += self.random.pick(&["(?i)", "(?iu)"]);
        }
        for _ in 0..=self.random.below(2) {
            let template = self.random.pick(CAPTURING);
            for (index, part) in template.split('%').enumerate() {
                if index > 0 {
                    let (pattern, sample) = match self.random.below(8) {
                        0 => self.quantified(1),
                        1 => (self.class(0), self.any_char()),
                        _ => (self.any_char(), String::new()),
                    };
                    let is_special = pattern == "." || pattern == "^";
                    piece.0 += if is_special { "a" } else { &pattern };
                    piece.1 += &sample;
                }
                piece.0 += part;
                self.groups += part.matches('(').count() - part.matches("(?").count();
            }
            piece.1 += &(0..self.random.below(4)).map(|_| self.any_char()).collect::<String>();
            if self.chance(80) && self.groups > 0 {
                piece.0.push('\\');
                piece.0 += &(1 + self.random.below(self.groups)).to_string();
                piece.0 += self.random.pick(&["", "", "?", "*", "+?", "{2}"]);
            }
            if self.chance(40) {
                let (pattern, sample) = self.quantified(0);
                piece.0 += &pattern;
                piece.1 += &sample;
            }
        }
        piece
    }

    /// Generates a group and a back-reference to it.
    fn referenced_group(&mut self) -> Piece {
        self.groups += 1;
        let number = self.groups;
        let (inner, sample) = self.alternatives(0);
        let between = self.literal();
        let sample = format!("{sample}{}{sample}", between.1);
        if self.chance(50) {
            return (format!("({inner}){}\\{number}", between.0), sample);
        }
        self.names += 1;
        let name = self.names - 1;
        (format!("(?<n{name}>{inner}){}\\k<n{name}>", between.0), sample)
    }

    fn class(&mut self, depth: usize) -> String {
        let mut text = String::from("[");
        if self.chance(30) {
            text.push('^');
        }
        for _ in 0..=self.random.below(4) {
            text += &self.class_item(depth);
            if self.chance(12) {
                let adversarial = self.adversarial;
                text += self.random.pick(if adversarial {
                    &["&&", "&&", "&&", "&", "-", "&&&", "^", " ", "#"]
                } else {
                    &["&&a", "&&[^a]", "&&[a-c]", "&&\\w", "&", "-", "^", " ", "#"]
                });
            }
        }
        text.push(']');
        text
    }

    fn class_item(&mut self, depth: usize) -> String {
        match self.random.below(20) {
            0..=7 => self.literal().0,
            8..=12 => {
                let mut ends = [self.random.pick(self.alphabet), self.random.pick(self.alphabet)];
                ends.sort_unstable();
                let escape = |c: char| format!("\\x{{{:x}}}", u32::from(c));
                if self.chance(30) { "a-z".into() } else { escape(ends[0]) + "-" + &escape(ends[1]) }
            }
            13..=14 => self.random.pick(SHORTHANDS).into(),
            15 => self.property(),
            16..=17 if depth > 0 => self.class(depth - 1),
            18 if depth > 0 => format!("&&{}", self.class(depth - 1)),
            19 => self.random.pick(&["&&^", "[:alpha:]", "--", "~~", r"\e", r"\ca", "[^", "]"]).into(),
            _ => self.any_char(),
        }
    }
}
