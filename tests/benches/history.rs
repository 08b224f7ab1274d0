//! Measures how long it takes to find who was on at a time, to draw charts and to list what happened, and how large a history
//! is.
//!
//! `GATEWATCH_BENCH_FOLDER` is where generated histories are kept for the next run; `GATEWATCH_BENCH_POSTGRES` the address of
//! an empty database, in which they are kept as well. Without the latter only SQLite is measured.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use futures_util::SinkExt as _;
use gatewatch::history::{ChartRequest, ChartSplit, History, LastSessionQuery, Location, PeaksRequest};
use rusqlite::{Connection, params};
use tokio_postgres::NoTls;

/// The sessions of a large history, and the number of them that are on at once.
const MANY: Shape = Shape { sessions: 10_000_000, on_at_once: 1_040, nodes: 20, is_recorded: false };
/// A year of a plant with 500 sessions.
const YEAR: Shape = Shape { sessions: 550_000, on_at_once: 500, nodes: 2, is_recorded: true };
const START_MS: i64 = 1_700_000_000_000;
const HOUR_MS: i64 = 3_600_000;
/// The number of different users, projects and addresses.
const TEXTS: [i64; 3] = [5_000, 40, 8_000];
const QUESTIONS: usize = 101;
const CHARTS: usize = 21;
/// The entries on a page of the activity list, while it is scrolled and while it is exported.
const PAGES: [usize; 2] = [200, 10_000];
/// The width of a chart in pixels.
const BUCKETS: usize = 1_600;
/// The rows that are sent to PostgreSQL at once.
const ROWS_AT_ONCE: usize = 20_000;

#[derive(Clone, Copy)]
struct Shape {
    sessions: i64,
    on_at_once: i64,
    nodes: i64,
    /// `true` if sessions begin and end as while they are recorded, which leaves space in the pages
    /// of indexes.
    is_recorded: bool,
}

/// A session as it is stored.
struct Session {
    node: i64,
    texts: [i64; 3],
    client: String,
    started: i64,
    /// `None` if it is on at the end.
    ended: Option<i64>,
}

impl Shape {
    /// Generates the sessions by their start.
    fn sessions(self) -> impl Iterator<Item = Session> {
        let mut random = fastrand::Rng::with_seed(7);
        let mut sample = fastrand::Rng::with_seed(8);
        let total: i64 = (0..10_000).map(|_| duration(&mut sample)).sum();
        let span = self.sessions * (total / 10_000) / self.on_at_once;
        let end = START_MS + span;
        (0..self.sessions).map(move |index| {
            let started = START_MS
                + i64::try_from(i128::from(span) * i128::from(index) / i128::from(self.sessions))
                    .expect("a time");
            let ended = started + duration(&mut random);
            let texts = TEXTS.map(|texts| random.i64(0..texts));
            let offsets = [0, TEXTS[0], TEXTS[0] + TEXTS[1]];
            Session {
                node: 1 + random.i64(0..self.nodes),
                texts: [0, 1, 2].map(|index| 1 + offsets[index] + texts[index]),
                client: format!("{index:08X}"),
                started,
                ended: (ended < end).then_some(ended),
            }
        })
    }
}

/// Returns how long a session lasts: a look, some hours, a shift, or a panel that is on for days.
fn duration(random: &mut fastrand::Rng) -> i64 {
    match random.u8(..100) {
        0..30 => random.i64(10_000..300_000),
        30..75 => random.i64(300_000..4 * HOUR_MS),
        75..97 => random.i64(4 * HOUR_MS..12 * HOUR_MS),
        _ => random.i64(12 * HOUR_MS..21 * 24 * HOUR_MS),
    }
}

/// Returns the duration class of a session, as the index has it.
fn class(session: &Session) -> i64 {
    session.ended.map_or(99, |ended| {
        let seconds = ((ended - session.started) / 1_000).unsigned_abs();
        i64::from(u64::BITS - seconds.leading_zeros())
    })
}

