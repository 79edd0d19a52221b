export { Backoff } from "./backoff";
export {
  InvalidRuntimeConfig,
  MEDIA_GRADES,
  parseRuntimeConfig,
  PHASES,
  type MediaGrade,
  type Phase,
  type RuntimeConfig,
} from "./document";
export { watchRuntimeConfig, type WatchOptions, type WatchState } from "./watch";
