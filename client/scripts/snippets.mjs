// Compiles every ts and tsx snippet of the README and of docs/your-app.md against the built package, so that a document
// that uses a missing name fails. Other snippets are not checked.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = here("../.test/snippets");

/** Declarations that the snippets of the README rely on; a snippet that exports something stands alone. */
const GIVEN = `
import { joinLink, LinkError, runtimeConfig, type LinkReport, type RuntimeConfig, type RuntimeConfigHandle } from "@sidelink/client";
import { useRuntimeConfig, usePreparing } from "@sidelink/client/react";
import { Room } from "livekit-client";
declare const linkToken: string, name: string, language: "en" | "pt", clickId: string;
declare const professionalId: string, clientId: string, consultationType: string;
declare function render(config: RuntimeConfig | null): void;
declare function show(...values: unknown[]): void;
declare function send(address: string): void;
declare function again(): void;
declare function elementFor(identity: string, kind: "audio" | "video"): HTMLMediaElement;
declare function offerToJoinAnew(address: string): void;
`;

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
let count = 0;
for (const document of ["../README.md", "../../docs/your-app.md"]) {
  for (const [, kind, code] of readFileSync(here(document), "utf8").matchAll(/^```(tsx?)\n(.*?)^```$/gms)) {
    const needs = [
      /^export /m.test(code) ? "" : GIVEN,
      /\broom\./.test(code) && !/\broom =/.test(code) ? "declare const room: Room;\n" : "",
      /\bconfig\.moveTo/.test(code) ? "declare const config: RuntimeConfigHandle;\n" : "",
    ];
    writeFileSync(`${folder}/${(count += 1)}.${kind}`, needs.join("") + code);
  }
}
const options = { extends: "../../tsconfig.json", compilerOptions: { jsx: "react-jsx" }, include: ["."] };
writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(options));
execFileSync(here("../node_modules/.bin/tsc"), ["-p", folder], { stdio: "inherit" });
console.log(`${count} snippets compile`);
