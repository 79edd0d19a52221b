//! The bridge on a listener, as the program serves it.

use axum::serve::ListenerExt;
use sidelink_bridge::{Bridge, Settings};
use tokio::net::TcpListener;

/// Serves until `stop` completes, and returns when the phones have left.
pub(crate) async fn serve(settings: Settings, stop: impl Future<Output = ()> + Send + 'static) {
    let listener = TcpListener::bind(settings.listen).await.expect("listens");
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("a TCP option"));
    let bridge = Bridge::new(settings).expect("random numbers");
    let served = axum::serve(listener, bridge.router()).with_graceful_shutdown(stop);
    served.await.expect("serves");
    bridge.end().await;
}
