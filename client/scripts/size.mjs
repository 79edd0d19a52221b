// Measures what each import adds to a page: minified by esbuild, without React, gzipped. Fails above a limit.
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** Imports and their largest size in bytes. The whole main entry stays under 4 kB (4096). */
const LIMITS = [
  ['{ runtimeConfig } from "./index.ts"', 3_328],
  ['{ joinLink } from "./index.ts"', 1_024],
  ['* from "./index.ts"', 4_095],
  ['* from "./call.ts"', 1_024],
  ['* from "./preparing.ts"', 1_280],
  ['* from "./react.ts"', 4_352],
];

for (const [imported, limit] of LIMITS) {
  const { outputFiles } = await build({
    stdin: { contents: `export ${imported}`, resolveDir: fileURLToPath(new URL("../src", import.meta.url)), loader: "ts" },
    bundle: true,
    format: "esm",
    minify: true,
    target: "es2022",
    external: ["react"],
    write: false,
  });
  const minified = outputFiles[0].contents;
  const gzipped = gzipSync(minified, { level: 9 }).length;
  if (gzipped > limit) process.exitCode = 1;
  console.log(`${imported}: ${gzipped} bytes gzipped, ${minified.length} minified (limit ${limit})`);
}
