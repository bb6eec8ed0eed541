//! Answering on a listener.

use std::future::Future;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::router::router;
use crate::state::ApiState;

/// Answers requests on `listener` until `stop` resolves and the requests under way have ended. Whoever starts it bounds how
/// long that may take: streams end only with their clients.
///
/// # Errors
/// The listener failed.
pub async fn serve(
    listener: TcpListener,
    state: ApiState,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let stopping = state.clone();
    let stop = async move {
        stop.await;
        // Nobody waits for them, so nobody ends them.
        stopping.shared().simulations.end();
    };
    let app = router(state).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app).with_graceful_shutdown(stop).await
}
