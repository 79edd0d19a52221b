export { backoff, type Backoff } from "./runtime-config/backoff.js";
export type { Connection } from "./runtime-config/connection.js";
export type { MediaGrade, Phase, RuntimeConfig } from "./runtime-config/document.js";
export type { Defaults } from "./runtime-config/alone.js";
export { runtimeConfig, type RuntimeConfigHandle, type RuntimeConfigOptions, type Watched } from "./runtime-config/runtime-config.js";
export type { WatchState } from "./runtime-config/watch.js";
export { LinkError } from "./link-error.js";
export { joinLink, linkInfo, reportLink, type Asking, type Joined, type Joining, type LinkInfo, type LinkKind, type LinkReport } from "./links.js";
