import { Engine } from "./engine.js";
import type { EnginePort } from "./port.js";

new Engine(globalThis as unknown as EnginePort);
