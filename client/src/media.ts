export { connect, preload } from "./media/connect.js";
export { missing } from "./media/support.js";
export type {
  CallEvents, CallState, ConnectOptions, DataMessage, EndReason, MediaCall, MediaTrack, Missing, Participant, Protocol, Rung, TrackKind,
} from "./media/types.js";
