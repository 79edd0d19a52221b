//! The use cases of links, and what they share. None of them depends on HTTP.

use std::sync::Arc;

use super::Links;
use super::direct_address::DirectAddress;
use super::eligibility::VerificationRequests;
use super::known_paths::KnownPaths;
use crate::config::secrets::Secrets;
use crate::connections::ConnectionLimit;
use crate::ice::IceConfig;
use crate::livekit::room_service::RoomService;
use crate::runtime::engine_client::EngineClient;

/// Creates, resends, lists, joins and ends links.
#[derive(Debug)]
pub struct LinkService {
    pub(super) links: Arc<Links>,
    pub(super) engine: EngineClient,
    pub(super) rooms: RoomService,
    pub(super) secrets: Arc<Secrets>,
    pub(super) requests: VerificationRequests,
    pub(super) direct_address: DirectAddress,
    pub(super) known_paths: KnownPaths,
    pub(super) ice: Arc<IceConfig>,
    pub(super) connection_limit: Arc<ConnectionLimit>,
}

impl LinkService {
    /// Returns the use cases of these links. `secrets` sign access tokens; `rooms` and `direct_address` are LiveKit's.
    pub fn new(
        links: Arc<Links>,
        engine: EngineClient,
        rooms: RoomService,
        secrets: Arc<Secrets>,
        direct_address: DirectAddress,
        ice: Arc<IceConfig>,
        connection_limit: Arc<ConnectionLimit>,
    ) -> Self {
        Self {
            links,
            engine,
            rooms,
            secrets,
            requests: VerificationRequests::default(),
            direct_address,
            known_paths: KnownPaths::default(),
            ice,
            connection_limit,
        }
    }

    /// Reports to all who follow the list that a link has changed.
    pub(super) fn changed(&self) {
        self.links.changed(self.engine.clock);
    }
}
