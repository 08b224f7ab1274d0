use super::*;
use crate::gateway::ProxyFailure;

const MS: Duration = Duration::from_millis(1);

fn rejected() -> GatewayError {
    GatewayError::Unauthorized { tried: true }
}

/// Three nodes whose attempts are made at chosen times.
struct Nodes {
    attempts: Attempts,
    urls: Vec<NodeUrl>,
    now: Instant,
}

impl Nodes {
    fn new() -> Self {
        let nodes = ["http://a", "http://b", "http://c", "http://d", "http://e"];
        let nodes = nodes.map(|node| node.parse().unwrap()).to_vec();
        Self { attempts: Attempts::default(), urls: nodes, now: Instant::now() }
    }

    fn decide(&mut self, node: usize) -> Decision {
        // No two events are at the same time.
        self.now += MS;
        self.attempts.decide(&self.urls[node], Some(&self.urls), MAX_REJECTIONS, self.now)
    }

    fn start(&mut self, node: usize) -> Instant {
        assert_eq!(self.decide(node), Decision::Start);
        self.attempts.start(&self.urls[node], self.now);
        self.now
    }

    fn end(&mut self, node: usize, started: Instant, error: Option<&GatewayError>) {
        self.now += MS;
        self.attempts.end(&self.urls[node], started, error, self.now);
    }

    fn attempt(&mut self, node: usize, error: Option<&GatewayError>) {
        let started = self.start(node);
        self.end(node, started, error);
    }

    fn is_waiting(&mut self, node: usize) -> bool {
        matches!(self.decide(node), Decision::Wait(_))
    }
}

#[test]
fn one_node_tries_first_and_three_rejections_block() {
    let mut nodes = Nodes::new();
    for node in 0..3 {
        let started = nodes.start(node);
        assert!(nodes.is_waiting(3) && nodes.is_waiting(node));
        nodes.end(node, started, Some(&rejected()));
    }
    for node in 0..4 {
        assert_eq!(nodes.decide(node), Decision::Blocked);
    }
    nodes.now += REJECTION_TTL;
    nodes.attempt(3, None);
    assert_eq!(nodes.decide(0), Decision::Start);
}

#[test]
fn rejected_login_of_a_proxy_blocks_no_password() {
    let mut nodes = Nodes::new();
    let (proxy, failure) = ("proxy:3128".to_owned(), ProxyFailure::LoginRequired);
    let error = GatewayError::Proxy { proxy, failure, source: None };
    for _ in 0..MAX_REJECTIONS {
        nodes.attempt(0, Some(&error));
    }
    assert_eq!(nodes.decide(0), Decision::Start);
}

#[test]
fn acceptance_lets_all_nodes_start() {
    let mut nodes = Nodes::new();
    nodes.attempt(0, Some(&rejected()));
    nodes.attempt(1, None);
    let all: Vec<Instant> = (0..4).map(|node| nodes.start(node)).collect();
    // A change of the password: the first rejection ends the acceptance.
    nodes.end(2, all[2], Some(&rejected()));
    assert!(nodes.is_waiting(2));
    nodes.end(3, all[3], None);
    assert_eq!(nodes.decide(2), Decision::Start);
}

#[test]
fn acceptance_ends_after_a_pause() {
    let mut nodes = Nodes::new();
    nodes.attempt(0, None);
    nodes.now += ACCEPTANCE_TTL;
    nodes.start(0);
    assert!(nodes.is_waiting(1));
}

#[test]
fn node_that_rejects_alone_is_blocked_alone() {
    let mut nodes = Nodes::new();
    for _ in 0..MAX_REJECTIONS {
        nodes.attempt(0, Some(&rejected()));
        nodes.attempt(1, None);
    }
    assert_eq!((nodes.decide(0), nodes.decide(1)), (Decision::Blocked, Decision::Start));
}

#[test]
fn silent_nodes_delay_others_and_cancelled_attempts_count_for_a_while() {
    let mut nodes = Nodes::new();
    let mut started = Vec::new();
    for node in 0..3 {
        started.push(nodes.start(node));
        assert!(nodes.is_waiting(4));
        nodes.now += NEXT_NODE_DELAY;
    }
    // As many may still be rejected, however long they take.
    nodes.now += CANCELLED_TTL;
    assert!(nodes.is_waiting(4));
    let urls = nodes.urls.clone();
    nodes.attempts.cancel(&urls[0], started[0]);
    let last = nodes.start(4);
    nodes.end(1, started[1], Some(&rejected()));
    nodes.end(2, started[2], Some(&rejected()));
    // A cancelled attempt of a moment ago counts like a running one.
    nodes.attempts.cancel(&urls[4], last);
    assert!(nodes.is_waiting(3));
}

#[test]
fn other_failures_neither_accept_nor_reject() {
    let mut nodes = Nodes::new();
    for _ in 0..5 {
        nodes.attempt(0, Some(&GatewayError::Timeout { seconds: 10.0 }));
    }
    nodes.start(0);
    assert!(nodes.is_waiting(1));
}

#[test]
fn groups_share_rejections_but_no_acceptance() {
    let mut nodes = Nodes::new();
    nodes.attempt(0, None);
    // The other gateway has none of these nodes.
    let other: NodeUrl = "http://other".parse().unwrap();
    let group = [other.clone()];
    assert_eq!(nodes.attempts.decide(&other, Some(&group), MAX_REJECTIONS, nodes.now), Decision::Start);
    nodes.attempts.start(&other, nodes.now);
    assert!(matches!(
        nodes.attempts.decide(&other, Some(&group), MAX_REJECTIONS, nodes.now),
        Decision::Wait(_)
    ));
    assert_eq!(nodes.decide(1), Decision::Start);
}

#[test]
fn ignores_the_case_of_user_names() {
    let throttle = LoginThrottle::default();
    let [open, closed] = ["sesame", "Sesame"].map(Secret::from);
    assert_eq!(throttle.key("Jürgen", Some(&open)), throttle.key("JÜRGEN", Some(&open)));
    assert_ne!(throttle.key("billy", Some(&open)), throttle.key("billy", Some(&closed)));
}

#[test]
fn forgets_logins_on_which_nothing_depends() {
    let throttle = LoginThrottle::default();
    let node: NodeUrl = "http://a".parse().unwrap();
    let start = |key, now| throttle.try_start(key, &node, None, now).0;
    let mut now = Instant::now();
    for key in 0..4 {
        assert_eq!(start(key, now), Decision::Start);
    }
    // 0 still runs, 1 is accepted, 2 is rejected, 3 is cancelled.
    let end = |key, error: Option<&GatewayError>| {
        throttle.lock().get_mut(&key).unwrap().end(&node, now, error, now);
    };
    end(1, None);
    end(2, Some(&rejected()));
    throttle.lock().get_mut(&3).unwrap().cancel(&node, now);
    let known = || {
        let mut keys: Vec<u64> = throttle.lock().keys().copied().collect();
        keys.sort_unstable();
        keys
    };
    for (pause, new, expected) in [
        (MS, 10, &[0, 1, 2, 3, 10][..]),
        (CANCELLED_TTL, 11, &[0, 1, 2, 10, 11]),
        (ACCEPTANCE_TTL, 12, &[0, 2, 10, 11, 12]),
        (REJECTION_TTL, 13, &[0, 10, 11, 12, 13]),
    ] {
        now += pause;
        assert_eq!(start(new, now), Decision::Start);
        assert_eq!(known(), expected);
    }
}
