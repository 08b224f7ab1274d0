//! Two hundred gateways at once: each is read, none twice at a time, and none for the others.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use gatewatch::gateway::{Credentials, GatewayError, Limits};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::answer;
use crate::support::poll::{TIMEOUT, TestPoller, profile};

const NODES: usize = 200;
/// The one that answers nothing, and the one that is not there.
const SLOW: usize = 17;
const DEAD: usize = 99;

/// What a gateway saw.
#[derive(Default)]
struct Seen {
    answered: AtomicUsize,
    under_way: AtomicUsize,
    most_under_way: AtomicUsize,
}

/// Many gateways on one thread, which ends with the test process.
fn gateways(nodes: usize) -> (Vec<SocketAddr>, Arc<Vec<Seen>>) {
    let seen: Arc<Vec<Seen>> = Arc::new((0..nodes).map(|_| Seen::default()).collect());
    let (tell, told) = channel();
    let all = seen.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            for place in 0..nodes {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let all = all.clone();
                if place != DEAD {
                    tokio::spawn(async move {
                        while let Ok((stream, _)) = listener.accept().await {
                            let all = all.clone();
                            // A client that leaves is no matter.
                            tokio::spawn(async move { serve(stream, &all[place], place).await });
                        }
                    });
                }
            }
            drop(tell);
            std::future::pending::<()>().await;
        });
    });
    (told.iter().collect(), seen)
}

async fn serve(mut stream: TcpStream, seen: &Seen, place: usize) -> std::io::Result<()> {
    let mut request = Vec::new();
    loop {
        while !request.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut request).await? == 0 {
                return Ok(());
            }
        }
        let under_way = seen.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        seen.most_under_way.fetch_max(under_way, Ordering::SeqCst);
        if place == SLOW {
            std::future::pending::<()>().await;
        }
        let is_info = request.starts_with(b"GET /system/gwinfo");
        let body = if is_info {
            format!("ContextStatus=RUNNING;Version=8.1.44;PlatformName=Plant {place}")
        } else {
            // Somebody came since the last read, so that there is something to tell.
            let id = seen.answered.fetch_add(1, Ordering::SeqCst);
            answer(&[&format!(r#""user","P","h",false,"{place}-{id}",1795365700123"#)])
        };
        seen.under_way.fetch_sub(1, Ordering::SeqCst);
        let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(response.as_bytes()).await?;
        request.clear();
    }
}

#[test]
fn two_hundred_gateways_are_all_read_each_once_at_a_time_and_told_together() {
    let (addresses, seen) = gateways(NODES);
    let urls: Vec<String> = addresses.iter().map(|address| format!("http://{address}")).collect();
    // The slow one never times out, however long this takes.
    let mut poller =
        TestPoller::with_limits(Limits { total_timeout: Duration::from_hours(1), ..Limits::default() });
    poller.handle.set_interval(Some(Duration::from_millis(300)));
    let begun = Instant::now();
    poller.handle.connect(profile(&urls.iter().map(String::as_str).collect::<Vec<_>>()), Credentials::None);

    let mut wakes = 0;
    let is_well = |place: &usize| ![SLOW, DEAD].contains(place);
    let all_read =
        || (0..NODES).filter(is_well).all(|place| seen[place].answered.load(Ordering::SeqCst) >= 3);
    while !all_read() {
        assert!(begun.elapsed() < TIMEOUT, "never all read");
        if poller.notifications.recv_timeout(Duration::from_millis(100)).is_ok() {
            wakes += 1;
        }
    }
    wakes += poller.notifications.try_iter().count();
    check_wakes(wakes, begun.elapsed());

    let news = poller.wait_for("the rows of all that are well", |news| {
        news.dataset.as_ref().is_some_and(|table| table.len() == NODES - 2)
    });
    assert!(matches!(news.nodes[DEAD].error, Some(GatewayError::Connect { .. })));
    assert_eq!((news.nodes[SLOW].updated_at, &news.nodes[SLOW].error), (None, &None));
    assert!(
        news.nodes
            .iter()
            .enumerate()
            .filter(|(place, _)| is_well(place))
            .all(|(_, node)| node.error.is_none())
    );
    assert!(seen.iter().all(|seen| seen.most_under_way.load(Ordering::SeqCst) <= 1));

    let TestPoller { handle, notifications } = poller;
    drop(handle);
    // It ends without an answer of the slow one.
    let ended = loop {
        if let Err(error) = notifications.recv_timeout(TIMEOUT) {
            break error;
        }
    };
    assert_eq!(ended, RecvTimeoutError::Disconnected);
}

/// Half a second is gathered; the beginning, and what is slow, are told besides.
#[track_caller]
fn check_wakes(wakes: usize, took: Duration) {
    let most = usize::try_from(took.as_millis() / 500).unwrap() + 6;
    assert!(wakes <= most, "{wakes} wakes in {took:?}");
}

#[test]
fn what_comes_one_after_the_other_is_told_together_too() {
    // So few that between two answers there is often none under way.
    let (addresses, seen) = gateways(10);
    let urls: Vec<String> = addresses.iter().map(|address| format!("http://{address}")).collect();
    let mut poller = TestPoller::new();
    poller.handle.set_interval(Some(Duration::from_millis(20)));
    let begun = Instant::now();
    poller.handle.connect(profile(&urls.iter().map(String::as_str).collect::<Vec<_>>()), Credentials::None);
    let mut wakes = 0;
    while seen[0].answered.load(Ordering::SeqCst) < 100 {
        assert!(begun.elapsed() < TIMEOUT, "never read so often");
        wakes += usize::from(poller.notifications.recv_timeout(Duration::from_millis(100)).is_ok());
    }
    check_wakes(wakes, begun.elapsed());
}
