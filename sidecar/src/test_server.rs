//! HTTP servers for unit tests, over a real socket.

use axum::Router;
use tokio::net::TcpListener;

use sidelink_core::Address;

/// Serves the router on a free port of 127.0.0.1 until the test ends.
pub(crate) async fn serve(router: Router) -> Address {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let at = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    Address {
        host: at.ip().to_string(),
        port: at.port(),
    }
}
