//! Records how far the video of a page in the call reached.

use super::error::LinkError;
use super::limit::ClientNetwork;
use super::lookup::Visit;
use super::record::{LinkRecord, VideoReport};
use super::service::LinkService;
use sidelink_core::Event;

impl LinkService {
    /// Keeps the report with its link and sends it to the engine. `resume` identifies the participant.
    pub async fn report(
        &self,
        token: &str,
        network: ClientNetwork,
        resume: &str,
        report: VideoReport,
    ) -> Result<(), LinkError> {
        let found = self
            .visit(token, network, Visit::Join(Some(resume)))
            .await?;
        if found.identity.is_none() {
            return Err(LinkError::NotJoined);
        }
        self.known_paths.learn(network, report.media, report.at);
        let (media, device, at) = (report.media.into(), report.device.into(), report.at);
        let add = |record: &mut LinkRecord| record.add_report(report.clone());
        let changed = self.links.store.change(&found.token, add).await?;
        changed.ok_or(LinkError::NoSuchLink)?;
        self.changed();
        self.engine
            .send(Event::Reported { media, device, at })
            .await;
        Ok(())
    }
}
