"use strict";

// Runs the extension with nothing of Visual Studio Code but its names: `node scripts/activate.js PROGRAM FOLDER FILE`.
// The client inside of the extension is replaced by one that speaks over the same library of the protocol, so that
// the extension's own code, its settings and the real server are tried together. Prints one JSON document.

const Module = require("node:module");
const { spawn } = require("node:child_process");
const { readFileSync } = require("node:fs");
const { pathToFileURL } = require("node:url");
const path = require("node:path");
const rpc = require("vscode-languageserver-protocol/node");

const [, , program, folder, file] = process.argv;
const report = { commands: [], errors: [], opened: [], watched: [], diagnostics: {}, selectors: [], stopped: 0 };
const listeners = [];

const vscode = {
  workspace: {
    workspaceFolders: [{ uri: { fsPath: folder } }],
    getConfiguration: () => ({ get: (name, otherwise) => (name === "command" ? program : otherwise) }),
    createFileSystemWatcher: (pattern) => (report.watched.push(pattern), { dispose() {} }),
    onDidChangeConfiguration: (listener) => (listeners.push(listener), { dispose() {} }),
  },
  window: {
    showErrorMessage: async (message, choice) => (report.errors.push(message), choice),
  },
  commands: {
    registerCommand: (name, run) => (report.commands.push(name), (vscode.commands.known[name] = run), { dispose() {} }),
    executeCommand: async (...words) => report.opened.push(words),
    known: {},
  },
};

class LanguageClient {
  constructor(id, name, server, options) {
    Object.assign(this, { server, options });
    report.selectors.push(...options.documentSelector);
  }

  async start() {
    this.process = spawn(this.server.command, this.server.args, { cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
    await new Promise((resolve, reject) => this.process.once("spawn", resolve).once("error", reject));
    this.connection = rpc.createProtocolConnection(
      new rpc.StreamMessageReader(this.process.stdout),
      new rpc.StreamMessageWriter(this.process.stdin),
    );
    this.connection.listen();
    const uri = pathToFileURL(folder).toString();
    const answer = await this.connection.sendRequest(rpc.InitializeRequest.type, {
      processId: process.pid, rootUri: uri, capabilities: {}, workspaceFolders: [{ uri, name: "project" }],
    });
    report.capabilities = Object.keys(answer.capabilities).sort();
    await this.connection.sendNotification(rpc.InitializedNotification.type, {});
    const opened = pathToFileURL(path.join(folder, file)).toString();
    const told = new Promise((resolve) => {
      this.connection.onNotification(rpc.PublishDiagnosticsNotification.type, (found) => {
        report.diagnostics[path.basename(found.uri)] = found.diagnostics.map((one) => one.code);
        if (found.uri === opened) resolve();
      });
    });
    const text = readFileSync(path.join(folder, file), "utf-8");
    await this.connection.sendNotification(rpc.DidOpenTextDocumentNotification.type, {
      textDocument: { uri: opened, languageId: "triggerfish", version: 1, text },
    });
    await told;
  }

  async stop() {
    await this.connection.sendRequest(rpc.ShutdownRequest.type);
    await this.connection.sendNotification(rpc.ExitNotification.type);
    report.exit = await new Promise((resolve) => this.process.once("exit", resolve));
    this.connection.dispose();
    report.stopped += 1;
  }
}

const load = Module._load;
Module._load = (name, ...rest) => {
  if (name === "vscode") return vscode;
  if (name === "vscode-languageclient/node") return { LanguageClient, TransportKind: { stdio: 0 } };
  return load(name, ...rest);
};

async function main() {
  const extension = require("../src/extension.js");
  const context = { subscriptions: [] };
  await extension.activate(context);
  report.subscriptions = context.subscriptions.length;
  if (!report.errors.length) {
    await vscode.commands.known["triggerfish.restart"]();
    for (const listener of listeners) await listener({ affectsConfiguration: (name) => name === "triggerfish.command" });
    await extension.deactivate();
  }
  console.log(JSON.stringify(report));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
