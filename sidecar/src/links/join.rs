//! Lets a client or the professional into a link's room.

use std::net::SocketAddrV4;

use futures_util::future::OptionFuture;

use super::call_server::CallServer;
use super::error::LinkError;
use super::identity::{DisplayName, Identity, Side};
use super::limit::ClientNetwork;
use super::lookup::{FoundLink, Visit};
use super::record::{DeviceKind, FirstVisit, LinkKind, LinkRecord};
use super::reservations::room_capacity;
use super::service::LinkService;
use super::token::checked;
use crate::connections::Applicant;
use crate::ice::IceServers;
use crate::livekit::access_token::{Grant, HOST, for_media_probe, sign};
use crate::media_path::MediaPath;
use crate::storage::redis::Down;

/// A request to join a link's room.
#[derive(Clone, Debug)]
pub struct JoinRequest {
    /// What other participants read.
    pub name: DisplayName,
    /// The secret of an earlier join, to be the same participant again.
    pub resume: Option<String>,
    /// The `Host` of the request, which LiveKit's address has to fit.
    pub host: String,
}

/// A client, as far as a request shows.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    /// Of the address; limits count by it.
    pub network: ClientNetwork,
    /// By `User-Agent`.
    pub device: DeviceKind,
}

/// What a page needs to enter the room.
///
/// No `Debug`: it holds the access token and the resume secret.
pub struct JoinedRoom {
    /// LiveKit's address under the requested host.
    pub livekit_url: Box<str>,
    /// LiveKit's access token.
    pub access_token: String,
    /// Another one, for the hidden participant who tries a better media path in a room without people.
    pub probe_token: String,
    /// Whether media can go over the tunnel.
    pub media_tunnel: bool,
    /// LiveKit's addresses over the stack's other tunnels, for when the requested host's is lost.
    pub other_urls: Vec<String>,
    /// For the page's `RTCConfiguration`, in place of LiveKit's. Empty without a TURN service.
    pub ice_servers: IceServers,
    /// LiveKit's address on the internet, which a router may let through.
    pub direct_address: Option<SocketAddrV4>,
    /// The path that worked last from this client's network, if it is better than the tunnel.
    pub known_path: Option<MediaPath>,
    /// The participant, with the resume secret.
    pub identity: Identity,
    /// What other participants read.
    pub name: DisplayName,
    /// End of the link, Unix milliseconds.
    pub expires_at: u64,
    /// The app's own term.
    pub consultation_type: String,
    /// The link's purpose.
    pub kind: LinkKind,
}

impl LinkService {
    /// Lets a client in by the link, and records the first visit.
    pub async fn join(
        &self,
        token: &str,
        client: Client,
        request: JoinRequest,
    ) -> Result<JoinedRoom, LinkError> {
        let visit = Visit::Join(request.resume.as_deref());
        let found = self.visit(token, client.network, visit).await?;
        let joined = self.enter(&found, request, Side::Client).await?;
        self.record_first_visit(&found, client.device).await?;
        let known_path = self.known_paths.of(client.network, self.engine.unix_ms());
        Ok(JoinedRoom {
            known_path,
            ..joined
        })
    }

    /// Lets the professional in. It neither opens the link nor counts against the limits.
    pub async fn join_as_host(
        &self,
        token: &str,
        request: JoinRequest,
    ) -> Result<JoinedRoom, LinkError> {
        let token = checked(token)?;
        let resumed = request.resume.as_deref().and_then(Identity::resumed);
        let found = self.find(token, resumed).await?;
        let found = found.ok_or(LinkError::NoSuchLink)?;
        self.enter(&found, request, Side::Host).await
    }

    async fn enter(
        &self,
        found: &FoundLink,
        JoinRequest { name, host, .. }: JoinRequest,
        side: Side,
    ) -> Result<JoinedRoom, LinkError> {
        let CallServer {
            livekit_url,
            media_tunnel,
            other_urls,
            network,
        } = self.call_server(&host).await?;
        let now = self.engine.unix_ms();
        let direct_address = network.map(|network| self.direct_address.look_up(network, now));
        let resumed = found.identity.as_ref().map(|resumed| &*resumed.identity);
        self.check_capacity(&found.record, resumed, side).await?;
        let identity = self.reserved_identity(found, side).await?;
        let LinkRecord {
            room,
            expires_at,
            consultation_type,
            kind,
            ..
        } = &found.record;
        let ice_servers = self.ice.replacing(&identity.identity, now).await;
        let grant = Grant {
            room,
            identity: &identity.identity,
            name: Some(name.as_str()),
            max_participants: Some(room_capacity(&found.record)),
            mark: (side == Side::Host).then_some(HOST),
        };
        Ok(JoinedRoom {
            livekit_url,
            access_token: sign(&self.secrets, &grant)?,
            media_tunnel,
            other_urls,
            known_path: None,
            ice_servers,
            direct_address: OptionFuture::from(direct_address).await.flatten(),
            probe_token: for_media_probe(&self.secrets, &identity.identity)?,
            identity,
            name,
            expires_at: *expires_at,
            consultation_type: consultation_type.clone(),
            kind: *kind,
        })
    }

    /// Returns the resumed identity, or a new one that replaces no participant.
    async fn reserved_identity(
        &self,
        found: &FoundLink,
        side: Side,
    ) -> Result<Identity, LinkError> {
        if let Some(identity) = &found.identity {
            self.admit(found, identity, side).await?;
            return Ok(identity.clone());
        }
        let identity = Identity::reserve(side)?;
        self.admit(found, &identity, side).await?;
        let digest = (&*identity.identity, &*identity.digest());
        let (ends, now) = (found.record.expires_at, self.engine.unix_ms());
        let store = &self.links.store;
        if !store
            .reserve_identity(&found.token, digest, ends, now)
            .await?
        {
            return Err(LinkError::NoSuchLink);
        }
        self.links
            .limits
            .remember_participant(&found.token, &identity);
        Ok(identity)
    }

    /// Takes a place of the stack's. The professional always has one.
    async fn admit(
        &self,
        found: &FoundLink,
        identity: &Identity,
        side: Side,
    ) -> Result<(), LinkError> {
        if side == Side::Host {
            return Ok(());
        }
        let applicant = Applicant {
            identity: &identity.identity,
            room: &found.record.room,
            max_of_room: Some(found.record.max_participants),
        };
        Ok(self.connection_limit.admit(applicant).await?)
    }

    async fn record_first_visit(&self, found: &FoundLink, device: DeviceKind) -> Result<(), Down> {
        if found.record.opened.is_some() {
            return Ok(());
        }
        let at = self.engine.unix_ms();
        let open = |record: &mut LinkRecord| {
            record.opened.get_or_insert(FirstVisit { at, device });
        };
        self.links.store.change(&found.token, open).await?;
        self.changed();
        Ok(())
    }
}
