//! Tests of behavior that only PostgreSQL has.

use std::ffi::OsString;
use std::sync::mpsc::sync_channel;
use std::time::{Instant, SystemTime};

use super::server::{PASSWORD, Server};
use super::*;
use crate::error_chain::ErrorChain;
use crate::history::PasswordSource;
use crate::history::database::Value;
use crate::history::postgres::Postgres;
use crate::history::{History, PostgresLocation, Recorder, RecorderStatus};
use crate::poll::{ListUpdate, NodeUpdate, ReadOutcome};
use crate::secrets::{Secret, Secrets};

/// Returns the rows of a query as text.
fn rows(database: &mut dyn Database, sql: &str) -> Vec<Vec<String>> {
    let rows = database.query(sql, Vec::new()).unwrap();
    let text = |value: &Value| match value {
        Value::Null => "null".to_owned(),
        Value::Integer(value) => value.to_string(),
        Value::Text(text) => text.to_string(),
    };
    rows.iter().map(|row| row.iter().map(text).collect()).collect()
}

#[test]
fn another_recorder_takes_over_when_a_connection_dies() {
    let Some(server) = Server::shared() else { return };
    let database = TestDatabase::postgres(server);
    let (mut first, mut second) = (Recording::on(&database), Recording::on(&database));
    let sessions = [session("A", "billy", 0)];
    first.read(10_000, &sessions, false);
    second.read(11_000, &sessions, false);
    let pid = rows(first.database(), "SELECT pg_backend_pid()")[0][0].clone();
    let ended = rows(second.database(), &format!("SELECT pg_terminate_backend({pid}, 60000)"));
    assert_eq!(ended, [["1"]]);
    second.read(15_000, &sessions, true);
    let steps = first.steps(
        ReadStep::Seen { time: 16_000, is_continuous: true, missing_kinds: Vec::new() },
        Some((&sessions, 16_000)),
    );
    let error = first.writer.write(std::slice::from_ref(&steps), &mut Standby::default()).unwrap_err();
    assert!(matches!(error, HistoryError::Unreachable(_)), "{error:?}");
    // The first one stands by now.
    let mut first = Recording::on(&database);
    first.write(steps);
    let observers =
        rows(second.database(), r#"SELECT DISTINCT observer, "from", is_open FROM coverage ORDER BY "from""#);
    let own = second.database().observer().to_owned();
    assert_eq!(observers.len(), 2, "{observers:?}");
    assert_eq!(observers[1], [own.as_str(), "11000", "1"]);
    let stored = query::at(second.database(), 10_500, None, LATER).unwrap();
    assert_eq!(summary(&stored), [("A", SessionState::Proved, 11_000, None)]);
    assert_eq!(check::check(second.database()).unwrap(), [] as [String; 0]);
}

#[test]
fn several_recorders_can_migrate_and_begin_at_once() {
    let Some(server) = Server::shared() else { return };
    let database = TestDatabase::postgres(server);
    std::thread::scope(|scope| {
        for recorder in 0..4_i64 {
            let database = &database;
            scope.spawn(move || {
                // In another order each, with the same new users.
                for node in 0..6 {
                    let node = if recorder % 2 == 0 { node } else { 5 - node };
                    let mut recording = Recording::new(database.open(), &format!("http://node{node}:8088"));
                    let users = (0..40).map(|user| {
                        let user = if (recorder + node) % 2 == 0 { user } else { 39 - user };
                        session(&format!("S{user}"), &format!("user {user}"), 0)
                    });
                    recording.read(10_000 + recorder, &users.collect::<Vec<_>>(), false);
                    recording.end();
                }
            });
        }
    });
    let mut database = database.open();
    assert_eq!(database.schema_version().unwrap(), schema::VERSION);
    assert_eq!(rows(&mut *database, "SELECT COUNT(*), COUNT(DISTINCT value) FROM text"), [["41", "41"]]);
    assert_eq!(check::check(&mut *database).unwrap(), [] as [String; 0]);
}

#[test]
fn rights_that_are_missing_are_named() {
    let Some(server) = Server::shared() else { return };
    let name = server.create_database();
    let location = |database: &str| {
        let url = format!("postgres://billy@127.0.0.1:{}/{database}?sslmode=require", server.port());
        url.parse::<PostgresLocation>().unwrap().with_keyring(Arc::new(Secrets::in_memory()))
    };
    let billy = location(&name);
    let _stored = billy.store_password(&Secret::from(PASSWORD));
    let mut database = Postgres::open(&billy, "test").unwrap();
    let error = schema::migrate(&mut database).unwrap_err();
    assert!(matches!(error, HistoryError::Permission(_)), "{error:?}");
    // Without a schema it can still be asked whether there is one.
    let error = History::open_read_only(&Location::Postgres(billy.clone())).err().unwrap();
    assert!(
        matches!(&error, HistoryError::Missing { path } if path.to_string_lossy().contains(&name)),
        "{error:?}"
    );
    let missing = location("missing");
    let _stored = missing.store_password(&Secret::from(PASSWORD));
    let error = Postgres::open(&missing, "test").err().unwrap();
    assert!(matches!(error, HistoryError::Unreachable(_)), "{error:?}");
    let wrong = location(&name);
    let _stored = wrong.store_password(&Secret::from("wrong"));
    let login_source = |location: &PostgresLocation, in_environment: Option<&str>| {
        let environment = |name: &str| in_environment.filter(|_| name == "PGPASSWORD").map(Into::into);
        let error = Postgres::connect(location, "test", &environment).err().unwrap();
        assert!(!format!("{error:?}").contains("wrong"), "{error:?}");
        assert!(error.hint().unwrap().contains("gatewatch history password"), "{error:?}");
        match error {
            HistoryError::Login { password, .. } => password,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(login_source(&wrong, None), Some(PasswordSource::Keyring));
    assert_eq!(login_source(&billy, Some("wrong")), Some(PasswordSource::Environment));
    assert_eq!(login_source(&location(&name), None), None);
    // A wrong password in the keyring doesn't matter then.
    Postgres::connect(&wrong, "test", &|name| (name == "PGPASSWORD").then(|| PASSWORD.into())).unwrap();
    // Nothing listens there as long as the socket is open.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let closed = format!("postgres://billy@{}/x", socket.local_addr().unwrap());
    let error = Postgres::connect(&closed.parse().unwrap(), "test", &|_| None).err().unwrap();
    assert!(matches!(error, HistoryError::Unreachable(_)), "{error:?}");
}

#[test]
fn a_statement_that_takes_too_long_is_not_called_locked() {
    let Some(server) = Server::shared() else { return };
    let mut database = TestDatabase::postgres(server).open();
    database.execute_batch("SET statement_timeout = '10ms'").unwrap();
    let error = database.execute_batch("SELECT pg_sleep(60)").unwrap_err();
    assert!(matches!(error, HistoryError::TimedOut(_)), "{error:?}");
}

/// Connects as a user with a password.
fn connect(server: &Server, parameters: &str, variables: &[(&str, &str)]) -> Result<Postgres, HistoryError> {
    let url = format!("postgres://billy@127.0.0.1:{}/postgres?{parameters}", server.port());
    let variable = |name: &str| -> Option<OsString> {
        Some(variables.iter().find(|(variable, _)| *variable == name)?.1.into())
    };
    Postgres::connect(&url.parse().unwrap(), "test", &variable)
}

#[test]
fn logs_in_with_a_password_of_the_environment_or_a_file() {
    let Some(server) = Server::shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pgpass");
    let line = format!("*:1:*:*:wrong\n127.0.0.1:{}:postgres:billy:open\\:sesame\n", server.port());
    std::fs::write(&file, line).unwrap();
    let is_logged_in = |variables: &[(&str, &str)]| match connect(server, "", variables) {
        Ok(_) => true,
        Err(HistoryError::Login { .. }) => false,
        Err(error) => panic!("{error:?}"),
    };
    let file_name = file.to_str().unwrap();
    assert!(is_logged_in(&[("PGPASSWORD", PASSWORD)]));
    assert!(!is_logged_in(&[("PGPASSWORD", "wrong"), ("PGPASSFILE", file_name)]));
    set_mode(&file, 0o644);
    assert!(!is_logged_in(&[("PGPASSFILE", file_name)]));
    set_mode(&file, 0o600);
    assert!(is_logged_in(&[("PGPASSFILE", file_name)]));
    std::fs::rename(&file, folder.path().join(".pgpass")).unwrap();
    assert!(is_logged_in(&[("HOME", folder.path().to_str().unwrap())]));
}

#[cfg(unix)]
fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;

    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn set_mode(_path: &std::path::Path, _mode: u32) {}

#[test]
fn encrypts_and_verifies_as_the_address_says() {
    let Some(server) = Server::shared() else { return };
    let connect = |parameters: &str| connect(server, parameters, &[("PGPASSWORD", PASSWORD)]);
    let is_encrypted = |parameters: &str| {
        let mut database = connect(parameters).unwrap();
        rows(&mut database, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == [["1"]]
    };
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca file.pem");
    std::fs::copy(server.certificate(), &ca_file).unwrap();
    let ca_file = ca_file.to_str().unwrap().replace(' ', "%20");
    assert!(!is_encrypted("sslmode=disable"));
    // The login is tied to the certificate.
    for parameters in ["", "sslmode=prefer", "sslmode=require", "sslmode=require&channel_binding=require"] {
        assert!(is_encrypted(parameters), "{parameters}");
    }
    assert!(is_encrypted(&format!("sslmode=verify-full&sslrootcert={ca_file}")));
    let error = connect("sslmode=verify-full").err().unwrap();
    assert!(matches!(error, HistoryError::Certificate(_)), "{error:?}");
    let error = ErrorChain(&error).to_string();
    assert!(error.contains(": The server's certificate "), "{error}");
    let error = connect("sslrootcert=/missing.pem").err().unwrap();
    assert!(error.to_string().contains("sslrootcert can't be used"), "{error}");
    let other_name = format!(
        "postgres://billy@localhost:{}/postgres?hostaddr=127.0.0.1&sslrootcert={ca_file}",
        server.port()
    );
    let error = Postgres::connect(&other_name.parse().unwrap(), "test", &|_| None).err().unwrap();
    assert!(matches!(error, HistoryError::Certificate(_)), "{error:?}");
}

/// Returns a read of a node, as a poller reports it.
fn update(seconds: u64, list: Option<&[SessionRecord]>) -> NodeUpdate {
    let outcome = match list {
        Some(sessions) => ReadOutcome::List(ListUpdate {
            list: Arc::new(dataset(sessions)),
            missing_kinds: Vec::new(),
            notices: Vec::new(),
            previous: None,
            clock_offset_ms: None,
            certificate: None,
        }),
        None => ReadOutcome::Failed(crate::gateway::GatewayError::Timeout { seconds: 1.0 }),
    };
    NodeUpdate {
        gateway: "Plant".into(),
        url: "http://a.example:8088".parse().unwrap(),
        is_recorded: true,
        time: SystemTime::UNIX_EPOCH + Duration::from_secs(seconds),
        interval: Some(Duration::from_secs(5)),
        outcome,
    }
}

#[test]
fn a_recorder_loses_nothing_while_the_server_is_away() {
    // Not the shared one, which other tests use.
    let Some(server) = Server::start() else { return };
    let database = TestDatabase::postgres(&server);
    let (report, reports) = sync_channel(10);
    let recorder =
        Recorder::spawn(database.location.clone(), None, move |status| report.send(status).unwrap()).unwrap();
    let mut observe = recorder.observer();
    let [a, b, c] = ["A", "B", "C"].map(|id| session(id, "billy", 0));
    observe(&update(10, Some(std::slice::from_ref(&a))));
    let mut reader = database.open();
    let deadline = Instant::now() + Duration::from_mins(1);
    while reader.schema_version().unwrap() == 0
        || rows(&mut *reader, "SELECT COUNT(*) FROM session") == [["0"]]
    {
        assert!(Instant::now() < deadline, "nothing was recorded");
        std::thread::yield_now();
    }
    server.stop();
    observe(&update(15, Some(&[a.clone(), b.clone()])));
    let status = reports.recv_timeout(Duration::from_mins(1)).unwrap();
    assert!(
        matches!(&status, RecorderStatus::Waiting(error) if matches!(**error, HistoryError::Unreachable(_))),
        "{status:?}"
    );
    observe(&update(20, Some(std::slice::from_ref(&b))));
    observe(&update(25, None));
    observe(&update(30, Some(&[b.clone(), c.clone()])));
    server.restart();
    let status = reports.recv_timeout(Duration::from_mins(1)).unwrap();
    assert!(matches!(status, RecorderStatus::Recording), "{status:?}");
    drop(observe);
    drop(recorder);
    assert!(reports.try_recv().is_err(), "the status was reported once");
    let mut reader = database.open();
    let range = TimeRange { from: 0, to: 40_000 };
    let stored = query::between(&mut *reader, range, None, LATER).unwrap();
    let seen: Vec<_> = stored
        .sessions
        .iter()
        .map(|stored| (stored.session.client_id.as_deref().unwrap(), stored.first_seen, stored.missed_at))
        .collect();
    assert_eq!(seen, [("A", 10_000, Some(20_000)), ("B", 15_000, None), ("C", 30_000, None)]);
    assert_eq!(check::check(&mut *reader).unwrap(), [] as [String; 0]);
}

#[test]
fn views_show_times_that_other_programs_read() {
    on_each_database(|test_database| {
        let mut recording = Recording::on(test_database);
        let sessions = [session("A", "billy", 5_250), session("B", "anna", 6_000)];
        recording.read(10_000, &sessions, false);
        recording.read(15_000, &sessions[..1], true);
        let database = recording.database();
        let is_postgres = matches!(test_database.location, Location::Postgres(_));
        let time = |text: &str| {
            if is_postgres { format!("1970-01-01 {text}+00") } else { format!("1970-01-01T{text}.000Z") }
        };
        let cast = |column: &str| if is_postgres { format!("{column}::text") } else { column.to_owned() };
        if is_postgres {
            database.execute_batch("SET TIME ZONE 'UTC'").unwrap();
        }
        let [first, last, missed] = ["first_seen", "last_seen", "missed_at"].map(cast);
        let found = rows(
            database,
            &format!(
                "SELECT gateway, node, username, project, address, is_designer, kind, client_id, {first}, {last}, {missed} \
                 FROM gatewatch_sessions ORDER BY client_id"
            ),
        );
        let common = |user: &'static str, id: &'static str| {
            ["Plant", "http://a.example:8088", user, "Packaging", "null", "0", "Vision", id]
                .map(str::to_owned)
                .to_vec()
        };
        let times = |times: [String; 3]| times.to_vec();
        assert_eq!(
            found,
            [
                [common("billy", "A"), times([time("00:00:10"), time("00:00:15"), "null".to_owned()])]
                    .concat(),
                [common("anna", "B"), times([time("00:00:10"), time("00:00:10"), time("00:00:15")])].concat(),
            ]
        );
        let created = cast("creation_time");
        let now = rows(database, &format!("SELECT client_id, {created} FROM gatewatch_now"));
        let expected = if is_postgres { "1970-01-01 00:00:05.25+00" } else { "1970-01-01T00:00:05.250Z" };
        assert_eq!(now, [["A", expected]]);
        let [from, to] = ["watched_from", "watched_to"].map(cast);
        let watched = rows(database, &format!("SELECT gateway, {from}, {to} FROM gatewatch_coverage"));
        assert_eq!(watched, [["Plant".to_owned(), time("00:00:10"), time("00:00:15")]]);
    });
}

#[test]
fn the_queries_of_the_documentation_run() {
    let Some(server) = Server::shared() else { return };
    let database = TestDatabase::postgres(server);
    let mut recording = Recording::on(&database);
    recording.read(10_000, &[session("A", "billy", 5_000)], false);
    let text = include_str!("../../../assets/history/README.md");
    let queries: Vec<&str> =
        text.split("```sql\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(queries.len(), 7);
    for query in queries {
        let query = query
            .replace(":time", "timestamptz '1970-01-01 00:00:07Z'")
            .replace("$__timeFrom()", "'1970-01-01T00:00:00Z'")
            .replace("$__timeTo()", "'1970-01-01T00:01:00Z'")
            .replace("$__interval", "10s");
        // Roles are the server's, and other tests have theirs.
        let query = query.replace("reports", "reports_of_a_test");
        recording.database().execute_batch(&query).unwrap_or_else(|error| panic!("{error:?}\n{query}"));
        if query.contains("FROM gatewatch_sessions") {
            let rows = rows(recording.database(), &format!("SELECT count(*) FROM ({query}) q"));
            assert_eq!(rows, [["1"]], "{query}");
        }
    }
}
