//! Tests a pattern: which values it matches, where, and by which engine. It runs on a background task, because a pattern may
//! take long and a table may have hundreds of thousands of values.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::error_report::ErrorReport;
use crate::dataset::{Column, ColumnId, Dataset};
use crate::display::Clock;
use crate::export::{ActiveFilters, session_info_call};
use crate::filter::{Filter, MatchEngine, MatchError, Mode, to_portable};
use crate::query::{DesignerFilter, FilterError, FilterStatus, FilterText};

/// The number of values of each result that are kept to be shown.
pub(super) const MAX_ROWS: usize = 1_000;
/// The time for the results of all values, and again for the groups of those that are kept.
const TIME_LIMIT: Duration = Duration::from_secs(2);
/// The time between two points at which a cancelled test ends.
const YIELD_INTERVAL: Duration = Duration::from_millis(5);
/// The number of values between two readings of the clock if the pattern doesn't backtrack. Long values take milliseconds.
const CHUNK: usize = 64;

/// A pattern and the values to test it with.
#[derive(Clone, Debug)]
pub(super) struct PatternInput {
    /// The pattern and its mode.
    pub(super) text: FilterText,
    /// The column that the pattern is for.
    pub(super) column: ColumnId,
    /// The values.
    pub(super) values: Values,
}

/// The values to test a pattern with.
#[derive(Clone, Debug)]
pub(super) enum Values {
    /// The distinct values of the column in this dataset; `None` before the first one is read.
    Table(Option<Arc<Dataset>>),
    /// The lines of this text.
    Typed(Arc<str>),
}

impl PatternInput {
    /// Returns `true` if both give the same outcome.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let is_same_table = match (&self.values, &other.values) {
            (Values::Table(Some(one)), Values::Table(Some(other))) => Arc::ptr_eq(one, other),
            (Values::Table(one), Values::Table(other)) => one.is_none() && other.is_none(),
            _ => true,
        };
        is_same_table && self.is_same_but_for_refresh(other)
    }

    /// Returns `true` if both give the same outcome, unless the table was refreshed in between.
    pub(super) fn is_same_but_for_refresh(&self, other: &Self) -> bool {
        let has_same_source = match (&self.values, &other.values) {
            (Values::Table(_), Values::Table(_)) => true,
            (Values::Typed(one), Values::Typed(other)) => one == other,
            (Values::Table(_) | Values::Typed(_), _) => false,
        };
        has_same_source && self.text == other.text && self.column == other.column
    }
}

/// The outcome of a test.
#[derive(Debug)]
pub(super) struct PatternOutcome {
    /// The tested pattern and values.
    pub(super) input: PatternInput,
    /// The results, or why there are none.
    pub(super) result: Result<TestedValues, TestFailure>,
}

/// The reason why there are no results.
#[derive(Debug)]
pub(super) enum TestFailure {
    /// The pattern is invalid.
    Pattern(FilterError),
    /// The test can't run.
    NotRun(ErrorReport),
}

/// The results on the values.
#[derive(Debug, Default)]
pub(super) struct TestedValues {
    /// The first values of each result, in their order.
    pub(super) rows: Vec<TestedValue>,
    /// The numbers of values.
    pub(super) counts: ResultCounts,
    /// The engines that were used; `None` without a value or a pattern.
    pub(super) engine: Option<Engines>,
    /// The first error of a value.
    pub(super) error: Option<MatchError>,
    /// The names of groups, by number.
    pub(super) group_names: std::collections::BTreeMap<usize, String>,
    /// The pattern as a call of `getSessionInfo`.
    pub(super) call: String,
    /// The call contains the pattern. Only patterns for users and projects can be in it.
    pub(super) is_in_call: bool,
}

/// The numbers of values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ResultCounts {
    /// All values.
    pub(super) total: usize,
    /// The values that were tested before the time was over.
    pub(super) tested: usize,
    /// The values that pass.
    pub(super) passing: usize,
    /// The values on which the pattern gives up or fails.
    pub(super) failed: usize,
}

