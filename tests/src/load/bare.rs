//! The measure that all others are held against: `verify_strict` and nothing else, on the same cores in the same run.

use std::time::{Duration, Instant};

use lode_ledger::key::SecretKey;

/// How long each loop runs.
const TIME: Duration = Duration::from_secs(2);

/// Signature checks of a statement's bytes per second, on so many threads.
#[must_use]
pub fn verify_strict_per_second(message: &[u8], threads: usize) -> u64 {
    let secret = SecretKey::from_seed([7; 32]);
    let signature = secret.sign(message);
    let Ok(key) = secret.public().check() else { return 0 };
    let began = Instant::now();
    let checks: u64 = std::thread::scope(|scope| {
        let loops: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut checks = 0_u64;
                    while began.elapsed() < TIME {
                        for _ in 0..256 {
                            checks += u64::from(key.verify_strict(std::hint::black_box(message), &signature));
                        }
                    }
                    checks
                })
            })
            .collect();
        loops.into_iter().filter_map(|handle| handle.join().ok()).sum()
    });
    per_second(checks, began.elapsed())
}

/// A rate, rounded down.
#[must_use]
pub fn per_second(count: u64, time: Duration) -> u64 {
    u64::try_from(u128::from(count) * 1_000_000 / time.as_micros().max(1)).unwrap_or(u64::MAX)
}
