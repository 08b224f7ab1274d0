//! The dialog that tests a pattern: opening, closing, and the test behind it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::Context;

use super::super::background_task::{BackgroundTask, Ended};
use super::super::command::PatternCommand;
use super::super::error_report::ErrorReport;
use super::super::filter_row;
use super::super::model::{PatternTester, ValueSource};
use super::super::pattern_test::{self, PatternInput, PatternOutcome, TestFailure, Values};
use super::super::wake::wake;
use super::{App, FRAME_WAIT};
use crate::dataset::ColumnId;
use crate::query::{ColumnFilter, FilterText};

/// The time after which the dialog says that a test is running.
const SLOW: Duration = Duration::from_millis(300);

/// A running test. Dropping it cancels the test.
pub(super) struct PatternTask {
    /// The tested pattern and values.
    input: PatternInput,
    started: Instant,
    task: BackgroundTask<PatternOutcome>,
}

impl App {
    /// Runs a command of the dialog that tests a pattern.
    pub(super) fn run_in_pattern_tester(&mut self, ctx: &Context, command: PatternCommand) {
        let tester = &mut self.drafts.tester;
        match command {
            PatternCommand::Open => self.open_pattern_tester(ctx),
            PatternCommand::Close => self.close_pattern_tester(ctx),
            // `update_pattern_test` starts the next test.
            PatternCommand::Edited => tester.cursor = None,
            PatternCommand::SetColumn(column) => {
                tester.column = column;
                tester.forget_outcome();
            }
            PatternCommand::SetMode(mode) => (tester.text.mode, tester.cursor) = (mode, None),
            PatternCommand::SetSource(source) => {
                tester.source = source;
                tester.forget_outcome();
                if source == ValueSource::Typed {
                    ctx.memory_mut(|memory| memory.request_focus(PatternTester::values_id()));
                }
            }
            PatternCommand::List(listed) => (tester.listed, tester.cursor) = (listed, None),
            PatternCommand::Select(row) => tester.cursor = Some(row),
            PatternCommand::CopyCall => {
                if let Some(call) = tester.current_results().map(|tested| tested.call.clone()) {
                    self.copy_text(ctx, call, "Call copied");
                }
            }
            PatternCommand::UseAsFilter => self.use_tested_pattern(ctx),
        }
    }

    fn open_pattern_tester(&mut self, ctx: &Context) {
        if self.drafts.tester.is_open {
            return;
        }
        self.remember_focus(ctx);
        let (column, text) = self.pattern_to_test();
        self.drafts.tester.open(column, text);
    }

    /// Returns the filter that was used last. If it is empty, the first one that isn't, in the order of the row.
    fn pattern_to_test(&self) -> (ColumnId, FilterText) {
        let drafts = &self.drafts;
        let boxes = [(&ColumnId::Username, &drafts.username), (&ColumnId::Project, &drafts.project)];
        let columns = drafts.columns.iter().map(|filter| (&filter.column, &filter.text));
        let mut all: Vec<(&ColumnId, &FilterText)> = boxes.into_iter().chain(columns).collect();
        let last = all.iter().position(|(column, _)| Some(*column) == self.ui_state.last_filter.as_ref());
        all[..=last.unwrap_or_default()].rotate_right(1);
        let (column, text) = all.iter().find(|(_, text)| !text.pattern.is_empty()).unwrap_or(&all[0]);
        ((*column).clone(), (*text).clone())
    }

    /// Remembers the filter whose box has the keyboard focus.
    pub(super) fn remember_filter(&mut self) {
        let Some(focused) = self.ui_state.focused else {
            return;
        };
        let columns = self.drafts.columns.iter().map(|filter| &filter.column);
        let mut all = [&ColumnId::Username, &ColumnId::Project].into_iter().chain(columns);
        if let Some(column) = all.find(|column| filter_row::id(column) == focused) {
            self.ui_state.last_filter = Some(column.clone());
        }
    }

    fn close_pattern_tester(&mut self, ctx: &Context) {
        self.drafts.tester.close();
        self.pattern_task = None;
        self.restore_focus(ctx);
    }

