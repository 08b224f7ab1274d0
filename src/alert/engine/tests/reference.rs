//! Comparison of the engine with a naive evaluation of the whole past.

use std::time::Duration;

use proptest::prelude::*;

use crate::alert::testing::{TestGateway, client};
use crate::alert::{Condition, Phase, Rule};

const NAMES: [&str; 4] = ["anna", "billy", "carl", "dora"];

#[derive(Clone, Debug)]
enum Step {
    List(usize),
    Failure,
    Suspend,
    /// A restart of the program.
    Restart,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..=NAMES.len()).prop_map(Step::List),
        2 => Just(Step::Failure),
        1 => Just(Step::Suspend),
        1 => Just(Step::Restart),
    ]
}

/// Returns whether a state is firing after the steps. It fires once it has held between consecutive
/// lists for `hold` milliseconds, until a list in which it doesn't hold.
fn is_firing(steps: &[(i64, Step)], limit: usize, hold: i64) -> bool {
    let (mut is_firing, mut watched, mut last) = (false, None::<i64>, None);
    for (time, step) in steps {
        match step {
            Step::List(count) if *count > limit => {
                let since_last = last.map_or(0, |last: i64| time - last);
                watched = Some(watched.map_or(0, |watched| watched + since_last));
                is_firing |= watched >= Some(hold);
                last = Some(*time);
            }
            Step::List(_) => (is_firing, watched, last) = (false, None, Some(*time)),
            Step::Failure | Step::Suspend | Step::Restart => last = None,
        }
    }
    is_firing
}

proptest! {
    #[test]
    fn states_fire_as_in_a_naive_evaluation(
        steps in prop::collection::vec((1_i64..20, any_step()), 1..40),
        limit in 0_usize..4,
        hold_secs in 0_u64..20,
    ) {
        let rule = || Rule {
            hold: Duration::from_secs(hold_secs),
            cooldown: Duration::ZERO,
            ..Rule::new("A".to_owned(), Condition::CountAbove(limit))
        };
        let mut plant = TestGateway::new([rule()]);
        let (mut past, mut time) = (Vec::new(), 0);
        let mut is_sent = false;
        for (pause, step) in steps {
            time += pause * 1_000;
            let alerts = match &step {
                Step::List(count) => {
                    let sessions: Vec<_> = NAMES.iter().take(*count).map(|name| client(name)).collect();
                    plant.read(time, &sessions)
                }
                Step::Failure => plant.fail(time),
                Step::Suspend => {
                    plant.interrupt();
                    Vec::new()
                }
                Step::Restart => {
                    plant.restart_program([rule()]);
                    Vec::new()
                }
            };
            past.push((time, step));
            let expected = is_firing(&past, limit, i64::try_from(hold_secs).unwrap() * 1_000);
            prop_assert_eq!(!plant.engine.active().is_empty(), expected, "{:?}", past);
            // Each change is sent once, and nothing else.
            for alert in alerts {
                is_sent = !is_sent;
                prop_assert_eq!(alert.phase == Phase::Firing, is_sent, "{:?}", past);
            }
            prop_assert_eq!(is_sent, expected, "{:?}", past);
        }
    }
}
