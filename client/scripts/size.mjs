// Measures what each import adds to a page: minified by esbuild, without React and livekit-client, gzipped. What is
// loaded later (`import()`, a worker, a worklet) has separate limits. Fails above a limit.
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { withoutNode } from "./without-node.mjs";

/** Imports and their largest size in bytes. The whole main entry stays under 4 kB (4096). */
const LIMITS = [
  ['{ runtimeConfig } from "./index.ts"', 3_328],
  ['{ joinLink } from "./index.ts"', 1_024],
  ['* from "./index.ts"', 4_095],
  ['* from "./call.ts"', 1_024],
  ['* from "./media.ts"', 1_024],
  ['* from "./media/ladder.ts"', 4_352],
  ['* from "./media/report/reporter.ts"', 1_536],
  ['* from "./media/tunnel/transport.ts"', 5_632],
  ['* from "./media/tunnel/engine.ts"', 9_216],
  ['* from "./media/tunnel/libopus.ts"', 192_000],
  ['* from "./media/webrtc/transport.ts"', 4_096],
  ['* from "./preparing.ts"', 1_280],
  ['* from "./react.ts"', 4_352],
];

for (const [imported, limit] of LIMITS) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export ${imported}`, resolveDir: fileURLToPath(new URL("../src", import.meta.url)), loader: "ts" },
    bundle: true,
    format: "esm",
    splitting: true,
    outdir: "unused",
    metafile: true,
    minify: true,
    target: "es2022",
    external: ["react", "livekit-client"],
    plugins: [withoutNode],
    write: false,
  });
  const files = outputFiles.filter(({ path }) => eager(metafile.outputs).some((name) => path.endsWith(name)));
  const gzipped = sum(files.map(({ contents }) => gzipSync(contents, { level: 9 }).length));
  if (gzipped > limit) process.exitCode = 1;
  console.log(`${imported}: ${gzipped} bytes gzipped, ${sum(files.map(({ contents }) => contents.length))} minified (limit ${limit})`);
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Returns the files that load with the entry: itself and the chunks that it imports statically. */
function eager(outputs, name = Object.keys(outputs).find((output) => output.endsWith("/stdin.js"))) {
  const imports = outputs[name].imports.filter(({ kind, external }) => kind === "import-statement" && !external);
  return [name, ...imports.flatMap(({ path }) => eager(outputs, path))];
}
