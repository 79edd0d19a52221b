// Fills the page from /status/ws.