fn main() {
    let folder = std::env::var_os("GATEWATCH_BENCH_FOLDER").map(PathBuf::from);
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = folder.unwrap_or_else(|| temporary.path().to_owned());
    let year = Location::File(folder.join("year.db"));
    prepare(&year, YEAR);
    println!("a year of 500 sessions, SQLite: {:.1} MB", megabytes(&year));
    ask(&year, YEAR, "a year, SQLite");
    draw(&year, "a year, SQLite");
    find_peaks(&year, "a year, SQLite");
    list(&year, "a year, SQLite");
    follow(&year, "a year, SQLite");
    let many = Location::File(folder.join("many.db"));
    prepare(&many, MANY);
    ask(&many, MANY, "10,000,000 sessions, SQLite");
    if let Ok(url) = std::env::var("GATEWATCH_BENCH_POSTGRES") {
        let location = Location::Postgres(url.parse().expect("an address"));
        prepare(&location, MANY);
        println!("10,000,000 sessions, PostgreSQL: {:.1} MB", megabytes(&location));
        ask(&location, MANY, "10,000,000 sessions, PostgreSQL");
    }
}

fn megabytes(location: &Location) -> f64 {
    let size = History::open_read_only(location)
        .and_then(|mut history| history.info())
        .expect("a history")
        .size_bytes;
    #[expect(clippy::cast_precision_loss, reason = "printed to one digit")]
    let megabytes = size as f64 / 1e6;
    megabytes
}

/// Measures the time to find who was on, at random times.
fn ask(location: &Location, shape: Shape, what: &str) {
    let mut history = History::open_read_only(location).expect("a history");
    let info = history.info().expect("a history");
    let from = info.oldest.expect("it is not empty");
    let to = info.nodes.iter().filter_map(|node| Some(node.watched?.to)).max().expect("it is not empty");
    let mut random = fastrand::Rng::with_seed(9);
    let (mut times, mut found) = (Vec::new(), 0);
    for _ in 0..QUESTIONS {
        let time = random.i64(from..to);
        let started = Instant::now();
        found += history.at(time, None).expect("a response").sessions.len();
        times.push(started.elapsed());
    }
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "who was on, {what}: median {:.2} ms, worst {:.2} ms, {} sessions of {}",
        ms(times[QUESTIONS / 2]),
        ms(times[QUESTIONS - 1]),
        found / QUESTIONS,
        shape.sessions,
    );
}

/// Measures the time for charts of the whole history and of its last parts.
fn draw(location: &Location, what: &str) {
    let mut history = History::open_read_only(location).expect("a history");
    let info = history.info().expect("a history");
    let from = info.oldest.expect("it is not empty");
    let to = info.nodes.iter().filter_map(|node| Some(node.watched?.to)).max().expect("it is not empty");
    for (part, length) in
        [("all", to - from), ("month", 30 * 24 * HOUR_MS), ("day", 24 * HOUR_MS), ("hour", HOUR_MS)]
    {
        for split in [ChartSplit::Designer, ChartSplit::Project, ChartSplit::Gateway] {
            let request = ChartRequest { from: to - length, to, buckets: BUCKETS, split, gateway: None };
            let (mut times, mut peak) = (Vec::new(), 0);
            for _ in 0..CHARTS {
                let started = Instant::now();
                let chart = history.chart(&request, &|| false).expect("a chart").expect("it isn't cancelled");
                times.push(started.elapsed());
                peak = chart.total.iter().max().copied().unwrap_or(0);
            }
            times.sort();
            let ms = |time: Duration| time.as_secs_f64() * 1e3;
            println!(
                "chart by {split:?}, {part} of {what}: median {:.1} ms, worst {:.1} ms, at most {peak} sessions",
                ms(times[CHARTS / 2]),
                ms(times[CHARTS - 1]),
            );
        }
    }
}

/// Measures the time for the peaks of the days of the whole history, the last quarter and the last month.
fn find_peaks(location: &Location, what: &str) {
    let mut history = History::open_read_only(location).expect("a history");
    let nodes = history.info().expect("a history").nodes;
    let to = nodes.iter().filter_map(|node| Some(node.watched?.to)).max().expect("it is not empty");
    for days in [365, 90, 30] {
        let bounds = (0..=days).rev().map(|day| to - day * 24 * HOUR_MS).collect();
        let request = PeaksRequest { days: bounds, gateway: None };
        let (mut times, mut peak) = (Vec::new(), 0);
        for _ in 0..CHARTS {
            let started = Instant::now();
            let peaks = history.peaks(&request, &|| false).expect("peaks").expect("it isn't cancelled");
            times.push(started.elapsed());
            peak = peaks.days.iter().map(|day| day.peaks.total.count).max().unwrap_or(0);
        }
        times.sort();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        println!(
            "peaks of {days} days, {what}: median {:.1} ms, worst {:.1} ms, at most {peak} sessions",
            ms(times[CHARTS / 2]),
            ms(times[CHARTS - 1]),
        );
    }
}