/// The engines that were used for the values of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engines {
    /// The same engine for all values.
    One(MatchEngine),
    /// Both engines.
    Both,
}

/// The result for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MatchResult {
    /// It passes the filter.
    Passes,
    /// It doesn't pass.
    LeftOut,
    /// The pattern takes too many steps.
    LimitExceeded,
    /// A gateway fails on it, too.
    FailsInJava,
}

impl MatchResult {
    fn of(passes: &Result<bool, MatchError>) -> Self {
        match passes {
            Ok(true) => Self::Passes,
            Ok(false) => Self::LeftOut,
            Err(MatchError::Limit) => Self::LimitExceeded,
            Err(MatchError::Exception) => Self::FailsInJava,
        }
    }
}

/// A value with its result.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TestedValue {
    /// The value.
    pub(super) value: String,
    /// The number of its sessions; `None` for a typed value.
    pub(super) sessions: Option<u32>,
    /// The result for the value.
    pub(super) result: MatchResult,
    /// The byte ranges of the match and of its groups; `None` for a group that took no part. Empty if the pattern doesn't
    /// match, and where finding them takes too long.
    pub(super) groups: Vec<Option<Range<usize>>>,
}

impl TestedValue {
    /// Returns the byte range of the match.
    pub(super) fn matched(&self) -> Option<Range<usize>> {
        self.groups.first().cloned().flatten()
    }
}

/// Yields now and then, so that a cancelled task ends, and measures the time.
struct Pace {
    started: Instant,
    last_yield: Instant,
}

impl Pace {
    fn new() -> Self {
        let now = Instant::now();
        Self { started: now, last_yield: now }
    }

    /// Returns `true` if the time is over.
    async fn is_over(&mut self) -> bool {
        if self.last_yield.elapsed() >= YIELD_INTERVAL {
            tokio::task::yield_now().await;
            self.last_yield = Instant::now();
        }
        self.started.elapsed() >= TIME_LIMIT
    }
}

/// Tests a pattern.
pub(super) async fn run(input: PatternInput, clock: Clock) -> PatternOutcome {
    let result = match input.text.compile() {
        Ok(filter) => Ok(test(&input, filter.as_ref(), &clock).await),
        Err(error) => Err(TestFailure::Pattern(error.into())),
    };
    PatternOutcome { input, result }
}

async fn test(input: &PatternInput, filter: Option<&Filter>, clock: &Clock) -> TestedValues {
    let mut tested = match &input.values {
        Values::Typed(text) => {
            let lines: Vec<&str> = text.lines().collect();
            evaluate(lines.len(), |index| (lines[index], None), filter).await
        }
        Values::Table(dataset) => match dataset.as_ref().and_then(|dataset| dataset.column(&input.column)) {
            Some(Column::Text(column)) => {
                let mut sessions = vec![0; column.distinct()];
                // The code of a null is out of range.
                for &code in column.codes() {
                    if let Some(number) = sessions.get_mut(code as usize) {
                        *number += 1;
                    }
                }
                let codes: Vec<u32> =
                    (0..).zip(&sessions).filter(|(_, n)| **n > 0).map(|(code, _)| code).collect();
                let value = |index: usize| (column.text(codes[index]), Some(sessions[codes[index] as usize]));
                evaluate(codes.len(), value, filter).await
            }
            _ => TestedValues::default(),
        },
    };
    if let Some(filter) = filter {
        explain(&mut tested.rows, filter).await;
        tested.group_names = filter.group_names();
    }
    tested.call = call(&input.column, filter, clock);
    let is_portable = |filter: &Filter| to_portable(filter.pattern(), filter.mode()).is_some();
    let has_argument = matches!(input.column, ColumnId::Username | ColumnId::Project);
    tested.is_in_call = has_argument && filter.is_none_or(is_portable);
    tested
}

