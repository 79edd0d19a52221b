// Loaded by its address. When the client is built, one file with the package in it takes this one's place:
// scripts/bundle-libopus.mjs.
export { Application, createDecoder, createEncoder, loadLibopus, Signal } from "libopus-wasm";
