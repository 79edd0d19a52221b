export { followAddress, type CallRoom, type FollowOptions, type Moved } from "./call/follow-address.js";
export type { Address } from "./call/address.js";
export { patientReconnectPolicy, type PatientReconnectPolicy } from "./call/reconnect-policy.js";
