// Whether today's Kubernetes API takes manifests: check-manifests.mjs MODULES FILE...
//
// MODULES is the folder with the node_modules that package.json names. Two things are asked about each object: its
// schema, as the API publishes it, and whether every field is one that the schema knows, which the schema itself does
// not say and an API server does. Objects of nats.io are left out: their schema is ours, and a real API server's test.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createRequire } from "node:module";

const [modules, ...files] = process.argv.slice(2);
const load = createRequire(path.resolve(modules) + "/");
const { parseAllDocuments } = load("yaml");
const ts = load("typescript");

const findings = [];
const objects = files.flatMap((file) =>
  parseAllDocuments(fs.readFileSync(file, "utf8"))
    .map((document) => document.toJS())
    .filter((object) => object !== null && !object.apiVersion.startsWith("nats.io/"))
    .map((object) => ({ object, label: `${file}: ${object.kind} ${object.metadata.name}` })),
);

for (const { object, label } of objects) {
  try {
    const kinds = load(`kubernetes-models/${object.apiVersion}`);
    new kinds[object.kind](object).validate();
  } catch (error) {
    findings.push(`${label}: ${error.message}`);
  }
}

// An object literal may have no field that its type does not have.
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "manifests-"));
try {
  fs.symlinkSync(path.resolve(modules, "node_modules"), path.join(folder, "node_modules"));
  const source = path.join(folder, "manifests.ts");
  const lines = objects.map(({ object }) => {
    const type = `import("kubernetes-models/${object.apiVersion}/${object.kind}").I${object.kind}`;
    return `(${JSON.stringify(object)}) satisfies ${type};`;
  });
  fs.writeFileSync(source, lines.join("\n"));
  const program = ts.createProgram([source], {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  });
  for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
    const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start);
    findings.push(`${objects[line].label}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, " ")}`);
  }
} finally {
  fs.rmSync(folder, { recursive: true });
}

for (const finding of findings) console.error(finding);
console.log(`${objects.length} objects, ${findings.length} findings`);
process.exitCode = findings.length === 0 ? 0 : 1;