/// Measures the time for pages of the whole activity list.
fn list(location: &Location, what: &str) {
    let mut history = History::open_read_only(location).expect("a history");
    for size in PAGES {
        let (mut times, mut entries, mut before) = (Vec::new(), 0, None);
        loop {
            let started = Instant::now();
            let page = history.activity(before, size, None).expect("a page");
            times.push(started.elapsed());
            entries += page.len();
            before = page.last().map(|entry| entry.key);
            if page.len() < size {
                break;
            }
        }
        let total: Duration = times.iter().sum();
        times.sort();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        println!(
            "activity, {what}: {entries} entries in pages of {size}: median {:.1} ms, worst {:.1} ms, all {:.1} s",
            ms(times[times.len() / 2]),
            ms(times[times.len() - 1]),
            total.as_secs_f64(),
        );
    }
}

/// Measures the time for the sessions of a user in the last week, and for the last session of users, the last of whom never was
/// on.
fn follow(location: &Location, what: &str) {
    let mut history = History::open_read_only(location).expect("a history");
    let nodes = history.info().expect("a history").nodes;
    let to = nodes.iter().filter_map(|node| Some(node.watched?.to)).max().expect("it is not empty");
    let mut random = fastrand::Rng::with_seed(10);
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let (mut weeks, mut lasts) = (Vec::new(), Vec::new());
    for _ in 0..QUESTIONS {
        let username = text_name(1 + random.i64(0..TEXTS[0]));
        let started = Instant::now();
        history.user_sessions(&username, to - 7 * 24 * HOUR_MS, 200, None).expect("a response");
        weeks.push(started.elapsed());
        let started = Instant::now();
        let query = LastSessionQuery { username: &username, before: to, ..LastSessionQuery::default() };
        history.last_session(&query, &|| false).expect("a response").expect("each user was on");
        lasts.push(started.elapsed());
    }
    let started = Instant::now();
    let project = text_name(1 + TEXTS[0]);
    let query = LastSessionQuery { username: &project, before: to, ..LastSessionQuery::default() };
    assert_eq!(history.last_session(&query, &|| false).expect("a response"), None);
    let never = ms(started.elapsed());
    for (times, question) in [(&mut weeks, "a user's week"), (&mut lasts, "a user's last session")] {
        times.sort();
        let (median, worst) = (ms(times[QUESTIONS / 2]), ms(times[QUESTIONS - 1]));
        println!("{question}, {what}: median {median:.1} ms, worst {worst:.1} ms");
    }
    println!("the last session of a user who never was on, {what}: {never:.1} ms");
}

/// Generates a history, unless there is one.
fn prepare(location: &Location, shape: Shape) {
    let sessions =
        History::create(location).and_then(|mut history| history.info()).expect("a history").sessions;
    if sessions > 0 {
        return;
    }
    let started = Instant::now();
    match location {
        Location::File(path) => fill_file(path, shape),
        Location::Postgres(address) => fill_database(&address.to_string(), shape),
    }
    println!("generated {} sessions in {:.0?}", shape.sessions, started.elapsed());
}

fn text_name(id: i64) -> String {
    format!("text number {id}")
}

