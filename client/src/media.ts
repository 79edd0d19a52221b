export { connect, missing, preload } from "./media/connect.js";
export type {
  CallEvents, CallState, ConnectOptions, DataMessage, EndReason, MediaCall, MediaTrack, Missing, Participant, Protocol, Rung, TrackKind,
} from "./media/types.js";
