//! Being told to end by whoever runs the process. What ending means is the caller's matter.

use tokio::signal::unix::{SignalKind, signal};

/// Resolves at SIGTERM or Ctrl-C. Both are heard from the call on, before anybody waits: whoever was told that the node
/// serves may stop it.
pub fn told_to_stop() -> impl Future<Output = ()> {
    let [terminated, interrupted] = [SignalKind::terminate(), SignalKind::interrupt()].map(heard);
    async move {
        tokio::select! {
            () = terminated => {}
            () = interrupted => {}
        }
    }
}

fn heard(kind: SignalKind) -> impl Future<Output = ()> {
    let registered = signal(kind);
    async move {
        match registered {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::warn!(%error, signal = kind.as_raw_value(), "this signal cannot be heard");
                std::future::pending::<()>().await;
            }
        }
    }
}
