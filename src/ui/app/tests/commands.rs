//! Commands, and what they leave as it is.

use super::*;
use crate::alert::{Condition, Rule};
use crate::dataset::ColumnId;
use crate::gateway::SessionKind;
use crate::query::{DateFilter, DateRange};
use crate::ui::PickedFile;
use crate::ui::alert_form::{AlertForm, HistoryTest};
use crate::ui::command::{AlertCommand, LicenseCommand};
use crate::ui::gateway_draft::FormError;

#[test]
fn limit_is_saved_for_the_gateway_that_it_was_typed_for() {
    let folder = tempfile::tempdir().unwrap();
    let (mut window, _deletions) = editing_south(folder.path());
    let gateway = "North".to_owned();
    let limit = LicenseCommand::SetLimit { gateway, kind: SessionKind::Vision, limit: Some(7) };
    let commands = [Command::Connect("South".to_owned()), Command::License(limit)];
    window.state_mut().commands.extend(commands);
    let limits = |window: &Harness<'static, App>| -> Vec<Option<u32>> {
        window.state().settings.profiles.iter().map(|saved| saved.limits.clients).collect()
    };
    until(&mut window, |window| limits(window) != [None, None]);
    assert_eq!(limits(&window), [Some(7), None]);
    assert_eq!(window.state().state.gateway, "South");
}

#[test]
fn repeated_test_keeps_the_error_of_the_form() {
    let folder = tempfile::tempdir().unwrap();
    let (mut window, _deletions) = editing_south(folder.path());
    let ctx = window.ctx.clone();
    let has_error = |app: &App| app.drafts.form.as_ref().unwrap().error.is_some();
    let app = window.state_mut();
    app.drafts.form.as_mut().unwrap().error = Some(FormError::NameTaken);
    app.test_gateway(&ctx);
    assert!(has_error(app));
    app.commands.push(Command::TestGateway);
    window.step();
    assert!(!has_error(window.state()));
}

#[test]
fn repeated_test_clears_its_last_error_only() {
    let folder = tempfile::tempdir().unwrap();
    let (mut window, _deletions) = editing_south(folder.path());
    let ctx = window.ctx.clone();
    let app = window.state_mut();
    app.state.toasts.error(Task::GatewayTest, "Can't start the test");
    app.state.toasts.error(Task::Gateway, "The project wasn't saved");
    app.test_gateway(&ctx);
    assert!(app.state.toasts.message(Task::GatewayTest).is_none());
    assert!(app.state.toasts.message(Task::Gateway).is_some());
}

#[test]
fn alert_test_that_cannot_start_ends_the_running_one() {
    let mut window = window();
    let mut form = AlertForm::add(&Rule::new("Down".to_owned(), Condition::Arrives), "UTC");
    form.test = Some(HistoryTest::new(&form.draft, (0, 1)));
    form.draft.name.clear();
    let app = window.state_mut();
    app.drafts.alert = Some(form);
    app.commands.push(Command::Alert(AlertCommand::Test));
    window.step();
    let form = window.state().drafts.alert.as_ref().unwrap();
    assert!(form.error.is_some() && form.test.is_none());
}

/// Opens a window without a gateway. Returns it with the names that its file dialog suggests.
fn window_with_names() -> (Harness<'static, App>, Arc<Mutex<Vec<String>>>) {
    let names: Arc<Mutex<Vec<String>>> = Arc::default();
    let picked = names.clone();
    let window = window_with(move |start| {
        start.pick_file = Arc::new(move |name: &str| -> PickedFile {
            picked.lock().unwrap().push(name.to_owned());
            Box::pin(std::future::ready(None))
        });
    });
    (window, names)
}

#[test]
fn retry_asks_for_no_file_without_sessions() {
    let (mut window, names) = window_with_names();
    let ctx = window.ctx.clone();
    window.state_mut().retry_export(&ctx);
    assert!(names.lock().unwrap().is_empty());
    show(&mut window, &["anna"], "");
    window.state_mut().retry_export(&ctx);
    assert_eq!(names.lock().unwrap().len(), 1);
}

#[test]
fn retry_exports_the_same_as_before() {
    let (mut window, names) = window_with_names();
    show(&mut window, &["anna"], "");
    let app = window.state_mut();
    app.export_source = ExportSource::Activity(Arc::default());
    app.drafts.export_error = Some("Can't export".into());
    until(&mut window, |window| window.query_by_label("Retry export").is_some());
    // A popup has its size after the first frame.
    window.run_steps(2);
    window.get_by_label("Retry export").click();
    until(&mut window, |_| !names.lock().unwrap().is_empty());
    let name = names.lock().unwrap()[0].clone();
    assert!(name.starts_with("activity-"), "{name}");
}

#[test]
fn query_of_a_filter_on_ages_is_not_cancelled_by_the_next_frame() {
    let time = Arc::new(Mutex::new(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000)));
    let clock = time.clone();
    let mut window = window_with(move |start| start.wall_clock = Arc::new(move || *clock.lock().unwrap()));
    window.step();
    let mut builder = DatasetBuilder::new(Header::standard().into()).unwrap();
    let created = Cell::Date(990_000);
    let cells = [Cell::Text("anna"), Cell::Text("P"), Cell::Text("h"), Cell::Null, Cell::Text("A"), created];
    for (column, cell) in cells.into_iter().enumerate() {
        builder.push(column, cell).unwrap();
    }
    let dataset = Some(Arc::new(builder.finish(None, None)));
    let app = window.state_mut();
    app.state.status = Some(Arc::new(GatewayStatus { dataset, ..status(&[]) }));
    app.state.dates = vec![DateFilter { column: ColumnId::CreationTime, range: DateRange::Last(60) }];
    app.query(TIMEOUT);
    let rows = |window: &Harness<'static, App>| window.state().state.table.result().unwrap().rows.len();
    assert_eq!(rows(&window), 1);
    *time.lock().unwrap() += Duration::from_mins(1);
    // As if the query that is due was running.
    let app = window.state_mut();
    app.submitted_due = app.state.table.result().unwrap().changes_at_epoch_ms;
    window.step();
    assert_eq!(rows(&window), 1);
    window.state_mut().submitted_due = None;
    until(&mut window, |window| rows(window) == 0);
}
