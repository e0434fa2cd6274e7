/** Whether a process can be attached to, by what Linux tells of it. Sending SIGUSR1 to a process that does not catch it ends it. */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LeakwatchError } from '../../analyzer/error.ts';

const PROC = '/proc';

// Node and its renamed builds: node, nodejs, node20, node-v22.
const NODE_BINARY = /^node(?:js)?[\d.v-]*$/;

// Bit n - 1 of a mask in /proc/<pid>/status stands for signal n; SIGUSR1 is 10.
const SIGUSR1_BIT = 1n << 9n;

/**
 * @throws LeakwatchError NO_ATTACH with the reason: no such process, another user's, in another container, no Node, or one
 * that does not open its inspector at SIGUSR1
 */
export function checkTarget(pid: number): void {
  if (process.platform !== 'linux') throw refusal('Attaching works on Linux only: it reads /proc.');
  const status = statusOf(pid);
  const owner = Number(/^Uid:\s+(?<uid>\d+)/m.exec(status)?.groups?.uid);
  if (owner !== process.getuid?.()) {
    throw refusal(`Process ${pid} belongs to another user (uid ${owner}): run leakwatch as that user.`);
  }
  if (linkOf(pid, 'ns/mnt') !== linkOf('self', 'ns/mnt')) {
    throw refusal(`Process ${pid} runs in another container: run leakwatch inside it.`);
  }
  const binary = basename(linkOf(pid, 'exe').replace(/ \(deleted\)$/, ''));
  if (!NODE_BINARY.test(binary)) throw refusal(`Process ${pid} is no Node.js process but ${binary}.`);
  const caught = BigInt(`0x${/^SigCgt:\s+(?<mask>[\da-f]+)/m.exec(status)?.groups?.mask ?? '0'}`);
  if ((caught & SIGUSR1_BIT) === 0n && !listeningPorts(pid).some((port) => usualPorts(pid).includes(port))) {
    throw refusal(
      `Process ${pid} does not open its inspector at SIGUSR1: it runs with --disable-sigusr1, or has only just started.`,
    );
  }
}

/** The TCP ports that the process listens on. */
export function listeningPorts(pid: number): readonly number[] {
  const sockets = new Set(socketsOf(pid));
  return ['net/tcp', 'net/tcp6'].flatMap((table) => {
    const rows = textOf(join(PROC, String(pid), table))
      .split('\n')
      .slice(1);
    return rows.flatMap((row) => {
      const [, local = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/);
      return state === LISTENING && sockets.has(inode) ? [Number.parseInt(local.split(':')[1], 16)] : [];
    });
  });
}

const LISTENING = '0A';

/** Where its inspector would listen: Node's default, and what its command line says. */
export function usualPorts(pid: number): readonly number[] {
  const options = textOf(join(PROC, String(pid), 'cmdline')).split('\0');
  const named = options.flatMap((option) => {
    const port = /^--(?:inspect|inspect-brk|inspect-wait|inspect-port|debug-port)=(?:.*:)?(?<port>\d+)$/.exec(
      option,
    );
    return port?.groups ? [Number(port.groups.port)] : [];
  });
  return [DEFAULT_INSPECTOR_PORT, ...named];
}

const DEFAULT_INSPECTOR_PORT = 9229;

/** Inode numbers. */
function socketsOf(pid: number): readonly string[] {
  const folder = join(PROC, String(pid), 'fd');
  return readdirSync(folder).flatMap((descriptor) => {
    const target = linkOf(pid, `fd/${descriptor}`);
    return /^socket:\[(?<inode>\d+)\]$/.exec(target)?.groups?.inode ?? [];
  });
}

function statusOf(pid: number): string {
  const status = textOf(join(PROC, String(pid), 'status'));
  if (status === '') throw refusal(`There is no process ${pid}.`);
  return status;
}

/** Empty where there is none, or it is not to be read. */
function linkOf(pid: number | 'self', name: string): string {
  try {
    return readlinkSync(join(PROC, String(pid), name));
  } catch {
    return '';
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function refusal(sentence: string): LeakwatchError {
  return new LeakwatchError('NO_ATTACH', sentence);
}
