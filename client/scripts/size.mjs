// What each entry costs a page: minified by esbuild, React left out, gzipped. Fails past the limit of the main one.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** Bytes. */
const LIMITS = { index: 6_000, preparing: 1_536, react: 6_144 };

let failed = false;
for (const [entry, limit] of Object.entries(LIMITS)) {
  const { outputFiles } = await build({
    entryPoints: [new URL(`../src/${entry}.ts`, import.meta.url).pathname],
    bundle: true,
    format: "esm",
    minify: true,
    target: "es2022",
    external: ["react"],
    write: false,
  });
  const { length } = outputFiles[0].contents;
  const gzipped = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  failed ||= gzipped >= limit;
  console.log(`${entry}: ${gzipped} bytes gzipped, ${length} minified (limit ${limit})`);
}
process.exitCode = failed ? 1 : 0;
