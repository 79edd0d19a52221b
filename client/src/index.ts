export { backoff, type Backoff } from "./runtime-config/backoff.js";
export type { Connection } from "./runtime-config/connection.js";
export type { WatchState } from "./runtime-config/listener.js";
export type { MediaGrade, RuntimeConfig } from "./runtime-config/document.js";
export type { Phase } from "./runtime-config/phase.js";
export type { Defaults } from "./runtime-config/alone.js";
export { runtimeConfig, type RuntimeConfigHandle, type RuntimeConfigOptions, type Watched } from "./runtime-config/runtime-config.js";
export { LinkError } from "./link-error.js";
export { joinLink, linkInfo, reportLink, type Joined, type JoinOptions, type LinkInfo, type LinkKind, type LinkReport, type RequestOptions } from "./links.js";
