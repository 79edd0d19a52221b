import type { Room } from "livekit-client";

/**
 * The part of livekit-client's engine that has the peer connections. It is not public API, so each name is checked and
 * nothing happens where one is missing. In 2.23 the engine emits `transportsCreated` for each new pair, and each remote
 * description and each remote candidate passes these two methods.
 */
interface Engine {
  on?(event: "transportsCreated", listener: (...transports: (PeerTransport | undefined)[]) => void): unknown;
}

interface PeerTransport {
  setRemoteDescription?(description: RTCSessionDescriptionInit, ...rest: unknown[]): Promise<unknown>;
  addIceCandidate?(candidate: RTCIceCandidateInit): Promise<void>;
  getConnectionState?(): string;
}

/**
 * LiveKit's checks towards this page open the router in front of it, and have to come first: a packet of this page that
 * arrives earlier can make that router give LiveKit's port to another connection.
 */
const DELAY_MS = 800;

/**
 * Adds LiveKit's address on the internet (`ip:port`) to what the room's peer connections try, because LiveKit announces
 * one address only. To be called before `connect`. Only this room's connections are affected.
 */
export function tryDirectAddress(room: Room, directAddress: string | null | undefined): void {
  const [, ip, port] = /^(\d+(?:\.\d+){3}):(\d+)$/.exec(directAddress ?? "") ?? [];
  const engine = room.engine as unknown as Engine | undefined;
  if (!ip || typeof engine?.on !== "function") return;
  engine.on("transportsCreated", (...transports) => {
    for (const transport of transports) if (transport) addTo(transport, `${ip} ${port}`);
  });
}

function addTo(transport: PeerTransport, address: string): void {
  const { setRemoteDescription, addIceCandidate, getConnectionState } = transport;
  if (![setRemoteDescription, addIceCandidate, getConnectionState].every((method) => typeof method === "function")) return;
  const known = new Set<string>();
  transport.setRemoteDescription = async (description, ...rest) => {
    const applied = await setRemoteDescription!.call(transport, description, ...rest);
    // The same while media is renegotiated, another one after each restart of ICE.
    const ufrag = /^a=ice-ufrag:(\S+)/m.exec(description.sdp ?? "")?.[1];
    if (applied === false || !ufrag || known.has(ufrag)) return applied;
    known.add(ufrag);
    setTimeout(() => {
      if (transport.getConnectionState!() !== "closed") void transport.addIceCandidate!(candidateOf(address, ufrag)).catch(() => undefined);
    }, DELAY_MS);
    return applied;
  };
}

/** A server-reflexive candidate with the usual priority of one (RFC 8445, section 5.1.2). */
function candidateOf(address: string, ufrag: string): RTCIceCandidateInit {
  const candidate = `candidate:77 1 udp 1694498815 ${address} typ srflx raddr 0.0.0.0 rport 0 ufrag ${ufrag}`;
  return { candidate, sdpMLineIndex: 0, usernameFragment: ufrag };
}