/// Decides which values pass, and keeps the first ones of each result.
async fn evaluate<'a>(
    total: usize,
    value: impl Fn(usize) -> (&'a str, Option<u32>),
    filter: Option<&Filter>,
) -> TestedValues {
    let mut tested =
        TestedValues { counts: ResultCounts { total, ..ResultCounts::default() }, ..TestedValues::default() };
    let mut pace = Pace::new();
    let mut others = 0;
    // One value can take milliseconds with backtracking.
    let chunk = if filter.is_none_or(Filter::is_linear) { CHUNK } else { 1 };
    for index in 0..total {
        if index.is_multiple_of(chunk) && pace.is_over().await {
            break;
        }
        let (value, sessions) = value(index);
        let passes = filter.map_or(Ok(true), |filter| filter.is_match(value));
        let result = MatchResult::of(&passes);
        let counts = &mut tested.counts;
        counts.tested += 1;
        let kept = match result {
            MatchResult::Passes => &mut counts.passing,
            MatchResult::LeftOut => &mut others,
            MatchResult::LimitExceeded | MatchResult::FailsInJava => &mut counts.failed,
        };
        *kept += 1;
        if *kept <= MAX_ROWS {
            let groups = Vec::new();
            tested.rows.push(TestedValue { value: value.to_owned(), sessions, result, groups });
        }
        if let Err(error) = passes {
            tested.error.get_or_insert(error);
        }
        if let Some(filter) = filter {
            let engine = Engines::One(filter.engine_for(value));
            tested.engine = match tested.engine {
                Some(other) if other != engine => Some(Engines::Both),
                _ => Some(engine),
            };
        }
    }
    tested
}

/// Adds the groups of the values that the pattern matches, until the time is over.
async fn explain(rows: &mut [TestedValue], filter: &Filter) {
    let Mode { invert, .. } = filter.mode();
    let matching = if invert { MatchResult::LeftOut } else { MatchResult::Passes };
    let mut pace = Pace::new();
    for row in rows.iter_mut().filter(|row| row.result == matching) {
        if pace.is_over().await {
            break;
        }
        row.groups = filter.explain(&row.value).map(|explanation| explanation.groups).unwrap_or_default();
    }
}

/// Returns the call with this filter alone. It has no argument for columns other than those of users and projects, and says so
/// in a comment.
fn call(column: &ColumnId, filter: Option<&Filter>, clock: &Clock) -> String {
    let on = |wanted: ColumnId| filter.filter(|_| *column == wanted);
    let status = FilterStatus { filter: filter.cloned(), ..FilterStatus::default() };
    let columns = match column {
        ColumnId::Username | ColumnId::Project => Vec::new(),
        column => vec![(column.clone(), status)],
    };
    let filters = ActiveFilters {
        username: on(ColumnId::Username),
        project: on(ColumnId::Project),
        columns: &columns,
        dates: &[],
        designer: DesignerFilter::All,
        cells: &[],
    };
    session_info_call(&filters, clock)
}

#[cfg(test)]
mod tests {
    use super::MatchResult::{LeftOut, Passes};
    use super::*;
    use crate::demo;
    use crate::display::DateStyle;
    use crate::gateway::webdev;

    fn run_on(pattern: &str, mode: Mode, column: ColumnId, values: Values) -> PatternOutcome {
        let text = FilterText { pattern: pattern.to_owned(), mode };
        let clock = Clock::new(DateStyle::Utc, None, 0);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(run(PatternInput { text, column, values }, clock))
    }

    fn tested(pattern: &str, mode: Mode, lines: &str) -> TestedValues {
        run_on(pattern, mode, ColumnId::Username, Values::Typed(lines.into())).result.unwrap()
    }

    fn results(tested: &TestedValues) -> Vec<MatchResult> {
        tested.rows.iter().map(|row| row.result).collect()
    }

    const PLAIN: Mode = Mode { ignore_case: false, contains: false, invert: false };

