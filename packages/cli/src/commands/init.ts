import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
export function addInit(_: Command, __: Terminal): void {}
