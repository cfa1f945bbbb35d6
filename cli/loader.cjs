/**
 * Lets Node load the project's TypeScript as it stands: an edit takes effect on the next run, nothing is built by hand.
 *
 * tsx does the same for tests and for the Pulumi CLI. It hashes, looks up and maps every file on every start, about 0.3 s
 * for the sources of this command; here one file holds all compiled sources, told apart by time and size, which makes a
 * cold start of `groundplan plan` about a third shorter (`npm run bench` measures it).
 */
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const ROOT = path.join(__dirname, "..");
const FORMAT = 1;
const CACHE = path.join(ROOT, "node_modules", ".cache", "groundplan");

const sources = readCache("sources.json");
let maps;
let changed = false;

// Node 22 and later keep compiled bytecode of every module, the SDKs' too.
Module.enableCompileCache?.(path.join(CACHE, "bytecode"));

Module._extensions[".ts"] = (module, filename) => {
  const { mtimeMs, size } = fs.statSync(filename);
  const stamp = `${mtimeMs}:${size}`;
  let entry = sources[filename];
  if (entry?.stamp !== stamp) {
    entry = { stamp, code: compile(filename) };
    sources[filename] = entry;
    changed = true;
  }
  module._compile(entry.code, filename);
};

function compile(filename) {
  const { transformSync } = require("esbuild");
  const { code, map } = transformSync(fs.readFileSync(filename, "utf8"), {
    loader: "ts",
    format: "cjs",
    target: "node20",
    sourcefile: filename,
    sourcemap: "external",
    sourcesContent: false,
  });
  maps ??= readCache("maps.json");
  maps[filename] = map;
  return code;
}

// Positions in a stack are those of the sources. Most runs format no stack at all, so the mapper loads with the first.
Error.prepareStackTrace = (error, frames) => {
  delete Error.prepareStackTrace;
  require("source-map-support").install({
    environment: "node",
    handleUncaughtExceptions: false,
    retrieveSourceMap: (source) => {
      maps ??= readCache("maps.json");
      const map = maps[source.replace(/^file:\/\//, "")];
      return map === undefined ? null : { url: source, map };
    },
  });
  return Error.prepareStackTrace(error, frames);
};

process.on("exit", () => {
  if (changed) {
    writeCache("sources.json", sources);
    writeCache("maps.json", maps);
  }
});

function readCache(name) {
  try {
    const { format, esbuild, files } = JSON.parse(fs.readFileSync(path.join(CACHE, name), "utf8"));
    return format === FORMAT && esbuild === esbuildVersion() ? files : {};
  } catch {
    return {};
  }
}

function writeCache(name, entries) {
  const files = Object.fromEntries(Object.entries(entries).filter(([filename]) => fs.existsSync(filename)));
  const temporary = path.join(CACHE, `${name}.${process.pid}`);
  try {
    fs.mkdirSync(CACHE, { recursive: true });
    fs.writeFileSync(temporary, JSON.stringify({ format: FORMAT, esbuild: esbuildVersion(), files }));
    fs.renameSync(temporary, path.join(CACHE, name));
  } catch {
    // A read-only installation compiles on every run, and works.
  }
}

function esbuildVersion() {
  return require("esbuild/package.json").version;
}
