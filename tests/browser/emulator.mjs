// tests/integration/emulate.c for the page tests: one answer line for each command line.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { BUILD } from './daemon.mjs';

// Emulated readers "door" (an ID card reader) and "gun" (a scanner).
export class Emulator {
  static async start() {
    const emulator = new Emulator();
    emulator.folder = await mkdtemp(path.join(tmpdir(), 'paihao-rig-'));
    emulator.child = spawn(path.join(BUILD, 'tests', 'emulate'), ['--dir', emulator.folder, '--fast', '--sam', 'door', '--scanner', 'gun'],
      { stdio: ['pipe', 'pipe', 'inherit'] });
    emulator.lines = createInterface({ input: emulator.child.stdout })[Symbol.asyncIterator]();
    assert.equal((await emulator.answer()).ready, true);
    return emulator;
  }

  async answer() { return JSON.parse((await this.lines.next()).value); }

  async say(line) {
    this.child.stdin.write(`${line}\n`);
    const answer = await this.answer();
    assert.ok(answer.ok, `${line}: ${JSON.stringify(answer)}`);
    return answer;
  }

  async stop() {
    const ended = new Promise((resolve) => { this.child.once('exit', resolve); });
    this.child.stdin.end();
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}
