// Prints how the grammar reads files: one JSON document, {path: [[line, start, end, [scopes]], …]}, lines and columns from 0.
// Usage: node scripts/tokens.js FILE…
"use strict";

const fs = require("fs");
const path = require("path");
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");

async function main(files) {
  const wasm = fs.readFileSync(path.join(path.dirname(require.resolve("vscode-oniguruma/package.json")), "release", "onig.wasm"));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const source = path.join(__dirname, "..", "syntaxes", "triggerfish.tmLanguage.json");
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(fs.readFileSync(source, "utf8"), source),
  });
  const grammar = await registry.loadGrammar("source.triggerfish");
  const found = {};
  for (const file of files) {
    let state = textmate.INITIAL;
    const tokens = [];
    fs.readFileSync(file, "utf8").split(/\r\n|\n|\r/).forEach((line, number) => {
      const read = grammar.tokenizeLine(line, state);
      state = read.ruleStack;
      for (const token of read.tokens) tokens.push([number, token.startIndex, Math.min(token.endIndex, line.length), token.scopes]);
    });
    found[file] = tokens;
  }
  process.stdout.write(JSON.stringify(found));
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
