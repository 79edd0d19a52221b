// Puts the package libopus-wasm into dist/, so that the client keeps no dependency.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { withoutNode } from "./without-node.mjs";

const file = fileURLToPath(new URL("../dist/media/tunnel/libopus.js", import.meta.url));

await build({
  entryPoints: [file],
  outfile: file,
  allowOverwrite: true,
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  plugins: [withoutNode],
  banner: { js: "// libopus-wasm (MIT) and libopus (BSD-3-Clause): THIRD_PARTY_NOTICES.md" },
});