    #[test]
    fn tests_typed_lines_with_groups() {
        let tested = tested(r"(\w+)\.(?<last>\w+)|(x)", PLAIN, "bill.smith\r\nanna\n\nx");
        assert_eq!(results(&tested), [Passes, LeftOut, LeftOut, Passes]);
        assert_eq!(tested.rows[0].groups, [Some(0..10), Some(0..4), Some(5..10), None]);
        assert_eq!(tested.rows[0].matched(), Some(0..10));
        assert_eq!(tested.rows[3].groups, [Some(0..1), None, None, Some(0..1)]);
        assert!(tested.rows[1].groups.is_empty());
        assert_eq!(tested.counts, ResultCounts { total: 4, tested: 4, passing: 2, failed: 0 });
        assert_eq!(tested.engine, Some(Engines::One(MatchEngine::Linear)));
        assert_eq!(tested.group_names, [(2, "last".to_owned())].into());
    }

    #[test]
    fn explains_what_an_inverted_pattern_matches() {
        let tested = tested("il+", Mode { contains: true, invert: true, ..PLAIN }, "billy\nanna");
        assert_eq!(results(&tested), [MatchResult::LeftOut, MatchResult::Passes]);
        assert_eq!((tested.rows[0].matched(), tested.rows[1].matched()), (Some(1..4), None));
        assert!(tested.call.contains(r#"getSessionInfo("(?!(?s:.*)(?:il+))(?s:.*)")"#), "{}", tested.call);
    }

    #[test]
    fn empty_pattern_is_no_filter() {
        let tested = tested("", PLAIN, "billy\n");
        assert_eq!((results(&tested), tested.engine), (vec![MatchResult::Passes], None));
        assert_eq!(tested.call, "system.util.getSessionInfo()");
    }

    #[test]
    fn counts_values_that_give_up_or_fail() {
        let value = format!("{}!", "a".repeat(60));
        let tested = tested(r"(a|aa)+\1$", PLAIN, &format!("{value}\naa"));
        assert_eq!(results(&tested), [MatchResult::LimitExceeded, MatchResult::Passes]);
        assert_eq!((tested.counts.passing, tested.counts.failed), (1, 1));
        assert!(matches!(tested.error, Some(MatchError::Limit)));
        let tested = self::tested(r"[\wa&&]", PLAIN, "a");
        assert_eq!(results(&tested), [MatchResult::FailsInJava]);
        assert!(matches!(tested.error, Some(MatchError::Exception)));
    }

    #[test]
    fn reports_both_engines() {
        let tested = tested(r"\bbilly\b", Mode { contains: true, ..PLAIN }, "billy\njürgen");
        assert_eq!(tested.engine, Some(Engines::Both));
    }

    #[test]
    fn rejects_an_invalid_pattern() {
        let outcome = run_on("bi(", PLAIN, ColumnId::Username, Values::Typed("billy".into()));
        let Err(TestFailure::Pattern(error)) = outcome.result else { panic!("it is invalid") };
        assert_eq!(error.column(), Some(3));
    }

    #[test]
    fn tests_the_distinct_values_of_a_table_and_keeps_the_first_ones() {
        let response = demo::web_dev_response(demo::DEFAULT_SEED, 5_000).unwrap();
        let dataset = Arc::new(webdev::parse(&response).unwrap().dataset);
        let users = dataset.username().distinct();
        let on = |pattern: &str, column: ColumnId| {
            run_on(pattern, PLAIN, column, Values::Table(Some(dataset.clone()))).result.unwrap()
        };
        let tested = on(".*a.*", ColumnId::Username);
        let counts = tested.counts;
        assert_eq!((counts.total, counts.tested), (users, users));
        assert!(counts.passing > 0 && counts.passing < users);
        assert_eq!(tested.rows.len(), counts.passing.min(MAX_ROWS) + (users - counts.passing).min(MAX_ROWS));
        assert!(tested.rows.iter().all(|row| row.sessions.is_some_and(|sessions| sessions > 0)));
        let address = on("10.*", ColumnId::Address);
        assert_eq!(address.call, "system.util.getSessionInfo()  # not in this call: Address 10.*");
        assert!(!address.is_in_call && tested.is_in_call);
        assert_eq!(on("a", ColumnId::Other("missing".into())).counts, ResultCounts::default());
    }
}
