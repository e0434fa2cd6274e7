import { loadAddon } from '../../agent/snapshot-addon.ts';

const { missing } = loadAddon();
if (missing !== null) console.log(`forked snapshots are not tested: ${missing}`);

/** Whether this machine can fork snapshots: on Linux, where a C compiler has built the native part. */
export const CAN_FORK = missing === null;
