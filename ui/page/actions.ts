import type { ProfileKind } from '../../agent/recording.ts';
import type { Capture, ProfileView } from '../api.ts';
import type { StallPlace } from './route.ts';

/** What the reader may do, with the token of the printed address. Each rejects with a sentence for the reader. */
export interface RunActions {
  /** Asks the process for a snapshot; the recording tells how that went. */
  takeSnapshot(process: string): Promise<void>;
  /** Asks the process to start a profile, or to end and write the one that goes on. */
  profile(process: string, kind: ProfileKind, action: 'start' | 'stop'): Promise<void>;
  analyze(): Promise<void>;
  stopAnalysis(): Promise<void>;
  captures(): Promise<readonly Capture[]>;
  remove(file: string): Promise<void>;
  /** An address that gives the file once. */
  downloadAddress(file: string): Promise<string>;
  profileView(file: string): Promise<ProfileView>;
  /** The calls during a stall, when a CPU profile was taken meanwhile; null otherwise. */
  stallProfile(place: StallPlace): Promise<ProfileView | null>;
}

export function runActions(token: string): RunActions {
  const ask = async <Body>(
    method: string,
    path: string,
    query: Record<string, string> = {},
  ): Promise<Body> => {
    const response = await fetch(`api/${path}?${new URLSearchParams(query)}`, {
      method,
      headers: { 'X-Leakwatch-Token': token },
    });
    if (response.status === 204) return undefined as Body;
    const body = (await response.json()) as Body & { readonly error?: string };
    if (!response.ok) throw new Error(body.error ?? `The server answered ${response.status}.`);
    return body;
  };
  return {
    takeSnapshot: (process) => ask('POST', 'snapshot', { process }),
    profile: (process, kind, action) => ask('POST', 'profile', { process, kind, action }),
    analyze: () => ask('POST', 'analysis'),
    stopAnalysis: () => ask('DELETE', 'analysis'),
    captures: () => ask('GET', 'captures'),
    remove: (file) => ask('DELETE', 'captures', { file }),
    downloadAddress: async (file) => (await ask<{ address: string }>('POST', 'tickets', { file })).address,
    profileView: (file) => ask('GET', 'profile', { file }),
    stallProfile: ({ process, at }) => ask('GET', 'stall-profile', { process, at: String(at) }),
  };
}