fn fill_file(path: &Path, shape: Shape) {
    let connection = Connection::open(path).expect("a file");
    let index: String = connection
        .query_row("SELECT group_concat(sql, ';') FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'session' AND sql IS NOT NULL", [], |row| row.get(0))
        .expect("indexes");
    let fill = || -> rusqlite::Result<()> {
        let drop_indexes =
            if shape.is_recorded { "" } else { "DROP INDEX session_span; DROP INDEX session_open" };
        connection.execute_batch(&format!("BEGIN; {drop_indexes}"))?;
        for id in 1..=TEXTS.iter().sum() {
            connection.execute("INSERT INTO text (id, value) VALUES (?1, ?2)", params![id, text_name(id)])?;
        }
        let mut insert = connection.prepare(
            r#"INSERT INTO session (node, "user", project, address, designer, kind, client, created_after, started, first_seen,
                last_seen, missed_at, dc) VALUES (?1, ?2, ?3, ?4, 0, 0, ?5, -42, ?6, ?6, ?7, ?7, ?8)"#,
        )?;
        let mut end =
            connection.prepare("UPDATE session SET last_seen = ?1, missed_at = ?1, dc = ?2 WHERE id = ?3")?;
        let (mut open, mut inserted) = (BinaryHeap::new(), 0_i64);
        let mut last = START_MS;
        for session in shape.sessions() {
            let Session { node, texts: [user, project, address], client, started, ended } = &session;
            let (mut ended, mut dc) = (*ended, class(&session));
            if shape.is_recorded {
                while let Some(&Reverse((missed_at, id, dc))) = open.peek()
                    && missed_at <= *started
                {
                    end.execute(params![missed_at, dc, id])?;
                    open.pop();
                }
                inserted += 1;
                let id = inserted;
                open.extend(ended.take().map(|ended| Reverse((ended, id, dc))));
                dc = 99;
            }
            insert.execute(params![node, user, project, address, client, started, ended, dc])?;
            last = last.max(*started);
        }
        for Reverse((missed_at, id, dc)) in open {
            end.execute(params![missed_at, dc, id])?;
        }
        for node in 1..=shape.nodes {
            connection.execute(
                "INSERT INTO node (id, url, gateway) VALUES (?1, ?2, ?2)",
                params![node, format!("http://n{node}:8088")],
            )?;
            connection.execute(r#"INSERT INTO coverage (node, observer, "from", "to", every, is_open) VALUES (?1, 'bench', ?2, ?3, 5000, 0)"#, params![node, START_MS, last])?;
        }
        let index = if shape.is_recorded { "" } else { &index };
        connection.execute_batch(&format!("{index}; COMMIT; PRAGMA wal_checkpoint(TRUNCATE)"))
    };
    fill().expect("the file can be filled");
}

fn fill_database(url: &str, shape: Shape) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        // Options that only the history knows don't matter on this machine.
        let url = url.split('?').next().unwrap_or_default();
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a server");
        tokio::spawn(connection);
        fill_tables(&client, shape).await.expect("the database can be filled");
    });
}

async fn fill_tables(client: &tokio_postgres::Client, shape: Shape) -> Result<(), tokio_postgres::Error> {
    let indexes = client
        .query("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'session' AND indexname <> 'session_pkey'", &[])
        .await?;
    for index in &indexes {
        client.batch_execute(&format!("DROP INDEX {}", index.get::<_, &str>(0))).await?;
    }
    let sink = client.copy_in("COPY text (id, value) FROM STDIN").await?;
    let mut sink = std::pin::pin!(sink);
    let texts = (1..=TEXTS.iter().sum()).map(|id| format!("{id}\t{}\n", text_name(id)));
    sink.send(bytes::Bytes::from(texts.collect::<String>())).await?;
    sink.finish().await?;
    let sink = client
        .copy_in(r#"COPY session (node, "user", project, address, designer, kind, client, created_after, started, first_seen, last_seen, missed_at, dc) FROM STDIN"#)
        .await?;
    let mut sink = std::pin::pin!(sink);
    let (mut rows, mut last) = (String::new(), START_MS);
    for (index, session) in shape.sessions().enumerate() {
        let Session { node, texts: [user, project, address], client, started, ended } = &session;
        let ended = ended.map_or_else(|| r"\N".to_owned(), |ended| ended.to_string());
        let _ok = writeln!(
            rows,
            "{node}\t{user}\t{project}\t{address}\t0\t0\t{client}\t-42\t{started}\t{started}\t{ended}\t{ended}\t{}",
            class(&session)
        );
        last = last.max(*started);
        if index % ROWS_AT_ONCE == 0 {
            sink.send(bytes::Bytes::from(std::mem::take(&mut rows))).await?;
        }
    }
    sink.send(bytes::Bytes::from(rows)).await?;
    sink.finish().await?;
    for node in 1..=shape.nodes {
        let sql = format!(
            r#"INSERT INTO node (id, url, gateway) VALUES ({node}, 'http://n{node}:8088', 'Node {node}');
               INSERT INTO coverage (node, observer, "from", "to", every, is_open) VALUES ({node}, 'bench', {START_MS}, {last}, 5000, 0)"#
        );
        client.batch_execute(&sql).await?;
    }
    for index in &indexes {
        client.batch_execute(index.get(1)).await?;
    }
    client.batch_execute("VACUUM ANALYZE session").await?;
    client.batch_execute("ANALYZE").await
}