    /// Makes the tested pattern the filter of its column, and moves the keyboard focus to the box of the filter.
    fn use_tested_pattern(&mut self, ctx: &Context) {
        let PatternTester { column, text, .. } = &self.drafts.tester;
        let (column, text) = (column.clone(), text.clone());
        if self.drafts.tester.current_results().is_some() && !text.pattern.is_empty() {
            self.state.filter_history.add(&column, &text);
        }
        if matches!(column, ColumnId::Username | ColumnId::Project) {
            self.ui_state.focus_before_dialog = Some(filter_row::id(&column));
            filter_row::focus(ctx, &column, &text);
        }
        match &column {
            ColumnId::Username => self.drafts.username = text,
            ColumnId::Project => self.drafts.project = text,
            _ => {
                let filters = &mut self.drafts.columns;
                match filters.iter_mut().find(|filter| filter.column == column) {
                    Some(filter) => filter.text = text,
                    None => filters.push(ColumnFilter { column: column.clone(), text }),
                }
                filters.retain(|filter| filter.column != column || !filter.text.pattern.is_empty());
            }
        }
        self.close_pattern_tester(ctx);
        self.query(FRAME_WAIT);
    }

    /// Receives the outcome of the running test, and starts another one if the dialog has another pattern or other values.
    pub(super) fn update_pattern_test(&mut self, ctx: &Context) {
        if !self.drafts.tester.is_open {
            return;
        }
        self.receive_pattern_test();
        let wanted = self.pattern_input();
        let tester = &mut self.drafts.tester;
        if tester.outcome().is_some_and(|outcome| outcome.input.is_same(&wanted)) {
            self.pattern_task = None;
        } else {
            // A test ends before the next one with a refreshed table, which may come faster than a slow pattern.
            let goes_on = |running: &PatternTask| running.input.is_same_but_for_refresh(&wanted);
            if !self.pattern_task.as_ref().is_some_and(goes_on) {
                self.start_pattern_test(ctx, wanted);
            }
        }
        let tester = &mut self.drafts.tester;
        tester.is_slow = self.pattern_task.as_ref().is_some_and(|running| {
            let is_refresh = |input: &PatternInput| input.is_same_but_for_refresh(&running.input);
            let left = SLOW.saturating_sub(running.started.elapsed());
            // The end of the test lets the window draw.
            if !left.is_zero() {
                ctx.request_repaint_after(left);
            }
            left.is_zero() && !tester.outcome().is_some_and(|outcome| is_refresh(&outcome.input))
        });
    }

    fn receive_pattern_test(&mut self) {
        let Some(running) = &mut self.pattern_task else {
            return;
        };
        let outcome = match running.task.next_result() {
            Ok(None) => return,
            Ok(Some(outcome)) => outcome,
            // It has panicked.
            Err(Ended) => {
                let report = ErrorReport::from("The test has stopped. Change the pattern");
                PatternOutcome { input: running.input.clone(), result: Err(TestFailure::NotRun(report)) }
            }
        };
        self.pattern_task = None;
        self.drafts.tester.set_outcome(outcome);
    }

    /// Starts a test. The one before is cancelled.
    fn start_pattern_test(&mut self, ctx: &Context, input: PatternInput) {
        let (tested, clock) = (input.clone(), self.state.clock());
        let task = BackgroundTask::spawn(wake(ctx), move |results| async move {
            results.send(pattern_test::run(tested, clock).await).await;
        });
        self.pattern_task = match task {
            Ok(task) => Some(PatternTask { input, started: Instant::now(), task }),
            Err(error) => {
                let report = ErrorReport::with_summary("Can't start the test", &error);
                let result = Err(TestFailure::NotRun(report));
                self.drafts.tester.set_outcome(PatternOutcome { input, result });
                None
            }
        };
    }

    /// Returns the pattern and the values in the dialog.
    fn pattern_input(&self) -> PatternInput {
        let PatternTester { column, text, source, typed, .. } = &self.drafts.tester;
        let values = match source {
            ValueSource::Table => {
                Values::Table(self.state.table.result().map(|result| result.dataset.clone()))
            }
            ValueSource::Typed => Values::Typed(Arc::from(typed.as_str())),
        };
        PatternInput { text: text.clone(), column: column.clone(), values }
    }
}
