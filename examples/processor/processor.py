"""Joins a room, and publishes each camera's video once more, with a box around what moves.

Replace `annotate` by your detector. Settings are environment variables: see compose.yaml.
"""

import asyncio
import json
import logging
import os
import signal
import urllib.request

from livekit import rtc

from motion import MotionDetector, draw_box, planes

ROOM = os.environ["PROCESSOR_ROOM"]
PROCESSED = "processed:"  # begins the track's name; the identity of the camera's owner follows
REQUEST_TIMEOUT = 10  # seconds, as the next two
MIN_BACKOFF = 1
MAX_BACKOFF = 15

log = logging.getLogger("processor")


def annotate(detector, frame):
    """Draws into a frame what the detector finds. It runs in a thread, and may take its time."""
    picture = planes(frame.data, frame.width, frame.height)
    box = detector.find(picture[0])
    if box:
        draw_box(picture, box)


def request_token():
    """Returns a LiveKit token for the room, from the sidecar."""
    with open(os.environ["SIDELINK_TOKEN_FILE"], encoding="utf-8") as file:
        token = file.read().strip()
    body = {"room": ROOM, "identity": "processor", "name": "Processor", "processor": True}
    request = urllib.request.Request(
        f"{os.environ['SIDELINK_URL']}/livekit-token",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=REQUEST_TIMEOUT) as answer:
        return json.load(answer)["token"]


def is_camera(publication):
    """Reports whether to process a publication: a camera's video that is not processed yet."""
    return publication.source == rtc.TrackSource.SOURCE_CAMERA and not publication.name.startswith(PROCESSED)


async def publish(room, source, client_id):
    """Publishes the processed video of a participant under the name by which Sidelink counts it."""
    track = rtc.LocalVideoTrack.create_video_track(PROCESSED + client_id, source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_CAMERA, simulcast=False)
    return await room.local_participant.publish_track(track, options)


async def process(room, track, client_id):
    """Publishes a participant's video once more, until the task is cancelled."""
    # One frame waits at most: a newer one replaces it, so that a slow detector never delays.
    stream = rtc.VideoStream(track, capacity=1, format=rtc.VideoBufferType.I420)
    detector, source, publishing = MotionDetector(), None, None
    try:
        async for event in stream:
            await asyncio.to_thread(annotate, detector, event.frame)
            if source is None:
                source = rtc.VideoSource(event.frame.width, event.frame.height)
                publishing = asyncio.create_task(publish(room, source, client_id))
                await asyncio.shield(publishing)  # a camera that ends meanwhile leaves no track behind
                log.info("publishes the video of %s", client_id)
            source.capture_frame(event.frame, rotation=event.rotation)
    except Exception:
        log.exception("cannot process the video of %s", client_id)
    finally:
        await stream.aclose()
        if publishing and room.isconnected():
            await room.local_participant.unpublish_track((await publishing).sid)
            log.info("the video of %s has ended", client_id)


async def take_part():
    """Is in the room until the connection is lost."""
    room, lost, tasks = rtc.Room(), asyncio.Event(), {}

    def update(*_):
        """Subscribes to each camera, and starts or ends tasks, so that each has one."""
        cameras = {}
        for participant in room.remote_participants.values():
            for publication in filter(is_camera, participant.track_publications.values()):
                if publication.track:
                    cameras[publication.sid] = publication.track, participant.identity
                else:
                    publication.set_subscribed(True)
        for sid in tasks.keys() - cameras.keys():
            tasks.pop(sid).cancel()
        for sid in cameras.keys() - tasks.keys():
            tasks[sid] = asyncio.create_task(process(room, *cameras[sid]))

    for event in ("track_published", "track_subscribed", "track_unsubscribed", "track_unpublished", "participant_disconnected"):
        room.on(event, update)
    # A LiveKit that restarts has forgotten the room, so the next attempt begins from scratch.
    for event in ("reconnecting", "disconnected"):
        room.on(event, lost.set)

    try:
        token = await asyncio.to_thread(request_token)
        await room.connect(os.environ["LIVEKIT_URL"], token, rtc.RoomOptions(auto_subscribe=False))
        log.info("is in the room %s", ROOM)
        update()
        await lost.wait()
        log.warning("the connection to LiveKit is lost")
    finally:
        await room.disconnect()
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)


async def main():
    """Takes part, again after each loss, until SIGTERM."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    backoff = MIN_BACKOFF
    while True:
        try:
            await take_part()
            backoff = MIN_BACKOFF
        except (OSError, rtc.ConnectError) as error:
            log.warning("cannot join the room %s: %s", ROOM, error)
        await asyncio.sleep(backoff)
        backoff = min(2 * backoff, MAX_BACKOFF)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("livekit").setLevel(logging.WARNING)
    try:
        asyncio.run(main())
    except asyncio.CancelledError:
        log.info("ends")
