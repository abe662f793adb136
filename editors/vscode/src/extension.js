"use strict";

const vscode = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

/** @type {LanguageClient | undefined} */
let client;

/** The program that serves, with ${workspaceFolder} and ~ filled in. */
function program() {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const home = process.env.HOME ?? process.env.USERPROFILE ?? "";
  const command = vscode.workspace.getConfiguration("triggerfish").get("command", "triggerfish");
  return command.replaceAll("${workspaceFolder}", folder).replace(/^~(?=[\\/])/, home);
}

async function start() {
  const command = program();
  const server = { command, args: ["lsp"], transport: TransportKind.stdio };
  client = new LanguageClient("triggerfish", "Triggerfish", server, {
    // In templates it completes, explains and renames; HTML and Markdown are left to the editors' own extensions.
    documentSelector: [
      { scheme: "file", language: "triggerfish" },
      { scheme: "file", pattern: "**/*.{mjml,liquid}" },
    ],
    synchronize: {
      // Templates, lists and settings belong to a project as well.
      fileEvents: vscode.workspace.createFileSystemWatcher("**/*.{flow,toml,csv,md,mjml,html,txt,liquid}"),
    },
  });
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const settings = "Open settings";
    const chosen = await vscode.window.showErrorMessage(
      `The language server could not be started with “${command} lsp” (${error.message}). ` +
        'Install it with: pip install "triggerfish[lsp]", or say in the settings where it is.',
      settings,
    );
    if (chosen === settings) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "triggerfish.command");
    }
  }
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("triggerfish.restart", async () => {
      await stop();
      await start();
    }),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("triggerfish.command")) {
        await stop();
        await start();
      }
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
