export { Backoff } from "./backoff";
export type { Connection } from "./connection";
export {
  InvalidRuntimeConfig,
  MEDIA_GRADES,
  parseRuntimeConfig,
  PHASES,
  type MediaGrade,
  type Phase,
  type RuntimeConfig,
} from "./document";
export type { Clock } from "./listener";
export { watchRuntimeConfig, type WatchOptions, type WatchState } from "./watch";
