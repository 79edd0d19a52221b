//! The routes of both listeners, once: routers, guard and the tests of `openapi.json` and `docs/configuration.md` read
//! this table.

use axum::Router;
use axum::routing::{MethodFilter, MethodRouter, on};

use super::{
    App, actions, connections, dashboard, doctor, health, ice_servers, links, livekit, login,
    metrics, openapi, qr, runtime_config, status, verify, videos, websocket,
};

/// Listeners that serve a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listener {
    /// The one behind the gateway.
    Public,
    /// The control port.
    Control,
    /// Both.
    Both,
}

/// Credentials that a route of the control port accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// No credential is needed.
    Open,
    /// The operator's token only.
    Operator,
    /// The operator's token or a dashboard session.
    Dashboard,
    /// The operator's token or the app's, which the most exposed container holds.
    App,
    /// The operator's token, the app's or a dashboard session.
    AppAndDashboard,
}

impl Access {
    /// Reports whether the app's token opens the route.
    pub fn takes_app(self) -> bool {
        matches!(self, Self::App | Self::AppAndDashboard)
    }

    /// Reports whether a dashboard session opens the route.
    pub fn takes_session(self) -> bool {
        matches!(self, Self::Dashboard | Self::AppAndDashboard)
    }
}

/// One route.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// In capitals.
    pub method: &'static str,
    /// As the router matches it.
    pub path: &'static str,
    /// Where it is served.
    pub listener: Listener,
    /// Who may use it on the control port.
    pub access: Access,
    handler: fn() -> MethodRouter<App>,
}

macro_rules! routes {
    ($($method:ident $path:literal $listener:ident $access:ident $handler:path;)*) => {
        &[$(Route {
            method: stringify!($method),
            path: $path,
            listener: Listener::$listener,
            access: Access::$access,
            handler: || on(MethodFilter::$method, $handler),
        }),*]
    };
}

/// All routes. `/{file}` stands for each of the dashboard's files.
pub const ROUTES: &[Route] = routes! {
    GET    "/runtime-config"           Both    Open            runtime_config::json;
    GET    "/runtime-config.js"        Both    Open            runtime_config::script;
    GET    "/runtime-config/ws"        Both    Open            websocket::configuration;
    GET    "/healthz"                  Both    Open            health::live;
    GET    "/health"                   Both    Open            connections::health;
    GET    "/readyz"                   Both    Open            health::ready;
    GET    "/status"                   Public  Open            status::public;
    GET    "/ice-servers"              Public  Open            ice_servers::read;
    POST   "/ice-servers"              Public  Open            ice_servers::keep;
    POST   "/ice-servers"              Control App             ice_servers::replace;
    GET    "/connection-stats"         Public  Open            connections::counted;
    GET    "/connection-stats"         Control AppAndDashboard connections::full;
    GET    "/active-streams"           Public  Open            connections::counted_streams;
    GET    "/active-streams"           Control AppAndDashboard connections::streams;
    POST   "/connection"               Public  Open            connections::report;
    GET    "/available-videos"         Public  Open            videos::counted;
    GET    "/available-videos"         Control AppAndDashboard videos::list;
    POST   "/available-videos/{name}/play" Control App         videos::play;
    POST   "/available-videos/{name}/stop" Control App         videos::stop;
    GET    "/links/{token}"            Public  Open            links::read;
    POST   "/links/{token}/join"       Public  Open            links::join;
    POST   "/links/{token}/report"     Public  Open            links::report;
    GET    "/status"                   Control AppAndDashboard status::full;
    GET    "/status/ws"                Control Dashboard       websocket::full_status;
    POST   "/verify"                   Control Dashboard       verify::verify;
    GET    "/qr.svg"                   Control Dashboard       qr::svg;
    POST   "/services/{name}/restart"  Control Dashboard       actions::restart;
    POST   "/tunnel/wake"              Control Dashboard       actions::wake;
    GET    "/doctor"                   Control Dashboard       doctor::report;
    POST   "/phone-check"              Control Dashboard       links::phone_check;
    POST   "/dashboard/code"           Control Operator        login::code;
    POST   "/livekit-token"            Control App             livekit::token;
    GET    "/links"                    Control App             links::list;
    POST   "/links"                    Control App             links::create;
    GET    "/links/{token}"            Control App             links::get;
    DELETE "/links/{token}"            Control App             links::end;
    POST   "/links/{token}/resend"     Control App             links::resend;
    POST   "/links/{token}/join"       Control App             links::join_as_host;
    GET    "/"                         Control Open            dashboard::file;
    GET    "/{file}"                   Control Open            dashboard::file;
    GET    "/login"                    Control Open            login::login;
    POST   "/logout"                   Control Open            login::logout;
    GET    "/session"                  Control Open            login::session;
    GET    "/openapi.json"             Control Open            openapi::json;
    GET    "/startup"                  Control Open            status::startup;
    GET    "/metrics"                  Control Open            metrics::text;
};

/// Returns the routes of both listeners, which need no credential and are not counted.
pub(super) fn shared() -> Router<App> {
    router(|route| route.listener == Listener::Both)
}

/// Returns the other routes of the listener behind the gateway.
pub(super) fn public() -> Router<App> {
    router(|route| route.listener == Listener::Public)
}

/// Returns the other routes of the control port that need no credential.
pub(super) fn open() -> Router<App> {
    router(|route| route.listener == Listener::Control && route.access == Access::Open)
}

/// Returns the routes of the control port that need a credential.
pub(super) fn guarded() -> Router<App> {
    router(|route| route.listener == Listener::Control && route.access != Access::Open)
}

/// Returns the access to a path of the control port. All methods of a path have the same.
pub(super) fn access(path: &str) -> Option<Access> {
    let mut control = ROUTES
        .iter()
        .filter(|route| route.listener != Listener::Public);
    control
        .find(|route| route.path == path)
        .map(|route| route.access)
}

fn router(serves: impl Fn(&Route) -> bool) -> Router<App> {
    let served = ROUTES.iter().filter(|route| serves(route));
    served.fold(Router::new(), |router, route| match route.path {
        "/{file}" => {
            dashboard::paths().fold(router, |router, path| router.route(path, (route.handler)()))
        }
        path => router.route(path, (route.handler)()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_methods_of_a_path_have_the_same_access() {
        for route in ROUTES
            .iter()
            .filter(|route| route.listener != Listener::Public)
        {
            assert_eq!(access(route.path), Some(route.access), "{}", route.path);
        }
    }
}
