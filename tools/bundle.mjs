// Bundles src/laojia/frontend (our files and what npm brought) into build/static.
// Every file main.scss or another *.scss without a leading underscore becomes one style sheet; each *.entry.js
// and main.js one script. No source is written outside build/.
import { build } from "esbuild";
import { compile } from "sass";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const root = join(import.meta.dirname, "..");
const source = join(root, "src/laojia/frontend");
const target = join(root, "build/static");
const fresh = join(root, "build/static.new");
rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh, { recursive: true });

const names = readdirSync(source);
const scripts = names.filter((name) => name === "main.js" || name.endsWith(".entry.js"));
const sheets = names.filter((name) => name.endsWith(".scss") && !name.startsWith("_"));

await build({
  entryPoints: scripts.map((name) => ({ in: join(source, name), out: name.replace(/(\.entry)?\.js$/, "") })),
  outdir: fresh,
  bundle: true,
  minify: true,
  supported: { destructuring: true },
  // Phones of 2020 are in use; older ones get the pages without script.
  target: ["es2019", "chrome80", "safari13"],
  legalComments: "eof",
  logLevel: "warning",
});

for (const name of sheets) {
  const css = compile(join(source, name), {
    loadPaths: [join(root, "node_modules")],
    style: "compressed",
    quietDeps: true,
    // Bootstrap 5.3 is written with @import.
    silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
  }).css;
  writeFileSync(join(fresh, name.replace(/\.scss$/, ".css")), css);
}

const still = join(source, "still");
if (existsSync(still)) cpSync(still, fresh, { recursive: true });

for (const name of readdirSync(fresh)) {
  if (!/\.(js|css|svg|json)$/.test(name)) continue;
  const body = readFileSync(join(fresh, name));
  console.log(`${name}: ${(body.length / 1024).toFixed(0)} KB, ${(gzipSync(body).length / 1024).toFixed(0)} KB compressed`);
}
rmSync(target, { recursive: true, force: true });
renameSync(fresh, target);
