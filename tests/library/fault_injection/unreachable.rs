//! Gateways that are gone, or whose way is: by name, by address, or amid a restart.

use std::io::Write as _;
use std::sync::Arc;

use gatewatch::gateway::{ConnectFailure, Credentials, GatewayError};
use gatewatch::poll::GatewayStatus;

use super::{check_line, connect_failure, error, good};
use crate::support::poll::{TestPoller, profile};
use crate::support::{FakeGateway, PLANT, answer, nobody, ok, skip, status};

/// What is said of the second of two gateways, the first of which is well.
fn told_beside_a_good_one(url: &str) -> GatewayError {
    let well = FakeGateway::gateway("8.1.44", ok(&answer(&PLANT)));
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&[&well.url, url]), Credentials::None);
    let news = poller.wait_for("both outcomes", |news| {
        news.nodes[1].error.is_some() && news.nodes[0].updated_at.is_some()
    });
    assert_eq!(news.dataset.as_ref().unwrap().len(), PLANT.len());
    assert_eq!(news.nodes[0].error, None);
    assert!(news.nodes[1].next_read_at.is_some());
    news.nodes[1].error.clone().unwrap()
}

#[test]
fn a_name_that_nobody_knows_is_told_as_such() {
    // Longer than a name's part can be, so that nobody is asked for it.
    let told = told_beside_a_good_one(&format!("http://{}:8088", "a".repeat(64)));
    assert_eq!(connect_failure(Some(&told)), Some(ConnectFailure::HostNotFound));
    check_line(&told, "Host not found", "Check the spelling");
}

#[test]
fn an_address_without_a_way_to_it_is_told_as_such() {
    if !cfg!(target_os = "linux") {
        return skip("an address without a way to it", "a system known to refuse the broadcast address");
    }
    // No connection can be opened to everybody, so the kernel says that there is no way, and sends nothing.
    let told = told_beside_a_good_one("http://255.255.255.255:8088");
    assert_eq!(connect_failure(Some(&told)), Some(ConnectFailure::Unreachable));
    check_line(&told, "Host unreachable", "Check the network");
}

#[test]
fn what_the_kernel_does_not_take_for_an_address_is_no_broken_connection() {
    // An address of some link, without the link.
    let told = told_beside_a_good_one("http://[fe80::1]:8088");
    assert!(matches!(told, GatewayError::Connect { .. }), "{told:?}");
}

fn is_starting(error: Option<&GatewayError>) -> bool {
    matches!(error, Some(GatewayError::NotRunning { state }) if state == "STARTING")
}

fn is_back(first: &GatewayStatus) -> impl Fn(&GatewayStatus) -> bool {
    let before = first.updated_at;
    move |news| error(news).is_none() && news.updated_at > before
}

#[test]
fn a_gateway_that_restarts_amid_its_answer_is_followed_through_it_and_is_back_by_itself() {
    // The first answer is whole, the second breaks off in the middle.
    let answered = std::sync::atomic::AtomicUsize::new(0);
    let address = nobody();
    let before = FakeGateway::at(address, move |request, stream| {
        let response = if request.path().ends_with("gwinfo") {
            ok("ContextStatus=RUNNING;Version=8.1.44")
        } else {
            let whole = ok(&answer(&PLANT));
            let broken = answered.fetch_add(1, std::sync::atomic::Ordering::SeqCst) > 0;
            let end = if broken { whole.len() / 2 } else { whole.len() };
            whole[..end].to_vec()
        };
        let _gone = stream.write_all(&response);
    });
    let mut poller = TestPoller::new();
    poller.handle.connect(profile(&[&before.url]), Credentials::None);
    let first = poller.wait_for("the first answer", |news| news.dataset.is_some());
    let has_table =
        |news: &GatewayStatus| Arc::ptr_eq(news.dataset.as_ref().unwrap(), first.dataset.as_ref().unwrap());

    poller.handle.refresh_now();
    let news = poller.wait_for("an answer that breaks off", |news| error(news).is_some());
    assert!(matches!(error(&news), Some(GatewayError::ConnectionLost(_))) && has_table(&news), "{news:?}");

    before.stop();
    let news =
        poller.wait_for("nobody there", |news| connect_failure(error(news)) == Some(ConnectFailure::Refused));
    assert!(has_table(&news));
    check_line(error(&news).unwrap(), "Connection refused", "Check that the gateway is running");

    let starting = FakeGateway::at(address, |request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=STARTING;Version=8.1.44"),
            _ => status("503 Service Unavailable", "<html>"),
        };
        let _gone = stream.write_all(&response);
    });
    let news = poller.wait_for("a gateway that starts", |news| is_starting(error(news)));
    assert!(has_table(&news));

    starting.stop();
    let good = good();
    let _after = FakeGateway::at(address, move |request, stream| good(request, stream));
    let back = poller.wait_for("all well again", is_back(&first));
    // The sessions are the same, and so is the table.
    assert!(has_table(&back));
}
