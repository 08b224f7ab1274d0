//! Two hundred nodes at once: each is read, one read at a time, and none waits for another.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use gatewatch::gateway::{Credentials, GatewayError, Limits};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::poll::{TIMEOUT, TestPoller, profile};
use crate::support::{unused_address, webdev_json};

const NODES: usize = 200;
/// The node that never responds.
const SLOW: usize = 17;
/// The node that accepts no connections.
const DEAD: usize = 99;

/// The requests to a node.
#[derive(Default)]
struct Counts {
    session_reads: AtomicUsize,
    in_flight: AtomicUsize,
    max_in_flight: AtomicUsize,
}

/// Starts nodes on one thread, which ends with the test process.
fn gateways(nodes: usize) -> (Vec<SocketAddr>, Arc<Vec<Counts>>) {
    let counts: Arc<Vec<Counts>> = Arc::new((0..nodes).map(|_| Counts::default()).collect());
    let (sender, addresses) = channel();
    let all = counts.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            for index in 0..nodes {
                if index == DEAD {
                    sender.send(unused_address()).unwrap();
                    continue;
                }
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                sender.send(listener.local_addr().unwrap()).unwrap();
                let all = all.clone();
                tokio::spawn(async move {
                    while let Ok((stream, _)) = listener.accept().await {
                        let all = all.clone();
                        // An error means that the client closed the connection.
                        tokio::spawn(async move { serve(stream, &all[index], index).await });
                    }
                });
            }
            drop(sender);
            std::future::pending::<()>().await;
        });
    });
    (addresses.iter().collect(), counts)
}

async fn serve(mut stream: TcpStream, counts: &Counts, index: usize) -> std::io::Result<()> {
    let mut request = Vec::new();
    loop {
        while !request.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut request).await? == 0 {
                return Ok(());
            }
        }
        let in_flight = counts.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        counts.max_in_flight.fetch_max(in_flight, Ordering::SeqCst);
        if index == SLOW {
            std::future::pending::<()>().await;
        }
        let is_info = request.starts_with(b"GET /system/gwinfo");
        let body = if is_info {
            format!("ContextStatus=RUNNING;Version=8.1.44;PlatformName=Plant {index}")
        } else {
            // A new session at each read, so that each one is published.
            let id = counts.session_reads.fetch_add(1, Ordering::SeqCst);
            webdev_json(&[&format!(r#""user","P","h",false,"{index}-{id}",1795365700123"#)])
        };
        counts.in_flight.fetch_sub(1, Ordering::SeqCst);
        let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(response.as_bytes()).await?;
        request.clear();
    }
}

#[test]
fn reads_each_of_200_nodes_once_at_a_time() {
    let (addresses, counts) = gateways(NODES);
    let urls: Vec<String> = addresses.iter().map(|address| format!("http://{address}")).collect();
    // The slow node doesn't time out during the test, nor the others on a busy machine.
    let hour = Duration::from_hours(1);
    let mut poller =
        TestPoller::with_limits(Limits { total_timeout: hour, connect_timeout: hour, ..Limits::default() });
    poller.handle.set_interval(Some(Duration::from_millis(300)));
    let start = Instant::now();
    poller.handle.connect(profile(&urls.iter().map(String::as_str).collect::<Vec<_>>()), Credentials::None);

    let mut notified = 0;
    let is_healthy = |index: &usize| ![SLOW, DEAD].contains(index);
    let all_read =
        || (0..NODES).filter(is_healthy).all(|index| counts[index].session_reads.load(Ordering::SeqCst) >= 3);
    while !all_read() {
        assert!(start.elapsed() < TIMEOUT, "timed out before all nodes were read");
        if poller.notifications.recv_timeout(Duration::from_millis(100)).is_ok() {
            notified += 1;
        }
    }
    notified += poller.notifications.try_iter().count();
    check_notifications(notified, start.elapsed());

    let status = poller.wait_for("the sessions of all healthy nodes", |status| {
        status.dataset.as_ref().is_some_and(|table| table.len() == NODES - 2)
    });
    assert!(matches!(status.nodes[DEAD].error, Some(GatewayError::Connect { .. })));
    assert_eq!((status.nodes[SLOW].updated_at, &status.nodes[SLOW].error), (None, &None));
    assert!(
        status
            .nodes
            .iter()
            .enumerate()
            .filter(|(index, _)| is_healthy(index))
            .all(|(_, node)| node.error.is_none())
    );
    assert!(counts.iter().all(|node| node.max_in_flight.load(Ordering::SeqCst) <= 1));

    let TestPoller { handle, notifications } = poller;
    drop(handle);
    // The thread ends without a response of the slow node.
    let ended = loop {
        if let Err(error) = notifications.recv_timeout(TIMEOUT) {
            break error;
        }
    };
    assert_eq!(ended, RecvTimeoutError::Disconnected);
}

/// Checks the number of notifications: outcomes are gathered for half a second, and each of these statuses may be followed
/// by one that reports a slow read. A few are published at once.
#[track_caller]
fn check_notifications(notified: usize, elapsed: Duration) {
    let max = usize::try_from(elapsed.as_millis() / 250).unwrap() + 6;
    assert!(notified <= max, "{notified} notifications in {elapsed:?}");
}

#[test]
fn gathers_outcomes_of_short_intervals() {
    // So few nodes that often no read is in flight between two responses.
    let (addresses, counts) = gateways(10);
    let urls: Vec<String> = addresses.iter().map(|address| format!("http://{address}")).collect();
    let mut poller = TestPoller::new();
    poller.handle.set_interval(Some(Duration::from_millis(20)));
    let start = Instant::now();
    poller.handle.connect(profile(&urls.iter().map(String::as_str).collect::<Vec<_>>()), Credentials::None);
    let mut notified = 0;
    while counts[0].session_reads.load(Ordering::SeqCst) < 100 {
        assert!(start.elapsed() < TIMEOUT, "timed out before 100 reads");
        notified += usize::from(poller.notifications.recv_timeout(Duration::from_millis(100)).is_ok());
    }
    check_notifications(notified, start.elapsed());
}
